package directorytest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// accountsCases is the exam's table of contents.
var accountsCases = []accountsCase{
	{name: "an empty workspace ends after its pages", check: accountsEmpty},
	{name: "pages cover everybody and end", check: accountsPages},
	{name: "cancelled at every page and resumed", check: accountsResumed},
	{name: "broken at every page and resumed", check: accountsBrokenMidway},
	{name: "a strange cursor is an error", check: accountsStrangeCursor},
	{name: "a person", check: accountsKind(AccountSeed{Name: "Ann Able", Email: "ann@exam.example", Kind: directory.KindPerson})},
	{name: "a guest", trait: TraitGuest, check: accountsKind(AccountSeed{Name: "Gil Guest", Email: "gil@exam.example", Kind: directory.KindGuest})},
	{name: "a bot", trait: TraitBot, check: accountsKind(AccountSeed{Name: "Build", Kind: directory.KindBot})},
	{name: "an external", trait: TraitExternal, check: accountsExternal},
	{name: "invited, not active", trait: TraitInvited, check: accountsKind(AccountSeed{Name: "Ida Invited", Email: "ida@exam.example", Kind: directory.KindPerson, Status: AccountInvited})},
	{name: "deactivated", trait: TraitDeactivated, check: accountsKind(AccountSeed{Name: "Dee Gone", Email: "dee@exam.example", Kind: directory.KindPerson, Status: AccountDeactivated})},
	{name: "no address", trait: TraitNoAddress, check: accountsKind(AccountSeed{Name: "Nan", Kind: directory.KindPerson})},
	{name: "an unconfirmed address is not verified", trait: TraitUnverified, check: accountsUnverified},
	{name: "zone", trait: TraitZone, check: accountsZone},
	{name: "locale", trait: TraitLocale, check: accountsLocale},
	{name: "an address in odd case", check: accountsKind(AccountSeed{Name: "Odd Case", Email: "Odd.Case+Tag@Exam.EXAMPLE", Kind: directory.KindPerson})},
	{name: "an unknown address and an unknown id are absent", check: accountsUnknown},
	{name: "a look-up is fresh", check: accountsFresh},
	{name: "switched off since", trait: TraitDeactivated, check: accountsSwitchedOff},
	{name: "another workspace's account is never found", check: accountsOther},
	{name: "cancelled is an error, not an absence", check: accountsCancelled},
	{name: "429 with Retry-After", check: accountsBreak(BreakThrottled, directory.Throttled)},
	{name: "429 without Retry-After", check: accountsBreak(BreakThrottle0, directory.Throttled)},
	{name: "500", check: accountsBreak(BreakServer, directory.Unavailable)},
	{name: "503 with an HTML page", check: accountsBreak(BreakGateway, directory.Unavailable)},
	{name: "200 with an HTML page", check: accountsBreak(BreakHTML, directory.Unavailable, directory.Incomplete)},
	{name: "200 with half of the JSON", check: accountsBreak(BreakTruncated, directory.Unavailable, directory.Incomplete)},
	{name: "connection reset", check: accountsBreak(BreakReset, directory.Unavailable)},
	{name: "token revoked", check: accountsBreak(BreakRevoked, directory.Unauthorized)},
}

func accountsEmpty(ctx context.Context, h AccountsHarness) error {
	_, err := listAccounts(ctx, h, h.Installation, nil)
	return err
}

func accountsPages(ctx context.Context, h AccountsHarness) error {
	want := putAccounts(h)
	got, err := listAccounts(ctx, h, h.Installation, nil)
	if err != nil {
		return err
	}
	if len(got.pages) < 3 {
		return fmt.Errorf("%d accounts came on %d pages; PageSize is %d", len(got.accounts), len(got.pages), h.PageSize)
	}
	if err := got.hasAll(want); err != nil {
		return err
	}
	// The same cursor asked twice says the same.
	for i, cursor := range got.pages {
		again, err := h.Accounts.Page(ctx, h.Installation, cursor)
		if err != nil {
			return fmt.Errorf("page %d asked again: %w", i+1, err)
		}
		for _, a := range again.Accounts {
			if _, ok := got.accounts[a.ID]; !ok {
				return fmt.Errorf("page %d asked again has an account that no page had", i+1)
			}
		}
	}
	return nil
}

