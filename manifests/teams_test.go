package manifests

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

const (
	anApp = "7c1f3b6a-52d8-4e0f-9a41-6d2b8c5e7f90"
	anID  = "3e5d7c9b-1a2f-4b6c-8d0e-9f8a7b6c5d4e"
)

func manifestOf(t *testing.T, app Teams) teamsManifest {
	t.Helper()
	var m teamsManifest
	if err := json.Unmarshal(unpacked(t, app)["manifest.json"], &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWhatTheTeamsAppSays(t *testing.T) {
	t.Parallel()
	m := manifestOf(t, Teams{
		Site: site(t), App: anApp, ID: anID, Version: "2.1.0",
		Developer: Developer{Name: "Acme", Website: "https://acme.example", Privacy: "https://acme.example/p", Terms: "https://acme.example/t"},
	})
	if m.ID != anID || m.Version != "2.1.0" || m.Bots[0].ID != anApp || m.WebApplication.ID != anApp || m.WebApplication.Resource != "api://"+anApp {
		t.Errorf("got %+v", m)
	}
	if m.Developer != (teamsDeveloper{"Acme", "https://acme.example", "https://acme.example/p", "https://acme.example/t"}) {
		t.Errorf("got %+v", m.Developer)
	}
	if strings.Join(m.Bots[0].Scopes, " ") != "personal team" || strings.Join(m.ValidDomains, " ") != "rollcall.example" {
		t.Errorf("got %v and %v", m.Bots[0].Scopes, m.ValidDomains)
	}
	if m.Bots[0].Targeted || m.Bots[0].CommandLists[0].Triggers != nil {
		t.Error("version 1.25 knows no commands after a slash")
	}
	slash := manifestOf(t, Teams{Site: site(t), Schema: TeamsSchemaSlash})
	if slash.ManifestVersion != "1.30" || !strings.Contains(slash.Schema, "/v1.30/") || !slash.Bots[0].Targeted {
		t.Errorf("got %+v", slash)
	}
	for _, list := range slash.Bots[0].CommandLists {
		if strings.Join(list.Triggers, " ") != "mention slash" {
			t.Errorf("got %v", list.Triggers)
		}
	}
}

// The id follows from the site as RFC 9562 says. What is wanted here was made with another library.
func TestTheManifestID(t *testing.T) {
	t.Parallel()
	if got := ManifestID(site(t)); got != "848df618-78ce-5071-a321-f20498e1947b" {
		t.Errorf("got %s: who has uploaded the app with the id before would get a second one", got)
	}
	other, err := ParseSite("https://other.example")
	if err != nil {
		t.Fatal(err)
	}
	if ManifestID(other) == ManifestID(site(t)) || !guid.MatchString(ManifestID(other)) {
		t.Errorf("got %s", ManifestID(other))
	}
}

func TestThePackageIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	one, two := files(t, Teams{Site: site(t)}), files(t, Teams{Site: site(t)})
	if !bytes.Equal(one["rollcall-teams.zip"], two["rollcall-teams.zip"]) {
		t.Error("the same input gave two packages")
	}
}

// Older clients cut what is longer than these: the schema allows more.
func TestTheLimitsOfTeams(t *testing.T) {
	t.Parallel()
	for _, schema := range []string{TeamsSchema, TeamsSchemaSlash} {
		m := manifestOf(t, Teams{Site: site(t), Schema: schema})
		limit := func(what, text string, most int) {
			if n := len([]rune(text)); n == 0 || n > most {
				t.Errorf("%s: %s has %d characters, at most %d are shown", schema, what, n, most)
			}
		}
		limit("name.short", m.Name.Short, 30)
		limit("name.full", m.Name.Full, 100)
		limit("description.short", m.Description.Short, 80)
		limit("description.full", m.Description.Full, 4000)
		limit("developer.name", m.Developer.Name, 32)
		lists := m.Bots[0].CommandLists
		if len(m.Bots) != 1 || len(lists) != 2 || len(m.ValidDomains) > 16 {
			t.Errorf("%s: %d bots, %d lists of commands, %d domains", schema, len(m.Bots), len(lists), len(m.ValidDomains))
		}
		for _, list := range lists {
			if len(list.Scopes) != 1 || len(list.Commands) == 0 || len(list.Commands) > 12 || len(list.Triggers) > 2 {
				t.Errorf("%s: got %+v", schema, list)
			}
			for _, c := range list.Commands {
				limit("the command "+c.Title, c.Title, 32)
				limit("the text of "+c.Title, c.Description, 128)
			}
		}
	}
}

// The stores want these said before anybody installs the app.
func TestTheLongText(t *testing.T) {
	t.Parallel()
	for _, want := range []string{
		"one-time set-up by an administrator", "Global Administrator or Privileged Role Administrator", "full administrator",
		"passes no messages", "collects no member lists", "ignore every question", `Write "help"`,
	} {
		if !strings.Contains(longText, want) {
			t.Errorf("the long text doesn't say %q", want)
		}
	}
}

func TestWhatTeamsRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		app  Teams
		want string
	}{
		{"another schema", Teams{Schema: "1.26"}, "the schema must be 1.25 or 1.30"},
		{"a name for the app's id", Teams{App: "rollcall"}, "the app id must be a GUID"},
		{"a name for the manifest's id", Teams{ID: "com.rollcall"}, "the manifest id must be a GUID"},
		{"a version of two numbers", Teams{Version: "1.2"}, "must be three numbers"},
		{"a version with a zero before", Teams{Version: "1.02.3"}, "must be three numbers"},
		{"a long name", Teams{Developer: Developer{Name: strings.Repeat("A", 33)}}, "at most 32 characters"},
		{"terms without TLS", Teams{Developer: Developer{Terms: "http://acme.example"}}, "the terms must be an https URL"},
		{"a website with a user", Teams{Developer: Developer{Website: "https://a@acme.example"}}, "the website must be an https URL"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.app.Site = site(t)
			if _, err := test.app.Files(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
