package correlate

import (
	"testing"

	"rollcall/sync/directory"
)

func decidedFor(user string) func(*Question) {
	return func(q *Question) { q.Link.Decided = webex.Account(user) }
}

// What an admin decided is asked about, and still can't take anything from a link that has it.
func TestAnAdminsDecision(t *testing.T) {
	t.Parallel()
	four := onSecondary(account(webex, "P1"), account(webex, "P2"), account(webex, "P3"), account(webex, "P4"))
	for _, test := range []struct {
		name    string
		changes []func(*Question)
		want    directory.Event
		user    string
	}{
		{"of four", []func(*Question){four, decidedFor("P3")}, directory.Match, "P3"},
		{"of two", []func(*Question){onSecondary(account(webex, "P1"), account(webex, "P2")), decidedFor("P2")}, directory.Match, "P2"},
		{"against somebody with the same address", []func(*Question){sharing("99", rosa, directory.Disputed), decidedFor("P1")}, directory.Match, "P1"},
		{"without a decision", []func(*Question){sharing("99", rosa, directory.Disputed)}, directory.Dispute, ""},
		{"of another account than those", []func(*Question){four, decidedFor("P9")}, directory.Dispute, ""},
		{"of an account that was disowned", []func(*Question){four, barred(webex.Account("P3"), now.Add(1)), decidedFor("P3")}, directory.Match, ""},
		{"of an account that can't be used", []func(*Question){
			onSecondary(account(webex, "P1", func(a *directory.Account) { a.Active = false })), decidedFor("P1"),
		}, directory.NoMatch, ""},
		{"that another link holds", []func(*Question){four, decidedFor("P3"), held(holder("99", directory.Asking, "P3"))}, directory.Dispute, ""},
		{"where two are theirs on their own platform", []func(*Question){
			onPrimary(account(slack, "U1"), account(slack, "U2")), decidedFor("P1"),
		}, directory.Dispute, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v, err := Decide(question(test.changes...))
			if err != nil || v.Event != test.want || v.Counterpart.ID.User != test.user {
				t.Errorf("got %s of %q (%s), %v; want %s of %q", v.Event, v.Counterpart.ID.User, v.Why, err, test.want, test.user)
			}
		})
	}
}

// Who looks for the same account later draws nobody back into a dispute that an admin has decided.
func TestWhatAnAdminDecidedIsNotDisputedAgain(t *testing.T) {
	t.Parallel()
	decided := holder("99", directory.Matched, "U1", "P1")
	decided.Decided, decided.Member.Email = webex.Account("P1"), rosa
	v, err := Decide(question(held(decided), func(q *Question) { q.Sharing = []directory.Link{decided} }))
	if err != nil || v.Event != directory.Dispute || len(v.Rivals) != 0 {
		t.Errorf("got %s with %d rivals, %v", v.Event, len(v.Rivals), err)
	}
}

// Who said of every one of the accounts that it isn't theirs, or of whom an admin said so, claims none.
func TestANamesakeWhoIsBarredClaimsNothing(t *testing.T) {
	t.Parallel()
	namesake := directory.Link{Key: keyOf("99"), State: directory.Waiting, Member: directory.Member{Email: rosa}}
	for _, test := range []struct {
		name   string
		barred []directory.AccountID
		want   directory.Event
	}{
		{"of nothing", nil, directory.Dispute},
		{"of one of the two", []directory.AccountID{webex.Account("P1")}, directory.Dispute},
		{"of both", []directory.AccountID{webex.Account("P1"), slack.Account("U1")}, directory.Match},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v, err := Decide(question(func(q *Question) {
				l := namesake
				for _, id := range test.barred {
					l.Barred = append(l.Barred, directory.Bar{Account: id, Until: now.Add(1)})
				}
				q.Sharing = []directory.Link{l}
			}))
			if err != nil || v.Event != test.want {
				t.Errorf("got %s, %v; want %s", v.Event, err, test.want)
			}
		})
	}
}

func TestWhomAnAdminExempts(t *testing.T) {
	t.Parallel()
	v, err := Decide(question(func(q *Question) {
		q.Link.Exempted = true
		q.OnPrimary, q.OnSecondary = directory.Finding{}, directory.Finding{} // nobody is looked up
	}))
	if err != nil || v.Event != directory.Excuse || v.Why != "an admin exempted this person" {
		t.Errorf("got %+v, %v", v, err)
	}
	v, err = Decide(question(func(q *Question) {
		q.Sharing = []directory.Link{{Key: keyOf("99"), State: directory.Exempt, Exempted: true, Member: directory.Member{Email: rosa}}}
	}))
	if err != nil || v.Event != directory.Match {
		t.Errorf("somebody exempt claims nothing: got %+v, %v", v, err)
	}
}
