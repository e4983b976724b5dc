package correlate

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"rollcall/sync/directory"
)

var opaque = cmpopts.EquateComparable(directory.Address{})

// anyAccount is an account of few ids, addresses and kinds, so that they meet.
func anyAccount(inst directory.Installation) *rapid.Generator[directory.Account] {
	return rapid.Custom(func(t *rapid.T) directory.Account {
		a := account(inst, rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "user"))
		a.Email = rapid.SampledFrom([]directory.Address{rosa, rosa, rosa, somebody, {}}).Draw(t, "address")
		a.Name = rapid.SampledFrom([]string{"Rosa", "Rosa", "Ross"}).Draw(t, "name")
		if rapid.Bool().Draw(t, "odd") {
			rapid.SampledFrom(obstacles).Draw(t, "obstacle").change(&a)
		}
		return a
	})
}

func anyFinding(t *rapid.T, inst directory.Installation) directory.Finding {
	switch rapid.IntRange(0, 9).Draw(t, "finding") {
	case 0:
		return directory.Absent()
	case 1:
		return directory.Failed(directory.Errorf(directory.Throttled, "later"))
	case 2:
		return directory.Finding{}
	}
	return directory.Found(rapid.SliceOfN(anyAccount(inst), 1, 4).Draw(t, "accounts")...)
}

func anyQuestion(t *rapid.T) Question {
	q := question()
	q.OnPrimary, q.OnSecondary = anyFinding(t, slack), anyFinding(t, webex)
	q.Link.Member.Exempt = rapid.IntRange(0, 9).Draw(t, "exempt") == 0
	if rapid.IntRange(0, 9).Draw(t, "without an address") == 0 {
		q.Link.Member.Email = directory.Address{}
	}
	user := rapid.SampledFrom([]string{"1", "2", "3"})
	if rapid.Bool().Draw(t, "barred") {
		q.Link.Barred = []directory.Bar{
			{Account: webex.Account(user.Draw(t, "bar there")), Until: now.Add(time.Hour)},
			{Account: slack.Account(user.Draw(t, "bar here")), Until: now.Add(-time.Hour)},
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "held") == 0 {
		state := rapid.SampledFrom([]directory.State{directory.Linked, directory.Asking, directory.Suspended}).Draw(t, "state")
		l := directory.Link{Key: keyOf(rapid.SampledFrom([]string{"17", "9"}).Draw(t, "holder")), State: state}
		l.Account, l.Counterpart = slack.Account(user.Draw(t, "held here")), webex.Account(user.Draw(t, "held there"))
		held(l)(&q)
	}
	if rapid.IntRange(0, 9).Draw(t, "suppressed") == 0 {
		q.Suppressed = func(directory.AccountID) bool { return true }
	}
	return q
}

// Whatever the platforms answer: an error is no verdict, a match is of two accounts with which
// nothing is wrong, and nobody else is claimed.
func TestAMatchIsOfTwoUsableAccounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := anyQuestion(t)
		asked := !q.Link.Member.Exempt && !q.Link.Member.Email.IsZero()
		failed := q.OnPrimary.Err() != nil || q.OnSecondary.Err() != nil
		got, err := Decide(q)
		if (err != nil) != (asked && failed) {
			t.Fatalf("got %+v, %v", got, err)
		}
		if err != nil {
			if !cmp.Equal(got, Verdict{}, opaque) {
				t.Fatalf("an error, and %+v", got)
			}
			return
		}
		if _, can := q.Link.State.After(got.Event); !can || got.Why == "" {
			t.Fatalf("%q (%s) of a link that is %s", got.Event, got.Why, q.Link.State)
		}
		if got.Event != directory.Match {
			return
		}
		type side struct {
			inst  directory.Installation
			found directory.Finding
			a     directory.Account
		}
		sides := []side{{slack, q.OnPrimary, got.Account}}
		others := got.Choices
		if len(others) == 0 {
			others = []directory.Account{got.Counterpart}
		}
		for _, other := range others {
			sides = append(sides, side{webex, q.OnSecondary, other})
		}
		if len(others) > MaxChoices || len(got.Choices) == 1 {
			t.Fatalf("%d choices", len(got.Choices))
		}
		for _, side := range sides {
			a := side.a
			usable := a.Active && !a.Unlicensed && a.Kind == directory.KindPerson && a.Ownership != directory.Unverified &&
				a.ID.Platform == side.inst.Platform && a.ID.Workspace == side.inst.Workspace
			if !usable || a.Email != q.Link.Member.Email || q.Link.IsBarred(a.ID, q.Now) || !slices.Contains(side.found.Accounts(), a) {
				t.Fatalf("matched %+v", a)
			}
			if l, taken := q.Holder(a.ID); taken && l.Key != q.Link.Key {
				t.Fatalf("matched an account that %s holds", l.Key.Text())
			}
		}
		if q.Suppressed(got.Account.ID) {
			t.Fatal("matched somebody who asked not to be asked")
		}
	})
}

func TestTheOrderOfAccountsChangesNothing(t *testing.T) {
	t.Parallel()
	shuffled := func(t *rapid.T, f directory.Finding, label string) directory.Finding {
		if f.Err() != nil || f.IsAbsent() {
			return f
		}
		return directory.Found(rapid.Permutation(f.Accounts()).Draw(t, label)...)
	}
	rapid.Check(t, func(t *rapid.T) {
		q := anyQuestion(t)
		want, wantErr := Decide(q)
		q.OnPrimary, q.OnSecondary = shuffled(t, q.OnPrimary, "here"), shuffled(t, q.OnSecondary, "there")
		got, err := Decide(q)
		if diff := cmp.Diff(want, got, opaque); diff != "" || (err == nil) != (wantErr == nil) {
			t.Fatalf("in another order (-first +then), %v, %v:\n%s", wantErr, err, diff)
		}
	})
}
