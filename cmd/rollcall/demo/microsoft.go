package demo

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/hook/hooksim"
	"rollcall/adapters/sim/oauth"
	"rollcall/adapters/teams/teamssim"
	"rollcall/cmd/rollcall/program"
)

// The app registration behind the bot, and what else is the same for every tenant of the demo.
const (
	appID      = "a0000000-0000-4000-8000-000000000001"
	appSecret  = "demo-app-secret"
	homeTenant = "a0000000-0000-4000-9000-000000000000"
	manifestID = "a0000000-0000-4000-8000-000000000002"
	hookSecret = "demo-subscriber-secret-of-thirty-two-bytes"

	// invitations is the first tenant's domain for guests who stand in for colleagues.
	invitations = "guests.larkspur.example"
)

// fileDirectory and entraDirectory are the names of the directories, in the ids of their people.
const (
	fileDirectory  = "staff"
	entraDirectory = "entra"
)

// granted are the permissions that the demo's admins consented to. That to install the app for people
// is not among them: see [World.Consent].
var granted = []string{
	"Group.Read.All", "GroupMember.Read.All", "User.Read.All", "User.Invite.All", "User.ReadWrite.All", "Organization.Read.All", "AppCatalog.Read.All",
}

// installs is the permission to install the app for people.
const installs = "TeamsAppInstallation.ReadWriteSelfForUser.All"

func teamsTenant(tenant int) string { return fmt.Sprintf("%08d-0000-4000-a000-000000000000", tenant+1) }
func teamsID(tenant, number int) string {
	return fmt.Sprintf("%08d-0000-4000-b000-%012d", tenant+1, number)
}

// startMicrosoft makes Teams, the directory behind it, and the system that is told of changes. What
// happens in the directory is seen in Teams.
func (w *World) startMicrosoft() error {
	keys := new(oauth.Keys)
	w.Teams = teamssim.New(teamssim.Config{
		Clock: w.Clock, AppID: appID, Secret: appSecret, HomeTenant: homeTenant, Client: w.client, Keys: keys,
	})
	w.Entra = entrasim.New(entrasim.Config{
		Clock: w.Clock, AppID: appID, Secret: appSecret, ManifestID: manifestID, Client: w.client, Keys: keys,
		RedirectURIs: []string{w.returnURL(paneTeams)}, RolesInTokens: true, Permissions: w.options.left(paneTeams, entrasim.Declared()),
		OnInstall: func(tenant, user string) { _ = w.Teams.Install(tenant, user) }, // who isn't in Teams has no app
		OnUserChange: func(tenant string, u entrasim.User) {
			if !w.inTeams(u) {
				return
			}
			w.Teams.AddUser(tenant, teamssim.User{ID: u.ID, Name: u.Name, Email: u.Mail, UPN: u.UPN})
		},
	})
	w.Hooks = hooksim.New(hooksim.Config{Clock: w.Clock, Secrets: []string{hookSecret}})
	var err error
	if w.teamsURL, err = w.serve(w.Teams); err != nil {
		return err
	}
	if w.entraURL, err = w.serve(w.Entra); err != nil {
		return err
	}
	if w.hookURL, err = w.serve(w.Hooks); err != nil {
		return err
	}
	w.Teams.Reach(w.teamsURL, w.config.PublicURL+"/teams/messages")
	for _, f := range w.companies {
		t := w.config.Tenants[f.id]
		t.Subscribers = map[string]program.SubscriberConfig{"badges": {URL: w.hookURL + hooksim.Path, Secret: hookSecret}}
		w.config.Tenants[f.id] = t
		w.Entra.AddTenant(entrasim.Tenant{
			ID: f.entra, Name: f.name, Domains: []entrasim.Domain{{Name: domain}}, Granted: w.options.left(paneTeams, granted),
		})
		w.Teams.AddTenant(teamssim.Tenant{ID: f.entra, Name: f.name})
	}
	return nil
}

// inTeams reports whether a user of the directory can use Teams.
func (w *World) inTeams(u entrasim.User) bool {
	return u.State == entrasim.Present && (!u.Unlicensed || u.Guest)
}

