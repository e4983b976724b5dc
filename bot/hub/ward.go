package hub

import (
	"context"
	"net/http"
	"sync"
	"time"

	"rollcall/sync/directory"
)

const (
	// roleLasts is how old a platform's word that somebody administers it may be.
	roleLasts = 5 * time.Minute
	// roleWithin is how long a page waits for it.
	roleWithin = 10 * time.Second
)

// steward is an account that acts for a tenant.
type steward struct {
	tenant  directory.TenantID
	account directory.AccountID
}

// roles are those of whom their platform has said a moment ago that they administer what is connected, or that it
// doesn't show roles. That somebody doesn't is not kept: it ends their session, and what they do next asks again.
type roles struct {
	mu   sync.Mutex
	seen map[steward]time.Time
}

func (r *roles) fresh(who steward, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.seen[who]
	return ok && now.Sub(at) < roleLasts
}

func (r *roles) note(who steward, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for other, at := range r.seen {
		if now.Sub(at) >= roleLasts {
			delete(r.seen, other)
		}
	}
	r.seen[who] = now
}

// Administers asks the platform of an account whether that still administers what a tenant has connected there.
// That somebody is among the admins, in a session or not, can outlast the role by months. Nobody is asked about
// an account of a platform that isn't connected, or that doesn't show roles: then the list of admins alone
// decides. An error is no answer. It blocks for a few requests, or not at all where the answer is younger than
// five minutes, and is safe for concurrent use.
func (h *Hub) Administers(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (bool, error) {
	warden, ok := h.connectors[account.Platform].(Warden)
	if !ok {
		return true, nil
	}
	now, who := h.config.Now(), steward{tenant, account}
	if h.roles.fresh(who, now) {
		return true, nil
	}
	connection, err := h.connection(ctx, tenant, account.Platform)
	if err != nil {
		return false, err
	}
	if connection == nil || !connection.Active() {
		return true, nil
	}
	is, err := warden.Administers(ctx, *connection, account)
	if directory.Is(err, directory.Unsupported) {
		is, err = true, nil
	}
	if err == nil && is {
		h.roles.note(who, now)
	}
	return is, err
}

// administers is [Hub.Administers] for whoever acts in a session; with an invitation's nobody is asked.
func (h *Hub) administers(ctx context.Context, s *session) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, roleWithin)
	defer cancel()
	return h.Administers(ctx, s.tenant.ID, s.of)
}

// entitled reports whether the session may still steer its tenant, as the platform of its account says. If not
// it has answered, and nothing is to be done. next is the platform to which the browser is sent for a grant;
// empty: nothing is granted. Where that is the account's own, no answer is no obstacle: the grant asks the
// same, and it is how a connection is mended whose token nobody takes any more.
func (v *visit) entitled(next directory.Platform) bool {
	if v.session == nil {
		return true
	}
	h, s := v.hub, v.session
	is, err := h.administers(v.r.Context(), s)
	if err == nil && is || err != nil && next == s.of.Platform {
		return true
	}
	title := h.connectors[s.of.Platform].Title()
	if err != nil {
		h.config.Logger.Warn("a platform doesn't say whether an admin still administers it", "tenant", s.tenant.ID, "platform", s.of.Platform, "code", directory.CodeOf(err).String())
		v.words(http.StatusServiceUnavailable, "Nothing has changed", "It can't be checked now whether you still administer "+title+
			". Try again in a minute, or ask whoever runs this "+h.config.Name+" for an invitation.")
		return false
	}
	h.config.Logger.Info("a session of somebody who administers the workspace no more has ended", "tenant", s.tenant.ID, "platform", s.of.Platform)
	if err := h.end(v.r.Context(), v.browser, v.now); err != nil {
		v.failed(err)
		return false
	}
	v.session = nil
	v.words(http.StatusForbidden, "You are signed out", title+" says that you don't administer your workspace there any more. Nothing has changed.")
	return false
}
