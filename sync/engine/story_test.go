package engine

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

func (w *world) people(name Name) []directory.Story {
	w.t.Helper()
	stories, err := w.engine.People(w.t.Context(), acme, name)
	w.must(err)
	return stories
}

// why is the one link of the one person with an address.
func (w *world) why(name string) directory.LinkStory {
	w.t.Helper()
	stories := w.people(Name{Address: address(name)})
	if len(stories) != 1 || len(stories[0].Links) != 1 {
		w.t.Fatalf("%d stories of %s: %+v", len(stories), name, stories)
	}
	return stories[0].Links[0]
}

// known puts the accounts of somebody into the snapshot, as a listing does.
func (w *world) known(names ...string) {
	w.t.Helper()
	var change directory.Change
	for _, name := range names {
		for _, p := range []directory.Platform{alpha, beta} {
			w.account(p, name)
			change.Accounts = append(change.Accounts, directory.SeenAccount{Account: w.desk.accounts[account(p, name)]})
		}
	}
	w.must(w.store.Commit(w.t.Context(), acme, change))
}

// What is told of a link in each state: what is in mind for it, what happens next, and when.
func TestAStoryOfEveryState(t *testing.T) {
	t.Parallel()
	type told struct {
		intent directory.Intent
		next   string
		when   time.Duration // from now; zero: no time is named
	}
	waits := told{directory.IntentWait, "because", plan.RetryEvery}
	want := map[directory.State]told{
		directory.New:         {directory.IntentWait, "both accounts are looked up: not looked at yet", 0},
		directory.Waiting:     waits,
		directory.Unmatched:   waits,
		directory.Held:        {directory.IntentDecide, "because", plan.RetryEvery},
		directory.Disputed:    {directory.IntentDecide, "because", plan.RetryEvery},
		directory.Exempt:      {directory.IntentNone, "because", plan.RetryEvery},
		directory.Represented: {directory.IntentNone, "because", plan.RetryEvery},
		directory.Searching:   {directory.IntentWait, "waits for another address", plan.AskFor},
		directory.Matched:     {directory.IntentAsk, "the person is asked: both accounts are known: wave 2", 0},
		directory.Asking:      {directory.IntentWait, "waits for an answer, or for the next wave", plan.WaveGap},
		directory.Choosing:    {directory.IntentWait, "waits for an answer, or for the next wave", plan.WaveGap},
		directory.Snoozed:     {directory.IntentWait, "waits for an answer, or for the next wave", plan.WaveGap},
		directory.Proving:     {directory.IntentWait, "waits for the proof from the other account", plan.ProveFor},
		directory.Confirming:  {directory.IntentWait, "both accounts are read again: both accounts said yes", 0},
		directory.Linked:      {directory.IntentNone, "linked", 0},
		directory.Declined:    {directory.IntentNone, "because", 0},
		directory.Stopped:     {directory.IntentNone, "because", 0},
		directory.Unanswered:  {directory.IntentNone, "because", 0},
		directory.Unreachable: {directory.IntentWait, "because", plan.UnreachableFor},
		directory.Unlinked:    {directory.IntentNone, "because", 0},
		directory.Suspended:   {directory.IntentNone, "suspended; comes back if the person does", plan.DefaultGrace},
		directory.Unsynced:    {directory.IntentNone, "because", 0},
	}
	for _, state := range everyState() {
		w := newWorld(t)
		w.known("rosa")
		w.inState("rosa", state, func(l *directory.Link) {
			l.Checked, l.Waves, l.Present = w.at, 1, state != directory.Suspended && state != directory.Unsynced
			out := directory.Prompt{Delivery: directory.Assumed, Tried: w.at}
			l.Ask, l.Proof = out, out
			l.Ask.Expires, l.Proof.Expires = w.at.Add(plan.AskFor), w.at.Add(plan.ProveFor)
			if state != directory.Matched {
				l.LastWave = w.at
			}
			if state == directory.Represented {
				l.StandIn = directory.StandIn{Kind: guest, Platform: beta, Account: account(beta, "guest"), Is: directory.Active, Marker: "m"}
				l.Counterpart = l.StandIn.Account
			}
		})
		got := w.why("rosa")
		expected, ok := want[state]
		if !ok {
			t.Errorf("nothing is said of %s", state)
			continue
		}
		when := time.Duration(0)
		if !got.When.IsZero() {
			when = got.When.Sub(w.at)
		}
		if (told{got.Intent, got.Next, when}) != expected {
			t.Errorf("%s: got %+v, want %+v", state, told{got.Intent, got.Next, when}, expected)
		}
		if len(got.Holds) != 0 {
			t.Errorf("%s: held by %q", state, got.Holds)
		}
	}
}

