package manifests

// teamsManifest is the manifest as Teams reads it, in the order of its documentation:
// https://learn.microsoft.com/microsoft-365/extensibility/schema.
type teamsManifest struct {
	Schema          string           `json:"$schema"`
	ManifestVersion string           `json:"manifestVersion"`
	Version         string           `json:"version"`
	ID              string           `json:"id"`
	Developer       teamsDeveloper   `json:"developer"`
	Name            teamsName        `json:"name"`
	Description     teamsDescription `json:"description"`
	Icons           teamsIcons       `json:"icons"`
	AccentColor     string           `json:"accentColor"`
	Bots            []teamsBot       `json:"bots"`
	InstallScope    string           `json:"defaultInstallScope"`
	ValidDomains    []string         `json:"validDomains"`
	WebApplication  teamsApplication `json:"webApplicationInfo"`
}

type teamsDeveloper struct {
	Name       string `json:"name"`
	WebsiteURL string `json:"websiteUrl"`
	PrivacyURL string `json:"privacyUrl"`
	TermsURL   string `json:"termsOfUseUrl"`
}

type teamsName struct {
	Short string `json:"short"`
	Full  string `json:"full"`
}

type teamsDescription struct {
	Short string `json:"short"`
	Full  string `json:"full"`
}

type teamsIcons struct {
	Color   string `json:"color"`
	Outline string `json:"outline"`
}

type teamsBot struct {
	ID           string          `json:"botId"`
	Scopes       []string        `json:"scopes"`
	Targeted     bool            `json:"supportsTargetedMessages,omitempty"`
	CommandLists []teamsCommands `json:"commandLists"`
}

type teamsCommands struct {
	Triggers []string       `json:"triggers,omitempty"`
	Scopes   []string       `json:"scopes"`
	Commands []teamsCommand `json:"commands"`
}

type teamsCommand struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

// teamsApplication is without permissions of its own: it is what lets Rollcall install the app for
// people, where their tenant has consented to that.
type teamsApplication struct {
	ID       string `json:"id"`
	Resource string `json:"resource"`
}

func (t Teams) manifest() teamsManifest {
	scopes := []string{"personal", "team"}
	slash := t.Schema == TeamsSchemaSlash
	bot := teamsBot{ID: t.App, Scopes: scopes, Targeted: slash}
	for _, scope := range scopes {
		list := teamsCommands{Scopes: []string{scope}}
		if slash {
			list.Triggers = []string{"mention", "slash"}
		}
		for _, c := range Commands() {
			list.Commands = append(list.Commands, teamsCommand{Title: c.Name, Description: c.Text})
		}
		bot.CommandLists = append(bot.CommandLists, list)
	}
	return teamsManifest{
		Schema:          "https://developer.microsoft.com/json-schemas/teams/v" + t.Schema + "/MicrosoftTeams.schema.json",
		ManifestVersion: t.Schema, Version: t.Version, ID: t.ID,
		Developer:   teamsDeveloper{t.Developer.Name, t.Developer.Website, t.Developer.Privacy, t.Developer.Terms},
		Name:        teamsName{Short: appName, Full: "Rollcall: linked accounts on Teams, Webex and Slack"},
		Description: teamsDescription{Short: shortText, Full: longText},
		Icons:       teamsIcons{Color: "color.png", Outline: "outline.png"}, AccentColor: accent,
		Bots: []teamsBot{bot}, InstallScope: "personal", ValidDomains: []string{t.Site.Host()},
		WebApplication: teamsApplication{ID: t.App, Resource: "api://" + t.App},
	}
}