// microsoftConfig adds to a firm's configuration what it has of Microsoft's.
func (f *firm) microsoftConfig(tenant int, t *program.TenantConfig, refused bool) {
	t.Teams.Tenant = teamsTenant(tenant)
	if tenant == 0 {
		t.Teams.InvitationDomain = invitations
	}
	t.Webex.Bots, t.Webex.GuestToken = pool(tenant), "demo-webex-guests-"+f.id
	t.Directories[entraDirectory] = program.DirectoryConfig{Entra: program.Entra{Tenant: teamsTenant(tenant)}}
	for _, g := range entraGroups {
		t.Groups[g.id] = program.GroupConfig{
			Name: g.name, Directory: entraDirectory, Group: entraGroupID(tenant, g.id), Primary: g.primary, Secondary: g.secondary, Priority: 3,
		}
	}
	if refused {
		t.Groups[m365Group] = program.GroupConfig{
			Name: "Everybody", Directory: entraDirectory, Group: entraGroupID(tenant, m365Group), Primary: paneTeams, Secondary: paneWebex, Priority: 9,
		}
	}
	t.Groups[slackTeamsGroup] = program.GroupConfig{
		Name: "Slack primaries on Teams", Directory: "staff", Group: slackTeamsGroup, Primary: paneSlack, Secondary: paneTeams, Priority: 4,
	}
}

// entraGroups are the groups of the directory in Entra, each with the way in which its people are
// asked.
var entraGroups = []struct{ id, name, primary, secondary string }{
	{"teams-webex", "Teams primaries on Webex", paneTeams, paneWebex},
	{"teams-slack", "Teams primaries on Slack", paneTeams, paneSlack},
	{"webex-teams", "Webex primaries on Teams", paneWebex, paneTeams},
}

// entraGroupID is a group's id in the directory.
func entraGroupID(tenant int, id string) string {
	for i, g := range entraGroups {
		if g.id == id {
			return fmt.Sprintf("%08d-0000-4000-c000-%012d", tenant+1, i+1)
		}
	}
	return fmt.Sprintf("%08d-0000-4000-c000-%012d", tenant+1, len(entraGroups)+1) // the Microsoft 365 group
}

func isEntraGroup(id string) bool {
	for _, g := range entraGroups {
		if g.id == id {
			return true
		}
	}
	return false
}

// pool are a firm's registered bots: one for each of the two who have no Webex account at first.
func pool(tenant int) []string { return []string{webexID(tenant, 9001), webexID(tenant, 9002)} }

// settleMicrosoft makes a firm's groups in Entra, and puts its people there and into Teams.
func (w *World) settleMicrosoft(tenant int, f *firm) {
	id := teamsTenant(tenant)
	for _, g := range entraGroups {
		w.Entra.AddGroup(id, entrasim.Group{ID: entraGroupID(tenant, g.id), Name: g.name})
	}
	w.Entra.AddGroup(id, entrasim.Group{ID: entraGroupID(tenant, m365Group), Name: "Everybody (team)", Kind: entrasim.Microsoft365})
	for i, r := range f.residents {
		if r.teams == nobody {
			continue
		}
		users := []string{teamsID(tenant, i+1)}
		if r.twice {
			users = append(users, teamsID(tenant, 5000+i+1))
		}
		for n, user := range users {
			u := entrasim.User{ID: user, Name: r.name, Mail: r.address(), Unlicensed: r.teams == unlicensed}
			if n > 0 {
				u.Name, u.UPN = r.name+" (admin)", "admin-"+r.address()
			}
			w.Entra.AddUser(id, u)
			if r.teams == regular {
				_ = w.Teams.Install(id, user)
			}
		}
		if r.admin {
			w.Entra.PutRole(id, users[0], entrasim.GlobalAdministrator, true)
		}
		if r.teams == blocking {
			_ = w.Teams.Install(id, users[0])
			_ = w.UseApp(AppChange{Tenant: f.id, User: users[0], Do: "block"})
		}
		for _, g := range r.entraGroups {
			w.Entra.Join(id, entraGroupID(tenant, g), users[0])
		}
	}
}

// Consent lets the app be installed for people of a tenant.
func (w *World) Consent(tenant string) error {
	f, err := w.firm(tenant)
	if err != nil {
		return err
	}
	if w.Entra == nil {
		return errors.New("there is no Entra here")
	}
	w.Entra.Grant(f.entra, w.options.left(paneTeams, []string{installs})...)
	return nil
}

// consent is whether that was done; empty: it is done in the hub, with everything else.
func (w *World) consent(f *firm) string {
	if slices.Contains(w.newcomers, f) {
		return ""
	}
	if slices.Contains(w.Entra.Granted(f.entra), installs) {
		return "given"
	}
	return "open"
}

