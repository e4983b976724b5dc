package webexsim

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Org is an organisation.
type Org struct {
	ID         string // UUID
	Name       string
	AdminToken string // may list its people and roles; empty: none
	Admin      string // the person whose token that is, by UUID; empty: a machine account
	BlocksBots bool   // its policy lets no bot open a space with its people
	Free       bool   // its plan has no guests
}

// The types of people.
const (
	TypePerson = "person"
	TypeBot    = "bot"
	TypeGuest  = "appuser"
)

// Person is somebody in an organisation. Unlike in Webex the same address may be in two
// organisations, for tests of tenants that collide.
type Person struct {
	ID       string // UUID; empty: a new one
	Name     string
	Email    string // empty: none is shown, which Webex does for no person
	Type     string // empty: TypePerson
	Zone     string
	Disabled bool   // an admin switched the login off
	Invited  bool   // has not joined yet
	Role     string // as an administrator, such as [RoleFull]; empty: none
}

// Active reports whether the person can sign in.
func (p Person) Active() bool { return !p.Disabled && !p.Invited }

type org struct {
	Org
	people  []*person // as they came; nil where one was deleted
	byEmail map[string][]*person
}

type person struct {
	Person
	org     *org
	place   int // in org.people
	created string
	subject string // of a guest that was made through the API
	tokens  int    // that were made for such a guest
}

// AddOrg adds an organisation, or changes one. What it has of people stays.
func (s *Sim) AddOrg(o Org) {
	s.mu.Lock()
	defer s.mu.Unlock()
	home := s.orgs[o.ID]
	if home == nil {
		home = &org{byEmail: make(map[string][]*person)}
		s.orgs[o.ID] = home
		s.orgOrder = append(s.orgOrder, home)
	}
	scopes := adminScopes
	if before := s.tokens[home.AdminToken]; before != nil && home.AdminToken == o.AdminToken {
		scopes = before.scopes
	}
	delete(s.tokens, home.AdminToken)
	home.Org = o
	if o.AdminToken != "" {
		s.tokens[o.AdminToken] = &caller{kind: KindAdmin, org: home, person: s.people[o.Admin], scopes: scopes}
	}
}

// PutPerson adds a person to an organisation, or changes one, who may so move to another
// organisation, and answers the UUID. It panics if there is no such organisation.
func (s *Sim) PutPerson(orgID string, p Person) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	home := s.orgs[orgID]
	if home == nil {
		panic("webexsim: no such organisation")
	}
	return s.put(home, p).ID
}

func (s *Sim) put(home *org, p Person) *person {
	if p.ID == "" {
		p.ID = s.newUUID()
	}
	if p.Type == "" {
		p.Type = TypePerson
	}
	if p.Role != "" && !slices.Contains(roles, p.Role) {
		panic("webexsim: no such role")
	}
	who := s.people[p.ID]
	if who == nil {
		who = &person{created: stamp(s.config.Clock.Now())}
		s.people[p.ID] = who
	} else {
		who.org.forget(who)
	}
	if who.org != home {
		if who.org != nil {
			who.org.people[who.place] = nil
		}
		who.org, who.place = home, len(home.people)
		home.people = append(home.people, who)
	}
	who.Person = p
	key := strings.ToLower(p.Email)
	home.byEmail[key] = append(home.byEmail[key], who)
	return who
}

// forget takes a person's address out of the index.
func (o *org) forget(p *person) {
	key := strings.ToLower(p.Email)
	o.byEmail[key] = slices.DeleteFunc(o.byEmail[key], func(other *person) bool { return other == p })
}

// DeletePerson removes a person for good. Their spaces stay.
func (s *Sim) DeletePerson(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.people[id]; p != nil {
		s.drop(p)
	}
}

func (s *Sim) drop(p *person) {
	p.org.forget(p)
	p.org.people[p.place] = nil
	delete(s.people, p.ID)
}

// People are an organisation's people in the order in which they were added.
func (s *Sim) People(orgID string) []Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Person
	if home := s.orgs[orgID]; home != nil {
		for _, p := range home.people {
			if p != nil {
				all = append(all, p.Person)
			}
		}
	}
	return all
}

// shownPerson is a person as the API shows them.
type shownPerson struct {
	ID          string   `json:"id"`
	Emails      []string `json:"emails"`
	DisplayName string   `json:"displayName"`
	OrgID       string   `json:"orgId"`
	Created     string   `json:"created"`
	TimeZone    string   `json:"timezone,omitempty"`
	Status      string   `json:"status,omitempty"`
	Type        string   `json:"type"`
	// Only admins see these. The published OpenAPI calls them strings; the API sends booleans.
	InvitePending *bool    `json:"invitePending,omitempty"`
	LoginEnabled  *bool    `json:"loginEnabled,omitempty"`
	Roles         []string `json:"roles,omitempty"`
	Licenses      []string `json:"licenses,omitempty"`
}