// Every step that can come next has words of its own.
func TestEveryStepHasWords(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../plan/next.go")
	if err != nil {
		t.Fatal(err)
	}
	actions := regexp.MustCompile(`(?m)^\t\w+ +Action = "([^"]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(actions) < 20 {
		t.Fatalf("found %d actions only", len(actions))
	}
	for _, action := range actions {
		said := words(plan.Step{Do: plan.Action(action[1]), Reason: "reason"})
		what, _ := strings.CutSuffix(said, ": reason")
		if alone := action[1] == string(plan.Wait) || action[1] == string(plan.Move); !alone && (what == "" || what == said) {
			t.Errorf("%s: %q", action[1], said)
		}
	}
}

func TestAPersonIsFoundByWhateverNamesThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.settle()
	w.pair("rosa")
	w.account(beta, "rosa", func(a *directory.Account) { a.Email = address("luna") }) // since they were linked
	w.observe(account(beta, "rosa"))
	for _, test := range []struct {
		name string
		by   Name
		want string
	}{
		{"the directory's address", Name{Address: address("rosa")}, "rosa"},
		{"an address that an account of theirs has", Name{Address: address("luna")}, "rosa"},
		{"the directory's id", Name{Member: directory.MemberID{Directory: "hr", ID: "rosa"}}, "rosa"},
		{"their own account", Name{Account: account(alpha, "rosa")}, "rosa"},
		{"the other account", Name{Account: account(beta, "rosa")}, "rosa"},
		{"an account that no link has yet", Name{Account: account(beta, "ross")}, "ross"},
		{"an address of nobody", Name{Address: address("zoe")}, ""},
		{"an id of nobody", Name{Member: directory.MemberID{Directory: "hr", ID: "zoe"}}, ""},
		{"an account of nobody", Name{Account: account(beta, "zoe")}, ""},
		{"nothing", Name{}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			stories := w.people(test.by)
			if test.want == "" {
				if len(stories) != 0 {
					t.Errorf("got %+v", stories)
				}
				return
			}
			if len(stories) != 1 || stories[0].Member.ID.ID != test.want || len(stories[0].Links) != 1 {
				t.Fatalf("got %+v", stories)
			}
			if g := stories[0].Groups; len(g) != 1 || g[0].Group != staff || g[0].Since.IsZero() {
				t.Errorf("in groups %+v", g)
			}
		})
	}
}

func TestAStoryTellsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.account(beta, "rosa-2", func(a *directory.Account) { a.Email, a.Kind = address("rosa"), directory.KindGuest })
	w.account(beta, "rosa-3", func(a *directory.Account) { a.Email, a.Unlicensed = address("rosa"), true })
	w.settle()
	l := w.why("rosa")
	if l.Account.Name != "rosa" || l.Account.ID != account(alpha, "rosa") || l.Counterpart.ID != account(beta, "rosa") {
		t.Errorf("the accounts are %+v and %+v", l.Account, l.Counterpart)
	}
	var seen []string
	for _, s := range l.Candidates {
		seen = append(seen, fmt.Sprintf("%s %v: %s", s.Account.ID.User, s.Usable, s.Why))
	}
	if got, want := strings.Join(seen, "\n"), strings.Join([]string{
		"alpha-rosa true: has the directory's address; is the one of this link",
		"beta-rosa true: has the directory's address; is the one of this link",
		"beta-rosa-2 false: has the directory's address; is a guest",
		"beta-rosa-3 false: has the directory's address; has no licence",
	}, "\n"); got != want {
		t.Errorf("the candidates are\n%s\nwant\n%s", got, want)
	}
	asked := 0
	for _, entry := range l.Trail {
		if entry.Event == "send" {
			asked++
		}
	}
	if asked != 1 || l.Trail[0].Event != "listed" {
		t.Errorf("the trail is %+v", l.Trail)
	}
	if len(l.Reach) == 0 || l.Reach[0].Account != account(alpha, "rosa") || l.Reach[0].State != directory.Reachable {
		t.Errorf("who can be reached: %+v", l.Reach)
	}
}

func TestASightingSaysWhatIsAgainstIt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		set  func(*world, *directory.Link)
		want string
	}{
		{"barred", func(w *world, l *directory.Link) { bar(l, w.at, account(beta, "rosa")) }, "isn't theirs, this person or an admin said"},
		{"a stand-in", func(_ *world, l *directory.Link) { l.StandIn.Account = account(beta, "rosa") }, "is what stands in for this person"},
		{"of another link", func(w *world, _ *directory.Link) {
			w.inState("ross", directory.Linked, func(o *directory.Link) { o.Counterpart = account(beta, "rosa") })
		}, `belongs to another person's link, which is "linked"`},
		{"not connected", func(w *world, _ *directory.Link) { w.disconnect(beta) }, "its platform is not connected"},
		{"decided for", func(_ *world, l *directory.Link) { l.Decided = account(beta, "rosa") }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.known("rosa")
			w.inState("rosa", directory.Unmatched, func(l *directory.Link) { test.set(w, l) })
			c := w.whyOf("rosa").Candidates
			got := c[len(c)-1]
			if got.Usable != (test.want == "") || !strings.Contains(got.Why, test.want) {
				t.Errorf("got %v, %q", got.Usable, got.Why)
			}
			if test.want == "" && got.Why != "is the one for which an admin decided" {
				t.Errorf("got %q", got.Why)
			}
		})
	}
}

