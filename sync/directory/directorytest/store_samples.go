package directorytest

import (
	"fmt"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// start is the moment at which the cases begin.
var start = time.Date(2026, 3, 2, 9, 0, 0, 123456000, time.UTC)

// at is start and a while.
func at(d time.Duration) time.Time { return start.Add(d) }

// tick is the shortest time that every store tells apart.
const tick = time.Microsecond

const (
	slack directory.Platform = "slack"
	webex directory.Platform = "webex"
	teams directory.Platform = "teams"
)

var slackWebex = directory.PairOf(slack, webex)

// odd are ids and names that a careless store would trip over.
var odd = []string{
	"plain",
	"with/slash", "with%2Fescape", "%", "..", ".", "*", "?", "[a-z]", "{tenant}", ":", "a:b|c", "a b", "'; DROP TABLE links; --",
	"+before-the-slash", "-dash", "~tilde",
	"ж", "e\u0301", "é", "İ", "ß", "名前", "👩‍👩‍👧", "\u202eright-to-left", "nul\x00inside", "line\nbreak", "tab\t",
	strings.Repeat("long", 200),
}

func member(id string) directory.MemberID {
	return directory.MemberID{Directory: "people", ID: id}
}

func keyOf(id string) directory.LinkKey {
	return directory.LinkKey{Member: member(id), Pair: slackWebex}
}

func onSlack(user string) directory.AccountID {
	return directory.AccountID{Platform: slack, Workspace: "T1", User: user}
}

func onWebex(user string) directory.AccountID {
	return directory.AccountID{Platform: webex, Workspace: "O1", User: user}
}

// mail is an address that is known to be well formed.
func mail(s string) directory.Address {
	address, err := directory.ParseAddress(s)
	if err != nil {
		panic(err)
	}
	return address
}

// newLink is a link as the engine first stores it, due at once.
func newLink(id string) directory.Link {
	return directory.Link{
		Key:       keyOf(id),
		State:     directory.New,
		Member:    directory.Member{ID: member(id), Name: "Person " + id, Email: mail("someone@acme.example"), Active: true},
		Group:     "staff",
		Primary:   slack,
		Secondary: webex,
		DueAt:     start,
		Created:   start,
	}
}

// dueLink is a new link that is due at a time.
func dueLink(id string, due time.Time) directory.Link {
	l := newLink(id)
	l.DueAt = due
	return l
}

// heldLink is a link in a state, with its two accounts.
func heldLink(id string, state directory.State, account, counterpart directory.AccountID) directory.Link {
	l := newLink(id)
	l.State, l.Account, l.Counterpart = state, account, counterpart
	return l
}

// fullLink is a link of which no field is empty.
func fullLink(id string) directory.Link {
	prompt := func(to directory.AccountID, which string) directory.Prompt {
		return directory.Prompt{
			To: to, Nonce: directory.Nonce(id + which + "open").Hash(), Used: directory.Nonce(id + which + "used").Hash(),
			Mark: "mark " + id, Delivery: directory.Sent, Tried: at(1 * tick),
			Ref:     directory.MessageRef{Conversation: "D/1 " + id, ID: "1700000000.000100", Edits: 3},
			Expires: at(72 * time.Hour), Number: "42", Choices: []string{"17", "42", "99"},
			Want: directory.FaceNumber, Shown: directory.FaceAsk, Attempts: 2,
		}
	}
	return directory.Link{
		Key: keyOf(id), State: directory.Suspended, Before: directory.Linked, Why: "left the group: «" + id + "»",
		Member: fullMember(member(id)),
		Group:  "staff", Primary: webex, Secondary: slack,
		Account: onWebex("w-" + id), Counterpart: onSlack("s-" + id), Evidence: "e3b0c442",
		Candidates: []directory.Candidate{{Account: onSlack("one-" + id), Evidence: "c1"}, {Account: onSlack("two-" + id), Evidence: "c2"}},
		Alias:      mail("zoë.z@acme.example"), Searched: at(12 * tick),
		StandIn: directory.StandIn{
			Platform: slack, Kind: directory.StandInGuest, Marker: "rollcall0" + id, Account: onSlack("guest-" + id), Is: directory.Parked,
			Since: at(13 * tick), Tending: true, Attempts: 4, Wanted: true, Colleague: true,
		},
		Waves: 2, LastWave: at(2 * tick), Tries: 1,
		Ask: prompt(onWebex("w-"+id), "ask"), Proof: prompt(onSlack("s-"+id), "proof"),
		Accepted: at(3 * tick), Proved: at(4 * tick), LinkedAt: at(5 * tick),
		Present: true, Checked: at(11 * tick), Recheck: true,
		Leaving:     directory.Leaving{Since: at(6 * tick), Batch: "batch/1", Approved: true, Refused: true, Undone: true, Until: at(15 * tick)},
		SuspendedAt: at(7 * tick),
		Parked:      true, Turned: true, Exempted: true, Decided: onSlack("decided-" + id), Appointed: true, Was: onSlack("was-" + id), Invited: at(14 * tick),
		Barred: []directory.Bar{{Account: onSlack("other"), Until: at(8 * tick)}, {Account: onSlack("another"), Until: at(9 * tick)}},
		DueAt:  at(10 * tick), Created: at(-time.Hour),
	}
}

// The other records, of which no field is empty either: a field that is added to one of them has to
// be added here, and so is asked of every store.

func fullReading(id directory.ReadingID) directory.Reading {
	return directory.Reading{
		ID: id, Group: "staff", Of: directory.Installation{Tenant: "acme", Platform: slack, Workspace: "T1", Generation: 3},
		Cursor: "c\x00/?", Midway: true, Whole: true, Settle: true, Round: 4, Pages: 5, Milepost: "m/ж", Seen: 6, Failures: 7,
		Trouble: "the directory said no", Complete: at(tick), Listed: at(2 * tick), ListedRound: 3, ListedSeen: 9, DueAt: at(3 * tick),
		Pulse: directory.Pulse{
			Since: at(4 * tick), Hinted: true, Event: at(5 * tick), Lags: []time.Duration{time.Second, time.Minute}, Drift: 8, Drifts: true,
		},
		Job: fullJob("j/" + string(id)),
	}
}

func fullJob(id string) *directory.Job {
	inst := directory.Installation{Tenant: "acme", Platform: webex, Workspace: "O1", Generation: 2}
	return &directory.Job{
		ID: id, Kind: directory.JobTell, Group: "staff", Subject: directory.TellHeld, By: onSlack("admin").Text(), Began: at(tick),
		Done: 3, Total: 9, Changed: 2, Left: 1, Trouble: "the platform asks to wait", Of: inst, To: inst.Account("admin"),
		Card: directory.Message{
			Mark: "mark «j»", Delivery: directory.Sent, Ref: directory.MessageRef{Conversation: "D/9", ID: "1700000000.000200", Edits: 4}, Shown: at(2 * tick),
		},
		Tell: []directory.AccountID{onSlack("one"), onWebex("two/ж")}, Own: 1, Link: keyOf("ж/2"), Who: onWebex("new/ж"), Batch: "b/ж",
	}
}

func fullProposal(id string) directory.Proposal {
	return directory.Proposal{
		ID: id, Group: "staff", State: directory.ProposalApplied, At: at(tick), By: onSlack("admin").Text(), Hash: "abc", Lines: 7,
		Counts: map[directory.Intent]int{directory.IntentAsk: 5, directory.IntentNone: 2}, Drift: map[directory.Intent]int{directory.IntentSuspend: 1},
		Why: "the directory said no", Version: 4,
	}
}

func fullLine(proposal, id string) directory.ProposalLine {
	return directory.ProposalLine{
		Proposal: proposal, Link: keyOf(id), Group: "staff", Name: "Zoë «Z»", State: directory.Asking, Intent: directory.IntentChoose,
		Account: onSlack("s-" + id), Counterpart: onWebex("w-" + id), Reason: "two accounts have the address", Drift: "they answered meanwhile",
	}
}

func fullReach(account directory.AccountID) directory.Reach {
	return directory.Reach{Account: account, State: directory.AppMissing, Since: at(tick), Why: "the app isn't installed for them «yet»"}
}

func fullGroup(id directory.GroupID) directory.Group {
	return directory.Group{
		ID: id, Name: "Ärzte", Directory: "people", External: "x/1", Primary: slack, Secondary: webex, Priority: -3, Added: at(tick), Paused: true, Retired: true,
		Draft: true, Rollout: directory.Rollout{Stage: directory.StageFew, Since: at(2 * tick), Full: at(3 * tick), Halted: "too many said «not me»"}, Removal: directory.RemovalUnsync, ByAdmin: true, Configured: "d41d8",
	}
}

func fullMember(id directory.MemberID) directory.Member {
	return directory.Member{ID: id, Name: "Zoë", Email: mail("zoë@acme.example"), Active: true, Exempt: true, Zone: "Asia/Kolkata", Locale: "en-IN"}
}

func fullMembership(group directory.GroupID, id directory.MemberID) directory.Membership {
	return directory.Membership{Group: group, Member: fullMember(id), Since: at(tick), Round: 3, Gone: true}
}

func fullAccount(id directory.AccountID) directory.Account {
	return directory.Account{
		ID: id, Name: "Zoë", Email: mail("zoë@acme.example"), Ownership: directory.Verified, Kind: directory.KindGuest,
		Active: true, Unlicensed: true, Zone: "Europe/Zurich", Locale: "de-CH",
	}
}

func fullBatch(id string) directory.Batch {
	return directory.Batch{
		ID: id, Group: "staff", Members: []directory.MemberID{member("a"), member("b/c")}, Hash: "abc", Why: "more than 10 %",
		State: directory.BatchReleased, Pair: directory.PairOf(slack, webex), Held: at(-tick), At: at(tick), By: onSlack("admin").Text(),
		Proposer: onSlack("proposer").Text(), ProposedAt: at(2 * tick),
	}
}

func fullEntry(link directory.LinkKey) directory.Entry {
	return directory.Entry{
		At: at(tick), Link: link, Event: "prove", From: directory.Proving, To: directory.Confirming,
		Why: "picked «42»", By: onSlack("a").Text(), Batch: "batch/1",
	}
}

func fullCreation(account directory.AccountID) directory.Creation {
	return directory.Creation{
		Account: account, Kind: directory.StandInGuest, Marker: "rollcall0ж", Link: keyOf("ж/1"), At: at(tick), Gone: at(2 * tick),
	}
}

func fullTenant(id directory.TenantID) directory.Tenant {
	return directory.Tenant{ID: id, Name: "Ärzte", SignedUp: true, Configured: "d41d8", Settings: directory.Settings{
		On: true, Removal: directory.RemovalDelete, Grace: 36 * time.Hour, QuietFrom: 18, QuietTo: 8, QuietDays: []time.Weekday{time.Sunday, time.Saturday},
		Zone: "Europe/Zurich", Locale: "de-CH", PerHour: 40, ReadEvery: time.Minute,
		AskFirst: true, StandIns: map[directory.Platform][]directory.StandInKind{webex: {directory.StandInBot, directory.StandInGuest}, teams: {}},
	}}
}

// fullConnection has the version with which Connect stores it.
func fullConnection(inst directory.Installation) directory.Connection {
	return directory.Connection{
		Installation: inst, State: directory.ConnectionActive, Since: start, Ended: at(tick), Cause: directory.CauseUnproven, Why: "an administrator has to agree «there»",
		By: onSlack("installer"), ByName: "Zoë «Z»", Title: "Ärzte", Method: "oauth", Scopes: []string{"chat:write", "users:read"}, Bot: "UBOT", Wide: true,
		Workspaces: []directory.Workspace{"T7", "T8/ж"}, Version: 1,
	}
}

// fullCredential has two secrets, whose sealed texts begin with a mark.
func fullCredential(mark string) directory.Credential {
	sealed := func(field string) directory.Sealed {
		return directory.Sealed{Key: "k1", Wrapped: []byte(mark + "\x00wrapped " + field), Text: []byte(mark + "\xff" + field)}
	}
	return directory.Credential{
		Fields:  map[directory.Field]directory.Sealed{directory.FieldToken: sealed("token"), directory.FieldRefresh: sealed("refresh")},
		Expires: at(12 * hour),
	}
}

func fullAdmin(account directory.AccountID) directory.Admin {
	return directory.Admin{Account: account, Name: "Zoë «Z»", Since: at(tick), By: "installer"}
}

func fullTicket(text string) directory.Ticket {
	return directory.Ticket{
		ID: directory.TicketOf(text), Kind: "flow", Tenant: "acme", Browser: directory.TicketOf("browser of " + text), By: onSlack("installer").Text(),
		Facts: map[string]string{"method": "oauth", "ж/": "\x00"}, Until: at(hour),
	}
}

// numbered are n ids whose texts are in the order of their numbers.
func numbered(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("p%04d", i))
	}
	return out
}
