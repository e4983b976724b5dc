package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"time"
)

// Pair is two platforms, in the order of their names, whichever is the primary one.
type Pair struct{ A, B Platform }

// PairOf is the pair of two platforms.
func PairOf(x, y Platform) Pair {
	if y < x {
		x, y = y, x
	}
	return Pair{x, y}
}

// LinkKey identifies a link: one person, one pair of platforms. Which of the two is primary is the
// group's affair and may change.
type LinkKey struct {
	Member MemberID
	Pair   Pair
}

// Text is k's form in the store. [ParseLinkKey] reads it.
func (k LinkKey) Text() string {
	return k.Member.Text() + "/" + escape(string(k.Pair.A)) + "/" + escape(string(k.Pair.B))
}

// ParseLinkKey reads what [LinkKey.Text] wrote, and fails on anything else.
func ParseLinkKey(text string) (LinkKey, error) {
	parts, err := unescape(text, 4)
	if err != nil {
		return LinkKey{}, err
	}
	if parts[2] >= parts[3] {
		return LinkKey{}, Errorf(Invalid, "the platforms of a link are not in order")
	}
	return LinkKey{MemberID{parts[0], parts[1]}, Pair{Platform(parts[2]), Platform(parts[3])}}, nil
}

// Link is everything about one person and one pair of platforms: its state, its own schedule, and
// its open questions. There is no queue beside it.
type Link struct {
	Key    LinkKey
	State  State
	Before State  // with Suspended: the state that it comes back to; with Unlinked: Linked, once an admin wants that
	Why    string // why it is in this state, for admins and the trail; names nobody

	Member    Member  // as the directory last described the person
	Group     GroupID // the group that decides
	Primary   Platform
	Secondary Platform

	Account     AccountID // on the primary platform
	Counterpart AccountID // on the secondary one
	Evidence    string    // a digest of what made the two a match; see correlate

	Candidates []Candidate // with several possible counterparts: those among which the person chooses
	Alias      Address     // another address of theirs on the secondary platform, which they named
	Searched   time.Time   // when they were asked for one, which happens once
	StandIn    StandIn     // what represents them where they have no account

	Waves    int       // prompts sent so far, or possibly sent
	LastWave time.Time // when the last one went out
	Tries    int       // wrong numbers since the last wave
	Ask      Prompt    // the question on the primary platform
	Proof    Prompt    // the question to the claimed account

	Accepted time.Time // when the primary account said yes to this pair
	Proved   time.Time // when the counterpart proved it
	LinkedAt time.Time

	Present     bool      // the directory lists the person in the group, as far as is known
	Checked     time.Time // when its accounts, or its reachability, were last looked at
	Recheck     bool      // an account changed: read both again
	Leaving     Leaving
	SuspendedAt time.Time
	Barred      []Bar // accounts of which this person said "not me"

	Parked    bool      // waits for a plan to be applied: nobody is asked and nothing is made for it
	Turned    bool      // asked on the secondary platform, because the primary one doesn't deliver; also while declined there
	Exempted  bool      // an admin exempted the person
	Decided   AccountID // the counterpart that an admin decided for, of several or against others who claim it
	Appointed bool      // an admin named Alias: the person has said nothing of it yet
	Was       AccountID // the counterpart that it was linked with before that was undone
	Invited   time.Time // when the person asked for the question that comes next; zero: they didn't

	DueAt   time.Time // when the engine looks again; zero: only when something happens
	Created time.Time

	Version int64     // grows with every commit; 0: not stored yet
	Fence   int64     // grows with every claim
	Lease   time.Time // until when a worker holds it
}

// LogValue names a link by its key only.
func (l Link) LogValue() slog.Value { return l.Key.LogValue() }

// LogValue names a link, and hides an id of the directory that is an address.
func (k LinkKey) LogValue() slog.Value {
	return slog.StringValue(k.Member.LogValue().String() + "/" + escape(string(k.Pair.A)) + "/" + escape(string(k.Pair.B)))
}

// Leaving is a removal on its way: nominated by a listing or a delta, not confirmed yet.
type Leaving struct {
	Since    time.Time // zero: not leaving
	Batch    string    // the batch that it belongs to
	Approved bool      // an admin released that batch
	Refused  bool      // an admin refused it, or took it back: the person stays; Since is zero
	Undone   bool      // with Refused: they took it back, after it was done or begun
	// Until is how long the person stays who isn't listed again meanwhile, with Refused: then they are
	// nominated like everybody. Zero: they aren't.
	Until time.Time
}

