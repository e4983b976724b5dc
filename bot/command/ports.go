package command

import (
	"context"
	"iter"

	"rollcall/sync/directory"
)

// Caller is who gives a command, and from where, as verified.
type Caller struct {
	Installation directory.Installation // the zero value of its platform: the command line
	Actor        directory.AccountID
	Conversation string
	Direct       bool
	Role         Role
	Unknown      bool   // nobody can say who they are: they are told nobody's name
	Lang         string // BCP 47, in which they are answered
	Zone         string // IANA
	// Event identifies what they wrote or pressed, the same when it is delivered again: long work that
	// it begins begins once.
	Event string
}

// By is the caller as the trail names them.
func (c Caller) By() string {
	if c.Actor.IsZero() {
		return byOperator
	}
	return c.Actor.Text()
}

// Tenant is the caller's.
func (c Caller) Tenant() directory.TenantID { return c.Installation.Tenant }

// Role is what somebody may do.
type Role int

// The roles; each may do what those before it may.
const (
	Person Role = iota // whoever has an account in a connected workspace
	Admin              // who steers the tenant
)

// Work is what long work needs to be told of: whom to show its progress, and who asked.
type Work struct {
	ID    string // the same for the same event: it begins once
	Group directory.GroupID
	By    string
	Of    directory.Installation
	To    directory.AccountID // zero: nobody
}

