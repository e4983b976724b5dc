package correlate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/sync/directory"
)

var (
	now      = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	slack    = directory.Installation{Tenant: "acme", Platform: "slack", Workspace: "T1", Generation: 1}
	webex    = directory.Installation{Tenant: "acme", Platform: "webex", Workspace: "O1", Generation: 1}
	rosa     = address("rosa@acme.example")
	somebody = address("somebody@acme.example")
)

func address(text string) directory.Address {
	a, err := directory.ParseAddress(text)
	if err != nil {
		panic(err)
	}
	return a
}

// account is a usable account of the person, with changes.
func account(inst directory.Installation, user string, changes ...func(*directory.Account)) directory.Account {
	a := directory.Account{
		ID: inst.Account(user), Name: "Rosa Luna", Email: rosa, Ownership: directory.Verified, Kind: directory.KindPerson, Active: true,
	}
	for _, change := range changes {
		change(&a)
	}
	return a
}

func keyOf(id string) directory.LinkKey {
	return directory.LinkKey{Member: directory.MemberID{Directory: "hr", ID: id}, Pair: directory.PairOf("slack", "webex")}
}

// question is one with a clear pair: U1 on Slack, P1 on Webex, and nobody else claims either.
func question(changes ...func(*Question)) Question {
	q := Question{
		Link: directory.Link{
			Key: keyOf("17"), State: directory.New, Member: directory.Member{ID: keyOf("17").Member, Name: "Rosa Luna", Email: rosa, Active: true},
		},
		Primary: slack, Secondary: webex,
		OnPrimary: directory.Found(account(slack, "U1")), OnSecondary: directory.Found(account(webex, "P1")),
		Holder:     func(directory.AccountID) (directory.Link, bool) { return directory.Link{}, false },
		Suppressed: func(directory.AccountID) bool { return false },
		Now:        now,
	}
	for _, change := range changes {
		change(&q)
	}
	return q
}

func onPrimary(accounts ...directory.Account) func(*Question) {
	return func(q *Question) { q.OnPrimary = directory.Found(accounts...) }
}

func onSecondary(accounts ...directory.Account) func(*Question) {
	return func(q *Question) { q.OnSecondary = directory.Found(accounts...) }
}

func barred(id directory.AccountID, until time.Time) func(*Question) {
	return func(q *Question) {
		q.Link.Barred = append(q.Link.Barred, directory.Bar{Account: id, Until: until})
	}
}

func held(by ...directory.Link) func(*Question) {
	return func(q *Question) {
		q.Holder = func(id directory.AccountID) (directory.Link, bool) {
			for _, l := range by {
				if l.Account == id || l.Counterpart == id {
					return l, true
				}
			}
			return directory.Link{}, false
		}
	}
}

// holder is another person's link, or this one's, that holds accounts of the pair.
func holder(id string, state directory.State, users ...string) directory.Link {
	l := directory.Link{Key: keyOf(id), State: state}
	for _, user := range users {
		if strings.HasPrefix(user, "U") {
			l.Account = slack.Account(user)
		} else {
			l.Counterpart = webex.Account(user)
		}
	}
	return l
}

// sharing has another person's link found by an address.
func sharing(id string, email directory.Address, state directory.State) func(*Question) {
	return func(q *Question) {
		l := directory.Link{Key: keyOf(id), State: state}
		l.Member.Email = email
		q.Sharing = append(q.Sharing, l)
	}
}

