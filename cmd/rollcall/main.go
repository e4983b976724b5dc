// Command rollcall keeps people's chat accounts in step with the directory. See the README.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"rollcall/cmd/rollcall/demo"
	"rollcall/cmd/rollcall/manifest"
	"rollcall/cmd/rollcall/program"
	"rollcall/cmd/rollcall/setup"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	stop()
	if err != nil {
		if !errors.Is(err, demo.ErrFailed) {
			fmt.Fprintln(os.Stderr, "rollcall:", program.Plainly(err))
		}
		os.Exit(1)
	}
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use: "rollcall", Short: "Keeps people's chat accounts in step with the directory",
		SilenceUsage: true, SilenceErrors: true,
	}
	cmd.AddCommand(setup.Command(), family(manifest.Command()), serve(), invite(), doctor(), keys(), admins(), ctl(), webhooks(), demo.Command(), version())
	return cmd
}

func serve() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use: "serve", Short: "Run Rollcall", Args: cobra.NoArgs,
		Long: "Run Rollcall with a configuration file. Every value can also come from the environment,\n" +
			"and every secret from a file of its own: see manifests/deploy/rollcall.example.yaml.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := load(path)
			if err != nil {
				return err
			}
			m, err := program.New(cmd.Context(), config, program.Options{Log: os.Stderr})
			if err != nil {
				return err
			}
			return errors.Join(m.Run(cmd.Context()), m.Close())
		},
	}
	cmd.Flags().StringVar(&path, "config", "rollcall.yaml", "the configuration file")
	return cmd
}

// load reads a configuration, or says what is to be done first.
func load(path string) (program.Config, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return program.Config{}, fmt.Errorf("there is no file %s: rollcall init writes one, or name another with --config", path)
	}
	config, err := program.Load(path, os.Environ())
	if err != nil {
		return config, fmt.Errorf("the configuration can't be used yet:\n%w", err)
	}
	return config, nil
}

// family is a command that only has others below it. A word that is none of them is an error, not a reason to print help.
func family(cmd *cobra.Command) *cobra.Command {
	cmd.Args, cmd.RunE = cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

func version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which version this is", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprintln(cmd.OutOrStdout(), stamp())
			return nil
		},
	}
}

// stamp is the version that the build recorded: a tag, or the commit.
func stamp() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "rollcall (unknown build)"
	}
	revision := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = s.Value
		}
	}
	return fmt.Sprintf("rollcall %s %s", revision, info.GoVersion)
}