// Steering is what the commands need of the engine. Every call but WhatIf's, which only begins it, blocks
// for the store only. Errors: NotFound (there is no such thing), Conflict (it is no longer what was
// shown), Invalid (it can't be), Unauthorized (this admin may not; the text says who may), whose texts are
// for the admin to read; Unavailable (try again).
type Steering interface {
	// Overview is how the tenant stands, or one group.
	Overview(ctx context.Context, tenant directory.TenantID, group directory.GroupID) (directory.Overview, error)
	// Health says whether the tenant is kept up to date.
	Health(ctx context.Context, tenant directory.TenantID) (directory.Health, error)

	// PutGroup adds a group, or changes one, as a draft. Invalid says which field is wrong, and what
	// can stand there.
	PutGroup(ctx context.Context, tenant directory.TenantID, group directory.Group, by string) error
	// RetireGroup takes a group out: its links rest.
	RetireGroup(ctx context.Context, tenant directory.TenantID, group directory.GroupID, by string) error
	// Directories are the names of the tenant's directories.
	Directories(ctx context.Context, tenant directory.TenantID) ([]string, error)
	// PutSettings changes the tenant's settings. Those that decide what happens to people make drafts
	// of its groups.
	PutSettings(ctx context.Context, tenant directory.TenantID, settings directory.Settings, by string) error
	// Switch turns the tenant on or off.
	Switch(ctx context.Context, tenant directory.TenantID, on bool, by string) error
	// Pause has a group rest, or go on; the empty group: all of them.
	Pause(ctx context.Context, tenant directory.TenantID, group directory.GroupID, paused bool, by string) error
	// Difference is what would happen at once if everything were on, not paused and not a draft: how
	// many links each intent concerns, and a digest of it.
	Difference(ctx context.Context, tenant directory.TenantID, group directory.GroupID) (map[directory.Intent]int, string, error)
	// Rollout sets the stage of a group.
	Rollout(ctx context.Context, tenant directory.TenantID, group directory.GroupID, stage directory.Stage, by string) error

	// Propose begins to make a plan, and answers its id.
	Propose(ctx context.Context, tenant directory.TenantID, work Work) (string, error)
	// Proposal is a plan, by its id or the beginning of its id.
	Proposal(ctx context.Context, tenant directory.TenantID, id string) (directory.Proposal, error)
	// ProposalLines are some of its lines.
	ProposalLines(ctx context.Context, tenant directory.TenantID, id string, query directory.LineQuery) ([]directory.ProposalLine, error)
	// Apply begins to carry a plan out. Conflict: it isn't ready, or was applied, or a newer one was.
	Apply(ctx context.Context, tenant directory.TenantID, id, hash string, work Work) error
	// Run has a group read now; the empty group: all.
	Run(ctx context.Context, tenant directory.TenantID, group directory.GroupID) error

	// People are those whom an admin names by an address, a directory's id or an account.
	People(ctx context.Context, tenant directory.TenantID, name Name) ([]directory.Story, error)
	// WhatIf begins to find out what would happen to somebody, if they were in a group.
	WhatIf(ctx context.Context, tenant directory.TenantID, address directory.Address, work Work) error
	// Each of these does something to one link, for an admin. Conflict: its state doesn't allow it, and the text says what does.
	Link(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, counterpart directory.Address, by string) error
	Unlink(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, by string) error
	Exempt(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, exempt bool, by string) error
	Retry(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, by string) error
	Prompt(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, by string) error
	// Resolve decides a dispute: the account is the person's; the zero account: none is.
	Resolve(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, account directory.AccountID, by string) error
	// Disputes pages through the links that wait for an admin.
	Disputes(ctx context.Context, tenant directory.TenantID, after directory.LinkKey, limit int) ([]directory.LinkStory, error)
	// Unreached pages through the links of those who can't be asked anywhere, and of those who are asked for
	// a proof once they open the app. Of each the Reach are the places where they can't be written to.
	Unreached(ctx context.Context, tenant directory.TenantID, after directory.LinkKey, limit int) ([]directory.LinkStory, error)
	// ReachCounts is how many accounts can be written to, or can't for which reason, on each platform.
	ReachCounts(ctx context.Context, tenant directory.TenantID) (map[directory.Platform]map[directory.ReachState]int, error)

	// Held are the batches that wait for an admin, newest first, those decided within a week after them.
	Held(ctx context.Context, tenant directory.TenantID) ([]directory.Batch, error)
	// Release lets a held batch go on. Above the second limit it takes two admins: the first call
	// proposes it, and answers false; another admin's carries it out.
	Release(ctx context.Context, tenant directory.TenantID, id, hash, by string) (bool, error)
	Reject(ctx context.Context, tenant directory.TenantID, id, hash, by string) error
	// UndoBatch begins to bring back whom a batch removed.
	UndoBatch(ctx context.Context, tenant directory.TenantID, id string, work Work) error
	// Undo takes back the last thing that an admin, or a removal, did to a link.
	Undo(ctx context.Context, tenant directory.TenantID, key directory.LinkKey, by string) error

	// Export is every link, in order. An error ends it.
	Export(ctx context.Context, tenant directory.TenantID) iter.Seq2[directory.Exported, error]

	// Mine are the links that an account is in.
	Mine(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (directory.Story, error)
	// Sync, Unsync, NotMe and Stop are what a person does to their own links, by their own account; the
	// number is of links that changed.
	Sync(ctx context.Context, inst directory.Installation, account directory.AccountID) (int, error)
	Unsync(ctx context.Context, inst directory.Installation, account directory.AccountID) (int, error)
	NotMe(ctx context.Context, inst directory.Installation, account directory.AccountID) (int, error)
	Stop(ctx context.Context, inst directory.Installation, account directory.AccountID) (int, error)
}

// Name is how an admin names a person: exactly one of the three.
type Name struct {
	Address directory.Address
	Member  directory.MemberID
	Account directory.AccountID
}

// Office is what the commands need beside the engine: who may do what, and what outlives a card.
type Office interface {
	// Admins are those of the tenant.
	Admins(ctx context.Context, tenant directory.TenantID) ([]directory.Admin, error)
	// Administers asks afresh whether an account steers the tenant: it is among its admins, and the
	// platform, where it can be asked, still calls it an admin of the workspace. Its answer may be a
	// few minutes old. An error is no answer: nothing may be done then.
	Administers(ctx context.Context, inst directory.Installation, account directory.AccountID) (bool, error)
	// PutAdmin makes somebody an admin, and has the other admins told.
	PutAdmin(ctx context.Context, tenant directory.TenantID, admin directory.Admin) error
	RemoveAdmin(ctx context.Context, tenant directory.TenantID, account directory.AccountID, by string) error
	PutTicket(ctx context.Context, ticket directory.Ticket) error
	Ticket(ctx context.Context, id directory.TicketID) (directory.Ticket, error)
	TakeTicket(ctx context.Context, id directory.TicketID) (directory.Ticket, error)
	// Download is the address of a page where the ticket's text fetches a file; empty: there is none.
	Download(ticket string) string
	Preference(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (directory.Preference, error)
	PutPreference(ctx context.Context, tenant directory.TenantID, account directory.AccountID, preference directory.Preference) error
}
