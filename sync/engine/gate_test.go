package engine

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/sync/directory"
)

const gamma = directory.Platform("gamma")

// third adds a platform, and a group whose people are asked there about their alpha accounts.
func (w *world) third() {
	w.t.Helper()
	w.must(w.store.Install(w.t.Context(), on(gamma)))
	w.desk.answered[gamma] = make(map[directory.Address]time.Time)
	w.engine.Accounts[gamma] = w.desk
	w.dir.Group(acme, "g3")
	w.must(w.store.PutGroup(w.t.Context(), acme, directory.Group{
		ID: "third", Directory: "hr", External: "g3", Primary: gamma, Secondary: alpha, Added: w.at,
	}))
}

// A person in two groups, of two pairs of platforms, is asked on one platform, and a day later on the other.
func TestNobodyIsAskedOnTwoPlatformsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.third()
	w.person("rosa")
	w.account(gamma, "rosa")
	w.dir.Join(acme, "g3", "rosa")
	w.settle()
	n := w.desk.count("alpha-rosa") + w.desk.count("gamma-rosa")
	if n != 1 {
		t.Fatalf("%d prompts at once", n)
	}
	w.pass(23 * time.Hour)
	if n := w.desk.count("alpha-rosa") + w.desk.count("gamma-rosa"); n != 1 {
		t.Fatalf("%d prompts within a day", n)
	}
	w.pass(3 * time.Hour)
	if a, g := w.desk.count("alpha-rosa"), w.desk.count("gamma-rosa"); a != 1 || g != 1 {
		t.Errorf("%d prompts on one and %d on the other after a day", a, g)
	}
}

// prompts are the times of all prompts, in order.
func (w *world) prompts() []time.Time {
	var at []time.Time
	for _, m := range w.desk.messages {
		if m.notice.Face == directory.FaceAsk || len(m.faces) > 0 && m.faces[0] == directory.FaceAsk {
			at = append(at, m.posted)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	return at
}

// A tenant's people get no more prompts in an hour than its settings allow, also after a start.
func TestTheTenantsRate(t *testing.T) {
	t.Parallel()
	const most, people = 4, 18
	w := newWorld(t)
	w.configure(func(s *directory.Settings) { s.PerHour = most })
	for i := range people {
		w.person(fmt.Sprint("p", i))
	}
	w.settle()
	if n := len(w.prompts()); n != most {
		t.Fatalf("%d prompts at once, want %d", n, most)
	}
	for range 5 {
		w.at = w.at.Add(20 * time.Minute)
		w.engine = w.newEngine() // it was started anew
		w.settle()
	}
	w.pass(6 * time.Hour)
	at := w.prompts()
	if len(at) != people {
		t.Errorf("%d prompts after hours, want %d", len(at), people)
	}
	for i := most; i < len(at); i++ {
		if apart := at[i].Sub(at[i-most]); apart < time.Hour {
			t.Errorf("%d prompts within %v", most+1, apart)
		}
	}
	w.configure(func(s *directory.Settings) { s.PerHour = 0 })
	for i := range people {
		w.person(fmt.Sprint("q", i))
	}
	w.hear()
	w.at = w.at.Add(time.Minute)
	w.settle()
	if n := len(w.prompts()); n != 2*people {
		t.Errorf("%d prompts without a limit, want %d", n, 2*people)
	}
}

// stages puts the world's group into a stage, and people into the group.
func (w *world) stages(stage directory.Stage, people int) {
	w.t.Helper()
	w.putGroup(func(g *directory.Group) { g.Rollout = directory.Rollout{Stage: stage, Since: w.at} })
	for i := range people {
		w.person(fmt.Sprint("p", i))
	}
	w.hear()
	w.pass(2 * time.Hour)
}

func (w *world) group() directory.Group {
	w.t.Helper()
	groups, err := w.store.Groups(w.t.Context(), acme)
	w.must(err)
	return groups[0]
}

func (w *world) wantRollout(stage directory.Stage, asked int) {
	w.t.Helper()
	if got := w.group().Rollout.Stage; got != stage {
		w.t.Errorf("the stage is %q, want %q", got, stage)
	}
	if n := len(w.prompts()); n != asked {
		w.t.Errorf("%d people were asked, want %d", n, asked)
	}
}

// A stage asks its people, rests for a day, and the next opens by itself.
func TestARolloutGoesByStages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stages(directory.StagePilot, 60)
	w.wantRollout(directory.StagePilot, 10)
	w.pass(20 * time.Hour)
	w.wantRollout(directory.StagePilot, 10)
	w.pass(5 * time.Hour) // 5 % of sixty aren't more than the pilot: a quarter follows at once
	w.wantRollout(directory.StageQuarter, 15)
	w.pass(25 * time.Hour)
	w.wantRollout(directory.StageAll, 60)
}

// Who takes the place of somebody who has moved to another group is the last of the stage, which rests for a
// day from then on.
func TestAStageRestsFromItsLastPersonOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stages(directory.StagePilot, 60)
	w.pass(20 * time.Hour)
	moved := w.link(strings.TrimPrefix(w.desk.messages[0].to.User, "alpha-"))
	moved.Group = "another"
	w.must(w.store.Commit(t.Context(), acme, directory.Change{Links: []directory.LinkChange{{Link: moved, Version: moved.Version}}}))
	w.pass(3 * time.Hour) // the day after those ten is over, and there is a place
	w.wantRollout(directory.StagePilot, 11)
	w.pass(22 * time.Hour)
	w.wantRollout(directory.StagePilot, 11)
	w.pass(3 * time.Hour)
	w.wantRollout(directory.StageQuarter, 15)
}

