package directory

import "context"

// Source is a directory that has groups of people. Implementations are safe for concurrent use and
// pass directorytest.RunSource whole.
type Source interface {
	// Page reads one page of a group, from cursor. The empty cursor begins a complete listing; the
	// cursor of a last page begins the next read. Blocks for a few requests: one for a page of a
	// listing, more where a delta only names who has to be asked for. May be called twice with the
	// same cursor and then says the same or more.
	//
	// Errors: Expired (begin again with the empty cursor), Incomplete (the listing can't be
	// trusted), Throttled, Unavailable, Unauthorized, NotFound (no such group), Invalid (the group
	// is of a kind that can't be used, or the file is damaged; the text says what to do). After
	// any error nobody counts as having left.
	Page(ctx context.Context, tenant TenantID, group, cursor string) (Page, error)

	// Member asks for one person by id: in the group and active, or a definite no, or no answer.
	// It reads afresh, never from what Page remembered. It blocks for one request.
	Member(ctx context.Context, tenant TenantID, group string, id MemberID) Standing
}

// Page is a part of what a directory says of a group.
type Page struct {
	// Members are in the group. One who is not Active counts as having left. Each person comes
	// with all their fields.
	Members []Member
	// Left were removed, says a delta. In a complete listing it is empty: absence says it.
	Left []MemberID
	// Cursor is where to go on: the next page, or after a last one, the next read.
	Cursor string
	// Last marks the end of a read. Only then are absences looked at.
	Last bool
	// Whole says that the read which this page belongs to is a complete listing, so that who is
	// on none of its pages is a candidate for removal. A delta is not.
	Whole bool
}

// Accounts is the people of a platform's workspaces, as Rollcall looks for them. Implementations
// pass directorytest.RunAccounts whole.
type Accounts interface {
	// Page reads one page of the workspace's accounts, those that can't be linked included. The
	// empty cursor begins; an empty cursor in the answer ends. Errors as [Source.Page].
	Page(ctx context.Context, inst Installation, cursor string) (AccountPage, error)

	// Lookup asks the platform afresh for the accounts that have an address, those that can't be
	// linked included. It blocks for one request.
	Lookup(ctx context.Context, inst Installation, address Address) Finding

	// Account asks the platform afresh for one account by its id. An account that was deleted
	// is Absent or Found with Active false, as the platform tells it.
	Account(ctx context.Context, inst Installation, id AccountID) Finding
}

// AccountPage is a part of a workspace's accounts.
type AccountPage struct {
	Accounts []Account
	Cursor   string // empty: this was the last page
}
