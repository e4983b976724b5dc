package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rollcall/cmd/rollcall/program"
)

// lookEvery is how often the command line looks how far long work is.
const lookEvery = 300 * time.Millisecond

// errRefused says that a command did nothing. Why has been printed.
var errRefused = errors.New("nothing was done")

func ctl() *cobra.Command {
	var yes bool
	var csv, json string
	cmd := asking(&cobra.Command{
		Use: "ctl TENANT COMMAND…", Short: "Give a command that an admin gives in chat", Args: cobra.MinimumNArgs(1),
		Long: "Give the Rollcall that runs with this configuration a command, such as status, plan or why: the same that admins\n" +
			"give in chat. rollcall ctl TENANT help lists them. What goes on for longer is followed until it is done. Who may run\n" +
			"this is whoever may read the database, and acts in its operator's name.",
		Example: "  rollcall ctl acme status\n  rollcall ctl acme plan eng --csv plan.csv\n  rollcall ctl acme apply p-7f3k --yes\n  rollcall ctl acme export --json - | jq length",
	}, func(cmd *cobra.Command, control *program.Control, _ program.Config, args []string) error {
		at := terminal{
			control: control, tenant: args[0], yes: yes, in: cmd.InOrStdin(), out: cmd.OutOrStdout(), file: cmd.OutOrStdout(),
			asks: isTerminal(cmd.InOrStdin()), draws: isTerminal(cmd.OutOrStdout()), every: lookEvery,
		}
		if csv == "-" || json == "-" { // then nothing else stands there
			at.out, at.draws = cmd.ErrOrStderr(), isTerminal(cmd.ErrOrStderr())
		}
		return at.give(cmd.Context(), args[1:], map[string]string{"csv": csv, "json": json})
	})
	cmd.Flags().BoolVar(&yes, "yes", false, "confirm what asks for confirmation")
	cmd.Flags().StringVar(&csv, "csv", "", "with plan and export: write all of it to this file, as CSV; - is standard output")
	cmd.Flags().StringVar(&json, "json", "", "the same as JSON")
	return cmd
}