// A stage rests for a day from when its people were reached, where their questions failed at first: also
// where nobody could say at once whether one arrived.
func TestAStageRestsFromWhomItReachedLate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		lost error // what the platform answers to the question that arrives
	}{
		{"it says so", nil},
		{"it is found", directory.Errorf(directory.Uncertain, "dropped")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			tries := make(map[directory.AccountID]int)
			up := w.at.Add(17 * time.Hour)
			w.desk.postErr = func(to directory.AccountID) (error, bool) {
				switch tries[to]++; {
				case len(tries) > 10: // of the next stage
					return nil, false
				case w.at.After(up):
					return test.lost, true
				}
				return directory.Errorf(directory.Unavailable, "down"), false
			}
			w.stages(directory.StagePilot, 60)
			w.wantRollout(directory.StagePilot, 0)
			w.pass(18 * time.Hour)
			w.wantRollout(directory.StagePilot, 10)
			w.pass(20 * time.Hour)
			w.wantRollout(directory.StagePilot, 10)
			w.pass(6 * time.Hour)
			w.wantRollout(directory.StageQuarter, 15)
		})
	}
}

// To whom nothing gets through keeps no stage from resting.
func TestAStageDoesntWaitForWhomNothingReaches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken := directory.AccountID{}
	w.desk.postErr = func(to directory.AccountID) (error, bool) {
		if broken.IsZero() {
			broken = to
		}
		if to == broken {
			return directory.Errorf(directory.Unavailable, "down"), false
		}
		return nil, false
	}
	w.stages(directory.StagePilot, 60)
	w.wantRollout(directory.StagePilot, 9)
	w.pass(26 * time.Hour)
	w.wantRollout(directory.StageQuarter, 14)
}

// Whom a stage asks is chance alone: not who is found first, and not where it is day.
func TestAStageAsksWhomTheLotNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.configure(func(s *directory.Settings) { s.QuietFrom, s.QuietTo = 18, 8 })
	w.putGroup(func(g *directory.Group) { g.Rollout.Stage = directory.StagePilot })
	name := func(i int) string { return fmt.Sprint("p", i) }
	zone := func(a *directory.Account) { a.Zone = "Pacific/Auckland" }
	for i := range 40 {
		if w.account(alpha, name(i)); i%2 == 0 {
			w.account(alpha, name(i), zone)
		}
		if i < 20 {
			w.account(beta, name(i))
		}
	}
	w.settle() // the accounts that there are so far are listed
	w.desk.lookErr = directory.Errorf(directory.Unavailable, "down")
	for i := range 40 {
		w.account(beta, name(i))
		w.member(name(i))
	}
	w.hear()
	w.at = w.at.Add(time.Minute)
	w.settle()
	w.desk.lookErr = nil
	w.pass(30 * time.Minute)
	var keys []directory.LinkKey
	for i := range 40 {
		keys = append(keys, w.link(name(i)).Key)
	}
	slices.SortFunc(keys, func(a, b directory.LinkKey) int { return cmp.Compare(a.Lot(), b.Lot()) })
	var want, got []string
	for _, key := range keys[:10] {
		want = append(want, "alpha-"+key.Member.ID)
	}
	w.pass(23 * time.Hour)
	for _, m := range w.desk.messages {
		got = append(got, m.to.User)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("asked were %v, want %v", got, want)
	}
}

func TestARolloutHalts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		say  func(w *world, user string)
		n    int
		want string
	}{
		{"declines", func(w *world, user string) { w.press(user, directory.VerbNotMe, "") }, 3, `3 of 10 people said "not me" or "stop": 30 %, of at most 20 %`},
		{"stops", func(w *world, user string) { w.press(user, directory.VerbStop, "") }, 4, `4 of 10 people said "not me" or "stop": 40 %, of at most 20 %`},
		{"as many declines as may", func(w *world, user string) { w.press(user, directory.VerbNotMe, "") }, 2, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: account(alpha, "admin")}))
			w.stages(directory.StagePilot, 100)
			for _, m := range w.desk.messages[:test.n] {
				test.say(w, m.to.User)
			}
			w.pass(30 * time.Hour)
			if got := w.group().Rollout.Halted; got != test.want {
				t.Fatalf("halted: %q, want %q", got, test.want)
			}
			told := len(w.desk.reports)
			if test.want == "" {
				w.wantRollout(directory.StageQuarter, 25)
				return
			}
			w.wantRollout(directory.StagePilot, 10)
			if told != 1 || w.desk.reports[0].shown[0].Job.Subject != directory.TellHalted || w.desk.reports[0].shown[0].Group.Rollout.Halted != test.want {
				t.Errorf("the admins were told %d times", told)
			}
			w.pass(60 * time.Hour)
			if len(w.desk.reports) != 1 {
				t.Errorf("told %d times", len(w.desk.reports))
			}
			// An admin lets it go on.
			w.must(w.engine.Rollout(t.Context(), acme, staff, directory.StageQuarter, "admin"))
			w.pass(time.Hour)
			if r := w.group().Rollout; r.Stage != directory.StageQuarter || r.Halted != "" {
				t.Errorf("by hand: %+v", r)
			}
			asked := 0
			for i := range 100 {
				if w.desk.count(fmt.Sprint("alpha-p", i)) > 0 {
					asked++
				}
			}
			if asked != 25 {
				t.Errorf("%d people were asked", asked)
			}
		})
	}
}

