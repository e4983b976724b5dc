package directory

import (
	"fmt"
	"strings"
)

// State is where a link is in its life.
type State string

// The states of a link. Their order here is the order in which reports list them.
const (
	New         State = "new"         // known from the directory, not looked at yet
	Waiting     State = "waiting"     // no account on the person's own platform yet
	Unmatched   State = "unmatched"   // no account on the other platform
	Searching   State = "searching"   // the person is asked for another address there
	Held        State = "held"        // no stand-in can be made: an admin can mend the reason
	Represented State = "standin"     // a stand-in represents them on the other platform
	Disputed    State = "disputed"    // unclear: an admin decides
	Exempt      State = "exempt"      // never touched, never prompted
	Matched     State = "found"       // both accounts are known; a wave may go out
	Asking      State = "asking"      // a prompt is out on the primary platform
	Choosing    State = "choosing"    // a prompt is out: which of several accounts is theirs?
	Snoozed     State = "snoozed"     // the person said later
	Proving     State = "proving"     // accepted; waits for the proof from the other account
	Confirming  State = "confirming"  // proved; the evidence is read once more
	Linked      State = "linked"      // both accounts are one person's, said by both
	Declined    State = "declined"    // the person said that it isn't them
	Stopped     State = "stopped"     // the person asked not to be asked again
	Unanswered  State = "unanswered"  // three waves, no answer
	Unreachable State = "unreachable" // the platform will not deliver to the person
	Suspended   State = "suspended"   // left the group; comes back exactly as it was
	Unsynced    State = "unsynced"    // left for good; would begin anew
	Unlinked    State = "unlinked"    // the person, or an admin, undid it; only they bring it back

	// AsItWas stands in the table for the state that a suspended link had before.
	AsItWas State = "as it was"
)

// Event is what can happen to a link.
type Event string

// The events of a link's life.
const (
	Match      Event = "match"      // correlation found both accounts
	NoPrimary  Event = "no primary" // nobody on the person's own platform
	NoMatch    Event = "no match"   // nobody on the other platform
	Dispute    Event = "dispute"    // the match is unclear, or another link claims an account
	Excuse     Event = "excuse"     // the directory marks the person exempt
	Suppress   Event = "suppress"   // the person once asked not to be asked
	Ask        Event = "ask"        // a wave's prompt goes out
	Accept     Event = "accept"     // the person pressed Sync
	Later      Event = "later"      // the person pressed Later
	Disown     Event = "disown"     // the person, or the other account, said "not me"
	Stop       Event = "stop"       // the person pressed Stop asking
	WaveOver   Event = "wave over"  // no answer; another wave may follow
	GiveUp     Event = "give up"    // no wave is left
	Wake       Event = "wake"       // a snooze is over
	Fail       Event = "fail"       // the platform will not deliver to the person
	Prove      Event = "prove"      // the other account picked the right number
	Miss       Event = "miss"       // the other account picked a wrong number
	Lapse      Event = "lapse"      // the time of the proof, or of the question for an address, is over
	Confirm    Event = "confirm"    // the evidence still stands
	Shift      Event = "shift"      // the evidence no longer stands
	Leave      Event = "leave"      // the directory definitely says that the person left
	Lose       Event = "lose"       // one of the two accounts was disabled or deleted
	Return     Event = "return"     // the person is in the group again
	Expire     Event = "expire"     // the grace period is over, with evidence
	Reconsider Event = "reconsider" // time has passed: look again
	Offer      Event = "offer"      // a wave's prompt goes out, with several accounts to choose among
	Search     Event = "search"     // the person is asked for another address
	Name       Event = "name"       // the person named another address
	Forgo      Event = "forgo"      // the person has no other address
	Represent  Event = "represent"  // a stand-in was made
	Hold       Event = "hold"       // no stand-in can be made
	Unlink     Event = "unlink"     // the person, or an admin, undid the link
	Relink     Event = "relink"     // an admin took that back
	Rejoin     Event = "rejoin"     // the person, or an admin for them, asked for it to begin anew
	Divert     Event = "divert"     // the primary platform doesn't deliver: ask on the other one
)

// Move is one line of the table of a link's life.
type Move struct {
	From State
	On   Event
	To   State
}

