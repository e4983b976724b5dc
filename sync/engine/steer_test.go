package engine

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

func TestADraftDoesNothingUntilItsPlanIsApplied(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	w.person("rosa", "ross")
	w.account(alpha, "zoe")
	w.member("zoe")
	w.settle()
	w.pass(80 * time.Hour)
	w.wantAsked()
	w.wantState("rosa", directory.Matched)
	p := w.propose("1")
	if p.State != directory.ProposalReady || p.Lines != 3 || p.Hash == "" {
		t.Fatalf("the plan: %+v", p)
	}
	w.wantIntents(p, map[string]directory.Intent{"rosa": directory.IntentAsk, "ross": directory.IntentAsk, "zoe": directory.IntentWait})
	if want := map[directory.Intent]int{directory.IntentAsk: 2, directory.IntentWait: 1}; !maps.Equal(p.Counts, want) {
		t.Errorf("counts %v, want %v", p.Counts, want)
	}
	w.wantAsked()
	p = w.apply(p)
	w.wantAsked("rosa", "ross")
	if p.State != directory.ProposalApplied || len(p.Drift) != 0 {
		t.Errorf("the plan: %+v", p)
	}
	w.person("late") // the group is live now
	w.hear()
	w.wantAsked("late", "rosa", "ross")
}

// The world moved between plan and apply: what has drifted is listed and left out.
func TestWhatHasDriftedIsLeftOut(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	w.person("rosa", "ross", "zoe", "zac", "max")
	w.account(alpha, "amy")
	w.member("amy")
	w.settle()
	p := w.propose("1")
	w.account(beta, "ross", func(a *directory.Account) { a.Active = false })
	w.observe(account(beta, "ross"))
	w.dir.Leave(acme, "g1", "zoe")
	w.account(beta, "amy") // was to wait, and would be asked now
	w.observe(account(beta, "amy"))
	second := w.desk.accounts[account(beta, "max")]
	second.ID.User += "2"
	w.desk.accounts[second.ID] = second
	w.observe(second.ID)
	w.person("new")
	w.hear()
	p = w.apply(p)
	w.wantAsked("rosa", "zac")
	lines := w.lines(p)
	for name, want := range map[string]string{
		"ross": "was to be asked; now: ", "zoe": "was to be asked; left the group since: is unsynced as usual, once the directory confirms it",
		"max": "was to be asked; now: 2 accounts", "amy": "was to wait; now: ", "new": "new since the plan", "rosa": "", "zac": "",
	} {
		if got := lines[name].Drift; !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if want := map[directory.Intent]int{directory.IntentAsk: 4, directory.IntentWait: 1}; !maps.Equal(p.Drift, want) {
		t.Errorf("left out: %v, want %v", p.Drift, want)
	}
	w.pass(80 * time.Hour)
	for _, name := range []string{"ross", "amy", "max", "new"} {
		if n := w.desk.count("alpha-" + name); n != 0 {
			t.Errorf("%s was asked %d times", name, n)
		}
	}
	// The next plan has them.
	p = w.apply(w.propose("2"))
	if n := w.desk.count("alpha-new"); n != 1 {
		t.Errorf("new was asked %d times, want once", n)
	}
	if p.State != directory.ProposalApplied {
		t.Errorf("the second plan: %+v", p)
	}
}

// A group that was live and is changed: its links are parked before it is live again.
func TestWhatHasDriftedInAGroupThatWasLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.configure(func(s *directory.Settings) { s.QuietFrom, s.QuietTo = 0, 23 })
	w.person("rosa", "ross")
	w.finish()
	w.wantState("rosa", directory.Matched)
	g, err := w.engine.group(t.Context(), acme, staff)
	w.must(err)
	g.Priority++
	w.must(w.engine.PutGroup(t.Context(), acme, g, "boss"))
	p := w.propose("1")
	w.account(beta, "ross", func(a *directory.Account) { a.Active = false })
	w.observe(account(beta, "ross"))
	w.apply(p)
	w.configure(func(s *directory.Settings) { s.QuietFrom, s.QuietTo = 0, 0 })
	w.finish()
	w.wantAsked("rosa")
	if l := w.link("ross"); !l.Parked {
		t.Errorf("ross isn't parked: %s", l.State)
	}
}

