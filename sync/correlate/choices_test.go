package correlate

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/sync/directory"
)

// Of several accounts, each usable by itself, the person chooses; whoever else claims one of them makes
// all of it unclear.
func TestSeveralToChooseAmong(t *testing.T) {
	t.Parallel()
	three := onSecondary(account(webex, "P3"), account(webex, "P1"), account(webex, "P2"))
	got, err := Decide(question(three))
	if err != nil || got.Event != directory.Match || got.Evidence != "" || !got.Counterpart.ID.IsZero() {
		t.Fatalf("got %+v, %v", got, err)
	}
	var users []string
	for _, a := range got.Choices {
		users = append(users, a.ID.User)
	}
	if diff := cmp.Diff([]string{"P1", "P2", "P3"}, users); diff != "" {
		t.Errorf("choices (-want +got):\n%s", diff)
	}
	for _, test := range []struct {
		name string
		q    Question
		want directory.Event
	}{
		{"one of them is another person's", question(three, held(holder("9", directory.Linked, "P2"))), directory.Dispute},
		{"one of them is disowned", question(three, barred(webex.Account("P2"), now.Add(1))), directory.Match},
		{"all but one are disowned", question(three, barred(webex.Account("P2"), now.Add(1)), barred(webex.Account("P3"), now.Add(1))), directory.Match},
		{"the person asked not to be asked", question(three, suppressed("U1")), directory.Suppress},
	} {
		if got, err := Decide(test.q); err != nil || got.Event != test.want {
			t.Errorf("%s: got %s, %v", test.name, got.Event, err)
		}
	}
}

// Only where nobody at all could be the person may something stand in for them.
func TestWhoIsAlone(t *testing.T) {
	t.Parallel()
	unlicensed := func(a *directory.Account) { a.Unlicensed = true }
	other := func(a *directory.Account) { a.Email = somebody }
	ours := func(q *Question) { q.Link.StandIn.Account = webex.Account("P1") }
	for _, test := range []struct {
		name             string
		change           func(*Question)
		alone, colleague bool
	}{
		{"nobody there", func(q *Question) { q.OnSecondary = directory.Absent() }, true, false},
		{"a colleague without a licence", onSecondary(account(webex, "P1", unlicensed)), true, true},
		{"their own stand-in", func(q *Question) { onSecondary(account(webex, "P1", kind(directory.KindGuest)))(q); ours(q) }, true, false},
		{"a guest that isn't ours", onSecondary(account(webex, "P1", kind(directory.KindGuest))), false, false},
		{"a disabled account", onSecondary(account(webex, "P1", inactive)), false, false},
		{"a disabled account without a licence", onSecondary(account(webex, "P1", inactive, unlicensed)), false, false},
		{"somebody with the address as a second one", onSecondary(account(webex, "P1", other)), false, false},
		{"a colleague and a guest", onSecondary(account(webex, "P1", unlicensed), account(webex, "P2", kind(directory.KindGuest))), false, false},
		{"a disowned account", func(q *Question) { barred(webex.Account("P1"), now.Add(1))(q) }, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Decide(question(test.change))
			if err != nil || got.Event != directory.NoMatch || got.Alone != test.alone || got.Colleague != test.colleague {
				t.Errorf("got %s, alone %v, colleague %v, %v; want %v, %v", got.Event, got.Alone, got.Colleague, err, test.alone, test.colleague)
			}
			if got.Account.ID != slack.Account("U1") {
				t.Errorf("their own account is %s", got.Account.ID.Text())
			}
		})
	}
}

// An address that the person named counts on the other platform, and on none but that.
func TestAnAliasCountsOnTheOtherPlatform(t *testing.T) {
	t.Parallel()
	other := func(a *directory.Account) { a.Email = somebody }
	alias := func(q *Question) { q.Link.Alias, q.Link.Primary, q.Link.Secondary = somebody, "slack", "webex" }
	for _, test := range []struct {
		name   string
		change func(*Question)
		want   directory.Event
	}{
		{"found by it", onSecondary(account(webex, "P1", other)), directory.Match},
		{"found by the first address", onSecondary(account(webex, "P1")), directory.NoMatch},
		{"here", func(q *Question) { onPrimary(account(slack, "U1", other))(q) }, directory.NoPrimary},
	} {
		if got, err := Decide(question(alias, test.change)); err != nil || got.Event != test.want {
			t.Errorf("%s: got %s (%s), %v", test.name, got.Event, got.Why, err)
		}
	}
}

