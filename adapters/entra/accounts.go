package entra

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"rollcall/sync/directory"
)

const (
	// accountFields are what is read of an account.
	accountFields = memberFields + ",proxyAddresses,assignedPlans,externalUserState"
	// mostLookups bounds the pages of a look-up, which answers one or two people.
	mostLookups = 10
)

// teamsPlans are the service plans that Teams chat comes with:
// https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference
var teamsPlans = [...]string{
	"57ff2da0-773e-42df-b2af-ffb7a2317929", // TEAMS1
	"304767db-7d23-49e8-a945-4a7eb65f9f28", // TEAMS_GOV
	"9953b155-8aef-4c56-92f3-72b0487fce41", // TEAMS_GCCHIGH
	"fd500458-c24c-478e-856c-a6067a8376cd", // TEAMS_AR_DOD
}

// place is where a listing of accounts goes on.
type place struct {
	Version int    `json:"v"`
	Of      string `json:"of"`
	Next    string `json:"next"`
}

// Page lists the directory's users, guests included. Blocks for one request, or two where the
// directory's domains aren't known.
func (a *Adapter) Page(ctx context.Context, inst directory.Installation, text string) (directory.AccountPage, error) {
	g, err := a.of(ctx, inst)
	if err != nil {
		return directory.AccountPage{}, err
	}
	at := place{Version: cursorVersion, Of: scope("accounts", g.Directory, "")}
	reference := "users?$select=" + accountFields + "&$top=" + strconv.Itoa(a.config.PageSize)
	if text != "" {
		if reference, err = parsePlace(text, at.Of); err != nil {
			return directory.AccountPage{}, err
		}
	}
	domains, err := g.verified(ctx)
	if err != nil {
		return directory.AccountPage{}, err
	}
	users, next, err := g.users(ctx, reference)
	if err != nil {
		if text != "" && (directory.Is(err, directory.Invalid) || isAbsent(err)) {
			err = expired("Graph no longer takes its own link")
		}
		return directory.AccountPage{}, err
	}
	page := directory.AccountPage{Accounts: make([]directory.Account, 0, len(users))}
	for _, user := range users {
		account, err := accountOf(inst, user, domains)
		if err != nil {
			return directory.AccountPage{}, err
		}
		page.Accounts = append(page.Accounts, account)
	}
	if next == reference {
		return directory.AccountPage{}, notWhole("a page leads to itself")
	}
	if next != "" {
		at.Next = next
		cursor, err := json.Marshal(at)
		if err != nil {
			return directory.AccountPage{}, directory.Errorf(directory.Internal, "entra: a cursor can't be encoded")
		}
		page.Cursor = string(cursor)
	}
	return page, nil
}

// parsePlace reads a cursor of the same directory's accounts. Everything else is Expired.
func parsePlace(text, of string) (string, error) {
	var at place
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	if len(text) > 2*longestLink || dec.Decode(&at) != nil || dec.InputOffset() != int64(len(text)) ||
		at.Version != cursorVersion || at.Of != of || !strings.HasPrefix(at.Next, "users?") {
		return "", expired("the cursor is not of this directory's accounts")
	}
	return at.Next, nil
}

// users reads one page of a listing of users.
func (g *graph) users(ctx context.Context, reference string) (users []models.Userable, next string, err error) {
	answer, err := get[models.UserCollectionResponseable](ctx, g, reference, models.CreateUserCollectionResponseFromDiscriminatorValue)
	if err != nil {
		return nil, "", err
	}
	if answer.GetValue() == nil {
		return nil, "", notWhole("a listing has no value")
	}
	if link := answer.GetOdataNextLink(); link != nil {
		if next, err = g.reference(*link); err != nil {
			return nil, "", err
		}
	}
	return answer.GetValue(), next, nil
}

// matching are all users that a filter finds, each with an id and a user principal name. Incomplete: one
// has none, so that it can't be said why they were found.
func (g *graph) matching(ctx context.Context, filter, fields string) ([]models.Userable, error) {
	var all []models.Userable
	reference := "users?$select=" + fields + "&$filter=" + escape(filter)
	for range mostLookups {
		users, next, err := g.users(ctx, reference)
		if err != nil {
			return nil, err
		}
		for _, user := range users {
			if _, err := idOf(user); err != nil {
				return nil, err
			}
			if user.GetUserPrincipalName() == nil { // which everybody has: the rest is not shown either
				return nil, notShown()
			}
		}
		all = append(all, users...)
		if next == "" {
			return all, nil
		}
		reference = next
	}
	return nil, notWhole("a look-up does not end")
}

