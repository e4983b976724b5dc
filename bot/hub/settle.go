package hub

import (
	"context"
	"errors"
	"net/http"

	"rollcall/sync/directory"
)

// settle decides what a grant means: whose workspace it is, whether it is connected, and who gets a session.
func (h *Hub) settle(ctx context.Context, v *visit, c Connector, f flow, grant Grant) {
	grant.Title, grant.Name = plain(grant.Title, longestName), plain(grant.Name, longestName)
	if grant.Workspace == "" || grant.By.Platform != f.platform || grant.By.User == "" {
		h.config.Logger.Error("a connector granted nothing in particular", "platform", f.platform)
		v.failed(directory.Errorf(directory.Internal, "an incomplete grant"))
		return
	}
	if f.expect != "" && f.expect != grant.Workspace {
		v.words(http.StatusBadRequest, "This is another workspace",
			c.Title()+" can only be connected with the workspace that the links of this tenant are about. Choose that one there.")
		return
	}
	owner, err := h.config.Desk.Belongs(ctx, f.platform, grant.Workspace)
	if err != nil {
		v.failed(err)
		return
	}
	switch {
	case f.tenant != "" && owner != "" && owner != f.tenant:
		h.config.Logger.Warn("a workspace of another tenant was refused", "tenant", f.tenant, "platform", f.platform)
		v.words(http.StatusForbidden, "This workspace belongs to somebody else",
			"It is, or was, connected for another company. Press the button again, and choose your own there. If it is your own, ask whoever runs this "+h.config.Name+".")
	case f.link != "":
		h.settleLink(ctx, v, c, f, grant)
	case owner == "" && !grant.Admin:
		// A claim by a member would have its administrators connect it for whoever made it, in good faith.
		v.words(http.StatusForbidden, "An administrator is needed",
			"You don't administer this workspace, so nothing was connected. Sign in there as one of its administrators, or "+
				"have whoever runs this "+h.config.Name+" invite one of them.")
	case f.tenant != "":
		h.settleFor(ctx, v, c, f, f.tenant, grant)
	case owner != "":
		h.settleFor(ctx, v, c, f, owner, grant)
	default:
		h.settleStranger(ctx, v, c, f, grant)
	}
}

// settleStranger is settle for a workspace that belongs to nobody, without a session.
func (h *Hub) settleStranger(ctx context.Context, v *visit, c Connector, f flow, grant Grant) {
	if !h.config.SignUp {
		v.closed()
		return
	}
	tenant, err := h.config.Desk.SignUp(ctx, f.platform, grant)
	if directory.Is(err, directory.Unauthorized) {
		v.closed()
		return
	}
	if err != nil {
		v.failed(err)
		return
	}
	h.config.Logger.Info("a tenant signed up", "tenant", tenant, "platform", f.platform)
	h.settleFor(ctx, v, c, f, tenant, grant)
}

func (v *visit) closed() {
	v.words(http.StatusForbidden, "This "+v.hub.config.Name+" takes no new companies",
		"Whoever runs it can invite you. Nothing was connected: remove the app again, unless you wait for an invitation.")
}

// settleFor connects the grant for a tenant, to which the workspace belongs or may belong, and lets an admin in.
func (h *Hub) settleFor(ctx context.Context, v *visit, c Connector, f flow, tenant directory.TenantID, grant Grant) {
	if !grant.Admin {
		h.settlePending(ctx, v, c, f, tenant, grant)
		return
	}
	works, ended, err := h.works(ctx, f.platform, grant.Workspace)
	if err != nil {
		v.failed(err)
		return
	}
	admin, seeds, err := h.admitted(ctx, tenant, grant.By)
	if err != nil {
		v.failed(err)
		return
	}
	// Whoever installs it first is an admin here. Later ones are made so by an admin: to administer the
	// workspace alone doesn't undo that somebody was removed, nor does removing the app there first.
	if (works || ended) && v.session == nil && !admin && !seeds {
		h.config.Logger.Warn("an administrator of the workspace who is no admin here", "tenant", tenant, "platform", f.platform)
		v.words(http.StatusForbidden, "You are not one of its admins here", "You administer the workspace, but it was connected by others. "+
			"Ask one of them, or whoever runs this "+h.config.Name+", to let you in. Nothing has changed.")
		return
	}
	// What still waits for something takes nothing away that works: then it was a sign-in.
	if !works || grant.Waiting == "" {
		if err := h.connect(ctx, f, tenant, grant); err != nil {
			v.unconnected(c, err)
			return
		}
	}
	if !admin {
		err = h.config.Registry.PutAdmin(ctx, tenant, directory.Admin{Account: grant.By, Name: grant.Name, Since: v.now, By: "installer"})
	}
	if err == nil && v.session == nil {
		err = v.signIn(tenant, grant.By.Text(), grant.Name)
	}
	if err != nil {
		v.failed(err)
		return
	}
	v.see("/connect#" + string(f.platform))
}

