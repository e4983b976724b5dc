package simulation

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack"
	"rollcall/adapters/vault"
	"rollcall/adapters/webex"
	"rollcall/bot"
	"rollcall/bot/command"
	"rollcall/sync/directory"
	"rollcall/sync/engine"
)

// The hosts within the process.
const (
	slackHost   = "slack.sim"
	webexHost   = "webex.sim"
	productHost = "rollcall.sim"
	signing     = "a signing secret"
	botToken    = "the bot's token"
	hookSecret  = "a webhook secret of thirty-two bytes"
)

// program is one process of the product. Several work on one store.
type program struct {
	history   *history
	number    int
	engine    *engine.Engine
	store     directory.Store
	vault     *vault.Vault
	webex     *webex.Adapter
	connector *slack.Connector
	connected func(context.Context, directory.Installation) error
	router    *mux.Router
	dead      bool
	told      map[readID]told
	task      *task // what it is in the middle of; nil: nothing

	got    bool // a new token, which isn't saved yet
	thrown any  // by what the vault did
}

// parts are what a program is assembled of. A defect that is put in on purpose changes one of them.
type parts struct {
	store     directory.Store
	sealed    directory.Store // as the vault sees it
	renew     vault.Renew
	tokens    func(context.Context, directory.Installation) (directory.Secret, error)
	connected func(context.Context, directory.Installation) error
	source    directory.Source
	accounts  map[directory.Platform]directory.Accounts
	asker     engine.Asker
	makers    map[directory.Platform]directory.Provisioner
	hears     func(directory.TenantID) directory.Subscriber
	syncer    bot.Syncer
	sink      bot.Sink
	registry  interface {
		bot.Registry
		slack.Conversations
	}
	program *program
}

// launch starts a process, on whatever the store holds.
func (h *history) launch(number int) *program {
	p := &program{history: h, number: number, told: make(map[readID]told)}
	wired := &parts{program: p}
	wired.store = &disk{Store: h.memory, program: p}
	wired.source = &records{directory: h.dir, program: p}
	if h.defect.spoilStore != nil {
		h.defect.spoilStore(wired)
	}
	wired.registry = wired.store
	if h.defect.spoilRegistry != nil {
		h.defect.spoilRegistry(wired)
	}
	wired.sealed, wired.renew, wired.tokens = guarded{wired.store, p}, p.renew, p.token
	wired.connected = func(ctx context.Context, inst directory.Installation) error { return p.engine.Connected(ctx, inst) }
	if h.defect.spoilVault != nil {
		h.defect.spoilVault(wired)
	}
	p.store, p.connected = wired.store, wired.connected
	p.vault = vault.New(vault.Config{
		Keys: keys, Registry: wired.sealed, Renew: map[directory.Platform]vault.Renew{slack.Name: wired.renew}, Now: h.clock.Now, Logger: h.logger,
	})
	network := &sim.Transport{
		Handlers: map[string]http.Handler{slackHost: h.slack, webexHost: h.webex},
		Before:   func(r *http.Request) { p.call(r, beforeCall) },
		After:    func(r *http.Request) { p.call(r, afterCall) },
	}
	onSlack, err := slack.New(slack.Config{
		Cloud:   slack.Loopback("https://"+slackHost, "https://"+slackHost, nil),
		Signing: []directory.Secret{directory.NewSecret(signing)}, Transport: network,
		Tokens:        wired.tokens,
		Conversations: wired.registry, PageSize: 7, Now: h.clock.Now, Logger: h.logger,
	})
	must(err)
	p.webex, err = webex.New(webex.Config{
		Cloud: webex.Loopback("https://"+webexHost, nil), BotToken: directory.NewSecret(botToken),
		WebhookSecrets: []directory.Secret{directory.NewSecret(hookSecret)}, PublicURL: "https://" + productHost,
		Admin: wired.tokens,
		Now:   h.clock.Now, Logger: h.logger, Transport: network,
	})
	must(err)
	p.connector = slack.NewConnector(onSlack, slack.App{ClientID: clientID, ClientSecret: directory.NewSecret(clientSecret)})
	talk := bot.New([]bot.Platform{onSlack, p.webex}, wired.registry, h.clock.Now, h.logger)
	wired.accounts = map[directory.Platform]directory.Accounts{slack.Name: onSlack, webex.Name: p.webex}
	wired.makers = h.provisioners(onSlack, p.webex)
	wired.hears = func(tenant directory.TenantID) directory.Subscriber { return &subscriber{p, tenant} }
	wired.asker, wired.sink = witness{talk, p}, talk
	if h.defect.spoil != nil {
		h.defect.spoil(wired)
	}
	p.engine = engine.New(engine.Config{
		Store: wired.store, Accounts: wired.accounts, Provisioners: wired.makers, Asker: wired.asker,
		Now: h.clock.Now, Rand: h.entropy, Logger: h.logger,
		Source: func(_ directory.TenantID, name string) (directory.Source, bool) { return wired.source, name == "hr" },
		Subscriber: func(tenant directory.TenantID, name string) (directory.Subscriber, bool) {
			return wired.hears(tenant), name == subscriberName
		},
	})
	wired.syncer = p.engine
	talk.Serve(&ear{Syncer: wired.syncer, history: h})
	talk.Obey(command.New(command.Config{
		Steering: desk{p.engine, p}, Office: office{wired.store}, Title: title, Now: h.clock.Now, Rand: h.entropy, Logger: h.logger,
	}))
	p.router = mux.NewRouter()
	onSlack.Mount(p.router, wired.sink)
	p.webex.Mount(p.router, wired.sink)
	return p
}