func TestARolloutHaltsForThoseWhoCantBeReached(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.desk.postErr = func(directory.AccountID) (error, bool) {
		return directory.Undelivered(directory.AppMissing, "no"), false
	}
	w.stages(directory.StagePilot, 30)
	w.pass(30 * time.Hour)
	if got := w.group().Rollout.Halted; got != "10 of 10 people can't be written to: 100 %, of at most 20 %" {
		t.Errorf("halted: %q", got)
	}
	w.wantRollout(directory.StagePilot, 0)
}

func TestARolloutByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.engine.Rollout(t.Context(), acme, "nobody", directory.StagePilot, "admin"); !directory.Is(err, directory.NotFound) {
		t.Errorf("of no group: %v", err)
	}
	if err := w.engine.Rollout(t.Context(), acme, staff, "half", "admin"); !directory.Is(err, directory.Invalid) {
		t.Errorf("of no stage: %v", err)
	}
	w.must(w.engine.Rollout(t.Context(), acme, staff, directory.StagePilot, "admin"))
	for i := range 20 {
		w.person(fmt.Sprint("p", i))
	}
	w.hear()
	w.pass(2 * time.Hour)
	w.wantRollout(directory.StagePilot, 10)
	w.must(w.engine.Rollout(t.Context(), acme, staff, directory.StageAll, "admin"))
	w.settle() // at once
	w.at = w.at.Add(time.Minute)
	w.settle()
	w.wantRollout(directory.StageAll, 20)
}

// Who asks for it themselves is asked, however full the stage of their group is.
func TestWhoAsksForItPassesAStage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stages(directory.StagePilot, 30)
	w.wantRollout(directory.StagePilot, 10)
	for i := range 30 {
		name := fmt.Sprint("p", i)
		if w.desk.count("alpha-"+name) > 0 {
			continue
		}
		n, err := w.engine.Sync(t.Context(), on(alpha), account(alpha, name))
		w.must(err)
		w.settle()
		if n != 1 || w.desk.count("alpha-"+name) != 1 {
			t.Errorf("%d links, %d prompts", n, w.desk.count("alpha-"+name))
		}
		break
	}
	w.pass(time.Hour)
	w.wantRollout(directory.StagePilot, 11)
}

// Many workers at once ask no one more than a stage, and the rate, have room for.
func TestTheGateIsExactWithManyWorkers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		stage directory.Stage
		rate  int
		want  int
	}{{"a stage", directory.StagePilot, 0, 10}, {"a rate", directory.StageAll, 7, 7}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.configure(func(s *directory.Settings) { s.QuietFrom, s.QuietTo, s.PerHour = 0, 23, test.rate })
			w.stages(test.stage, 80) // who are found, and wait for the evening
			w.configure(func(s *directory.Settings) { s.QuietFrom, s.QuietTo = 0, 0 })
			w.must(w.engine.WakeLinks(t.Context(), acme, "", false, "admin"))
			together := &together{Asker: w.desk, Reader: w.rand}
			w.engine.Asker, w.engine.Store = together, slow{w.store}
			for range 60 {
				w.at = w.at.Add(time.Second)
				var workers sync.WaitGroup
				for range 8 {
					workers.Go(func() {
						for range 20 {
							if _, err := w.engine.Step(t.Context(), w.at, together); err != nil {
								t.Error(err)
							}
						}
					})
				}
				workers.Wait()
			}
			w.wantRollout(test.stage, test.want)
		})
	}
}

// slow is a store that lets every other worker go first.
type slow struct{ directory.Store }

func (s slow) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	for range 200 {
		runtime.Gosched()
	}
	return s.Store.Commit(ctx, tenant, change)
}

// together is an Asker, and chance, that many workers use at once.
type together struct {
	Asker
	io.Reader
	mu sync.Mutex
}

func (b *together) Post(ctx context.Context, inst directory.Installation, to directory.AccountID, n directory.Notice, mark string) (directory.MessageRef, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Asker.Post(ctx, inst, to, n, mark)
}

func (b *together) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Reader.Read(p)
}