func accountsResumed(ctx context.Context, h AccountsHarness) error {
	want := putAccounts(h)
	got, err := listAccounts(ctx, h, h.Installation, func(cursor string) error {
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		page, err := h.Accounts.Page(cancelled, h.Installation, cursor)
		return failedAccountPage(page, err, nil)
	})
	if err != nil {
		return err
	}
	return got.hasAll(want)
}

func accountsBrokenMidway(ctx context.Context, h AccountsHarness) error {
	want := putAccounts(h)
	got, err := listAccounts(ctx, h, h.Installation, func(cursor string) error {
		h.Break(BreakServer)
		defer h.Break(BreakNothing)
		page, err := h.Accounts.Page(ctx, h.Installation, cursor)
		return failedAccountPage(page, err, []directory.Code{directory.Unavailable})
	})
	if err != nil {
		return err
	}
	return got.hasAll(want)
}

func accountsStrangeCursor(ctx context.Context, h AccountsHarness) error {
	putAccounts(h)
	page, err := h.Accounts.Page(ctx, h.Installation, "no such cursor \x00 \"<>")
	return failedAccountPage(page, err, []directory.Code{directory.Expired, directory.Invalid})
}

// accountsKind asks in all three ways for an account that says this.
func accountsKind(seed AccountSeed) func(context.Context, AccountsHarness) error {
	return func(ctx context.Context, h AccountsHarness) error {
		id := h.Put(h.Installation, seed)
		if id.Platform != h.Installation.Platform || id.Workspace != h.Installation.Workspace || id.User == "" {
			return errors.New("the account's id does not name the installation's platform and workspace and a user")
		}
		listed, err := listAccounts(ctx, h, h.Installation, nil)
		if err != nil {
			return err
		}
		account, ok := listed.accounts[id]
		if !ok {
			return errors.New("no page has the account")
		}
		if err := sameAccount(account, id, seed); err != nil {
			return fmt.Errorf("page: %w", err)
		}
		// A platform may hide from one question what it lists in another, but only for accounts
		// that can't sign in.
		mayHide := seed.Status != AccountActive
		if err := foundAs(h.Accounts.Account(ctx, h.Installation, id), id, seed, mayHide); err != nil {
			return fmt.Errorf("by id: %w", err)
		}
		if seed.Email == "" {
			return nil
		}
		if err := foundAs(h.Accounts.Lookup(ctx, h.Installation, address(seed.Email)), id, seed, mayHide); err != nil {
			return fmt.Errorf("by address: %w", err)
		}
		return nil
	}
}

// accountsExternal: wherever a user of another workspace is seen, they are external.
func accountsExternal(ctx context.Context, h AccountsHarness) error {
	seed := AccountSeed{Name: "Eve Elsewhere", Email: "eve@elsewhere.example", Kind: directory.KindExternal}
	id := h.Put(h.Installation, seed)
	if id.Workspace == h.Installation.Workspace {
		return errors.New("an external account's id names the installation's workspace as its home")
	}
	listed, err := listAccounts(ctx, h, h.Installation, nil)
	if err != nil {
		return err
	}
	seen := h.Accounts.Account(ctx, h.Installation, id).Accounts()
	seen = append(seen, h.Accounts.Lookup(ctx, h.Installation, address(seed.Email)).Accounts()...)
	for _, a := range listed.accounts {
		if a.ID.User == id.User || a.Email == address(seed.Email) {
			seen = append(seen, a)
		}
	}
	for _, a := range seen {
		if a.Kind != directory.KindExternal || a.ID != id {
			return fmt.Errorf("an external account is shown with kind %q, or with another id than its own", a.Kind)
		}
	}
	return nil
}

func accountsUnverified(ctx context.Context, h AccountsHarness) error {
	seed := AccountSeed{Name: "Una", Email: "una@exam.example", Kind: directory.KindPerson, Unverified: true}
	id := h.Put(h.Installation, seed)
	return eachView(ctx, h, id, seed, func(a directory.Account) error {
		if a.Ownership != directory.Unverified {
			return fmt.Errorf("ownership is %q, want %q", a.Ownership, directory.Unverified)
		}
		return nil
	})
}

