package directorytest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/sync/directory"
)

// The cases above ask for one rule each. These mix all of them: random calls, the same ones to the
// store and to Memory, which has to say the same. A seed replays exactly.
var modelCases = []storeCase{
	{"seed 1", func(d *desk) { mixed(d, 1) }},
	{"seed 2", func(d *desk) { mixed(d, 2) }},
	{"seed 3", func(d *desk) { mixed(d, 3) }},
	{"seed 4", func(d *desk) { mixed(d, 4) }},
}

// calls is how many calls a seed makes.
const calls = 400

func mixed(d *desk, seed uint64) {
	g := &gambler{Rand: rand.New(rand.NewPCG(seed, seed)), now: start}
	model := NewMemory()
	for i := range calls {
		g.now = g.now.Add(time.Duration(g.IntN(90)) * time.Second)
		name, ask := g.call(d)
		got, gotErr := ask(d.Store)
		want, wantErr := ask(model)
		what := fmt.Sprintf("call %d, %s", i, name)
		if verdict(gotErr) != verdict(wantErr) {
			d.t.Fatalf("%s: got %v, want %v", what, gotErr, wantErr)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(directory.Address{}), cmpopts.EquateEmpty(), ownNumbers); diff != "" {
			d.t.Fatalf("%s: got %v, want %v\ndifference (-want +got):\n%s", what, got, want, diff)
		}
	}
}

// verdict is what became of a call. A change that is refused for several reasons is refused for
// any one of them.
func verdict(err error) string {
	switch code := directory.CodeOf(err); {
	case err == nil:
		return "done"
	case code == directory.Conflict || code == directory.Fenced || code == directory.Taken:
		return "refused"
	default:
		return code.String()
	}
}

// ownNumbers are what a store chooses: where the versions of readings begin, and the numbers of the
// trail.
var ownNumbers = cmp.FilterPath(func(p cmp.Path) bool {
	field, owner := p.Last().String(), p.Index(-2).Type()
	return field == ".Version" && owner == reflect.TypeFor[directory.Reading]() || field == ".Seq" && owner == reflect.TypeFor[directory.Entry]()
}, cmp.Ignore())

// gambler makes up calls.
type gambler struct {
	*rand.Rand
	now time.Time
}

// call is one call to a store.
type call func(directory.Store) (any, error)

// of picks one of several.
func of[T any](g *gambler, choices ...T) T { return choices[g.IntN(len(choices))] }

// often is true one time in n.
func (g *gambler) often(n int) bool { return g.IntN(n) == 0 }

func (g *gambler) moment() time.Time {
	if g.often(6) {
		return time.Time{}
	}
	return g.now.Add(time.Duration(g.IntN(600)-200) * time.Second)
}

func (g *gambler) key() directory.LinkKey {
	key := keyOf(of(g, "a", "b/c", "ж", "d", "e"))
	if g.often(3) {
		key.Pair = directory.PairOf(slack, teams)
	}
	return key
}

func (g *gambler) account() directory.AccountID {
	return of(g, onSlack("1"), onSlack("2"), onSlack("3"), onWebex("1"), onWebex("2"), directory.AccountID{})
}

func (g *gambler) group() directory.GroupID { return of[directory.GroupID](g, "staff", "guests") }

func (g *gambler) email() directory.Address {
	return of(g, mail("a@acme.example"), mail("b@acme.example"), directory.Address{})
}

func (g *gambler) reading() directory.ReadingID {
	return of(g, "r1", "r2", directory.ReadingOfAccounts(directory.Installation{Platform: slack, Workspace: "T1"}))
}

// call makes one up.
func (g *gambler) call(d *desk) (string, call) {
	ctx, tenant := d.ctx(), of[directory.TenantID](g, "acme", "acme", "acme", "other")
	now, until := g.now, g.now.Add(time.Duration(1+g.IntN(300))*time.Second)
	key, account, group, email, id, n := g.key(), g.account(), g.group(), g.email(), g.reading(), g.IntN(5)
	at := g.now.Add(time.Duration(g.IntN(600)-300) * time.Second)
	people := []directory.MemberID{g.key().Member, g.key().Member}
	switch pick := g.IntN(20); pick {
	case 0, 1, 2, 3, 4, 5, 15, 16, 17:
		draft := g.draft(pick > 5)
		return "Commit", func(s directory.Store) (any, error) {
			change, err := draft(ctx, s, tenant)
			if err == nil {
				err = s.Commit(ctx, tenant, change)
			}
			return nil, err
		}
	case 6, 7:
		return "ClaimLinks", func(s directory.Store) (any, error) { return s.ClaimLinks(ctx, tenant, now, until, n) }
	case 8:
		return "ClaimReading", func(s directory.Store) (any, error) { return s.ClaimReading(ctx, tenant, now, until) }
	case 9:
		return "Hasten", func(s directory.Store) (any, error) { return nil, s.Hasten(ctx, tenant, id, at) }
	case 10:
		return "PutReading", func(s directory.Store) (any, error) {
			return nil, s.PutReading(ctx, tenant, directory.Reading{ID: id, DueAt: at, Round: int64(n)})
		}
	case 11:
		if g.often(2) {
			group = ""
		}
		return "Count", func(s directory.Store) (any, error) { return s.Count(ctx, tenant, group, at) }
	case 12:
		return "ListLinks", func(s directory.Store) (any, error) {
			return s.ListLinks(ctx, tenant, directory.LinkQuery{State: directory.Linked, Group: group, After: key, Limit: n})
		}
	case 13:
		return "LinkHolding", func(s directory.Store) (any, error) { return s.LinkHolding(ctx, tenant, key.Pair, account) }
	case 14:
		return "Unseen", func(s directory.Store) (any, error) { return s.Unseen(ctx, tenant, group, int64(n), people[0], n) }
	case 18:
		return "LotAt", func(s directory.Store) (any, error) {
			lot, there, err := s.LotAt(ctx, tenant, directory.Line{Group: group, Since: at}, n)
			return []any{lot, there}, err
		}
	}
	return "everything", func(s directory.Store) (any, error) { return all(d, s, tenant, people, account, email) }
}
