package directory

import (
	"context"
	"net/url"
	"strings"
	"time"
)

// Store is what one store implements: the three store ports. Every implementation passes
// directorytest.RunStore whole, without exceptions. All methods are safe for concurrent use, block
// for the store only, and answer Unavailable when it can't be reached. What one tenant writes is
// invisible to every other, however their ids collide.
type Store interface {
	Ledger
	Sources
	Registry
	Close() error
}

// Ledger keeps links and the trail of what happened to them.
type Ledger interface {
	// Commit makes a change whole or not at all, and durable before it returns. Conflict: a
	// version differs (or something exists that must not). Fenced: a fence differs. Taken: a link
	// would hold an account that another one holds, or get a creation that is another one's;
	// nothing at all is changed. It may be called again after Unavailable only once the caller
	// has read the versions anew.
	Commit(ctx context.Context, tenant TenantID, change Change) error

	// ClaimLinks leases up to max links that are due (DueAt not zero and not after now) and not
	// leased beyond now, the longest due first, then by key. Each comes with its Fence grown by
	// one and its Lease set to until; Version stays.
	ClaimLinks(ctx context.Context, tenant TenantID, now, until time.Time, max int) ([]Link, error)

	// NextDue is the earliest moment at which ClaimLinks or ClaimReading would have something,
	// leases considered; the zero time if there is nothing.
	NextDue(ctx context.Context, tenant TenantID) (time.Time, error)

	// Links are those of the keys that exist, in no particular order.
	Links(ctx context.Context, tenant TenantID, keys ...LinkKey) ([]Link, error)

	// LinkByNonce is the link with this open or used nonce, else NotFound.
	LinkByNonce(ctx context.Context, tenant TenantID, hash NonceHash) (Link, error)

	// LinkHolding is the link of this pair that holds the account, else NotFound.
	LinkHolding(ctx context.Context, tenant TenantID, pair Pair, account AccountID) (Link, error)

	// LinksWith are all the links that name the account on either side, held or not, by key.
	LinksWith(ctx context.Context, tenant TenantID, account AccountID) ([]Link, error)

	// LinksByAddress are all the links whose Member has the address, by key.
	LinksByAddress(ctx context.Context, tenant TenantID, address Address) ([]Link, error)

	// ListLinks pages through links in the order of their keys' texts.
	ListLinks(ctx context.Context, tenant TenantID, query LinkQuery) ([]Link, error)

	// Count counts links for the guard, for status and for rollouts.
	Count(ctx context.Context, tenant TenantID, group GroupID, since time.Time) (Counts, error)

	// LotAt is the lot of the link at a place of a line, from 0; false: the line is shorter. It reads no
	// links, however long the line is.
	LotAt(ctx context.Context, tenant TenantID, line Line, place int) (int64, bool, error)

	// Trail lists audit entries in the order in which they were committed.
	Trail(ctx context.Context, tenant TenantID, query TrailQuery) ([]Entry, error)
}