// isTerminal reports whether somebody sits at the other end.
func isTerminal(of any) bool {
	file, ok := of.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// commander is what the command line needs of a running program.
type commander interface {
	Command(ctx context.Context, tenant, line string) (program.Reply, error)
	Progress(ctx context.Context, tenant, console string) (program.Progress, error)
	File(ctx context.Context, tenant, plan, format string, to io.Writer) error
}

var _ commander = (*program.Control)(nil)

// terminal is where commands are given, and by whom.
type terminal struct {
	control     commander
	tenant      string
	yes         bool
	in          io.Reader
	out         io.Writer // what is said
	file        io.Writer // a file that is named "-"
	asks, draws bool      // somebody can answer, and looks on
	every       time.Duration
}

// give gives a command and follows what it begins. files are the files to be written, by their formats.
func (t terminal) give(ctx context.Context, args []string, files map[string]string) error {
	wanted := files["csv"] != "" || files["json"] != ""
	word := strings.ToLower(strings.Join(args[:min(1, len(args))], ""))
	switch {
	case wanted && word == "export" && len(args) <= 2: // a file is all that is asked for, and its name confirms it
		return t.write(ctx, strings.Join(args[1:], ""), files)
	case wanted && word != "plan" && word != "export":
		return errors.New("--csv and --json are for plan and export")
	}
	reply, err := t.control.Command(ctx, t.tenant, line(args))
	if err != nil {
		return err
	}
	if reply, err = t.confirmed(ctx, reply); err != nil {
		return err
	}
	if reply.Console != "" {
		if err := t.follow(ctx, reply.Console); err != nil {
			return err
		}
	}
	if !wanted {
		return nil
	}
	if reply.Plan == "" {
		return errors.New("there is no plan to write to a file")
	}
	return t.write(ctx, reply.Plan, files)
}

// confirmed prints a reply, and where that asks for a confirmation gives it, or asks whoever sits here.
func (t terminal) confirmed(ctx context.Context, reply program.Reply) (program.Reply, error) {
	fmt.Fprintln(t.out, strings.TrimRight(reply.Text, "\n"))
	switch {
	case reply.Failed:
		return reply, errRefused
	case reply.Confirm == "":
		return reply, nil
	case !t.yes && !t.asks:
		return reply, errors.New("nothing was done yet: this has to be confirmed, with --yes or as it says above")
	case !t.yes:
		fmt.Fprint(t.out, "Go on? [y/N] ")
		text, err := bufio.NewReader(t.in).ReadString('\n')
		if text = strings.ToLower(strings.TrimSpace(text)); err != nil && text == "" || text != "y" && text != "yes" {
			return reply, errRefused
		}
	}
	plan := reply.Plan
	reply, err := t.control.Command(ctx, t.tenant, line([]string{"confirm", reply.Confirm}))
	if err != nil {
		return reply, err
	}
	fmt.Fprintln(t.out, strings.TrimRight(reply.Text, "\n"))
	if reply.Plan == "" {
		reply.Plan = plan
	}
	if reply.Failed || reply.Confirm != "" { // something has changed, and it asks anew
		return reply, errRefused
	}
	return reply, nil
}

// follow shows how far long work is until it is over: in one line that changes where somebody looks on, else in a line
// whenever there is something new.
func (t terminal) follow(ctx context.Context, console string) error {
	ticker := time.NewTicker(t.every)
	defer ticker.Stop()
	shown := ""
	for {
		p, err := t.control.Progress(ctx, t.tenant, console)
		if err != nil {
			t.endLine(shown)
			return err
		}
		if p.Line != "" && p.Line != shown {
			t.progress(p.Line)
			shown = p.Line
		}
		if p.Over {
			t.endLine(shown)
			if p.Text != "" {
				fmt.Fprintln(t.out, strings.TrimRight(p.Text, "\n"))
			}
			if p.Failed {
				return errRefused
			}
			return nil
		}
		select {
		case <-ctx.Done():
			t.endLine(shown)
			return errors.New("it goes on without being watched: rollcall ctl " + t.tenant + " status shows it")
		case <-ticker.C:
		}
	}
}

func (t terminal) progress(text string) {
	if t.draws {
		fmt.Fprintf(t.out, "\r%s\x1b[K", text) // and nothing of a longer one before it
		return
	}
	fmt.Fprintln(t.out, text)
}

func (t terminal) endLine(shown string) {
	if t.draws && shown != "" {
		fmt.Fprintln(t.out)
	}
}

// write writes a plan, or without one the links, to files. A file that wasn't finished isn't there.
func (t terminal) write(ctx context.Context, plan string, files map[string]string) error {
	for _, format := range []string{"csv", "json"} {
		path := files[format]
		switch path {
		case "":
			continue
		case "-":
			if err := t.control.File(ctx, t.tenant, plan, format, t.file); err != nil {
				return err
			}
			continue
		}
		if err := t.writeFile(ctx, plan, format, path); err != nil {
			return err
		}
		fmt.Fprintln(t.out, "Written to "+path+", readable by you only.")
	}
	return nil
}

func (t terminal) writeFile(ctx context.Context, plan, format, path string) error {
	part := path + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // it has names and addresses in it
	if err != nil {
		return err
	}
	err = errors.Join(t.control.File(ctx, t.tenant, plan, format, file), file.Close())
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, path)
}

// line is what the words of a command line are as the text of a message: what the shell took for one word stays one.
func line(args []string) string {
	words := make([]string, len(args))
	for i, arg := range args {
		key, value, isField := strings.Cut(arg, "=")
		switch {
		case arg != "" && !strings.ContainsAny(arg, " \t\""):
			words[i] = arg
		case isField && key != "" && !strings.ContainsAny(key, " \t\""):
			words[i] = key + "=" + quoted(value)
		default:
			words[i] = quoted(arg)
		}
	}
	return strings.Join(words, " ")
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }
