package bot

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/sync/directory"
)

// proving is a platform that can say whether an installation works.
type proving struct {
	*fakePlatform
	err   error
	asked int
	while func() // happens while it is asked; nil: nothing
}

func (p *proving) CheckInstallation(context.Context, directory.Installation) error {
	p.asked++
	if p.while != nil {
		p.while()
	}
	return p.err
}

// News of a removal ends the connection that it is about, and never a later one.
func TestGone(t *testing.T) {
	t.Parallel()
	refused := directory.Errorf(directory.Unauthorized, "revoked")
	for _, test := range []struct {
		name     string
		event    Gone
		works    error // what the platform says, where it is asked
		unproved bool  // the platform can't be asked
		bot      string
		late     bool // the connection is of another generation by now
		gone     bool
		err      directory.Code
	}{
		{name: "the app was removed", event: Gone{At: at}, works: refused, gone: true},
		{name: "long ago, and installed again", event: Gone{At: at.Add(-time.Hour)}},
		{name: "now, says a clock that is behind", event: Gone{At: at.Add(-time.Hour)}, works: refused, gone: true},
		{name: "a removal that a clock dates after the new installation", event: Gone{At: at.Add(time.Hour)}},
		{name: "nobody knows", event: Gone{At: at}, works: directory.Errorf(directory.Unavailable, "away"), err: directory.Unavailable},
		{name: "too many questions", event: Gone{At: at}, works: directory.Wait(time.Minute, "wait"), err: directory.Unavailable},
		{name: "our own token", event: Gone{At: at, Bots: []string{"UBOT"}}, bot: "UBOT", works: refused, gone: true},
		{name: "another bot's token", event: Gone{At: at, Bots: []string{"UOTHER"}}, bot: "UBOT", works: refused},
		{name: "a token, and ours isn't known", event: Gone{At: at, Bots: []string{"UBOT"}}, works: refused, gone: true},
		{name: "installed again meanwhile", event: Gone{At: at}, works: refused, late: true},
		{name: "after the installation, unproved", event: Gone{At: at.Add(time.Second)}, unproved: true, gone: true},
		{name: "in the second of the installation, unproved", event: Gone{At: at.Truncate(time.Second)}, unproved: true, gone: true},
		{name: "before the installation, unproved", event: Gone{At: at.Add(-time.Second)}, unproved: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			prover := &proving{fakePlatform: b.slack, err: test.works}
			if !test.unproved {
				b.platforms[home.Platform] = prover
			}
			b.registry.connection = directory.Connection{Installation: home, State: directory.ConnectionActive, Since: at, Bot: test.bot}
			if test.late {
				b.registry.connection.Installation.Generation++
			}
			nobody := origin(func(o *directory.Origin) { o.Actor, o.Conversation, o.Direct = directory.AccountID{}, "", false })
			_, err := b.Accept(t.Context(), nobody, test.event)
			if test.err != 0 && !directory.Is(err, test.err) || test.err == 0 && err != nil {
				t.Errorf("got %v, want %v", err, test.err)
			}
			var want []directory.Connection
			var said []directory.Entry
			if test.gone {
				said = append(said, directory.Entry{At: at, Event: "disconnected", Why: "slack: the app was removed at the platform", By: "platform"})
				c := b.registry.connection
				c.State, c.Ended, c.Why = directory.ConnectionGone, at, "the app was removed at the platform"
				want = append(want, c)
			}
			if diff := cmp.Diff(want, b.registry.amended); diff != "" {
				t.Errorf("what became of it (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(said, b.registry.trail); diff != "" {
				t.Errorf("the trail (-want +got):\n%s", diff)
			}
			if errors.Is(test.works, refused) && test.gone && prover.asked != 1 {
				t.Errorf("the platform was asked %d times", prover.asked)
			}
		})
	}
}

