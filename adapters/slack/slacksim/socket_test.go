package slacksim_test

import (
	"crypto/tls"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
)

// plug is a store that listens, with the app in Socket Mode installed in T1.
type plug struct {
	*bench
	tls *tls.Config
}

func newPlug(t *testing.T) *plug {
	t.Helper()
	b := newStore(t, func(c *slacksim.Config) { c.SocketMode = true })
	authority, err := sim.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	server, err := authority.Serve(b.Sim)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	b.Reach(server.URL, "https://product.test")
	b.installed(t, "T1", "U1", "scope", allScopes)
	return &plug{b, &tls.Config{RootCAs: authority.Pool(), MinVersion: tls.VersionTLS12}}
}

// envelope is what comes over a socket.
type envelope struct {
	Type    string
	Reason  string
	Open    int            `json:"num_connections"`
	ID      string         `json:"envelope_id"`
	Answers bool           `json:"accepts_response_payload"`
	Attempt *int           `json:"retry_attempt"`
	Why     string         `json:"retry_reason"`
	Payload map[string]any `json:"payload"`
}

// url asks for a socket's address.
func (p *plug) url(t *testing.T) string {
	t.Helper()
	got := p.call(t, "xapp-1", "apps.connections.open")
	p.wantError(t, got, "")
	return got["url"].(string)
}

// dial opens a socket.
func (p *plug) dial(t *testing.T) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{TLSClientConfig: p.tls, HandshakeTimeout: 5 * time.Second}
	conn, resp, err := dialer.DialContext(t.Context(), p.url(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	t.Cleanup(func() { conn.Close() })
	return conn
}

func next(t *testing.T, conn *websocket.Conn) (e envelope) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := conn.ReadJSON(&e); err != nil {
		t.Fatal(err)
	}
	return e
}

// greeted opens a socket and reads its hello.
func (p *plug) greeted(t *testing.T, open int) *websocket.Conn {
	t.Helper()
	conn := p.dial(t)
	if hello := next(t, conn); hello.Type != "hello" || hello.Open != open {
		t.Fatalf("%+v, want a hello to one of %d", hello, open)
	}
	return conn
}

// pumped sends what is due while somebody reads the socket.
func (p *plug) pumped(t *testing.T) <-chan int {
	t.Helper()
	sent := make(chan int, 1)
	go func() { sent <- p.Outbox.Pump(t.Context()) }()
	return sent
}

func ack(t *testing.T, conn *websocket.Conn, id string, payload any) {
	t.Helper()
	if err := conn.WriteJSON(map[string]any{"envelope_id": id, "payload": payload}); err != nil {
		t.Fatal(err)
	}
}

func TestConnectionsOpen(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	bot := b.installed(t, "T1", "U1")["access_token"].(string)
	b.wantError(t, b.call(t, bot, "apps.connections.open"), "not_allowed_token_type")
	b.wantError(t, b.call(t, "xapp-2", "apps.connections.open"), "invalid_auth")
	b.wantError(t, b.call(t, "", "apps.connections.open"), "not_authed")
	b.wantError(t, b.call(t, "xapp-1", "auth.test"), "not_allowed_token_type")
	got := b.call(t, "xapp-1", "apps.connections.open")
	if link, _ := got["url"].(string); !strings.HasPrefix(link, "wss://slack.test/link/?ticket=") || !strings.Contains(link, "app_id="+slacksim.AppID) {
		t.Errorf("%v", got)
	}
	made := b.Calls.Made()
	if last := made[len(made)-1]; last.Workspace != slacksim.AppID {
		t.Errorf("recorded %+v", last)
	}
}

