package teams

import (
	"net/http"
	"slices"
	"testing"

	"rollcall/adapters/teams/teamssim"
	"rollcall/bot"
	"rollcall/sync/directory"
)

// TestInstallInAnyOrder: however Teams tells of an installation, the person is met, their chat is
// known, and whoever was met is welcomed as often as the sink says.
func TestInstallInAnyOrder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		how  teamssim.Announcing
	}{
		{"as usual", teamssim.Announcing{}},
		{"the other way round", teamssim.Announcing{ConversationFirst: true}},
		{"twice", teamssim.Announcing{Twice: true}},
		{"twice, the other way round", teamssim.Announcing{Twice: true, ConversationFirst: true}},
		{"an upgrade", teamssim.Announcing{Upgrade: true}},
		{"only the one", teamssim.Announcing{Only: teamssim.OnlyInstallation}},
		{"only the other", teamssim.Announcing{Only: teamssim.OnlyConversation}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, pump := range []func(*world) int{
				func(w *world) int { return w.sim.Outbox.Pump(t.Context()) },
				func(w *world) int { return w.sim.PumpTogether(t.Context()) },
			} {
				w := newWorld(t, nil)
				zoe := w.inst.Account(zoeID)
				must(t, w.sim.InstallAs(tenantA, zoeID, test.how))
				pump(w)
				all := w.sink.all()
				if len(all) == 0 {
					t.Fatal("nobody was met")
				}
				for _, got := range all {
					if got.event != (bot.Met{}) || got.origin.Actor != zoe || !got.origin.Direct {
						t.Errorf("got %+v", got)
					}
				}
				if ref := w.known(t, zoe); ref.ID != w.sim.Conversation(tenantA, zoeID) || ref.Service != "https://"+simHost+"/emea" {
					t.Errorf("known is %+v", ref)
				}

				must(t, w.sim.UninstallAs(tenantA, zoeID, test.how))
				pump(w)
				if ref := w.known(t, zoe); ref != (reference{}) {
					t.Errorf("removed, and known is %+v", ref)
				}
				if again := w.sink.all(); len(again) != len(all) {
					t.Errorf("removed, and met: %+v", again[len(all):])
				}
				if got := w.sim.Complaints(); len(got) != 0 {
					t.Errorf("%q", got)
				}
			}
		})
	}
}

// TestHeardOfAgain: whoever was given up is met before they are heard.
func TestHeardOfAgain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		act  func(w *world, ref directory.MessageRef) error
		want bot.Event // nil: only met
	}{
		{"they write", func(w *world, _ directory.MessageRef) error { _, err := w.sim.Say(tenantA, annID, "hello"); return err }, bot.Said{}},
		{"they press", func(w *world, ref directory.MessageRef) error {
			return w.sim.Press(tenantA, annID, ref.Conversation, ref.ID, "Sync")
		}, bot.Pressed{}},
		{"they install", func(w *world, _ directory.MessageRef) error { return w.sim.Install(tenantA, annID) }, nil},
	}
	for _, test := range tests {
		for _, how := range []teamssim.Blocking{teamssim.BlockedByUser, teamssim.MessageWrites} {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, nil)
				ref := w.ask(t)
				must(t, w.sim.Block(tenantA, annID, how))
				_, err := w.adapter.Send(t.Context(), w.inst, w.ann, question())
				if !directory.Is(err, directory.Undeliverable) || w.known(t, w.ann) != (reference{}) {
					t.Fatalf("got %v, and %+v is known", err, w.known(t, w.ann))
				}
				if got := directory.ReachOf(err); got != directory.Blocked {
					t.Errorf("got the reach %q, want %q", got, directory.Blocked)
				}
				must(t, w.sim.Unblock(tenantA, annID))
				must(t, test.act(w, ref))
				w.sim.Outbox.Pump(t.Context())
				all := w.sink.all()
				if len(all) == 0 || all[0].event != (bot.Met{}) || w.known(t, w.ann) == (reference{}) {
					t.Fatalf("got %+v, and %+v is known", all, w.known(t, w.ann))
				}
				if test.want != nil {
					if len(all) != 2 {
						t.Fatalf("got %+v", all)
					}
					_, said := all[1].event.(bot.Said)
					if _, wanted := test.want.(bot.Said); said != wanted {
						t.Errorf("got %+v", all[1])
					}
				}
			})
		}
	}
}

// TestNotTakenIsNotStored: what the sink did not take is told to it again.
func TestNotTakenIsNotStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for name, d := range w.activities(t) {
		must(t, w.adapter.store(t.Context(), w.inst, w.ann, reference{}))
		w.sink.answer(bot.Reply{}, directory.Errorf(directory.Unavailable, "the store is away"))
		if status, _ := w.deliver(d); status != http.StatusServiceUnavailable || w.known(t, w.ann) != (reference{}) {
			t.Errorf("%s: status %d, known %+v", name, status, w.known(t, w.ann))
		}
		w.sink.clear()
		if status, _ := w.deliver(d); status != http.StatusOK || w.known(t, w.ann) == (reference{}) {
			t.Errorf("%s: again: status %d, known %+v", name, status, w.known(t, w.ann))
		}
		if all := w.sink.all(); len(all) == 0 || all[0].event != (bot.Met{}) {
			t.Errorf("%s: again: %+v", name, all)
		}
	}
}

// TestTheAddressIsKeptUpToDate: a tenant that moves takes its chats along.
func TestTheAddressIsKeptUpToDate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ref := w.ask(t)
	must(t, w.sim.MoveRegion(tenantA, "amer"))
	_, err := w.sim.Say(tenantA, annID, "hello")
	must(t, err)
	w.sim.Outbox.Pump(t.Context())
	w.sink.only(t)
	if got := w.known(t, w.ann); got != (reference{Service: "https://" + simHost + "/amer", ID: ref.Conversation}) {
		t.Errorf("known is %+v", got)
	}
}

// TestRepliesToBoth: a first message gets its welcome and its answer, each once.
func TestRepliesToBoth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	d := w.activities(t)["press"]
	before := len(w.fromApp())
	w.sink.answer(bot.Reply{Card: &onlyYou, Word: "Done"}, nil)
	status, body := w.deliver(d)
	if status != http.StatusOK || body == "" {
		t.Errorf("status %d %s", status, body)
	}
	if n := len(w.fromApp()) - before; n != 1 {
		t.Errorf("%d messages in the chat, want the welcome", n)
	}
}

// TestSomebodyElsesChat: a guest is no account of ours, and nothing of theirs is stored.
func TestSomebodyElsesChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	d := w.hold(t, func() error { _, err := w.sim.Say(tenantA, annID, "hello"); return err })[0]
	must(t, w.adapter.store(t.Context(), w.inst, w.ann, reference{}))
	d.Body = changed(t, d.Body, func(a map[string]any) { a["from"].(map[string]any)["tenantId"] = tenantC })
	if status, _ := w.deliver(d); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if got := w.sink.only(t); got.origin.Actor.Workspace != tenantC || got.origin.Workspace != tenantA {
		t.Errorf("got %+v", got)
	}
	if w.known(t, w.ann) != (reference{}) {
		t.Error("it was stored")
	}
	if slices.ContainsFunc(w.sink.all(), func(n note) bool { return n.event == bot.Met{} }) {
		t.Error("a stranger counts as met")
	}
}
