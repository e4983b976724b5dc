package slack

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// page is a home tab with a button and a table.
func page(title string) *cards.Card {
	return &cards.Card{
		Summary: title, Title: title,
		Body:    []cards.Block{cards.Table{Heads: []string{"Group", "People"}, Rows: [][]string{{"Staff", "12"}}}},
		Actions: []cards.Action{{Label: "Status", Press: cards.Press{Verb: "run", Value: "status"}}},
	}
}

// Whoever opens the home tab is shown it, anew each time; and what they press on it is answered there.
func TestHomeTab(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t)
	look := func(want string) {
		t.Helper()
		e.notes.reply.Card = page(want)
		if err := e.sim.LookAtHome("T0001", "U0ANN"); err != nil {
			t.Fatal(err)
		}
		e.sim.Outbox.Pump(t.Context())
		if home, _ := e.sim.Home("T0001", "U0ANN"); !strings.Contains(string(home.Blocks), want) {
			t.Fatalf("the home tab shows %s, want %s", home.Blocks, want)
		}
	}
	look("First")
	look("Second")
	ann := e.user("T0001", "U0ANN")
	if n := e.notes.notes[1]; n.origin.Actor != ann || n.event != (bot.Opened{}) {
		t.Errorf("got %+v", n)
	}

	e.notes.reply.Card = page("Third")
	if err := e.sim.PressHome("T0001", "U0ANN", "0"); err != nil {
		t.Fatal(err)
	}
	e.sim.Outbox.Pump(t.Context())
	n := e.notes.notes[2]
	press, ok := n.event.(bot.Pressed)
	if !ok || press.Press != (cards.Press{Verb: "run", Value: "status"}) || press.Message != (directory.MessageRef{}) || press.ID == "" {
		t.Errorf("got %+v", n.event)
	}
	if n.origin.Actor != ann || n.origin.Conversation != atHome || n.origin.Direct {
		t.Errorf("by %+v", n.origin)
	}
	if home, _ := e.sim.Home("T0001", "U0ANN"); !strings.Contains(string(home.Blocks), "Third") || home.Published != 3 {
		t.Errorf("the home tab shows %s", home.Blocks)
	}
	if _, published := e.sim.Home("T0001", "U0BOB"); published {
		t.Error("somebody else's home tab was published")
	}
	if all := e.sim.Messages(0); len(all) != 0 {
		t.Errorf("got messages: %+v", all)
	}
}

// No reply, no home tab; and one that Slack doesn't take is no reason to be told again.
func TestHomeTabThatIsNotShown(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t)
	look := func() int {
		t.Helper()
		if err := e.sim.LookAtHome("T0001", "U0ANN"); err != nil {
			t.Fatal(err)
		}
		e.sim.Outbox.Pump(t.Context())
		e.clock.Advance(10 * time.Minute)
		e.sim.Outbox.Pump(t.Context())
		return e.sim.Outbox.Len()
	}
	look()
	e.notes.reply.Card = page("Home")
	e.sim.Faults.Add(sim.Rule{Route: "views.publish", Times: 1, Fault: sim.Fault{Name: "down", Status: 500}})
	if n := look(); n != 0 {
		t.Errorf("%d deliveries are left", n)
	}
	if home, published := e.sim.Home("T0001", "U0ANN"); published {
		t.Errorf("the home tab shows %s", home.Blocks)
	}
	if n := len(e.notes.notes); n != 2 {
		t.Errorf("the sink was given %d events, want 2", n)
	}
	look()
	if _, published := e.sim.Home("T0001", "U0ANN"); !published {
		t.Error("there is no home tab")
	}
}

func TestPressesOnViews(t *testing.T) {
	t.Parallel()
	ann := directory.AccountID{Platform: Name, Workspace: "T0001", User: "U0ANN"}
	home := directory.Origin{Platform: Name, Workspace: "T0001", Actor: ann, Conversation: atHome}
	pressed := bot.Pressed{ID: "1.2.3", Press: cards.Press{Verb: "run", Value: "status"}}
	const payload = `{"type":"block_actions","user":{"id":"U0ANN","team_id":"T0001"},"team":{"id":"T0001"},"enterprise":null,` +
		`"is_enterprise_install":false,"trigger_id":"1.2.3","container":{"type":"view","view_id":"V1"},"view":{"id":"V1","type":"home"},` +
		`"actions":[{"type":"button","value":"1.run.status."}]}`
	for _, test := range []struct {
		name, was, is string
		status        int
		origin        directory.Origin
		event         bot.Event // nil: nothing reaches the sink
	}{
		{"on the home tab", "", "", 200, home, pressed},
		{"on a modal", `"type":"home"`, `"type":"modal"`, 200, directory.Origin{}, nil},
		{"on a view that isn't there", `"view":{"id":"V1","type":"home"},`, ``, 200, directory.Origin{}, nil},
		{"on a view that is null", `"view":{"id":"V1","type":"home"}`, `"view":null`, 200, directory.Origin{}, nil},
		{"the view twice", `"view":{`, `"view":{"type":"modal"},"view":{`, 400, directory.Origin{}, nil},
		{"the view's type twice", `"type":"home"`, `"type":"modal","type":"home"`, 400, directory.Origin{}, nil},
		{"a message that names itself the home tab", `"type":"view"`, `"type":"message"`, 400, directory.Origin{}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := newEndpoint(t)
			changed := strings.Replace(payload, test.was, test.is, 1)
			if test.was != "" && changed == payload {
				t.Fatal("the case changes nothing")
			}
			if resp := e.post(t, "/slack/interactions", url.Values{"payload": {changed}}.Encode()); resp.StatusCode != test.status {
				t.Errorf("status %d, want %d", resp.StatusCode, test.status)
			}
			e.wantNote(t, test.origin, test.event)
		})
	}
}

// The home tab works over a socket as by requests.
func TestHomeTabOverASocket(t *testing.T) {
	t.Parallel()
	l := newLine(t, appToken)
	l.open(t, 1)
	l.feed.answer(bot.Reply{Card: page("Home")}, nil)
	for _, inst := range []directory.Installation{l.inst, l.wide} {
		in := string(inst.Workspace)
		if err := l.sim.LookAtHome(in, "U0ANN"); err != nil {
			t.Fatal(err)
		}
		l.sim.Outbox.Pump(t.Context())
		if n := l.next(t); n.origin.Actor != inst.Account("U0ANN") || n.event != (bot.Opened{}) {
			t.Errorf("got %+v", n)
		}
	}
	if err := l.end(); err != nil {
		t.Errorf("Socket answers %v", err)
	}
	for _, inst := range []directory.Installation{l.inst, l.wide} {
		if _, published := l.sim.Home(string(inst.Workspace), "U0ANN"); !published {
			t.Errorf("%s has no home tab", inst.Workspace)
		}
	}
}