func suppressed(user string) func(*Question) {
	return func(q *Question) {
		q.Suppressed = func(id directory.AccountID) bool { return id == slack.Account(user) }
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	exempt := func(q *Question) { q.Link.Member.Exempt = true }
	nameless := func(q *Question) { q.Link.Member.Email = directory.Address{} }
	absentHere := func(q *Question) { q.OnPrimary = directory.Absent() }
	absentThere := func(q *Question) { q.OnSecondary = directory.Absent() }
	other := func(a *directory.Account) { a.Email = somebody }
	without := func(a *directory.Account) { a.Email = directory.Address{} }
	for _, test := range []struct {
		name   string
		q      Question
		want   directory.Event
		why    string // a part of it
		rivals []string
	}{
		{"a clear pair", question(), directory.Match, "one account on each platform", nil},
		{"listed twice", question(onSecondary(account(webex, "P1"), account(webex, "P1"))), directory.Match, "", nil},
		{"an account of another address beside it", question(onSecondary(account(webex, "P2", other), account(webex, "P1"))), directory.Match, "", nil},
		{"a guest beside it", question(onSecondary(account(webex, "P2", kind(directory.KindGuest)), account(webex, "P1"))), directory.Match, "", nil},
		{"an address that nobody vouches for", question(onSecondary(account(webex, "P1", vouched(directory.Unknown)))), directory.Match, "", nil},
		{"held by this very link", question(held(holder("17", directory.Matched, "U1", "P1"))), directory.Match, "", nil},
		{"barred until now", question(barred(webex.Account("P1"), now)), directory.Match, "", nil},
		{"another one is barred", question(barred(webex.Account("P2"), now.Add(time.Hour))), directory.Match, "", nil},
		{"the other account's owner asked not to be asked", question(func(q *Question) {
			q.Suppressed = func(id directory.AccountID) bool { return id == webex.Account("P1") }
		}), directory.Match, "", nil},

		{"exempt", question(exempt), directory.Excuse, "exempt", nil},
		{"exempt without an address", question(exempt, nameless), directory.Excuse, "exempt", nil},
		{"without an address", question(nameless, onPrimary(account(slack, "U1", without)), onSecondary(account(webex, "P1", without))), directory.NoPrimary, "no usable address", nil},

		{"nobody here", question(absentHere), directory.NoPrimary, "nobody on slack has this person's address", nil},
		{"nobody anywhere", question(absentHere, absentThere), directory.NoPrimary, "nobody on slack", nil},
		{"nobody there", question(absentThere), directory.NoMatch, "nobody on webex has this person's address", nil},
		{"somebody else here", question(onPrimary(account(slack, "U1", other))), directory.NoPrimary, "nobody on slack", nil},
		{"somebody else there", question(onSecondary(account(webex, "P1", other))), directory.NoMatch, "nobody on webex", nil},
		{"barred here", question(barred(slack.Account("U1"), now.Add(1))), directory.NoPrimary, "the account on slack isn't theirs, this person said", nil},
		{"barred there", question(barred(webex.Account("P1"), now.Add(1))), directory.NoMatch, "the account on webex isn't theirs, this person said", nil},
		{"barred again", question(barred(webex.Account("P1"), now), barred(webex.Account("P1"), now.Add(1))), directory.NoMatch, "isn't theirs", nil},
		{
			"several that can't be linked", question(onSecondary(account(webex, "P2", inactive), account(webex, "P3", inactive), account(webex, "P1", kind(directory.KindBot)))),
			directory.NoMatch, "the account on webex is a bot; the account on webex is not active", nil,
		},

		{"suppressed", question(suppressed("U1")), directory.Suppress, "asked not to be asked", nil},
		{"suppressed with nobody there", question(suppressed("U1"), absentThere), directory.NoMatch, "", nil},
		{"suppressed, another account", question(suppressed("U2")), directory.Match, "", nil},

		{"two here", question(onPrimary(account(slack, "U1"), account(slack, "U2"))), directory.Dispute, "2 accounts on slack", nil},
		{"four there", question(onSecondary(account(webex, "P1"), account(webex, "P2"), account(webex, "P3"), account(webex, "P4"))), directory.Dispute, "4 accounts on webex", nil},
		{"two here and nobody there", question(onPrimary(account(slack, "U1"), account(slack, "U2")), absentThere), directory.Dispute, "on slack", nil},
		{"one there, described in two ways", question(onSecondary(account(webex, "P1"), account(webex, "P1", named("Ross")))), directory.Dispute, "on webex", nil},

		{"held here by a linked one", question(held(holder("9", directory.Linked, "U1"))), directory.Dispute, "slack belongs to another person's link (linked)", nil},
		{"held there by a linked one", question(held(holder("9", directory.Linked, "P1"))), directory.Dispute, "webex belongs to another person's link (linked)", nil},
		{"held there by a suspended one", question(held(holder("9", directory.Suspended, "P1"))), directory.Dispute, "(suspended)", nil},
		{"held there by one who stopped", question(held(holder("9", directory.Stopped, "P1"))), directory.Dispute, "(stopped)", nil},
		{"another is asked", question(held(holder("9", directory.Asking, "P1"))), directory.Dispute, "(asking)", []string{"9"}},
		{"another was found", question(held(holder("9", directory.Matched, "U1"))), directory.Dispute, "slack", []string{"9"}},
		{"another is asked about both", question(held(holder("9", directory.Proving, "U1", "P1"))), directory.Dispute, "webex", []string{"9"}},
		{"held here, with nobody there", question(absentThere, held(holder("9", directory.Linked, "U1"))), directory.Dispute, "slack belongs to another person's link (linked)", nil},
		{"another was found here, with nobody there", question(absentThere, held(holder("9", directory.Represented, "U1"))), directory.Dispute, "(standin)", nil},
		{"two people with one address, with nobody there", question(absentThere, sharing("9", rosa, directory.Unmatched)), directory.Dispute, "the same address", []string{"9"}},
		{"two others are asked", question(held(holder("9", directory.Asking, "U1"), holder("8", directory.Snoozed, "P1"))), directory.Dispute, "webex", []string{"9", "8"}},
		{"one is linked, another asked", question(held(holder("9", directory.Linked, "U1"), holder("8", directory.Asking, "P1"))), directory.Dispute, "webex", []string{"8"}},
		{"this one here, another there", question(held(holder("17", directory.Matched, "U1"), holder("8", directory.Confirming, "P1"))), directory.Dispute, "webex", []string{"8"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := Decide(test.q)
			if err != nil {
				t.Fatal(err)
			}
			if got.Event != test.want || !strings.Contains(got.Why, test.why) || got.Why == "" {
				t.Errorf("got %s (%s), want %s (… %s …)", got.Event, got.Why, test.want, test.why)
			}
			var rivals []string
			for _, l := range got.Rivals {
				rivals = append(rivals, l.Key.Member.ID)
			}
			if diff := cmp.Diff(test.rivals, rivals); diff != "" {
				t.Errorf("rivals (-want +got):\n%s", diff)
			}
			wantAccounts(t, got)
		})
	}
}

// wantAccounts checks that a verdict names the clear pair with a match, and nobody without.
func wantAccounts(t *testing.T, v Verdict) {
	t.Helper()
	if v.Event != directory.Match {
		if own := v.Account.ID; own != (directory.AccountID{}) && (v.Event != directory.NoMatch || own != slack.Account("U1")) || v.Counterpart != (directory.Account{}) || v.Evidence != "" {
			t.Errorf("%s with accounts: %+v", v.Event, v)
		}
		return
	}
	if v.Account.ID != slack.Account("U1") || v.Counterpart.ID != webex.Account("P1") {
		t.Errorf("matched %s and %s", v.Account.ID.Text(), v.Counterpart.ID.Text())
	}
	if v.Evidence != Digest(v.Account, v.Counterpart) {
		t.Errorf("the evidence is %q", v.Evidence)
	}
}

func kind(k directory.Kind) func(*directory.Account) {
	return func(a *directory.Account) { a.Kind = k }
}

func vouched(v directory.Verification) func(*directory.Account) {
	return func(a *directory.Account) { a.Ownership = v }
}

func named(name string) func(*directory.Account) {
	return func(a *directory.Account) { a.Name = name }
}

func inactive(a *directory.Account) { a.Active = false }

// obstacles are all that keeps an account from being linked.
var obstacles = []struct {
	name   string
	change func(*directory.Account)
	want   string
}{
	{"another workspace", func(a *directory.Account) { a.ID.Workspace += "x" }, "is at home in another workspace"},
	{"no known workspace", func(a *directory.Account) { a.ID.Workspace = "" }, "is at home in another workspace"},
	{"another platform", func(a *directory.Account) { a.ID.Platform += "x" }, "is at home in another workspace"},
	{"external", kind(directory.KindExternal), "is at home in another workspace"},
	{"bot", kind(directory.KindBot), "is a bot"},
	{"guest", kind(directory.KindGuest), "is a guest"},
	{"of no kind", kind(""), "is of an unknown kind"},
	{"of a new kind", kind("owl"), "is of an unknown kind"},
	{"inactive", inactive, "is not active"},
	{"unlicensed", func(a *directory.Account) { a.Unlicensed = true }, "has no licence"},
	{"unverified", vouched(directory.Unverified), "has not confirmed its address"},
}

func TestObstacles(t *testing.T) {
	t.Parallel()
	for _, test := range obstacles {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, inst := range []directory.Installation{slack, webex} {
				if got := Obstacle(account(inst, "X", test.change), inst); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			}
			here, err := Decide(question(onPrimary(account(slack, "U1", test.change))))
			if err != nil || here.Event != directory.NoPrimary || !strings.Contains(here.Why, "the account on slack "+test.want) {
				t.Errorf("here: %+v, %v", here, err)
			}
			there, err := Decide(question(onSecondary(account(webex, "P1", test.change))))
			if err != nil || there.Event != directory.NoMatch || !strings.Contains(there.Why, "the account on webex "+test.want) {
				t.Errorf("there: %+v, %v", there, err)
			}
		})
	}
	if got := Obstacle(account(slack, "X", vouched(directory.Unknown)), slack); got != "" {
		t.Errorf("an address that nobody vouches for: %q; it is proved from both sides", got)
	}
}

