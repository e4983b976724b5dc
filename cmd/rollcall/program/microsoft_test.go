package program

import (
	"strings"
	"testing"

	"rollcall/sync/directory"
)

// withTeams is a configuration with Teams and Entra, and what a test changes in it.
const withTeams = `
public_url: https://rollcall.example
store: /var/lib/rollcall/rollcall.db
webex: {bot_token: bot, webhook_secret: 0123456789abcdef0123456789abcdef}
teams: {app_id: 7c1f3b6a-52d8-4e0f-9a41-6d2b8c5e7f90, home_tenant: 0d9e8f7a-6b5c-4d3e-8f2a-1b0c9d8e7f6a, app_secret: s3cret}
tenants:
  acme:
    on: true
    ask_first: true
    stand_ins: {webex: [guest], teams: []}
    subscribers: {badges: {url: "https://badges.example/x", secret: 0123456789abcdef0123456789abcdef}}
    webex: {organisation: 11111111-2222-4333-8444-555555555555, admin_token: admin, bots: "a@webex.bot, b@webex.bot"}
    teams: {tenant: 9B2C4D6E-8F10-4A3B-B5C7-D9E1F2A3B4C5, invitation_domain: guests.acme.example}
    directories: {people: {entra: {tenant: 9B2C4D6E-8F10-4A3B-B5C7-D9E1F2A3B4C5}}}
    groups: {all: {directory: people, group: 5a6b7c8d-9e0f-4123-a456-789abcdef012, primary: teams, secondary: webex}}
`

func TestTeamsAndEntra(t *testing.T) {
	t.Parallel()
	got, err := load(t, withTeams)
	if err != nil {
		t.Fatal(err)
	}
	acme := got.Tenants["acme"]
	all, err := acme.installations("acme")
	if err != nil || len(all) != 2 || all[1].Workspace != "9b2c4d6e-8f10-4a3b-b5c7-d9e1f2a3b4c5" {
		t.Errorf("got %+v, %v", all, err)
	}
	if len(acme.Webex.Bots) != 2 || !acme.AskFirst || len(acme.standIns()) != 2 || len(acme.standIns()["teams"]) != 0 {
		t.Errorf("got %+v", acme)
	}
}

// The same id may be written in capitals in one place and not in another.
func TestAnIDInCapitalsIsTheSame(t *testing.T) {
	t.Parallel()
	text := strings.Replace(withTeams, "entra: {tenant: 9B2C4D6E-8F10-4A3B-B5C7-D9E1F2A3B4C5}", "entra: {tenant: 9b2c4d6e-8f10-4a3b-b5c7-d9e1f2a3b4c5}", 1)
	if _, err := load(t, text); err != nil || text == withTeams {
		t.Error(err)
	}
}