func TestSocketPayloads(t *testing.T) {
	t.Parallel()
	p := newPlug(t)
	conn := p.greeted(t, 1)
	for _, test := range []struct {
		name    string
		act     func() error
		kind    string
		answers bool
		want    func(payload map[string]any) bool
	}{
		{"an event", func() error { return p.Type("T1", "U1", "hi") }, "events_api", false, func(m map[string]any) bool {
			return m["type"] == "event_callback" && m["team_id"] == "T1" && m["event"].(map[string]any)["text"] == "hi"
		}},
		{"a command", func() error { return p.Command("T1", "U1", "help") }, "slash_commands", true, func(m map[string]any) bool {
			return m["text"] == "help" && m["team_id"] == "T1" && m["is_enterprise_install"] == false
		}},
		{"a press", func() error {
			p.PressRaw(map[string]any{"type": "block_actions", "user": map[string]any{"id": "U1"}})
			return nil
		}, "interactive", true, func(m map[string]any) bool { return m["type"] == "block_actions" }},
	} {
		if err := test.act(); err != nil {
			t.Fatal(err)
		}
		sent := p.pumped(t)
		e := next(t, conn)
		if e.Type != test.kind || e.Answers != test.answers || e.ID == "" || !test.want(e.Payload) || (e.Attempt != nil) != (test.kind == "events_api") {
			t.Errorf("%s: %+v", test.name, e)
		}
		ack(t, conn, e.ID, map[string]any{"text": "Answer to " + test.name})
		if n := <-sent; n != 1 || p.Outbox.Len() != 0 {
			t.Errorf("%s: %d sent, %d wait", test.name, n, p.Outbox.Len())
		}
	}
	if len(p.received) != 0 {
		t.Errorf("over HTTP came %+v", p.received)
	}
	if all := p.Messages(0); len(all) != 2 || all[1].Text != "Answer to a command" || !all[1].Private {
		t.Errorf("the person sees %+v", all)
	}
}

// What isn't acknowledged comes again, and says so: here because the socket ended first. An event
// that finds no socket waits for its next attempt, too.
func TestSocketRetry(t *testing.T) {
	t.Parallel()
	p := newPlug(t)
	if err := p.Type("T1", "U1", "hi"); err != nil {
		t.Fatal(err)
	}
	p.Outbox.Pump(t.Context()) // nobody is there
	if n := p.Outbox.Len(); n != 1 {
		t.Fatalf("%d wait", n)
	}
	conn := p.greeted(t, 1)
	sent := p.pumped(t)
	first := next(t, conn)
	conn.Close()
	<-sent
	if *first.Attempt != 1 || first.Why != "timeout" {
		t.Errorf("%+v", first)
	}
	p.clock.Advance(time.Minute)
	conn = p.greeted(t, 1)
	sent = p.pumped(t)
	again := next(t, conn)
	if *again.Attempt != 2 || again.ID != first.ID || again.Payload["event_id"] != first.Payload["event_id"] {
		t.Errorf("%+v", again)
	}
	ack(t, conn, "another", nil)
	ack(t, conn, again.ID, nil)
	if <-sent; p.Outbox.Len() != 0 {
		t.Errorf("%d wait", p.Outbox.Len())
	}
}

// A socket that stays open and says nothing is as good as none, after three seconds.
func TestSocketSilence(t *testing.T) {
	t.Parallel()
	p := newPlug(t)
	conn := p.greeted(t, 1)
	if err := p.Type("T1", "U1", "hi"); err != nil {
		t.Fatal(err)
	}
	sent := p.pumped(t)
	first := next(t, conn)
	if <-sent; p.Outbox.Len() != 1 {
		t.Fatalf("%d wait", p.Outbox.Len())
	}
	sent = p.pumped(t)
	again := next(t, conn)
	ack(t, conn, again.ID, nil)
	if <-sent; p.Outbox.Len() != 0 || *first.Attempt != 0 || *again.Attempt != 1 || again.ID != first.ID {
		t.Errorf("%d wait after %+v and %+v", p.Outbox.Len(), first, again)
	}
}

// Slack drops an answer that is too long without a word: to the product it looks as if the
// acknowledgement was lost.
func TestSocketLongAnswer(t *testing.T) {
	t.Parallel()
	p := newPlug(t)
	conn := p.greeted(t, 1)
	if err := p.Command("T1", "U1", "help"); err != nil {
		t.Fatal(err)
	}
	sent := p.pumped(t)
	e := next(t, conn)
	ack(t, conn, e.ID, map[string]any{"text": strings.Repeat("x", 20<<10)})
	conn.Close()
	<-sent
	if all := p.Messages(0); len(all) != 1 || !strings.Contains(all[0].Text, "failed with the error") {
		t.Errorf("the person sees %+v", all)
	}
}

