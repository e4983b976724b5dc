package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"rollcall/adapters/internal/outbound"
	"rollcall/bot"
	"rollcall/sync/directory"
)

const (
	// quiet is how long a socket may say nothing: Slack pings several times a minute.
	quiet = time.Minute
	// atOnce is how many requests of a socket are taken at the same time.
	atOnce = 8
	// longestMessage bounds a message of a socket.
	longestMessage = 1 << 20
	// longestAck is what Slack takes; it drops a longer one without a word.
	longestAck = 20 << 10
	// The pauses before a socket is opened again grow from the first to the second.
	firstPause, longestPause = time.Second, time.Minute
)

// Socket has Slack's requests come over a WebSocket that is opened from here, for those who can't open
// a port: https://docs.slack.dev/apis/events-api/using-socket-mode. The socket is the proof that they
// are Slack's; otherwise they are taken as those of [Adapter.Mount], and acknowledged after the sink
// took them. It blocks, and opens the socket again whenever it ends, until ctx is done; then it answers
// nil. Unauthorized, Invalid: Slack definitely doesn't take the app token, so that waiting is no use.
func (a *Adapter) Socket(ctx context.Context, sink bot.Sink) error {
	if a.config.AppToken.IsZero() {
		return directory.Errorf(directory.Invalid, "slack: there is no app token: make one on the app's page, Basic Information, with connections:write")
	}
	in := inbound{a, sink}
	pause := firstPause
	for ctx.Err() == nil {
		end, err := in.socket(ctx)
		code := directory.CodeOf(err)
		if ctx.Err() != nil {
			break
		}
		if code == directory.Unauthorized || code == directory.Invalid {
			return err
		}
		if end != endUnused {
			pause = firstPause
		}
		if end == endPlanned {
			continue
		}
		a.log.Warn("the socket is closed", "platform", Name, "code", code.String())
		rest := pause
		if code == directory.Throttled {
			rest = max(pause, directory.RetryAfter(err))
		}
		select {
		case <-ctx.Done():
		case <-time.After(rest):
		}
		pause = min(2*pause, longestPause)
	}
	return nil
}

// end is how a socket ended.
type end int

const (
	endUnused  end = iota // before Slack greeted
	endLost               // without a word
	endPlanned            // Slack wants another one opened
)

// socket opens a socket and takes what comes, until it ends.
func (in inbound) socket(ctx context.Context) (end, error) {
	conn, err := in.openSocket(ctx)
	if err != nil {
		return endUnused, err
	}
	hangUp := func() { _ = conn.Close() }
	defer hangUp()
	defer context.AfterFunc(ctx, hangUp)()
	var working sync.WaitGroup
	defer working.Wait()
	s := &sender{conn: conn}
	slots := make(chan struct{}, atOnce)
	how := endUnused
	for {
		awaiting(conn)
		_, text, err := conn.ReadMessage()
		if err != nil {
			return how, directory.Errorf(directory.Unavailable, "slack: the socket broke off")
		}
		m, err := parseSocketMessage(text)
		if err != nil {
			in.log.Warn("a message of the socket can't be read", "platform", Name)
			continue
		}
		switch m.kind {
		case "hello":
			how = endLost
		case "disconnect": // "link_disabled": Socket Mode was switched off
			if how == endLost && (m.reason == "warning" || m.reason == "refresh_requested") {
				how = endPlanned
			}
			return how, directory.Errorf(directory.Unavailable, "slack: the socket was taken back")
		default:
			slots <- struct{}{}
			working.Go(func() {
				defer func() { <-slots }()
				in.answer(ctx, m, s)
			})
		}
	}
}

// openSocket asks for a socket's address, which is good once, and goes there.
func (in inbound) openSocket(ctx context.Context) (*websocket.Conn, error) {
	var got opened
	if _, err := in.api.post(ctx, "apps.connections.open", nil, func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+in.config.AppToken.Reveal())
	}, &got); err != nil {
		return nil, err
	}
	target, err := in.config.Cloud.socket(got.URL)
	if err != nil {
		return nil, err
	}
	client := outbound.Client(in.config.Cloud.outbound("https://"+target.Host, in.config.Transport))
	client.Timeout = 0 // it bounds the whole life of a connection
	dialer := websocket.Dialer{
		NetDialTLSContext: through(client), HandshakeTimeout: 15 * time.Second,
		WriteBufferSize: longestAck + 1024, // so that an answer is one frame, as Slack wants it
	}
	conn, resp, err := dialer.DialContext(ctx, target.String(), nil)
	if resp != nil {
		resp.Body.Close()
	}
	if err != nil {
		return nil, directory.Errorf(directory.Unavailable, "slack: the socket can't be opened")
	}
	conn.SetReadLimit(longestMessage)
	conn.SetPingHandler(func(data string) error {
		awaiting(conn)
		return conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(replyWithin))
	})
	return conn, nil
}

