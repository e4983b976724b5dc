package webex

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"rollcall/sync/directory"
)

// roleFull is the only role that makes somebody an administrator here: who has it can grant everything
// that Rollcall asks for.
const roleFull = "Full Administrator"

// proved is who signed in, as Webex vouches.
type proved struct {
	account directory.AccountID
	name    string
	title   string // of the organisation
	admin   bool
}

type roles struct {
	Items []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"items"`
}

// prove asks Webex who a token is: two requests at most. A look-up that fails is an error, and never an
// administrator. Invalid: nobody who could connect anything. Unauthorized: the token may not ask.
func (a *Adapter) prove(ctx context.Context, token directory.Secret) (proved, error) {
	var me person
	if err := a.asks(ctx, token, "/people/me", &me); err != nil {
		return proved{}, err
	}
	id, badID := parseID(kindPerson, me.ID)
	home, badHome := parseID(kindOrg, me.OrgID)
	if badID != nil || badHome != nil || len(me.Errors) > 0 {
		return proved{}, directory.Errorf(directory.Unavailable, "webex: who signed in can't be read")
	}
	if me.kind() != directory.KindPerson {
		return proved{}, directory.Errorf(directory.Invalid, "a person has to sign in, and not a bot or a guest")
	}
	admin, err := a.administers(ctx, token, me)
	if err != nil {
		return proved{}, err
	}
	org := directory.Workspace(home)
	return proved{
		account: directory.AccountID{Platform: Name, Workspace: org, User: id},
		name:    me.DisplayName, title: me.company(home), admin: admin,
	}, nil
}

// Administers implements [hub.Warden] with the installation's token. It blocks for two requests at most.
// Who isn't there any more, can't sign in, or has no role administers nothing. Unsupported: the token may
// not read what the roles are called, which a service app's may not unless it was given
// spark-admin:roles_read.
func (c *Connector) Administers(ctx context.Context, connection directory.Connection, account directory.AccountID) (bool, error) {
	a, inst := c.adapter, connection.Installation
	if account.Platform != Name || account.Workspace != inst.Workspace {
		return false, directory.Errorf(directory.Invalid, "webex: the account is of another workspace")
	}
	token, err := a.adminToken(ctx, inst)
	if err != nil {
		return false, err
	}
	p, err := a.steward(ctx, token, account.User)
	if directory.Is(err, directory.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	shown, err := accountOf(inst, p)
	switch {
	case err != nil:
		return false, err
	case shown.ID.User != account.User || len(p.Errors) > 0:
		return false, directory.Errorf(directory.Unavailable, "webex: somebody else was answered, or not all of somebody")
	case shown.ID != account, !shown.Active, shown.Kind != directory.KindPerson:
		return false, nil
	}
	is, err := a.administers(ctx, token, p)
	if directory.Is(err, directory.Unauthorized) {
		err = directory.Errorf(directory.Unsupported, "webex: the token may not read what roles are called")
	}
	return is, err
}

// steward is somebody with their roles. Those are shown to administrators only, and to everybody none of
// their own: so a token that is the person's says by itself that they are no administrator any more.
func (a *Adapter) steward(ctx context.Context, token directory.Secret, user string) (person, error) {
	var p, me person
	_, err := a.client.do(ctx, call{token: token, method: http.MethodGet, path: "/people/" + encodeID(kindPerson, user)}, &p)
	if err != nil || p.LoginEnabled != flagAbsent {
		return p, err
	}
	if err := a.asks(ctx, token, "/people/me", &me); err != nil {
		return person{}, err
	}
	if id, err := parseID(kindPerson, me.ID); err != nil || id != user {
		return person{}, directory.Errorf(directory.Unavailable, "webex: the roles of somebody aren't shown")
	}
	return me, nil
}

// administers compares a person's roles with the names that Webex has for them. Nobody's roles are asked
// about who has none.
func (a *Adapter) administers(ctx context.Context, token directory.Secret, p person) (bool, error) {
	held := p.roleIDs()
	if len(held) == 0 {
		return false, nil
	}
	var all roles
	if err := a.asks(ctx, token, "/roles", &all); err != nil {
		return false, err
	}
	if all.Items == nil {
		return false, directory.Errorf(directory.Unavailable, "webex: the roles can't be read")
	}
	for _, role := range all.Items {
		if role.Name == roleFull && slices.Contains(held, role.ID) {
			return true, nil
		}
	}
	return false, nil
}

// roleIDs are a person's roles. The published example has two of them in one text.
func (p person) roleIDs() []string {
	var all []string
	for _, text := range p.Roles {
		for _, id := range strings.Split(text, ",") {
			if id = strings.TrimSpace(id); id != "" {
				all = append(all, id)
			}
		}
	}
	return all
}

// company is what an organisation is called: the domain of its administrator's address. Its name could
// only be read with one scope more.
func (p person) company(uuid string) string {
	if len(p.Emails) > 0 {
		if _, domain, ok := strings.Cut(p.Emails[0], "@"); ok && domain != "" && len(domain) <= 253 {
			return domain
		}
	}
	return uuid
}

// asks reads something of whoever a token is.
func (a *Adapter) asks(ctx context.Context, token directory.Secret, path string, into any) error {
	_, err := a.client.do(ctx, call{token: token, method: http.MethodGet, path: path}, into)
	switch {
	case err == nil, directory.Is(err, directory.Throttled), directory.Is(err, directory.Unavailable):
		return err
	case directory.Is(err, directory.Unauthorized):
		return directory.Errorf(directory.Unauthorized, "Webex doesn't say who you are, or which role you have, though you signed in: a full administrator has to sign in")
	}
	return directory.Errorf(directory.Unavailable, "webex: who signed in can't be read")
}