type shownPeople struct {
	NotFoundIDs []string      `json:"notFoundIds"`
	Items       []shownPerson `json:"items"`
}

// show is the person as somebody sees them.
func (p *person) show(admin bool) shownPerson {
	shown := shownPerson{
		ID: PersonID(p.ID), Emails: []string{}, DisplayName: p.Name, OrgID: OrgID(p.org.ID),
		Created: p.created, TimeZone: p.Zone, Type: p.Type,
	}
	if p.Email != "" {
		shown.Emails = append(shown.Emails, p.Email)
	}
	if admin {
		if p.Role != "" {
			shown.Roles = []string{roleID(p.Role)}
		}
		enabled, invited := !p.Disabled, p.Invited
		shown.InvitePending, shown.LoginEnabled = &invited, &enabled
		shown.Licenses = []string{apiID("LICENSE", p.org.ID)}
	}
	return shown
}

// getMe shows who the token is. A machine account is in no directory.
func (s *Sim) getMe(who caller, _ *http.Request) result {
	if who.person != nil {
		return ok(who.person.show(who.admin()))
	}
	machine := person{org: who.org, created: stamp(s.config.Clock.Now())}
	machine.Person = Person{ID: who.org.ID, Name: "A machine account", Type: TypeGuest, Role: RoleFull}
	return ok(machine.show(who.admin()))
}

// getPerson shows anybody by id; what only admins see, to the admin of their own organisation.
func (s *Sim) getPerson(who caller, r *http.Request) result {
	p := s.people[uuidOf(kindPerson, r.PathValue("id"))]
	if p == nil {
		return notFound()
	}
	concerns(r, p.org)
	return ok(p.show(who.admin() && p.org == who.org))
}

// listPeople lists the token's own organisation, and by id anybody.
func (s *Sim) listPeople(who caller, r *http.Request) result {
	query := r.URL.Query()
	n, fine := s.most(r, 100, 1000)
	if !fine {
		return errMax
	}
	if ids := query.Get("id"); ids != "" {
		return s.peopleByID(strings.Split(ids, ","))
	}
	named := query.Get("email") != "" || query.Get("displayName") != ""
	switch {
	case !named && who.has(ScopePeopleRead) && !who.admin():
		return forbidden()
	case !named && !who.admin():
		return refuse(http.StatusBadRequest, "Email, displayName, or id list should be specified.")
	}
	admin := who.admin() && !s.bareLists
	if email := query.Get("email"); email != "" {
		found := slices.Clone(who.org.byEmail[strings.ToLower(email)])
		slices.SortFunc(found, func(a, b *person) int { return cmp.Compare(a.place, b.place) })
		return ok(shownPeople{NotFoundIDs: []string{}, Items: showAll(found, admin)})
	}
	from := 0
	if cursor := query.Get("cursor"); cursor != "" {
		var err error
		if from, err = strconv.Atoi(cursor); err != nil || from < 0 || from > len(who.org.people) {
			return refuse(http.StatusBadRequest, "Invalid cursor.")
		}
	}
	var found []*person
	prefix := query.Get("displayName")
	for ; from < len(who.org.people) && len(found) < n; from++ {
		p := who.org.people[from]
		if p != nil && (prefix == "" || strings.HasPrefix(strings.ToLower(p.Name), strings.ToLower(prefix))) {
			found = append(found, p)
		}
	}
	next := ""
	if from < len(who.org.people) {
		next = fmt.Sprintf("max=%d&cursor=%d", n, from)
		if prefix != "" {
			next += "&displayName=" + url.QueryEscape(prefix)
		}
	}
	return page(shownPeople{NotFoundIDs: []string{}, Items: showAll(found, admin)}, next)
}

func (s *Sim) peopleByID(ids []string) result {
	if len(ids) > 85 {
		return refuse(http.StatusBadRequest, "At most 85 ids.")
	}
	list := shownPeople{NotFoundIDs: []string{}, Items: []shownPerson{}}
	for _, id := range ids {
		if p := s.people[uuidOf(kindPerson, id)]; p != nil {
			list.Items = append(list.Items, p.show(false))
		} else {
			list.NotFoundIDs = append(list.NotFoundIDs, id)
		}
	}
	return ok(list)
}

func showAll(found []*person, admin bool) []shownPerson {
	shown := make([]shownPerson, 0, len(found))
	for _, p := range found {
		shown = append(shown, p.show(admin))
	}
	return shown
}