// Sources keeps groups, how far they were read, who was in them, and account snapshots.
type Sources interface {
	// PutGroup makes or changes a group's configuration. Its Version is the one that was read, or 0,
	// and then it must not exist; the store adds one. Conflict: it was changed meanwhile. A new group's
	// reading is due at once.
	PutGroup(ctx context.Context, tenant TenantID, group Group) error
	// Groups are the tenant's groups, by id.
	Groups(ctx context.Context, tenant TenantID) ([]Group, error)

	// PutReading makes a reading if there is none with its id, due at its DueAt. Else it does nothing.
	PutReading(ctx context.Context, tenant TenantID, reading Reading) error
	// ClaimReading leases the reading that has been due longest, then by id, as ClaimLinks does.
	// NotFound: none is due.
	ClaimReading(ctx context.Context, tenant TenantID, now, until time.Time) (Reading, error)
	// Readings are all the tenant's, by id.
	Readings(ctx context.Context, tenant TenantID) ([]Reading, error)
	// Hasten makes a reading due no later than at: a hint from outside. NotFound if there is none.
	// It does not change the version, so it never makes a worker's commit fail, and the commit of
	// a worker that was under way when the hint came keeps the earlier of the two due times. A read
	// of several steps goes on as it would; the hint is kept until it is over.
	Hasten(ctx context.Context, tenant TenantID, id ReadingID, at time.Time) error

	// Memberships are the roster rows of these people, in every group, by group, then member.
	Memberships(ctx context.Context, tenant TenantID, members ...MemberID) ([]Membership, error)
	// Unseen are the group's roster rows with Round below round or marked Gone, by member text,
	// after a member, at most limit.
	Unseen(ctx context.Context, tenant TenantID, group GroupID, round int64, after MemberID, limit int) ([]Membership, error)

	// AccountsByAddress are the snapshot's accounts with an address.
	AccountsByAddress(ctx context.Context, tenant TenantID, platform Platform, address Address) ([]Account, error)
	// AccountsByID are those of the ids that the snapshot has.
	AccountsByID(ctx context.Context, tenant TenantID, ids ...AccountID) ([]Account, error)

	// Batches are the tenant's removal batches, newest first.
	Batches(ctx context.Context, tenant TenantID) ([]Batch, error)

	// Proposals are the tenant's, newest first.
	Proposals(ctx context.Context, tenant TenantID) ([]Proposal, error)
	// ProposalLines pages through a proposal's lines in the order of their links' texts. None, if
	// there is no such proposal.
	ProposalLines(ctx context.Context, tenant TenantID, proposal string, query LineQuery) ([]ProposalLine, error)
	// ProposalLinesOf are a proposal's lines for these links, in no particular order.
	ProposalLinesOf(ctx context.Context, tenant TenantID, proposal string, keys ...LinkKey) ([]ProposalLine, error)
}

// Registry keeps tenants, installations, where people can be written to, and what must be
// remembered of them.
type Registry interface {
	// PutTenant makes or changes a tenant. Its Version is as in PutGroup, and so is Conflict.
	PutTenant(ctx context.Context, tenant Tenant) error
	Tenant(ctx context.Context, id TenantID) (Tenant, error)
	Tenants(ctx context.Context) ([]Tenant, error) // by id

	// Install records an active connection of which nothing else is known, or a later generation of
	// one, with Version 1, and does nothing where this generation is stored already, whatever its
	// state. Conflict: the workspace belongs to another tenant, or the generation is older than the
	// stored one.
	Install(ctx context.Context, inst Installation) error
	// Connect records a connection with its secrets, whole or not at all. Its generation is the one
	// after the stored one, or 1, and its Version is 1, whatever the caller's says. The secrets of
	// earlier generations are deleted. Conflict: the generation is another one, or the workspace
	// belongs to another tenant. The lines go into its tenant's trail with it, as those of a [Change]
	// do, or, where it is refused, not at all.
	Connect(ctx context.Context, connection Connection, credential Credential, audit ...Entry) error
	// Amend changes what is known of a connection of the same generation, its state included: one
	// that is made gone loses its secrets. Its Version is the one that was read; the store adds one.
	// Conflict: it was changed meanwhile, another generation is stored, or a connection that is gone
	// would come back, which only Connect does. Whoever gets it reads the connection again, and
	// decides again. NotFound: there is none. The lines are as in Connect.
	Amend(ctx context.Context, connection Connection, audit ...Entry) error
	// Connection is that of a workspace, whatever its state, else NotFound.
	Connection(ctx context.Context, platform Platform, workspace Workspace) (Connection, error)
	// Connections are the tenant's, whatever their state, by platform, then workspace.
	Connections(ctx context.Context, tenant TenantID) ([]Connection, error)
	// Resolve is the installation of a verified origin's workspace, if it is active, else NotFound.
	// It is the only way from a request to a tenant.
	Resolve(ctx context.Context, origin Origin) (Installation, error)
	// Installations are the tenant's active ones, by platform, then workspace.
	Installations(ctx context.Context, tenant TenantID) ([]Installation, error)

	// Credential are the secrets of exactly this tenant's installation in exactly this generation,
	// which isn't gone, else NotFound.
	Credential(ctx context.Context, inst Installation) (Credential, error)
	// PutCredential replaces them. Its Version is the one that was read; the store adds one.
	// Conflict: it was changed meanwhile. NotFound: as Credential.
	PutCredential(ctx context.Context, inst Installation, credential Credential) error

	// PutAdmin adds an admin, or changes one. Admins are a tenant's, by account text.
	PutAdmin(ctx context.Context, tenant TenantID, admin Admin) error
	Admins(ctx context.Context, tenant TenantID) ([]Admin, error)
	// RemoveAdmin removes one. NotFound: it is none. Conflict: it is the last one.
	RemoveAdmin(ctx context.Context, tenant TenantID, account AccountID) error

	// PutTicket records a ticket, or changes one. Those that are over are forgotten some time.
	PutTicket(ctx context.Context, ticket Ticket) error
	// Ticket is the one with this id, if now is before its Until, else NotFound.
	Ticket(ctx context.Context, id TicketID, now time.Time) (Ticket, error)
	// TakeTicket is Ticket, once: it is gone afterwards, even where many ask at the same moment.
	TakeTicket(ctx context.Context, id TicketID, now time.Time) (Ticket, error)
	// EndTickets forgets all of a tenant's of one kind; the empty kind: all.
	EndTickets(ctx context.Context, tenant TenantID, kind string) error

	// Conversation is the 1:1 chat with an account, else NotFound.
	Conversation(ctx context.Context, inst Installation, account AccountID) (string, error)
	SaveConversation(ctx context.Context, inst Installation, account AccountID, conversation string) error

	// Suppressed reports whether the account's owner asked not to be asked.
	Suppressed(ctx context.Context, tenant TenantID, account AccountID) (bool, error)

	// Reach is what is known of these accounts, by account text; who was never tried isn't there.
	// [Change] writes it.
	Reach(ctx context.Context, tenant TenantID, accounts ...AccountID) ([]Reach, error)
	// ReachCounts is how many of a platform's accounts are in each state.
	ReachCounts(ctx context.Context, tenant TenantID, platform Platform) (map[ReachState]int, error)
	// Unreached pages through the accounts of a platform in a state, by account text, after one, at most limit.
	Unreached(ctx context.Context, tenant TenantID, platform Platform, state ReachState, after AccountID, limit int) ([]Reach, error)

	// Preference is what an account's owner wants; the zero value where they said nothing.
	Preference(ctx context.Context, tenant TenantID, account AccountID) (Preference, error)
	PutPreference(ctx context.Context, tenant TenantID, account AccountID, preference Preference) error

	// Creations are what was made on a platform for the tenant, gone ones included, by account
	// text. [Change] writes them.
	Creations(ctx context.Context, tenant TenantID, platform Platform) ([]Creation, error)

	// First records key, and reports whether it was not known yet. It is forgotten some time
	// after ttl, never before.
	First(ctx context.Context, tenant TenantID, key string, now time.Time, ttl time.Duration) (bool, error)
}

