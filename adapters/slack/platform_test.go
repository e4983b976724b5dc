package slack

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/bot"
	"rollcall/bot/bottest"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

const (
	signingSecret = "8f742231b10e8888abcd99yyyzzz85a5"
	simHost       = "slack.test"
	appURL        = "https://rollcall.test"
)

var began = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// world is an adapter in front of a simulator with three workspaces, whose ids collide. They may be
// organisations, of two workspaces each.
type world struct {
	ids     [3]string
	store   *directorytest.Memory
	sim     *slacksim.Sim
	clock   *sim.Clock
	adapter *Adapter
	insts   map[string]directory.Installation // by workspace
}

// newWorld builds it. change may alter the adapter's configuration.
func newWorld(t *testing.T, wire *bottest.Wire, sink bot.Sink, change func(*Config)) *world {
	t.Helper()
	return worldOf(t, [3]string{"T0001", "T0002", "T0003"}, wire, sink, change)
}

// newOrganisations builds it of organisations.
func newOrganisations(t *testing.T, wire *bottest.Wire, sink bot.Sink) *world {
	t.Helper()
	return worldOf(t, [3]string{"E0001", "E0002", "E0003"}, wire, sink, nil)
}

func worldOf(t *testing.T, ids [3]string, wire *bottest.Wire, sink bot.Sink, change func(*Config)) *world {
	t.Helper()
	w := &world{ids: ids, clock: sim.StoppedClock(began), insts: make(map[string]directory.Installation)}
	w.sim = slacksim.New(slacksim.Config{
		Clock: w.clock, SigningSecret: signingSecret, URL: "https://" + simHost, AppURL: appURL, Client: wire.Client(),
	})
	registry := directorytest.NewMemory()
	w.store = registry
	for i, id := range ids {
		scopes := slacksim.Scopes()
		if i == 2 {
			scopes = slices.DeleteFunc(scopes, func(s string) bool { return s == "im:history" })
		}
		users := []slacksim.User{
			{ID: "U0ANN", RealName: "Ann", Email: "ann@" + id + ".example"},
			{ID: "U0BOB", RealName: "Bob", Email: "bob@" + id + ".example"},
			{ID: "U0EVE", RealName: "Eve", TeamID: "T0999"},
			{ID: "U0GON", RealName: "Gone", Email: "gon@" + id + ".example", Deleted: true},
		}
		if wide(directory.Workspace(id)) {
			east, west := "T"+id[1:]+"E", "T"+id[1:]+"W"
			w.sim.AddOrg(slacksim.Org{
				ID: id, Name: id, Token: "xoxb-" + id, Scopes: scopes, Granted: []string{east, west},
				Workspaces: []slacksim.Workspace{{ID: east, Name: east, Users: users}, {ID: west, Name: west}},
			})
		} else {
			w.sim.AddWorkspace(slacksim.Workspace{ID: id, Name: id, Token: "xoxb-" + id, Scopes: scopes, Users: users})
		}
		inst := directory.Installation{Tenant: directory.TenantID(string('a' + rune(i))), Platform: Name, Workspace: directory.Workspace(id), Generation: 1}
		w.insts[id] = inst
		if err := registry.PutTenant(t.Context(), directory.Tenant{ID: inst.Tenant}); err != nil {
			t.Fatal(err)
		}
		if err := registry.Install(t.Context(), inst); err != nil {
			t.Fatal(err)
		}
	}
	config := Config{
		Cloud:   Loopback("https://"+simHost, "https://"+simHost, nil),
		Signing: []directory.Secret{directory.NewSecret(signingSecret)},
		Tokens: func(_ context.Context, inst directory.Installation) (directory.Secret, error) {
			return directory.NewSecret("xoxb-" + string(inst.Workspace)), nil
		},
		Teams: func(_ context.Context, inst directory.Installation) ([]directory.Workspace, error) {
			number := inst.Workspace[1:]
			return []directory.Workspace{"T" + number + "W", "T" + number + "E"}, nil
		},
		Conversations: registry,
		PageSize:      7, // so that whatever has pages has several
		Now:           w.clock.Now,
		Transport:     wire.Outbound(&sim.Transport{Handlers: map[string]http.Handler{simHost: w.sim}}),
	}
	if change != nil {
		change(&config)
	}
	var err error
	if w.adapter, err = New(config); err != nil {
		t.Fatal(err)
	}
	router := mux.NewRouter()
	w.adapter.Mount(router, sink)
	wire.Mount(router)
	return w
}

