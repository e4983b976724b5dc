package program

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// desk does for the hub what an admin asks of it.
type desk struct{ *Main }

var _ hub.Desk = desk{}

// Expect implements [hub.Desk].
func (d desk) Expect(ctx context.Context, tenant directory.TenantID, platform directory.Platform) (directory.Workspace, error) {
	all, err := d.config.Tenants[string(tenant)].installations(tenant)
	if err != nil {
		return "", err
	}
	for _, inst := range all {
		if inst.Platform == platform {
			return inst.Workspace, nil
		}
	}
	connections, err := d.Store.Connections(ctx, tenant)
	if err != nil {
		return "", err
	}
	for _, c := range connections {
		if c.Installation.Platform == platform {
			return c.Installation.Workspace, nil
		}
	}
	if platform == microsoft {
		return workspaceOf(d.config.Tenants[string(tenant)].entraTenant()), nil
	}
	return "", nil
}

// Belongs implements [hub.Desk].
func (d desk) Belongs(ctx context.Context, platform directory.Platform, workspace directory.Workspace) (directory.TenantID, error) {
	c, err := d.Store.Connection(ctx, platform, workspace)
	if err == nil {
		return c.Installation.Tenant, nil
	}
	if !directory.Is(err, directory.NotFound) {
		return "", err
	}
	for id, t := range d.config.Tenants {
		all, err := t.installations(directory.TenantID(id))
		if err != nil {
			return "", err
		}
		named := slices.ContainsFunc(all, func(i installation) bool { return i.Platform == platform && i.Workspace == workspace })
		if named || platform == microsoft && workspace == workspaceOf(t.entraTenant()) {
			return directory.TenantID(id), nil
		}
	}
	return "", nil
}

// SignUp implements [hub.Desk]. The new tenant's id says nothing of the company.
func (d desk) SignUp(ctx context.Context, platform directory.Platform, grant hub.Grant) (directory.TenantID, error) {
	if !d.config.Hub.SignUp {
		return "", directory.Errorf(directory.Unauthorized, "this workspace isn't known here: ask whoever runs this Rollcall for an invitation")
	}
	if !grant.Admin {
		return "", directory.Errorf(directory.Unauthorized, "only an administrator of the workspace can sign it up: ask one to press the same button")
	}
	id := directory.TenantID("t-" + strings.ToLower(rand.Text()[:12]))
	name := grant.Title
	if name == "" {
		name = string(id)
	}
	err := d.Store.PutTenant(ctx, directory.Tenant{
		ID: id, Name: name, SignedUp: true, Settings: directory.Settings{Removal: directory.RemovalSuspend, QuietFrom: 18, QuietTo: 8},
	})
	if err == nil {
		d.logger.Info("a tenant signed up", "tenant", id, "platform", platform)
	}
	return id, err
}

// notAdmin is said of what somebody connected who may not decide that.
const notAdmin = "whoever installed it doesn't administer the workspace: an administrator has to press the same button"

// Connect implements [hub.Desk].
func (d desk) Connect(ctx context.Context, tenant directory.TenantID, platform directory.Platform, method string, grant hub.Grant) (directory.Connection, error) {
	c := directory.Connection{
		Installation: directory.Installation{Tenant: tenant, Platform: platform, Workspace: grant.Workspace},
		State:        directory.ConnectionActive, Since: d.options.Now(), By: grant.By, ByName: grant.Name, Title: grant.Title, Method: method,
		Scopes: grant.Scopes, Bot: grant.Bot, Wide: grant.Wide, Workspaces: grant.Workspaces,
	}
	switch {
	case !grant.Admin:
		c.State, c.Cause, c.Why = directory.ConnectionPending, directory.CauseUnproven, notAdmin
	case grant.Waiting != "":
		c.State, c.Why = directory.ConnectionPending, grant.Waiting
	}
	d.claiming.Lock()
	err := d.mayClaim(ctx, c.Installation, grant)
	if err == nil {
		c, err = d.put(ctx, c, grant)
	}
	d.claiming.Unlock()
	if err != nil {
		return c, err
	}
	return c, d.connected(ctx, c)
}