// Change is what one Commit does, whole or not at all.
type Change struct {
	Links    []LinkChange
	Roster   []Membership // put
	Unroster []RosterKey  // deleted; a missing one is no error
	Reading  *ReadingChange
	Accounts []SeenAccount // put into the snapshot
	Forget   *Forget       // and taken out of it
	Batches  []BatchChange
	Suppress []AccountID // asked not to be asked
	Lift     []AccountID // may be asked again
	Made     []Creation  // put, one after the other; see [Creation]
	Reached  []Reach     // put; one that is Unseen is forgotten
	Audit    []Entry

	// One after the other. A line's proposal is stored, or is in the same change, else Conflict.
	Proposals []ProposalChange
	Lines     []ProposalLine // put
	Drop      []string       // proposals that are deleted with all their lines; a missing one is no error
}

// ProposalChange writes a proposal. The store sets its Version to Version+1.
type ProposalChange struct {
	Proposal Proposal
	Version  int64 // 0: it must not exist
}

// LinkChange writes a link. The store sets its Version to Version+1.
type LinkChange struct {
	Link    Link
	Version int64 // as it was read; 0: it must not exist
	// Fence as it was claimed, and then it must still be the stored one, and the lease ends with
	// this commit. 0: the writer is not a worker (an answer); lease and fence stay.
	Fence int64
	Keep  bool // with a Fence: the worker goes on, the lease stays
}

// ReadingChange writes how far a reading got. The store sets its Version to Version+1.
type ReadingChange struct {
	Reading Reading
	Version int64
	Fence   int64
	// Over: it is deleted instead, and its hints with it. Its id isn't used again: a worker that lost
	// its lease would take the new one for its own.
	Over bool
}

