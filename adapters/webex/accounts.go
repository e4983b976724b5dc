package webex

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"rollcall/sync/directory"
)

const (
	// peoplePage is the documented default of GET /people.
	peoplePage = 100
	// mostPages bounds a look-up by address, which answers one or two people, on pages that may
	// be empty.
	mostPages = 10
	// longestCursor is far above what Webex puts into a link.
	longestCursor = 4096
)

// Page lists the organisation's people with the tenant's admin token. The cursor is the query of
// the link that Webex gave.
func (a *Adapter) Page(ctx context.Context, inst directory.Installation, cursor string) (directory.AccountPage, error) {
	query := cursor
	if query == "" {
		query = url.Values{"max": {strconv.Itoa(peoplePage)}}.Encode()
	} else if !usableCursor(cursor) {
		return directory.AccountPage{}, directory.Errorf(directory.Expired, "webex: not a cursor of a listing of people")
	}
	page, r, err := a.people(ctx, inst, query)
	switch {
	case err != nil && cursor != "" && staleCursor(r.status):
		return directory.AccountPage{}, directory.Errorf(directory.Expired, "webex: the cursor is not known any more")
	case err != nil:
		return directory.AccountPage{}, err
	case r.next == query:
		return directory.AccountPage{}, directory.Errorf(directory.Incomplete, "webex: a page leads to itself")
	}
	accounts := make([]directory.Account, 0, len(page))
	for _, p := range page {
		account, err := accountOf(inst, p)
		if err != nil {
			return directory.AccountPage{}, err
		}
		accounts = append(accounts, account)
	}
	return directory.AccountPage{Accounts: accounts, Cursor: r.next}, nil
}

