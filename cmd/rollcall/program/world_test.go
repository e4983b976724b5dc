package program

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rollcall/adapters/csv"
	"rollcall/adapters/sim"
	"rollcall/adapters/slack"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/cards"
	"rollcall/sync/directory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const hour = time.Hour

// The secrets of the world. None of them may ever be seen in a log, an error or an answer.
const (
	signingSecret = "canary-signing-secret"
	webexToken    = "canary-webex-bot-token"
	webhookSecret = "canary-webhook-secret-of-some-length"
	slackTokens   = "xoxb-canary-slack-token-"
	adminTokens   = "canary-webex-admin-token-"
	family        = "Canaryfamily"          // the last name of everybody
	domain        = "canaryaddress.example" // the domain of every address
)

// world is the real program with a Slack, a Webex and directories' files around it, all of them
// speaking TLS over loopback.
type world struct {
	*testing.T
	clock     *sim.Clock
	slack     *slacksim.Sim
	webex     *webexsim.Sim
	slackURL  string
	webexURL  string
	authority *sim.Authority
	wire      *wire
	dir       string
	config    Config
	log       journal

	main   *Main
	halt   context.CancelFunc
	result chan error
}

// The ids of the n-th tenant, from 0.
func tenantOf(n int) string { return []string{"acme", "globex"}[n] }
func teamOf(n int) string   { return fmt.Sprintf("T%04d", n+1) }
func orgOf(n int) string    { return fmt.Sprintf("%08d-0000-4000-9000-000000000000", n+1) }
func webexOf(n, person int) string {
	return fmt.Sprintf("%08d-0000-4000-8000-%012d", n+1, person)
}

// staff is who works for every tenant. The n-th has the same ids and addresses in each.
var staff = []struct{ id, group string }{
	{"ann", "slack-first"}, {"bob", "webex-first"}, {"cleo", "slack-first"}, {"dora", ""},
}

