package demo

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcall/adapters/csv"
	"rollcall/adapters/entra"
	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/hook"
	"rollcall/adapters/hook/hooksim"
	"rollcall/adapters/sim"
	"rollcall/adapters/slack"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/teams"
	"rollcall/adapters/teams/teamssim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/cmd/rollcall/program"
)

// Options say how large a world is and where it lives.
type Options struct {
	Dir     string // for the directories' files, the database and the log; it must exist
	Tenants int
	People  int  // besides the company's own
	Empty   bool // without the company's own
	// Crews adds people and groups that an admin puts to use in chat, and two admins.
	Crews bool
	// cast are people to come instead of the crews, into whose groups they can be put.
	cast []resident
	// AskFirst has whoever is not found asked for another address first.
	AskFirst bool
	// Refused configures a group of a kind that can't be used as well.
	Refused bool
	// NoReadBack leaves out the permission to look for messages, on the platform where it can be.
	NoReadBack bool
	// Without leaves scopes out that the platforms would have granted, in all tenants: see allScopes.
	Without []string
	// SignedIn has Webex read in the name of whoever signed in: there is no service app.
	SignedIn bool
	// Only are the steps that the check goes through; none: all.
	Only []string
	// Patience bounds every wait, by the machine's clock. Zero: 45 seconds.
	Patience time.Duration
	// Stride is how far the demo's clock is moved every 20 ms of a wait. Zero: half a second, by which a busy
	// machine seems to stand still now and then.
	Stride time.Duration
}

// World is everything that the demo runs: the platforms, the directories, and the program.
type World struct {
	Clock *sim.Clock
	Slack *slacksim.Sim
	Webex *webexsim.Sim
	Teams *teamssim.Sim
	Entra *entrasim.Sim
	Hooks *hooksim.Sim

	options   Options
	companies []*firm // those whose tokens stand in the configuration
	newcomers []*firm // those that connect their platforms in the hub
	authority *sim.Authority
	servers   []*sim.Server
	slackURL  string
	webexURL  string
	teamsURL  string
	entraURL  string
	hookURL   string
	client    *http.Client
	config    program.Config
	log       io.WriteCloser

	mu       sync.Mutex // guards the files of the directories, and what follows
	main     *program.Main
	ended    chan struct{}
	halt     context.CancelFunc
	child    *child
	closed   func()
	blocking map[string]bool // who has blocked the app on Teams: nobody there tells
}

// firm is a tenant: its directory's file and its workspaces.
type firm struct {
	number    int // its place among the tenants, from 0: it is in the ids that can't be the same
	id, name  string
	slackTeam string
	slackOrg  string // the organisation that the workspace is in; empty: none
	webexOrg  string
	entra     string // the tenant of Entra and Teams
	path      string
	residents []resident
}

// newFirm is the firm at a place among the tenants.
func (w *World) newFirm(number int) *firm {
	id := fmt.Sprintf("t%d", number+1)
	return &firm{
		number: number, id: id, name: firmNames[number], path: filepath.Join(w.options.Dir, id+".csv"),
		slackTeam: fmt.Sprintf("T%04d", number+1), webexOrg: fmt.Sprintf("%08d-0000-4000-9000-000000000000", number+1), entra: teamsTenant(number),
	}
}

// firms are all of them.
func (w *World) firms() []*firm { return slices.Concat(w.companies, w.newcomers) }

// The platforms' panes, and the tenants' names.
const (
	paneSlack = string(slack.Name)
	paneTeams = string(teams.Name)
	paneWebex = string(webex.Name)
)

var firmNames = []string{"Larkspur Studio", "Hartmann Works", "Ostrava Mills", "Fjord & Field"}

// mostConnected is how many of them can have their tokens in the configuration. The others are newcomers.
const mostConnected = 2