func TestAnErrorIsNoVerdict(t *testing.T) {
	t.Parallel()
	down := directory.Errorf(directory.Unavailable, "down")
	findings := map[string]directory.Finding{
		"failed": directory.Failed(down), "nobody was asked": {}, "found nothing": directory.Found(), "failed without saying why": directory.Failed(nil),
	}
	good := map[string]directory.Finding{
		"absent": directory.Absent(), "found": directory.Found(account(slack, "U1"), account(webex, "P1")),
		"two": directory.Found(account(slack, "U1"), account(slack, "U2")),
	}
	for badly, bad := range findings {
		for well, fine := range good {
			for _, swapped := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s and %s %v", badly, well, swapped), func(t *testing.T) {
					t.Parallel()
					q := question(suppressed("U1"), func(q *Question) { q.OnPrimary, q.OnSecondary = bad, fine })
					if swapped {
						q.OnPrimary, q.OnSecondary = fine, bad
					}
					got, err := Decide(q)
					if err == nil || !cmp.Equal(got, Verdict{}, cmpopts.EquateComparable(directory.Address{})) {
						t.Errorf("got %+v, %v", got, err)
					}
					if badly == "failed" && !errors.Is(err, down) {
						t.Errorf("got %v, want the platform's own error", err)
					}
				})
			}
		}
	}
}