func accountsZone(ctx context.Context, h AccountsHarness) error {
	seed := AccountSeed{Name: "Zoe", Email: "zoe@exam.example", Kind: directory.KindPerson, Zone: "Asia/Kolkata"}
	id := h.Put(h.Installation, seed)
	return eachView(ctx, h, id, seed, func(a directory.Account) error {
		if a.Zone != seed.Zone {
			return fmt.Errorf("zone is %q, want %q", a.Zone, seed.Zone)
		}
		return nil
	})
}

func accountsLocale(ctx context.Context, h AccountsHarness) error {
	seed := AccountSeed{Name: "Lou", Email: "lou@exam.example", Kind: directory.KindPerson, Locale: "de-DE"}
	id := h.Put(h.Installation, seed)
	return eachView(ctx, h, id, seed, func(a directory.Account) error {
		if a.Locale != seed.Locale {
			return fmt.Errorf("locale is %q, want %q", a.Locale, seed.Locale)
		}
		return nil
	})
}

func accountsUnknown(ctx context.Context, h AccountsHarness) error {
	known := h.Put(h.Installation, AccountSeed{Name: "Ann Able", Email: "ann@exam.example", Kind: directory.KindPerson})
	if f := h.Accounts.Lookup(ctx, h.Installation, address("nobody@exam.example")); !f.IsAbsent() {
		return fmt.Errorf("an unknown address is not absent: %w", f.Err())
	}
	// A neighbour of a known address is not that address.
	for _, near := range []string{"ann@exam.exampl", "an@exam.example", "ann+x@exam.example"} {
		if f := h.Accounts.Lookup(ctx, h.Installation, address(near)); !f.IsAbsent() {
			return fmt.Errorf("an address that resembles a known one is not absent: %w", f.Err())
		}
	}
	h.Delete(known)
	return goneByID(h.Accounts.Account(ctx, h.Installation, known))
}

func accountsFresh(ctx context.Context, h AccountsHarness) error {
	if _, err := listAccounts(ctx, h, h.Installation, nil); err != nil {
		return err
	}
	before := AccountSeed{Name: "Ann Able", Email: "ann@exam.example", Kind: directory.KindPerson}
	if f := h.Accounts.Lookup(ctx, h.Installation, address(before.Email)); !f.IsAbsent() {
		return fmt.Errorf("nobody has the address yet, and it is not absent: %w", f.Err())
	}
	id := h.Put(h.Installation, before)
	if err := foundAs(h.Accounts.Lookup(ctx, h.Installation, address(before.Email)), id, before, false); err != nil {
		return fmt.Errorf("after the account was made: %w", err)
	}
	after := before
	after.Name, after.Email = "Ann Baker", "ann.baker@exam.example"
	h.Change(id, after)
	if f := h.Accounts.Lookup(ctx, h.Installation, address(before.Email)); !f.IsAbsent() {
		return fmt.Errorf("the address was given up, and is not absent: %w", f.Err())
	}
	if err := foundAs(h.Accounts.Lookup(ctx, h.Installation, address(after.Email)), id, after, false); err != nil {
		return fmt.Errorf("by the new address: %w", err)
	}
	if err := foundAs(h.Accounts.Account(ctx, h.Installation, id), id, after, false); err != nil {
		return fmt.Errorf("by id after the change: %w", err)
	}
	// The address goes to somebody else: the finding names the new owner only.
	heir := AccountSeed{Name: "Ann Other", Email: before.Email, Kind: directory.KindPerson}
	heirID := h.Put(h.Installation, heir)
	return foundAs(h.Accounts.Lookup(ctx, h.Installation, address(before.Email)), heirID, heir, false)
}

func accountsSwitchedOff(ctx context.Context, h AccountsHarness) error {
	seed := AccountSeed{Name: "Ann Able", Email: "ann@exam.example", Kind: directory.KindPerson}
	id := h.Put(h.Installation, seed)
	if err := foundAs(h.Accounts.Account(ctx, h.Installation, id), id, seed, false); err != nil {
		return err
	}
	seed.Status = AccountDeactivated
	h.Change(id, seed)
	if err := foundAs(h.Accounts.Account(ctx, h.Installation, id), id, seed, true); err != nil {
		return fmt.Errorf("by id: %w", err)
	}
	if err := foundAs(h.Accounts.Lookup(ctx, h.Installation, address(seed.Email)), id, seed, true); err != nil {
		return fmt.Errorf("by address: %w", err)
	}
	return nil
}

