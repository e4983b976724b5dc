package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollcall/adapters/vault"
	"rollcall/bot/hub"
	"rollcall/cmd/rollcall/program"
)

// errUnhealthy says that the doctor found something. What has been printed.
var errUnhealthy = errors.New("something is not as it must be")

// errNoKeyFile says why keys can't be changed here.
var errNoKeyFile = errors.New("the configuration has no keys_file: a key that stands in keys, or in the environment, is replaced there")

// exactly says which words a command wants, where they are not given.
func exactly(words ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(words) {
			return nil
		}
		return fmt.Errorf("write it as: %s %s", cmd.CommandPath(), strings.Join(words, " "))
	}
}

// asking is a command that asks the running program.
func asking(cmd *cobra.Command, do func(cmd *cobra.Command, control *program.Control, config program.Config, args []string) error) *cobra.Command {
	var path string
	cmd.Flags().StringVar(&path, "config", "rollcall.yaml", "the configuration file")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		config, err := load(path)
		if _, missing := os.Stat(path); err != nil && missing == nil {
			return fmt.Errorf("%w\nRun this as the user that Rollcall runs as.", err)
		}
		if err != nil {
			return err
		}
		return do(cmd, program.NewControl(config), config, args)
	}
	return cmd
}

func invite() *cobra.Command {
	return asking(&cobra.Command{
		Use: "invite TENANT", Short: "Make a link with which an admin connects a tenant's platforms", Args: exactly("TENANT"),
		Long: "Make a link into the hub of the Rollcall that runs with this configuration. It works once, for an hour:\n" +
			"give it to whoever is to connect the tenant's platforms.",
	}, func(cmd *cobra.Command, control *program.Control, _ program.Config, args []string) error {
		link, err := control.Invite(cmd.Context(), args[0])
		if err == nil {
			fmt.Fprintln(cmd.OutOrStdout(), link)
			fmt.Fprintln(cmd.ErrOrStderr(), "It works once, for an hour, for whoever has it.")
		}
		return err
	})
}

func doctor() *cobra.Command {
	return asking(&cobra.Command{
		Use: "doctor [TENANT]", Short: "Check everything that a tenant needs, and say how to mend it", Args: cobra.MaximumNArgs(1),
		Long: "Have the Rollcall that runs with this configuration ask every platform that is connected, and print every\n" +
			"requirement as a line. It ends with an error if one is not met.",
	}, func(cmd *cobra.Command, control *program.Control, _ program.Config, args []string) error {
		tenant := ""
		if len(args) > 0 {
			tenant = args[0]
		}
		all, err := control.Doctor(cmd.Context(), tenant)
		if err != nil {
			return err
		}
		return report(cmd.OutOrStdout(), all)
	})
}

// report prints the checklists.
func report(out io.Writer, all []program.Diagnosis) error {
	bad := 0
	for _, d := range all {
		fmt.Fprintf(out, "%s\n", d.Tenant)
		for _, list := range d.Checklists {
			fmt.Fprintf(out, "  %s\n", list.Title)
			for _, f := range list.Findings {
				fmt.Fprintf(out, "    %-8s %s\n", f.State, f.Title)
				if f.Mend != "" && f.State != hub.OK {
					fmt.Fprintf(out, "    %-8s   %s\n", "", f.Mend)
				}
				if f.State == hub.Bad {
					bad++
				}
			}
		}
	}
	if bad > 0 {
		return errUnhealthy
	}
	return nil
}

func admins() *cobra.Command {
	cmd := asking(&cobra.Command{
		Use: "admins TENANT", Short: "List who may steer a tenant, in chat and in the hub", Args: exactly("TENANT"),
		Long: "List who may steer a tenant in chat, and connect its platforms in the hub: those who connected one, those whom\n" +
			"the configuration names, and those whom another admin added. Whoever is invited into the hub may connect\n" +
			"platforms too, until their session ends.",
	}, func(cmd *cobra.Command, control *program.Control, config program.Config, args []string) error {
		all, err := control.Admins(cmd.Context(), args[0])
		if _, known := config.Tenants[args[0]]; err == nil && len(all) == 0 {
			if !known {
				return fmt.Errorf("there is no tenant %q", args[0])
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "Nobody yet: rollcall invite %s prints a link for the first one; or name them in admins, in the configuration.\n", args[0])
		}
		return list(cmd.OutOrStdout(), all, err)
	})
	cmd.AddCommand(asking(&cobra.Command{
		Use: "remove TENANT ACCOUNT", Short: "Take one from them, and end their sessions", Args: exactly("TENANT", "ACCOUNT"),
		Long: "Take an account from the admins of a tenant, and end its sessions. ACCOUNT is as rollcall admins prints it.",
	}, func(cmd *cobra.Command, control *program.Control, _ program.Config, args []string) error {
		left, err := control.RemoveAdmin(cmd.Context(), args[0], args[1])
		return list(cmd.OutOrStdout(), left, err)
	}))
	return cmd
}