// Waits reports whether l waits for a plan to be applied, and its person is still there.
func (l Link) Waits() bool {
	return l.Parked && (l.State.Live() || l.State == Suspended && l.Present)
}

// Kept reports whether l's person stays against the directory, because an admin wants it.
func (l Link) Kept() bool { return l.Leaving.Refused && l.State.Live() }

// Bar keeps an account from being this person's candidate until a time.
type Bar struct {
	Account AccountID
	Until   time.Time
}

// Candidate is one of several accounts that could each be the counterpart.
type Candidate struct {
	Account  AccountID
	Evidence string // as [Link.Evidence], were it this one
}

// IsBarred reports whether an account is barred at a time.
func (l Link) IsBarred(a AccountID, now time.Time) bool {
	for _, b := range l.Barred {
		if b.Account == a && now.Before(b.Until) {
			return true
		}
	}
	return false
}

// Holds are the accounts that this link keeps from every other one: the person's own, and the
// counterpart or every candidate for it.
func (l Link) Holds() []AccountID {
	state := l.State
	if state == Suspended && !l.Before.Holds() {
		return nil
	}
	if !state.Holds() || l.Account.IsZero() {
		return nil
	}
	held := []AccountID{l.Account}
	if !l.Counterpart.IsZero() {
		return append(held, l.Counterpart)
	}
	for _, c := range l.Candidates {
		held = append(held, c.Account)
	}
	return held
}

// Named reports whether the person named the account that was found: it was looked for under the
// address that they gave, and the card on which they were asked is still there to go on with.
func (l Link) Named() bool {
	return !l.Alias.IsZero() && !l.Appointed && l.Waves == 0 && !l.Counterpart.IsZero() && l.Ask.Open() && l.Ask.To == l.Account
}

// AddressOn is the address by which this link's person is looked for on a platform.
func (l Link) AddressOn(platform Platform) Address {
	if platform == l.Secondary && !l.Alias.IsZero() {
		return l.Alias
	}
	return l.Member.Email
}

// Nonces are the hashes by which an answer finds this link: those that are open, and those that
// were used last, so that a second press is recognised.
func (l Link) Nonces() []NonceHash {
	var out []NonceHash
	for _, hash := range []NonceHash{l.Ask.Nonce, l.Ask.Used, l.Proof.Nonce, l.Proof.Used} {
		if hash != "" {
			out = append(out, hash)
		}
	}
	return out
}

// Delivery is what is known of a prompt's message.
type Delivery string

// The deliveries of a prompt.
const (
	NotSent Delivery = ""        // no message yet
	Sending Delivery = "sending" // the intent is stored; the message may or may not be out
	Sent    Delivery = "sent"    // the platform took it, and Ref names it
	Assumed Delivery = "assumed" // it may be out; the platform has no read-back; Ref is empty
)

// Prompt is a question to one account, from its intent to its last face.
type Prompt struct {
	To       AccountID
	Nonce    NonceHash // of the card that is out, or going out; empty once it has been used
	Used     NonceHash // the nonce that was answered, to recognise a second press
	Mark     string    // how read-back recognises the message; not a secret
	Delivery Delivery
	Tried    time.Time // when the intent was stored
	Ref      MessageRef
	Expires  time.Time // until when it can be answered
	Number   string    // with a proof: the number that the primary account sees
	Choices  []string  // with a proof: the numbers among which the counterpart picks
	Want     Face      // the face that the message should have
	Shown    Face      // the face that it has
	Attempts int       // failures in a row to send or to edit it
}

// Open reports whether a message may be out that has not reached its last face.
func (p Prompt) Open() bool { return p.Delivery == Sent && !p.Ref.IsZero() }

// MessageRef names a message of ours on a platform.
type MessageRef struct {
	Conversation string
	ID           string
	Edits        int // how often it has been edited, where a platform counts
}

// IsZero reports whether r names nothing.
func (r MessageRef) IsZero() bool { return r.ID == "" }

// Nonce is an unguessable, single-use token that a card carries; nothing else in a card is
// trusted. It never is stored or logged: the store knows its hash.
type Nonce string

// LogValue hides the nonce.
func (n Nonce) LogValue() slog.Value { return slog.StringValue("[nonce]") }

