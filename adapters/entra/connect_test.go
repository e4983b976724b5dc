package entra_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"rollcall/adapters/entra"
	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/adapters/sim/oauth"
	"rollcall/bot/hub"
	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
)

const redirect = "https://" + product + "/connect/teams/return"

// simKeys are shared by all tests, since keys take a while to make.
var simKeys oauth.Keys

// office is a world in which nobody has consented yet, each directory with an administrator and somebody
// who administers nothing, and the connector in front of it.
type office struct {
	*world
	connector      *entra.Connector
	admins, others [2]string
	log            bytes.Buffer
	given          []string // every secret text that the simulator has answered
}

func newOffice(t *testing.T, change ...func(*entrasim.Config)) *office {
	t.Helper()
	o := &office{}
	base := func(c *entrasim.Config) {
		c.RedirectURIs, c.RolesInTokens, c.Keys = []string{redirect}, true, &simKeys
	}
	o.world = newWorld(t, append([]func(*entrasim.Config){base}, change...)...)
	for i, id := range o.ids {
		o.Withdraw(id)
		o.admins[i] = o.AddUser(id, entrasim.User{Name: fmt.Sprintf("Ada Min %d", i), Mail: fmt.Sprintf("ada%d@exam.example", i)})
		o.others[i] = o.AddUser(id, entrasim.User{Name: "Otto Other", Mail: fmt.Sprintf("otto%d@exam.example", i)})
		o.PutRole(id, o.admins[i], entrasim.GlobalAdministrator, true)
	}
	o.config.NotificationURL, o.config.NotificationKey = "https://"+product, bytes.Repeat([]byte("k"), 32)
	o.config.Logger = slog.New(slog.NewTextHandler(&o.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.config.Transport = roundTrip(o.watched)
	o.reopen()
	return o
}

func (o *office) reopen() {
	o.t.Helper()
	o.adapter = o.open()
	router := mux.NewRouter()
	o.adapter.Routes(router)
	o.transport.Handlers[product] = router
	connector, err := entra.NewConnector(o.adapter, entra.App{})
	if err != nil {
		o.t.Fatal(err)
	}
	o.connector = connector
}

// watched passes a request on, and remembers the tokens in the answer.
func (o *office) watched(r *http.Request) (*http.Response, error) {
	resp, err := o.transport.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/token") {
		return resp, err
	}
	var body bytes.Buffer
	_, err = body.ReadFrom(resp.Body)
	resp.Body = readCloser{bytes.NewReader(body.Bytes())}
	var answer map[string]any
	if json.Unmarshal(body.Bytes(), &answer) == nil {
		for _, key := range []string{"access_token", "id_token"} {
			if text, ok := answer[key].(string); ok && text != "" {
				o.given = append(o.given, text)
			}
		}
	}
	return resp, err
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// trip sends somebody to a page, and answers the query with which the browser comes back.
func (o *office) trip(address, tenant, user string) (url.Values, error) {
	back, err := o.Authorize(address, tenant, user)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(back)
	if err != nil || !strings.HasPrefix(back, redirect+"?") {
		return nil, fmt.Errorf("sent to %q, %w", back, err)
	}
	return u.Query(), nil
}

func step(method string, expect string, facts map[string]string) hub.Step {
	return hub.Step{
		Method: method, State: "state-canary", Secret: directory.NewSecret("step-secret-canary"), Redirect: redirect, Tenant: tenants[0],
		Expect: directory.Workspace(expect), Facts: facts,
	}
}

// signIn is the first leg, as somebody of a directory.
func (o *office) signIn(s hub.Step, i int, user string) (hub.Outcome, error) {
	o.t.Helper()
	address, err := o.connector.Begin(o.t.Context(), s)
	if err != nil {
		o.t.Fatal(err)
	}
	query, err := o.trip(address, o.ids[i], user)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.connector.Return(o.t.Context(), s, query)
}

// facts are those of a sign-in that went well.
func (o *office) facts(i int, user string) map[string]string {
	o.t.Helper()
	outcome, err := o.signIn(step("authorize", "", nil), i, user)
	if err != nil || outcome.Again == nil || outcome.Grant != nil {
		o.t.Fatalf("%+v, %v", outcome, err)
	}
	return outcome.Again
}

// consent is the second leg, as somebody of a directory.
func (o *office) consent(s hub.Step, i int, user string) (hub.Outcome, error) {
	o.t.Helper()
	address, err := o.connector.Begin(o.t.Context(), s)
	if err != nil {
		o.t.Fatal(err)
	}
	query, err := o.trip(address, o.ids[i], user)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.connector.Return(o.t.Context(), s, query)
}

// oneself is the connector without the way by a link, which is for one directory that is known before:
// the exam's steps name none. TestLink is about it.
type oneself struct{ *entra.Connector }

func (c oneself) Methods() []hub.Method {
	return slices.DeleteFunc(c.Connector.Methods(), func(m hub.Method) bool { return m.Link })
}

func TestConnector(t *testing.T) {
	t.Parallel()
	bare, err := entra.NewConnector(nil, entra.App{})
	if err != nil {
		t.Fatal(err)
	}
	hubtest.RunConnector(t, func(t *testing.T) hubtest.Harness {
		o := newOffice(t)
		account := func(i int, user string) directory.AccountID { return o.inst(i).Account(user) }
		place := func(i int) hubtest.Place {
			return hubtest.Place{
				Workspace: directory.Workspace(o.ids[i]), Title: fmt.Sprintf("Company %d", i+1), Name: fmt.Sprintf("Ada Min %d", i), Admin: account(i, o.admins[i]), Member: account(i, o.others[i]),
			}
		}
		return hubtest.Harness{
			Connector: oneself{o.connector}, Bare: bare, Redirect: redirect, Hosts: []string{host}, Home: place(0), Other: place(1),
			Browse: o.browse,
			Settle: func(ctx context.Context, c directory.Connection, _ hub.Grant) (directory.Connection, error) {
				delete(o.tenants, tenants[1])
				return c, o.adapter.CheckSubscriptions(ctx)
			},
			Calls: func() int {
				n := 0
				for _, call := range o.Calls.All() {
					if !strings.Contains(call.Route, "authorize") && !strings.Contains(call.Route, "adminconsent") {
						n++
					}
				}
				return n
			},
			Break:  o.breaks,
			Scopes: names(func(entra.Permission) bool { return true }),
			RemoveScope: func(scope string) {
				o.Consent(o.ids[0], false, scope)
			},
			Secrets: func() []string { return append([]string{secret}, o.given...) },
			Logged:  o.log.String,
			Lacks: map[hubtest.Trait]string{
				hubtest.TraitMember:   "application permissions are granted by administrators alone",
				hubtest.TraitWithdraw: "a consent is taken back by an administrator in Entra; an app has no call for it that it should be trusted with",
			},
		}
	})
}

func (o *office) browse(_ context.Context, address string, as hubtest.Person) (url.Values, error) {
	i, user := 0, o.admins[0]
	switch as {
	case hubtest.Member:
		user = o.others[0]
	case hubtest.Another:
		i, user = 1, o.admins[1]
	}
	// Who may not consent is shown a page from which only declining leads back.
	if strings.Contains(address, "adminconsent") && (as == hubtest.Member || as == hubtest.Refuser) {
		back, err := o.Decline(address)
		if err != nil {
			return nil, err
		}
		u, err := url.Parse(back)
		return u.Query(), err
	}
	return o.trip(address, o.ids[i], user)
}

func (o *office) breaks(kind hubtest.Break, after int) {
	o.Faults.Heal()
	faults := map[hubtest.Break]sim.Fault{
		hubtest.BreakDown: entrasim.Broken(http.StatusServiceUnavailable), hubtest.BreakCut: {Name: "cut"}, hubtest.BreakThrottled: entrasim.Throttled("7"),
	}
	fault, broken := faults[kind]
	seen := 0
	o.Faults.Decide(func(route string) (sim.Fault, bool) {
		if !broken || strings.Contains(route, "authorize") || strings.Contains(route, "adminconsent") {
			return sim.Fault{}, false
		}
		seen++
		return fault, seen > after
	})
}

// names are permissions of the table.
func names(which func(entra.Permission) bool) []string {
	var all []string
	for _, p := range entra.Table() {
		if which(p) {
			all = append(all, p.Name)
		}
	}
	return all
}
