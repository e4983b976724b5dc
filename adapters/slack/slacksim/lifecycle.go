package slacksim

import (
	"slices"
	"time"
)

// What Slack tells of an end, by the events' types.
const (
	NoticeUninstalled = "app_uninstalled"
	NoticeRevoked     = "tokens_revoked"
)

// Notice is one event that tells of an uninstall.
type Notice struct {
	Event  string        // [NoticeUninstalled] or [NoticeRevoked]
	After  time.Duration // how long it takes to be sent; it says when the uninstall was all the same
	Copies int           // how often the same event is sent; 0: once
}

// Uninstall removes the app from a workspace, or from an organisation: its tokens are revoked, and
// two events say so, of which Slack doesn't promise the order. Where notices are given those
// are sent instead. It does nothing where the app isn't installed.
func (s *Sim) Uninstall(workspace string, notices ...Notice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uninstall(s.mustHave(workspace), notices)
}

func (s *Sim) uninstall(ws *workspace, notices []Notice) {
	if !ws.installed {
		return
	}
	if len(notices) == 0 {
		notices = []Notice{{Event: NoticeRevoked}, {Event: NoticeUninstalled}}
	}
	for _, n := range notices {
		event, from := map[string]any{"type": n.Event}, origin{gone: true}
		if n.Event == NoticeRevoked {
			event, from = revoked(s.own(ws), []string{ws.bot()}), origin{}
		}
		if d, ok := s.delivery(ws, from, "", event); ok {
			d.Due = s.config.Clock.Now().Add(n.After)
			for range max(1, n.Copies) {
				s.deliver(d)
			}
		}
	}
	s.end(ws, whileGone, func(t *token) bool { return t.dead == "" })
	s.forget(ws)
	ws.installed = false
	clear(ws.access)
}

// own are the people whose own tokens of a workspace still hold.
func (s *Sim) own(ws *workspace) []string {
	people := []string{}
	for _, t := range s.tokens {
		if t.in == ws && t.user != "" && t.dead == "" {
			people = append(people, t.user)
		}
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// revoked is the event about tokens, which names whose they were.
func revoked(people, bots []string) map[string]any {
	return map[string]any{"type": NoticeRevoked, "tokens": map[string]any{"oauth": people, "bot": bots}}
}

// RevokeUserToken ends somebody's own token, as when they leave or take it back. The app stays.
func (s *Sim) RevokeUserToken(workspace, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revokeOwn(s.mustHave(workspace), user)
}

func (s *Sim) revokeOwn(ws *workspace, user string) {
	s.end(ws, replaced, func(t *token) bool { return t.user == user && t.dead == "" })
	s.event(ws, origin{}, "", revoked([]string{user}, []string{}))
}

// Install installs the app again, with a new token. The old one stays revoked.
func (s *Sim) Install(workspace, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.mustHave(workspace)
	s.end(ws, replaced, nil)
	s.forget(ws)
	if ws.Scopes == nil {
		ws.Scopes = Scopes()
	}
	ws.installed, ws.Token = true, value
	s.tokens[value] = &token{in: ws}
}

// authRevoke ends one token. The app's own being over deactivates its user, but is no uninstall.
func (s *Sim) authRevoke(req *request) result {
	if isTrue(req.args.Get("test")) {
		return ok(map[string]bool{"revoked": false})
	}
	if req.key.user != "" {
		s.revokeOwn(req.ws, req.key.user)
		return ok(map[string]bool{"revoked": true})
	}
	s.event(req.ws, origin{}, "", revoked([]string{}, []string{req.ws.bot()}))
	s.end(req.ws, replaced, func(t *token) bool { return t.user == "" && t.dead == "" })
	s.forget(req.ws)
	req.ws.installed = false
	return ok(map[string]bool{"revoked": true})
}

func (s *Sim) appsUninstall(req *request) result {
	if refusal := s.client(req.args); refusal != "" {
		return refuse(refusal)
	}
	s.uninstall(req.ws, nil)
	return ok(nil)
}
