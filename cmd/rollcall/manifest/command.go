// Package manifest is the command that writes what is uploaded to the platforms: the Teams app's
// package, the Slack app's manifest, and the sheet for Webex. It owns the flags, and what of the
// configuration stands in for them; what is in the packages is made by the package manifests, with
// the scopes that the adapters ask for. It calls nobody, reads no secret and no environment.
package manifest

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"rollcall/adapters/slack"
	"rollcall/manifests"
)

// common are the flags that every platform has.
type common struct{ url, out, config string }

// Command is `rollcall manifest`.
func Command() *cobra.Command {
	cmd := &cobra.Command{
		Use: "manifest", Short: "Write what is uploaded to Teams, Slack or Webex",
		Long: "Write what is uploaded to the platforms so that they know Rollcall: a package for Teams, a manifest for\n" +
			"Slack, and for Webex, which has no manifests, a sheet with what to paste into its forms.\n" +
			"manifests/README.md says where each of them goes.",
	}
	cmd.AddCommand(teams(), forSlack(), forWebex())
	return cmd
}

// platform is the command for one of them. What build makes is written, and what it says is printed
// after the names of the files.
func platform(cmd *cobra.Command, build func(site manifests.Site, c config) ([]manifests.File, []string, error)) *cobra.Command {
	var f common
	cmd.Args = cobra.NoArgs
	cmd.Flags().StringVar(&f.url, "url", "", "the https address at which the platforms reach Rollcall; or public_url of --config")
	cmd.Flags().StringVar(&f.out, "out", ".", "the folder to write to; files of the same names are replaced")
	cmd.Flags().StringVar(&f.config, "config", "", "a configuration file, for what no flag says")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := read(f.config)
		if err != nil {
			return err
		}
		site, err := manifests.ParseSite(or(f.url, c.PublicURL))
		if err != nil {
			return err
		}
		files, notes, err := build(site, c)
		if err != nil {
			return err
		}
		if err := write(f.out, files, cmd.OutOrStdout()); err != nil {
			return err
		}
		return say(cmd.OutOrStdout(), notes)
	}
	return cmd
}

