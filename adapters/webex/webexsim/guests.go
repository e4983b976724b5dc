package webexsim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// tokenLife is for how many seconds a guest's token is good, as in the published example.
const tokenLife = 64799

// Guest is a guest, and what only the platform knows of one.
type Guest struct {
	Person
	Subject string // by which the service app knows the guest
	Tokens  int    // how many access tokens were made for them
}

// AddServiceApp makes a token of a service app that isn't registered here, in an organisation, or changes
// its scopes. It panics if there is no such organisation.
func (s *Sim) AddServiceApp(orgID, token string, scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	home := s.orgs[orgID]
	if home == nil {
		panic("webexsim: no such organisation")
	}
	s.tokens[token] = &caller{kind: KindServiceApp, org: home, scopes: scopes}
}

// Guests are an organisation's guests that were made through the API, in that order.
func (s *Sim) Guests(orgID string) []Guest {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Guest
	if home := s.orgs[orgID]; home != nil {
		for _, p := range home.people {
			if p != nil && p.subject != "" {
				all = append(all, Guest{Person: p.Person, Subject: p.subject, Tokens: p.tokens})
			}
		}
	}
	return all
}

type shownGuest struct {
	ID          string `json:"id"`
	Subject     string `json:"subject"`
	DisplayName string `json:"displayName"`
	Email       string `json:"email"`
	AccessToken string `json:"accessToken"`
	ExpiresIn   int    `json:"expiresIn"`
}

// postGuest makes a token for the guest of a subject, and the guest where there is none. The same
// subject always is the same guest, who is renamed. Once deleted, it is a new one.
func (s *Sim) postGuest(who caller, r *http.Request) result {
	var in struct {
		Subject     string `json:"subject"`
		DisplayName string `json:"displayName"`
	}
	if !decode(r, &in) || strings.TrimSpace(in.Subject) == "" || strings.TrimSpace(in.DisplayName) == "" {
		return errBody
	}
	if who.org.Free {
		return refuse(http.StatusForbidden, "The organization is not entitled to guests.")
	}
	at := slices.IndexFunc(who.org.people, func(p *person) bool { return p != nil && p.subject == in.Subject })
	if at < 0 {
		made := s.put(who.org, Person{Name: in.DisplayName, Email: s.newUUID() + "@appid.ciscospark.com", Type: TypeGuest})
		made.subject, at = in.Subject, made.place
	}
	guest := who.org.people[at]
	guest.Name = in.DisplayName
	guest.tokens++
	return ok(shownGuest{
		ID: PersonID(guest.ID), Subject: guest.subject, DisplayName: guest.Name, Email: guest.Email,
		AccessToken: fmt.Sprintf("guest-token-%d-of-%s", guest.tokens, guest.ID), ExpiresIn: tokenLife,
	})
}

// deletePerson removes a person of the token's own organisation for good.
func (s *Sim) deletePerson(who caller, r *http.Request) result {
	p := s.people[uuidOf(kindPerson, r.PathValue("id"))]
	if p != nil {
		concerns(r, p.org)
	}
	switch {
	case p == nil || p.org != who.org:
		return notFound()
	case !who.administers(RoleFull, RoleUser):
		return forbidden()
	case p.Type == TypeBot:
		return refuse(http.StatusForbidden, "Bots are deleted where they were made.")
	}
	s.drop(p)
	return result{status: http.StatusNoContent}
}