// mayClaim says whether a workspace is the tenant's, or may become so. One is claimed at a time: a tenant
// has one workspace of a platform.
func (d desk) mayClaim(ctx context.Context, inst directory.Installation, grant hub.Grant) error {
	owner, err := d.Belongs(ctx, inst.Platform, inst.Workspace)
	if err != nil {
		return err
	}
	expect, err := d.Expect(ctx, inst.Tenant, inst.Platform)
	switch {
	case err != nil:
		return err
	case owner != "" && owner != inst.Tenant:
		return directory.Errorf(directory.Conflict, "this workspace belongs to another customer of this Rollcall")
	case expect != "" && expect != inst.Workspace:
		return directory.Errorf(directory.Invalid, "another workspace is connected, or was: the links are made of its accounts, so it can't be replaced by this one")
	case owner == "" && !grant.Admin:
		return directory.Errorf(directory.Unauthorized, "only an administrator of the workspace can connect it: ask one to press the same button")
	}
	return nil
}

// put records a connection with its secrets and its line in the trail. The caller holds claiming.
func (d desk) put(ctx context.Context, c directory.Connection, grant hub.Grant) (directory.Connection, error) {
	event := "connected"
	if !c.Active() {
		event = "connection pending"
	}
	return d.vault.Connect(ctx, c, grant.Secrets, grant.Expires, d.line(c.Installation, event, c.Why, by(c.By)))
}

// connected wakes what waited for a connection.
func (d desk) connected(ctx context.Context, c directory.Connection) error {
	inst := c.Installation
	d.logger.Info("a connection", "tenant", inst.Tenant, "platform", inst.Platform, "generation", inst.Generation, "active", c.Active())
	if !c.Active() {
		d.lookAgain()
		return nil
	}
	if inst.Platform == microsoft && d.entra != nil {
		d.entra.Recheck()
	}
	return d.Engine.Connected(ctx, inst)
}

// by is how the trail names who did something.
func by(account directory.AccountID) string {
	if account.IsZero() {
		return "configuration"
	}
	return account.Text()
}

// line is a line of the tenant's trail about one of its connections.
func (d desk) line(inst directory.Installation, event, why, by string) directory.Entry {
	about := string(inst.Platform)
	if why != "" {
		about += ": " + why
	}
	return directory.Entry{At: d.options.Now(), Event: event, Why: about, By: by}
}

// Stops implements [hub.Desk]. It counts by groups, which decide between which platforms a link is: a
// listing of all links would take long in a large company.
func (d desk) Stops(ctx context.Context, tenant directory.TenantID, platform directory.Platform) (int, error) {
	groups, err := d.Store.Groups(ctx, tenant)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, g := range groups {
		if g.Primary != platform && g.Secondary != platform {
			continue
		}
		counts, err := d.Store.Count(ctx, tenant, g.ID, d.options.Now())
		if err != nil {
			return 0, err
		}
		n += counts.States[directory.Linked] + counts.States[directory.Represented]
	}
	return n, nil
}

// ending is said of a connection that is being taken apart: nothing is done with it any more but to give
// back what was granted, for which its token is still needed.
const ending = "it is being disconnected"

// disconnected is said of a connection that an admin ended.
const disconnected = "it was disconnected"

// withdrawWithin bounds how long giving back may take.
const withdrawWithin = 20 * time.Second

// Disconnect implements [hub.Desk]. From its first write on nothing is sent. A process that dies
// before the second one leaves the rest to [Main.checkConnections].
func (d desk) Disconnect(ctx context.Context, inst directory.Installation, by string) error {
	d.claiming.Lock()
	begun, err := d.amend(ctx, inst, func(c *directory.Connection) bool {
		c.State, c.Cause, c.Why = directory.ConnectionPending, directory.CauseEnding, ending
		return true
	}, d.line(inst, "disconnected", "", by))
	d.claiming.Unlock()
	if err != nil {
		return err
	}
	if !begun {
		return directory.Errorf(directory.Conflict, "it was connected anew, or disconnected, meanwhile: look at the page again")
	}
	return d.end(context.WithoutCancel(ctx), inst)
}

// end gives back what was granted, as far as that goes, and forgets the secrets.
func (d desk) end(ctx context.Context, inst directory.Installation) error {
	asking, cancel := context.WithTimeout(context.WithValue(ctx, givingBack{}, true), withdrawWithin)
	defer cancel()
	if connector := d.connector(inst.Platform); connector != nil {
		if err := connector.Withdraw(asking, inst); err != nil {
			d.logger.Warn("what was granted could not be given back: remove the app at the platform", "tenant", inst.Tenant, "platform", inst.Platform, "code", directory.CodeOf(err).String(), "error", err)
		}
	}
	ended, err := d.amend(ctx, inst, func(c *directory.Connection) bool {
		c.State, c.Cause, c.Why = directory.ConnectionGone, directory.CauseDisconnected, disconnected
		c.Ended = d.options.Now()
		return true
	})
	if ended {
		d.logger.Info("disconnected", "tenant", inst.Tenant, "platform", inst.Platform, "generation", inst.Generation)
	}
	return err
}

