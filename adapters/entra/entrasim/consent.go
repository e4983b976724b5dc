package entrasim

import (
	"maps"
	"slices"
	"time"
)

// declared are the application permissions of the app registration, in the words that admins read.
var declared = []struct{ name, title, text string }{
	{"AppCatalog.Read.All", "Read all app catalogs", "Allows the app to read apps in the app catalogs without a signed-in user."},
	{"Group.Read.All", "Read all groups", "Allows the app to read group properties and memberships, and read conversations for all groups, without a signed-in user."},
	{"GroupMember.Read.All", "Read all group memberships", "Allows the app to read memberships and basic group properties for all groups without a signed-in user."},
	{"Organization.Read.All", "Read organization information", "Allows the app to read the organization and related resources, without a signed-in user."},
	{"TeamsAppInstallation.ReadWriteSelfForUser.All", "Allow the app to manage itself for all users", "Allows a Teams app to read, install, upgrade, and uninstall itself to any user, without a signed-in user."},
	{"User.Invite.All", "Invite guest users to the organization", "Allows the app to invite guest users to the organization, without a signed-in user."},
	{"User.Read.All", "Read all users' full profiles", "Allows the app to read user profiles without a signed in user."},
	{"User.ReadWrite.All", "Read and write all users' full profiles", "Allows the app to read and update user profiles without a signed in user."},
}

// Declared are the application permissions that Rollcall's registration declares, sorted.
func Declared() []string {
	var all []string
	for _, one := range declared {
		all = append(all, one.name)
	}
	return all
}

// consent is what a tenant has of the app.
type consent struct {
	app       map[string]bool // what was granted to its service principal; nil: there is none
	removed   bool            // there was one
	withdrawn bool            // an admin took the whole consent back, and the service principal stayed
	coming    []coming        // what isn't known everywhere yet
}

// coming is a consent on its way through the platform.
type coming struct {
	permissions []string
	at          time.Time
}

func (c *consent) grant(permissions []string) {
	if c.app == nil {
		c.app = make(map[string]bool)
	}
	c.removed, c.withdrawn = false, false
	for _, p := range permissions {
		c.app[p] = true
	}
}

// arrive grants what is known everywhere by now.
func (c *consent) arrive(now time.Time) {
	for len(c.coming) > 0 && !now.Before(c.coming[0].at) {
		c.grant(c.coming[0].permissions)
		c.coming = c.coming[1:]
	}
}

// consented is what an admin's consent does: it takes as long as was configured.
func (s *Sim) consented(t *tenant, permissions []string) {
	t.coming = append(t.coming, coming{permissions, s.now().Add(s.config.ConsentDelay)})
	slices.SortStableFunc(t.coming, func(x, y coming) int { return x.at.Compare(y.at) })
	t.arrive(s.now())
}

// SetConsentDelay sets how long the token endpoint doesn't know of a consent that is given from now on.
// [Sim.Grant] is known at once.
func (s *Sim) SetConsentDelay(delay time.Duration) {
	defer s.lock()()
	s.config.ConsentDelay = delay
}

// Consent lets an admin consent in the portal, or take that back; with no permission named, to all that
// the app registration declares. Where all is taken back the service principal stays, and gets no
// token. Tokens that the app has stay as they are.
func (s *Sim) Consent(tenant string, on bool, permissions ...string) {
	defer s.lock()()
	t := s.mustHave(tenant)
	all := len(permissions) == 0
	if all {
		permissions = s.config.Permissions
	}
	if on {
		s.consented(t, permissions)
		return
	}
	t.withdraw(permissions)
	if all && t.app != nil {
		clear(t.app)
		t.withdrawn = true
	}
}

// Grant lets an admin consent to application permissions. As in Entra it shows in tokens that
// are issued afterwards, and not in those that the app has.
func (s *Sim) Grant(tenant string, permissions ...string) {
	defer s.lock()()
	s.mustHave(tenant).grant(permissions)
}

// Withdraw lets an admin take permissions back; with none named, the app's service principal is removed.
// Tokens that the app has stay good until they end or are revoked.
func (s *Sim) Withdraw(tenant string, permissions ...string) {
	defer s.lock()()
	t := s.mustHave(tenant)
	if len(permissions) == 0 {
		t.consent = consent{removed: t.app != nil || t.removed}
		return
	}
	t.withdraw(permissions)
}

func (c *consent) withdraw(permissions []string) {
	c.coming = nil
	for _, p := range permissions {
		delete(c.app, p)
	}
}

// Granted are the permissions that a tenant's admin consented to, as far as that is known, sorted.
func (s *Sim) Granted(tenant string) []string {
	defer s.lock()()
	t := s.mustHave(tenant)
	t.arrive(s.now())
	return slices.Sorted(maps.Keys(t.app))
}
