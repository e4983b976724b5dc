package command

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

func says(card cards.Card, text string) bool { return strings.Contains(card.Summary, text) }

// What was shown is confirmed by the one whom it was shown to, where it was shown, once, in time, and while it is
// so.
func TestConfirmations(t *testing.T) {
	t.Parallel()
	elsewhere := by(grace)
	elsewhere.Conversation, elsewhere.Direct = "C9", false
	other := by(grace)
	other.Installation.Tenant = "umbrella"
	for _, test := range []struct {
		name   string
		caller Caller
		before func(*world)
		want   string // what the answer says; empty: it is carried out
	}{
		{"as it was shown", by(grace), func(*world) {}, ""},
		{"by another admin", by(alan), func(*world) {}, "You can't do that here."},
		{"in another conversation", elsewhere, func(*world) {}, "You can't do that here."},
		{"of another tenant", other, func(*world) {}, "You can't do that here."},
		{"too late", by(grace), func(w *world) { w.now = w.now.Add(10 * time.Minute) }, catalog.NoteOver},
		{"just in time", by(grace), func(w *world) { w.now = w.now.Add(10*time.Minute - time.Second) }, ""},
		{"of another plan by now", by(grace), func(w *world) { w.plans[0].Hash = "another" }, catalog.NoteChanged},
		{"applied meanwhile", by(grace), func(w *world) { w.plans[0].State = directory.ProposalApplying }, catalog.NoteChanged},
		{"by somebody who is no admin any more", by(grace), func(w *world) { w.admins = w.admins[1:] }, "This is for admins"},
		{"while the role can't be checked", by(grace), func(w *world) {
			w.role = func(directory.AccountID) (bool, error) {
				return true, directory.Errorf(directory.Unavailable, "the platform is away")
			}
		}, catalog.NoteUnchecked},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			desk := w.desk(t)
			asked := code(desk.Run(t.Context(), by(grace), "apply p-7f3k"))
			test.before(w)
			card := desk.Confirm(t.Context(), test.caller, asked)
			drawn(t, card)
			if test.want == "" {
				if len(w.told) != 1 || says(card, catalog.NoteOver) {
					t.Fatalf("told %v, answered %q", w.told, card.Summary)
				}
				// A second press finds nothing to confirm.
				if again := desk.Confirm(t.Context(), test.caller, asked); !says(again, catalog.NoteOver) || len(w.told) != 1 {
					t.Errorf("told %v, answered %q", w.told, again.Summary)
				}
				return
			}
			if len(w.told) != 0 || !says(card, test.want) {
				t.Errorf("told %v, answered %q", w.told, card.Summary)
			}
		})
	}
}

// Whoever can't confirm it doesn't use it up for the one who can.
func TestAStrangerDoesntBurnAConfirmation(t *testing.T) {
	t.Parallel()
	w := newWorld()
	desk := w.desk(t)
	asked := code(desk.Run(t.Context(), by(grace), "off"))
	desk.Confirm(t.Context(), by(alan), asked)
	desk.Run(t.Context(), by(ann), "confirm "+asked)
	if desk.Confirm(t.Context(), by(grace), asked); !slices.Equal(w.told, []string{"switch  slack/T1/U1"}) {
		t.Errorf("told %v", w.told)
	}
}

// Where others read along the question may have been shown in the caller's own chat.
func TestAConfirmationShownInTheirOwnChat(t *testing.T) {
	t.Parallel()
	w := newWorld()
	desk := w.desk(t)
	among := by(grace)
	among.Conversation, among.Direct = "C9", false
	asked := code(desk.Run(t.Context(), among, "off"))
	if desk.Confirm(t.Context(), by(grace), asked); len(w.told) != 1 {
		t.Errorf("told %v", w.told)
	}
}

