package program

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/sync/directory"
)

// condition is how something goes that is looked at every few minutes.
type condition struct {
	mu  sync.Mutex
	err error
}

func (c *condition) set(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
}

func (c *condition) trouble() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return said(c.err)
}

// said is an error as a sentence for people; empty: there is none.
func said(err error) string {
	if err == nil {
		return ""
	}
	return cmp.Or(directory.Said(err), "it fails, and Rollcall's log says why")
}

// endings is what works for a tenant until a time, and what doesn't work. Nobody is asked for it: it is what the store
// has, and what was seen when each of them was last looked at.
func (m *Main) endings(ctx context.Context, tenant directory.TenantID) ([]directory.Ending, error) {
	connections, err := m.Store.Connections(ctx, tenant)
	if err != nil {
		return nil, err
	}
	var all []directory.Ending
	for _, c := range connections {
		ends, err := m.connectionEnds(ctx, c)
		if err != nil {
			return nil, err
		}
		all = append(all, ends...)
	}
	if slices.ContainsFunc(m.directories(tenant), func(name string) bool { return m.inEntra(tenant, name) }) {
		all = append(all, m.noticesEnd(tenant)...)
	}
	troubles, err := m.readingTroubles(ctx, tenant)
	return append(all, troubles...), err
}

// connectionEnds is what there is to say of a connection, and of what is needed for its platform.
func (m *Main) connectionEnds(ctx context.Context, c directory.Connection) ([]directory.Ending, error) {
	title := m.title(c.Installation.Platform)
	if !c.Active() {
		why := c.Why
		if why == "" {
			why = "it isn't connected"
		}
		return []directory.Ending{{What: title, Trouble: why}}, nil
	}
	token, err := m.tokenEnds(ctx, c, title)
	if err != nil {
		return nil, err
	}
	all := []directory.Ending{token}
	switch c.Installation.Platform {
	case webex.Name:
		all = append(all, directory.Ending{What: "Webhooks of Webex", Trouble: m.webhooks.trouble()})
	case slack.Name:
		if m.config.Slack.AppToken != "" {
			all = append(all, directory.Ending{What: "Socket to Slack", Trouble: m.socket.trouble()})
		}
	case microsoft:
		if ends := m.entra.ProofEnds(); !ends.IsZero() {
			all = append(all, m.ending("Certificate of the app registration", ends, "it has ended: upload a new one to the app registration"))
		}
	}
	return all, nil
}

// tokenEnds is what a connection's calls are made with. A token that is renewed ends too: then renewing it has failed.
func (m *Main) tokenEnds(ctx context.Context, c directory.Connection, title string) (directory.Ending, error) {
	what := "Token of " + title
	switch {
	case c.Why != "": // of an active one: the directory's consent is missing
		return directory.Ending{What: "Consent of " + title, Trouble: c.Why}, nil
	case c.Installation.Platform == microsoft:
		return directory.Ending{What: "Consent of " + title}, nil
	case !m.tokens[tokenKey(c.Installation)].IsZero():
		return directory.Ending{What: what}, nil
	}
	credential, err := m.Store.Credential(ctx, c.Installation)
	if directory.Is(err, directory.NotFound) {
		return directory.Ending{What: what, Trouble: "there is none: connect it again in the hub"}, nil
	}
	return m.ending(what, credential.Expires, "it has ended, and could not be renewed: connect it again in the hub"), err
}

// ending is something that works until a time, after which there is a trouble.
func (m *Main) ending(what string, at time.Time, after string) directory.Ending {
	e := directory.Ending{What: what, At: at}
	if !at.IsZero() && !m.options.Now().Before(at) {
		e.Trouble = after
	}
	return e
}

// noticesEnd is what Entra tells of changes with; none: nothing was looked at, as for a tenant that is off.
func (m *Main) noticesEnd(tenant directory.TenantID) []directory.Ending {
	const what = "Subscriptions to Entra"
	until, err := m.entra.Subscribed(tenant)
	switch {
	case err != nil:
		return []directory.Ending{{What: what, Trouble: said(err)}}
	case until.IsZero():
		return nil
	}
	return []directory.Ending{m.ending(what, until, "they have ended: changes are found by reading alone")}
}

// readingTroubles is why a workspace's people can't be read, or a subscriber can't be told. Groups say it themselves.
func (m *Main) readingTroubles(ctx context.Context, tenant directory.TenantID) ([]directory.Ending, error) {
	readings, err := m.Store.Readings(ctx, tenant)
	var all []directory.Ending
	for _, r := range readings {
		what := ""
		switch {
		case r.ID.Subscriber() != "":
			what = "News to " + r.ID.Subscriber()
		case r.Of.Platform != "" && r.Job == nil:
			what = "People of " + m.title(r.Of.Platform)
		}
		if what != "" && r.Trouble != "" {
			all = append(all, directory.Ending{What: what, Trouble: r.Trouble})
		}
	}
	return all, err
}