// Lookup asks by mail, user principal name and alias. An alias counts only in a domain that the
// directory has proved to be its own, and what people note down as their other addresses never
// does: anybody could claim anybody's. Blocks for one request, or two where the directory's domains
// aren't known.
func (a *Adapter) Lookup(ctx context.Context, inst directory.Installation, address directory.Address) directory.Finding {
	g, err := a.of(ctx, inst)
	if err != nil {
		return directory.Failed(err)
	}
	domains, err := g.verified(ctx)
	if err != nil {
		return directory.Failed(err)
	}
	own := owns(domains, address)
	quoted := quote(address.Reveal())
	filter := "mail eq " + quoted + " or userPrincipalName eq " + quoted
	if own {
		filter += " or proxyAddresses/any(p:p eq " + quote("smtp:"+address.Reveal()) + ")"
	}
	users, err := g.matching(ctx, filter, accountFields)
	if err != nil {
		return directory.Failed(err)
	}
	var found []directory.Account
	for _, user := range users {
		if !has(user, address, own) {
			continue
		}
		account, err := accountOf(inst, user, domains)
		if err != nil {
			return directory.Failed(err)
		}
		account.Email, account.Ownership = address, ownership(account, own)
		found = append(found, account)
	}
	if len(found) == 0 {
		return directory.Absent()
	}
	return directory.Found(found...)
}

// escape makes a value of a query. Graph doesn't read "+" as a space everywhere.
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// quote makes a literal of OData's.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// has reports whether an address is somebody's. Graph compares in ways of its own, so that what it
// finds is compared again.
func has(user models.Userable, address directory.Address, aliases bool) bool {
	is := func(text string) bool {
		parsed, err := directory.ParseAddress(text)
		return err == nil && parsed == address
	}
	if is(value(user.GetMail())) || !isForeign(user) && is(value(user.GetUserPrincipalName())) {
		return true
	}
	for _, proxy := range user.GetProxyAddresses() {
		if kind, alias, ok := strings.Cut(proxy, ":"); aliases && ok && strings.EqualFold(kind, "smtp") && is(alias) {
			return true
		}
	}
	return false
}

// Account asks by id. Blocks for one request, or two where the directory's domains aren't known.
func (a *Adapter) Account(ctx context.Context, inst directory.Installation, id directory.AccountID) directory.Finding {
	g, err := a.of(ctx, inst)
	if err != nil {
		return directory.Failed(err)
	}
	if id.Platform != Name || id.Workspace != inst.Workspace || id.User == "" {
		return directory.Failed(directory.Errorf(directory.Invalid, "entra: the account is of another directory"))
	}
	domains, err := g.verified(ctx)
	if err != nil {
		return directory.Failed(err)
	}
	user, err := g.user(ctx, id.User, accountFields)
	if isAbsent(err) {
		return directory.Absent()
	}
	if err != nil {
		return directory.Failed(err)
	}
	account, err := accountOf(inst, user, domains)
	if err != nil {
		return directory.Failed(err)
	}
	return directory.Found(account)
}

// user asks for somebody by id, and takes nobody whom Graph knows by that as another name. NotFound: Graph says that there is no such user.
func (g *graph) user(ctx context.Context, id, fields string) (models.Userable, error) {
	user, err := get[models.Userable](ctx, g, "users/"+url.PathEscape(id)+"?$select="+fields, models.CreateUserFromDiscriminatorValue)
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(value(user.GetId()), id) {
		return nil, directory.Errorf(directory.Unavailable, "entra: somebody else was answered")
	}
	return user, nil
}

// accountOf is a user as an account of the directory.
func accountOf(inst directory.Installation, user models.Userable, domains map[string]bool) (directory.Account, error) {
	id, err := idOf(user)
	if err != nil {
		return directory.Account{}, err
	}
	enabled, err := isEnabled(user)
	if err != nil {
		return directory.Account{}, err
	}
	if user.GetAssignedPlans() == nil {
		return directory.Account{}, notWhole("somebody has no list of plans")
	}
	account := directory.Account{
		ID:     inst.Account(id),
		Name:   value(user.GetDisplayName()),
		Email:  mainAddress(user),
		Kind:   directory.KindPerson,
		Active: enabled && value(user.GetExternalUserState()) != "PendingAcceptance",
		Locale: locale(value(user.GetPreferredLanguage())),
	}
	// Who signs in elsewhere is no full member here, whatever their type says.
	if value(user.GetUserType()) == guestType || isForeign(user) {
		account.Kind = directory.KindGuest
	}
	account.Unlicensed = account.Kind == directory.KindPerson && !hasTeams(user)
	account.Ownership = ownership(account, owns(domains, account.Email))
	return account, nil
}

// ownership: only the directory's admins give out addresses in its own domains. Any other that stands
// in a member's record was typed there.
func ownership(account directory.Account, own bool) directory.Verification {
	switch {
	case account.Email.IsZero():
		return directory.Unknown
	case own && account.Kind == directory.KindPerson:
		return directory.Verified
	}
	return directory.Unverified
}

// hasTeams reports whether one of somebody's plans is Teams and in force.
func hasTeams(user models.Userable) bool {
	for _, plan := range user.GetAssignedPlans() {
		if plan == nil || plan.GetServicePlanId() == nil || value(plan.GetCapabilityStatus()) != "Enabled" {
			continue
		}
		for _, teams := range teamsPlans {
			if plan.GetServicePlanId().String() == teams {
				return true
			}
		}
	}
	return false
}