// newWorld makes platforms and files, and a configuration for them. The program is started by
// [world.start].
func newWorld(t *testing.T, tenants int) *world {
	t.Helper()
	w := &world{T: t, clock: sim.NewClock(nil), dir: t.TempDir(), wire: &wire{}}
	w.authority = must(sim.NewAuthority())(t)
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: w.authority.Pool(), ServerName: "localhost", MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, w.wire.address())
		},
	}
	w.wire.next = transport
	client := &http.Client{Transport: w.wire, Timeout: 10 * time.Second}
	w.slack = slacksim.New(slacksim.Config{Clock: w.clock, SigningSecret: signingSecret, Client: client, Unlimited: true})
	w.webex = webexsim.New(webexsim.Config{Clock: w.clock, BotToken: webexToken, Client: client, PerMinute: -1, BusyPerMinute: -1})
	w.slackURL, w.webexURL = w.host(w.slack), w.host(w.webex)
	w.slack.Reach(w.slackURL, "https://rollcall.example")
	w.config = Config{
		Listen: "127.0.0.1:0", PublicURL: "https://rollcall.example", Store: filepath.Join(w.dir, "rollcall.db"),
		Log: Log{Level: "debug", Format: "text"}, Slack: Slack{SigningSecret: signingSecret, ReadBack: true, Personas: true},
		Webex:   Webex{BotToken: webexToken, WebhookSecret: webhookSecret},
		Tenants: make(map[string]TenantConfig),
	}
	for n := range tenants {
		w.settle(n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var pumps sync.WaitGroup
	pumps.Go(func() { w.slack.Outbox.Run(ctx, 50*time.Millisecond) })
	pumps.Go(func() { w.webex.Outbox.Run(ctx, 50*time.Millisecond) })
	t.Cleanup(func() {
		w.stop()
		cancel()
		pumps.Wait()
		transport.CloseIdleConnections()
	})
	return w
}

func (w *world) host(handler http.Handler) string {
	server := must(w.authority.Serve(handler))(w.T)
	w.Cleanup(server.Close)
	return server.URL
}

// settle gives a tenant its people and its configuration.
func (w *world) settle(n int) {
	w.Helper()
	team := slacksim.Workspace{ID: teamOf(n), Name: "Canaryteam", Token: slackTokens + tenantOf(n)}
	w.webex.AddOrg(webexsim.Org{ID: orgOf(n), Name: "Canaryorg", AdminToken: adminTokens + tenantOf(n)})
	sheet := csv.Sheet{Groups: []string{"slack-first", "webex-first"}}
	confirmed := true
	for i, p := range staff {
		name, email := strings.ToUpper(p.id[:1])+p.id[1:]+" "+family, p.id+"@"+domain
		person := csv.Person{ID: p.id, Name: name, Email: email, Active: true}
		if p.group != "" {
			person.Groups = []string{p.group}
		}
		sheet.People = append(sheet.People, person)
		team.Users = append(team.Users, slacksim.User{ID: fmt.Sprintf("U%d", i), Name: p.id, RealName: name, Email: email, Confirmed: &confirmed})
		w.webex.PutPerson(orgOf(n), webexsim.Person{ID: webexOf(n, i), Name: name, Email: email})
	}
	w.slack.AddWorkspace(team)
	path := filepath.Join(w.dir, tenantOf(n)+".csv")
	if err := csv.Write(path, sheet); err != nil {
		w.Fatal(err)
	}
	w.config.Tenants[tenantOf(n)] = TenantConfig{
		Name: "Canarytenant", On: true, Removal: "suspend",
		Slack:       SlackTenant{Workspace: teamOf(n), BotToken: slackTokens + tenantOf(n)},
		Webex:       WebexTenant{Organisation: orgOf(n), AdminToken: adminTokens + tenantOf(n)},
		Directories: map[string]DirectoryConfig{"staff": {CSV: CSV{Path: path}}},
		Groups: map[string]GroupConfig{
			"slack-first": {Name: "Canarygroup", Directory: "staff", Group: "slack-first", Primary: "slack", Secondary: "webex"},
			"webex-first": {Name: "Canarygroup", Directory: "staff", Group: "webex-first", Primary: "webex", Secondary: "slack", Priority: 1},
		},
	}
}

// change changes a tenant's configuration.
func (w *world) change(tenant string, do func(*TenantConfig)) {
	t := w.config.Tenants[tenant]
	do(&t)
	w.config.Tenants[tenant] = t
}

// edit changes a tenant's directory.
func (w *world) edit(tenant string, do func(*csv.Sheet)) {
	w.Helper()
	path := filepath.Join(w.dir, tenant+".csv")
	sheet := must(csv.Read(path))(w.T)
	do(&sheet)
	if err := csv.Write(path, sheet); err != nil {
		w.Fatal(err)
	}
}

func (w *world) options() Options {
	certificate := must(w.authority.Certificate())(w.T)
	return Options{
		Slack: slack.Loopback(w.slackURL, w.slackURL, w.authority.Pool()), Webex: webex.Loopback(w.webexURL, w.authority.Pool()),
		TLS: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		Now: w.clock.Now, Log: &w.log, WatchEvery: 20 * time.Millisecond,
	}
}

// start starts the program as it is configured.
func (w *world) start() {
	w.Helper()
	m, err := New(w.Context(), w.config, w.options())
	if err != nil {
		w.Fatal(err)
	}
	w.wire.lead(m.Addr().String())
	ctx, halt := context.WithCancel(context.Background())
	w.main, w.halt, w.result = m, halt, make(chan error, 1)
	go func() { w.result <- m.Run(ctx) }()
}

// stop ends the program, if it runs, as a signal does.
func (w *world) stop() {
	w.Helper()
	if w.main == nil {
		return
	}
	w.halt()
	if err := <-w.result; err != nil {
		w.Errorf("Run: %v", err)
	}
	if err := w.main.Close(); err != nil {
		w.Errorf("Close: %v", err)
	}
	w.main = nil
}

func (w *world) restart() {
	w.Helper()
	w.stop()
	w.start()
}

// until waits until something is so, for half a minute at most.
func (w *world) until(what string, is func() bool) {
	w.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(30 * time.Second)
	for !is() {
		select {
		case <-ticker.C:
		case <-deadline:
			w.Fatalf("waited in vain: %s\n%s", what, w.log.String())
		}
	}
}

// link is somebody's link; its zero value: there is none.
func (w *world) link(tenant, person string) directory.Link {
	w.Helper()
	key := directory.LinkKey{Member: directory.MemberID{Directory: "staff", ID: person}, Pair: directory.PairOf(slack.Name, webex.Name)}
	links, err := w.main.Store.Links(w.Context(), directory.TenantID(tenant), key)
	if err != nil {
		w.Fatal(err)
	}
	if len(links) == 0 {
		return directory.Link{}
	}
	return links[0]
}

// await waits until a link is in a state, and its cards show it. Time goes by quickly meanwhile, so
// that nobody waits for the pace of a platform.
func (w *world) await(tenant, person string, state directory.State) directory.Link {
	w.Helper()
	var l directory.Link
	w.until(tenant+"'s "+person+" is "+string(state), func() bool {
		l = w.link(tenant, person)
		if l.State == state && atRest(l, w.clock.Now()) {
			return true
		}
		w.clock.Advance(500 * time.Millisecond)
		w.main.Engine.Wake()
		return false
	})
	return l
}

// atRest reports that nobody works on a link, and that its messages are as they should be.
func atRest(l directory.Link, now time.Time) bool {
	for _, p := range []directory.Prompt{l.Ask, l.Proof} {
		if p.Delivery == directory.Sending || p.Open() && p.Want != p.Shown {
			return false
		}
	}
	return !l.Lease.After(now) &&
		(l.State != directory.Asking || l.Ask.Delivery != directory.NotSent) &&
		(l.State != directory.Proving || l.Proof.Delivery != directory.NotSent)
}

// quiet waits until nothing is on its way, and nothing is due within half a minute.
func (w *world) quiet() {
	w.Helper()
	w.until("quiet", func() bool {
		if w.slack.Outbox.Len()+w.webex.Outbox.Len() > 0 {
			return false
		}
		for tenant, config := range w.config.Tenants {
			id := directory.TenantID(tenant)
			if !config.On {
				continue // whatever is due stays so
			}
			due, err := w.main.Store.NextDue(w.Context(), id)
			if err != nil || !due.IsZero() && due.Before(w.clock.Now().Add(30*time.Second)) {
				return false
			}
			// What is being read isn't due, and not over either.
			readings, err := w.main.Store.Readings(w.Context(), id)
			for _, r := range readings {
				if err != nil || r.Midway || r.Settle || r.Lease.After(w.clock.Now()) {
					return false
				}
			}
			links, err := w.main.Store.ListLinks(w.Context(), id, directory.LinkQuery{})
			for _, l := range links {
				if err != nil || !atRest(l, w.clock.Now()) {
					return false
				}
			}
		}
		return true
	})
}

// prompt is the app's message to an account that has a button with a verb now, and the button's
// place. An empty value: any.
func (w *world) prompt(to directory.AccountID, verb directory.Verb, value string) (sim.Message, int) {
	w.Helper()
	var found sim.Message
	place := -1
	w.until(string(verb)+" can be pressed", func() bool {
		messages := w.slack.Messages(0)
		if to.Platform == webex.Name {
			messages = w.webex.Messages(0)
		}
		for _, m := range messages {
			if !m.FromApp || m.To != to.User || m.Workspace != string(to.Workspace) || len(m.Presses) == 0 {
				continue
			}
			if i := placeOf(m.Presses[len(m.Presses)-1], verb, value); i >= 0 {
				found, place = m, i
			}
		}
		return place >= 0
	})
	return found, place
}

// placeOf is a button's place among those of a card; -1: it has none such.
func placeOf(presses []string, verb directory.Verb, value string) int {
	place := 0
	for _, text := range presses {
		p, err := cards.ParsePress(text)
		if err != nil {
			continue
		}
		if p.Verb == string(verb) && (value == "" || p.Value == value) {
			return place
		}
		place++
	}
	return -1
}

// press presses a button as the account's owner.
func (w *world) press(as directory.AccountID, verb directory.Verb, value string) {
	w.Helper()
	m, place := w.prompt(as, verb, value)
	var err error
	if as.Platform == webex.Name {
		err = w.webex.Press(as.User, m.ID, place)
	} else {
		err = w.slack.Press(string(as.Workspace), as.User, m.Conversation, m.ID, fmt.Sprint(place))
	}
	if err != nil {
		w.Fatal(err)
	}
}

// pair goes all the way from the prompt to the link.
func (w *world) pair(tenant, person string) directory.Link {
	w.Helper()
	l := w.await(tenant, person, directory.Asking)
	w.press(l.Account, directory.VerbSync, "")
	l = w.await(tenant, person, directory.Proving)
	w.press(l.Counterpart, directory.VerbPick, l.Proof.Number)
	return w.await(tenant, person, directory.Linked)
}

// sent is how many messages of the app the n-th tenant's workspaces ever took, and edits of them.
func (w *world) sent(n int) int {
	count := 0
	for _, m := range append(w.slack.Messages(0), w.webex.Messages(0)...) {
		if m.FromApp && (m.Workspace == teamOf(n) || m.Workspace == orgOf(n)) {
			count += 1 + m.Edits
		}
	}
	return count
}

// webexCalls is how often Webex answered a call with a status.
func (w *world) webexCalls(route string, status int) int {
	n := 0
	for _, c := range w.webex.Calls.All() {
		if c.Route == route && c.Status == status {
			n++
		}
	}
	return n
}
