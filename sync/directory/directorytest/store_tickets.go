package directorytest

import (
	"time"

	"rollcall/sync/directory"
)

var ticketCases = []storeCase{
	{"put and found", ticketsFound},
	{"changed", ticketsChanged},
	{"over", ticketsOver},
	{"taken once", ticketsTaken},
	{"ended by kind", ticketsEnded},
	{"ended all", ticketsEndedAll},
	{"among many", ticketsMany},
}

func (d *desk) putTicket(tickets ...directory.Ticket) {
	d.t.Helper()
	for _, ticket := range tickets {
		d.ok("PutTicket", d.PutTicket(d.ctx(), ticket))
	}
}

// ticket is a ticket that must be there.
func (d *desk) ticket(text string, now time.Time) directory.Ticket {
	d.t.Helper()
	ticket, err := d.Ticket(d.ctx(), directory.TicketOf(text), now)
	d.ok("Ticket "+text, err)
	return ticket
}

// noTicket wants a ticket to be neither read nor taken.
func (d *desk) noTicket(text string, now time.Time) {
	d.t.Helper()
	ticket, err := d.Ticket(d.ctx(), directory.TicketOf(text), now)
	d.refused("Ticket "+text, err, directory.NotFound)
	same(d, "a ticket that isn't there", ticket, directory.Ticket{})
	ticket, err = d.TakeTicket(d.ctx(), directory.TicketOf(text), now)
	d.refused("TakeTicket "+text, err, directory.NotFound)
	same(d, "a ticket that isn't there", ticket, directory.Ticket{})
}

func ticketsFound(d *desk) {
	d.noTicket("a", start)
	want := fullTicket("a")
	d.putTicket(want)
	for range 2 { // to look is not to take
		same(d, "Ticket", d.ticket("a", start), want)
	}
	d.noTicket("b", start)
	_, err := d.Ticket(d.ctx(), "a", start) // a text is no id
	d.refused("Ticket by its text", err, directory.NotFound)
	_, err = d.TakeTicket(d.ctx(), want.Browser, start)
	d.refused("TakeTicket by its browser", err, directory.NotFound)

	want.Facts["method"] = "changed"
	same(d, "the facts, whatever the giver does with its own", d.ticket("a", start), fullTicket("a"))
	d.ticket("a", start).Facts["method"] = "changed"
	same(d, "the facts, whatever a reader does with its own", d.ticket("a", start), fullTicket("a"))

	bare := directory.Ticket{ID: directory.TicketOf("bare"), Until: at(tick)}
	d.putTicket(bare)
	same(d, "one of which little is known", d.ticket("bare", start), bare)
}

func ticketsChanged(d *desk) {
	ticket := fullTicket("a")
	d.putTicket(ticket)
	ticket.Tenant, ticket.Kind, ticket.Until = "other", "session", at(2*hour)
	ticket.Facts = map[string]string{"only": "this"}
	d.putTicket(ticket)
	same(d, "Ticket", d.ticket("a", at(2*hour-tick)), ticket)
	d.ok("EndTickets of what it was", d.EndTickets(d.ctx(), d.tenant, ""))
	same(d, "Ticket", d.ticket("a", start), ticket)
	d.ok("EndTickets of what it is", d.EndTickets(d.ctx(), "other", "session"))
	d.noTicket("a", start)
}

func ticketsOver(d *desk) {
	for _, text := range []string{"looked at", "taken"} {
		ticket := fullTicket(text)
		ticket.Until = at(hour)
		d.putTicket(ticket)
	}
	d.ticket("looked at", at(hour-tick))
	d.ticket("taken", at(hour-tick))
	d.noTicket("looked at", at(hour))
	d.noTicket("taken", at(hour+tick))
	d.putTicket(directory.Ticket{ID: directory.TicketOf("never"), Until: at(-hour)})
	d.noTicket("never", start)
}

func ticketsTaken(d *desk) {
	want := fullTicket("a")
	d.putTicket(want, fullTicket("b"))
	got, err := d.TakeTicket(d.ctx(), want.ID, start)
	d.ok("TakeTicket", err)
	same(d, "TakeTicket", got, want)
	for range 2 {
		d.noTicket("a", start)
	}
	same(d, "another", d.ticket("b", start), fullTicket("b"))
}

// three puts tickets of two kinds, of a tenant, of another and of nobody yet.
func (d *desk) three() {
	d.t.Helper()
	for _, tenant := range []directory.TenantID{d.tenant, "other", ""} {
		for _, kind := range []string{"session", "flow"} {
			ticket := fullTicket(string(tenant) + " " + kind)
			ticket.Tenant, ticket.Kind = tenant, kind
			d.putTicket(ticket)
		}
	}
}

func ticketsEnded(d *desk) {
	d.three()
	for range 2 { // there may be none
		d.ok("EndTickets", d.EndTickets(d.ctx(), d.tenant, "session"))
	}
	d.noTicket("acme session", start)
	for _, text := range []string{"acme flow", "other session", "other flow", " session", " flow"} {
		d.ticket(text, start)
	}
	d.ok("EndTickets of nobody", d.EndTickets(d.ctx(), "", "flow"))
	d.noTicket(" flow", start)
	for _, text := range []string{"acme flow", "other session", "other flow", " session"} {
		d.ticket(text, start)
	}
}

func ticketsEndedAll(d *desk) {
	d.three()
	d.ok("EndTickets", d.EndTickets(d.ctx(), d.tenant, ""))
	d.noTicket("acme session", start)
	d.noTicket("acme flow", start)
	for _, text := range []string{"other session", "other flow", " session", " flow"} {
		d.ticket(text, start)
	}
}

// One that lives is not forgotten for all those that are over, and they don't come back.
func ticketsMany(d *desk) {
	want := fullTicket("keeps")
	want.Until = at(hour)
	d.putTicket(want)
	for _, text := range numbered(200) {
		d.putTicket(directory.Ticket{ID: directory.TicketOf(text), Until: at(hour / 2)})
	}
	d.ticket("keeps", at(hour-tick))
	for _, text := range numbered(200) {
		d.noTicket(text, at(hour/2))
		d.putTicket(directory.Ticket{ID: directory.TicketOf("again " + text), Until: at(2 * hour)})
	}
	same(d, "the one that lives", d.ticket("keeps", at(hour-tick)), want)
	for _, text := range numbered(200) {
		d.ticket("again "+text, at(hour))
	}
}
