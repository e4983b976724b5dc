package directorytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rollcall/sync/directory"
)

// complete reports what a harness forgot, so that no case passes for want of something to ask.
func (h AccountsHarness) complete() error {
	var missing []string
	for name, absent := range map[string]bool{
		"Accounts": h.Accounts == nil, "Put": h.Put == nil, "Change": h.Change == nil,
		"Delete": h.Delete == nil, "Break": h.Break == nil, "PageSize": h.PageSize < 1,
		"Installation": h.Installation.Workspace == "" || h.Installation.Tenant == "",
		"Other":        h.Other.Workspace == "" || h.Other.Tenant == "",
	} {
		if absent {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return fmt.Errorf("the harness has no %s", strings.Join(missing, ", "))
	}
	if h.Installation.Tenant == h.Other.Tenant || h.Installation.Workspace == h.Other.Workspace ||
		h.Installation.Platform != h.Other.Platform {
		return errors.New("Other must be another tenant's workspace on the same platform")
	}
	for trait, reason := range h.Lacks {
		if reason == "" {
			return fmt.Errorf("the harness gives no reason why it lacks %q", trait)
		}
	}
	return nil
}

// accountListing is what the pages of one listing said.
type accountListing struct {
	accounts map[directory.AccountID]directory.Account
	pages    []string // the cursors in order, the empty one first
}

// listAccounts reads every page. before, where given, is called with each cursor before it is used.
func listAccounts(ctx context.Context, h AccountsHarness, inst directory.Installation, before func(cursor string) error) (accountListing, error) {
	got := accountListing{accounts: make(map[directory.AccountID]directory.Account)}
	for cursor := ""; ; {
		if slices.Contains(got.pages, cursor) {
			return got, errors.New("a cursor came twice in one listing")
		}
		got.pages = append(got.pages, cursor)
		if before != nil {
			if err := before(cursor); err != nil {
				return got, fmt.Errorf("page %d: %w", len(got.pages), err)
			}
		}
		page, err := h.Accounts.Page(ctx, inst, cursor)
		if err != nil {
			return got, fmt.Errorf("page %d: %w", len(got.pages), err)
		}
		for _, a := range page.Accounts {
			if a.ID.Platform != inst.Platform || a.ID.User == "" || a.ID.Workspace == "" {
				return got, fmt.Errorf("page %d has an account without a whole id", len(got.pages))
			}
			if a.ID.Workspace != inst.Workspace && a.Kind != directory.KindExternal {
				return got, fmt.Errorf("page %d has an account of another workspace that is not external", len(got.pages))
			}
			got.accounts[a.ID] = a
		}
		if page.Cursor == "" {
			return got, nil
		}
		cursor = page.Cursor
	}
}

func (l accountListing) hasAll(want map[directory.AccountID]AccountSeed) error {
	missing := 0
	for id, seed := range want {
		account, ok := l.accounts[id]
		if !ok {
			missing++
			continue
		}
		if err := sameAccount(account, id, seed); err != nil {
			return err
		}
	}
	if missing > 0 {
		return fmt.Errorf("%d of %d accounts are on no page", missing, len(want))
	}
	return nil
}

// putAccounts puts a little more than two pages of people into the workspace.
func putAccounts(h AccountsHarness) map[directory.AccountID]AccountSeed {
	put := make(map[directory.AccountID]AccountSeed)
	for i := range 2*h.PageSize + 1 {
		seed := AccountSeed{
			Name:  fmt.Sprintf("Person %03d", i),
			Email: fmt.Sprintf("person%03d@exam.example", i),
			Kind:  directory.KindPerson,
		}
		put[h.Put(h.Installation, seed)] = seed
	}
	return put
}

// sameAccount compares what the adapter says with what the platform was told.
func sameAccount(got directory.Account, id directory.AccountID, want AccountSeed) error {
	var email directory.Address
	if want.Email != "" {
		email = address(want.Email)
	}
	switch {
	case got.ID != id:
		return errors.New("it has another id")
	case got.Name != want.Name:
		return errors.New("it has another name")
	case got.Email != email:
		return errors.New("it has another address, or not in its normal form")
	case got.Kind != want.Kind:
		return fmt.Errorf("its kind is %q, want %q", got.Kind, want.Kind)
	case got.Active != (want.Status == AccountActive):
		return fmt.Errorf("active is %v; its status is %q", got.Active, want.Status)
	}
	return nil
}

// foundAs wants exactly this account, or where mayHide an absence.
func foundAs(f directory.Finding, id directory.AccountID, want AccountSeed, mayHide bool) error {
	if f.Err() != nil {
		return fmt.Errorf("no answer: %w", f.Err())
	}
	if f.IsAbsent() {
		if mayHide {
			return nil
		}
		return errors.New("absent")
	}
	if n := len(f.Accounts()); n != 1 {
		return fmt.Errorf("%d accounts were found, want 1", n)
	}
	return sameAccount(f.Accounts()[0], id, want)
}

// eachView asks in all three ways for an account that exists.
func eachView(ctx context.Context, h AccountsHarness, id directory.AccountID, seed AccountSeed, check func(directory.Account) error) error {
	listed, err := listAccounts(ctx, h, h.Installation, nil)
	if err != nil {
		return err
	}
	account, ok := listed.accounts[id]
	if !ok {
		return errors.New("no page has the account")
	}
	if err := check(account); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	for _, f := range []directory.Finding{
		h.Accounts.Account(ctx, h.Installation, id),
		h.Accounts.Lookup(ctx, h.Installation, address(seed.Email)),
	} {
		if err := foundAs(f, id, seed, false); err != nil {
			return err
		}
		if err := check(f.Accounts()[0]); err != nil {
			return err
		}
	}
	return nil
}

// goneByID wants an absence, or an account that is not active.
func goneByID(f directory.Finding) error {
	if f.Err() != nil {
		return fmt.Errorf("no answer: %w", f.Err())
	}
	for _, a := range f.Accounts() {
		if a.Active {
			return errors.New("a deleted account is found and active")
		}
	}
	return nil
}

// failedFinding wants no answer, and an error with one of the codes.
func failedFinding(f directory.Finding, codes []directory.Code) error {
	if f.IsAbsent() {
		return errors.New("an error became an absence")
	}
	if len(f.Accounts()) > 0 {
		return errors.New("an error came with accounts")
	}
	return rightError(f.Err(), codes)
}

// failedAccountPage wants an error with one of the codes, and nothing beside it.
func failedAccountPage(page directory.AccountPage, err error, codes []directory.Code) error {
	if err == nil {
		return fmt.Errorf("a page of %d accounts came instead of an error", len(page.Accounts))
	}
	if len(page.Accounts) > 0 || page.Cursor != "" {
		return errors.New("an error came with a page")
	}
	return rightError(err, codes)
}

// rightError wants an error with one of the codes. Without codes it is the one of a cancelled
// context: the context's own, or Unavailable.
func rightError(err error, codes []directory.Code) error {
	if err == nil {
		return errors.New("there is no error")
	}
	if strings.Contains(err.Error(), "@") || strings.Contains(err.Error(), ".example") {
		return errors.New("the error's text has an address")
	}
	if len(codes) == 0 {
		if errors.Is(err, context.Canceled) || directory.Is(err, directory.Unavailable) {
			return nil
		}
		return fmt.Errorf("the context was cancelled; the error is %w", err)
	}
	if !slices.Contains(codes, directory.CodeOf(err)) {
		return fmt.Errorf("the error's code is %q, want one of %v: %w", directory.CodeOf(err), codes, err)
	}
	return nil
}

// address is a known-good address in its normal form; an unusable one is none.
func address(s string) directory.Address {
	a, err := directory.ParseAddress(s)
	if err != nil {
		return directory.Address{}
	}
	return a
}
