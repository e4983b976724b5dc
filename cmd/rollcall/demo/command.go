package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// ErrFailed says that a step of the check failed. What and why has been printed.
var ErrFailed = errors.New("a step of the check failed")

// Command is `rollcall demo`.
func Command() *cobra.Command {
	var (
		options Options
		listen  string
		check   bool
		child   bool
	)
	cmd := &cobra.Command{
		Use: "demo", Short: "Look at Rollcall: no account, no server, one page", Args: cobra.NoArgs,
		Long: "Start simulators of Slack, Webex and Teams, a small company's two directories, a file and Entra, and the\n" +
			"real program between them, and serve one page on which all of it is seen and moved. Nothing leaves this\n" +
			"machine.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case child:
				return runProgram(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout())
			case check && options.People > 0:
				return errors.New("the check has a company of its own: leave --people out")
			case len(options.Only) > 0 && !check:
				return errors.New("--only names steps of the check: add --check")
			case check:
				return Check(cmd.Context(), cmd.OutOrStdout(), options)
			}
			return run(cmd.Context(), cmd.OutOrStdout(), options, listen)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&listen, "listen", "127.0.0.1:8088", "where the page is served; a free port if that one is taken")
	flags.StringVar(&options.Dir, "data", "", "a folder to keep the directory's file, the database and the log in; it must be empty")
	flags.IntVar(&options.Tenants, "tenants", 1, "how many companies, whose ids and addresses collide")
	flags.IntVar(&options.People, "people", 0, "how many more people each company has")
	flags.BoolVar(&check, "check", false, "tell the story without a page, a line for each step")
	flags.StringSliceVar(&options.Only, "only", nil, "of the check, only these steps; some need what an earlier one did")
	flags.BoolVar(&child, "program", false, "run the program alone, as the check does to kill it")
	flags.Lookup("program").Hidden = true
	return cmd
}

// run shows the demo until ctx ends.
func run(ctx context.Context, out io.Writer, options Options, listen string) (err error) {
	if options.Tenants < 1 || options.Tenants > mostConnected || options.People < 0 || options.People > 100_000 {
		return fmt.Errorf("there can be 1 to %d tenants and 0 to 100000 more people", mostConnected)
	}
	folder, done, err := folder(options.Dir)
	if err != nil {
		return err
	}
	defer done()
	options.Dir = folder
	fmt.Fprintln(out, "Starting the platforms, the directories and Rollcall …")
	w, err := Start(options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if err := w.appoint(boss); err != nil {
		return err
	}
	if err := w.Launch(); err != nil {
		return err
	}
	if err := w.open(ctx); err != nil {
		return err
	}
	if options.People > 0 {
		if err := w.Crowd(); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		listener, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n  Open http://%s\n\n  Put Rosa into a group and see what happens. Mika is the admin: as her, write help. Stop with Ctrl-C.\n", listener.Addr())
	if options.Dir != "" {
		fmt.Fprintf(out, "  The directory that is a file is %s/t1.csv; the log is rollcall.log beside it.\n", options.Dir)
	}
	server := &http.Server{Handler: w.Handler(), ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// folder is where the demo keeps its files: the one that was named, which must be empty, or a
// temporary one that done removes.
func folder(named string) (path string, done func(), err error) {
	if named == "" {
		path, err = os.MkdirTemp("", "rollcall-demo-")
		return path, func() { os.RemoveAll(path) }, err
	}
	if err := os.MkdirAll(named, 0o700); err != nil {
		return "", nil, err
	}
	entries, err := os.ReadDir(named)
	if err != nil {
		return "", nil, err
	}
	if len(entries) > 0 {
		return "", nil, fmt.Errorf("the folder %s is not empty: name another, or empty it", named)
	}
	return named, func() {}, nil
}
