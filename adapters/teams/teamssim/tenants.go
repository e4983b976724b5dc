package teamssim

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// Tenant is an organisation.
type Tenant struct {
	ID   string // GUID
	Name string
	// Region is in the path of its service URL. Empty: "emea".
	Region string
	// GCC: of the government's community cloud, with a connector of its own.
	GCC bool
}

// Roles of people in a conversation.
const (
	RoleUser      = "user"
	RoleAnonymous = "anonymous"
)

// User is somebody in a tenant.
type User struct {
	ID    string // object id, a GUID; empty: a new one
	Name  string // empty: the address before its "@"
	Given string
	Last  string
	Email string // may be empty
	UPN   string // empty: Email. A guest's has #EXT# in it.
	Role  string // empty: RoleUser
	// Locale is of the client, "en-US" if empty, and Zone an IANA time zone, "UTC" if empty.
	Locale, Zone string
	// OldClient: knows no Action.Execute and shows its fallback.
	OldClient bool
}

// tenant is a tenant with its people.
type tenant struct {
	Tenant
	people   []*user // as they came
	users    map[string]*user
	disabled bool // an admin disabled the app
	calls    window
}

// user is somebody, and their relation with the bot.
type user struct {
	User
	tenant    *tenant
	mri       string // 29:…, which is per bot
	chats     int    // how many 1:1 conversations there have been
	chat      *conversation
	installed bool
	blocked   Blocking
}

// AddTenant adds a tenant, or changes one. What it has of people stays.
func (s *Sim) AddTenant(t Tenant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.Region == "" {
		t.Region = "emea"
	}
	key := strings.ToLower(t.ID)
	if have := s.tenants[key]; have != nil {
		have.Tenant = t
		return
	}
	have := &tenant{Tenant: t, users: make(map[string]*user)}
	s.tenants[key] = have
	s.order = append(s.order, have)
}

// Tenants are all tenants, as they came; the bot's own is the first.
func (s *Sim) Tenants() []Tenant {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Tenant
	for _, t := range s.order {
		all = append(all, t.Tenant)
	}
	return all
}

func (s *Sim) tenantOf(id string) *tenant { return s.tenants[strings.ToLower(id)] }

// AddUser adds somebody to a tenant, or changes somebody, and answers the object id. The app is not
// installed for who is new. The same id may be in two tenants. It panics if there is no such tenant.
func (s *Sim) AddUser(tenantID string, u User) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	home := s.tenantOf(tenantID)
	if home == nil {
		panic("teamssim: no such tenant")
	}
	if u.ID == "" {
		u.ID = s.newID()
	}
	if u.UPN == "" {
		u.UPN = u.Email
	}
	if u.Name == "" {
		u.Name, _, _ = strings.Cut(u.UPN, "@")
	}
	for _, standard := range []struct {
		field *string
		value string
	}{{&u.Role, RoleUser}, {&u.Locale, "en-US"}, {&u.Zone, "UTC"}} {
		if *standard.field == "" {
			*standard.field = standard.value
		}
	}
	who := home.users[strings.ToLower(u.ID)]
	if who == nil {
		who = &user{tenant: home, mri: "29:1" + s.digest(home.ID, u.ID)}
		home.users[strings.ToLower(u.ID)] = who
		home.people = append(home.people, who)
	}
	who.User = u
	return u.ID
}

// Users are the people of a tenant, as they came.
func (s *Sim) Users(tenantID string) []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []User
	if home := s.tenantOf(tenantID); home != nil {
		for _, u := range home.people {
			all = append(all, u.User)
		}
	}
	return all
}

// DeleteUser removes somebody for good: the app loses its conversation with them, and hears that
// they left it.
func (s *Sim) DeleteUser(tenantID, userID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(tenantID, userID)
	if err != nil {
		return err
	}
	if u.installed {
		s.tell(s.membersChanged(u, u.chat, nil, []account{{ID: u.mri, AadObjectID: u.ID}}))
	}
	u.installed = false
	for _, c := range s.conversations {
		c.members = slices.DeleteFunc(c.members, func(m *user) bool { return m == u })
	}
	delete(u.tenant.users, strings.ToLower(u.ID))
	u.tenant.people = slices.DeleteFunc(u.tenant.people, func(other *user) bool { return other == u })
	return nil
}

// MRI is a user's id for this bot, 29:…; empty: there is no such user.
func (s *Sim) MRI(tenantID, userID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.user(tenantID, userID)
	if err != nil {
		return ""
	}
	return u.mri
}

func (s *Sim) user(tenantID, userID string) (*user, error) {
	home := s.tenantOf(tenantID)
	if home == nil {
		return nil, fmt.Errorf("teamssim: no tenant %s", tenantID)
	}
	u := home.users[strings.ToLower(userID)]
	if u == nil {
		return nil, fmt.Errorf("teamssim: tenant %s has no user %s", tenantID, userID)
	}
	return u, nil
}

// digest is an unguessable looking id of something, for this bot.
func (s *Sim) digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(s.config.AppID + "|" + strings.Join(parts, "|"))))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// serviceURL is where the bot has to speak to about a tenant.
func (s *Sim) serviceURL(t *tenant) string {
	if t.GCC {
		return s.config.URL + "/" + gccBase
	}
	return s.config.URL + "/" + t.Region + "/"
}

// MoveRegion moves a tenant to another region: from now on its activities name another service URL,
// and the old one doesn't know its conversations any more.
func (s *Sim) MoveRegion(tenantID, region string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tenantOf(tenantID)
	if t == nil {
		return fmt.Errorf("teamssim: no tenant %s", tenantID)
	}
	t.Region = region
	return nil
}

// DisableApp makes a tenant's admin disable the app, or enable it again.
func (s *Sim) DisableApp(tenantID string, off bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tenantOf(tenantID)
	if t == nil {
		return fmt.Errorf("teamssim: no tenant %s", tenantID)
	}
	t.disabled = off
	return nil
}