// BatchChange writes a removal batch. The store sets its Version to Version+1.
type BatchChange struct {
	Batch   Batch
	Version int64 // 0: it must not exist
}

// SeenAccount is an account of the snapshot and the round that saw it. Round 0 is for one seen
// outside a crawl: its stored round is kept, or becomes the one of the last crawl.
type SeenAccount struct {
	Account Account
	Round   int64
}

// Forget drops the snapshot's accounts of a workspace that a complete crawl did not see.
type Forget struct {
	Platform  Platform
	Workspace Workspace
	Before    int64 // round
}

// Creation is an account that we made on a platform: the ledger that says what may ever be taken away
// again. A row is never deleted. While the account is there it belongs to one link: to put it for
// another is Taken. Once it is gone it may be put for another one, as a bot of a pool is.
type Creation struct {
	Account AccountID // identifies the row
	Kind    StandInKind
	Marker  string
	Link    LinkKey
	At      time.Time
	Gone    time.Time // zero: still there
}

// Entry is one line of the trail: what happened to a link, a batch or a connection, and why. It names
// nobody: members and accounts are there by their ids only.
type Entry struct {
	Seq   int64 // given by the store, growing
	At    time.Time
	Link  LinkKey // zero for what concerns no single link
	Event string
	From  State
	To    State
	Why   string
	By    string // who: "engine", "platform", an account's text, or an admin's
	Batch string
}

// TrailQuery selects entries.
type TrailQuery struct {
	Link  LinkKey // zero: all
	After int64   // Seq
	Limit int     // 0: 100
}

// LinkQuery selects links.
type LinkQuery struct {
	State State   // empty: all
	Group GroupID // empty: all
	After LinkKey // zero: from the beginning
	Limit int     // 0: 100
}

// Counts are links counted for the guard, for the tenant and for one group of it.
type Counts struct {
	Live, Linked           int // the tenant's; Linked is a part of Live
	GroupLive, GroupLinked int
	// Leaving are the tenant's links that were suspended since the given time or are on their
	// way there, those of approved batches excepted.
	Leaving       int
	LeavingLinked int // those of them that were linked
	// Going are the tenant's links that are on their way out, and Gone those that were suspended since
	// the given time, those of approved batches included.
	Going, Gone           int
	GroupGoing, GroupGone int

	// The others are of the group, or of the tenant where no group is named.
	States  map[State]int
	Asked   map[State]int // those of them whose person was asked ever; see [Link.WasAsked]
	Failing int           // those of these to whom nothing gets through; see [Link.Failing]
	Parked  int           // those that wait for a plan; see [Link.Waits]
	Kept    int           // those that are kept against the directory; see [Link.Kept]
}

// GroupID is our own id of a group.
type GroupID string

// Group is the configuration of a directory group that Rollcall watches.
type Group struct {
	ID        GroupID
	Name      string
	Directory string // the name of its Source
	External  string // its id there
	Primary   Platform
	Secondary Platform
	Priority  int       // lower wins
	Added     time.Time // ties fall to the earlier
	Paused    bool      // what happens is recorded and not acted on
	Retired   bool      // no longer configured: neither read nor asked, and it decides for nobody
	// Draft says that no plan of it was applied since it was added or changed: it is read and its
	// people are looked up, and nobody is asked, nothing is made and nobody is removed.
	Draft bool
	// Rollout lets only a part of the people be asked at first.
	Rollout Rollout
	// Removal is what leaving the group does to a link; empty: as the tenant's settings say.
	Removal Removal
	// ByAdmin says that an admin added it with a command, and it doesn't stand in the configuration.
	ByAdmin bool
	// Configured is what the configuration last said of it; a command's change stands until the
	// configuration says something else of the same.
	Configured string
	Version    int64 // grows with every change; 0: not stored yet
}

// Pair is the group's pair of platforms.
func (g Group) Pair() Pair { return PairOf(g.Primary, g.Secondary) }

// ReadingID names something that is read by pages.
type ReadingID string

// ReadingOfGroup is the reading of a group.
func ReadingOfGroup(id GroupID) ReadingID { return ReadingID("group/" + escape(string(id))) }

// ReadingOfAccounts is the reading of a workspace's accounts.
func ReadingOfAccounts(inst Installation) ReadingID {
	return ReadingID("accounts/" + escape(string(inst.Platform)) + "/" + escape(string(inst.Workspace)))
}