// usableCursor reports whether a cursor may be the query of a link: whatever it says, it is only
// ever sent to /people with this tenant's own token.
func usableCursor(cursor string) bool {
	if len(cursor) > longestCursor {
		return false
	}
	for i := range len(cursor) {
		if c := cursor[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '#' {
			return false
		}
	}
	_, err := url.ParseQuery(cursor)
	return err == nil
}

func staleCursor(status int) bool {
	return status == http.StatusBadRequest || status == http.StatusNotFound || status == http.StatusGone
}

// Lookup asks by address. Webex looks within the token's own organisation. A listing leaves the
// administrative fields out at times, and an invited account must not pass for an active one: who
// comes without them is asked for again by id.
func (a *Adapter) Lookup(ctx context.Context, inst directory.Installation, address directory.Address) directory.Finding {
	query := url.Values{"email": {address.Reveal()}}.Encode()
	var found []directory.Account
	for range mostPages {
		page, r, err := a.people(ctx, inst, query)
		if err != nil {
			return directory.Failed(err)
		}
		for _, p := range page {
			if len(p.Errors) > 0 { // the address may be what is missing
				return directory.Failed(directory.Errorf(directory.Incomplete, "webex: a person is not whole"))
			}
			if !p.has(address) {
				continue
			}
			account, err := a.whole(ctx, inst, p)
			if err != nil {
				return directory.Failed(err)
			}
			account.Email = address
			found = append(found, account)
		}
		switch {
		case r.next != "":
			query = r.next
		case len(found) == 0:
			return directory.Absent()
		default:
			return directory.Found(found...)
		}
	}
	return directory.Failed(directory.Errorf(directory.Incomplete, "webex: a look-up does not end"))
}

// whole is a listed person's account, read again by id if the listing left something out.
func (a *Adapter) whole(ctx context.Context, inst directory.Installation, p person) (directory.Account, error) {
	if p.LoginEnabled == flagAbsent || p.InvitePending == flagAbsent {
		listed, err := accountOf(inst, p)
		if err != nil {
			return directory.Account{}, err
		}
		p = person{}
		if _, err := a.asAdmin(ctx, inst, "/people/"+encodeID(kindPerson, listed.ID.User), "", &p); err != nil {
			return directory.Account{}, err
		}
	}
	return accountOf(inst, p)
}

// Account asks by id. An account of another organisation is none of this installation's.
func (a *Adapter) Account(ctx context.Context, inst directory.Installation, id directory.AccountID) directory.Finding {
	if id.Platform != Name || id.Workspace != inst.Workspace {
		return directory.Failed(directory.Errorf(directory.Invalid, "webex: the account is of another workspace"))
	}
	var p person
	r, err := a.asAdmin(ctx, inst, "/people/"+encodeID(kindPerson, id.User), "", &p)
	// Only Webex's own "not found" is an absence: an error page with that status is none.
	if r.status == http.StatusNotFound && directory.Is(err, directory.NotFound) {
		return directory.Absent()
	}
	if err != nil {
		return directory.Failed(err)
	}
	account, err := accountOf(inst, p)
	switch {
	case err != nil:
		return directory.Failed(err)
	case account.ID.User != id.User:
		return directory.Failed(directory.Errorf(directory.Unavailable, "webex: somebody else was answered"))
	case account.ID != id:
		return directory.Absent() // the person has moved to another organisation
	}
	return directory.Found(account)
}

// people reads one page of a listing. An answer without a list is not an empty one.
func (a *Adapter) people(ctx context.Context, inst directory.Installation, query string) ([]person, reply, error) {
	var page people
	r, err := a.asAdmin(ctx, inst, "/people", query, &page)
	if err == nil && page.Items == nil {
		err = directory.Errorf(directory.Incomplete, "webex: a listing has no items")
	}
	return page.Items, r, err
}

// asAdmin reads with the token of the tenant's administrator.
func (a *Adapter) asAdmin(ctx context.Context, inst directory.Installation, path, query string, into any) (reply, error) {
	token, err := a.adminToken(ctx, inst)
	if err != nil {
		return reply{}, err
	}
	return a.client.do(ctx, call{token: token, method: http.MethodGet, path: path, query: query}, into)
}

func (a *Adapter) adminToken(ctx context.Context, inst directory.Installation) (directory.Secret, error) {
	if inst.Platform != Name {
		return directory.Secret{}, directory.Errorf(directory.Invalid, "webex: the installation is another platform's")
	}
	token, err := a.config.Admin(ctx, inst)
	if err == nil && token.IsZero() {
		err = directory.Errorf(directory.Unauthorized, "webex: the tenant has no admin token")
	}
	return token, err
}

// has reports whether one of a person's addresses is this one.
func (p person) has(address directory.Address) bool {
	for _, email := range p.Emails {
		if parsed, err := directory.ParseAddress(email); err == nil && parsed == address {
			return true
		}
	}
	return false
}

// accountOf is a person as an account of their own organisation.
func accountOf(inst directory.Installation, p person) (directory.Account, error) {
	user, err := parseID(kindPerson, p.ID)
	if err != nil {
		return directory.Account{}, directory.Errorf(directory.Incomplete, "webex: a person has no usable id")
	}
	home, err := parseID(kindOrg, p.OrgID)
	if err != nil {
		return directory.Account{}, directory.Errorf(directory.Incomplete, "webex: a person has no usable organisation")
	}
	account := directory.Account{
		ID:     directory.AccountID{Platform: Name, Workspace: directory.Workspace(home), User: user},
		Name:   p.DisplayName,
		Kind:   p.kind(),
		Active: p.LoginEnabled != flagFalse && p.InvitePending != flagTrue && p.Status != "pending",
		Zone:   p.TimeZone,
	}
	if account.ID.Workspace != inst.Workspace {
		account.Kind = directory.KindExternal
	}
	if len(p.Emails) > 0 {
		// One that can't be normalised finds nobody, so it is left out.
		account.Email, _ = directory.ParseAddress(p.Emails[0])
	}
	// An organisation's admin vouches for the addresses of its own active people, and only the
	// administrative fields tell who is active.
	if account.Active && account.Kind == directory.KindPerson && !account.Email.IsZero() &&
		p.LoginEnabled == flagTrue && p.InvitePending == flagFalse {
		account.Ownership = directory.Verified
	}
	return account, nil
}

// kind is what Webex calls the type. A type that is not known is nobody who could be linked.
func (p person) kind() directory.Kind {
	switch p.Type {
	case "person":
		return directory.KindPerson
	case "appuser":
		return directory.KindGuest
	}
	return directory.KindBot
}