// Start makes a world and runs its simulators. The program is started by [World.Launch].
func Start(options Options) (*World, error) {
	if err := options.checkWithout(); err != nil {
		return nil, err
	}
	w := &World{Clock: sim.NewClock(nil), options: options, blocking: make(map[string]bool)}
	var err error
	if w.authority, err = sim.NewAuthority(); err != nil {
		return nil, err
	}
	w.client = &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: w.authority.Pool(), MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 8},
	}
	if w.config, err = w.configure(); err != nil {
		return nil, err
	}
	w.Slack, w.Webex = slacksim.New(w.slackApp()), webexsim.New(w.webexApps())
	if w.slackURL, err = w.serve(w.Slack); err != nil {
		return nil, err
	}
	if w.webexURL, err = w.serve(w.Webex); err != nil {
		return nil, err
	}
	w.Slack.Reach(w.slackURL, w.config.PublicURL)
	if !w.options.Empty {
		if err := w.startMicrosoft(); err != nil {
			return nil, err
		}
	}
	for _, f := range w.companies {
		if err := w.settle(f.number, f); err != nil {
			return nil, err
		}
	}
	for _, f := range w.newcomers {
		if err := w.settleNewcomer(f); err != nil {
			return nil, err
		}
	}
	w.limitScopes()
	if w.log, err = os.OpenFile(filepath.Join(options.Dir, "rollcall.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var pumps sync.WaitGroup
	for _, outbox := range w.outboxes() {
		pumps.Go(func() { outbox.Run(ctx, 100*time.Millisecond) })
	}
	w.closed = sync.OnceFunc(func() {
		cancel()
		pumps.Wait()
		for _, s := range w.servers { // each waits for a second for connections over which nothing comes any more
			pumps.Go(s.Close)
		}
		pumps.Wait()
		w.log.Close()
	})
	return w, nil
}

// outboxes are those of the simulators: what is on its way to the program.
func (w *World) outboxes() []*sim.Outbox {
	all := []*sim.Outbox{w.Slack.Outbox, w.Webex.Outbox}
	if w.Teams != nil {
		all = append(all, w.Teams.Outbox, w.Entra.Outbox)
	}
	return all
}

func (w *World) serve(handler http.Handler) (string, error) {
	s, err := w.authority.Serve(handler)
	if err != nil {
		return "", err
	}
	w.servers = append(w.servers, s)
	return s.URL, nil
}

// configure makes the program's configuration, with a free port of loopback for its own listener.
func (w *World) configure() (program.Config, error) {
	address, err := freeAddress()
	if err != nil {
		return program.Config{}, err
	}
	c := program.Config{
		Listen: address, PublicURL: "https://" + address, Store: filepath.Join(w.options.Dir, "rollcall.db"),
		Log:     program.Log{Level: "info", Format: "text"},
		Slack:   program.Slack{SigningSecret: "demo-signing-secret", ReadBack: true, Personas: true},
		Webex:   program.Webex{BotToken: "demo-webex-bot", WebhookSecret: "demo-webhook-secret-of-thirty-two"},
		Teams:   program.Teams{AppID: appID, AppSecret: appSecret, HomeTenant: homeTenant, ManifestID: manifestID},
		Tenants: make(map[string]program.TenantConfig),
	}
	for i := range max(1, min(w.options.Tenants, mostConnected)) {
		f := w.newFirm(i)
		w.companies = append(w.companies, f)
		t := f.config()
		t.AskFirst = w.options.AskFirst
		if !w.options.Empty {
			f.microsoftConfig(i, &t, w.options.Refused)
		}
		c.Tenants[f.id] = t
	}
	if !w.options.Empty {
		if err := w.configureApps(&c); err != nil {
			return program.Config{}, err
		}
		for i := mostConnected; i < len(firmNames); i++ {
			f := w.newFirm(i)
			w.newcomers = append(w.newcomers, f)
			c.Tenants[f.id] = f.newcomerConfig()
		}
	}
	return c, nil
}

// freeAddress is an address of loopback that nobody listens at. Its port is below those that systems
// give to outgoing connections, one of which could have taken it before the program does.
func freeAddress() (string, error) {
	var failed error
	for range 100 {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 16_000+rand.IntN(16_000)))
		if err != nil {
			failed = err
			continue
		}
		return listener.Addr().String(), listener.Close()
	}
	return "", failed
}

func (f *firm) config() program.TenantConfig {
	t := program.TenantConfig{Name: f.name, On: true, Removal: "suspend"}
	t.Slack.Workspace, t.Slack.BotToken = f.slackTeam, "xoxb-demo-"+f.id
	t.Webex.Organisation, t.Webex.AdminToken = f.webexOrg, "demo-webex-admin-"+f.id
	t.Directories = map[string]program.DirectoryConfig{"staff": {CSV: program.CSV{Path: f.path}}}
	t.Groups = map[string]program.GroupConfig{
		slackGroup: {Name: "Slack primaries", Directory: "staff", Group: slackGroup, Primary: paneSlack, Secondary: paneWebex, Priority: 1},
		webexGroup: {Name: "Webex primaries", Directory: "staff", Group: webexGroup, Primary: paneWebex, Secondary: paneSlack, Priority: 2},
	}
	return t
}

