package directory

import (
	"net/url"
	"strings"
	"time"
)

// JobKind is what long work is about.
type JobKind string

// The kinds of jobs.
const (
	JobPlan   JobKind = "plan"    // make a proposal; Subject is its id
	JobApply  JobKind = "apply"   // carry one out; Subject is its id
	JobWake   JobKind = "wake"    // have every link looked at now: after on, off, or the end of a pause
	JobUndo   JobKind = "undo"    // bring back whom a batch removed; Subject is its id
	JobTell   JobKind = "tell"    // tell accounts something, each of them once; Subject says what
	JobWhatIf JobKind = "what-if" // what would happen to somebody in no group; Subject is their address
)

// Job is long work that somebody asked for. It is accepted durably before it begins: it stands in the
// Reading that carries it out, which has its id, cursor and schedule, and is gone when it is over.
type Job struct {
	ID      string
	Kind    JobKind
	Group   GroupID // empty: all of the tenant's
	Subject string
	By      string    // who asked: an account's text, or "operator"
	Began   time.Time // when it was asked for
	Done    int       // of Total
	Total   int       // zero: not known yet
	Changed int       // links that it wrote to
	Left    int       // lines that it left out, because they have drifted
	Trouble string    // what keeps it waiting; a sentence

	// Where its progress is shown, in one message that is edited. Zero: nowhere.
	Of   Installation
	To   AccountID
	Card Message

	// With JobTell: whom, and about which link; each before Done was told, or may have been. The first of
	// them, as many as Own says, are those whom it is about, and the others are told as admins.
	Tell  []AccountID
	Own   int
	Link  LinkKey
	Who   AccountID // with TellAdmin: who was made one
	Batch string    // with TellHeld: which one waits
}

// Message is a message of ours that isn't a link's prompt, from its intent to its last edit.
type Message struct {
	Mark     string
	Delivery Delivery
	Ref      MessageRef
	Shown    time.Time // when it was last sent or edited
}

// ReadingOfJob is the reading that carries a job out.
func ReadingOfJob(id string) ReadingID { return ReadingID("job/" + escape(id)) }

// Job is the job that a reading carries out, by its id; empty: it is another reading.
func (id ReadingID) Job() string {
	name, ok := strings.CutPrefix(string(id), "job/")
	if !ok {
		return ""
	}
	name, _ = url.PathUnescape(name)
	return name
}

// Intent is what a proposal has in mind for one person.
type Intent string

// The intents, in the order in which reports list them. All but the last three do something.
const (
	IntentAsk     Intent = "ask"     // ask them to sync
	IntentChoose  Intent = "choose"  // ask them which of several accounts is theirs
	IntentSearch  Intent = "search"  // ask them for another address
	IntentStandIn Intent = "standin" // make a stand-in
	IntentSuspend Intent = "suspend" // unsync, reversibly, once the directory confirms that they left
	IntentRestore Intent = "restore" // sync again as it was
	IntentDecide  Intent = "decide"  // an admin has to decide, or to mend something
	IntentWait    Intent = "wait"    // for an account, an answer, or a time
	IntentNone    Intent = "none"    // nothing: it is as it should be, or nobody is to be asked
)

// Intents are all of them, in order.
func Intents() []Intent {
	return []Intent{
		IntentAsk, IntentChoose, IntentSearch, IntentStandIn, IntentSuspend, IntentRestore, IntentDecide, IntentWait, IntentNone,
	}
}

// Acts reports whether the intent does something that people notice.
func (i Intent) Acts() bool {
	switch i {
	case IntentDecide, IntentWait, IntentNone, "":
		return false
	}
	return true
}

// ProposalState is where a proposal is.
type ProposalState string

// The states of a proposal.
const (
	ProposalMaking   ProposalState = "making"   // its lines are being written
	ProposalReady    ProposalState = "ready"    // it can be applied
	ProposalApplying ProposalState = "applying" // it is being carried out
	ProposalApplied  ProposalState = "applied"
	ProposalFailed   ProposalState = "failed" // it could not be made; Why says so
)

// Proposal is a plan that an admin asked for: what would happen, line by line, as it was when it was
// made. It is kept until newer ones have taken its place.
type Proposal struct {
	ID     string
	Group  GroupID // empty: all of the tenant's
	State  ProposalState
	At     time.Time // when it was made
	By     string
	Hash   string // of all its lines: an apply names the proposal, and nothing else is applied
	Counts map[Intent]int
	Lines  int
	Drift  map[Intent]int // after it was applied: the lines left out, and what is new since
	Why    string
	// Of whom the change was that it is about; empty: there is none to approve.
	Version int64
}

// ProposalLine is what a proposal has in mind for one link.
type ProposalLine struct {
	Proposal    string
	Link        LinkKey
	Group       GroupID
	Name        string // of the person, as the directory has it: for admins to read
	State       State
	Intent      Intent
	Account     AccountID
	Counterpart AccountID
	Reason      string
	Drift       string // why it was left out when the proposal was applied; empty: it wasn't
}

// LineQuery selects a proposal's lines.
type LineQuery struct {
	Intent  Intent // empty: all
	Drifted bool   // only those left out
	After   LinkKey
	Limit   int // 0: 100
}

// ReachState says whether somebody can be written to on a platform.
type ReachState string

// The reach states.
const (
	Unseen     ReachState = ""            // nobody has tried
	Reachable  ReachState = "reachable"   // a message was delivered, or they wrote
	AppMissing ReachState = "app missing" // the app isn't installed for them: it waits for first contact
	Blocked    ReachState = "blocked"     // they blocked the app
	Disabled   ReachState = "disabled"    // an admin of the platform doesn't allow it
	Guest      ReachState = "guest"       // guests can't be written to there
)

// Reach is what is known of whether one account can be written to.
type Reach struct {
	Account AccountID
	State   ReachState
	Since   time.Time
	Why     string // what the platform said, as our own sentence
}

// Preference is what a person wants for themselves.
type Preference struct {
	Locale string // BCP 47; empty: as the platform says
}

// Report is what somebody is shown of a job, or told by one.
type Report struct {
	Job      Job
	Over     bool           // it is done
	Rate     float64        // of Done per second; zero: not known yet
	Left     time.Duration  // until it is done; zero: not known
	Proposal Proposal       // with JobPlan and JobApply
	Examples []ProposalLine // with JobPlan: some lines; with JobApply: some of those left out
	Story    Story          // with JobWhatIf, and with JobTell about one person
	Batch    Batch          // with JobTell about one
	Group    Group          // that it is about, if it is about one
	Lang     string         // the reader's language
	Zone     string         // the reader's IANA zone
	Admin    bool           // with JobTell: the reader is an admin
	Who      Admin          // with TellAdmin: the new one, and By is a name
}

// What JobTell tells of: its Subject.
const (
	TellNotMe  = "not-me" // somebody said "not me" of a link: to both accounts, and to the admins
	TellHeld   = "held"   // a batch waits: to the admins
	TellHalted = "halted" // a rollout doesn't go on: to the admins
	TellAdmin  = "admin"  // somebody was made an admin: to the others
)
