// Package setup is `rollcall init`: it asks the few questions without which no configuration can be
// written, and writes one with comments, a key file, and a folder for the secrets. It owns the
// questions and the text of the file; what the file means is the package program's affair, whose Load
// takes it once the secrets are in their places. It calls nobody, and replaces nothing unless it is
// told to.
package setup

import (
	"crypto/rand"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
)

// Command is `rollcall init`.
func Command() *cobra.Command {
	var out string
	var force, yes bool
	var a answers
	cmd := &cobra.Command{
		Use: "init", Short: "Ask a few questions, and write rollcall.yaml", Args: cobra.NoArgs,
		Long: "Ask a few questions, and write a commented rollcall.yaml, a key file, and a folder for the secrets, all\n" +
			"readable by you only. What a flag says is not asked; with --yes nothing is.",
	}
	flags := cmd.Flags()
	flags.StringVar(&out, "out", ".", "the folder to write to")
	flags.BoolVar(&force, "force", false, "replace a rollcall.yaml that is there; keys and secrets are always kept")
	flags.BoolVar(&yes, "yes", false, "take the default of every question that no flag answers")
	for _, q := range a.questions() {
		flags.StringVar(q.value, q.flag, "", q.help)
	}
	flags.StringArrayVar(&a.groups, "group", nil, "a group, as primary:secondary=id, such as slack:webex=Everybody; may be repeated")
	flags.StringVar(&a.Listen, "listen", "", "the address to listen on (default :8080, or :8443 without a proxy)")
	flags.StringVar(&a.SlackClient, "slack-client-id", "", "the Slack app's Client ID, if you have it already")
	flags.StringVar(&a.WebexClient, "webex-client-id", "", "the Webex Integration's Client ID, if you have it already")
	flags.StringVar(&a.App, "teams-app-id", "", "the app registration's Application (client) ID, if you have it already")
	flags.StringVar(&a.Home, "teams-home-tenant", "", "your own Entra tenant's id, if you have it already")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		folder, err := filepath.Abs(out)
		if err != nil {
			return err
		}
		if err := refuse(folder, force); err != nil {
			return err
		}
		dialogue := newDialogue(cmd.InOrStdin(), cmd.OutOrStdout(), yes, flags.Changed)
		if err := a.ask(dialogue); err != nil {
			return err
		}
		if !yes {
			fmt.Fprintln(cmd.OutOrStdout())
		}
		return a.write(folder, rand.Reader, time.Now(), cmd.OutOrStdout())
	}
	return cmd
}

// write writes everything, and says what comes next.
func (a answers) write(folder string, random io.Reader, now time.Time, out io.Writer) error {
	config, err := a.configuration(folder)
	if err != nil {
		return err
	}
	made, err := store(folder, config, a.secrets(), random, now)
	if err != nil {
		return err
	}
	return a.next(out, folder, made)
}