func (w *world) user(workspace, user string) directory.AccountID {
	return directory.AccountID{Platform: Name, Workspace: directory.Workspace(workspace), User: user}
}

func TestPlatform(t *testing.T) {
	t.Parallel()
	bottest.RunPlatform(t, func(t *testing.T, wire *bottest.Wire, sink bot.Sink) *bottest.Harness {
		return newWorld(t, wire, sink, nil).harness(t)
	})
}

// An app that is installed for organisations as a whole passes the same exam.
func TestPlatformOfOrganisations(t *testing.T) {
	t.Parallel()
	bottest.RunPlatform(t, func(t *testing.T, wire *bottest.Wire, sink bot.Sink) *bottest.Harness {
		return newOrganisations(t, wire, sink).harness(t)
	})
}

func (w *world) harness(t *testing.T) *bottest.Harness {
	here, other, restricted := w.ids[0], w.ids[1], w.ids[2]
	return &bottest.Harness{
		Platform:         w.adapter,
		Installation:     w.insts[here],
		Other:            w.insts[other],
		NoReadBack:       w.insts[restricted],
		NoReadBackPerson: w.user(restricted, "U0ANN"),
		Person:           w.user(here, "U0ANN"),
		Colleague:        w.user(here, "U0BOB"),
		OtherPerson:      w.user(other, "U0ANN"),
		Stranger:         w.user("T0999", "U0EVE"),
		Blocked:          w.user(here, "U0GON"),
		Advance:          w.clock.Advance,
		Now:              w.clock.Now,
		Messages:         w.messages,
		Fail:             w.fail,
		Revoke:           func() { w.sim.Install(here, "xoxb-new") },
		Restrict:         func() { w.sim.Grant(here, []string{"im:write"}) },
		Erase: func(inst directory.Installation, ref directory.MessageRef) {
			if err := w.sim.DeleteMessage(string(inst.Workspace), ref.Conversation, ref.ID); err != nil {
				t.Error(err)
			}
		},
		Act: w.act,
		Sign: func(h http.Header, body []byte, at time.Time) {
			slacksim.Sign(h, signingSecret, body, at)
		},
		Signature: "X-Slack-Signature",
		BodyLimit: longestBody,
	}
}

func (w *world) messages() []bottest.Message {
	var all []bottest.Message
	for _, m := range w.sim.Messages(0) {
		if !m.FromApp {
			continue
		}
		all = append(all, bottest.Message{
			Workspace: directory.Workspace(m.Workspace), Conversation: m.Conversation, ID: m.ID, To: m.To, Text: m.Text,
			Card: string(m.Card), Edits: m.Edits, Deleted: m.Deleted, Alone: m.Direct || m.Private,
		})
	}
	return all
}

func (w *world) fail(call bottest.Call, f bottest.Fault) {
	route := map[bottest.Call]string{
		bottest.Posting: "chat.postMessage", bottest.Editing: "chat.update", bottest.Reading: "conversations.history",
	}[call]
	w.sim.Faults.Add(sim.Rule{Route: route, Times: 1, Fault: sim.Fault{
		Name: "exam", Status: f.Status, RetryAfter: f.RetryAfter, ContentType: f.ContentType, Body: f.Body, After: f.After,
	}})
}

func (w *world) act(t *testing.T, act bottest.Act) {
	t.Helper()
	in := string(act.In.Workspace)
	var err error
	switch act.Kind {
	case bottest.Push:
		err = w.sim.Press(in, act.By.User, act.Message.Conversation, act.Message.ID, w.button(t, act))
	case bottest.Say:
		err = w.sim.Type(in, act.By.User, act.Text)
	case bottest.Meet:
		err = w.sim.OpenHome(in, act.By.User)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.sim.Outbox.Pump(t.Context())
}

// button is the place of the button that carries an act's press.
func (w *world) button(t *testing.T, act bottest.Act) string {
	t.Helper()
	want, err := act.Press.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range w.sim.Messages(0) {
		if m.Workspace == string(act.In.Workspace) && m.Conversation == act.Message.Conversation && m.ID == act.Message.ID {
			return string('0' + rune(slices.Index(m.Presses[len(m.Presses)-1], want)))
		}
	}
	t.Fatal("no such message")
	return ""
}