// Whoever names an address that is somebody else's unsettles nothing of theirs.
func TestAnAliasMakesNoRivals(t *testing.T) {
	t.Parallel()
	other := func(a *directory.Account) { a.Email = somebody }
	alias := func(q *Question) { q.Link.Alias, q.Link.Primary, q.Link.Secondary = somebody, "slack", "webex" }
	for _, test := range []struct {
		name   string
		change func(*Question)
		rivals int
	}{
		{"the directory has somebody with it", sharing("9", somebody, directory.Asking), 0},
		{"the account found by it is somebody's", held(holder("9", directory.Asking, "P1")), 0},
		{"their own account is claimed", held(holder("9", directory.Asking, "U1")), 1},
		{"the directory's own address is shared", sharing("9", rosa, directory.Asking), 1},
	} {
		got, err := Decide(question(alias, onSecondary(account(webex, "P1", other)), test.change))
		if err != nil || got.Event != directory.Dispute || len(got.Rivals) != test.rivals {
			t.Errorf("%s: got %s (%s) with %d rivals, %v", test.name, got.Event, got.Why, len(got.Rivals), err)
		}
	}
}

// Whoever asked not to be asked is not asked because somebody named their address. Whose own address it
// is, is: the directory says so, and nobody else.
func TestANamedAccountThatAskedNotToBeAsked(t *testing.T) {
	t.Parallel()
	other := func(a *directory.Account) { a.Email = somebody }
	quiet := func(user string) func(*Question) {
		return func(q *Question) {
			q.Suppressed = func(id directory.AccountID) bool { return id == webex.Account(user) }
		}
	}
	alias := func(q *Question) { q.Link.Alias, q.Link.Primary, q.Link.Secondary = somebody, "slack", "webex" }
	for name, test := range map[string]struct {
		question Question
		want     directory.Event
		found    string // the counterpart
	}{
		"the only one":  {question(alias, onSecondary(account(webex, "P1", other)), quiet("P1")), directory.NoMatch, ""},
		"one of two":    {question(alias, onSecondary(account(webex, "P1", other), account(webex, "P2", other)), quiet("P1")), directory.Match, "P2"},
		"somebody else": {question(alias, onSecondary(account(webex, "P1", other)), quiet("P2")), directory.Match, "P1"},
		"their own":     {question(quiet("P1")), directory.Match, "P1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Decide(test.question)
			if err != nil || got.Event != test.want || got.Counterpart.ID.User != test.found || got.Alone {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// Who was linked, and undid it, is asked about that account again, whichever others there are; where it is
// gone nothing stands in for them.
func TestWithWhomItWasLinked(t *testing.T) {
	t.Parallel()
	was := func(id directory.AccountID) func(*Question) { return func(q *Question) { q.Link.Was = id } }
	for _, test := range []struct {
		name  string
		q     Question
		want  directory.Event
		user  string
		alone bool
	}{
		{"one of three", question(onSecondary(account(webex, "P1"), account(webex, "P2"), account(webex, "P3")), was(webex.Account("P2"))), directory.Match, "P2", false},
		{"none of those there", question(was(webex.Account("P2"))), directory.Match, "P1", false},
		{"gone", question(func(q *Question) { q.OnSecondary = directory.Absent() }, was(webex.Account("P2"))), directory.NoMatch, "", false},
		{"on another platform", question(func(q *Question) { q.OnSecondary = directory.Absent() }, was(slack.Account("U2"))), directory.NoMatch, "", true},
		{"another person's now", question(was(webex.Account("P1")), held(holder("9", directory.Linked, "P1"))), directory.Dispute, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := Decide(test.q)
			if err != nil || got.Event != test.want || got.Counterpart.ID.User != test.user || got.Alone != test.alone || len(got.Choices) > 0 {
				t.Errorf("%s with %q, alone %v, %d choices, %v", got.Event, got.Counterpart.ID.User, got.Alone, len(got.Choices), err)
			}
		})
	}
}
