package demo

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rollcall/adapters/csv"
	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/slack"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/teams/teamssim"
	"rollcall/adapters/vault"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/cmd/rollcall/program"
)

// The apps that whoever runs the demo's Rollcall has registered with the vendors.
const (
	slackClient      = "demo-slack-client"
	slackSecret      = "demo-slack-client-secret"
	webexClient      = "Cdemo-integration"
	webexSecret      = "demo-webex-integration-secret"
	webexRefresh     = "demo-webex-operator-refresh"
	serviceAppID     = "Y2lzY29zcGFyazovL3VzL0FQUExJQ0FUSU9OL0NkZW1v"
	serviceAppClient = "Cdemo-service-app"
	serviceAppSecret = "demo-webex-service-app-secret"
	keysFile         = "rollcall.keys"
)

// boss administers everything that a newcomer has; member is somebody who administers nothing.
const (
	boss   = "mika"
	member = "vera"
	// clerk is the same on Slack and Webex, where vera isn't.
	clerk = "rosa"
)

// townsfolk are a newcomer's people: those without anything peculiar. Most are in a group, and wait until the
// platforms are connected.
var townsfolk = []string{clerk, "ben", "chiara", "sofia", "tom", "olga", boss, member, "kim"}

// returnURL is where vendors send browsers back to.
func (w *World) returnURL(platform string) string {
	return w.config.PublicURL + "/connect/" + platform + "/return"
}

// slackApp is the app at Slack. What it is given in the hub ends after twelve hours.
func (w *World) slackApp() slacksim.Config {
	c := slacksim.Config{Clock: w.Clock, SigningSecret: w.config.Slack.SigningSecret, Client: w.client}
	if !w.options.Empty {
		c.ClientID, c.ClientSecret, c.RedirectURLs = slackClient, slackSecret, []string{w.returnURL(paneSlack)}
		c.BotScopes, c.TokenRotation, c.OrgDeploy = w.options.left(paneSlack, slack.Scopes(slack.AllFeatures())), true, true
	}
	return c
}

// webexApps are the bot, the integration and the service app at Webex.
func (w *World) webexApps() webexsim.Config {
	c := webexsim.Config{Clock: w.Clock, BotToken: w.config.Webex.BotToken, Client: w.client}
	if !w.options.Empty {
		c.Integrations = []webexsim.Integration{{
			ClientID: webexClient, ClientSecret: webexSecret, Name: "Rollcall", Redirects: []string{w.returnURL(paneWebex)}, Refresh: webexRefresh,
			Scopes:   slices.Concat(webex.Scopes(webex.ForIntegration, webex.FeatureWithdraw), webex.Scopes(webex.ForOperator, webex.FeatureServiceApp)),
			Withheld: w.options.out(ofWebex(webex.ForIntegration)),
		}}
		c.ServiceApp = webexsim.ServiceApp{
			ID: serviceAppID, ClientID: serviceAppClient, ClientSecret: serviceAppSecret, Name: "Rollcall",
			Scopes: w.options.left(ofWebex(webex.ForServiceApp), webex.Scopes(webex.ForServiceApp, webex.FeatureServiceApp)),
		}
	}
	return c
}

// configureApps lets tenants connect their platforms in the hub, and makes the key that seals their tokens.
func (w *World) configureApps(c *program.Config) error {
	c.Slack.ClientID, c.Slack.ClientSecret = slackClient, slackSecret
	c.Webex.ClientID, c.Webex.ClientSecret = webexClient, webexSecret
	if w.options.SignedIn {
		c.Webex.Withdraw = true
	} else {
		c.Webex.ServiceApp = program.WebexServiceApp{ID: serviceAppID, ClientID: serviceAppClient, ClientSecret: serviceAppSecret, RefreshToken: webexRefresh}
	}
	c.KeysFile = filepath.Join(w.options.Dir, keysFile)
	line, err := vault.NewKey(rand.Reader, w.Clock.Now())
	if err != nil {
		return err
	}
	return os.WriteFile(c.KeysFile, []byte(line+"\n"), 0o600)
}

// wide reports whether a newcomer's Slack is an organisation of two workspaces.
func (f *firm) wide() bool { return f.number%2 == 1 }

