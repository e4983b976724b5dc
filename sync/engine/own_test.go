package engine

import (
	"context"
	"slices"
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

func on(p directory.Platform) directory.Installation {
	return directory.Installation{Tenant: acme, Platform: p, Workspace: "w", Generation: 1}
}

// says has the owner of an account do something to their own links.
func (w *world) says(id directory.AccountID, what func(*Engine, context.Context, directory.Installation, directory.AccountID) (int, error), want int) {
	w.t.Helper()
	n, err := what(w.engine, w.t.Context(), on(id.Platform), id)
	w.must(err)
	if n != want {
		w.t.Fatalf("%s changed %d links, want %d", id.User, n, want)
	}
	w.settle()
}

var (
	rosaA = account(alpha, "rosa")
	rosaB = account(beta, "rosa")
)

// rosaLinked is a world in which rosa's accounts are linked.
func rosaLinked(t *testing.T) *world {
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.pair("rosa")
	return w
}

func TestEitherAccountUndoesTheLink(t *testing.T) {
	t.Parallel()
	for _, by := range []directory.AccountID{rosaA, rosaB} {
		t.Run(by.User, func(t *testing.T) {
			t.Parallel()
			w := rosaLinked(t)
			w.says(by, (*Engine).Unsync, 1)
			w.wantState("rosa", directory.Unlinked)
			w.wantFace(rosaA.User, directory.FaceUnlinked)
			w.wantFace(rosaB.User, directory.FaceUnlinked)
			w.says(by, (*Engine).Unsync, 0)

			// It stays so, whatever the directory and the platforms say.
			n := len(w.desk.messages)
			w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "Rosa L.", Email: address("rosa.l"), Active: true})
			w.account(beta, "rosa", func(acc *directory.Account) { acc.Name = "Rosa L." })
			w.must(w.engine.Observe(t.Context(), on(beta), w.desk.accounts[rosaB]))
			w.hear()
			w.pass(100 * time.Hour)
			w.wantState("rosa", directory.Unlinked)
			w.dir.Leave(acme, "g1", "rosa")
			w.hear()
			w.wantState("rosa", directory.Suspended)
			w.dir.Join(acme, "g1", "rosa")
			w.hear()
			w.wantState("rosa", directory.Unlinked)
			if len(w.desk.messages) != n {
				t.Errorf("%d messages came of it", len(w.desk.messages)-n)
			}
			w.wantFace(rosaA.User, directory.FaceUnlinked)
		})
	}
}

// Who undid it is asked again as soon as they want it, even at night, and both sides prove it again.
func TestWhatWasUndoneBeginsAnewWhenItIsWanted(t *testing.T) {
	t.Parallel()
	for _, by := range []directory.AccountID{rosaA, rosaB} {
		t.Run(by.User, func(t *testing.T) {
			t.Parallel()
			w := rosaLinked(t)
			w.configure(func(s *directory.Settings) { s.QuietFrom, s.QuietTo = 18, 8 })
			w.says(rosaA, (*Engine).Unsync, 1)
			w.at = w.at.Add(14 * time.Hour)
			w.says(by, (*Engine).Sync, 1)
			if m := w.desk.last(t, rosaA.User); m.notice.Face != directory.FaceAsk || m.notice.Wave != 1 || w.at.Sub(m.posted) > time.Minute {
				t.Fatalf("the card is %s of wave %d, posted %v", m.notice.Face, m.notice.Wave, m.posted)
			}
			w.says(by, (*Engine).Sync, 0)
			w.pair("rosa")
		})
	}
}

func TestWhoAsksForItIsNotAskedMoreThanMannersAllow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.says(rosaA, (*Engine).Sync, 0)
	w.press(rosaA.User, directory.VerbLater, "")
	w.says(rosaA, (*Engine).Sync, 0)
	w.says(rosaB, (*Engine).Sync, 0)
	w.configure(func(s *directory.Settings) { s.QuietFrom, s.QuietTo = 0, 23 })
	w.pass(73 * time.Hour)
	if n := w.desk.count(rosaA.User); n != 1 {
		t.Fatalf("%d prompts at night", n)
	}
	w.says(rosaA, (*Engine).Sync, 1) // only the night was in the way
	if n := w.desk.count(rosaA.User); n != 2 {
		t.Errorf("%d prompts, want the second wave", n)
	}
}