// settle puts a firm's people into its directory and onto the platforms.
func (w *World) settle(tenant int, f *firm) error {
	if !w.options.Empty {
		f.residents = company()
	}
	if w.options.Crews {
		f.residents = crews()
	}
	if w.options.cast != nil {
		f.residents = slices.Clone(w.options.cast)
	}
	f.residents = append(f.residents, crowd(w.options.People)...)
	scopes := slack.Scopes(slack.Features{ReadBack: !w.options.NoReadBack, Personas: true})
	workspace := slacksim.Workspace{ID: f.slackTeam, Name: f.name, Token: "xoxb-demo-" + f.id, Scopes: w.options.left(paneSlack, scopes)}
	w.Webex.AddOrg(webexsim.Org{ID: f.webexOrg, Name: f.name, AdminToken: "demo-webex-admin-" + f.id})
	w.Webex.AddServiceApp(f.webexOrg, "demo-webex-guests-"+f.id)
	for i, bot := range pool(tenant) {
		w.Webex.PutPerson(f.webexOrg, webexsim.Person{
			ID: bot, Name: fmt.Sprintf("Stand-in %d", i+1), Email: fmt.Sprintf("standin-%d-%s@webex.bot", i+1, f.id), Type: webexsim.TypeBot,
		})
	}
	sheet := csv.Sheet{Groups: []string{slackGroup, webexGroup, slackTeamsGroup}}
	settled := len(f.residents)
	switch {
	case w.options.Crews:
		for _, pane := range []string{paneSlack, paneTeams, paneWebex} {
			sheet.Groups = append(sheet.Groups, crewGroup(pane))
		}
	case !w.options.Empty:
		settled = len(company()) // the others come with Crowd
	}
	for i := range f.residents {
		r := f.residents[i]
		if tenant > 0 {
			// The ids and addresses collide; the names tell whose message it is.
			r.name += " of " + strings.Fields(f.name)[0]
			f.residents[i] = r
		}
		if i < settled && !r.entra {
			sheet.People = append(sheet.People, r.person())
		}
		if u, there := r.slackUser(i); there {
			u.Admin = r.admin
			workspace.Users = append(workspace.Users, u)
		}
		if p, there := r.webexPerson(tenant, i); there {
			if r.admin {
				p.Role = webexsim.RoleFull
			}
			w.Webex.PutPerson(f.webexOrg, p)
		}
	}
	w.Slack.AddWorkspace(workspace)
	if w.Teams != nil {
		w.settleMicrosoft(tenant, f)
	}
	return csv.Write(f.path, sheet)
}

// Crowd puts the people that the options ask for besides the company into the directory. Their
// accounts have been there from the start; they come last, so that the company's past doesn't
// wait behind them.
func (w *World) Crowd() error {
	for _, f := range w.companies {
		err := w.Edit(f.id, func(sheet *csv.Sheet) error {
			for _, r := range f.residents[len(f.residents)-w.options.People:] {
				sheet.People = append(sheet.People, r.person())
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Launch starts the program, and answers when it listens.
func (w *World) Launch() error {
	cert, err := w.authority.Certificate()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	pool := w.authority.Pool()
	microsoft := teams.Loopback(w.teamsURL, pool)
	m, err := program.New(ctx, w.config, program.Options{
		Slack: slack.Loopback(w.slackURL, w.slackURL, pool), Webex: webex.Loopback(w.webexURL, pool),
		Teams: &microsoft, Entra: entra.Loopback(w.entraURL, w.entraURL, pool), Hooks: hook.Loopback(pool),
		TLS: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		Now: w.Clock.Now, Log: w.log, WatchEvery: 200 * time.Millisecond, LookEvery: 200 * time.Millisecond, CheckEvery: 2 * time.Second,
	})
	if err != nil {
		cancel()
		return err
	}
	ended := make(chan struct{})
	w.mu.Lock()
	w.main, w.halt, w.ended = m, cancel, ended
	w.mu.Unlock()
	go func() {
		defer close(ended)
		if err := m.Run(ctx); err != nil {
			fmt.Fprintln(w.log, "the program ended:", err)
		}
	}()
	return nil
}

// Stop ends the program as a signal would: what is under way is finished.
func (w *World) Stop() error {
	w.mu.Lock()
	m, halt, ended := w.main, w.halt, w.ended
	w.main = nil
	w.mu.Unlock()
	if m == nil {
		return nil
	}
	halt()
	<-ended
	return m.Close()
}

// Close ends everything. It may be called twice.
func (w *World) Close() error {
	err := w.Stop()
	w.closed()
	return err
}

// Program is the running program; nil between Stop and Launch.
func (w *World) Program() *program.Main {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.main
}

// Advance lets time go by for everybody.
func (w *World) Advance(by time.Duration) {
	w.Clock.Advance(by)
	w.mu.Lock()
	m, c := w.main, w.child
	w.mu.Unlock()
	if m != nil {
		m.Engine.Wake()
	}
	if c != nil {
		c.forward(by)
	}
}

func (w *World) firm(tenant string) (*firm, error) {
	for _, f := range w.firms() {
		if f.id == tenant {
			return f, nil
		}
	}
	return nil, errors.New("there is no such tenant")
}