func TestSocketDisconnect(t *testing.T) {
	t.Parallel()
	p := newPlug(t)
	old := p.greeted(t, 1)
	if n := p.Disconnect(slacksim.DisconnectWarning); n != 1 || p.Sockets() != 1 {
		t.Errorf("%d warned, %d open", n, p.Sockets())
	}
	if n := p.Disconnect(slacksim.DisconnectRefresh); n != 1 || p.Sockets() != 0 {
		t.Errorf("%d told, %d open", n, p.Sockets())
	}
	for _, want := range []string{"warning", "refresh_requested"} {
		if e := next(t, old); e.Type != "disconnect" || e.Reason != want {
			t.Errorf("%+v, want %s", e, want)
		}
	}
	fresh := p.greeted(t, 1)
	if err := p.Type("T1", "U1", "hi"); err != nil {
		t.Fatal(err)
	}
	sent := p.pumped(t)
	e := next(t, fresh)
	ack(t, fresh, e.ID, nil)
	<-sent
	p.SetSocketMode(false)
	if e := next(t, fresh); e.Type != "disconnect" || e.Reason != "link_disabled" {
		t.Errorf("%+v", e)
	}
	if err := p.Type("T1", "U1", "hi"); err != nil {
		t.Fatal(err)
	}
	if p.Outbox.Pump(t.Context()); len(p.received) != 1 {
		t.Errorf("over HTTP came %d", len(p.received))
	}
}

func TestSocketLimits(t *testing.T) {
	t.Parallel()
	p := newPlug(t)
	for i := range 10 {
		p.greeted(t, i+1)
	}
	if e := next(t, p.dial(t)); e.Type != "disconnect" || e.Reason != "too_many_websockets" || p.Sockets() != 10 {
		t.Errorf("%+v, %d open", e, p.Sockets())
	}
	// A ticket opens one socket, and not for long.
	dialer := websocket.Dialer{TLSClientConfig: p.tls}
	late := p.url(t)
	p.clock.Advance(time.Minute)
	for _, link := range []string{late, strings.Replace(late, "ticket=", "ticket=x", 1)} {
		conn, resp, err := dialer.DialContext(t.Context(), link, nil)
		if err == nil {
			conn.Close()
			t.Errorf("%s was opened", link)
			continue
		}
		if resp == nil || resp.StatusCode != 403 {
			t.Errorf("%v, %v", resp, err)
		}
	}
	p.Faults.Add(sim.Rule{Route: "socket", Times: 1, Fault: sim.Fault{Status: 500}})
	if _, resp, err := dialer.DialContext(t.Context(), p.url(t), nil); err == nil || resp == nil || resp.StatusCode != 500 {
		t.Errorf("%v, %v", resp, err)
	}
}

// Of several sockets each payload reaches one, and not always the same.
func TestSocketChoice(t *testing.T) {
	t.Parallel()
	p := newPlug(t)
	conns := []*websocket.Conn{p.greeted(t, 1), p.greeted(t, 2)}
	type taken struct {
		by int
		id string
	}
	got := make(chan taken, 40)
	for i, conn := range conns {
		go func() {
			for {
				_, raw, err := conn.ReadMessage()
				if err != nil {
					return
				}
				var e envelope
				if json.Unmarshal(raw, &e) == nil {
					_ = conn.WriteJSON(map[string]any{"envelope_id": e.ID})
					got <- taken{i, e.ID}
				}
			}
		}()
	}
	for range 20 {
		if err := p.Type("T1", "U1", "hi"); err != nil {
			t.Fatal(err)
		}
	}
	if n := p.Outbox.Pump(t.Context()); n != 20 || p.Outbox.Len() != 0 {
		t.Fatalf("%d sent, %d wait", n, p.Outbox.Len())
	}
	ids, by := make(map[string]bool), make(map[int]int)
	for range 20 {
		one := <-got
		ids[one.id] = true
		by[one.by]++
	}
	if len(got) != 0 || len(ids) != 20 || len(by) != 2 {
		t.Errorf("%d payloads, and %d more, by %v", len(ids), len(got), by)
	}
}