func TestWhoNeverAnsweredIsAskedAgainWhenTheyWantIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.pass(20 * 24 * time.Hour)
	w.wantState("rosa", directory.Unanswered)
	w.says(rosaB, (*Engine).Sync, 1) // whose account it is may not have rosa asked a fourth time
	w.wantState("rosa", directory.Unanswered)
	if n := w.desk.count(rosaA.User); n != 3 {
		t.Fatalf("%d prompts", n)
	}
	w.says(rosaA, (*Engine).Sync, 1)
	w.wantState("rosa", directory.Asking)
	if l := w.link("rosa"); l.Waves != 1 {
		t.Errorf("wave %d", l.Waves)
	}
}

// A "no" is lifted by whoever said it, and by nobody else.
func TestOnlyWhoSaidNoTakesItBack(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		say        func(*world)
		who, other directory.AccountID
	}{
		{"not me, where asked", func(w *world) { w.press(rosaA.User, directory.VerbNotMe, "") }, rosaA, rosaB},
		{"not me, where it is proved", func(w *world) {
			w.press(rosaA.User, directory.VerbSync, "")
			w.press(rosaB.User, directory.VerbNotMe, "")
		}, rosaB, rosaA},
		{"not me, written where asked", func(w *world) { w.says(rosaA, (*Engine).NotMe, 1) }, rosaA, rosaB},
		{"not me, written by the other", func(w *world) { w.says(rosaB, (*Engine).NotMe, 1) }, rosaB, rosaA},
		{"stop, where asked", func(w *world) { w.press(rosaA.User, directory.VerbStop, "") }, rosaA, rosaB},
		{"stop, written where asked", func(w *world) { w.says(rosaA, (*Engine).Stop, 1) }, rosaA, rosaB},
		{"stop, written by the other", func(w *world) { w.says(rosaB, (*Engine).Stop, 1) }, rosaB, rosaA},
		{"stop, while it is proved", func(w *world) {
			w.press(rosaA.User, directory.VerbSync, "")
			w.says(rosaB, (*Engine).Stop, 1)
		}, rosaB, rosaA},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.person("rosa")
			w.settle()
			test.say(w)
			state := w.link("rosa").State
			if state != directory.Declined && state != directory.Stopped {
				t.Fatalf("the link is %s", state)
			}
			for _, m := range w.desk.messages {
				if m.notice.Face.Asks() {
					t.Errorf("the card of %s still asks: %s", m.to.User, m.notice.Face)
				}
			}
			n := len(w.desk.messages)
			w.says(test.other, (*Engine).Sync, 0)
			w.pass(100 * time.Hour)
			w.wantState("rosa", state)
			if len(w.desk.messages) != n {
				t.Fatal("somebody was asked after a no")
			}
			w.says(test.who, (*Engine).Sync, 1)
			w.pass(80 * time.Hour)
			w.wantState("rosa", directory.Asking)
		})
	}
}