// Every command that asks does so about what there is: once that has changed, it isn't carried out.
func TestTheWorldHasChanged(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text           string
		before, change func(*world)
	}{
		{"apply p-7f3k", nil, func(w *world) { w.plans[0].Hash = "x" }},
		{"on", func(w *world) { w.overview.Tenant.Settings.On = false }, func(w *world) { w.digest = "x" }},
		{"resume eng", nil, func(w *world) { w.digest = "x" }},
		{"group remove eng", nil, func(w *world) { w.overview.Groups[0].Group.External = "x" }},
		{"unlink ada@acme.example", nil, func(w *world) { w.people[0].Links[0].Link.State = directory.Declined }},
		{"exempt ada@acme.example", standIn, func(w *world) { w.people[0].Links[0].Link.State = directory.Declined }},
		{"undo ada@acme.example", nil, func(w *world) { w.people[0].Links[0].Link.Counterpart = webex.Account("P8") }},
		{"resolve ada@acme.example 1", nil, func(w *world) { w.people[0].Links[0].Candidates[0].Account.ID.User = "P8" }},
		{"release 4c9a7be01f22", nil, func(w *world) { w.held[0].Hash = "x" }},
		{"undo 4c9a7be01f22", func(w *world) { w.held[0].State = directory.BatchReleased }, func(w *world) { w.held[0].Hash = "x" }},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			if test.before != nil {
				test.before(w)
			}
			desk := w.desk(t)
			asked := code(desk.Run(t.Context(), by(grace), test.text))
			if asked == "" {
				t.Fatal("it doesn't ask")
			}
			test.change(w)
			card := desk.Confirm(t.Context(), by(grace), asked)
			if len(w.told) != 0 || !says(card, catalog.NoteChanged) {
				t.Errorf("told %v, answered %q", w.told, card.Summary)
			}
		})
	}
}

// Whoever asks to undo a batch while it is carried out can confirm that when it has been.
func TestABatchIsDoneMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.held[0].State = directory.BatchReleased
	desk := w.desk(t)
	asked := code(desk.Run(t.Context(), by(grace), "undo 4c9a7be01f22"))
	w.held[0].State = directory.BatchDone
	if desk.Confirm(t.Context(), by(grace), asked); len(w.told) != 1 {
		t.Errorf("told %v", w.told)
	}
}

// An admin with an account on each platform is named once.
func TestDeniedNamesAnAdminOnce(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.admins = append(w.admins, directory.Admin{Account: webex.Account("P1"), Name: w.admins[0].Name})
	shown := shownOn(t, w.desk(t).Run(t.Context(), by(ann), "off"))
	if n := strings.Count(shown, w.admins[0].Name); n != 1 {
		t.Errorf("named %d times in:\n%s", n, shown)
	}
}

// An admin's command is for admins: whoever is none is told who is, and nothing of what they wrote is looked at.
func TestDenied(t *testing.T) {
	t.Parallel()
	for _, c := range Commands() {
		if c.Role != Admin {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			for _, text := range []string{c.Name, c.Usage(), c.Name + " a b c d e f"} {
				w := newWorld()
				card, ok := w.desk(t).Try(t.Context(), by(ann), text)
				shown := string(drawn(t, card))
				if ok || len(w.told) != 0 || len(w.tickets) != 0 || !strings.Contains(shown, "Grace Hopper") || !strings.Contains(shown, "Alan Turing") {
					t.Errorf("%q: told %v, answered\n%s", text, w.told, shown)
				}
			}
			w := newWorld()
			w.role = func(directory.AccountID) (bool, error) { return true, directory.Errorf(directory.Unavailable, "away") }
			if card, ok := w.desk(t).Try(t.Context(), by(grace), c.Usage()); ok || !says(card, catalog.NoteUnchecked) || len(w.told) != 0 {
				t.Errorf("unchecked: told %v, answered %q", w.told, card.Summary)
			}
		})
	}
}

// A person's commands are never refused, and ask nobody for a role.
func TestAPersonsOwnCommandsNeedNoRole(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"hello", "me", "sync", "unsync", "not me", "stop", "language fr"} {
		w := newWorld()
		if _, ok := w.desk(t).Try(t.Context(), by(ann), text); !ok || w.asked != 0 {
			t.Errorf("%s: ok %v, asked %d times for a role", text, ok, w.asked)
		}
	}
	w := newWorld()
	if card := w.desk(t).Run(t.Context(), by(ann), "status eng"); !strings.Contains(card.Title, "for admins") {
		t.Errorf("somebody who is no admin is shown %q", card.Title)
	}
}

