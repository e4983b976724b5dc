package slacksim

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"rollcall/adapters/sim"
)

// hookRoute is the name of response_urls in the script of faults and the record of calls.
const hookRoute = "response_url"

// A response_url can be posted to so often, and for so long:
// https://docs.slack.dev/interactivity/handling-user-interaction.
const (
	hookPosts = 5
	hookFor   = 30 * time.Minute
)

// hook is a response_url.
type hook struct {
	ws      *workspace
	chat    *chat
	user    string
	expires time.Time
	left    int
}

// responseURL makes one for a user and a chat.
func (s *Sim) responseURL(ws *workspace, c *chat, user string) string {
	path := "/hooks/" + ws.ID + "/" + s.id("")
	s.hooks[path] = &hook{ws: ws, chat: c, user: user, expires: s.config.Clock.Now().Add(hookFor), left: hookPosts}
	return s.config.URL + path
}

// hook takes a post to a response_url, which needs no token.
func (s *Sim) hook(w http.ResponseWriter, r *http.Request) {
	req := &request{}
	s.mu.Lock()
	if h := s.hooks[r.URL.Path]; h != nil {
		req.ws = h.ws
	}
	s.mu.Unlock()
	defer s.record(hookRoute, req)
	ctx := context.WithValue(r.Context(), requestKey{}, req)
	s.handlers[hookRoute].ServeHTTP(recorder{w, req}, r.WithContext(ctx))
}

func (s *Sim) takeHook(w http.ResponseWriter, r *http.Request) {
	req := r.Context().Value(requestKey{}).(*request)
	status, refusal := s.replied(r)
	req.detail = refusal
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	if refusal == "" {
		refusal = "ok"
	}
	io.WriteString(w, refusal)
}

func (s *Sim) replied(r *http.Request) (int, string) {
	body, err := io.ReadAll(io.LimitReader(r.Body, longestBody))
	if err != nil || r.Method != http.MethodPost {
		return http.StatusBadRequest, "invalid_payload"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.hooks[r.URL.Path]
	switch {
	case h == nil:
		return http.StatusNotFound, "no_service"
	case s.config.Clock.Now().After(h.expires):
		return http.StatusNotFound, "expired_url"
	case h.left == 0:
		return http.StatusNotFound, "used_url"
	}
	if refusal := s.private(h.ws, h.chat, h.user, body); refusal != "" {
		return http.StatusBadRequest, refusal
	}
	h.left--
	return http.StatusOK, ""
}

// private records what only one user is shown: a reply's body.
func (s *Sim) private(ws *workspace, c *chat, user string, body []byte) string {
	var reply struct {
		Type    string          `json:"response_type"`
		Text    string          `json:"text"`
		Blocks  json.RawMessage `json:"blocks"`
		Replace bool            `json:"replace_original"`
		Delete  bool            `json:"delete_original"`
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if dec.Decode(&reply) != nil {
		return "invalid_payload"
	}
	if reply.Type != "" && reply.Type != "ephemeral" || reply.Replace || reply.Delete {
		return "invalid_payload: the simulator shows new ephemeral messages only"
	}
	m := &message{Message: sim.Message{
		From: ws.bot(), FromApp: true, To: user, Text: reply.Text, Private: true, Card: reply.Blocks, First: reply.Blocks,
	}}
	if len(reply.Blocks) > 0 {
		presses, problems := checkBlocks(reply.Blocks)
		if len(problems) > 0 {
			return "invalid_blocks"
		}
		m.Presses = [][]string{presses}
	}
	if reply.Text == "" && len(reply.Blocks) == 0 {
		return "no_text"
	}
	s.add(ws, c, m)
	return ""
}