// "Not me" after the two were linked: it ends at once, and the two and the admins are told, once.
func TestNotMeAfterALink(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		by   directory.AccountID
		then func(*world)
		want directory.State
	}{
		{"by the one who was asked", rosaA, func(*world) {}, directory.Declined},
		{"by the one who proved it", rosaB, func(*world) {}, directory.Declined},
		{"after it was undone", rosaB, func(w *world) { w.says(rosaA, (*Engine).Unsync, 1) }, directory.Declined},
		{"while the person is away", rosaB, func(w *world) {
			w.dir.Leave(acme, "g1", "rosa")
			w.hear()
			w.wantState("rosa", directory.Suspended)
		}, directory.Suspended},
		{"while the tenant is off", rosaA, func(w *world) { w.configure(func(s *directory.Settings) { s.On = false }) }, directory.Declined},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := rosaLinked(t)
			admin := account(alpha, "admin")
			w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: admin}))
			test.then(w)
			n, err := w.engine.NotMe(t.Context(), on(test.by.Platform), test.by)
			w.must(err)
			if n != 1 {
				t.Fatalf("%d links", n)
			}
			if again, err := w.engine.NotMe(t.Context(), on(test.by.Platform), test.by); err != nil || again != 0 {
				t.Errorf("again: %d, %v", again, err)
			}
			l := w.link("rosa")
			if l.State != test.want || !l.IsBarred(rosaB, w.at.Add(179*24*time.Hour)) {
				t.Errorf("%s, barred %v", l.State, l.Barred)
			}
			jobs := w.jobs()
			if len(jobs) != 1 || jobs[0].Kind != directory.JobTell || jobs[0].Subject != directory.TellNotMe || jobs[0].Link != l.Key || jobs[0].By != test.by.Text() {
				t.Fatalf("jobs: %+v", jobs)
			}
			if tell := jobs[0].Tell; len(tell) != 3 || !slices.Contains(tell, rosaA) || !slices.Contains(tell, rosaB) || !slices.Contains(tell, admin) {
				t.Errorf("told are %v", tell)
			}
			if test.want != directory.Suspended {
				return
			}
			w.dir.Join(acme, "g1", "rosa")
			w.hear()
			w.wantState("rosa", directory.Declined)
			w.wantFace(rosaB.User, directory.FaceDeclined)
		})
	}
}

// Who was never written to about a link is not told that somebody said no to it.
func TestNotMeTellsNobodyWhoKnowsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	if _, err := w.engine.NotMe(t.Context(), on(alpha), rosaA); err != nil {
		t.Fatal(err)
	}
	if jobs := w.jobs(); len(jobs) != 1 || len(jobs[0].Tell) != 1 || jobs[0].Tell[0] != rosaA {
		t.Errorf("jobs: %+v", jobs)
	}
}

// What was said is told once, and also where the process died, or the store failed, before it could be.
func TestNotMeIsToldOnce(t *testing.T) {
	t.Parallel()
	w := rosaLinked(t)
	fails := &mute{Store: w.store, fails: true}
	w.engine.Store = fails
	if _, err := w.engine.NotMe(t.Context(), on(alpha), rosaA); !directory.Is(err, directory.Unavailable) {
		t.Fatalf("got %v", err)
	}
	w.wantState("rosa", directory.Declined)
	fails.fails = false
	for range 3 { // as the platform delivers it again
		w.says(rosaA, (*Engine).NotMe, 0)
	}
	if n := len(w.desk.reports); n != 2 {
		t.Errorf("told %d times, want each of the two once", n)
	}
}

// Only admins are told as admins are, and the one who said it isn't, although the link has forgotten them.
func TestNotMeIsToldToAdminsAsToAdmins(t *testing.T) {
	t.Parallel()
	w := rosaLinked(t)
	admin := account(alpha, "admin")
	w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: admin}))
	w.says(rosaA, (*Engine).NotMe, 1)
	w.settle()
	if len(w.desk.reports) != 3 {
		t.Fatalf("told %d, want both accounts and the admin", len(w.desk.reports))
	}
	for _, r := range w.desk.reports {
		if got := r.shown[0].Admin; got != (r.to == admin) {
			t.Errorf("%s was told as an admin: %v", r.to.Text(), got)
		}
	}
}

// mute is a store that can't take readings, for a while.
type mute struct {
	directory.Store
	fails bool
}

func (m *mute) PutReading(ctx context.Context, tenant directory.TenantID, r directory.Reading) error {
	if m.fails {
		return directory.Errorf(directory.Unavailable, "down")
	}
	return m.Store.PutReading(ctx, tenant, r)
}

// jobs are those that tell of something.
func (w *world) jobs() []directory.Job {
	w.t.Helper()
	readings, err := w.store.Readings(w.t.Context(), acme)
	w.must(err)
	var jobs []directory.Job
	for _, r := range readings {
		if r.Job != nil && r.Job.Kind == directory.JobTell {
			jobs = append(jobs, *r.Job)
		}
	}
	return jobs
}

