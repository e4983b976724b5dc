package program

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"rollcall/adapters/entra"
	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/adapters/teams"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/bot"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
	"rollcall/sync/engine"
)

// large is a company whose Teams primaries are looked for on Webex, with the real adapters and
// simulators, and a store in memory. It is always night, so that nobody is asked.
type large struct {
	t       *testing.T
	clock   *sim.Clock
	entra   *entrasim.Sim
	webex   *webexsim.Sim
	store   directory.Store
	engine  *engine.Engine
	people  []string
	group   string
	counted map[string]int // calls up to now, by simulator
}

const (
	largeTenant = "00000001-0000-4000-a000-000000000000"
	largeOrg    = "00000001-0000-4000-9000-000000000000"
	largeApp    = "a0000000-0000-4000-8000-000000000001"
)

func newLarge(t *testing.T, people, strangers int) *large {
	l := &large{t: t, clock: sim.StoppedClock(time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)), store: directorytest.NewMemory(), counted: make(map[string]int)}
	t.Cleanup(func() { l.store.Close() })
	l.entra = entrasim.New(entrasim.Config{Clock: l.clock, AppID: largeApp, Secret: "secret", Units: -1})
	l.entra.AddTenant(entrasim.Tenant{ID: largeTenant, Domains: []entrasim.Domain{{Name: "corp.example"}}, Granted: entrasim.Permissions()})
	l.webex = webexsim.New(webexsim.Config{Clock: l.clock, BotToken: "bot"})
	l.webex.AddOrg(webexsim.Org{ID: largeOrg, Name: "Corp", AdminToken: "admin"})
	l.group = l.entra.AddGroup(largeTenant, entrasim.Group{Name: "Teams primaries"})
	for i := range people {
		mail := fmt.Sprintf("p%05d@corp.example", i)
		l.people = append(l.people, l.entra.AddUser(largeTenant, entrasim.User{Name: fmt.Sprintf("P%05d", i), Mail: mail}))
		if i >= strangers {
			l.webex.PutPerson(largeOrg, webexsim.Person{ID: fmt.Sprintf("00000001-0000-4000-8000-%012d", i), Name: fmt.Sprintf("P%05d", i), Email: mail})
		}
	}
	l.entra.Join(largeTenant, l.group, l.people...)
	l.assemble()
	return l
}

func (l *large) assemble() {
	ctx, logger := context.Background(), slog.New(slog.DiscardHandler)
	network := &sim.Transport{Handlers: map[string]http.Handler{"entra.test": l.entra, "webex.test": l.webex}}
	tenants := entra.Fixed{"acme": {Directory: largeTenant}}
	people, err := entra.New(entra.Config{
		Cloud: entra.Loopback("https://entra.test", "https://entra.test", nil), Name: "entra", ClientID: largeApp, ClientSecret: directory.NewSecret("secret"),
		Find: tenants.Find, Each: tenants.Each, Now: l.clock.Now, Transport: network,
	})
	if err != nil {
		l.t.Fatal(err)
	}
	onWebex, err := webex.New(webex.Config{
		Cloud: webex.Loopback("https://webex.test", nil), BotToken: directory.NewSecret("bot"), PublicURL: "https://rollcall.test",
		WebhookSecrets: []directory.Secret{directory.NewSecret("0123456789abcdef0123456789abcdef")}, Now: l.clock.Now, Transport: network,
		Admin: func(context.Context, directory.Installation) (directory.Secret, error) {
			return directory.NewSecret("admin"), nil
		},
	})
	if err != nil {
		l.t.Fatal(err)
	}
	l.engine = engine.New(engine.Config{
		Store: l.store, Asker: bot.New([]bot.Platform{onWebex}, l.store, l.clock.Now, logger), Now: l.clock.Now, Rand: rand.Reader, Logger: logger,
		Accounts: map[directory.Platform]directory.Accounts{teams.Name: people, webex.Name: onWebex},
		Source:   func(directory.TenantID, string) (directory.Source, bool) { return people.Source(), true },
	})
	must := func(err error) {
		if err != nil {
			l.t.Fatal(err)
		}
	}
	must(l.store.PutTenant(ctx, directory.Tenant{ID: "acme", Settings: directory.Settings{On: true, QuietFrom: 0, QuietTo: 23}}))
	for platform, workspace := range map[directory.Platform]directory.Workspace{teams.Name: largeTenant, webex.Name: largeOrg} {
		inst := directory.Installation{Tenant: "acme", Platform: platform, Workspace: workspace, Generation: 1}
		must(l.store.Install(ctx, inst))
		must(l.store.PutReading(ctx, "acme", directory.Reading{ID: directory.ReadingOfAccounts(inst), Of: inst, DueAt: l.clock.Now()}))
	}
	must(l.store.PutGroup(ctx, "acme", directory.Group{
		ID: "teams-primaries", Directory: "entra", External: l.group, Primary: teams.Name, Secondary: webex.Name, Added: l.clock.Now(),
	}))
}