// works reports whether a workspace is connected, and whether it was until its connection ended.
func (h *Hub) works(ctx context.Context, platform directory.Platform, workspace directory.Workspace) (works, ended bool, err error) {
	there, err := h.config.Registry.Connection(ctx, platform, workspace)
	return err == nil && there.Active(), there.State == directory.ConnectionGone, except(err, directory.NotFound)
}

// connect hands a grant to the desk. The links that were handed on have done their work then.
func (h *Hub) connect(ctx context.Context, f flow, tenant directory.TenantID, grant Grant) error {
	connection, err := h.config.Desk.Connect(ctx, tenant, f.platform, f.method, grant)
	if err != nil {
		return err
	}
	h.config.Logger.Info("a platform was connected", "tenant", tenant, "platform", f.platform, "method", f.method,
		"generation", connection.Installation.Generation, "state", string(connection.State))
	return h.config.Registry.EndTickets(ctx, tenant, kindLink+string(f.platform))
}

// settlePending is for whoever administers nothing: what they installed waits for an admin, and what was there
// before stays as it is.
func (h *Hub) settlePending(ctx context.Context, v *visit, c Connector, f flow, tenant directory.TenantID, grant Grant) {
	there, err := h.config.Registry.Connection(ctx, f.platform, grant.Workspace)
	if err != nil && !directory.Is(err, directory.NotFound) {
		v.failed(err)
		return
	}
	if err == nil && there.State != directory.ConnectionGone {
		v.words(http.StatusOK, "Nothing has changed", "You don't administer this workspace, and it is known here already. "+
			"Only its administrators can change how it is connected.")
		return
	}
	if err != nil { // what has ended stays as it is too
		if _, err := h.config.Desk.Connect(ctx, tenant, f.platform, f.method, grant); err != nil {
			v.unconnected(c, err)
			return
		}
		h.config.Logger.Info("a platform was installed by somebody who administers nothing", "tenant", tenant, "platform", f.platform)
	}
	v.words(http.StatusOK, "An administrator is needed", "You installed "+h.config.Name+", but you don't administer this workspace. "+
		"It starts as soon as an administrator opens "+h.config.PublicURL+"/connect and presses the same button.")
}

// unconnected says why the desk didn't connect.
func (v *visit) unconnected(c Connector, err error) {
	switch {
	case directory.Is(err, directory.Conflict):
		v.words(http.StatusConflict, "This workspace belongs to somebody else", "It was connected for another company meanwhile, or changed at this very moment. Try again.")
	case directory.Is(err, directory.Invalid):
		v.words(http.StatusBadRequest, "This is another workspace", c.Title()+" can only be connected with the workspace that the links of this tenant are about.")
	default:
		v.failed(err)
	}
}

// failed shows an error. Its text was written to be read, unless nobody foresaw it.
func (v *visit) failed(err error) {
	var known *directory.Error
	text := ""
	if errors.As(err, &known) {
		text = sentence(known.Text)
	}
	switch directory.CodeOf(err) {
	case directory.Invalid:
		v.words(http.StatusBadRequest, "That didn't work", text)
	case directory.Unauthorized:
		v.words(http.StatusForbidden, "It wasn't granted", text)
	case directory.Throttled, directory.Unavailable, directory.Uncertain:
		v.words(http.StatusServiceUnavailable, "There is no answer at the moment", text+" Try again in a few minutes.")
	case directory.Conflict:
		v.words(http.StatusConflict, "Something has changed meanwhile", "Open the page anew and look again.")
	default:
		v.hub.config.Logger.Error("a page failed", "code", directory.CodeOf(err).String(), "path", v.route())
		v.words(http.StatusInternalServerError, "That is our fault", "Something went wrong that should not. It is in the log of whoever runs this "+v.hub.config.Name+".")
	}
}
