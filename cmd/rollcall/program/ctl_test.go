package program

import (
	"bytes"
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"rollcall/sync/directory"
)

// command gives a command on the command line.
func (w *world) command(line string) Reply {
	w.Helper()
	control := NewControl(w.config)
	w.until("it can be asked", func() bool { return control.Running(w.Context()) })
	return must(control.Command(w.Context(), "acme", line))(w.T)
}

// followed is what came of long work.
func (w *world) followed(reply Reply) Progress {
	w.Helper()
	if reply.Failed || reply.Console == "" {
		w.Fatalf("nothing was begun: %+v", reply)
	}
	var p Progress
	w.until("it is over", func() bool {
		w.clock.Advance(hour / 1000)
		w.main.Engine.Wake()
		p = must(NewControl(w.config).Progress(w.Context(), "acme", reply.Console))(w.T)
		return p.Over
	})
	return p
}

// The same words that admins write in chat, over a socket that is the program's own user's alone.
func TestCommandsOnTheCommandLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.start()
	w.await("acme", "ann", directory.Asking)
	for _, test := range []struct {
		name, line, want string
		failed           bool
	}{
		{"how it stands", "status", "of 3 people", false},
		{"the manual", "help", "apply PLAN", false},
		{"no such command", "statsu", "status", true},
		{"no such group", "pause nowhere", "", true},
		{"nothing to confirm", "confirm made-up", "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			reply := w.command(test.line)
			if reply.Failed != test.failed || !strings.Contains(reply.Text, test.want) || reply.Console != "" {
				t.Errorf("got %+v", reply)
			}
		})
	}
	if mode := must(os.Stat(socketOf(w.config.Store)))(t).Mode(); mode.Perm() != 0o600 {
		t.Errorf("the socket's mode is %v", mode)
	}
	control := NewControl(w.config)
	if _, err := control.Command(t.Context(), "nobody", "status"); err == nil || !strings.Contains(err.Error(), `no tenant "nobody": there is acme`) {
		t.Errorf("another tenant: %v", err)
	}
	if _, err := control.Progress(t.Context(), "acme", "made-up"); err == nil {
		t.Error("something was begun that wasn't")
	}
}

func TestAConfirmationOnTheCommandLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.start()
	w.await("acme", "ann", directory.Asking)
	reply := w.command("off")
	if reply.Confirm == "" || reply.Failed || !must(w.main.Store.Tenant(t.Context(), "acme"))(t).Settings.On {
		t.Fatalf("it is off already, or can't be: %+v", reply)
	}
	if reply := w.command("confirm " + reply.Confirm); reply.Failed || must(w.main.Store.Tenant(t.Context(), "acme"))(t).Settings.On {
		t.Errorf("it is still on: %+v", reply)
	}
	if reply := w.command("confirm " + reply.Confirm); !reply.Failed {
		t.Errorf("it counts twice: %+v", reply)
	}
	// What a command has switched off stays off.
	w.restart()
	if must(w.main.Store.Tenant(t.Context(), "acme"))(t).Settings.On {
		t.Error("it is on again")
	}
}

func TestAPlanOnTheCommandLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.start()
	w.await("acme", "ann", directory.Asking)
	w.await("acme", "bob", directory.Asking)
	reply := w.command("plan slack-first")
	p := w.followed(reply)
	if p.Failed || !strings.Contains(p.Text, reply.Plan) || reply.Plan == "" {
		t.Fatalf("got %+v and %+v", reply, p)
	}
	var file bytes.Buffer
	if err := NewControl(w.config).File(t.Context(), "acme", reply.Plan, "csv", &file); err != nil {
		t.Fatal(err)
	}
	rows := must(csv.NewReader(&file).ReadAll())(t)
	if len(rows) != 3 || !strings.Contains(strings.Join(rows[1], " "), "Ann "+family) {
		t.Errorf("the plan is %q", rows)
	}
	if again := w.command("plan " + reply.Plan); again.Plan != reply.Plan || again.Console != "" {
		t.Errorf("shown again: %+v", again)
	}
	trail := must(w.main.Store.Trail(t.Context(), "acme", directory.TrailQuery{Limit: 1000}))(t)
	last := trail[len(trail)-1]
	if last.Event != "exported" || last.By != "operator" || !strings.Contains(last.Why, reply.Plan) {
		t.Errorf("the trail ends with %+v", last)
	}
	for _, plan := range []string{"p-made-up"} {
		if err := NewControl(w.config).File(t.Context(), "acme", plan, "csv", &file); err == nil {
			t.Error("a plan that isn't has lines")
		}
	}
	if err := NewControl(w.config).File(t.Context(), "acme", "", "xml", &file); err == nil || !strings.Contains(err.Error(), "use csv or json") {
		t.Errorf("as XML: %v", err)
	}
	if err := NewControl(w.config).File(t.Context(), "nobody", "", "csv", &file); err == nil {
		t.Error("nobody's links are exported")
	}
}
