package slack

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/mux"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/bot/bottest"
	"rollcall/bot/hub"
	"rollcall/bot/hub/hubtest"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

const (
	clientID     = "123.456"
	clientSecret = "canary-client-secret"
	redirectURL  = appURL + "/connect/slack/return"
)

// office is a connector in front of a simulator where nothing is connected yet, and a program that
// keeps the tokens of what was connected.
type office struct {
	sim       *slacksim.Sim
	clock     *sim.Clock
	adapter   *Adapter
	connector *Connector
	notes     notebook
	wire      bottest.Wire
	log       bytes.Buffer
	home      hubtest.Place
	other     hubtest.Place

	mu     sync.Mutex
	tokens map[directory.Workspace]directory.Secret
	given  []string // codes and tokens
}

// kind is what is connected.
type kind struct {
	wide     bool
	rotation bool
	features Features
}

func newOffice(t *testing.T, k kind) *office {
	t.Helper()
	o := &office{clock: sim.StoppedClock(began), tokens: make(map[directory.Workspace]directory.Secret)}
	o.sim = slacksim.New(slacksim.Config{
		Clock: o.clock, SigningSecret: signingSecret, URL: "https://" + simHost, AppURL: appURL, Client: o.wire.Client(),
		ClientID: clientID, ClientSecret: clientSecret, RedirectURLs: []string{redirectURL}, OrgDeploy: true, TokenRotation: k.rotation,
	})
	if k.wide {
		o.home, o.other = o.organisation("E0001"), o.organisation("E0002")
	} else {
		o.home, o.other = o.workspace("T0001"), o.workspace("T0002")
	}
	var err error
	o.adapter, err = New(Config{
		Cloud:         Loopback("https://"+simHost, "https://"+simHost, nil),
		Signing:       []directory.Secret{directory.NewSecret(signingSecret)},
		Tokens:        o.token,
		Features:      &k.features,
		Conversations: directorytest.NewMemory(),
		Now:           o.clock.Now,
		Logger:        slog.New(slog.NewTextHandler(&o.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Transport:     &listener{office: o, next: &sim.Transport{Handlers: map[string]http.Handler{simHost: o.sim}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.connector = NewConnector(o.adapter, App{ClientID: clientID, ClientSecret: directory.NewSecret(clientSecret), ID: slacksim.AppID})
	router := mux.NewRouter()
	o.adapter.Mount(router, &o.notes)
	o.wire.Mount(router)
	return o
}

func people(domain string) []slacksim.User {
	return []slacksim.User{
		{ID: "U0ADA", RealName: "Ada of " + domain, Email: "ada@" + domain, Admin: true, OrgAdmin: true},
		{ID: "U0MEL", RealName: "Mel", Email: "mel@" + domain},
	}
}

func placeOfPeople(workspace, title string) hubtest.Place {
	account := func(user string) directory.AccountID {
		return directory.AccountID{Platform: Name, Workspace: directory.Workspace(workspace), User: user}
	}
	return hubtest.Place{Workspace: directory.Workspace(workspace), Title: title, Name: "Ada of " + workspace + ".example", Admin: account("U0ADA"), Member: account("U0MEL")}
}

func (o *office) workspace(id string) hubtest.Place {
	o.sim.AddWorkspace(slacksim.Workspace{ID: id, Name: "Acme " + id, Users: people(id + ".example")})
	return placeOfPeople(id, "Acme "+id)
}

func (o *office) organisation(id string) hubtest.Place {
	east, west := "T"+id[1:]+"E", "T"+id[1:]+"W"
	o.sim.AddOrg(slacksim.Org{
		// It is there already, and in a workspace: it is shown nobody before.
		ID: id, Name: "Acme " + id, Granted: []string{west}, Token: "xoxb-first-" + id,
		Workspaces: []slacksim.Workspace{{ID: east, Name: east, Users: people(id + ".example")}, {ID: west, Name: west}},
	})
	for _, u := range people(id + ".example") {
		u.TeamID, u.Teams = east, []string{east, west}
		if _, err := o.sim.PutUser(id, u); err != nil {
			panic(err)
		}
	}
	return placeOfPeople(id, "Acme "+id)
}

// listener hears what tokens are given out.
type listener struct {
	*office
	next http.RoundTripper
}

var givenOut = regexp.MustCompile(`"(?:access_token|refresh_token)":"([^"]+)"`)

func (l *listener) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	for _, found := range givenOut.FindAllSubmatch(body, -1) {
		l.give(string(found[1]))
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

func (o *office) give(secret string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.given = append(o.given, secret)
}

func (o *office) token(_ context.Context, inst directory.Installation) (directory.Secret, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.tokens[inst.Workspace], nil
}

// browse is what somebody does on Slack's pages. Where Slack shows them an error they go back.
func (o *office) browse(_ context.Context, address string, as hubtest.Person) (url.Values, error) {
	in, user, decide := o.home, o.home.Admin.User, o.sim.Allow
	switch as {
	case hubtest.Member:
		user = in.Member.User
	case hubtest.Another:
		in = o.other
		user = in.Admin.User
	case hubtest.Refuser:
		decide = o.sim.Cancel
	}
	back, err := decide(address, string(in.Workspace), user)
	if err != nil && strings.Contains(err.Error(), "not_allowed") {
		back, err = o.sim.Cancel(address, string(in.Workspace), user)
	}
	if err != nil {
		return nil, err
	}
	at, err := url.Parse(back)
	if err != nil || at.Scheme+"://"+at.Host+at.Path != redirectURL {
		return nil, errors.New("the browser was sent elsewhere")
	}
	if code := at.Query().Get("code"); code != "" {
		o.give(code)
	}
	return at.Query(), nil
}

// settle is what the program does with a grant; and then somebody opens the app in Slack.
func (o *office) settle(ctx context.Context, connection directory.Connection, grant hub.Grant) (directory.Connection, error) {
	o.mu.Lock()
	o.tokens[grant.Workspace] = grant.Secrets[directory.FieldToken]
	o.mu.Unlock()
	connection.Since = o.clock.Now()
	err := o.sim.OpenHome(string(grant.Workspace), o.home.Member.User)
	o.sim.Outbox.Pump(ctx)
	return connection, err
}

func (o *office) harness(t *testing.T) hubtest.Harness {
	t.Helper()
	faults := map[hubtest.Break]sim.Fault{
		hubtest.BreakDown: {Status: 503}, hubtest.BreakCut: {}, hubtest.BreakThrottled: {Status: 429, RetryAfter: "7"},
	}
	home := string(o.home.Workspace)
	return hubtest.Harness{
		Connector: o.connector, Bare: NewConnector(o.adapter, App{ClientID: clientID}),
		Redirect: redirectURL, Hosts: []string{simHost}, Home: o.home, Other: o.other,
		Browse: o.browse, Settle: o.settle, Calls: o.sim.Calls.Len,
		Break: func(kind hubtest.Break, after int) {
			o.sim.Faults.Heal()
			if kind != hubtest.BreakNothing {
				o.sim.Faults.Add(sim.Rule{Skip: after, Fault: faults[kind]})
			}
		},
		Scopes: Scopes(o.adapter.features),
		RemoveScope: func(scope string) {
			o.sim.Grant(home, slices.DeleteFunc(Scopes(o.adapter.features), func(s string) bool { return s == scope }))
		},
		Granted: func(in directory.Workspace) bool {
			return o.adapter.CheckInstallation(t.Context(), directory.Installation{Platform: Name, Workspace: in}) == nil
		},
		Secrets: func() []string {
			o.mu.Lock()
			defer o.mu.Unlock()
			return append(slices.Clone(o.given), clientSecret, signingSecret)
		},
		Logged: o.log.String,
		Lacks:  map[hubtest.Trait]string{hubtest.TraitBound: "a confidential app has no PKCE at Slack: its client secret binds the code"},
	}
}

func TestConnector(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]kind{
		"workspace": {}, "rotating": {rotation: true, features: AllFeatures()}, "organisation": {wide: true, rotation: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hubtest.RunConnector(t, func(t *testing.T) hubtest.Harness {
				h := newOffice(t, k).harness(t)
				if k.wide {
					h.Lacks[hubtest.TraitMember] = "only an organisation's admin installs for it"
				}
				return h
			})
		})
	}
}
