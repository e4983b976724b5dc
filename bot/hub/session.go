package hub

import (
	"context"
	"net/http"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// Kinds of tickets. Those that end with a colon are followed by the platform.
const (
	kindSession    = "session"
	kindAwake      = "awake"
	kindInvitation = "invitation"
	kindFlow       = "flow:"
	kindLink       = "link:"
	kindConfirm    = "disconnect:"
)

// How long they last.
const (
	sessionLasts    = 8 * time.Hour
	awakeLasts      = 30 * time.Minute
	awakeRefreshed  = time.Minute // before that a request doesn't make it last longer
	flowLasts       = 10 * time.Minute
	invitationLasts = time.Hour
	linkLasts       = 7 * 24 * time.Hour
	confirmLasts    = 10 * time.Minute
)

// byConfiguration is who acts in a session from an invitation.
const byConfiguration = "configuration"

// session is an admin's, in one browser, for one tenant. It is two tickets: one that is written once and ends
// after eight hours, and one that every request makes last longer. So a request that is under way while
// somebody signs out can't bring the session back.
type session struct {
	id     directory.TicketID
	tenant directory.Tenant
	by     string              // an account's text, or "configuration"
	of     directory.AccountID // the account; zero with "configuration"
	name   string              // what the platform called it when it signed in; empty: nothing
}

func sessionID(browser string) directory.TicketID { return directory.TicketOf("session " + browser) }
func awakeID(browser string) directory.TicketID   { return directory.TicketOf("awake " + browser) }

// sessionOf is the browser's session; nil: it has none. One whose account is no admin any more ends here.
// used says that somebody did something, which keeps it awake.
func (h *Hub) sessionOf(ctx context.Context, browser string, now time.Time, used bool) (*session, error) {
	if browser == "" {
		return nil, nil
	}
	ticket, err := h.config.Registry.Ticket(ctx, sessionID(browser), now)
	if directory.Is(err, directory.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	awake, err := h.config.Registry.Ticket(ctx, awakeID(browser), now)
	if directory.Is(err, directory.NotFound) {
		return nil, h.end(ctx, browser, now)
	}
	if err != nil {
		return nil, err
	}
	s := &session{id: ticket.ID, by: ticket.By, name: ticket.Facts["name"]}
	steers, err := h.steers(ctx, ticket, s)
	if err != nil {
		return nil, err
	}
	if !steers {
		h.config.Logger.Info("a session of somebody who is no admin any more has ended", "tenant", ticket.Tenant)
		return nil, h.end(ctx, browser, now)
	}
	if used && awake.Until.Sub(now) < awakeLasts-awakeRefreshed {
		awake.Until = now.Add(awakeLasts)
		err = h.config.Registry.PutTicket(ctx, awake)
	}
	return s, err
}

// steers reports whether the ticket's account still steers the tenant, and completes the session.
func (h *Hub) steers(ctx context.Context, ticket directory.Ticket, s *session) (bool, error) {
	tenant, err := h.config.Registry.Tenant(ctx, ticket.Tenant)
	if directory.Is(err, directory.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s.tenant = tenant
	admin, steers, err := h.acts(ctx, ticket)
	s.of = admin.Account
	return steers, err
}

// acts is whoever a ticket names, and whether they may act for its tenant still.
func (h *Hub) acts(ctx context.Context, ticket directory.Ticket) (directory.Admin, bool, error) {
	if ticket.By == byConfiguration {
		return directory.Admin{}, true, nil
	}
	account, err := directory.ParseAccountID(ticket.By)
	if err != nil {
		return directory.Admin{}, false, nil
	}
	admins, err := h.config.Registry.Admins(ctx, ticket.Tenant)
	if i := slices.IndexFunc(admins, func(a directory.Admin) bool { return a.Account == account }); i >= 0 {
		return admins[i], true, err
	}
	return directory.Admin{}, false, err
}

// admitted reports whether an account is an admin of a tenant, and whether it would be the first one.
func (h *Hub) admitted(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (is, first bool, err error) {
	admins, err := h.config.Registry.Admins(ctx, tenant)
	return slices.ContainsFunc(admins, func(a directory.Admin) bool { return a.Account == account }), len(admins) == 0, err
}

// end ends the browser's session.
func (h *Hub) end(ctx context.Context, browser string, now time.Time) error {
	for _, id := range []directory.TicketID{sessionID(browser), awakeID(browser)} {
		if _, err := h.config.Registry.TakeTicket(ctx, id, now); err != nil && !directory.Is(err, directory.NotFound) {
			return err
		}
	}
	return nil
}

// signIn gives the browser a session, with a new cookie: whoever knew the old one has nothing, and what
// began with it can't be finished. called is what the platform calls whoever signs in.
func (v *visit) signIn(tenant directory.TenantID, by, called string) error {
	ctx, h := v.r.Context(), v.hub
	if v.browser != "" {
		if err := h.end(ctx, v.browser, v.now); err != nil {
			return err
		}
	}
	browser, err := h.random()
	if err != nil {
		return err
	}
	awake := directory.Ticket{ID: awakeID(browser), Kind: kindAwake, Tenant: tenant, Browser: browserID(browser), Until: v.now.Add(awakeLasts)}
	if err := h.config.Registry.PutTicket(ctx, awake); err != nil {
		return err
	}
	err = h.config.Registry.PutTicket(ctx, directory.Ticket{
		ID: sessionID(browser), Kind: kindSession, Tenant: tenant, Browser: browserID(browser), By: by, Until: v.now.Add(sessionLasts),
		Facts: map[string]string{"name": called},
	})
	if err != nil {
		return err
	}
	v.mark(browser)
	h.config.Logger.Info("an admin signed in", "tenant", tenant)
	return nil
}

// signOut ends the session and forgets the browser.
func (h *Hub) signOut(v *visit) {
	if err := h.end(v.r.Context(), v.browser, v.now); err != nil {
		v.failed(err)
		return
	}
	http.SetCookie(v.w, &http.Cookie{Name: cookieName, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: -1})
	v.see("/connect")
}

// sessionFact is the session's id as a fact of a ticket; empty: the browser has none.
func (v *visit) sessionFact() string {
	if v.session == nil {
		return ""
	}
	return string(v.session.id)
}