// ChangeEntra does what the page's directory in Entra offers.
func (w *World) changeEntra(c PersonChange) error {
	f, err := w.firm(c.Tenant)
	if err != nil {
		return err
	}
	if w.Entra == nil {
		return errors.New("there is no Entra here")
	}
	tenant := f.entra
	known := func(u entrasim.User) bool { return u.ID == c.Person && u.State != entrasim.Gone }
	if c.Do != "empty" && !slices.ContainsFunc(w.Entra.Users(tenant), known) {
		return errors.New("there is no such person in the directory")
	}
	group := entraGroupID(f.number, c.Group)
	if slices.Contains([]string{"join", "leave", "empty"}, c.Do) && !isEntraGroup(c.Group) {
		return errors.New("there is no such group")
	}
	switch c.Do {
	case "join":
		w.Entra.Join(tenant, group, c.Person)
	case "leave":
		w.Entra.Leave(tenant, group, c.Person)
	case "empty":
		w.Entra.Leave(tenant, group, w.Entra.Members(tenant, group)...)
	case "disable":
		w.Entra.Disable(tenant, c.Person)
	case "enable":
		w.Entra.Enable(tenant, c.Person)
	case "delete":
		w.Entra.SoftDelete(tenant, c.Person)
	case "restore":
		w.Entra.Restore(tenant, c.Person)
	case "rename":
		if name := strings.TrimSpace(c.Name); name != "" {
			w.Entra.Rename(tenant, c.Person, name)
		}
		if email := strings.TrimSpace(c.Email); email != "" {
			w.Entra.Readdress(tenant, c.Person, email)
		}
	case "license", "unlicense":
		w.Entra.SetLicence(tenant, c.Person, c.Do == "license")
	default:
		return fmt.Errorf("the directory in Entra can't %q", c.Do)
	}
	return nil
}

// entraState adds the directory in Entra, and the pane of Teams.
func (w *World) entraState(f *firm, names map[string]string, s *State) {
	tenant, number := f.entra, f.number
	s.Directories = append(s.Directories, DirectoryView{
		ID: entraDirectory, Title: "Entra", Does: []string{"join", "leave", "rename", "disable", "enable", "delete", "restore", "license", "unlicense", "empty"},
		Consent: w.consent(f),
	})
	in := make(map[string][]string)
	for _, g := range entraGroups {
		members := w.Entra.Members(tenant, entraGroupID(number, g.id))
		for _, m := range members {
			in[m] = append(in[m], g.id)
		}
		s.Groups = append(s.Groups, GroupView{ID: g.id, Directory: entraDirectory, Name: g.name, Primary: g.primary, Secondary: g.secondary, Size: len(members)})
	}
	notes := make(map[string]string)
	for i, r := range f.residents {
		notes[teamsID(number, i+1)] = r.note
	}
	pane := PaneView{ID: paneTeams, Title: "Teams", Workspace: f.name, Does: []string{"install", "uninstall", "block", "unblock"}}
	for _, u := range w.Entra.Users(tenant) {
		names[u.ID] = u.Name
		if u.State != entrasim.Gone && !u.Guest && !inFile(s.People, u.Mail) {
			s.People = append(s.People, PersonView{
				ID: u.ID, Directory: entraDirectory, Name: u.Name, Email: u.Mail, Groups: in[u.ID],
				Active: !u.Disabled && u.State == entrasim.Present, Deleted: u.State == entrasim.Deleted, Licensed: !u.Unlicensed, Note: notes[u.ID],
			})
		}
		if w.inTeams(u) {
			pane.Users = append(pane.Users, UserView{ID: u.ID, Name: u.Name, Email: u.Mail, Kind: w.teamsKind(tenant, u)})
		}
	}
	fill(pane.Users, w.Teams.Messages(0), tenant, "adaptive")
	s.Panes = append(s.Panes, pane)
}

// inFile reports whether somebody is among the people already, from the file.
func inFile(people []PersonView, email string) bool {
	for _, p := range people {
		if p.Directory == fileDirectory && strings.EqualFold(p.Email, email) {
			return true
		}
	}
	return false
}

func (w *World) teamsKind(tenant string, u entrasim.User) string {
	switch {
	case u.Guest:
		return "guest"
	case u.Disabled:
		return "deactivated"
	case !w.Teams.Installed(tenant, u.ID):
		return "without the app"
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.blocking[tenant+"/"+u.ID] {
		return "blocks the app"
	}
	return ""
}