func accountsOther(ctx context.Context, h AccountsHarness) error {
	mine := AccountSeed{Name: "Ann Here", Email: "ann@exam.example", Kind: directory.KindPerson}
	theirs := AccountSeed{Name: "Ann There", Email: "ann@exam.example", Kind: directory.KindPerson}
	only := AccountSeed{Name: "Only There", Email: "only@exam.example", Kind: directory.KindPerson}
	mineID, theirID := h.Put(h.Installation, mine), h.Put(h.Other, theirs)
	onlyID := h.Put(h.Other, only)

	for _, id := range []directory.AccountID{theirID, onlyID, h.Other.Account(mineID.User)} {
		if len(h.Accounts.Account(ctx, h.Installation, id).Accounts()) > 0 {
			return errors.New("an id of another workspace was found")
		}
	}
	if !h.Accounts.Lookup(ctx, h.Installation, address(only.Email)).IsAbsent() {
		return errors.New("an address that only another workspace has is not absent")
	}
	if err := foundAs(h.Accounts.Lookup(ctx, h.Installation, address(mine.Email)), mineID, mine, false); err != nil {
		return fmt.Errorf("an address that both workspaces have: %w", err)
	}
	if err := foundAs(h.Accounts.Lookup(ctx, h.Other, address(theirs.Email)), theirID, theirs, false); err != nil {
		return fmt.Errorf("the same in the other workspace: %w", err)
	}
	listed, err := listAccounts(ctx, h, h.Installation, nil)
	if err != nil {
		return err
	}
	for _, id := range []directory.AccountID{theirID, onlyID} {
		if _, ok := listed.accounts[id]; ok {
			return errors.New("a page has an account of another workspace")
		}
	}
	return listed.hasAll(map[directory.AccountID]AccountSeed{mineID: mine})
}

func accountsCancelled(ctx context.Context, h AccountsHarness) error {
	id := h.Put(h.Installation, AccountSeed{Name: "Ann Able", Email: "ann@exam.example", Kind: directory.KindPerson})
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	return accountsFail(cancelled, h, id, nil)
}

// accountsBreak asks everything of a platform that is broken in one way.
func accountsBreak(kind Break, codes ...directory.Code) func(context.Context, AccountsHarness) error {
	return func(ctx context.Context, h AccountsHarness) error {
		seed := AccountSeed{Name: "Ann Able", Email: "ann@exam.example", Kind: directory.KindPerson}
		id := h.Put(h.Installation, seed)
		h.Break(kind)
		err := accountsFail(ctx, h, id, codes)
		if err == nil && kind == BreakThrottled {
			_, throttled := h.Accounts.Page(ctx, h.Installation, "")
			if wait := directory.RetryAfter(throttled); wait != 7*time.Second {
				err = fmt.Errorf("asks to wait %v, want the platform's 7s", wait)
			}
		}
		h.Break(BreakNothing)
		if err != nil {
			return err
		}
		// It does not remember the failure.
		return foundAs(h.Accounts.Lookup(ctx, h.Installation, address(seed.Email)), id, seed, false)
	}
}

// accountsFail asks in all three ways, for what exists and what doesn't, and wants no answer.
func accountsFail(ctx context.Context, h AccountsHarness, id directory.AccountID, codes []directory.Code) error {
	page, err := h.Accounts.Page(ctx, h.Installation, "")
	if err := failedAccountPage(page, err, codes); err != nil {
		return err
	}
	for _, a := range []string{"ann@exam.example", "nobody@exam.example"} {
		if err := failedFinding(h.Accounts.Lookup(ctx, h.Installation, address(a)), codes); err != nil {
			return fmt.Errorf("by address: %w", err)
		}
	}
	nobody := id
	nobody.User = strings.Repeat("0", len(id.User))
	for _, id := range []directory.AccountID{id, nobody} {
		if err := failedFinding(h.Accounts.Account(ctx, h.Installation, id), codes); err != nil {
			return fmt.Errorf("by id: %w", err)
		}
	}
	return nil
}
