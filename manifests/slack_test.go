package manifests

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func slackOf(t *testing.T, app Slack) slackManifest {
	t.Helper()
	var m slackManifest
	if err := json.Unmarshal(files(t, app)["rollcall-slack.json"], &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWhatTheSlackAppSays(t *testing.T) {
	t.Parallel()
	m := slackOf(t, slackApp(t))
	if !slices.Equal(m.OAuth.Scopes.Bot, []string{"chat:write", "im:write"}) || !slices.Equal(m.Settings.Events.Events, []string{"app_uninstalled", "user_change"}) {
		t.Errorf("got %v and %v", m.OAuth.Scopes.Bot, m.Settings.Events.Events)
	}
	for _, test := range []struct{ what, got, want string }{
		{"commands", m.Features.Commands[0].URL, "https://rollcall.example/slack/commands"},
		{"events", m.Settings.Events.URL, "https://rollcall.example/slack/events"},
		{"interactions", m.Settings.Interactivity.URL, "https://rollcall.example/slack/interactions"},
		{"the return", strings.Join(m.OAuth.Redirects, " "), "https://rollcall.example/connect/slack/return"},
		{"the command", m.Features.Commands[0].Command, "/rollcall"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %q, want %q", test.what, test.got, test.want)
		}
	}
	if s := m.Settings; !s.OrgDeploy || !s.Rotation || s.Socket || !s.Interactivity.Enabled {
		t.Errorf("got %+v", s)
	}
	if home := m.Features.Home; !home.Home || !home.Messages || !home.ReadOnly {
		t.Errorf("there is no home tab, or people could write where nothing is heard: %+v", home)
	}
	heard := slackApp(t)
	heard.Events = append(heard.Events, "message.im")
	if home := slackOf(t, heard).Features.Home; !home.Messages || home.ReadOnly {
		t.Errorf("nobody could write to the bot: %+v", home)
	}
	if m.Directory != nil {
		t.Error("nobody asked for an entry in the Marketplace")
	}
}

// With Socket Mode Slack calls no address, and there may be none for it to call.
func TestSocketMode(t *testing.T) {
	t.Parallel()
	app := slackApp(t)
	app.Socket = true
	m := slackOf(t, app)
	if !m.Settings.Socket || m.Settings.Events.URL != "" || m.Settings.Interactivity.URL != "" || m.Features.Commands[0].URL != "" {
		t.Errorf("got %+v", m)
	}
	if !m.Settings.Interactivity.Enabled || len(m.Settings.Events.Events) == 0 {
		t.Errorf("got %+v", m.Settings)
	}
}

func TestTheMarketplace(t *testing.T) {
	t.Parallel()
	app := slackApp(t)
	app.Directory = &SlackDirectory{Email: "help@rollcall.example", Support: "https://acme.example/support"}
	d := slackOf(t, app).Directory
	if d == nil || d.Support != "https://acme.example/support" || d.Privacy != "https://rollcall.example/privacy" ||
		d.LandingPage != "https://rollcall.example/connect" || d.DirectURL != "https://rollcall.example/connect/slack/start" || !d.Direct {
		t.Errorf("got %+v", d)
	}
}

func TestWhatSlackRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		app  Slack
		want string
	}{
		{"Socket Mode in the Marketplace", Slack{Socket: true, Directory: &SlackDirectory{Email: "a@b.example"}}, "no app that uses Socket Mode"},
		{"no address for support", Slack{Directory: &SlackDirectory{}}, "an e-mail address for support"},
		{"a support page without TLS", Slack{Directory: &SlackDirectory{Email: "a@b.example", Support: "http://b.example"}}, "must be https URLs"},
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