// newcomerConfig is all that the configuration says of a newcomer: no token, and no workspace. That of the second one
// says which Entra tenant is meant, so that its link can be completed by somebody whom nobody knows.
func (f *firm) newcomerConfig() program.TenantConfig {
	at := "connected"
	if f.wide() {
		at = f.entra
	}
	group := entraGroups[0]
	return program.TenantConfig{
		Name: f.name, On: true, Removal: "suspend",
		Directories: map[string]program.DirectoryConfig{
			fileDirectory: {CSV: program.CSV{Path: f.path}}, entraDirectory: {Entra: program.Entra{Tenant: at}},
		},
		Groups: map[string]program.GroupConfig{
			slackGroup: {Name: "Slack primaries", Directory: fileDirectory, Group: slackGroup, Primary: paneSlack, Secondary: paneWebex, Priority: 1},
			webexGroup: {Name: "Webex primaries", Directory: fileDirectory, Group: webexGroup, Primary: paneWebex, Secondary: paneSlack, Priority: 2},
			group.id: {
				Name: group.name, Directory: entraDirectory, Group: entraGroupID(f.number, group.id), Primary: group.primary, Secondary: group.secondary, Priority: 3,
			},
		},
	}
}

// settleNewcomer puts a newcomer's people into its directory and onto the platforms, none of which has the app.
func (w *World) settleNewcomer(f *firm) error {
	sheet := csv.Sheet{Groups: []string{slackGroup, webexGroup}}
	var users []slacksim.User
	w.Webex.AddOrg(webexsim.Org{ID: f.webexOrg, Name: f.name})
	for _, r := range company() {
		if !slices.Contains(townsfolk, r.id) {
			continue
		}
		r.name += " of " + strings.Fields(f.name)[0] // the ids and addresses collide; the names tell whose message it is
		r.did, r.note = "", ""
		i := len(f.residents)
		f.residents = append(f.residents, r)
		if !r.entra {
			sheet.People = append(sheet.People, r.person())
		}
		if u, there := r.slackUser(i); there {
			u.Admin = r.id == boss
			users = append(users, u)
		}
		if p, there := r.webexPerson(f.number, i); there {
			if r.id == boss {
				p.Role = webexsim.RoleFull
			}
			w.Webex.PutPerson(f.webexOrg, p)
		}
	}
	w.openSlack(f, users)
	w.openEntra(f)
	return csv.Write(f.path, sheet)
}

// openSlack makes a newcomer's workspace, or its organisation, in whose first workspace are all people, and in the
// second one the admin alone.
func (w *World) openSlack(f *firm, users []slacksim.User) {
	if !f.wide() {
		w.Slack.AddWorkspace(slacksim.Workspace{ID: f.slackTeam, Name: f.name, Users: users})
		return
	}
	f.slackOrg = fmt.Sprintf("E%04d", f.number+1)
	for i := range users {
		users[i].Teams = []string{f.slackTeam}
		if users[i].Admin {
			users[i].Teams, users[i].OrgAdmin = []string{f.slackTeam, f.branch()}, true
		}
	}
	w.Slack.AddOrg(slacksim.Org{
		ID: f.slackOrg, Name: f.name, Users: users,
		Workspaces: []slacksim.Workspace{{ID: f.slackTeam, Name: f.name}, {ID: f.branch(), Name: f.name + " Labs"}},
	})
}

// slack is where a firm's Slack is connected: its organisation, or its workspace.
func (f *firm) slack() string { return cmp.Or(f.slackOrg, f.slackTeam) }

// branch is the second workspace of a newcomer's organisation.
func (f *firm) branch() string { return f.slackTeam + "B" }

// openEntra makes a newcomer's Entra tenant and Teams: the group, its people, and who administers it. Nobody has the
// app in Teams: it is installed for them, once the admin has consented to that.
func (w *World) openEntra(f *firm) {
	w.Entra.AddTenant(entrasim.Tenant{ID: f.entra, Name: f.name, Domains: []entrasim.Domain{{Name: domain}}})
	w.Teams.AddTenant(teamssim.Tenant{ID: f.entra, Name: f.name})
	group := entraGroups[0].id
	w.Entra.AddGroup(f.entra, entrasim.Group{ID: entraGroupID(f.number, group), Name: entraGroups[0].name})
	for i, r := range f.residents {
		if r.teams == nobody {
			continue
		}
		user := teamsID(f.number, i+1)
		w.Entra.AddUser(f.entra, entrasim.User{ID: user, Name: r.name, Mail: r.address()})
		if r.id == boss {
			w.Entra.PutRole(f.entra, user, entrasim.GlobalAdministrator, true)
		}
		if slices.Contains(r.entraGroups, group) {
			w.Entra.Join(f.entra, entraGroupID(f.number, group), user)
		}
	}
}
