package simulation

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/sync/directory"
)

// generation is one of an installation, as it really is.
type generation struct {
	inst   directory.Installation
	token  string // the newest
	over   int64  // the moment at which the product took note of its end; 0: it hasn't
	spoilt bool   // the platform ended it, or gave tokens for it that nobody has: it has to be connected anew
	barren bool   // and the product says so
}

// noteConnected takes in that a connection became durable.
func (h *history) noteConnected(c directory.Connection) {
	at := siteOf(c.Installation)
	h.moment++
	if was := h.current[at]; was != nil {
		was.over = h.moment
	}
	if h.faulty {
		h.reach(connectedAgain)
	}
	g := &generation{inst: c.Installation}
	h.generations[c.Installation], h.current[at] = g, g
	h.holds(g, h.granting)
}

// holds notes a generation's newest token.
func (h *history) holds(g *generation, token string) {
	g.token = token
	h.holders[token] = g
}

// spoil notes that a workspace's tokens are no use any more.
func (h *history) spoil(at site) {
	if g := h.current[at]; g != nil {
		g.spoilt = true
	}
}

// noteAmended takes in what became of a connection. What is said to be gone by the platform's own word
// doesn't work any more, and what is said not to be renewable was lost, or ended there.
func (h *history) noteAmended(was, is directory.Connection) {
	g := h.generations[is.Installation]
	if was.Active() && is.Active() && was.Why == "" && is.Why != "" {
		h.reach(saidAnew)
		if g.spoilt {
			g.barren = true
			return
		}
		h.violated("%s's connection with %s has to be made anew (%s), and nothing of it was lost", is.Installation.Tenant, is.Installation.Platform, is.Why)
	}
	if !was.Active() || is.Active() {
		return
	}
	h.say("  %s's connection %d with %s is %s", is.Installation.Tenant, is.Installation.Generation, is.Installation.Platform, is.State)
	if is.State == directory.ConnectionGone {
		h.reach(endedByNews)
		if h.works(g) {
			h.violated("%s's connection with %s was ended by news of a removal, and it works", is.Installation.Tenant, is.Installation.Platform)
		}
	}
	h.moment++
	g.over = h.moment
	h.current[siteOf(is.Installation)] = nil
	h.away[siteOf(is.Installation)] = h.moment
}

// works asks the platform whether a generation's newest token is good.
func (h *history) works(g *generation) bool {
	was := h.checking
	h.checking = true
	defer func() { h.checking = was }()
	r, platform := httptest.NewRequest(http.MethodPost, "https://"+slackHost+"/api/auth.test", nil), http.Handler(h.slack)
	if g.inst.Platform == webex.Name {
		r, platform = httptest.NewRequest(http.MethodGet, "https://"+webexHost+"/v1/people?max=1", nil), h.webex
	}
	r.Header.Set("Authorization", "Bearer "+g.token)
	w := httptest.NewRecorder()
	platform.ServeHTTP(w, r)
	return w.Code == http.StatusOK && !bytes.Contains(w.Body.Bytes(), []byte(`"ok":false`))
}

// checkCall: whatever began after a connection had ended makes no call with its tokens, but to give them
// back, and sends nothing to that workspace until it is connected again; and what is done for one tenant
// is done with its own tokens.
func (h *history) checkCall(p *program, r *http.Request, token string) {
	if p.task == nil || h.checking {
		return
	}
	g := h.holders[token]
	switch {
	case g == nil:
		h.checkSends(p, r, token)
	case g.over != 0 && p.task.began > g.over && !strings.HasSuffix(r.URL.Path, "/"+revoke):
		h.violated("%s was called with the token of %s's generation %d, which is over", r.URL.Path, g.inst.Tenant, g.inst.Generation)
	case p.task.tenant != "" && p.task.tenant != g.inst.Tenant:
		h.violated("%s was called for %s with the token of %s", r.URL.Path, p.task.tenant, g.inst.Tenant)
	}
}

// checkSends is the same of what is sent with a token that stays: the bot's, and the one that makes
// guests. To read what a webhook is about is no sending.
func (h *history) checkSends(p *program, r *http.Request, token string) {
	if r.URL.Host != webexHost || r.Method == http.MethodGet {
		return
	}
	to := h.addressed(r, token)
	if to == "" {
		return
	}
	at := site{webex.Name, to}
	if h.current[at] == nil && p.task.began > h.away[at] {
		h.violated("%s %s is about %s, which is not connected", r.Method, r.URL.Path, to)
	}
	for _, c := range h.companies {
		if string(to) == c.org && p.task.tenant != "" && p.task.tenant != c.id {
			h.violated("%s %s is about %s, and was made for %s", r.Method, r.URL.Path, to, p.task.tenant)
		}
	}
}

// addressed is the organisation of whoever a call is about; empty: nobody's.
func (h *history) addressed(r *http.Request, token string) directory.Workspace {
	for _, c := range h.companies {
		if token == c.guestToken() {
			return directory.Workspace(c.org)
		}
	}
	message, isMessage := strings.CutPrefix(r.URL.Path, "/v1/messages")
	if !isMessage {
		return ""
	}
	if c := h.cardOf(strings.TrimPrefix(message, "/")); c != nil {
		return c.account.Workspace
	}
	var body struct{ ToPersonID string }
	_ = json.Unmarshal(readAll(r), &body) // an edit's names nobody
	for _, account := range h.byUser {
		if body.ToPersonID == webexID(account.User) {
			return account.Workspace
		}
	}
	return ""
}

// checkRefresh: what a token was renewed with is not used again by whoever began after that.
func (h *history) checkRefresh(p *program, refresh string) {
	if at := h.spent[refresh]; at != 0 && p.task != nil && p.task.began > at {
		h.violated("a refresh token was used again")
	}
}

// checkWoken: what rested for want of a platform is due as soon as it is connected again.
func (h *history) checkWoken(inst directory.Installation, now time.Time) {
	links, err := h.memory.ListLinks(context.Background(), inst.Tenant, directory.LinkQuery{Limit: 1000})
	must(err)
	for _, l := range links {
		if (l.Primary == inst.Platform || l.Secondary == inst.Platform) && l.DueAt.After(now) {
			h.violated("%s was connected, and %s rests until %v", inst.Platform, l.Key.Member.ID, l.DueAt)
		}
	}
}

// isAway reports whether a workspace is not connected, says that it has to be anew, or was not since a moment.
func (h *history) isAway(at site, since int64) bool {
	g := h.current[at]
	return g == nil || g.barren || h.away[at] > since
}

// judgeConnections: at the end everything is connected, and works.
func (h *history) judgeConnections(c *company) {
	for _, platform := range bothPlatforms {
		inst := c.installation(platform)
		connection, err := h.memory.Connection(context.Background(), platform, inst.Workspace)
		must(err)
		g := h.generations[connection.Installation]
		if !connection.Active() || connection.Why != "" {
			h.violated("%s's connection with %s is %s: %s", c.id, platform, connection.State, connection.Why)
		}
		token, err := h.anyProcess().token(context.Background(), connection.Installation)
		if err != nil || token.Reveal() != g.token || !h.works(g) {
			h.violated("%s's connection with %s doesn't work: %v", c.id, platform, err)
		}
	}
}

// news counts what is told of a removal after it was connected again.
func (h *history) news(r *request) {
	at := site{slack.Name, directory.Workspace(r.what.about)}
	if slices.Contains([]string{"slack app_uninstalled", "slack tokens_revoked"}, r.what.name) && h.current[at] != nil && !h.current[at].spoilt {
		h.reach(newsLate)
	}
}
