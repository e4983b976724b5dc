package hub

import (
	"net/http"
	"strconv"

	"rollcall/sync/directory"
)

// disconnect asks first, and says how many links will rest; then it does it. What is confirmed is what was
// shown: another generation, or more links, and it asks again.
func (h *Hub) disconnect(v *visit) {
	c := v.connector()
	if c == nil || v.session == nil {
		v.see("/connect")
		return
	}
	ctx, tenant := v.r.Context(), v.session.tenant.ID
	connection, err := h.connection(ctx, tenant, c.Platform())
	if err != nil {
		v.failed(err)
		return
	}
	if connection == nil || connection.State == directory.ConnectionGone {
		v.see("/connect")
		return
	}
	stops, err := h.config.Desk.Stops(ctx, tenant, c.Platform())
	if err != nil {
		v.failed(err)
		return
	}
	text := v.r.PostForm.Get("confirm")
	if text == "" {
		h.askDisconnect(v, c, *connection, stops, "")
		return
	}
	if !v.entitled("") {
		return
	}
	shown, err := v.confirmed(c.Platform(), text)
	switch {
	case err != nil:
		v.failed(err)
		return
	case shown == nil || shown["generation"] != generation(connection.Installation):
		h.askDisconnect(v, c, *connection, stops, "This has changed since you looked, or you waited for too long.")
		return
	case more(stops, shown["stops"]):
		h.askDisconnect(v, c, *connection, stops, "More links would stop by now than you were shown.")
		return
	}
	err = h.config.Desk.Disconnect(ctx, connection.Installation, v.session.by)
	if directory.Is(err, directory.Conflict) {
		v.see("/connect#" + string(c.Platform()))
		return
	}
	if err == nil {
		h.config.Logger.Info("a platform was disconnected", "tenant", tenant, "platform", c.Platform(), "generation", connection.Installation.Generation)
		err = h.config.Registry.EndTickets(ctx, tenant, kindLink+string(c.Platform()))
	}
	if err != nil {
		v.failed(err)
		return
	}
	v.see("/connect#" + string(c.Platform()))
}

// askDisconnect shows what would stop, and makes the ticket that says what was shown.
func (h *Hub) askDisconnect(v *visit, c Connector, connection directory.Connection, stops int, why string) {
	text, err := h.random()
	if err == nil {
		err = h.config.Registry.PutTicket(v.r.Context(), directory.Ticket{
			ID: directory.TicketOf(text), Kind: kindConfirm + string(c.Platform()), Tenant: v.session.tenant.ID, Browser: browserID(v.browser),
			By: v.session.by, Until: v.now.Add(confirmLasts), Facts: map[string]string{
				"session": v.sessionFact(), "generation": generation(connection.Installation), "stops": strconv.Itoa(stops),
			},
		})
	}
	if err != nil {
		v.failed(err)
		return
	}
	v.show(http.StatusOK, "disconnect", "Disconnect "+c.Title()+"?", disconnectView{
		Platform: c.Platform(), Title: c.Title(), Workspace: name(connection.Title, string(connection.Installation.Workspace)),
		Stops: stops, Why: why, Confirm: text,
	})
}

// confirmed is what the ticket says to have been shown, once; nil: there is no such ticket of this session.
func (v *visit) confirmed(platform directory.Platform, text string) (map[string]string, error) {
	ctx, id := v.r.Context(), directory.TicketOf(text)
	ticket, err := v.hub.config.Registry.Ticket(ctx, id, v.now)
	if err != nil {
		return nil, except(err, directory.NotFound)
	}
	if ticket.Kind != kindConfirm+string(platform) || ticket.Browser != browserID(v.browser) || ticket.Facts["session"] != v.sessionFact() {
		return nil, nil
	}
	if ticket, err = v.hub.config.Registry.TakeTicket(ctx, id, v.now); err != nil {
		return nil, except(err, directory.NotFound)
	}
	return ticket.Facts, nil
}

// generation names one of a workspace.
func generation(inst directory.Installation) string {
	return string(inst.Workspace) + " " + strconv.FormatInt(inst.Generation, 10)
}

func more(stops int, shown string) bool {
	n, err := strconv.Atoi(shown)
	return err != nil || stops > n
}