func TestWhatIsWrongWithTeamsAndEntra(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, old, new, want string }{
		{"no secret", "app_secret: s3cret", "cloud: public", "teams.app_secret is missing"},
		{"no app", "app_id: 7c1f3b6a-52d8-4e0f-9a41-6d2b8c5e7f90", "app_id: rollcall", "teams.app_id must be an id"},
		{"no home", "home_tenant: 0d9e8f7a-6b5c-4d3e-8f2a-1b0c9d8e7f6a", "home_tenant: acme.com", "teams.home_tenant must be an id"},
		{"another cloud", "app_secret: s3cret", "app_secret: s3cret, cloud: sky", `teams.cloud "sky" is unknown: use one of china, dod, gcc-high, public`},
		{"no manifest", "app_secret: s3cret", "app_secret: s3cret, manifest_id: x", "teams.manifest_id must be"},
		{"no tenant's id", "teams: {tenant: 9B2C4D6E-8F10-4A3B-B5C7-D9E1F2A3B4C5", "teams: {tenant: acme.com", "tenants.acme.teams.tenant must be the tenant's id"},
		{"two tenants", "entra: {tenant: 9B2C4D6E-8F10-4A3B-B5C7-D9E1F2A3B4C5}", "entra: {tenant: 1B2C4D6E-8F10-4A3B-B5C7-D9E1F2A3B4C5}", "is another Entra tenant"},
		{"two directories", "directories: {people:", "directories: {staff: {entra: {tenant: 9B2C4D6E-8F10-4A3B-B5C7-D9E1F2A3B4C5}}, people:", "tenants.acme.directories.staff is in Entra, as people is"},
		{"a URL for a domain", "guests.acme.example", "https://guests.acme.example/", "tenants.acme.teams.invitation_domain must be a domain alone"},
		{"an address for a domain", "guests.acme.example", "'@guests'", "tenants.acme.teams.invitation_domain must be a domain alone"},
		{"a group by its name", "group: 5a6b7c8d-9e0f-4123-a456-789abcdef012", "group: Teams primaries", "groups.all.group must be the group's Object ID"},
		{"a file as well", "entra: {", "csv: {path: x}, entra: {", "is a file and Entra at once"},
		{"a kind that can't be", "teams: []", "teams: [persona]", `stand_ins.teams can't be "persona"`},
		{"a platform that isn't", "teams: []", "pigeon: [bot]", `"pigeon" is unknown`},
		{"a list of lists", "teams: []", "teams: [[guest]]", "must be a list of single values"},
		{"a subscriber on this machine", "https://badges.example/x", "https://127.0.0.1/x", "subscribers.badges is wrong"},
		{"a subscriber without TLS", "https://badges.example/x", "http://badges.example/x", "subscribers.badges is wrong"},
		{"a subscriber without a secret", ", secret: 0123456789abcdef0123456789abcdef}}", "}}", "subscribers.badges.secret is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := strings.ReplaceAll(withTeams, test.old, test.new)
			if text == withTeams {
				t.Fatal("nothing was changed")
			}
			_, err := load(t, text)
			if got := problemsOf(err); !strings.Contains(got, test.want) || strings.Contains(got, "s3cret") {
				t.Errorf("got %s, want %q", got, test.want)
			}
		})
	}
}

// What Graph says of a group concerns the groups that are it, however its id was copied.
func TestGroupsOfEntra(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, external, told string
		want                 bool
	}{
		{"as it is written", "5a6b7c8d-9e0f-4123-a456-789abcdef012", "5a6b7c8d-9e0f-4123-a456-789abcdef012", true},
		{"in another case", "5A6B7C8D-9E0F-4123-A456-789ABCDEF012", "5a6b7c8d-9e0f-4123-a456-789abcdef012", true},
		{"another group", "5a6b7c8d-9e0f-4123-a456-789abcdef012", "5a6b7c8d-9e0f-4123-a456-789abcdef014", false},
		{"people changed", "5a6b7c8d-9e0f-4123-a456-789abcdef012", "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := isEntraGroup(directory.Group{External: test.external}, test.told); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

// Whoever signed up can name a directory in no configuration: theirs is Entra, once it is connected.
func TestTheDirectoryOfWhoSignedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	const id = "7c1f3b6a-52d8-4e0f-9a41-6d2b8c5e7f90"
	w.config.Teams = Teams{AppID: id, AppSecret: "canary-app-secret", HomeTenant: id}
	m := w.idle()
	s := steering{m.Engine, m}
	for tenant, want := range map[directory.TenantID]string{"t-new": "entra", "acme": "staff"} {
		if got := strings.Join(must(s.Directories(t.Context(), tenant))(t), " "); got != want {
			t.Errorf("%s: got %q, want %q", tenant, got, want)
		}
	}
	if _, ok := m.source("t-new", "entra"); !ok {
		t.Error("it can't be read")
	}
	if _, ok := m.source("acme", "entra"); ok {
		t.Error("a tenant reads a directory that its configuration doesn't name")
	}
	must(0, m.Store.PutTenant(t.Context(), directory.Tenant{ID: "t-new", SignedUp: true}))(t)
	err := s.PutGroup(t.Context(), "t-new", directory.Group{ID: "eng", Directory: "entra", External: "Engineering", Primary: "slack", Secondary: "webex"}, "boss")
	if !directory.Is(err, directory.Invalid) || !strings.Contains(err.Error(), "Object ID") {
		t.Errorf("a group by its name: %v", err)
	}
}