func TestOnlyThePlanThatWasShownIsAppliedAndOnce(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	ctx := t.Context()
	w.person("rosa")
	w.settle()
	id, err := w.engine.Propose(ctx, acme, w.work("1"))
	w.must(err)
	again, err := w.engine.Propose(ctx, acme, w.work("1"))
	w.must(err)
	if again != id {
		t.Errorf("the same request made %s and %s", id, again)
	}
	w.refused(w.engine.Apply(ctx, acme, id, "", w.work("x")), directory.Conflict)
	w.finish()
	p, err := w.engine.Proposal(ctx, acme, id[2:5]) // the beginning, without its "p-"
	w.must(err)
	if n := len(w.desk.reports); n != 1 {
		t.Errorf("%d messages about one plan", n)
	}
	w.refused(w.engine.Apply(ctx, acme, id, p.Hash+"0", w.work("x")), directory.Conflict)
	w.refused(w.engine.Apply(ctx, acme, "p-none", p.Hash, w.work("x")), directory.NotFound)
	older := w.propose("2")
	w.must(w.engine.Apply(ctx, acme, id, p.Hash, w.work("x")))
	w.must(w.engine.Apply(ctx, acme, id, p.Hash, w.work("x"))) // delivered again
	other := w.work("y")
	other.By = deputy.Text()
	w.refused(w.engine.Apply(ctx, acme, id, p.Hash, other), directory.Conflict)
	elsewhere := w.group()
	elsewhere.External = "g2"
	w.refused(w.engine.PutGroup(ctx, acme, elsewhere, "boss"), directory.Conflict)
	w.finish()
	w.refused(w.engine.Apply(ctx, acme, id, p.Hash, w.work("z")), directory.Conflict)
	w.apply(older) // it is the newer of the two
	p = w.propose("3")
	g, err := w.engine.group(ctx, acme, staff)
	w.must(err)
	g.Priority = 7
	w.must(w.engine.PutGroup(ctx, acme, g, "boss"))
	w.refused(w.engine.Apply(ctx, acme, p.ID, p.Hash, w.work("z")), directory.Conflict)
	if n := w.desk.count("alpha-rosa"); n != 1 {
		t.Errorf("rosa was asked %d times", n)
	}
}

func TestANewerPlanThatWasAppliedEndsTheOlderOnes(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	w.person("rosa")
	w.settle()
	older := w.propose("1")
	w.at = w.at.Add(time.Minute)
	w.apply(w.propose("2"))
	w.refused(w.engine.Apply(t.Context(), acme, older.ID, older.Hash, w.work("x")), directory.Conflict)
}

func TestTenPlansAreKept(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	w.person("rosa")
	w.settle()
	first := w.propose("first")
	for i := range 11 {
		w.at = w.at.Add(time.Minute)
		w.propose(string(rune('a' + i)))
	}
	proposals, err := w.store.Proposals(t.Context(), acme)
	w.must(err)
	if len(proposals) != 10 {
		t.Errorf("%d plans are kept", len(proposals))
	}
	_, err = w.engine.Proposal(t.Context(), acme, first.ID)
	w.refused(err, directory.NotFound)
}

// A change of what is decided makes drafts, and one of when or of a name doesn't.
func TestWhatMakesADraft(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(context.Context, *world) error
		want   bool
	}{
		{"a name", func(ctx context.Context, w *world) error {
			g, _ := w.engine.group(ctx, acme, staff)
			g.Name = "Everybody"
			return w.engine.PutGroup(ctx, acme, g, "boss")
		}, false},
		{"a priority", func(ctx context.Context, w *world) error {
			g, _ := w.engine.group(ctx, acme, staff)
			g.Priority++
			return w.engine.PutGroup(ctx, acme, g, "boss")
		}, true},
		{"what leaving it does", func(ctx context.Context, w *world) error {
			g, _ := w.engine.group(ctx, acme, staff)
			g.Removal = directory.RemovalUnsync
			return w.engine.PutGroup(ctx, acme, g, "boss")
		}, true},
		{"quiet hours", func(ctx context.Context, w *world) error {
			return w.engine.PutSettings(ctx, acme, directory.Settings{QuietFrom: 18, QuietTo: 8}, "boss")
		}, false},
		{"what leaving does", func(ctx context.Context, w *world) error {
			return w.engine.PutSettings(ctx, acme, directory.Settings{Removal: directory.RemovalDelete}, "boss")
		}, true},
		{"stand-ins", func(ctx context.Context, w *world) error {
			return w.engine.PutSettings(ctx, acme, directory.Settings{
				StandIns: map[directory.Platform][]directory.StandInKind{beta: nil},
			}, "boss")
		}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.settle()
			w.must(test.change(t.Context(), w))
			g, err := w.engine.group(t.Context(), acme, staff)
			w.must(err)
			if g.Draft != test.want {
				t.Errorf("draft: %v", g.Draft)
			}
			tenant, err := w.store.Tenant(t.Context(), acme)
			w.must(err)
			if !tenant.Settings.On {
				t.Error("it was switched off along the way")
			}
		})
	}
}

func TestSettingsAndGroupsThatCanNotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	for _, s := range []directory.Settings{
		{Removal: "burn"}, {Grace: -1}, {QuietFrom: 24}, {QuietTo: -1}, {Zone: "Mars/Olympus"}, {PerHour: -1}, {ReadEvery: -1},
		{QuietDays: []time.Weekday{0, 1, 2, 3, 4, 5, 6, 6}},
	} {
		w.refused(w.engine.PutSettings(ctx, acme, s, "boss"), directory.Invalid)
	}
	for _, g := range []directory.Group{
		{}, {ID: "x", Primary: alpha, Secondary: beta}, {ID: "x", Directory: "hr", External: "g", Primary: alpha},
		{ID: "x", Directory: "hr", External: "g", Primary: alpha, Secondary: alpha},
		{ID: "x", Directory: "hr", External: "g", Primary: alpha, Secondary: beta, Removal: "burn"},
	} {
		w.refused(w.engine.PutGroup(ctx, acme, g, "boss"), directory.Invalid)
	}
	w.refused(w.engine.RetireGroup(ctx, acme, "nowhere", "boss"), directory.NotFound)
	w.refused(w.engine.Pause(ctx, acme, "nowhere", true, "boss"), directory.NotFound)
	w.refused(w.engine.Run(ctx, acme, "nowhere"), directory.NotFound)
	_, err := w.engine.Propose(ctx, acme, Work{ID: "1", Group: "nowhere"})
	w.refused(err, directory.NotFound)
}

// A draft takes nobody from the group that decides for them, however it is ranked.
func TestADraftTakesNobodyOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.wantAsked("rosa")
	w.dir.Group(acme, "g2")
	w.dir.Join(acme, "g2", "rosa")
	w.must(w.engine.PutGroup(t.Context(), acme, directory.Group{
		ID: "other", Directory: "hr", External: "g2", Primary: beta, Secondary: alpha, Priority: -1,
	}, "boss"))
	w.pass(24 * time.Hour)
	if l := w.link("rosa"); l.Group != staff || l.State != directory.Asking {
		t.Errorf("%s decides, %s", l.Group, l.State)
	}
}

// Who is no longer listed, in a draft or during a pause, is in the plan, and leaves when it is applied.
func TestWhoLeftADraftIsInThePlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross", "zoe")
	w.settle()
	w.pair("rosa")
	g, err := w.engine.group(t.Context(), acme, staff)
	w.must(err)
	g.Priority = 3
	w.must(w.engine.PutGroup(t.Context(), acme, g, "boss"))
	w.dir.Leave(acme, "g1", "rosa")
	w.pass(26 * time.Hour)
	w.wantState("rosa", directory.Linked)
	p := w.propose("1")
	if got := w.lines(p)["rosa"].Intent; got != directory.IntentSuspend {
		t.Fatalf("rosa: %s", got)
	}
	w.apply(p)
	w.pass(time.Hour)
	w.wantState("rosa", directory.Suspended)
	if d := w.lines(p)["rosa"].Drift; d != "" {
		t.Errorf("rosa was left out: %s", d)
	}
}

