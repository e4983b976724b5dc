package hub

import (
	"context"
	"net/http"

	"rollcall/sync/directory"
)

// What the pages show.
type (
	leaveView struct{ Title, Address string }
	linkView  struct {
		Platform, Workspace, Address, Mail string
		Until                              moment
	}
	linkedView struct {
		Platform, Tenant, By, Workspace, Text, Path string
		Until                                       moment
	}
	invitedView struct {
		Tenant, Path string
		Until        moment
	}
	disconnectView struct {
		Platform                       directory.Platform
		Title, Workspace, Why, Confirm string
		Stops                          int
	}
	homeView struct {
		Panels []panel
		Own    *testView
		SignUp bool
	}
	settingsView struct {
		Panel      panel
		Workspaces []string
		Workspace  string
		Scopes     []string
		Known      bool // the platform says which
		Bot        string
		Wide       bool
		Generation int64
	}
)

// panel is a platform on the page.
type panel struct {
	Platform  directory.Platform
	Title     string
	State     string // "connected", "pending", "gone" or "none"
	Workspace string
	Why, By   string
	ByID      string // the platform's own id of who that is; empty: it has none
	Since     moment
	Ended     moment
	Methods   []Method
	Again     string // the method to re-authenticate with; empty: it can't be
	Test      *testView
}

// Here reports whether there is something to test, and to disconnect.
func (p panel) Here() bool { return p.State == "connected" || p.State == "pending" }

// testView is a test on the page.
type testView struct {
	Running bool
	Late    bool // it should have ended long ago
	At      moment
	Lines   []line
	// How many lines are in which state.
	OK, Bad, Unknown, Off int
}

// line is a finding on the page.
type line struct{ Title, State, Word, Sign, Mend string }

// home is the page of the tenant, and for those who haven't signed in the one that says what Rollcall is.
func (h *Hub) home(v *visit) {
	if v.session == nil {
		body := homeView{SignUp: h.config.SignUp}
		for _, c := range h.config.Connectors {
			if first := firstMethod(c); first != nil {
				body.Panels = append(body.Panels, panel{Platform: c.Platform(), Title: c.Title(), Methods: []Method{*first}})
			}
		}
		v.show(http.StatusOK, "home", "Connect your platforms", body)
		return
	}
	var body homeView
	tenant := v.session.tenant.ID
	running, pending, at := false, false, directory.Platform("")
	for _, c := range h.config.Connectors {
		connection, err := h.connection(v.r.Context(), tenant, c.Platform())
		if err != nil {
			v.failed(err)
			return
		}
		p := h.panel(v.r.Context(), c, connection)
		if p.Test != nil && p.Test.Running {
			running, at = true, p.Platform
		}
		pending = pending || p.State == "pending"
		body.Panels = append(body.Panels, p)
	}
	body.Own = h.testView(h.own(tenant))
	if running || body.Own != nil && body.Own.Running {
		v.lookAgain(at)
	} else if pending {
		// What it waits for happens elsewhere, mostly in another tab.
		v.w.Header().Set("Refresh", "15; url="+waitingPath)
	}
	v.show(http.StatusOK, "home", "Platforms", body)
}

// waitingPath is the page of the platforms, loaded by itself. That nobody pressed anything doesn't keep a session awake.
const waitingPath = "/connect?waiting"

// lookAgain loads the page again in a moment, at a platform (empty: at its top). Chromium doesn't load an address
// that it shows already if that has a fragment, so each look is at another one than the last.
func (v *visit) lookAgain(at directory.Platform) {
	address := "/connect?again"
	if v.r.URL.Query().Has("again") {
		address = "/connect"
	}
	if at != "" {
		address += "#" + string(at)
	}
	v.w.Header().Set("Refresh", "2; url="+address)
}

// panel is what is known of a platform of the tenant.
func (h *Hub) panel(ctx context.Context, c Connector, connection *directory.Connection) panel {
	p := panel{Platform: c.Platform(), Title: c.Title(), State: "none", Methods: c.Methods()}
	if connection == nil {
		return p
	}
	if first := firstMethod(c); first != nil {
		p.Again = first.ID
	}
	if method := methodOf(c, connection.Method); method != nil {
		p.Again = method.ID
	}
	p.Workspace = name(connection.Title, string(connection.Installation.Workspace))
	p.Since, p.Ended, p.By = moment{connection.Since}, moment{connection.Ended}, "the configuration"
	if !connection.By.IsZero() {
		p.By = h.called(ctx, connection.Installation.Tenant, connection.By, connection.ByName)
		p.ByID = plain(connection.By.User, longestName)
	}
	switch {
	case connection.Active():
		p.State, p.Why = "connected", sentence(connection.Why)
	case connection.State == directory.ConnectionPending:
		p.State, p.Why = "pending", waits(connection.Why)
	default:
		p.State, p.Why = "gone", sentence(connection.Why)
	}
	if p.Here() {
		p.Test = h.testView(h.checks.last(subjectOf(connection.Installation), connection.Installation.Generation))
	}
	return p
}

// waits is what a pending connection waits for.
func waits(why string) string {
	if text := sentence(why); text != "" {
		return text
	}
	return "It waits for an administrator of the workspace."
}

var words = map[State]line{
	OK:  {State: "ok", Word: "OK", Sign: "✓"},
	Bad: {State: "bad", Word: "Not OK", Sign: "✕"},
	Off: {State: "off", Word: "Off", Sign: "–"},
}

func (h *Hub) testView(r *run) *testView {
	if r == nil {
		return nil
	}
	if r.done.IsZero() {
		late := h.config.Now().Sub(r.begun) > checkWithin
		return &testView{Running: !late, Late: late, At: moment{r.begun}}
	}
	view := &testView{At: moment{r.done}}
	for _, f := range r.findings {
		shown, ok := words[f.State]
		if !ok {
			shown = line{State: "unknown", Word: "Unknown", Sign: "?"}
		}
		switch shown.State {
		case "ok":
			view.OK++
		case "bad":
			view.Bad++
		case "off":
			view.Off++
		default:
			view.Unknown++
		}
		shown.Title = plain(f.Title, longestSentence)
		if f.State != OK {
			shown.Mend = sentence(f.Mend)
		}
		view.Lines = append(view.Lines, shown)
	}
	return view
}

// settings shows what is known of a connection.
func (h *Hub) settings(v *visit) {
	c := v.connector()
	if c == nil || v.session == nil {
		v.see("/connect")
		return
	}
	connection, err := h.connection(v.r.Context(), v.session.tenant.ID, c.Platform())
	if err != nil {
		v.failed(err)
		return
	}
	if connection == nil {
		v.see("/connect")
		return
	}
	body := settingsView{
		Panel: h.panel(v.r.Context(), c, connection), Workspace: plain(string(connection.Installation.Workspace), longestName), Known: connection.Scopes != nil,
		Bot: plain(connection.Bot, longestName), Wide: connection.Wide, Generation: connection.Installation.Generation,
	}
	for _, scope := range connection.Scopes {
		body.Scopes = append(body.Scopes, plain(scope, longestName))
	}
	for _, workspace := range connection.Workspaces {
		body.Workspaces = append(body.Workspaces, plain(string(workspace), longestName))
	}
	v.show(http.StatusOK, "settings", c.Title(), body)
}