// Addresses that look alike can't even be written down as one's own, or are another one.
func TestLookAlikesNeverMatch(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"rоsa@acme.example",         // Cyrillic о
		"rosa@аcme.example",         // Cyrillic а
		"rοsa@acme.example",         // Greek ο
		"rosa\u200b@acme.example",   // zero width
		"rosa\u00ad@acme.example",   // soft hyphen
		"rosa@acme.example\u202e",   // right to left
		"rosa @acme.example",        //
		"rosa@acme.example@b.test",  //
		"<rosa@acme.example>",       //
		"rosa@acme.example, x@b.cd", //
	} {
		if got, err := directory.ParseAddress(text); err == nil {
			t.Errorf("%q is an address: %q", text, got.Reveal())
		}
	}
	for _, text := range []string{
		"r.osa@acme.example", "rosa+x@acme.example", "rosá@acme.example", "rosa@acme.example.test", "rosa@acme-example",
		"ｒosa@acme.example", "роса@acme.example",
	} {
		like := func(a *directory.Account) { a.Email = address(text) }
		got, err := Decide(question(onPrimary(account(slack, "U1", like)), onSecondary(account(webex, "P1", like))))
		if err != nil || got.Event != directory.NoPrimary {
			t.Errorf("%q: %s, %v", text, got.Event, err)
		}
	}
	same := func(a *directory.Account) { a.Email = address("  ROSA@Acme.EXAMPLE\n") }
	if got, err := Decide(question(onSecondary(account(webex, "P1", same)))); err != nil || got.Event != directory.Match {
		t.Errorf("in capitals: %s, %v", got.Event, err)
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	own, other := account(slack, "U1"), account(webex, "P1")
	was := Digest(own, other)
	if len(was) != 32 || strings.Contains(was, "rosa") {
		t.Errorf("the digest is %q", was)
	}
	for _, test := range []struct {
		name   string
		change func(*directory.Account)
		same   bool
	}{
		{"a name", named("Rosa Soler"), true},
		{"a zone", func(a *directory.Account) { a.Zone = "Europe/Berlin" }, true},
		{"a locale", func(a *directory.Account) { a.Locale = "de" }, true},
		{"that it is active", inactive, true},
		{"that somebody vouches for it", vouched(directory.Unknown), true},
		{"its id", func(a *directory.Account) { a.ID.User += "x" }, false},
		{"its workspace", func(a *directory.Account) { a.ID.Workspace += "x" }, false},
		{"its platform", func(a *directory.Account) { a.ID.Platform += "x" }, false},
		{"its address", func(a *directory.Account) { a.Email = somebody }, false},
		{"that it has one", func(a *directory.Account) { a.Email = directory.Address{} }, false},
		{"its kind", kind(directory.KindGuest), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			changedOwn, changedOther := own, other
			test.change(&changedOwn)
			test.change(&changedOther)
			digests := []string{was, Digest(changedOwn, other), Digest(own, changedOther), Digest(changedOwn, changedOther)}
			slices.Sort(digests)
			if n := len(slices.Compact(digests)); test.same && n != 1 || !test.same && n != 4 {
				t.Errorf("%d different digests", n)
			}
		})
	}
	if Digest(other, own) == was {
		t.Error("the sides are exchanged, and the digest is the same")
	}
}