// record writes tenants and groups into a new store, as the program does when it
// reads its configuration.
func (h *history) record(c *company) {
	ctx := context.Background()
	h.configure(c)
	if h.profile.Telling.On {
		must(h.memory.PutReading(ctx, c.id, directory.Reading{ID: directory.ReadingOfChanges(subscriberName), DueAt: time.Unix(0, 0)}))
	}
	for i, g := range []directory.Group{
		{ID: slackGroup, Primary: slack.Name, Secondary: webex.Name},
		{ID: webexGroup, Primary: webex.Name, Secondary: slack.Name},
	} {
		g.Name, g.Directory, g.External, g.Priority, g.Added = string(g.ID), "hr", string(g.ID), i+1, h.clock.Now()
		if i == 0 && h.profile.Steering.Fresh {
			g.Draft = true
			h.drafted(c, g.ID)
		}
		if stage := h.profile.Steering.Stage; i == 0 && stage != directory.StageAll {
			g.Rollout = directory.Rollout{Stage: stage, Since: h.clock.Now()}
			h.rules[c.id].staged[g.ID] = h.mark()
		}
		must(h.memory.PutGroup(ctx, c.id, g))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// configure writes a tenant's settings.
func (h *history) configure(c *company) {
	settings := directory.Settings{On: true, Removal: h.profile.Removal, Grace: h.profile.Grace, ReadEvery: h.profile.ReadEvery, AskFirst: h.profile.AskFirst, StandIns: h.profile.StandIns.Chosen}
	if h.profile.Quiet {
		settings.QuietFrom, settings.QuietTo = 18, 8
	}
	settings.QuietDays, settings.PerHour = h.profile.Steering.QuietDays, h.profile.Steering.PerHour
	was, err := h.memory.Tenant(context.Background(), c.id)
	if !directory.Is(err, directory.NotFound) {
		must(err)
	}
	must(h.memory.PutTenant(context.Background(), directory.Tenant{ID: c.id, Name: c.mark, Settings: settings, Version: was.Version}))
}

// killed is how a process dies: everything that it was doing is left as it is.
type killed struct{ program *program }

// die kills the process, from wherever it is.
func (p *program) die(where fault, place string) {
	p.dead = true
	p.history.reach(where)
	p.history.say("  process %d is killed: %s", p.number, place)
	panic(killed{p})
}

// survive runs a part of the process's work, which may kill it.
func (p *program) survive(work func()) (alive bool) {
	defer func() {
		if cause := recover(); cause != nil {
			if death, ok := cause.(killed); !ok || death.program != p {
				panic(cause)
			}
			alive = false
		}
	}()
	work()
	return true
}

// alive is a process that runs, started anew if it was killed.
func (h *history) alive(number int) *program {
	if h.programs[number].dead {
		h.programs[number] = h.launch(number)
		h.say("  process %d starts", number)
	}
	return h.programs[number]
}

// anyProcess is one of those that run.
func (h *history) anyProcess() *program { return h.alive(h.dice.IntN(len(h.programs))) }

// step lets one worker do one unit of work.
func (h *history) step(p *program) (did bool, next time.Time) {
	if h.steps++; h.steps > mostSteps {
		h.violated("it does not come to rest after %d steps", mostSteps)
	}
	p.survive(func() {
		defer p.enter()()
		report, err := p.engine.Step(context.Background(), h.clock.Now(), h.entropy)
		if err != nil {
			h.violated("a step failed: %v", err)
		}
		did, next = report.Did, report.Next
	})
	if p.dead {
		did = true
	}
	h.observe()
	return did, next
}

func newLogger(h *history) *slog.Logger {
	if !h.verbose {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(lines{h}, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}