// Life is the whole life of a link, in one table. What isn't in it can't happen.
//
// It returns a fresh slice each time.
func Life() []Move {
	var life []Move
	add := func(from State, on Event, to State) { life = append(life, Move{from, on, to}) }

	// What correlation says, whenever it is asked.
	for _, s := range []State{New, Waiting, Unmatched, Disputed, Exempt, Held} {
		add(s, Match, Matched)
		add(s, NoPrimary, Waiting)
		add(s, NoMatch, Unmatched)
		add(s, Dispute, Disputed)
		add(s, Excuse, Exempt)
		add(s, Suppress, Stopped)
	}

	// Who has no account on the other platform gets a stand-in, perhaps after a question.
	add(Unmatched, Search, Searching)
	add(Searching, Name, New)
	add(Searching, Forgo, Unmatched)
	add(Searching, Lapse, Unmatched)
	add(Searching, Fail, Unmatched)
	add(Searching, Shift, New)
	add(Unmatched, Represent, Represented)
	add(Unmatched, Hold, Held)
	add(Represented, Match, Matched) // an account of theirs has appeared
	add(Represented, Excuse, Exempt)
	add(Represented, Shift, New)
	add(Represented, Lose, Suspended)

	add(Matched, Ask, Asking)
	add(Matched, Offer, Choosing)
	add(Matched, Accept, Proving) // the person named this very account
	add(Matched, Dispute, Disputed)
	add(Matched, Suppress, Stopped)
	add(Matched, GiveUp, Unanswered) // found again after the last wave
	add(Matched, Shift, New)

	for _, s := range []State{Asking, Choosing} {
		add(s, Accept, Proving)
		add(s, Later, Snoozed)
		add(s, Disown, Declined)
		add(s, Stop, Stopped)
		add(s, WaveOver, Matched)
		add(s, GiveUp, Unanswered)
		add(s, Fail, Unreachable)
		add(s, Dispute, Disputed)
		add(s, Shift, New)
	}

	add(Snoozed, Accept, Proving)
	add(Snoozed, Disown, Declined)
	add(Snoozed, Stop, Stopped)
	add(Snoozed, Wake, Matched)
	add(Snoozed, GiveUp, Unanswered)
	add(Snoozed, Dispute, Disputed)
	add(Snoozed, Shift, New)

	add(Proving, Prove, Confirming)
	add(Proving, Accept, Proving) // a fresh number
	add(Proving, Miss, Asking)
	add(Proving, Lapse, Asking)
	add(Proving, Disown, Declined)
	add(Proving, Fail, Unreachable)
	add(Proving, Dispute, Disputed)
	add(Proving, Shift, New)

	add(Confirming, Confirm, Linked)
	add(Confirming, Dispute, Disputed)
	add(Confirming, Shift, New)

	add(Declined, Shift, New)
	add(Linked, Lose, Suspended)
	add(Linked, Disown, Declined) // said later, by either account
	add(Linked, Unlink, Unlinked)
	add(Unlinked, Relink, Linked)
	// What a person writes without a card to answer.
	for _, s := range []State{Matched, Confirming, Stopped, Unanswered, Unreachable, Unlinked} {
		add(s, Disown, Declined)
	}
	add(Proving, Stop, Stopped)
	add(Asking, Divert, Matched)
	for _, s := range []State{Unlinked, Declined, Stopped, Unanswered, Unreachable, Disputed} {
		add(s, Rejoin, New)
	}

	add(Unreachable, Reconsider, New)

	add(Suspended, Return, AsItWas)
	add(Suspended, Expire, Unsynced)
	add(Unsynced, Return, New)

	// Whoever leaves is suspended, whatever was going on.
	for _, s := range []State{
		New, Waiting, Unmatched, Disputed, Exempt, Held, Represented, Searching, Matched, Asking,
		Choosing, Snoozed, Proving, Confirming, Linked, Declined, Stopped, Unanswered, Unreachable, Unlinked,
	} {
		add(s, Leave, Suspended)
	}
	return life
}

// After is the state that follows s on e, and whether the table allows it.
func (s State) After(e Event) (State, bool) {
	to, ok := lifeIndex[Move{From: s, On: e}]
	return to, ok
}

// lifeIndex is Life by (From, On). Never written to after it is made.
var lifeIndex = func() map[Move]State {
	index := make(map[Move]State)
	for _, m := range Life() {
		index[Move{From: m.From, On: m.On}] = m.To
	}
	return index
}()

// Live reports whether a link in this state is in scope: neither suspended nor unsynced.
func (s State) Live() bool { return s != Suspended && s != Unsynced && s != "" }

// Holds reports whether a link in this state keeps its accounts from being claimed by another link. A
// suspended link does: its accounts are never inherited.
func (s State) Holds() bool {
	switch s {
	case Represented, Searching, Matched, Asking, Choosing, Snoozed, Proving, Confirming, Linked, Stopped,
		Unanswered, Unreachable, Suspended, Unlinked:
		return true
	}
	return false
}

// Diagram is the table as the text that stands in doc.go: a line for each event and where it leads,
// with the states from which it does.
func Diagram() string {
	type arrow struct {
		on Event
		to State
	}
	from := make(map[arrow][]string)
	var order []arrow
	live := 0
	for _, m := range Life() {
		if m.On == Leave {
			live++
		}
		a := arrow{m.On, m.To}
		if from[a] == nil {
			order = append(order, a)
		}
		from[a] = append(from[a], string(m.From))
	}
	var b strings.Builder
	for _, a := range order {
		states := strings.Join(from[a], ", ")
		if len(from[a]) == live {
			states = "every live state"
		}
		fmt.Fprintf(&b, "%s --%s--> %s\n", states, a.on, a.to)
	}
	return b.String()
}
