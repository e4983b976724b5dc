package hub

import (
	"context"
	"net/http"

	"github.com/gorilla/mux"

	"rollcall/sync/directory"
)

// Invite makes an invitation: an address at which one browser gets a session of the tenant, once, within an
// hour. It is for whoever runs Rollcall. NotFound: there is no such tenant.
func (h *Hub) Invite(ctx context.Context, tenant directory.TenantID) (string, error) {
	if _, err := h.config.Registry.Tenant(ctx, tenant); err != nil {
		return "", err
	}
	text, err := h.random()
	if err != nil {
		return "", err
	}
	err = h.config.Registry.PutTicket(ctx, directory.Ticket{
		ID: directory.TicketOf(text), Kind: kindInvitation, Tenant: tenant, By: byConfiguration, Until: h.config.Now().Add(invitationLasts),
	})
	return h.config.PublicURL + "/connect/invite/" + text, err
}

// invited shows an invitation. It does nothing yet: mail programs and chats open links by themselves.
func (h *Hub) invited(v *visit) {
	text := mux.Vars(v.r)["text"]
	ticket, err := h.config.Registry.Ticket(v.r.Context(), directory.TicketOf(text), v.now)
	if directory.Is(err, directory.NotFound) || err == nil && ticket.Kind != kindInvitation {
		v.over()
		return
	}
	var tenant directory.Tenant
	if err == nil {
		tenant, err = h.config.Registry.Tenant(v.r.Context(), ticket.Tenant)
	}
	if err != nil {
		v.failed(err)
		return
	}
	v.show(http.StatusOK, "invited", "You are invited", invitedView{
		Tenant: name(tenant.Name, string(tenant.ID)), Path: "/connect/invite/" + text, Until: moment{ticket.Until},
	})
}

// acceptInvitation uses it up.
func (h *Hub) acceptInvitation(v *visit) {
	ctx, id := v.r.Context(), directory.TicketOf(mux.Vars(v.r)["text"])
	ticket, err := h.config.Registry.Ticket(ctx, id, v.now)
	if err == nil && ticket.Kind == kindInvitation {
		ticket, err = h.config.Registry.TakeTicket(ctx, id, v.now)
	}
	if directory.Is(err, directory.NotFound) || err == nil && ticket.Kind != kindInvitation {
		v.over()
		return
	}
	if err == nil {
		err = v.signIn(ticket.Tenant, byConfiguration, "")
	}
	if err != nil {
		v.failed(err)
		return
	}
	v.see("/connect")
}
