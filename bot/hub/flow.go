package hub

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// returnWithin bounds a whole return. The vendor's code is used up by then, and the browser waits.
const returnWithin = 25 * time.Second

// mostTrips is how often a flow may send the browser to the vendor.
const mostTrips = 5

// flow is what is remembered of a trip to a vendor until the browser comes back.
type flow struct {
	platform directory.Platform
	method   string
	tenant   directory.TenantID
	by       string              // who began it; empty: nobody had signed in
	called   string              // what their platform calls them, of a link; it isn't stored with a flow
	session  string              // the id of the session in which it began; empty: none
	link     directory.TicketID  // the link that it completes; empty: none
	expect   directory.Workspace // the only one that may come of it; empty: any
	trip     int                 // counts from 1
	facts    map[string]string   // of the connector
}

// factPrefix keeps the connector's facts apart from ours.
const factPrefix = "fact:"

// ticket is the flow as it is stored.
func (f flow) ticket() directory.Ticket {
	facts := map[string]string{
		"method": f.method, "session": f.session, "link": string(f.link), "expect": string(f.expect), "trip": strconv.Itoa(f.trip),
	}
	for name, fact := range f.facts {
		facts[factPrefix+name] = fact
	}
	return directory.Ticket{Kind: kindFlow + string(f.platform), Tenant: f.tenant, By: f.by, Facts: facts}
}

// flowOf reads what ticket wrote.
func flowOf(t directory.Ticket) flow {
	f := flow{
		platform: directory.Platform(strings.TrimPrefix(t.Kind, kindFlow)), method: t.Facts["method"], tenant: t.Tenant, by: t.By,
		session: t.Facts["session"], link: directory.TicketID(t.Facts["link"]), expect: directory.Workspace(t.Facts["expect"]),
	}
	f.trip, _ = strconv.Atoi(t.Facts["trip"]) // we wrote it
	if f.trip > 1 {
		f.facts = map[string]string{}
	}
	for name, fact := range t.Facts {
		if own, ok := strings.CutPrefix(name, factPrefix); ok {
			f.facts[own] = fact
		}
	}
	return f
}

// step is the flow's trip with a state, in this browser.
func (v *visit) step(f flow, state string) Step {
	return Step{
		Method: f.method, State: state, Secret: directory.NewSecret(derived(v.browser, "step "+state)),
		Redirect: v.hub.redirect(f.platform), Tenant: f.tenant, Expect: f.expect, Facts: maps.Clone(f.facts),
	}
}

// launch makes the ticket of a trip and returns the vendor's address.
func (v *visit) launch(c Connector, f flow) (string, error) {
	ctx, h := v.r.Context(), v.hub
	if err := v.known(); err != nil {
		return "", err
	}
	state, err := h.random()
	if err != nil {
		return "", err
	}
	f.trip++
	address, err := c.Begin(ctx, v.step(f, state))
	if err != nil {
		return "", err
	}
	ticket := f.ticket()
	ticket.ID, ticket.Browser, ticket.Until = directory.TicketOf(state), browserID(v.browser), v.now.Add(flowLasts)
	return address, h.config.Registry.PutTicket(ctx, ticket)
}

// methodOf is a connector's method of this id; nil: there is none.
func methodOf(c Connector, id string) *Method {
	all := c.Methods()
	if i := slices.IndexFunc(all, func(m Method) bool { return m.ID == id }); i >= 0 {
		return &all[i]
	}
	return nil
}

// firstMethod is the preferred one that goes on in the same browser; nil: there is none.
func firstMethod(c Connector) *Method {
	all := c.Methods()
	if i := slices.IndexFunc(all, func(m Method) bool { return !m.Link }); i >= 0 {
		return &all[i]
	}
	return nil
}

// flow is a new one, in the session that there is.
func (v *visit) flow(ctx context.Context, c Connector, method string) (flow, error) {
	f := flow{platform: c.Platform(), method: method, session: v.sessionFact()}
	if v.session == nil {
		return f, nil
	}
	f.tenant, f.by = v.session.tenant.ID, v.session.by
	var err error
	f.expect, err = v.hub.config.Desk.Expect(ctx, f.tenant, f.platform)
	return f, err
}

