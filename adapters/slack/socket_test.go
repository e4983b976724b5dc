package slack

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

const appToken = "xapp-1-canary"

// feed is a sink that hands on what it is given, and answers what it is told.
type feed struct {
	events chan note
	mu     sync.Mutex
	reply  bot.Reply
	err    error
}

func (f *feed) Accept(_ context.Context, origin directory.Origin, event bot.Event) (bot.Reply, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events <- note{origin, event}
	return f.reply, f.err
}

func (f *feed) answer(reply bot.Reply, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reply, f.err = reply, err
}

// line is an adapter that has a socket open to a simulator, over real connections.
type line struct {
	sim  *slacksim.Sim
	feed feed
	log  lockedBuffer
	inst directory.Installation
	wide directory.Installation
	// ended is what Socket answered; end closes the socket first.
	ended chan error
	end   func() error
}

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

func newLine(t *testing.T, token string) *line {
	t.Helper()
	authority, err := sim.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	clock := sim.NewClock(nil)
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authority.Pool()}}}
	l := &line{
		feed: feed{events: make(chan note, 100)},
		sim:  slacksim.New(slacksim.Config{Clock: clock, SigningSecret: signingSecret, Client: client, AppToken: appToken, SocketMode: true}),
		inst: directory.Installation{Tenant: "a", Platform: Name, Workspace: "T0001", Generation: 1},
		wide: directory.Installation{Tenant: "b", Platform: Name, Workspace: "E0001", Generation: 1},
	}
	platform, err := authority.Serve(l.sim)
	if err != nil {
		t.Fatal(err)
	}
	l.sim.Reach(platform.URL, "https://nowhere.test")
	store := directorytest.NewMemory()
	for _, inst := range []directory.Installation{l.inst, l.wide} {
		if err := store.PutTenant(t.Context(), directory.Tenant{ID: inst.Tenant}); err != nil {
			t.Fatal(err)
		}
		if err := store.Install(t.Context(), inst); err != nil {
			t.Fatal(err)
		}
	}
	ann := []slacksim.User{{ID: "U0ANN", RealName: "Ann"}}
	l.sim.AddWorkspace(slacksim.Workspace{ID: "T0001", Token: "xoxb-T0001", Users: ann})
	l.sim.AddOrg(slacksim.Org{ID: "E0001", Token: "xoxb-E0001", Granted: []string{"T0002"}, Workspaces: []slacksim.Workspace{{ID: "T0002", Users: ann}}})
	adapter, err := New(Config{
		Cloud:         Loopback(platform.URL, platform.URL, authority.Pool()),
		Signing:       []directory.Secret{directory.NewSecret(signingSecret)},
		Conversations: store,
		Tokens: func(_ context.Context, inst directory.Installation) (directory.Secret, error) {
			return directory.NewSecret("xoxb-" + string(inst.Workspace)), nil
		},
		AppToken: directory.NewSecret(token),
		Now:      clock.Now,
		Logger:   slog.New(slog.NewTextHandler(&l.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l.ended = make(chan error, 1)
	go func() {
		l.ended <- adapter.Socket(ctx, &l.feed)
		close(l.ended)
	}()
	l.end = sync.OnceValue(func() error {
		cancel()
		return <-l.ended
	})
	t.Cleanup(func() {
		if err := l.end(); err != nil && token == appToken {
			t.Errorf("Socket answers %v", err)
		}
		platform.Close()
	})
	return l
}

// open waits until n sockets are open.
func (l *line) open(t *testing.T, n int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); l.sim.Sockets() != n; {
		if time.Now().After(deadline) {
			t.Fatalf("%d sockets are open, want %d", l.sim.Sockets(), n)
		}
		<-time.After(time.Millisecond)
	}
}

// next is what the sink was given next.
func (l *line) next(t *testing.T) note {
	t.Helper()
	select {
	case n := <-l.feed.events:
		return n
	case <-time.After(10 * time.Second):
		t.Fatal("nothing reached the sink")
		return note{}
	}
}

// Everything that comes by requests comes over a socket as well, and is answered there.
func TestSocket(t *testing.T) {
	t.Parallel()
	l := newLine(t, appToken)
	l.open(t, 1)
	l.feed.answer(bot.Reply{Card: &cards.Card{Summary: "Hello", Title: "Hello"}}, nil)
	for _, inst := range []directory.Installation{l.inst, l.wide} {
		ann := inst.Account("U0ANN")
		in := string(inst.Workspace)
		if err := l.sim.Command(in, "U0ANN", "help"); err != nil {
			t.Fatal(err)
		}
		l.sim.Outbox.Pump(t.Context())
		if n := l.next(t); n.origin.Actor != ann || n.origin.Workspace != inst.Workspace || n.event.(bot.Said).Text != "help" {
			t.Errorf("a command: %+v", n)
		}
		if err := l.sim.Type(in, "U0ANN", "hello"); err != nil {
			t.Fatal(err)
		}
		l.sim.Outbox.Pump(t.Context())
		if n := l.next(t); n.origin.Actor != ann || n.origin.Workspace != inst.Workspace || !n.origin.Direct {
			t.Errorf("a text: %+v", n)
		}
	}
	if err := l.end(); err != nil {
		t.Errorf("Socket answers %v", err)
	}
	private, inChat := 0, 0
	for _, m := range l.sim.Messages(0) {
		switch {
		case m.Text == "Hello" && m.Private:
			private++
		case m.Text == "Hello" && m.FromApp:
			inChat++
		}
	}
	if private != 2 || inChat != 2 || l.sim.Outbox.Len() != 0 {
		t.Errorf("%d private answers and %d in chats, want 2 and 2; %d deliveries are left", private, inChat, l.sim.Outbox.Len())
	}
}

func TestPressOverASocket(t *testing.T) {
	t.Parallel()
	l := newLine(t, appToken)
	l.open(t, 1)
	l.sim.PressRaw(map[string]any{
		"type": "block_actions", "user": map[string]any{"id": "U0ANN", "team_id": "E0001"}, "team": nil,
		"enterprise": map[string]any{"id": "E0001"}, "is_enterprise_install": true, "trigger_id": "1.2.3",
		"container": map[string]any{"type": "message", "message_ts": "1.1", "channel_id": "D1"},
		"actions":   []any{map[string]any{"type": "button", "value": "1.sync..abc"}},
	})
	l.sim.Outbox.Pump(t.Context())
	n := l.next(t)
	if n.origin.Actor != l.wide.Account("U0ANN") || n.event.(bot.Pressed).Press != (cards.Press{Verb: "sync", Nonce: "abc"}) {
		t.Errorf("%+v", n)
	}
}

// What the sink doesn't take is not acknowledged, and comes again.
func TestSocketAcknowledgesAfterwards(t *testing.T) {
	t.Parallel()
	l := newLine(t, appToken)
	l.open(t, 1)
	l.feed.answer(bot.Reply{}, directory.Errorf(directory.Unavailable, "away"))
	if err := l.sim.OpenHome("T0001", "U0ANN"); err != nil {
		t.Fatal(err)
	}
	l.sim.Outbox.Pump(t.Context())
	l.next(t)
	if l.sim.Outbox.Len() != 1 {
		t.Fatal("an event that was not taken is acknowledged")
	}
	l.feed.answer(bot.Reply{}, nil)
	l.sim.Outbox.Pump(t.Context())
	l.next(t)
	if l.sim.Outbox.Len() != 0 {
		t.Error("an event that was taken isn't acknowledged")
	}
}

// A socket that Slack takes back is replaced, and so is one that is dropped.
func TestSocketIsOpenedAgain(t *testing.T) {
	t.Parallel()
	l := newLine(t, appToken)
	for _, reason := range []string{slacksim.DisconnectRefresh, "something_new"} {
		l.open(t, 1)
		if n := l.sim.Disconnect(reason); n != 1 {
			t.Fatalf("%d sockets", n)
		}
	}
	l.open(t, 1)
	if err := l.sim.OpenHome("T0001", "U0ANN"); err != nil {
		t.Fatal(err)
	}
	l.sim.Outbox.Pump(t.Context())
	if n := l.next(t); n.event != (bot.Met{}) {
		t.Errorf("%+v", n)
	}
	if text := l.log.String(); strings.Contains(text, "canary") || strings.Contains(text, "ticket") || strings.Contains(text, "U0ANN") {
		t.Errorf("the log says too much: %s", text)
	}
}

func TestSocketThatIsRefused(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]directory.Code{"": directory.Invalid, "xapp-1-other": directory.Unauthorized, "xoxb-T0001": directory.Unauthorized} {
		l := newLine(t, token)
		select {
		case err := <-l.ended:
			if !directory.Is(err, want) {
				t.Errorf("%q: %v, want %v", token, err, want)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%q: it goes on", token)
		}
	}
}

// The address of a socket is Slack's own, or nobody goes there.
func TestWhereASocketMayBe(t *testing.T) {
	t.Parallel()
	local := Loopback("https://127.0.0.1:8443", "https://127.0.0.1:8443", nil)
	for _, test := range []struct {
		address string
		cloud   Cloud
		ok      bool
	}{
		{"wss://wss-primary.slack.com/link/?ticket=x", Public(), true},
		{"wss://wss-primary.slack.com:443/link/", Public(), true},
		{"ws://wss-primary.slack.com/link/", Public(), false},
		{"https://wss-primary.slack.com/link/", Public(), false},
		{"wss://slack.com.evil.example/link/", Public(), false},
		{"wss://evilslack.com/link/", Public(), false},
		{"wss://wss-primary.slack.com@evil.example/", Public(), false},
		{"wss://x@wss-primary.slack.com/", Public(), false},
		{"wss://wss-primary.slack.com:8443/", Public(), false},
		{"wss://evil.example/.slack.com", Public(), false},
		{"wss://127.0.0.1:8443/link/", Public(), false},
		{"wss:wss-primary.slack.com", Public(), false},
		{"%", Public(), false},
		{"", Public(), false},
		{"wss://127.0.0.1:8443/link/", local, true},
		{"wss://127.0.0.1:9443/link/", local, false},
		{"wss://wss-primary.slack.com/link/", local, false},
	} {
		if _, err := test.cloud.socket(test.address); (err == nil) != test.ok {
			t.Errorf("%q: %v, want ok %t", test.address, err, test.ok)
		}
	}
}

// Through a client whose guard refuses the host, and one that isn't answered with a socket, nothing is
// connected, and nothing is left behind.
func TestTunnelsThatLeadNowhere(t *testing.T) {
	for name, client := range map[string]*http.Client{
		"refused":   {Transport: refusing{}},
		"no socket": {Transport: &sim.Transport{Handlers: map[string]http.Handler{"slack.test": http.NotFoundHandler()}}},
	} {
		before := goleak.IgnoreCurrent()
		conn, err := through(client)(t.Context(), "tcp", "slack.test:443")
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: slack.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		if text, _ := io.ReadAll(conn); len(text) != 0 {
			t.Errorf("%s: %q comes through", name, text)
		}
		conn.Close()
		goleak.VerifyNone(t, before)
	}
}

type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, directory.Errorf(directory.Invalid, "not this host")
}
