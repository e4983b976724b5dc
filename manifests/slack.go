package manifests

import (
	"errors"
	"regexp"
	"slices"
	"strings"
)

// Slack is the Slack app.
type Slack struct {
	Site Site
	// Scopes and Events are those of the adapter for what is switched on.
	Scopes, Events []string
	// Socket has Slack's events come through a connection that Rollcall opens, for those who can't
	// open a port. Slack's Marketplace takes no such app.
	Socket bool
	// Directory is what the Marketplace shows. Nil: the app isn't offered there.
	Directory *SlackDirectory
}

// SlackDirectory is an app's entry in Slack's Marketplace. What is empty is taken from the site.
type SlackDirectory struct {
	Email   string // where people get help; it has no default
	Support string // the page where they do
	Privacy string
}

// slackManifest is a manifest of major version 1:
// https://docs.slack.dev/reference/app-manifest.
type slackManifest struct {
	Metadata  map[string]int  `json:"_metadata"`
	Display   slackDisplay    `json:"display_information"`
	Directory *slackDirectory `json:"app_directory,omitempty"`
	Features  slackFeatures   `json:"features"`
	OAuth     slackOAuth      `json:"oauth_config"`
	Settings  slackSettings   `json:"settings"`
}

type slackDisplay struct {
	Name            string `json:"name"`
	Description     string `json:"description"`
	LongDescription string `json:"long_description"`
	BackgroundColor string `json:"background_color"`
}

type slackDirectory struct {
	LandingPage string   `json:"installation_landing_page"`
	Privacy     string   `json:"privacy_policy_url"`
	Support     string   `json:"support_url"`
	Email       string   `json:"support_email"`
	Languages   []string `json:"supported_languages"`
	Pricing     string   `json:"pricing"`
	Direct      bool     `json:"use_direct_install"`
	DirectURL   string   `json:"direct_install_url"`
}

type slackFeatures struct {
	Home struct {
		Home     bool `json:"home_tab_enabled"`
		Messages bool `json:"messages_tab_enabled"`
		ReadOnly bool `json:"messages_tab_read_only_enabled"`
	} `json:"app_home"`
	Bot struct {
		Name   string `json:"display_name"`
		Online bool   `json:"always_online"`
	} `json:"bot_user"`
	Commands []slackCommand `json:"slash_commands"`
}

type slackCommand struct {
	Command     string `json:"command"`
	URL         string `json:"url,omitempty"`
	Description string `json:"description"`
	Hint        string `json:"usage_hint"`
	Escape      bool   `json:"should_escape"`
}

type slackOAuth struct {
	Redirects []string `json:"redirect_urls"`
	Scopes    struct {
		Bot []string `json:"bot"`
	} `json:"scopes"`
}

type slackSettings struct {
	Events struct {
		URL    string   `json:"request_url,omitempty"`
		Events []string `json:"bot_events"`
	} `json:"event_subscriptions"`
	Interactivity struct {
		Enabled bool   `json:"is_enabled"`
		URL     string `json:"request_url,omitempty"`
	} `json:"interactivity"`
	OrgDeploy bool `json:"org_deploy_enabled"`
	Socket    bool `json:"socket_mode_enabled"`
	Rotation  bool `json:"token_rotation_enabled"`
}

// email is looser than Slack's own rule, which its console applies: it finds what is no address.
var email = regexp.MustCompile(`^[^\s@]+@[^\s@]+$`)

// Files are the manifest, rollcall-slack.json, and the icon, which Slack takes apart from it. Its
// errors are sentences about what was given.
func (s Slack) Files() ([]File, error) {
	if s.Directory != nil {
		d := *s.Directory
		fallback(&d.Support, s.Site.At("/support"))
		fallback(&d.Privacy, s.Site.At("/privacy"))
		switch {
		case s.Socket:
			return nil, errors.New("Slack's Marketplace takes no app that uses Socket Mode: leave one of the two out")
		case !email.MatchString(d.Email):
			return nil, errors.New("Slack's Marketplace needs an e-mail address for support")
		case !secure(d.Support) || !secure(d.Privacy):
			return nil, errors.New("the addresses of the support and privacy pages must be https URLs")
		}
		s.Directory = &d
	}
	manifest, err := encode(s.manifest())
	if err != nil {
		return nil, err
	}
	icon, err := coloured(512)
	return []File{{"rollcall-slack.json", manifest}, {"rollcall-slack.png", icon}}, err
}

func (s Slack) manifest() slackManifest {
	m := slackManifest{
		Metadata: map[string]int{"major_version": 1, "minor_version": 1},
		Display:  slackDisplay{Name: appName, Description: shortText, LongDescription: longText, BackgroundColor: accent},
	}
	m.Features.Home.Home = true
	m.Features.Home.Messages = true // otherwise nothing can be posted in the 1:1 chat
	// Nobody is to write where nothing is heard: without this event the slash command is what works.
	m.Features.Home.ReadOnly = !slices.Contains(s.Events, "message.im")
	m.Features.Bot.Name, m.Features.Bot.Online = appName, true
	var names []string
	for _, c := range Commands() {
		names = append(names, strings.TrimSpace(c.Name+" "+c.Arguments))
	}
	command := slackCommand{Command: "/rollcall", Description: "Ask Rollcall something, only you see the answer", Hint: strings.Join(names, " | "), Escape: true}
	m.OAuth.Redirects = []string{s.Site.At("/connect/slack/return")}
	m.OAuth.Scopes.Bot = slices.Sorted(slices.Values(s.Scopes))
	m.Settings.Events.Events = slices.Sorted(slices.Values(s.Events))
	m.Settings.Interactivity.Enabled = true
	m.Settings.OrgDeploy, m.Settings.Rotation, m.Settings.Socket = true, true, s.Socket
	if !s.Socket {
		command.URL = s.Site.At("/slack/commands")
		m.Settings.Events.URL = s.Site.At("/slack/events")
		m.Settings.Interactivity.URL = s.Site.At("/slack/interactions")
	}
	m.Features.Commands = []slackCommand{command}
	if d := s.Directory; d != nil {
		m.Directory = &slackDirectory{
			LandingPage: s.Site.At("/connect"), Privacy: d.Privacy, Support: d.Support, Email: d.Email,
			Languages: []string{"en-GB"}, Pricing: "Free", Direct: true, DirectURL: s.Site.At("/connect/slack/start"),
		}
	}
	return m
}
