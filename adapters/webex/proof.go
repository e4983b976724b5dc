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
		title:   me.company(home), admin: admin,
	}, nil
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
