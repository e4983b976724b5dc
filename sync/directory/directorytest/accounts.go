package directorytest

import (
	"context"
	"testing"

	"rollcall/sync/directory"
)

// AccountsHarness is what an adapter brings to the exam of its [directory.Accounts]: the platform's
// simulator, which can be filled and broken, and the adapter in front of it. Every field but Lacks
// is required. Its funcs end the test themselves where the simulator fails them.
type AccountsHarness struct {
	Accounts directory.Accounts

	// Installation is the workspace that is examined. Accounts that are there from the start, such
	// as the app's own, are left out of account.
	Installation directory.Installation
	// Other is another tenant's installation in another workspace of the same platform. The same
	// Accounts serves both.
	Other directory.Installation

	// Put creates an account at the platform, as a user of inst's workspace, and returns its id. For
	// [directory.KindExternal] it creates a user of a third workspace whom inst's can see.
	Put func(inst directory.Installation, seed AccountSeed) directory.AccountID
	// Change makes the platform say something else of an account of Installation.
	Change func(id directory.AccountID, seed AccountSeed)
	// Delete deletes an account of Installation, as the platform's admins do.
	Delete func(id directory.AccountID)

	// Break makes every request from now on fail in this way, until Break(BreakNothing).
	Break func(kind Break)

	// PageSize is how many accounts a page carries at most. Make it small: the exam puts a little
	// more than two pages of them.
	PageSize int

	// Lacks are the traits that the platform does not have, each with the reason. They are the only
	// exceptions: nothing else is left out.
	Lacks map[Trait]string
}

// AccountSeed is an account as the platform spells it.
type AccountSeed struct {
	Name       string
	Email      string // as typed there, whatever its case; empty for none
	Kind       directory.Kind
	Status     AccountStatus
	Unverified bool // the platform knows that the address was never confirmed
	Zone       string
	Locale     string
}

// AccountStatus is whether an account can sign in.
type AccountStatus string

// The statuses of an account. Only the first is Active.
const (
	AccountActive      AccountStatus = ""
	AccountInvited     AccountStatus = "invited"     // asked to join, has not yet
	AccountDeactivated AccountStatus = "deactivated" // by an admin
)

// Trait is something that not every platform has.
type Trait string

// The traits that a harness may lack.
const (
	TraitGuest       Trait = "guest"       // accounts with limited access
	TraitBot         Trait = "bot"         // bots among the accounts
	TraitExternal    Trait = "external"    // visible users of other workspaces
	TraitInvited     Trait = "invited"     // accounts that were invited and have not joined
	TraitDeactivated Trait = "deactivated" // accounts that an admin switched off
	TraitNoAddress   Trait = "no address"  // people without a visible e-mail address
	TraitUnverified  Trait = "unverified"  // knowledge that an address was never confirmed
	TraitZone        Trait = "zone"        // time zones of accounts
	TraitLocale      Trait = "locale"      // languages of accounts
)

// Break is a way in which a platform fails.
type Break string

// The breaks, and the code that each must become.
const (
	BreakNothing   Break = ""
	BreakThrottled Break = "429 with Retry-After: 7"                // Throttled, After 7 s
	BreakThrottle0 Break = "429 without Retry-After"                // Throttled
	BreakServer    Break = "500"                                    // Unavailable
	BreakGateway   Break = "503 with an HTML page"                  // Unavailable
	BreakHTML      Break = "200 with an HTML page"                  // Unavailable or Incomplete
	BreakTruncated Break = "200 with half of the JSON"              // Unavailable or Incomplete
	BreakReset     Break = "connection reset"                       // Unavailable
	BreakRevoked   Break = "token revoked, as the platform says it" // Unauthorized
)

// RunAccounts is the exam of [directory.Accounts]. It calls open once for each case, for a fresh
// workspace; open closes what it opened with t.Cleanup. An adapter under exam neither waits nor
// retries by itself: the caller does.
func RunAccounts(t *testing.T, open func(t *testing.T) AccountsHarness) {
	t.Helper()
	for _, c := range accountsCases {
		t.Run(c.name, func(t *testing.T) {
			h := open(t)
			if err := h.complete(); err != nil {
				t.Fatal(err)
			}
			if reason, lacks := h.Lacks[c.trait]; lacks {
				t.Skipf("skipped: the platform has no trait %q: %s", c.trait, reason)
			}
			if err := c.check(t.Context(), h); err != nil {
				t.Error(err)
			}
		})
	}
}

// accountsCase is one question of the exam. It returns what is wrong, so that the exam itself can
// be examined with accounts that lie.
type accountsCase struct {
	name  string
	trait Trait // left out where the platform lacks it
	check func(ctx context.Context, h AccountsHarness) error
}
