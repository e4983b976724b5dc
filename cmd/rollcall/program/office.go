package program

import (
	"context"
	"slices"
	"time"

	"rollcall/bot/command"
	"rollcall/sync/directory"
)

// office is what commands need beside the engine: the tenant's admins, tickets, and what people want for themselves.
type office struct{ *Main }

var _ command.Office = office{}

// roleWithin is how long a command waits for a platform's word on somebody, twice at most. Slack takes no answer after three
// seconds.
const roleWithin = 1300 * time.Millisecond

// Admins implements [command.Office]. Who came without a name, from the configuration, has the one that the
// platform knew last.
func (o office) Admins(ctx context.Context, tenant directory.TenantID) ([]directory.Admin, error) {
	admins, err := o.Store.Admins(ctx, tenant)
	if err != nil {
		return nil, err
	}
	var nameless []directory.AccountID
	for _, a := range admins {
		if a.Name == "" {
			nameless = append(nameless, a.Account)
		}
	}
	accounts, err := o.Store.AccountsByID(ctx, tenant, nameless...)
	for i := range admins {
		for _, a := range accounts {
			if a.ID == admins[i].Account && admins[i].Name == "" {
				admins[i].Name = a.Name
			}
		}
	}
	return admins, err
}

// Administers implements [command.Office]. The list comes first, so that nobody who isn't on it costs a request.
func (o office) Administers(ctx context.Context, inst directory.Installation, account directory.AccountID) (bool, error) {
	if account.User == "" || account.Platform != inst.Platform || account.Workspace != inst.Workspace {
		return false, nil
	}
	admins, err := o.Store.Admins(ctx, inst.Tenant)
	if err != nil || !slices.ContainsFunc(admins, func(a directory.Admin) bool { return a.Account == account }) {
		return false, err
	}
	is, err := o.roleOf(ctx, inst.Tenant, account)
	switch {
	case err != nil:
		o.logger.Warn("a platform doesn't say whether an admin still administers it", "tenant", inst.Tenant, "platform", inst.Platform, "code", directory.CodeOf(err).String())
		return false, directory.Errorf(directory.Unavailable, "it can't be checked now whether you still administer your workspace")
	case !is:
		o.logger.Warn("an admin who doesn't administer the workspace any more was refused", "tenant", inst.Tenant, "platform", inst.Platform)
	}
	return is, nil
}

// admits reports whether an account may be shown what admins are shown. Who is at the command line may.
func (m *Main) admits(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (bool, error) {
	if account.Platform == consolePlatform {
		return true, nil
	}
	return office{m}.Administers(ctx, directory.Installation{Tenant: tenant, Platform: account.Platform, Workspace: account.Workspace}, account)
}

// roleOf is the platform's own word, at most five minutes old, for as long as a command can wait for it.
func (o office) roleOf(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, roleWithin)
	defer cancel()
	return o.hub.Administers(ctx, tenant, account)
}

// PutAdmin implements [command.Office], and has the other admins told. Invalid: the account could never give
// a command.
func (o office) PutAdmin(ctx context.Context, tenant directory.TenantID, admin directory.Admin) error {
	connections, err := o.Store.Connections(ctx, tenant)
	if err != nil {
		return err
	}
	account := admin.Account
	if !slices.ContainsFunc(connections, func(c directory.Connection) bool {
		return c.Active() && c.Installation.Platform == account.Platform && c.Installation.Workspace == account.Workspace
	}) {
		return directory.Errorf(directory.Invalid, "this account isn't in a workspace that is connected here")
	}
	known, err := o.Store.AccountsByID(ctx, tenant, account)
	if err != nil {
		return err
	}
	if len(known) > 0 {
		if known[0].Kind != directory.KindPerson || !known[0].Active {
			return directory.Errorf(directory.Invalid, "only people who work here can be admins, not guests, bots or accounts that are switched off")
		}
		if admin.Name == "" {
			admin.Name = known[0].Name
		}
	}
	// No answer is no obstacle: it is asked again before they give a command.
	if is, err := o.roleOf(ctx, tenant, account); err == nil && !is {
		return directory.Errorf(directory.Invalid, "they don't administer the workspace there, so they could give no command: make them an administrator of it first")
	}
	if err := o.putAdmin(ctx, tenant, admin); err != nil {
		return err
	}
	return o.Engine.TellAdmin(ctx, tenant, account, admin.By)
}

// RemoveAdmin implements [command.Office]. Their sessions in the hub end with it.
func (o office) RemoveAdmin(ctx context.Context, tenant directory.TenantID, account directory.AccountID, by string) error {
	return o.removeAdmin(ctx, tenant, account, by)
}

// PutTicket implements [command.Office].
func (o office) PutTicket(ctx context.Context, ticket directory.Ticket) error {
	return o.Store.PutTicket(ctx, ticket)
}

// Ticket implements [command.Office].
func (o office) Ticket(ctx context.Context, id directory.TicketID) (directory.Ticket, error) {
	return o.Store.Ticket(ctx, id, o.options.Now())
}

// TakeTicket implements [command.Office].
func (o office) TakeTicket(ctx context.Context, id directory.TicketID) (directory.Ticket, error) {
	return o.Store.TakeTicket(ctx, id, o.options.Now())
}

// Download implements [command.Office].
func (o office) Download(ticket string) string { return o.publicURL() + "/download/" + ticket }

// Preference implements [command.Office].
func (o office) Preference(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (directory.Preference, error) {
	return o.Store.Preference(ctx, tenant, account)
}

// PutPreference implements [command.Office].
func (o office) PutPreference(ctx context.Context, tenant directory.TenantID, account directory.AccountID, preference directory.Preference) error {
	return o.Store.PutPreference(ctx, tenant, account, preference)
}