// work takes steps until nothing is due, and is what it cost: calls to each simulator.
func (l *large) work() (onEntra, onWebex int) {
	l.t.Helper()
	for {
		report, err := l.engine.Step(context.Background(), l.clock.Now(), rand.Reader)
		if err != nil {
			l.t.Fatal(err)
		}
		if report.Did {
			continue
		}
		if report.Next.IsZero() || report.Next.Sub(l.clock.Now()) > 5*time.Second {
			break
		}
		l.clock.Advance(report.Next.Sub(l.clock.Now()))
	}
	was := l.counted
	l.counted = map[string]int{"entra": l.entra.Calls.Len(), "webex": l.webex.Calls.Len()}
	return l.counted["entra"] - was["entra"], l.counted["webex"] - was["webex"]
}

// read has the group read again.
func (l *large) read() (onEntra, onWebex int) {
	l.t.Helper()
	if err := l.engine.Hasten(context.Background(), "acme", "teams-primaries", l.clock.Now()); err != nil {
		l.t.Fatal(err)
	}
	return l.work()
}

func (l *large) wantStates(want map[directory.State]int) {
	l.t.Helper()
	counts, err := l.store.Count(context.Background(), "acme", "teams-primaries", l.clock.Now())
	if err != nil {
		l.t.Fatal(err)
	}
	for state, n := range want {
		if counts.States[state] != n {
			l.t.Errorf("%d are %s, want %d; %v", counts.States[state], state, n, counts.States)
		}
	}
}

// A first import makes pages and batches, and no call for each person but the look-up of whom nobody
// was found for; a read of a group in which nothing happened makes two calls, and one in which k
// people came or went a number of calls that grows with k alone.
func TestAFirstImportOfTenThousandPeople(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: ten thousand people take a few seconds")
	}
	t.Parallel()
	const people, strangers = 10_000, 50
	l := newLarge(t, people, strangers)
	onEntra, onWebex := l.work()
	l.wantStates(map[directory.State]int{directory.Matched: people - strangers, directory.Unmatched: strangers})
	t.Logf("the import made %d calls to Entra and %d to Webex", onEntra, onWebex)
	if most := 100; onEntra > most {
		t.Errorf("%d calls to Entra, want at most %d", onEntra, most)
	}
	if most := people/50 + strangers; onWebex > most {
		t.Errorf("%d calls to Webex, want at most %d", onWebex, most)
	}

	l.read() // whatever the first read left to be done
	if onEntra, onWebex = l.read(); onEntra != 2 || onWebex != 0 {
		t.Errorf("nothing changed: %d calls to Entra and %d to Webex, want 2 and 0", onEntra, onWebex)
	}
	for _, k := range []int{1, 10, 40} {
		l.entra.Leave(largeTenant, l.group, l.people[people-k:]...)
		l.clock.Advance(25 * time.Hour) // the guard's day
		gone, _ := l.read()
		l.entra.Join(largeTenant, l.group, l.people[people-k:]...)
		back, _ := l.read()
		t.Logf("%d left: %d calls; they came back: %d calls", k, gone, back)
		if most := 40 + 6*k; gone > most+people/999+20 || back > most {
			t.Errorf("%d left with %d calls and came back with %d, want at most %d", k, gone, back, most)
		}
	}
}