// begin sends the browser to the vendor, or makes a link to hand on.
func (h *Hub) begin(v *visit) {
	c := v.connector()
	if c == nil {
		v.missing()
		return
	}
	method := methodOf(c, v.r.PostForm.Get("method"))
	if method == nil {
		v.words(http.StatusBadRequest, "It can't be connected in this way", "Open the page anew and choose one of its buttons.")
		return
	}
	if method.Link {
		if v.entitled("") {
			h.makeLink(v, c, *method)
		}
		return
	}
	if !v.entitled(c.Platform()) {
		return
	}
	f, err := v.flow(v.r.Context(), c, method.ID)
	if err != nil {
		v.failed(err)
		return
	}
	v.leave(c, f)
}

// leave sends the browser to the vendor from a form. A policy for forms holds for wherever the answer to
// one redirects to, and for wherever the vendor redirects on to, which we can't know: so the answer is a page
// of ours, which leaves by itself.
func (v *visit) leave(c Connector, f flow) {
	address, err := v.launch(c, f)
	if err != nil {
		v.failed(err)
		return
	}
	v.w.Header().Set("Refresh", "0; url="+address)
	v.show(http.StatusOK, "leave", "On to "+c.Title(), leaveView{Title: c.Title(), Address: address})
}

// start is begin for an app directory's "install" button: a plain link, with the preferred method.
func (h *Hub) start(v *visit) {
	c := v.connector()
	if c == nil {
		v.missing()
		return
	}
	method := firstMethod(c)
	if method == nil {
		v.words(http.StatusNotFound, c.Title()+" can't be connected here", "Whoever runs this "+h.config.Name+" hasn't set it up.")
		return
	}
	if !v.entitled(c.Platform()) {
		return
	}
	f, err := v.flow(v.r.Context(), c, method.ID)
	if err != nil {
		v.failed(err)
		return
	}
	address, err := v.launch(c, f)
	if err != nil {
		v.failed(err)
		return
	}
	http.Redirect(v.w, v.r, address, http.StatusFound) // app directories want exactly this status
}

// back is where the vendor sends browsers back to.
func (h *Hub) back(v *visit) {
	ctx, cancel := context.WithTimeout(v.r.Context(), returnWithin)
	defer cancel()
	c := v.connector()
	if c == nil {
		v.over()
		return
	}
	query := v.r.URL.Query()
	f, state, err := v.take(ctx, c.Platform(), query["state"])
	if err != nil {
		v.failed(err)
		return
	}
	if state == "" {
		h.config.Logger.Info("a browser came back with a state that isn't its own", "platform", c.Platform())
		v.over()
		return
	}
	outcome, err := c.Return(ctx, v.step(f, state), query)
	switch {
	case err != nil:
		h.config.Logger.Info("a flow ended without a grant", "platform", f.platform, "tenant", f.tenant, "code", directory.CodeOf(err).String())
		v.failed(err)
	case outcome.Again != nil && f.trip < mostTrips:
		f.facts = outcome.Again
		address, err := v.launch(c, f)
		if err != nil {
			v.failed(err)
			return
		}
		v.see(address)
	case outcome.Grant != nil:
		h.settle(ctx, v, c, f, *outcome.Grant)
	default:
		h.config.Logger.Error("a connector came to no end", "platform", f.platform)
		v.failed(directory.Errorf(directory.Internal, "no outcome"))
	}
}

// take is the flow of a state that was brought back, once. No state in the answer: it isn't this browser's, or
// not this platform's, or used, or over, or the session is another one by now, as it is for another tenant. Only
// the right browser uses one up.
func (v *visit) take(ctx context.Context, platform directory.Platform, states []string) (flow, string, error) {
	state := ""
	if len(states) == 1 && randomText.MatchString(states[0]) {
		state = states[0]
	}
	id := directory.TicketOf(state)
	ticket, err := v.hub.config.Registry.Ticket(ctx, id, v.now)
	if err != nil {
		return flow{}, "", except(err, directory.NotFound)
	}
	mine := ticket.Browser == browserID(v.browser) && ticket.Facts["session"] == v.sessionFact()
	if !mine || ticket.Kind != kindFlow+string(platform) {
		return flow{}, "", nil
	}
	if ticket, err = v.hub.config.Registry.TakeTicket(ctx, id, v.now); err != nil {
		return flow{}, "", except(err, directory.NotFound)
	}
	return flowOf(ticket), state, nil
}

// except is err, unless it has the code.
func except(err error, code directory.Code) error {
	if directory.Is(err, code) {
		return nil
	}
	return err
}
