package slacksim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"rollcall/adapters/sim"
)

// socketRoute is the name of sockets in the script of faults and the record of calls.
const socketRoute = "socket"

// What Slack allows and does: https://docs.slack.dev/apis/events-api/using-socket-mode.
const (
	mostSockets = 10
	ticketLife  = 30 * time.Second
	pingEvery   = 10 * time.Second
	// An answer of this size or above is dropped without a word.
	longestAnswer = 20 << 10
)

// Why a socket is told to go.
const (
	DisconnectRefresh = "refresh_requested"
	DisconnectWarning = "warning"
	disconnectOff     = "link_disabled"
	disconnectTooMany = "too_many_websockets"
)

// socket is one connection of the app's.
type socket struct {
	conn *websocket.Conn

	mu    sync.Mutex // writes, and the rest
	acks  map[string]chan json.RawMessage
	ended chan struct{}
}

// SetSocketMode switches between sockets and HTTP. Open sockets are told where it goes off.
func (s *Sim) SetSocketMode(on bool) {
	s.mu.Lock()
	s.config.SocketMode = on
	s.mu.Unlock()
	if !on {
		s.Disconnect(disconnectOff)
	}
}

// Sockets is how many connections are open and get payloads.
func (s *Sim) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// Disconnect tells every open socket to go, for a reason such as [DisconnectRefresh], and answers how
// many it told. They get no payload any more, but for a mere warning.
func (s *Sim) Disconnect(reason string) int {
	s.mu.Lock()
	told := slices.Clone(s.sockets)
	if reason != DisconnectWarning {
		s.sockets = nil
	}
	s.mu.Unlock()
	for _, sock := range told {
		sock.goodbye(reason)
	}
	return len(told)
}

func (s *Sim) connectionsOpen(*request) result {
	ticket := s.id("ticket-")
	s.tickets[ticket] = s.config.Clock.Now().Add(ticketLife)
	base := strings.Replace(s.config.URL, "http", "ws", 1)
	return ok(map[string]any{"url": base + "/link/?ticket=" + ticket + "&app_id=" + s.config.AppID})
}

// takeSocket serves one connection until it ends.
func (s *Sim) takeSocket(w http.ResponseWriter, r *http.Request) {
	call := Call{Call: sim.Call{At: s.config.Clock.Now(), Route: socketRoute, Workspace: s.config.AppID, Status: http.StatusSwitchingProtocols}}
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	until, known := s.tickets[ticket]
	delete(s.tickets, ticket)
	s.mu.Unlock()
	if !known || s.config.Clock.Now().After(until) {
		call.Status, call.Workspace = http.StatusForbidden, ""
		s.Calls.add(call)
		http.Error(w, "invalid ticket", http.StatusForbidden)
		return
	}
	s.Calls.add(call)
	conn, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer func() { _ = conn.Close() }()
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok {
		server.RegisterOnShutdown(func() { _ = conn.Close() })
	}
	sock := &socket{conn: conn, acks: make(map[string]chan json.RawMessage), ended: make(chan struct{})}
	open, refusal := s.admit(sock)
	if refusal != "" {
		sock.goodbye(refusal)
		return
	}
	defer s.drop(sock)
	sock.write(map[string]any{
		"type": "hello", "num_connections": open, "connection_info": map[string]any{"app_id": s.config.AppID},
		"debug_info": map[string]any{"host": "applink-1", "build_number": 1, "approximate_connection_time": 18060},
	})
	sock.serve()
}

// admit counts a socket in.
func (s *Sim) admit(sock *socket) (int, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.config.SocketMode:
		return 0, disconnectOff
	case len(s.sockets) >= mostSockets:
		return 0, disconnectTooMany
	}
	s.sockets = append(s.sockets, sock)
	return len(s.sockets), ""
}

func (s *Sim) drop(sock *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets = slices.DeleteFunc(slices.Clone(s.sockets), func(other *socket) bool { return other == sock })
}

// serve reads what the app answers until the connection ends, and pings it meanwhile.
func (sock *socket) serve() {
	pinging := make(chan struct{})
	go func() {
		defer close(pinging)
		sock.ping()
	}()
	defer func() { <-pinging }()
	defer close(sock.ended)
	for {
		_, raw, err := sock.conn.ReadMessage()
		if err != nil {
			return
		}
		var answer struct {
			ID      string          `json:"envelope_id"`
			Payload json.RawMessage `json:"payload"`
		}
		if len(raw) >= longestAnswer || json.Unmarshal(raw, &answer) != nil {
			continue
		}
		sock.mu.Lock()
		if ack := sock.acks[answer.ID]; ack != nil {
			ack <- answer.Payload
			delete(sock.acks, answer.ID)
		}
		sock.mu.Unlock()
	}
}

func (sock *socket) ping() {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-sock.ended:
			return
		case <-ticker.C:
			sock.mu.Lock()
			err := sock.conn.WriteControl(websocket.PingMessage, []byte("Ping from applink-1"), time.Now().Add(time.Second))
			sock.mu.Unlock()
			if err != nil {
				return
			}
		}
	}
}

func (sock *socket) goodbye(reason string) {
	sock.write(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-1"}})
}

// write sends a message. That the connection is gone is noticed where it is read.
func (sock *socket) write(message map[string]any) {
	sock.mu.Lock()
	defer sock.mu.Unlock()
	_ = sock.conn.SetWriteDeadline(time.Now().Add(time.Second))
	_ = sock.conn.WriteJSON(message)
}
