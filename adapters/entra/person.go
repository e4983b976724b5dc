package entra

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"
	"golang.org/x/text/language"

	"rollcall/sync/directory"
)

// lookUp asks afresh for people of whom a delta said something: first who is in the group, at any
// depth, then for the fields of those who are.
func (r *read) lookUp(ctx context.Context, ids []string) (directory.Page, error) {
	var page directory.Page
	var in []string
	err := r.g.each(ctx, ids, func(id string) item { return membership(id, r.group) }, func(id string, answer reply) error {
		belongs, err := belongs(answer, r.group)
		switch {
		case isAbsent(err), err == nil && !belongs:
			page.Left = append(page.Left, r.memberID(id))
		case err != nil:
			return err
		default:
			in = append(in, id)
		}
		return nil
	})
	if err != nil {
		return directory.Page{}, err
	}
	err = r.g.each(ctx, in, person, func(id string, answer reply) error {
		if isAbsent(answer.err) {
			page.Left = append(page.Left, r.memberID(id))
			return nil
		}
		user, err := userOf(answer)
		if err != nil {
			return err
		}
		m, err := r.memberOf(user)
		if err == nil && m.ID.ID != id {
			err = notWhole("somebody else was answered")
		}
		page.Members = append(page.Members, m)
		return err
	})
	if err != nil {
		return directory.Page{}, err
	}
	return page, nil
}

// each asks the same of many people, in batches.
func (g *graph) each(ctx context.Context, ids []string, ask func(id string) item, take func(id string, answer reply) error) error {
	for chunk := range slices.Chunk(ids, mostBatched) {
		items := make([]item, len(chunk))
		for i, id := range chunk {
			items[i] = ask(id)
		}
		answers, err := g.batch(ctx, items...)
		if err != nil {
			return err
		}
		for i, id := range chunk {
			if err := take(id, answers[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// person asks for somebody's fields.
func person(id string) item {
	return item{http.MethodGet, "/users/" + id + "?$select=" + memberFields, nil}
}

// membership asks whether somebody is in a group, at any depth.
func membership(user, group string) item {
	return item{http.MethodPost, "/users/" + user + "/checkMemberGroups", map[string]any{"groupIds": []string{group}}}
}

// belongs reads the answer to membership. NotFound: there is no such person.
func belongs(r reply, group string) (bool, error) {
	answer, err := decode[users.ItemCheckMemberGroupsPostResponseable](r, users.CreateItemCheckMemberGroupsPostResponseFromDiscriminatorValue)
	if err != nil {
		return false, err
	}
	if answer.GetValue() == nil {
		return false, notWhole("a membership has no value")
	}
	for _, id := range answer.GetValue() {
		if !strings.EqualFold(id, group) { // then it's no answer to this question, and no "no" either
			return false, notWhole("a membership is of a group that wasn't asked about")
		}
	}
	return len(answer.GetValue()) > 0, nil
}

func (a *Adapter) memberID(id string) directory.MemberID {
	return directory.MemberID{Directory: a.config.Name, ID: id}
}

// memberOf is a user as a person of the directory. Incomplete: the app doesn't see enough of them to
// say whether they are active, which is not the same as disabled.
func (a *Adapter) memberOf(user models.Userable) (directory.Member, error) {
	id, err := idOf(user)
	if err != nil {
		return directory.Member{}, err
	}
	enabled, err := isEnabled(user)
	if err != nil {
		return directory.Member{}, err
	}
	return directory.Member{
		ID:     a.memberID(id),
		Name:   value(user.GetDisplayName()),
		Email:  mainAddress(user),
		Active: enabled,
		Exempt: value(user.GetUserType()) == guestType,
		Locale: locale(value(user.GetPreferredLanguage())),
	}, nil
}

const guestType = "Guest"

func idOf(user models.Userable) (string, error) {
	if user == nil || !isObjectID(value(user.GetId())) {
		return "", notWhole("somebody has no usable id")
	}
	return *user.GetId(), nil
}

// isEnabled reports whether an account can be used. Graph shows what the app may not read as null.
func isEnabled(user models.Userable) (bool, error) {
	if enabled := user.GetAccountEnabled(); enabled != nil {
		return *enabled, nil
	}
	return false, notShown()
}

func notShown() error {
	return directory.Errorf(directory.Incomplete, "entra: Graph shows people without their fields: the app needs the permission User.Read.All")
}

// mainAddress is a person's mail, or where there is none their user principal name. One that can't be
// used finds nobody, so it is left out.
func mainAddress(user models.Userable) directory.Address {
	mail := value(user.GetMail())
	if mail == "" && !isForeign(user) {
		mail = value(user.GetUserPrincipalName())
	}
	address, _ := directory.ParseAddress(mail)
	return address
}

// isForeign reports whether somebody signs in elsewhere: their user principal name here is made of
// an address of another directory.
func isForeign(user models.Userable) bool {
	return strings.Contains(strings.ToUpper(value(user.GetUserPrincipalName())), "#EXT#")
}

// locale is a BCP 47 tag, or empty.
func locale(text string) string {
	if _, err := language.Parse(text); err != nil {
		return ""
	}
	return text
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