func say(out io.Writer, notes []string) error {
	for _, note := range notes {
		if _, err := fmt.Fprintln(out, note); err != nil {
			return err
		}
	}
	return nil
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func teams() *cobra.Command {
	var app manifests.Teams
	cmd := platform(&cobra.Command{
		Use: "teams", Short: "Write rollcall-teams.zip, the package of the Teams app",
		Long: "Write rollcall-teams.zip: the manifest of the Teams app and its icons. It goes into the Teams admin center,\n" +
			"Teams apps, Manage apps. Without --app-id it can be looked at, but there is no bot behind it.",
	}, func(site manifests.Site, c config) ([]manifests.File, []string, error) {
		app.Site = site
		app.App, app.ID = or(app.App, c.Teams.AppID), or(app.ID, c.Teams.ManifestID)
		app.Developer.Privacy, app.Developer.Terms = or(app.Developer.Privacy, c.Hub.PrivacyURL), or(app.Developer.Terms, c.Hub.TermsURL)
		files, err := app.Files()
		return files, teamsNotes(app, c), err
	})
	flags := cmd.Flags()
	flags.StringVar(&app.App, "app-id", "", "Application (client) ID of the app registration; or teams.app_id of --config")
	flags.StringVar(&app.ID, "manifest-id", "", "the app's id in Teams, a GUID; made from --url if no one says it")
	flags.StringVar(&app.Schema, "schema", manifests.TeamsSchema, "the manifest's version: 1.25, or 1.30 with commands after a slash")
	flags.StringVar(&app.Version, "app-version", "1.0.0", "the app's own version; a changed package needs a greater one")
	flags.StringVar(&app.Developer.Name, "developer", "", "who runs this Rollcall, in at most 32 characters (default \"Rollcall\")")
	flags.StringVar(&app.Developer.Website, "website", "", "a page about you (default --url)")
	flags.StringVar(&app.Developer.Privacy, "privacy-url", "", "your privacy page (default /privacy below --url)")
	flags.StringVar(&app.Developer.Terms, "terms-url", "", "your terms of use (default /terms below --url)")
	return cmd
}

// teamsNotes say what is still to be filled in, here and in the configuration.
func teamsNotes(app manifests.Teams, c config) []string {
	var notes []string
	if app.App == "" || app.App == manifests.NoApp {
		notes = append(notes, "Before you upload it: the package names no bot yet, only the placeholder "+manifests.NoApp+".",
			"Write it again with --app-id, which is the Application (client) ID of the app registration in Entra.")
	}
	if app.ID == "" {
		app.ID = manifests.ManifestID(app.Site)
	}
	if c.Teams.ManifestID != app.ID {
		notes = append(notes, "The app's id in Teams is "+app.ID+". Set teams.manifest_id to it, and keep it for ever.")
	}
	return notes
}

func forSlack() *cobra.Command {
	var features slack.Features
	var socket, listed bool
	var entry manifests.SlackDirectory
	cmd := platform(&cobra.Command{
		Use: "slack", Short: "Write rollcall-slack.json, the manifest of the Slack app",
		Long: "Write rollcall-slack.json, and the app's icon. It goes to https://api.slack.com/apps, Create New App, From a\n" +
			"manifest. Scopes that you leave out switch off what they serve, and nothing else.",
	}, func(site manifests.Site, c config) ([]manifests.File, []string, error) {
		features.ReadBack, features.Personas = features.ReadBack || c.Slack.ReadBack, features.Personas || c.Slack.Personas
		app := manifests.Slack{
			Site: site, Scopes: slack.Scopes(features), Events: slack.Events(features),
			Socket: socket || c.Slack.AppToken != "" || c.Slack.AppTokenFile != "",
		}
		if listed {
			entry.Support, entry.Privacy = or(entry.Support, c.Hub.SupportURL), or(entry.Privacy, c.Hub.PrivacyURL)
			app.Directory = &entry
		}
		files, err := app.Files()
		return files, slackNotes(features, app.Socket, c), err
	})
	flags := cmd.Flags()
	flags.BoolVar(&features.ReadBack, "read-back", false, "hear what people write to the app, and find lost messages again: im:history")
	flags.BoolVar(&features.Personas, "personas", false, "stand in for people without an account: chat:write.customize")
	flags.BoolVar(&socket, "socket", false, "Slack's requests come through a connection that Rollcall opens: Socket Mode")
	flags.BoolVar(&listed, "directory", false, "add the entry in Slack's Marketplace; needs --support-email")
	flags.StringVar(&entry.Email, "support-email", "", "where people get help, for the Marketplace")
	flags.StringVar(&entry.Support, "support-url", "", "the page where people get help, for the Marketplace (default /support below --url)")
	flags.StringVar(&entry.Privacy, "privacy-url", "", "your privacy page, for the Marketplace (default /privacy below --url)")
	return cmd
}

// slackNotes say what the configuration has to say as well.
func slackNotes(features slack.Features, socket bool, c config) []string {
	var notes []string
	for _, feature := range []struct {
		on, said bool
		note     string
	}{
		{features.ReadBack, c.Slack.ReadBack, "Set slack.read_back: true in the configuration: Rollcall asks for im:history only then."},
		{features.Personas, c.Slack.Personas, "Set slack.personas: true in the configuration: Rollcall asks for chat:write.customize only then."},
		{socket, c.Slack.AppToken != "" || c.Slack.AppTokenFile != "", "Put the app-level token, with the scope connections:write, into the file that slack.app_token_file names."},
	} {
		if feature.on && !feature.said {
			notes = append(notes, feature.note)
		}
	}
	return notes
}

func forWebex() *cobra.Command {
	var contact string
	cmd := platform(&cobra.Command{
		Use: "webex", Short: "Write rollcall-webex.md, the sheet of what to register at Webex",
		Long: "Write rollcall-webex.md, with the exact values for the forms at https://developer.webex.com, the same as\n" +
			"rollcall-webex.json, and the icon.",
	}, func(site manifests.Site, _ config) ([]manifests.File, []string, error) {
		files, err := manifests.Webex{Site: site, Integration: integration(), Service: service(), Contact: contact}.Files()
		return files, nil, err
	})
	cmd.Flags().StringVar(&contact, "contact", "", "the e-mail address of whoever answers for the apps")
	return cmd
}