// whyOf is why, by the directory's id.
func (w *world) whyOf(name string) directory.LinkStory {
	w.t.Helper()
	return w.people(Name{Member: directory.MemberID{Directory: "hr", ID: name}})[0].Links[0]
}

func TestWhatHoldsALink(t *testing.T) {
	t.Parallel()
	found := func(l *directory.Link) {
		l.State, l.Account, l.Counterpart = directory.Matched, account(alpha, "rosa"), account(beta, "rosa")
	}
	for _, test := range []struct {
		name string
		set  func(*world)
		link func(*directory.Link)
		want string
	}{
		{"off", func(w *world) { w.configure(func(s *directory.Settings) { s.On = false }) }, nil, "Rollcall is switched off"},
		{"paused", func(w *world) { w.putGroup(pause) }, nil, "the group staff is paused"},
		{"a draft", func(w *world) { w.putGroup(func(g *directory.Group) { g.Draft = true }) }, func(l *directory.Link) { l.Parked = true }, "the group staff is a draft"},
		{"parked", nil, func(l *directory.Link) { l.Parked = true }, "no plan that has this person was applied yet"},
		{"retired", func(w *world) { w.putGroup(func(g *directory.Group) { g.Retired = true }) }, nil, "the group staff is no longer configured"},
		{"exempted", nil, func(l *directory.Link) { l.Exempted = true }, "an admin exempted the person"},
		{"exempt", nil, func(l *directory.Link) { l.Member.Exempt = true }, "the directory marks the person exempt"},
		{"kept", nil, func(l *directory.Link) { l.Leaving.Refused = true }, "an admin refused to remove the person"},
		{"disconnected", func(w *world) { w.disconnect(beta) }, nil, "beta is not connected"},
		{"held", func(w *world) {
			w.must(w.store.Commit(t.Context(), acme, directory.Change{Batches: []directory.BatchChange{{Batch: directory.Batch{
				ID: "b-1", Group: staff, State: directory.BatchHeld, Members: []directory.MemberID{{Directory: "hr", ID: "rosa"}},
			}}}}))
		}, nil, "their removal waits in batch b-1 for an admin"},
		{"a rollout", func(w *world) { w.putGroup(func(g *directory.Group) { g.Rollout.Stage = directory.StagePilot }) }, found, `at its stage "pilot"`},
		{"asked elsewhere", func(w *world) {
			w.inState("again", directory.Asking, func(l *directory.Link) {
				l.Member.Email, l.LastWave, l.Ask.To = address("rosa"), w.at, account(beta, "rosa")
			})
		}, found, "is being asked on another platform"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.inState("rosa", directory.Unmatched, func(l *directory.Link) {
				if test.link != nil {
					test.link(l)
				}
			})
			if test.set != nil {
				test.set(w)
			}
			if got := w.whyOf("rosa").Holds; len(got) != 1 || !strings.Contains(got[0], test.want) {
				t.Errorf("held by %q, want %q", got, test.want)
			}
		})
	}
}