// ReadingOfChanges is how far a subscriber was told of changes.
func ReadingOfChanges(subscriber string) ReadingID { return ReadingID("changes/" + escape(subscriber)) }

// Subscriber is who is told, by a reading of changes; empty: it is another reading.
func (id ReadingID) Subscriber() string {
	name, ok := strings.CutPrefix(string(id), "changes/")
	if !ok {
		return ""
	}
	name, _ = url.PathUnescape(name)
	return name
}

// Reading is how far a group, or a workspace's accounts, was read.
type Reading struct {
	ID       ReadingID
	Group    GroupID      // for a group
	Of       Installation // for accounts
	Cursor   string
	Midway   bool   // Cursor is inside a read
	Whole    bool   // the read under way is a complete listing
	Settle   bool   // the read is complete and its absences are to be looked at
	Round    int64  // counts reads; the one under way, or the last
	Pages    int    // of the read under way
	Milepost string // the cursor that its page 1, 2, 4, 8 … had: if it comes again, pages go in a circle
	Seen     int    // people or accounts seen in the read under way
	Failures int    // since a read last came to its end
	Trouble  string
	Complete time.Time // when the last read ended well
	Listed   time.Time // when the last complete listing ended well
	// ListedRound is the round of that listing: a roster row of an earlier round is absent.
	ListedRound int64
	// ListedSeen is how many people that listing, and the deltas since, named as present.
	ListedSeen int
	DueAt      time.Time
	Pulse      Pulse // for a group
	Job        *Job  // for a job; nil: it is another reading
	Version    int64
	Fence      int64
	Lease      time.Time
}

// Pulse says how well a group's reading keeps up with its directory.
type Pulse struct {
	// Since is from when the changes count that the read under way, or the one that failed, shows: from
	// the first hint at them; or, where its turn had come, from the middle between that turn and the
	// read before it. Nobody can know that one better: it may be off by half the time between the two.
	// Zero: no read is under way.
	Since  time.Time
	Hinted bool // it was a hint
	// Event is when the directory last told of a change, or showed one.
	Event time.Time
	// Lags are how long the last changes took until they were taken, a sample for each page that had
	// any, the newest last, at most [MostLags].
	Lags []time.Duration
	// Drift is how many people the last complete listing found added or removed of whom no event had
	// told. The first listing of all finds none, and neither does one that a hint began where the
	// directory has nothing but listings. Drifts says that the listing under way counts them.
	Drift  int
	Drifts bool
}

// MostLags is how many samples a [Pulse] keeps.
const MostLags = 100

// Underway reports whether the read has begun and isn't over: what is done next goes on with it.
func (r Reading) Underway() bool { return r.Midway || r.Settle }

// Membership is a row of the roster: a person in a group.
type Membership struct {
	Group  GroupID
	Member Member
	Since  time.Time
	Round  int64 // the read that saw the person last
	Gone   bool  // a delta named the person as removed, or the directory as disabled
}

// Key is what identifies a roster row.
func (m Membership) Key() RosterKey { return RosterKey{m.Group, m.Member.ID} }

// RosterKey identifies a roster row.
type RosterKey struct {
	Group  GroupID
	Member MemberID
}

// BatchState is where a removal batch is.
type BatchState string

// The states of a batch.
const (
	BatchHeld       BatchState = "held"       // waits for an admin
	BatchReleased   BatchState = "released"   // an admin let it go on; being carried out
	BatchRejected   BatchState = "rejected"   // an admin refused it
	BatchSuperseded BatchState = "superseded" // a later read says otherwise
	BatchDone       BatchState = "done"
)

// Batch is a set of removals that the guard held back as a whole.
type Batch struct {
	ID      string
	Group   GroupID
	Members []MemberID // sorted by their texts
	Hash    string     // of group and members; a release names it
	Why     string
	State   BatchState
	Pair    Pair      // of the group's platforms when it was held
	Held    time.Time // since when; zero: an earlier release held it
	At      time.Time // when its evidence was last renewed, or when it was decided
	By      string    // who released or rejected it
	// Proposer is who would have a batch released that takes two admins, since ProposedAt. Empty: nobody.
	Proposer   string
	ProposedAt time.Time
	Version    int64
}