// Whoever is in a dispute holds nothing. The other one must not win by being looked at again.
func TestWhoSharesAnAddress(t *testing.T) {
	t.Parallel()
	mine := question().Link
	rival := mine
	rival.Key.Member.ID = "ross"
	for _, test := range []struct {
		name   string
		change func(*directory.Link)
		want   directory.Event
		rivals int
	}{
		{"new", func(l *directory.Link) { l.State = directory.New }, directory.Dispute, 1},
		{"unmatched", func(l *directory.Link) { l.State = directory.Unmatched }, directory.Dispute, 1},
		{"in a dispute already", func(l *directory.Link) { l.State = directory.Disputed }, directory.Dispute, 0},
		{"linked", func(l *directory.Link) { l.State = directory.Linked }, directory.Dispute, 0},
		{"left", func(l *directory.Link) { l.State = directory.Suspended }, directory.Match, 0},
		{"given up", func(l *directory.Link) { l.State = directory.Unsynced }, directory.Match, 0},
		{"exempt", func(l *directory.Link) { l.State, l.Member.Exempt = directory.New, true }, directory.Match, 0},
		{"of another pair", func(l *directory.Link) { l.State, l.Key.Pair.B = directory.New, "other" }, directory.Match, 0},
		{"the person themselves", func(l *directory.Link) { *l = mine }, directory.Match, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			other := rival
			test.change(&other)
			got, err := Decide(question(func(q *Question) { q.Sharing = []directory.Link{other} }))
			if err != nil || got.Event != test.want || len(got.Rivals) != test.rivals {
				t.Errorf("got %s with %d rivals, %v, want %s with %d", got.Event, len(got.Rivals), err, test.want, test.rivals)
			}
		})
	}
}