// A group that is set to another one of the directory: the plan waits for that one's listing, in which the
// old people are absent.
func TestAGroupThatIsSetToAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.pair("rosa")
	w.dir.Group(acme, "g2")
	for _, name := range []string{"zoe", "ross"} {
		w.person(name)
		w.dir.Leave(acme, "g1", name)
		w.dir.Join(acme, "g2", name)
	}
	g, err := w.engine.group(t.Context(), acme, staff)
	w.must(err)
	g.External = "g2"
	w.must(w.engine.PutGroup(t.Context(), acme, g, "boss"))
	w.dir.Fault = func(directorytest.Call) directorytest.FaultKind { return directorytest.FaultUnavailable }
	if p := w.propose("0"); p.State != directory.ProposalFailed {
		t.Errorf("what is known of the old group made a plan of the new one: %+v", p)
	}
	w.dir.Fault = nil
	p := w.propose("1")
	w.wantIntents(p, map[string]directory.Intent{"rosa": directory.IntentSuspend, "ross": directory.IntentWait, "zoe": directory.IntentAsk})
	w.apply(p)
	w.pass(time.Hour)
	w.wantState("rosa", directory.Suspended)
	w.wantState("zoe", directory.Asking)
	w.wantState("ross", directory.Asking)
}

// A plan comes to an end even if a platform is down: who can't be looked up waits, with the reason.
func TestAPlanEndsThoughAPlatformIsDown(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	w.desk.lookErr = directory.Errorf(directory.Unavailable, "down")
	w.person("rosa")
	began := w.at
	p := w.propose("1")
	if p.State != directory.ProposalReady || w.at.Sub(began) > 10*time.Minute {
		t.Fatalf("after %v: %+v", w.at.Sub(began), p)
	}
	w.wantIntents(p, map[string]directory.Intent{"rosa": directory.IntentWait})
	w.desk.lookErr = nil
	w.pass(time.Hour)
	p = w.apply(p)
	if w.lines(p)["rosa"].Drift == "" {
		t.Error("rosa was to wait, and is asked")
	}
	w.wantAsked()
}

func TestAPlanOfAGroupThatCanNotBeReadFails(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	w.person("rosa")
	w.dir.Fault = func(directorytest.Call) directorytest.FaultKind { return directorytest.FaultUnavailable }
	p := w.propose("1")
	if p.State != directory.ProposalFailed || p.Why == "" {
		t.Fatalf("the plan: %+v", p)
	}
	w.refused(w.engine.Apply(t.Context(), acme, p.ID, p.Hash, w.work("x")), directory.Conflict)
}

// The process dies before and after every commit: the plan has the same lines, and its apply asks the
// same people, once.
func TestAPlanIsAppliedWhereverTheProcessDies(t *testing.T) {
	t.Parallel()
	points := 0
	for alive := false; !alive; points++ {
		w := newDraft(t)
		w.person("rosa", "ross", "zoe")
		w.settle()
		left := points
		w.store = &moments{w.store, func() {
			if left--; left == -1 {
				panic(killed{})
			}
		}}
		w.engine = w.newEngine()
		var id string
		w.survive(func() {
			var err error
			id, err = w.engine.Propose(t.Context(), acme, w.work("1"))
			w.must(err)
		})
		w.survive(w.finish)
		p, err := w.engine.Proposal(t.Context(), acme, id)
		w.must(err)
		w.wantIntents(p, map[string]directory.Intent{"rosa": directory.IntentAsk, "ross": directory.IntentAsk, "zoe": directory.IntentAsk})
		w.dir.Leave(acme, "g1", "zoe")
		w.survive(w.hear)
		w.survive(func() {
			err := w.engine.Apply(t.Context(), acme, id, p.Hash, w.work("x"))
			if !directory.Is(err, directory.Conflict) {
				w.must(err)
			}
		})
		w.survive(w.finish)
		w.at = w.at.Add(10 * time.Minute)
		w.survive(w.settle)
		w.wantAsked("rosa", "ross")
		for _, user := range []string{"alpha-rosa", "alpha-ross"} {
			if n := w.desk.count(user); n != 1 {
				t.Fatalf("moment %d: %s was asked %d times", points, user, n)
			}
		}
		if p, _ = w.engine.Proposal(t.Context(), acme, id); p.State != directory.ProposalApplied || w.lines(p)["zoe"].Drift == "" {
			t.Fatalf("moment %d: %+v", points, p)
		}
		for _, r := range w.desk.reports {
			if last := r.shown[len(r.shown)-1]; !last.Over {
				t.Fatalf("moment %d: a message doesn't say the end", points)
			}
		}
		if n := len(w.desk.reports); n != 2 {
			t.Fatalf("moment %d: %d messages", points, n)
		}
		alive = left >= 0
	}
	if points < 40 {
		t.Errorf("only %d moments", points)
	}
}
