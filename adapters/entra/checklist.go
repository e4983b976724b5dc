package entra

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// expiresSoon is how long before its end a certificate should be replaced.
const expiresSoon = 30 * 24 * time.Hour

// Check implements [hub.Connector]. Everything is asked for with a token that is got now, so that a
// consent that was given or taken back a moment ago is seen.
func (c *Connector) Check(ctx context.Context, connection directory.Connection) []hub.Finding {
	if c.adapter == nil {
		return []hub.Finding{{ID: "app", Title: "An app registration is configured", State: hub.Bad, Mend: "Have whoever runs this Rollcall put one into the configuration."}}
	}
	g, err := c.fresh(string(connection.Installation.Workspace))
	var token string
	if err == nil {
		token, err = g.token(ctx, c.adapter.config.Cloud.scope)
	}
	lines := append(c.checkApp(ctx), line("consent", "An administrator of the organisation has consented to the app", err, consentAgain))
	lines = append(lines, c.checkPermissions(connection.Installation.Tenant, token, err)...)
	return append(lines, checkOrganization(ctx, g, err), c.checkCatalogue(ctx, g, err), c.checkNotices(ctx, g, err))
}

const (
	consentAgain = "Have " + who + " of the organisation press Connect again and consent."
	afterToken   = "It shows once the app gets a token there."
)

// checkApp are the lines about the app registration, which are the same for every tenant.
func (c *Connector) checkApp(ctx context.Context) []hub.Finding {
	var lines []hub.Finding
	if c.app.Bot != nil {
		lines = append(lines, line("bot", "The bot gets a token in its home tenant", c.app.Bot(ctx),
			"Look at app_id, home_tenant and the app's secret, certificate or managed identity in the configuration, and at Certificates & secrets in the app registration."))
	}
	ends := c.adapter.credential.Expires()
	if ends.IsZero() { // nobody can tell
		return lines
	}
	expiry := hub.Finding{ID: "app-certificate", Title: "The app's certificate is good until " + day(ends), State: hub.OK}
	if now := c.adapter.config.Now(); now.Add(expiresSoon).After(ends) {
		expiry.State, expiry.Mend = hub.Bad, "Upload a new certificate to the app registration under Certificates & secrets, then put it with its key into the configuration."
		if now.After(ends) {
			expiry.Title = "The app's certificate ended on " + day(ends)
		}
	}
	return append(lines, expiry)
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

// checkPermissions are a line for each permission, from what the token says of itself.
func (c *Connector) checkPermissions(tenant directory.TenantID, token string, none error) []hub.Finding {
	roles, readable := rolesOf(token)
	var lines []hub.Finding
	for _, p := range Table() {
		kind := "needed"
		if p.Optional {
			kind = "optional"
		}
		f := hub.Finding{ID: "permission-" + p.ID, Title: fmt.Sprintf("%s (%s): %s", p.Name, kind, p.Serves)}
		switch {
		case p.Optional && !c.uses(tenant, p.Feature):
			f.State = hub.Off
		case none != nil, !readable:
			f.State, f.Mend = hub.Unknown, afterToken
		case slices.Contains(roles, p.Name):
			f.State = hub.OK
		default:
			f.State, f.Mend = hub.Bad, "Add it to the app registration under API permissions, Microsoft Graph, Application permissions; then have "+who+" press Connect again and consent."
		}
		lines = append(lines, f)
	}
	return lines
}

// uses reports whether what a permission serves is switched on.
func (c *Connector) uses(tenant directory.TenantID, feature Feature) bool {
	switch feature {
	case Noticing:
		return c.adapter.base != ""
	case Installing:
		return c.adapter.config.TeamsAppID != ""
	case Guests:
		return c.app.Guests == nil || c.app.Guests(tenant)
	}
	return true
}

// Of the following, none says that there is no token, so that nothing can be asked.

func checkOrganization(ctx context.Context, g *graph, none error) hub.Finding {
	f := hub.Finding{ID: "organization", Title: "Microsoft answers for this organisation", State: hub.Unknown, Mend: afterToken}
	if none != nil {
		return f
	}
	_, err := g.organization(ctx)
	return line(f.ID, f.Title, err, consentAgain)
}

func (c *Connector) checkCatalogue(ctx context.Context, g *graph, none error) hub.Finding {
	f := hub.Finding{ID: "teams-app", Title: "The Teams app is in the organisation's catalogue", State: hub.Unknown, Mend: afterToken}
	switch {
	case c.adapter.config.TeamsAppID == "":
		f.State, f.Mend = hub.Off, ""
		return f
	case none != nil:
		return f
	}
	_, err := g.catalogue(ctx, c.adapter.config.TeamsAppID)
	return line(f.ID, f.Title, err, "Have an administrator upload the app in the Teams admin center, under Manage apps.")
}

// checkNotices looks whether both subscriptions are alive.
func (c *Connector) checkNotices(ctx context.Context, g *graph, none error) hub.Finding {
	f := hub.Finding{ID: "notifications", Title: "Changes in groups and of people are told at once", State: hub.Unknown, Mend: afterToken}
	switch {
	case c.adapter.base == "":
		f.State, f.Mend = hub.Off, ""
		return f
	case none != nil:
		return f
	}
	const mend = "They are made anew within ten minutes. If they aren't: consent to Group.Read.All, and see that the public URL answers on the internet."
	all, err := g.subscriptions(ctx)
	if err != nil {
		return line(f.ID, f.Title, err, mend)
	}
	alive := make(map[string]time.Time)
	for _, s := range all {
		if h, _, good := c.adapter.hookOf(g, s); good && s.GetExpirationDateTime().After(g.now()) {
			alive[h.resource] = *s.GetExpirationDateTime()
		}
	}
	groups, people := alive[resourceGroups], alive[resourceUsers]
	if groups.IsZero() || people.IsZero() {
		f.State, f.Mend = hub.Bad, mend
		return f
	}
	first := groups
	if people.Before(first) {
		first = people
	}
	f.State, f.Mend, f.Title = hub.OK, "", f.Title+", and the subscriptions for that last until "+day(first)+" and are renewed before"
	return f
}

// line is a requirement that an error speaks against. Where the error says only that somebody doesn't
// answer, nothing is known.
func line(id, title string, err error, mend string) hub.Finding {
	f := hub.Finding{ID: id, Title: title, State: hub.OK}
	switch {
	case err == nil:
	case directory.Is(err, directory.Unavailable), directory.Is(err, directory.Throttled), directory.Is(err, directory.Uncertain):
		f.State, f.Mend = hub.Unknown, "Microsoft doesn't answer now: check again in a few minutes."
	default:
		f.State, f.Mend = hub.Bad, mend
	}
	return f
}