// awaiting gives a socket its time anew. Where it can't be set the next read fails at once.
func awaiting(conn *websocket.Conn) { _ = conn.SetReadDeadline(time.Now().Add(quiet)) }

// socket reads the address of a socket. Slack names one of many hosts, so the rule is not a list: wss,
// port 443, no user part, and a host whose name ends in ".slack.com", which nobody else can register.
// A simulator's is its own host. The address is a secret.
func (c Cloud) socket(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	api, apiErr := url.Parse(c.api)
	if err != nil || apiErr != nil || u.Scheme != "wss" || u.User != nil || u.Opaque != "" {
		return nil, directory.Errorf(directory.Unavailable, "slack: not the address of a socket")
	}
	ours := strings.HasSuffix(u.Hostname(), ".slack.com") && (u.Port() == "" || u.Port() == "443")
	if c.loopback {
		ours = u.Host == api.Host
	}
	if !ours {
		return nil, directory.Errorf(directory.Unavailable, "slack: the address of a socket is on another host")
	}
	return u, nil
}

// socketMessage is a message of a socket.
type socketMessage struct {
	kind    string
	id      string // to be acknowledged by
	reason  string // of a disconnect
	payload []byte
	accepts bool // the acknowledgement may carry an answer
}

func parseSocketMessage(message []byte) (socketMessage, error) {
	if !json.Valid(message) {
		return socketMessage{}, errSyntax
	}
	var m socketMessage
	var kind, id, reason, accepts []byte
	if err := members(message, member{"type", &kind}, member{"envelope_id", &id}, member{"reason", &reason},
		member{"payload", &m.payload}, member{"accepts_response_payload", &accepts}); err != nil {
		return m, err
	}
	var wrong [4]error
	m.kind, wrong[0] = text(kind)
	m.id, wrong[1] = text(id)
	m.reason, wrong[2] = text(reason)
	m.accepts, wrong[3] = truth(accepts)
	return m, errors.Join(wrong[:]...)
}

// answer takes a request of a socket, and acknowledges it if it was taken; otherwise Slack delivers it
// again. Kinds that are unknown are acknowledged and forgotten. What was begun is finished even though
// the socket ends meanwhile.
func (in inbound) answer(ctx context.Context, m socketMessage, to *sender) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyWithin)
	defer cancel()
	v := taken
	switch m.kind {
	case "events_api":
		v = in.event(ctx, m.payload)
	case "slash_commands":
		v = in.command(ctx, m.payload)
	case "interactive":
		v = in.interaction(ctx, m.payload)
	}
	if v.status != http.StatusOK || m.id == "" {
		return
	}
	if err := to.acknowledge(m, v.body); err != nil {
		in.logReply(err)
	}
	if v.after != nil {
		v.after(ctx)
	}
}

// sender writes to a socket, one message after the other.
type sender struct {
	mu   sync.Mutex
	conn *websocket.Conn
}

// acknowledgement is what Slack waits for.
type acknowledgement struct {
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// acknowledge acknowledges a message, with an answer where there is one and it fits.
func (s *sender) acknowledge(m socketMessage, answer []byte) error {
	out, err := json.Marshal(acknowledgement{m.id, answer})
	var dropped error
	if err == nil && len(answer) > 0 && (!m.accepts || len(out) >= longestAck) {
		dropped = directory.Errorf(directory.Invalid, "slack: the answer doesn't fit into an acknowledgement")
		out, err = json.Marshal(acknowledgement{ID: m.id})
	}
	if err != nil {
		return directory.Errorf(directory.Internal, "slack: an acknowledgement can't be encoded")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.conn.SetWriteDeadline(time.Now().Add(replyWithin)) // where it can't be set the write fails
	if err := s.conn.WriteMessage(websocket.TextMessage, out); err != nil {
		return directory.Errorf(directory.Unavailable, "slack: the socket is closed")
	}
	return dropped
}
