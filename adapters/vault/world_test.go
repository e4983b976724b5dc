package vault

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// life is how long the platform's tokens live.
const life = 12 * time.Hour

// world is a store that can fail, a platform whose tokens end, and what was logged.
type world struct {
	t testing.TB
	*store
	*platform
	logged *log
	inst   directory.Installation
}

// newWorld is one in which a workspace is connected, with a token that lives as long as the
// platform's do.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, store: &store{Memory: directorytest.NewMemory()}, platform: &platform{refresh: "CANARY-refresh-0"}, logged: &log{}}
	must(t, w.PutTenant(t.Context(), directory.Tenant{ID: "acme"}))
	t.Cleanup(func() { w.clean("the log", w.logged.String()) })
	w.inst = w.connect(w.vault(), life)
	return w
}

func (w *world) connect(v *Vault, life time.Duration) directory.Installation {
	w.t.Helper()
	c, err := v.Connect(w.t.Context(), directory.Connection{Installation: directory.Installation{Tenant: "acme", Platform: "slack", Workspace: "T1"}},
		map[directory.Field]directory.Secret{directory.FieldToken: directory.NewSecret("CANARY-token-0"), directory.FieldRefresh: directory.NewSecret(w.platform.refresh)},
		time.Now().Add(life))
	must(w.t, err)
	return c.Installation
}

// vault is another vault on the world, as of another process, that has seen the token there is.
func (w *world) vault() *Vault {
	w.t.Helper()
	v := New(Config{
		Keys: keysOf(w.t, line("k1", 1)), Registry: w.store, Renew: map[directory.Platform]Renew{"slack": w.renew},
		Logger: slog.New(slog.NewJSONHandler(w.logged, nil)),
	})
	w.t.Cleanup(func() { must(w.t, v.Close()) })
	if _, err := v.Token(w.t.Context(), w.inst); err != nil && !directory.Is(err, directory.NotFound) {
		w.t.Fatalf("Token: got %v, want no error", err)
	}
	return v
}

// token asks for the token of the world's installation.
func (w *world) token(v *Vault) (string, error) {
	w.t.Helper()
	got, err := v.Token(w.t.Context(), w.inst)
	if err != nil {
		w.clean("an error", err.Error())
	}
	return got.Reveal(), err
}

// has wants the token to be this one, after the platform was asked so often.
func (w *world) has(v *Vault, want string, asked int) {
	w.t.Helper()
	got, err := w.token(v)
	if err != nil || got != want || w.platform.times() != asked {
		w.t.Fatalf("Token: got %q, %v after asking %d times, want %q after %d", got, err, w.platform.times(), want, asked)
	}
}

// hasNone wants there to be no token.
func (w *world) hasNone(v *Vault, code directory.Code, asked int) {
	w.t.Helper()
	got, err := w.token(v)
	if !directory.Is(err, code) || got != "" || w.platform.times() != asked {
		w.t.Fatalf("Token: got %q, %v after asking %d times, want %v after %d", got, err, w.platform.times(), code, asked)
	}
}

// why is what the connection says.
func (w *world) why() string {
	w.t.Helper()
	c, err := w.Connection(w.t.Context(), w.inst.Platform, w.inst.Workspace)
	must(w.t, err)
	if !c.Active() {
		w.t.Errorf("state: got %v, want active", c.State)
	}
	return c.Why
}

// clean wants no secret in a text.
func (w *world) clean(what, text string) {
	w.t.Helper()
	for _, form := range []string{"CANARY", base64.StdEncoding.EncodeToString([]byte("CANARY"))[:7], hex.EncodeToString([]byte("CANARY"))} {
		if strings.Contains(text, form) {
			w.t.Errorf("%s: got %q, want no secret in it", what, text)
		}
	}
}

// log is what was logged.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// store is one whose writes can fail.
type store struct {
	*directorytest.Memory
	mu     sync.Mutex
	failed func(method string) error // nil: nothing fails
	amends int
}

func (s *store) fail(failed func(method string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = failed
}

func (s *store) fails(method string) error {
	s.mu.Lock()
	failed := s.failed
	s.mu.Unlock()
	if failed == nil {
		return nil
	}
	return failed(method)
}

// full is how a disk without room fails.
func full(string) error { return directory.Errorf(directory.Unavailable, "the disk is full") }

func (s *store) Connect(ctx context.Context, c directory.Connection, credential directory.Credential, audit ...directory.Entry) error {
	if err := s.fails("Connect"); err != nil {
		return err
	}
	return s.Memory.Connect(ctx, c, credential, audit...)
}

func (s *store) PutCredential(ctx context.Context, inst directory.Installation, credential directory.Credential) error {
	if err := s.fails("PutCredential"); err != nil {
		return err
	}
	return s.Memory.PutCredential(ctx, inst, credential)
}

func (s *store) Amend(ctx context.Context, c directory.Connection, audit ...directory.Entry) error {
	s.mu.Lock()
	s.amends++
	s.mu.Unlock()
	if err := s.fails("Amend"); err != nil {
		return err
	}
	return s.Memory.Amend(ctx, c, audit...)
}

// platform gives new tokens. It takes a refresh secret once.
type platform struct {
	mu      sync.Mutex
	refresh string
	lives   time.Duration // zero: life
	asked   int
	given   int
	err     error                     // what it answers instead
	before  func()                    // called before it decides
	after   func(ctx context.Context) // and before it answers
}

func (p *platform) renew(ctx context.Context, _ directory.Installation, refresh directory.Secret) (Renewed, error) {
	p.mu.Lock()
	p.asked++
	before, after := p.before, p.after
	p.mu.Unlock()
	if before != nil {
		before()
	}
	got, err := p.decide(refresh.Reveal())
	if after != nil {
		after(ctx)
	}
	return got, err
}

func (p *platform) decide(refresh string) (Renewed, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.err != nil:
		return Renewed{}, p.err
	case refresh != p.refresh:
		return Renewed{}, directory.Errorf(directory.Unauthorized, "invalid_refresh_token")
	}
	p.given++
	p.refresh = fmt.Sprint("CANARY-refresh-", p.given)
	lives := p.lives
	if lives == 0 {
		lives = life
	}
	return Renewed{Token: directory.NewSecret(fmt.Sprint("CANARY-token-", p.given)), Refresh: directory.NewSecret(p.refresh), Expires: time.Now().Add(lives)}, nil
}

// set changes how the platform answers.
func (p *platform) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func (p *platform) times() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}