// mostTries is how often a connection is read again that others keep writing to.
const mostTries = 5

// amend changes an installation's connection, and reports whether it did: not if that is gone, or of
// another generation by now, or if change doesn't want to. The lines are for the trail.
func (m *Main) amend(ctx context.Context, inst directory.Installation, change func(*directory.Connection) bool, lines ...directory.Entry) (bool, error) {
	for range mostTries {
		c, err := m.Store.Connection(ctx, inst.Platform, inst.Workspace)
		if err != nil {
			return false, err
		}
		if c.Installation != inst || c.State == directory.ConnectionGone || !change(&c) {
			return false, nil
		}
		err = m.Store.Amend(ctx, c, lines...)
		if !directory.Is(err, directory.Conflict) {
			return err == nil, err
		}
	}
	return false, directory.Errorf(directory.Unavailable, "the connection is being written to by others")
}

// eachConnection visits every tenant's connections.
func (m *Main) eachConnection(ctx context.Context, visit func(directory.Connection) error) error {
	tenants, err := m.Store.Tenants(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, t := range tenants {
		connections, err := m.Store.Connections(ctx, t.ID)
		if err != nil {
			return err
		}
		for _, c := range connections {
			failed = append(failed, visit(c))
		}
	}
	return errors.Join(failed...)
}

// Checks implements [hub.Desk].
func (d desk) Checks(ctx context.Context, tenant directory.TenantID) []hub.Finding {
	t, err := d.Store.Tenant(ctx, tenant)
	var groups []directory.Group
	var readings []directory.Reading
	if err == nil {
		groups, err = d.Store.Groups(ctx, tenant)
	}
	if err == nil {
		readings, err = d.Store.Readings(ctx, tenant)
	}
	if err != nil {
		return []hub.Finding{{ID: "store", Title: "The store answers", State: hub.Bad, Mend: "Look at Rollcall's log on the server."}}
	}
	groups = slices.DeleteFunc(groups, func(g directory.Group) bool { return g.Retired })
	findings := []hub.Finding{
		{ID: "store", Title: "The store answers", State: hub.OK},
		right("groups", "There are groups to watch", len(groups) > 0, "Write group add to the app, as one of its admins, or add groups to the tenant's configuration: which directory group, and on which platform its people are primary."),
		right("switch", "The tenant is switched on", t.Settings.On, "Once everything else is right write on to the app, as one of its admins, or set on: true in the tenant's configuration."),
	}
	connected, err := d.Store.Installations(ctx, tenant)
	for _, g := range groups {
		missing := ""
		for _, side := range []directory.Platform{g.Primary, g.Secondary} {
			there := slices.ContainsFunc(connected, func(inst directory.Installation) bool { return inst.Platform == side })
			if c := d.connector(side); err == nil && !there && c != nil {
				missing = c.Title()
			}
		}
		findings = append(findings, d.groupChecked(t, g, readings, missing))
	}
	return findings
}

// right is a line that is right or wrong.
func right(id, title string, ok bool, mend string) hub.Finding {
	if ok {
		return hub.Finding{ID: id, Title: title, State: hub.OK}
	}
	return hub.Finding{ID: id, Title: title, State: hub.Bad, Mend: mend}
}

// groupChecked says whether a group comes out of its directory, and whether a platform of it is missing.
func (d desk) groupChecked(t directory.Tenant, g directory.Group, readings []directory.Reading, missing string) hub.Finding {
	f := hub.Finding{ID: "group-" + string(g.ID), Title: fmt.Sprintf("The group %s is read from the directory %s", g.Name, g.Directory), State: hub.Unknown}
	i := slices.IndexFunc(readings, func(r directory.Reading) bool { return r.Group == g.ID })
	switch {
	case !t.Settings.On || g.Paused:
		f.State, f.Mend = hub.Off, "Nothing is read while the tenant is off or the group is paused."
	case missing != "":
		f.Title, f.State = fmt.Sprintf("The platforms of the group %s are connected", g.Name), hub.Bad
		f.Mend = "Connect " + missing + ": nobody of the group is asked before."
	case i < 0:
		f.Mend = "It is read in a moment."
	case readings[i].Trouble != "":
		f.State, f.Mend = hub.Bad, fmt.Sprintf("It couldn't be read, and is tried again by itself: %s.", readings[i].Trouble)
	case readings[i].Complete.IsZero():
		f.Mend = "Its first reading is under way."
	default:
		f.State = hub.OK
	}
	return f
}
