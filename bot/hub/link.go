package hub

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gorilla/mux"

	"rollcall/sync/directory"
)

// makeLink makes a link for another administrator, and shows it once: the store doesn't have its text.
func (h *Hub) makeLink(v *visit, c Connector, method Method) {
	ctx := v.r.Context()
	if v.session == nil {
		v.words(http.StatusForbidden, "Sign in first", "A link is made by an admin of the tenant that it connects.")
		return
	}
	f, err := v.flow(ctx, c, method.ID)
	if err != nil {
		v.failed(err)
		return
	}
	// The other administrator could connect a workspace of their own choice, by mistake or not: it has to be
	// known before which one it is.
	if f.expect == "" && v.session.of.Platform == f.platform {
		f.expect = v.session.of.Workspace
	}
	if f.expect == "" {
		v.words(http.StatusConflict, "It isn't known yet which "+c.Title()+" is yours",
			"A link may be completed by somebody whom we don't know, so it is made for one workspace only. Sign in with "+c.Title()+
				" yourself, or have whoever runs this "+h.config.Name+" name the workspace in its configuration.")
		return
	}
	text, err := h.random()
	if err != nil {
		v.failed(err)
		return
	}
	ticket := f.ticket()
	ticket.ID, ticket.Kind, ticket.Until = directory.TicketOf(text), kindLink+string(f.platform), v.now.Add(linkLasts)
	if err := h.config.Registry.PutTicket(ctx, ticket); err != nil {
		v.failed(err)
		return
	}
	h.config.Logger.Info("a link was made", "tenant", f.tenant, "platform", f.platform)
	address := h.config.PublicURL + "/connect/link/" + text
	tenant := name(v.session.tenant.Name, string(f.tenant))
	v.show(http.StatusOK, "link", "A link for another administrator", linkView{
		Platform: c.Title(), Workspace: string(f.expect), Address: address, Until: moment{ticket.Until},
		Mail: mailto("Please connect "+c.Title()+" for "+tenant, "Please open this link and connect "+c.Title()+" with "+h.config.Name+" for "+tenant+
			". It can be used once, until "+(moment{ticket.Until}).String()+".\r\n\r\n"+address),
	})
}

func mailto(subject, body string) string {
	return "mailto:?subject=" + url.PathEscape(subject) + "&body=" + url.PathEscape(body)
}

// linkTicket is the link that the path names, with the flow that it begins. No connector: there is no such link,
// or it is over.
func (v *visit) linkTicket() (flow, directory.Ticket, Connector, error) {
	text := mux.Vars(v.r)["text"]
	ticket, err := v.hub.config.Registry.Ticket(v.r.Context(), directory.TicketOf(text), v.now)
	if err != nil {
		return flow{}, ticket, nil, except(err, directory.NotFound)
	}
	admin, acts, err := v.hub.acts(v.r.Context(), ticket)
	if err != nil || !acts {
		return flow{}, ticket, nil, err
	}
	for platform, c := range v.hub.connectors {
		if f := flowOf(ticket); ticket.Kind == kindLink+string(platform) && methodOf(c, f.method) != nil {
			f.platform, f.called = platform, admin.Name
			return f, ticket, c, nil
		}
	}
	return flow{}, ticket, nil, nil
}

// linked shows the other administrator who asks for what. It does nothing yet: mail programs open links.
func (h *Hub) linked(v *visit) {
	f, ticket, c, err := v.linkTicket()
	if err == nil && c == nil {
		v.over()
		return
	}
	if err != nil {
		v.failed(err)
		return
	}
	tenant, err := h.config.Registry.Tenant(v.r.Context(), f.tenant)
	if err != nil {
		v.failed(err)
		return
	}
	// A link's own text is for whoever makes it; this is what the reader will do.
	method := methodOf(c, f.method)
	if first := firstMethod(c); first != nil {
		method = first
	}
	v.show(http.StatusOK, "linked", "Connect "+c.Title(), linkedView{
		Platform: c.Title(), Tenant: name(tenant.Name, string(tenant.ID)), By: h.who(v.r.Context(), f.tenant, f.by, f.called), Workspace: string(f.expect),
		Text: method.Text, Path: "/connect/link/" + mux.Vars(v.r)["text"], Until: moment{ticket.Until},
	})
}

// beginLink sends the other administrator's browser to the vendor. The link itself is used up only when it is
// completed.
func (h *Hub) beginLink(v *visit) {
	f, ticket, c, err := v.linkTicket()
	if err == nil && c == nil {
		v.over()
		return
	}
	if err != nil {
		v.failed(err)
		return
	}
	f.link, f.session, f.trip = ticket.ID, v.sessionFact(), 0
	v.leave(c, f)
}

// settleLink connects the grant for the tenant that asked, once, and lets nobody in.
func (h *Hub) settleLink(ctx context.Context, v *visit, c Connector, f flow, grant Grant) {
	if !grant.Admin {
		v.words(http.StatusForbidden, "An administrator is needed",
			"You don't administer this workspace. Nothing was connected, and the link can still be used by somebody who does.")
		return
	}
	works, _, err := h.works(ctx, f.platform, grant.Workspace)
	if err == nil && works && grant.Waiting != "" {
		v.words(http.StatusOK, "Nothing has changed", sentence(grant.Waiting)+" It goes on to work as it does meanwhile, and the link can still be used.")
		return
	}
	good := false
	if err == nil {
		good, err = h.takeLink(ctx, v, f)
	}
	if err != nil {
		v.failed(err)
		return
	}
	if !good {
		v.over()
		return
	}
	if err := h.connect(ctx, f, f.tenant, grant); err != nil {
		v.unconnected(c, err)
		return
	}
	text := "Whoever asked you sees it on their page. You can close this one."
	if waiting := sentence(grant.Waiting); waiting != "" {
		text = waiting + " " + text
	}
	v.words(http.StatusOK, c.Title()+" is connected", text)
}

// takeLink uses up the link that a flow completes. False: it was used, is over, or whoever made it is no admin
// any more.
func (h *Hub) takeLink(ctx context.Context, v *visit, f flow) (bool, error) {
	if _, acts, err := h.acts(ctx, f.ticket()); err != nil || !acts {
		return false, err
	}
	_, err := h.config.Registry.TakeTicket(ctx, f.link, v.now)
	return err == nil, except(err, directory.NotFound)
}
