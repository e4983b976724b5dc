package engine

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// trial is a random world between a plan and its apply. The platforms and the directory, which are fakes,
// keep the truth of what was done.
type trial struct {
	*world
	dice  *rand.Rand
	names []string
	moved map[string]string // what happened to whom after the plan
}

// newTrial is a draft with random people in it: with accounts on both platforms, on one, on none, disabled
// there, exempt, who asked not to be asked, with a stand-in to be made or another address to be asked for.
func newTrial(t *testing.T, seed uint64) *trial {
	t.Helper()
	r := &trial{world: newMaker(t, guest), dice: rand.New(rand.NewPCG(seed, 7)), moved: make(map[string]string)}
	r.putGroup(func(g *directory.Group) { g.Draft = true })
	if r.dice.IntN(2) == 0 {
		r.maker.kinds = nil
	}
	if r.dice.IntN(3) == 0 {
		r.configure(func(s *directory.Settings) { s.AskFirst = true })
	}
	for i := range 3 + r.dice.IntN(8) {
		r.born(fmt.Sprintf("p%02d", i))
	}
	r.finish()
	return r
}

func (r *trial) born(name string) {
	r.names = append(r.names, name)
	if kind := r.dice.IntN(8); kind != 0 {
		r.account(alpha, name)
	}
	switch r.dice.IntN(8) {
	case 0, 1: // none there
	case 2:
		r.account(beta, name, func(a *directory.Account) { a.Active = false })
	case 3: // two of them: they have to choose
		r.account(beta, name)
		second := r.desk.accounts[account(beta, name)]
		second.ID.User += "2"
		r.desk.accounts[second.ID] = second
	default:
		r.account(beta, name)
	}
	r.member(name)
	if r.dice.IntN(8) == 0 {
		r.must(r.store.Commit(r.t.Context(), acme, directory.Change{Suppress: []directory.AccountID{account(alpha, name)}}))
	}
}

// move has something happen to somebody, which Rollcall is told of.
func (r *trial) move() {
	name := r.names[r.dice.IntN(len(r.names))]
	id := account([]directory.Platform{alpha, beta}[r.dice.IntN(2)], name)
	what := "an account changes"
	switch r.dice.IntN(5) {
	case 0:
		r.dir.Leave(acme, "g1", name)
		what = "leaves"
	case 1:
		name = fmt.Sprintf("new%d", len(r.names))
		r.born(name)
		what = "is new"
	case 2:
		r.account(id.Platform, name, func(a *directory.Account) { a.Active = false })
		r.observe(id)
	case 3:
		r.account(id.Platform, name)
		r.observe(id)
	case 4:
		r.dir.Join(acme, "g1", name)
		what = "comes back"
	}
	if r.moved[name] != "leaves" || what == "comes back" {
		r.moved[name] = what
	}
}

// acted is what was done to whom, as their platforms saw it.
func (r *trial) acted() map[string]directory.Intent {
	out := make(map[string]directory.Intent)
	faces := map[directory.Face]directory.Intent{
		directory.FaceAsk: directory.IntentAsk, directory.FaceChoose: directory.IntentChoose, directory.FaceSearch: directory.IntentSearch,
	}
	for _, m := range r.desk.messages {
		intent, known := faces[m.faces[0]]
		name := m.to.User[len("alpha-"):]
		if _, twice := out[name]; twice || !known {
			r.t.Errorf("%s was written to: %v", name, m.faces)
		}
		out[name] = intent
	}
	for _, s := range r.maker.made {
		name := s.order.Member.ID.ID
		if was, twice := out[name]; twice {
			r.t.Errorf("%s got a stand-in, after %s", name, was)
		}
		out[name] = directory.IntentStandIn
	}
	return out
}

// An apply does to people exactly what the lines say that have not drifted, and nothing else; and nobody
// drifts to whom nothing happened.
func TestAnApplyIsExactlyItsPlan(t *testing.T) {
	t.Parallel()
	seen := make(map[string]int)
	for seed := range uint64(300) {
		r := newTrial(t, seed)
		p := r.propose("1")
		before := r.lines(p)
		if done := r.acted(); len(done) != 0 {
			t.Fatalf("seed %d: before the apply: %v", seed, done)
		}
		for range r.dice.IntN(5) {
			r.move()
		}
		heard := r.dice.IntN(4) != 0
		if heard {
			r.hear()
			r.pass(time.Duration(r.dice.IntN(3)) * time.Hour)
		}
		r.apply(p)
		r.pass(time.Hour)
		want := make(map[string]directory.Intent)
		for name, line := range r.lines(p) {
			if line.Drift == "" && line.Intent.Acts() {
				want[name] = line.Intent
			}
			if _, moved := r.moved[name]; line.Drift != "" && !moved {
				t.Errorf("seed %d: %s drifted, and nothing happened: %s", seed, name, line.Drift)
			}
			seen[string(line.Intent)]++
			if _, planned := before[name]; line.Drift != "" && planned {
				seen["drifted"]++
			} else if line.Drift != "" {
				seen["new since"]++
			}
		}
		got := r.acted()
		if !heard { // who left is found out after the apply, before they are asked or after it
			for name, what := range r.moved {
				if _, done := got[name]; what == "leaves" && !done {
					delete(want, name)
				}
			}
		}
		for name := range got { // whom the live group has found since
			if _, planned := before[name]; !planned && !heard && !r.link(name).Parked {
				delete(got, name)
			}
		}
		maps.DeleteFunc(want, func(_ string, i directory.Intent) bool {
			return i == directory.IntentSuspend || i == directory.IntentRestore
		})
		if !maps.Equal(got, want) {
			t.Errorf("seed %d: done %v, want %v; moved %v", seed, got, want, r.moved)
		}
		if t.Failed() {
			return
		}
	}
	for _, what := range []string{"ask", "choose", "search", "standin", "wait", "none", "drifted", "new since"} {
		if seen[what] < 20 {
			t.Errorf("%s happened %d times only: %v", what, seen[what], slices.Sorted(maps.Keys(seen)))
		}
	}
	t.Log(seen)
}