// A person sees their own account, and the other one only where both have said that they are the same.
func TestMineNamesNobodyElse(t *testing.T) {
	t.Parallel()
	proved := map[directory.State]bool{directory.Linked: true, directory.Unlinked: true, directory.Suspended: true}
	for _, state := range everyState() {
		w := newWorld(t)
		w.known("rosa")
		l := w.inState("rosa", state, func(l *directory.Link) {
			l.Account, l.Counterpart = account(alpha, "rosa"), account(beta, "rosa")
			l.Why, l.Evidence, l.Alias = "canary-why", "canary-evidence", address("canary")
			bar(l, w.at, account(beta, "canary"))
			l.Ask = directory.Prompt{To: l.Account, Nonce: "canary-nonce", Delivery: directory.Sent}
		})
		for _, side := range []directory.AccountID{l.Account, l.Counterpart} {
			story, err := w.engine.Mine(t.Context(), acme, side)
			w.must(err)
			if side == l.Counterpart && !proved[state] {
				if len(story.Links) != 0 {
					t.Errorf("%s: whoever is claimed is told of it: %+v", state, story.Links)
				}
				continue
			}
			if len(story.Links) != 1 || story.Links[0].Link.State != state {
				t.Fatalf("%s: %+v", state, story)
			}
			mine := story.Links[0]
			if mine.Account.Name != "rosa" || (mine.Counterpart.Name != "") != proved[state] {
				t.Errorf("%s: accounts %+v and %+v", state, mine.Account, mine.Counterpart)
			}
			record, err := directory.Encode(story)
			w.must(err)
			for _, hidden := range []string{"canary", "hr", "rosa@", address("rosa").Reveal()} {
				if strings.Contains(string(record), hidden) {
					t.Errorf("%s: %q is in %s", state, hidden, record)
				}
			}
			if mine.Account.Email.Reveal() != "r•••@acme.example" || mine.Account.Email.Masked() != "r•••@acme.example" {
				t.Errorf("%s: the address is %q", state, mine.Account.Email.Reveal())
			}
		}
	}
}

// A link that was suspended before both had said yes shows no other account either.
func TestMineOfALinkThatNeverWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known("rosa")
	l := w.inState("rosa", directory.Suspended, func(l *directory.Link) {
		l.Before, l.Account, l.Counterpart = directory.Asking, account(alpha, "rosa"), account(beta, "rosa")
	})
	story, err := w.engine.Mine(t.Context(), acme, l.Account)
	w.must(err)
	if len(story.Links) != 1 || story.Links[0].Counterpart.Name != "" {
		t.Errorf("got %+v", story.Links)
	}
}

func TestDisputesArePaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 5 {
		w.inState(fmt.Sprint("p", i), directory.Disputed)
		w.inState(fmt.Sprint("q", i), directory.Linked)
	}
	var got []string
	var after directory.LinkKey
	for {
		page, err := w.engine.Disputes(t.Context(), acme, after, 2)
		w.must(err)
		for _, l := range page {
			got = append(got, l.Link.Key.Member.ID)
			after = l.Link.Key
		}
		if len(page) < 2 {
			break
		}
	}
	if strings.Join(got, " ") != "p0 p1 p2 p3 p4" {
		t.Errorf("got %v", got)
	}
}
