package bot

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"rollcall/cards"
	"rollcall/sync/directory"
)

// Fakes of the ports. A call for which a test has no answer fails it by its panic.

type fakePlatform struct {
	name   directory.Platform
	limits Limits
	SendFn func(inst directory.Installation, to directory.AccountID, card cards.Card) (directory.MessageRef, error)
	EditFn func(inst directory.Installation, to directory.AccountID, ref directory.MessageRef, card cards.Card) (directory.MessageRef, error)
	FindFn func(inst directory.Installation, to directory.AccountID, mark string, since time.Time) (directory.MessageRef, bool, error)
}

var _ Platform = (*fakePlatform)(nil)

func (p *fakePlatform) Name() directory.Platform { return p.name }
func (p *fakePlatform) Limits() Limits           { return p.limits }

func (p *fakePlatform) Send(_ context.Context, inst directory.Installation, to directory.AccountID, card cards.Card) (directory.MessageRef, error) {
	return p.SendFn(inst, to, card)
}

func (p *fakePlatform) Edit(_ context.Context, inst directory.Installation, to directory.AccountID, ref directory.MessageRef, card cards.Card) (directory.MessageRef, error) {
	return p.EditFn(inst, to, ref, card)
}

func (p *fakePlatform) Find(_ context.Context, inst directory.Installation, to directory.AccountID, mark string, since time.Time) (directory.MessageRef, bool, error) {
	return p.FindFn(inst, to, mark, since)
}

type fakeRegistry struct {
	ResolveFn func(directory.Origin) (directory.Installation, error)
	FirstFn   func(tenant directory.TenantID, key string, now time.Time, ttl time.Duration) (bool, error)
	// What is known of whoever acts.
	tenant   directory.Tenant
	accounts []directory.Account
	wish     directory.Preference
	unread   error // instead of any of it
	// The only connection, and what was made of it.
	connection directory.Connection
	amended    []directory.Connection
	trail      []directory.Entry
	between    func() // happens before it is amended; nil: nothing
}

var _ Registry = (*fakeRegistry)(nil)

func (r *fakeRegistry) Resolve(_ context.Context, origin directory.Origin) (directory.Installation, error) {
	return r.ResolveFn(origin)
}

func (r *fakeRegistry) First(_ context.Context, tenant directory.TenantID, key string, now time.Time, ttl time.Duration) (bool, error) {
	return r.FirstFn(tenant, key, now, ttl)
}

func (r *fakeRegistry) Tenant(context.Context, directory.TenantID) (directory.Tenant, error) {
	return r.tenant, r.unread
}

func (r *fakeRegistry) AccountsByID(context.Context, directory.TenantID, ...directory.AccountID) ([]directory.Account, error) {
	return r.accounts, r.unread
}

func (r *fakeRegistry) Preference(context.Context, directory.TenantID, directory.AccountID) (directory.Preference, error) {
	return r.wish, r.unread
}

func (r *fakeRegistry) Connection(_ context.Context, platform directory.Platform, workspace directory.Workspace) (directory.Connection, error) {
	if inst := r.connection.Installation; inst.Platform != platform || inst.Workspace != workspace {
		return directory.Connection{}, directory.Errorf(directory.NotFound, "no such connection")
	}
	return r.connection, nil
}

func (r *fakeRegistry) Amend(_ context.Context, connection directory.Connection, audit ...directory.Entry) error {
	if r.between != nil {
		r.between()
	}
	if connection.Version != r.connection.Version {
		return directory.Errorf(directory.Conflict, "it was changed meanwhile: read it again")
	}
	connection.Version++
	r.connection = connection
	r.amended = append(r.amended, connection)
	r.trail = append(r.trail, audit...)
	return nil
}

type fakeSyncer struct {
	AnswerFn  func(directory.TenantID, directory.Answer) (directory.Outcome, error)
	ObserveFn func(directory.Installation, directory.Account) error
	NamedFn   func(directory.Installation, directory.AccountID, directory.Address) (directory.Outcome, error)
	ReachedFn func(directory.Installation, directory.AccountID) error
	KnowFn    func(context.Context, directory.AccountID) (directory.Account, error)
}