// What an admin does while the platform is asked stands: that it was disconnected, and why.
func TestGoneAfterTheEnd(t *testing.T) {
	t.Parallel()
	for _, state := range []directory.ConnectionState{directory.ConnectionPending, directory.ConnectionGone} {
		b := newBench(t)
		b.registry.connection = directory.Connection{Installation: home, State: directory.ConnectionActive, Since: at}
		b.platforms[home.Platform] = &proving{fakePlatform: b.slack, err: directory.Errorf(directory.Unauthorized, "revoked"), while: func() {
			b.registry.connection.State, b.registry.connection.Why = state, "it was disconnected"
		}}
		nobody := origin(func(o *directory.Origin) { o.Actor, o.Conversation, o.Direct = directory.AccountID{}, "", false })
		wantReply(t, b.accept(t, nobody, Gone{At: at}), nil)
		if c := b.registry.connection; c.State != state || c.Why != "it was disconnected" {
			t.Errorf("%s became %s, %q", state, c.State, c.Why)
		}
	}
}

// What somebody does between the reading and the writing stands, and it is decided again.
func TestGoneAmongOthers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(c *directory.Connection)
		often  int // it comes between
		gone   bool
		err    directory.Code
	}{
		{"an admin disconnects it", func(c *directory.Connection) { c.State = directory.ConnectionPending }, 1, false, 0},
		{"it is installed again", func(c *directory.Connection) { c.Installation.Generation++ }, 1, false, 0},
		{"something else is said of it", func(c *directory.Connection) { c.Title += "!" }, amendTries - 1, true, 0},
		{"again and again", func(c *directory.Connection) { c.Title += "!" }, amendTries, false, directory.Unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			prover := &proving{fakePlatform: b.slack, err: directory.Errorf(directory.Unauthorized, "revoked")}
			b.platforms[home.Platform] = prover
			want := b.registry.connection
			left := test.often
			b.registry.between = func() {
				if left > 0 {
					left--
					test.change(&b.registry.connection)
					b.registry.connection.Version++
					want = b.registry.connection
				}
			}
			nobody := origin(func(o *directory.Origin) { o.Actor, o.Conversation, o.Direct = directory.AccountID{}, "", false })
			_, err := b.Accept(t.Context(), nobody, Gone{At: at})
			if test.err != 0 && !directory.Is(err, test.err) || test.err == 0 && err != nil {
				t.Errorf("got %v, want %v", err, test.err)
			}
			if test.gone {
				want.State, want.Ended, want.Why = directory.ConnectionGone, at, removed
				want.Version++
			}
			if diff := cmp.Diff(want, b.registry.connection); diff != "" {
				t.Errorf("what became of it (-want +got):\n%s", diff)
			}
			if left != 0 || prover.asked != 1 || (len(b.registry.trail) == 1) != test.gone {
				t.Errorf("%d changes are left, the platform was asked %d times, the trail says %+v", left, prover.asked, b.registry.trail)
			}
		})
	}
}

func TestTeams(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.registry.connection = directory.Connection{Installation: home, Wide: true, Workspaces: []directory.Workspace{"T2", "T1"}}
	nobody := origin(func(o *directory.Origin) { o.Actor, o.Conversation, o.Direct = directory.AccountID{}, "", false })
	event := Teams{Granted: []directory.Workspace{"T3", "T1"}, Revoked: []directory.Workspace{"T2", "T9"}}
	for range 2 {
		wantReply(t, b.accept(t, nobody, event), nil)
		if diff := cmp.Diff([]directory.Workspace{"T1", "T3"}, b.registry.connection.Workspaces); diff != "" {
			t.Errorf("the workspaces (-want +got):\n%s", diff)
		}
	}
	if len(b.registry.amended) != 1 {
		t.Errorf("amended %d times, want once", len(b.registry.amended))
	}
	b.registry.between = func() {
		b.registry.between = nil
		b.registry.connection.Workspaces = append(b.registry.connection.Workspaces, "T5") // as other news say
		b.registry.connection.Version++
	}
	wantReply(t, b.accept(t, nobody, Teams{Granted: []directory.Workspace{"T4"}}), nil)
	if diff := cmp.Diff([]directory.Workspace{"T1", "T3", "T4", "T5"}, b.registry.connection.Workspaces); diff != "" {
		t.Errorf("the workspaces after two news at once (-want +got):\n%s", diff)
	}
	b.registry.connection.Wide = false
	b.registry.amended = nil
	b.accept(t, nobody, event)
	if len(b.registry.amended) != 0 {
		t.Error("an installation in one workspace has others")
	}
}