// On the command line the role is that of whoever runs Rollcall; what a person does to their own isn't there.
func TestTheCommandLine(t *testing.T) {
	t.Parallel()
	operator := Caller{Installation: directory.Installation{Tenant: "acme"}, Role: Admin, Event: "ctl/1"}
	w := newWorld()
	desk := w.desk(t)
	card, ok := desk.Try(t.Context(), operator, "off")
	text, err := Text(card)
	if err != nil || !ok || w.asked != 0 {
		t.Fatalf("%v, %v, asked %d", err, ok, w.asked)
	}
	_, confirm, found := strings.Cut(text, "\n> ")
	if !found || !strings.HasPrefix(confirm, "confirm ") {
		t.Fatalf("it says:\n%s", text)
	}
	if _, ok := desk.Try(t.Context(), operator, confirm); !ok || !slices.Equal(w.told, []string{"switch  operator"}) {
		t.Errorf("told %v", w.told)
	}
	if _, ok := desk.Try(t.Context(), operator, confirm); ok || len(w.told) != 1 {
		t.Errorf("a second time: ok %v, told %v", ok, w.told)
	}
	for _, text := range []string{"me", "sync", "unsync", "not me", "stop", "language de"} {
		if card, ok := desk.Try(t.Context(), operator, text); ok || !says(card, catalog.NoteElsewhere) {
			t.Errorf("%s: %q", text, card.Summary)
		}
	}
	// Nobody in a chat is the operator, whatever they are.
	if _, ok := desk.Try(t.Context(), Caller{Installation: slack}, "groups"); ok {
		t.Error("a caller without an account is let in")
	}
}

// What the engine refuses is said in its words; what could not be done can be tried again.
func TestWhatTheEngineSays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		err  error
		want string
		next string
	}{
		{"refused", directory.Errorf(directory.Unauthorized, "another admin has to release this"), "Another admin has to release this.", ""},
		{"gone on", directory.Errorf(directory.Conflict, "a newer plan was applied"), "A newer plan was applied.", ""},
		{"away", directory.Errorf(directory.Unavailable, "the store is away"), catalog.NoteTry, "run eng"},
		{"uncertain", directory.Errorf(directory.Uncertain, "cut off"), catalog.NoteMaybe, "status"},
		{"unforeseen", directory.Errorf(directory.Internal, "a secret thing"), catalog.NoteMaybe, "status"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			desk := w.desk(t)
			w.err = test.err
			card, ok := (&turn{Desk: desk, caller: by(grace), command: *find("run"), call: Call{Command: "run", Args: []string{"eng"}}}).carryOut(t.Context())
			shown := string(drawn(t, card))
			if ok || !strings.Contains(shown, test.want) || strings.Contains(shown, "secret") {
				t.Errorf("answered\n%s", shown)
			}
			if test.next != "" && (len(card.Actions) == 0 || catalog.Command(card.Actions[0].Press.Value) != test.next) {
				t.Errorf("offers %+v, want %s", card.Actions, test.next)
			}
		})
	}
}

// Long work begins once for one event, however often that is delivered.
func TestWorkIsNamedByItsEvent(t *testing.T) {
	t.Parallel()
	id := func(change func(*Caller)) string {
		caller := by(grace)
		change(&caller)
		return (&turn{caller: caller, call: Call{Command: "plan"}}).work("eng").ID
	}
	same := id(func(*Caller) {})
	if same != id(func(*Caller) {}) || same == "" {
		t.Error("the same event begins two works")
	}
	for name, change := range map[string]func(*Caller){
		"event": func(c *Caller) { c.Event = "said/2" }, "actor": func(c *Caller) { c.Actor = alan },
		"tenant": func(c *Caller) { c.Installation.Tenant = "umbrella" },
	} {
		if id(change) == same {
			t.Errorf("another %s begins the same work", name)
		}
	}
}