var _ Syncer = (*fakeSyncer)(nil)

func (s *fakeSyncer) Answer(_ context.Context, tenant directory.TenantID, answer directory.Answer) (directory.Outcome, error) {
	return s.AnswerFn(tenant, answer)
}

func (s *fakeSyncer) Observe(_ context.Context, inst directory.Installation, account directory.Account) error {
	return s.ObserveFn(inst, account)
}

func (s *fakeSyncer) Know(ctx context.Context, _ directory.Installation, account directory.AccountID) (directory.Account, error) {
	return s.KnowFn(ctx, account)
}

func (s *fakeSyncer) Named(_ context.Context, inst directory.Installation, account directory.AccountID, address directory.Address) (directory.Outcome, error) {
	return s.NamedFn(inst, account, address)
}

func (s *fakeSyncer) Reached(_ context.Context, inst directory.Installation, account directory.AccountID) error {
	return s.ReachedFn(inst, account)
}

var (
	home = directory.Installation{Tenant: "acme", Platform: "slack", Workspace: "T1", Generation: 2}
	away = directory.Installation{Tenant: "acme", Platform: "webex", Workspace: "O1", Generation: 1}
	ann  = home.Account("U-ann")
	bob  = away.Account("P-bob")
	at   = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
)

// bench is a bot among fakes that remember, and its log.
type bench struct {
	*Bot
	slack, webex *fakePlatform
	registry     *fakeRegistry
	syncer       *fakeSyncer
	log          bytes.Buffer
	remembered   map[string]time.Duration
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{
		slack: &fakePlatform{name: "slack", limits: Limits{Title: "Slack", Posts: Limit[float64]{Value: 1.5}, Actions: Limit[int]{Value: 25}}},
		webex: &fakePlatform{name: "webex", limits: Limits{Title: "Webex", Actions: Limit[int]{Value: 5}}},
		syncer: &fakeSyncer{
			NamedFn: func(directory.Installation, directory.AccountID, directory.Address) (directory.Outcome, error) {
				return directory.AnswerLate, nil
			},
			ReachedFn: func(directory.Installation, directory.AccountID) error { return nil },
		},
		remembered: make(map[string]time.Duration),
	}
	b.registry = &fakeRegistry{
		accounts:   []directory.Account{{ID: ann, Kind: directory.KindPerson}},
		connection: directory.Connection{Installation: home, State: directory.ConnectionActive, Since: at},
		ResolveFn: func(origin directory.Origin) (directory.Installation, error) {
			if origin.Platform == home.Platform && origin.Workspace == home.Workspace {
				return home, nil
			}
			return directory.Installation{}, directory.Errorf(directory.NotFound, "nobody's workspace")
		},
		FirstFn: func(tenant directory.TenantID, key string, now time.Time, ttl time.Duration) (bool, error) {
			if tenant != home.Tenant || !now.Equal(at) {
				t.Errorf("remembered for %s at %v", tenant, now)
			}
			_, known := b.remembered[key]
			b.remembered[key] = ttl
			return !known, nil
		},
	}
	logger := slog.New(slog.NewJSONHandler(&b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b.Bot = New([]Platform{b.slack, b.webex}, b.registry, func() time.Time { return at }, logger)
	b.Serve(b.syncer)
	return b
}

// origin is Ann's own chat.
func origin(changes ...func(*directory.Origin)) directory.Origin {
	o := directory.Origin{Platform: home.Platform, Workspace: home.Workspace, Actor: ann, Conversation: "D1", Direct: true}
	for _, change := range changes {
		change(&o)
	}
	return o
}

// accept has the bot take an event, which must not fail.
func (b *bench) accept(t *testing.T, o directory.Origin, event Event) Reply {
	t.Helper()
	reply, err := b.Accept(t.Context(), o, event)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}
