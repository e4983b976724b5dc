package teams

import (
	"errors"
	"net/http"
	"testing"

	"github.com/gorilla/mux"

	"rollcall/adapters/sim"
	"rollcall/adapters/teams/teamssim"
	"rollcall/bot"
	"rollcall/bot/bottest"
	"rollcall/sync/directory"
)

func TestPlatform(t *testing.T) {
	t.Parallel()
	bottest.RunPlatform(t, newHarness)
}

// newHarness is a world in which everybody has been heard of; from then on the exam's wire and sink are
// between the two.
func newHarness(t *testing.T, wire *bottest.Wire, sink bot.Sink) *bottest.Harness {
	w := newWorld(t, nil)
	w.wire.next = wire.Outbound(&sim.Transport{Handlers: map[string]http.Handler{simHost: w.sim}})
	router := mux.NewRouter()
	w.adapter.Mount(router, sink)
	wire.Mount(router)
	w.sim.Outbox.Client.Transport = wire.Client().Transport
	other := directory.Installation{Tenant: "b", Platform: Name, Workspace: tenantB, Generation: 1}
	return &bottest.Harness{
		Platform: w.adapter, Installation: w.inst, Other: other,
		Person: w.ann, Colleague: w.inst.Account(bobID), OtherPerson: other.Account(annID), Blocked: w.inst.Account(zoeID),
		Stranger: directory.AccountID{Platform: Name, Workspace: tenantC, User: eveID},
		Advance:  w.clock.Advance, Now: w.clock.Now,
		Messages: w.messages, Fail: w.fail, Act: w.act,
		Revoke:   func() { w.sim.SetSecret("another one"); w.sim.ExpireTokens() },
		Restrict: func() { must(t, w.sim.DisableApp(tenantA, true)) },
		Erase: func(_ directory.Installation, ref directory.MessageRef) {
			must(t, w.sim.Erase(ref.Conversation, ref.ID))
		},
		Sign:      w.sim.Sign,
		Signature: "Authorization",
		BodyLimit: longestBody,
		Exempt: map[string]string{
			"refuse/tampered":       "the token does not cover the body",
			"refuse/longer":         "the token does not cover the body",
			"refuse/stale":          "a token lasts an hour",
			"refuse/replayed later": "a token lasts an hour: the same activity has the same id, and a press its nonce",
		},
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) messages() []bottest.Message {
	var all []bottest.Message
	for _, m := range w.fromApp() {
		all = append(all, bottest.Message{
			Workspace: directory.Workspace(m.Workspace), Conversation: m.Conversation, ID: m.ID, To: m.To, Text: m.Text,
			Card: string(m.Card), Edits: m.Edits, Deleted: m.Deleted, Alone: m.Direct || m.Private,
		})
	}
	return all
}

func (w *world) fail(call bottest.Call, fault bottest.Fault) {
	route := map[bottest.Call]string{
		bottest.Posting: "POST /v3/conversations/{conversation}/activities",
		bottest.Editing: "PUT /v3/conversations/{conversation}/activities/{activity}",
	}[call]
	w.sim.Faults.Add(sim.Rule{Route: route, Times: 1, Fault: sim.Fault{
		Name: route, Status: fault.Status, RetryAfter: fault.RetryAfter, ContentType: fault.ContentType,
		Body: fault.Body, After: fault.After,
	}})
}

// act lets somebody act in their own chat, and a stranger in the group that they are in with Ann, to
// which she forwards what they press.
func (w *world) act(t *testing.T, act bottest.Act) {
	t.Helper()
	tenant, user := string(act.By.Workspace), act.By.User
	stranger := act.By.Workspace != act.In.Workspace
	var err error
	switch act.Kind {
	case bottest.Push:
		in, id := act.Message.Conversation, act.Message.ID
		if user != annID {
			in, id = w.forward(t, in, id, user)
		}
		label := "Sync"
		if act.Press.Verb != "sync" {
			err = errors.New("the exam presses something else")
			break
		}
		err = w.sim.Press(tenant, user, in, id, label)
	case bottest.Say:
		if stranger {
			_, err = w.sim.Mention(teamssim.Member{Tenant: tenant, User: user}, w.group, act.Text)
		} else {
			_, err = w.sim.Say(tenant, user, act.Text)
		}
	case bottest.Meet:
		err = w.sim.InstallAs(tenant, user, teamssim.Announcing{ConversationFirst: true})
	}
	if err != nil {
		t.Fatalf("%s: %v", act.Kind, err)
	}
	w.sim.Outbox.Pump(t.Context())
}

// forward puts a message of Ann's into a group in which somebody else sees it.
func (w *world) forward(t *testing.T, conversation, id, user string) (string, string) {
	t.Helper()
	ann, group := teamssim.Member{Tenant: tenantA, User: annID}, w.group
	if user != eveID {
		var err error
		group, err = w.sim.Group(ann, teamssim.Member{Tenant: tenantA, User: user})
		must(t, err)
		w.sim.Outbox.Rearrange(func([]sim.Delivery) []sim.Delivery { return nil }) // the group is not news
		w.sim.Outbox.Pump(t.Context())
		w.sim.Outbox.Rearrange(nil)
	}
	copied, err := w.sim.Forward(ann, conversation, id, group)
	must(t, err)
	return group, copied
}
