package directory

import "time"

// Overview is how a tenant stands, or one of its groups.
type Overview struct {
	Tenant    Tenant
	Group     GroupID // empty: the whole tenant
	Groups    []GroupOverview
	States    map[State]int
	Funnel    Funnel
	Held      int        // batches that wait for an admin
	Disputes  int        // links that wait for one
	Parked    int        // links that wait for a plan
	Kept      int        // links that an admin keeps against the directory
	Proposals []Proposal // the newest three
	Jobs      []Job      // what is being done for admins
	At        time.Time
}

// Funnel is how far the people in scope have come. Each number is a part of the one before it.
type Funnel struct{ InScope, Reachable, Asked, Accepted, Linked int }

// GroupOverview is a group and how it stands.
type GroupOverview struct {
	Group    Group
	States   map[State]int
	Live     int
	Parked   int           // links that wait for a plan
	Kept     int           // links that an admin keeps against the directory
	Complete time.Time     // when it was last read to its end; zero: never yet
	Lag      time.Duration // how long ago that is, beyond what is agreed; zero: none
	Seen     int           // people seen in the read under way
	Reading  bool          // a read is under way
	Trouble  string        // why it can't be read
}

// Story is everything that is known of one person, for an admin who asks why.
type Story struct {
	Member Member
	Groups []Membership // in which they are, and since when; none: in no group
	Links  []LinkStory
	At     time.Time
}

// LinkStory is one link of a person, and what happened to it.
type LinkStory struct {
	Link        Link
	Intent      Intent
	Next        string    // what happens next, as a sentence
	When        time.Time // when; zero: now, or when something happens
	Holds       []string  // what keeps it from going on, each a sentence; none: nothing does
	Account     Account   // as the snapshot has it; the zero value: none
	Counterpart Account
	Candidates  []Sighting // on both platforms, those of the primary one first
	Reach       []Reach
	Trail       []Entry // the newest last, at most a hundred
}

// Sighting is an account that was found under a person's address, and whether it could be theirs.
type Sighting struct {
	Account Account
	Usable  bool   // it can be linked
	Why     string // what speaks for it, or against it: a sentence without its subject, the account
}

// GroupHealth says whether a group is kept up to date.
type GroupHealth struct {
	Group    Group
	Event    time.Time     // when its directory last told of a change, or showed one; zero: never yet
	P50, P95 time.Duration // of its [Pulse]; zero: nothing was measured yet
	Listed   time.Time     // when it was last listed whole
	Drift    int           // what that listing found that no event had told
	Trouble  string
}

// Health says whether a tenant is kept up to date, and what will end.
type Health struct {
	Groups []GroupHealth
	Ends   []Ending
	At     time.Time
}

// Ending is something that works until a time: a subscription, a token, a secret, a consent.
type Ending struct {
	What    string    // as people call it
	At      time.Time // zero: it doesn't say, or never
	Trouble string    // why it doesn't work; empty: it does
}

// Exported is one line of an export: a link, with the addresses in the clear, for whoever may have them.
type Exported struct {
	Link        Link
	Account     Account
	Counterpart Account
}
