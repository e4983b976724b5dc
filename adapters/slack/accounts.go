package slack

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"rollcall/sync/directory"
)

// Page reads one page of users.list, and of an organisation the pages of its workspaces.
func (a *Adapter) Page(ctx context.Context, inst directory.Installation, cursor string) (directory.AccountPage, error) {
	if wide(inst.Workspace) {
		return a.widePage(ctx, inst, cursor, a.config.PageSize)
	}
	return a.page(ctx, inst, url.Values{}, cursor, a.config.PageSize)
}

// page reads one page of users.list.
func (a *Adapter) page(ctx context.Context, inst directory.Installation, query url.Values, cursor string, size int) (directory.AccountPage, error) {
	query.Set("limit", strconv.Itoa(size))
	query.Set("include_locale", "true")
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	var answer userList
	if err := a.read(ctx, inst, "users.list", query, &answer); err != nil {
		return directory.AccountPage{}, err
	}
	if cursor == "" && len(answer.Members) == 0 {
		// Every workspace has at least the app's own user and Slackbot.
		return directory.AccountPage{}, directory.Errorf(directory.Incomplete, "slack: a workspace without anybody")
	}
	if answer.Paging.Cursor == cursor && cursor != "" {
		return directory.AccountPage{}, directory.Errorf(directory.Incomplete, "slack: a page that leads to itself")
	}
	page := directory.AccountPage{Cursor: answer.Paging.Cursor}
	for _, u := range answer.Members {
		if u.ID == "" {
			return directory.AccountPage{}, directory.Errorf(directory.Incomplete, "slack: a user without an id")
		}
		page.Accounts = append(page.Accounts, u.account(inst.Workspace))
	}
	return page, nil
}

// Lookup asks users.lookupByEmail, which needs users:read.email. It finds one account or none:
// addresses are unique within a workspace. Deactivated accounts are not found. It does not tell
// an account's locale. With the token of an organisation Slack refuses that question, and the
// organisation is listed instead, which blocks for a request per thousand people of each workspace.
func (a *Adapter) Lookup(ctx context.Context, inst directory.Installation, address directory.Address) directory.Finding {
	if address.IsZero() {
		return directory.Failed(directory.Errorf(directory.Invalid, "slack: no address to look for"))
	}
	account, err := a.user(ctx, inst, "users.lookupByEmail", url.Values{"email": {address.Reveal()}})
	switch {
	case wide(inst.Workspace) && (errors.Is(err, errOrganisation) || errors.Is(err, errNoUser)):
		return a.lookThrough(ctx, inst, address)
	case errors.Is(err, errNoUser):
		return directory.Absent()
	case err != nil:
		return directory.Failed(err)
	case account.Email != address:
		return directory.Failed(directory.Errorf(directory.Unavailable, "slack: the account that was found has another address"))
	}
	return directory.Found(account)
}

// Account asks users.info.
func (a *Adapter) Account(ctx context.Context, inst directory.Installation, id directory.AccountID) directory.Finding {
	if err := ours(inst, id); err != nil {
		return directory.Failed(err)
	}
	account, err := a.user(ctx, inst, "users.info", url.Values{"user": {id.User}, "include_locale": {"true"}})
	switch {
	case errors.Is(err, errNoUser):
		return directory.Absent()
	case err != nil:
		return directory.Failed(err)
	case account.ID.User != id.User:
		return directory.Failed(directory.Errorf(directory.Unavailable, "slack: the account that was found has another id"))
	}
	return directory.Found(account)
}

// user asks for one account.
func (a *Adapter) user(ctx context.Context, inst directory.Installation, method string, query url.Values) (directory.Account, error) {
	var answer userAnswer
	if err := a.read(ctx, inst, method, query, &answer); err != nil {
		return directory.Account{}, err
	}
	if answer.User.ID == "" {
		return directory.Account{}, directory.Errorf(directory.Unavailable, "slack: %s: the answer names nobody", method)
	}
	return answer.User.account(inst.Workspace), nil
}

// slackbot is in every workspace, and Slack doesn't call it a bot.
const slackbot = "USLACKBOT"

// account is a user as an installation in a workspace, or for an organisation, sees it. People are
// the organisation's only where Slack says so.
func (u user) account(in directory.Workspace) directory.Account {
	home := directory.Workspace(u.TeamID)
	switch {
	case wide(in) && u.Enterprise.ID == string(in):
		home = in // whichever of its workspaces they joined first
	case home == "" && !wide(in):
		home = in
	}
	name := u.Profile.RealName
	if name == "" {
		name = u.RealName
	}
	if name == "" {
		name = u.Name
	}
	email, err := directory.ParseAddress(u.Profile.Email)
	if err != nil {
		email = directory.Address{} // bots, and people who hide it
	}
	return directory.Account{
		ID:        directory.AccountID{Platform: Name, Workspace: home, User: u.ID},
		Name:      name,
		Email:     email,
		Ownership: u.ownership(),
		Kind:      u.kind(in, home),
		Active:    !u.Deleted && !u.Invited,
		Zone:      u.TZ,
		Locale:    u.Locale,
	}
}

// kind is what sort of account it is. is_app_user is not looked at: it marks people who authorised
// the app. People of other organisations have no flag of their own unless they share no channel
// with the app; their home tells them.
func (u user) kind(in, home directory.Workspace) directory.Kind {
	switch {
	case u.Bot, u.WorkflowBot, u.ConnectorBot, u.ID == slackbot:
		return directory.KindBot
	case u.Stranger, home != in:
		return directory.KindExternal
	case u.Restricted, u.UltraRestricted:
		return directory.KindGuest
	}
	return directory.KindPerson
}

func (u user) ownership() directory.Verification {
	switch {
	case u.EmailConfirmed == nil:
		return directory.Unknown
	case *u.EmailConfirmed:
		return directory.Verified
	}
	return directory.Unverified
}