// Of several people, or of several links of one, the one that is meant is asked for.
func TestWhoIsMeant(t *testing.T) {
	t.Parallel()
	w := newWorld()
	second := ada()
	second.Member.ID.ID = "second"
	w.people = append(w.people, second)
	card, ok := w.desk(t).Try(t.Context(), by(grace), "retry ada@acme.example webex")
	if ok || len(card.Actions) != 2 || catalog.Command(card.Actions[1].Press.Value) != "retry id-entraZssecond webex" {
		t.Errorf("offers %+v", card.Actions)
	}
	w = newWorld()
	third := w.people[0].Links[0]
	third.Link.Secondary, third.Link.Key.Pair = "teams", directory.PairOf("slack", "teams")
	w.people[0].Links = append(w.people[0].Links, third)
	card, ok = w.desk(t).Try(t.Context(), by(grace), "unlink ada@acme.example")
	if ok || len(card.Actions) != 2 || catalog.Command(card.Actions[1].Press.Value) != "unlink "+handle(adaID)+" teams" {
		t.Errorf("offers %+v", card.Actions)
	}
	if code(w.desk(t).Run(t.Context(), by(grace), catalog.Command(card.Actions[1].Press.Value))) == "" {
		t.Error("the button doesn't lead to the question")
	}
}

// A page shows whose accounts they are, and how the tenant stands to admins alone.
func TestHome(t *testing.T) {
	t.Parallel()
	w := newWorld()
	person, admin := w.desk(t).Home(t.Context(), by(ann)), w.desk(t).Home(t.Context(), by(grace))
	golden(t, "home", person)
	golden(t, "home-admin", admin)
	if strings.Contains(string(drawn(t, person)), "312") || !strings.Contains(string(drawn(t, admin)), "312") {
		t.Error("how the tenant stands is shown to the wrong ones")
	}
	w.role = func(directory.AccountID) (bool, error) { return true, directory.Errorf(directory.Unavailable, "away") }
	if strings.Contains(string(drawn(t, w.desk(t).Home(t.Context(), by(grace)))), "312") {
		t.Error("a role that can't be checked counts")
	}
}

// Without files to fetch there are no addresses, and no tickets for them.
func TestNoFiles(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"", "/download/", "http://rollcall.example/get/"} {
		w := newWorld()
		w.page = page
		card := w.desk(t).Run(t.Context(), by(grace), "export")
		if len(card.Actions) != 0 || len(w.tickets) != 0 || !strings.Contains(card.Summary, "serves no files") {
			t.Errorf("%q: %+v, %d tickets", page, card, len(w.tickets))
		}
	}
}

// A file's addresses are made once whoever asks for it has confirmed it, and at no look at a plan.
func TestAFileIsConfirmed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"export", "export p-7f3k"} {
		w := newWorld()
		desk := w.desk(t)
		downloads := func() int {
			n := 0
			for _, ticket := range w.tickets {
				if ticket.Kind == ticketDownload {
					n++
				}
			}
			return n
		}
		desk.Run(t.Context(), by(grace), "plan p-7f3k")
		asked := code(desk.Run(t.Context(), by(grace), text))
		if asked == "" || downloads() != 0 {
			t.Fatalf("%s: asked %q, %d addresses", text, asked, downloads())
		}
		card := desk.Confirm(t.Context(), by(grace), asked)
		if downloads() != 2 || len(card.Actions) != 2 || card.Actions[0].URL == "" {
			t.Errorf("%s: %d addresses, %+v", text, downloads(), card.Actions)
		}
	}
}

// An admin of the second limit sees that they proposed it themselves.
func TestAProposedRelease(t *testing.T) {
	t.Parallel()
	for account, want := range map[directory.AccountID]bool{grace: false, alan: true} {
		w := newWorld()
		w.held[0].Proposer = grace.Text()
		card := w.desk(t).Run(t.Context(), by(account), "held")
		offers := slices.ContainsFunc(card.Actions, func(a cards.Action) bool { return a.Label == catalog.ButtonRelease })
		if offers != want || !strings.Contains(string(drawn(t, card)), "Grace Hopper") {
			t.Errorf("%s is offered a release: %v", account.User, offers)
		}
	}
}