func TestWhatIsUndoneWhileThePersonIsAwayStaysUndone(t *testing.T) {
	t.Parallel()
	w := rosaLinked(t)
	w.dir.Leave(acme, "g1", "rosa")
	w.hear()
	w.says(rosaB, (*Engine).Unsync, 1)
	w.says(rosaB, (*Engine).Unsync, 0)
	w.wantState("rosa", directory.Suspended)
	w.dir.Join(acme, "g1", "rosa")
	w.hear()
	w.wantState("rosa", directory.Unlinked)
	w.wantFace(rosaA.User, directory.FaceUnlinked)
}

// While a tenant is off a "no" counts, and nothing begins.
func TestWhileOffANoCounts(t *testing.T) {
	t.Parallel()
	w := rosaLinked(t)
	w.configure(func(s *directory.Settings) { s.On = false })
	w.says(rosaA, (*Engine).Unsync, 1)
	w.wantState("rosa", directory.Unlinked)
	w.says(rosaA, (*Engine).Sync, 0)
	w.says(rosaA, (*Engine).Stop, 0)
	if stopped, err := w.store.Suppressed(t.Context(), acme, rosaA); err != nil || !stopped {
		t.Errorf("stopped: %v, %v", stopped, err)
	}
}

// Nobody has the owner of another account asked for the proof time and again.
func TestTheOtherAccountIsNotPestered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	for range 5 {
		w.press(rosaA.User, directory.VerbSync, "")
		w.says(rosaA, (*Engine).Stop, 1)
		w.says(rosaA, (*Engine).Sync, 1)
		w.pass(time.Hour)
	}
	if n := w.desk.count(rosaB.User); n != 1 {
		t.Errorf("asked for the proof %d times within hours", n)
	}
	w.pass(plan.WaveGap)
	w.wantState("rosa", directory.Asking)
}

func TestNobodyFromElsewhereDoesAnything(t *testing.T) {
	t.Parallel()
	w := rosaLinked(t)
	stranger := rosaA
	stranger.Workspace = "elsewhere"
	for _, what := range []func(*Engine, context.Context, directory.Installation, directory.AccountID) (int, error){(*Engine).Sync, (*Engine).Unsync, (*Engine).NotMe, (*Engine).Stop} {
		if n, err := what(w.engine, t.Context(), on(alpha), stranger); err != nil || n != 0 {
			t.Errorf("%d, %v", n, err)
		}
		w.says(account(alpha, "nobody"), what, 0)
	}
	w.wantState("rosa", directory.Linked)
}

// Their group turns to the other platform after somebody said no: it is the owner of the account there who
// would be asked now, and nobody else's word has them asked at once, or at night.
func TestWhoWasAskedBeforeTheGroupTurned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.settle()
	w.says(rosaA, (*Engine).NotMe, 1)
	w.putGroup(func(g *directory.Group) { g.Primary, g.Secondary = beta, alpha })
	w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "Rosa L.", Email: address("rosa"), Active: true})
	w.hear()
	w.configure(func(s *directory.Settings) { s.QuietFrom, s.QuietTo = 18, 8 })
	w.says(rosaA, (*Engine).Sync, 1)
	w.wantState("rosa", directory.Matched)
	if l := w.link("rosa"); l.Account != rosaB || l.Waves != 1 || plan.Invited(l, w.at) {
		t.Fatalf("%s is asked, wave %d, invited %v", l.Account.User, l.Waves, l.Invited)
	}
	w.pass(plan.WaveGap - time.Hour)
	if n := w.desk.count(rosaB.User); n != 0 {
		t.Fatalf("asked %d times within three days", n)
	}
	w.pass(25 * time.Hour)
	w.wantState("rosa", directory.Asking)
}

// Whoever was asked on the other platform, since their own doesn't deliver, takes their no back there, and
// is asked there again at once.
func TestWhoWasAskedElsewhereTakesTheirNoBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa")
	w.blocks(directory.Blocked, rosaA)
	w.settle()
	w.says(rosaB, (*Engine).NotMe, 1)
	w.at = w.at.Add(time.Hour)
	w.says(rosaB, (*Engine).Sync, 1)
	w.wantState("rosa", directory.Asking)
	if l := w.link("rosa"); l.Ask.To != rosaB || l.Waves != 1 {
		t.Errorf("%s is asked, wave %d", l.Ask.To.User, l.Waves)
	}
}