// NonceHash is the SHA-256 of a nonce in hexadecimal.
type NonceHash string

// Hash is the form in which a nonce is stored and looked up.
func (n Nonce) Hash() NonceHash {
	sum := sha256.Sum256([]byte(n))
	return NonceHash(hex.EncodeToString(sum[:]))
}

// Verb is what a button asks for.
type Verb string

// The verbs of the product's buttons.
const (
	VerbSync  Verb = "sync"   // sync my accounts, or give me a fresh number
	VerbLater Verb = "later"  // ask me again later
	VerbNotMe Verb = "not-me" // the other account isn't mine
	VerbStop  Verb = "stop"   // don't ask again
	VerbPick  Verb = "pick"   // the number is …
	VerbTake  Verb = "take"   // mine is the account …, of several
	VerbNone  Verb = "none"   // there is no other account of mine
)

// Answer is a press of a button, as the platform vouches for it.
type Answer struct {
	Actor        AccountID
	Conversation string
	Direct       bool       // Conversation is the actor's own 1:1 chat
	Message      MessageRef // that the button is on, as the platform vouches for it
	Nonce        Nonce
	Verb         Verb
	Value        string // with VerbPick: the number; with VerbTake: which of the choices
}

// Outcome is what an answer led to. None but Taken changes anything.
type Outcome string

// The outcomes of an answer.
const (
	AnswerTaken   Outcome = "taken"   // it has taken effect; the card shows it
	AnswerTwice   Outcome = "twice"   // this press has taken effect already
	AnswerLate    Outcome = "late"    // expired, replaced, or no longer in scope
	AnswerForeign Outcome = "foreign" // not this person's to give, or not in their own chat
)

// Face is which of its cards a prompt shows.
type Face string

// The faces. The first group is shown on the primary platform, the second to the claimed account,
// the third to both.
const (
	FaceAsk    Face = "ask"    // sync, later, not me, stop
	FaceChoose Face = "choose" // which of these accounts is yours? later, none of them, stop
	FaceSearch Face = "search" // nobody was found: another address? reply with it, or there is none
	FaceLater  Face = "later"  // will be asked again; sync now, stop
	FaceNumber Face = "number" // go to the other account and pick this number
	FaceOpen   Face = "open"   // open the app with the other account first, and then pick this number
	FaceMissed Face = "missed" // a wrong number was picked; get a fresh one
	FaceLapsed Face = "lapsed" // the proof's time is over; get a fresh one

	FaceProve Face = "prove" // is this you? pick the number
	FaceSpent Face = "spent" // this number is over

	FaceLinked    Face = "linked"
	FaceSearched  Face = "searched" // thank you: no account there, or none that could be used
	FaceDeclined  Face = "declined"
	FaceStopped   Face = "stopped"
	FaceReplaced  Face = "replaced"  // a newer prompt stands below
	FaceOver      Face = "over"      // no answer came
	FaceWithdrawn Face = "withdrawn" // no longer valid
	FaceReview    Face = "review"    // an admin looks at it
	FaceSuspended Face = "suspended" // unsynced; comes back with the person
	FaceUnlinked  Face = "unlinked"  // undone by one of the two, or by an admin
)

// Asks reports whether a face has buttons, and so needs a nonce.
func (f Face) Asks() bool {
	switch f {
	case FaceAsk, FaceChoose, FaceSearch, FaceLater, FaceNumber, FaceOpen, FaceMissed, FaceLapsed, FaceProve:
		return true
	}
	return false
}

// Notice is what the engine wants one person to see, free of any platform's form. The bot makes a
// card of it.
type Notice struct {
	Face    Face
	Nonce   Nonce     // with a face that asks
	Name    string    // of the person who is addressed
	Other   string    // the name on the account at the other end
	Masked  string    // its masked address
	Here    Platform  // where this is shown
	There   Platform  // the other end
	Number  string    // with FaceNumber and FaceOpen
	Choices []string  // with FaceProve
	Options []Option  // with FaceChoose, and with FaceLater after it: what to choose among
	Until   time.Time // until when it can be answered, or when it is asked again
	Wave    int
	Zone    string // the reader's zone
	Locale  string // the reader's locale
}

// Option is one of several accounts among which a person chooses. Its value means something only
// together with the card's nonce.
type Option struct {
	Value  string
	Name   string // on the account
	Masked string // its masked address
}