func list(out io.Writer, all []string, err error) error {
	for _, line := range all {
		fmt.Fprintln(out, line)
	}
	return err
}

func webhooks() *cobra.Command {
	cmd := family(&cobra.Command{Use: "webhooks", Short: "What Rollcall has made at Webex"})
	cmd.AddCommand(asking(&cobra.Command{
		Use: "remove", Short: "Delete Rollcall's webhooks at Webex, before it is taken away", Args: cobra.NoArgs,
	}, func(cmd *cobra.Command, _ *program.Control, config program.Config, _ []string) error {
		n, err := program.RemoveWebhooks(cmd.Context(), config, program.Options{Log: os.Stderr})
		if err == nil {
			fmt.Fprintf(cmd.OutOrStdout(), "Webhooks deleted: %d.\n", n)
		}
		return err
	}))
	return cmd
}

func keys() *cobra.Command {
	cmd := family(&cobra.Command{Use: "keys", Short: "Make and replace the keys that seal secrets in the database"})
	cmd.AddCommand(
		&cobra.Command{
			Use: "new FILE", Short: "Make a key file", Args: exactly("FILE"),
			Long: "Make a file with one new key in it, readable by you only. Name it in keys_file of the configuration, and keep\n" +
				"a copy apart from the database's backups.",
			RunE: func(_ *cobra.Command, args []string) error { return newKeys(args[0]) },
		},
		asking(&cobra.Command{
			Use: "prune", Short: "Take out the keys that nothing is sealed with any more", Args: cobra.NoArgs,
			Long: "Take out of the key file of the configuration what the running Rollcall needs none of. Backups of the database\n" +
				"that are older than the last rotation give up no token afterwards.",
		}, func(cmd *cobra.Command, control *program.Control, config program.Config, _ []string) error {
			if config.KeysFile == "" {
				return errNoKeyFile
			}
			used, err := control.KeysInUse(cmd.Context())
			if err != nil {
				return err
			}
			removed, err := vault.Prune(config.KeysFile, used)
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "Keys taken out: %d.\n", len(removed))
			}
			return err
		}),
		asking(&cobra.Command{
			Use: "rotate", Short: "Put a new key first, and seal everything with it", Args: cobra.NoArgs,
			Long: "Put a new key before the others in the key file of the configuration, and have the running Rollcall seal every\n" +
				"secret with it. The old keys stay in the file, for backups of the database: rollcall keys prune takes them out.\n" +
				"Where Rollcall isn't running it seals everything when it starts.",
		}, func(cmd *cobra.Command, control *program.Control, config program.Config, _ []string) error {
			if config.KeysFile == "" {
				return errNoKeyFile
			}
			if err := vault.Rotate(config.KeysFile); err != nil {
				return err
			}
			n, err := control.Rekey(cmd.Context())
			if errors.Is(err, program.ErrNotRunning) {
				fmt.Fprintln(cmd.OutOrStdout(), "There is a new key. Rollcall isn't running: it seals every secret with it when it starts. Copy the key file again.")
				return nil
			}
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "There is a new key. Secrets sealed with it: %d. Copy the key file again, apart from the database's backups.\n", n)
			}
			return err
		}),
	)
	return cmd
}

// newKeys writes a key file that isn't there yet.
func newKeys(path string) error {
	line, err := vault.NewKey(rand.Reader, time.Now())
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("there is a file %s already: nothing was changed (rollcall keys rotate puts a new key into it)", path)
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(file, line+"\n")
	return errors.Join(err, file.Sync(), file.Close())
}
