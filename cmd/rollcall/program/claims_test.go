package program

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// Whoever may not decide it claims no workspace that is nobody's yet.
func TestAMemberClaimsNoWorkspace(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	grant := granted("T0002")
	grant.Admin = false
	if _, err := (desk{w.main}).Connect(t.Context(), "globex", slack.Name, "install", grant); !directory.Is(err, directory.Unauthorized) {
		t.Errorf("got %v", err)
	}
	if owner, err := (desk{w.main}).Belongs(t.Context(), slack.Name, "T0002"); owner != "" || err != nil {
		t.Errorf("it belongs to %q, %v", owner, err)
	}
}

// A tenant has one workspace of a platform, even where two are connected at the same moment.
func TestTwoWorkspacesAtOnce(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	var work sync.WaitGroup
	for _, workspace := range []string{"T0002", "T0003", "T0004", "T0005", "T0006", "T0007"} {
		work.Go(func() {
			_, err := desk{w.main}.Connect(t.Context(), "globex", slack.Name, "install", granted(workspace))
			if err != nil && !directory.Is(err, directory.Invalid) {
				t.Error(err)
			}
		})
	}
	work.Wait()
	n := 0
	for _, c := range must(w.main.Store.Connections(t.Context(), "globex"))(t) {
		if c.Installation.Platform == slack.Name {
			n++
		}
	}
	if n != 1 {
		t.Errorf("it has %d", n)
	}
}

// meddling is a connector in whose platform something is granted just after an admin did something else.
type meddling struct {
	hub.Connector
	grant hub.Grant
	first func()
}

func (m meddling) Complete(context.Context, directory.Connection) (hub.Grant, error) {
	m.first()
	return m.grant, nil
}

// What an admin disconnects while the platform is asked whether it works by now stays disconnected.
func TestWhatWaitedIsDisconnectedMeanwhile(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	w.stop()
	m := must(New(t.Context(), w.config, w.options()))(t) // and nothing of it runs
	defer m.Close()
	d, grant := desk{m}, granted("T0001")
	grant.Waiting = "Somebody does something."
	c := must(d.Connect(t.Context(), "acme", slack.Name, "install", grant))(t)
	grant.Waiting = ""
	i := slices.IndexFunc(m.connectors, func(c hub.Connector) bool { return c.Platform() == slack.Name })
	m.connectors[i] = meddling{m.connectors[i], grant, func() {
		if err := d.Disconnect(t.Context(), c.Installation, "configuration"); err != nil {
			t.Error(err)
		}
	}}
	if _, err := m.complete(t.Context(), c); err != nil {
		t.Error(err)
	}
	if now := must(m.Store.Connection(t.Context(), slack.Name, "T0001"))(t); now.State != directory.ConnectionGone || now.Cause != directory.CauseDisconnected {
		t.Errorf("it is %s again: %+v", now.State, now)
	}
}

// A process that dies between recording a connection and having its accounts read leaves that to the
// next one.
func TestWhatWasJustConnectedIsRead(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	at := directory.Installation{Tenant: "acme", Platform: slack.Name, Workspace: "T0001"}
	c := directory.Connection{Installation: at, State: directory.ConnectionActive, Since: w.main.options.Now()}
	if _, err := w.main.vault.Connect(t.Context(), c, nil, time.Time{}); err != nil {
		t.Fatal(err)
	}
	w.restart()
	w.until("its accounts are to be read", func() bool {
		all := must(w.main.Store.Readings(t.Context(), "acme"))(t)
		return slices.ContainsFunc(all, func(r directory.Reading) bool { return r.ID == directory.ReadingOfAccounts(at) })
	})
}

// A member who presses the button takes nothing away from a directory that the configuration names.
func TestAMemberStopsNoReading(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	w.stop()
	const tid = "9b2c4d6e-8f10-4a3b-b5c7-d9e1f2a3b4c5"
	w.config.Teams = Teams{AppID: tid, AppSecret: "canary-app-secret", HomeTenant: tid}
	w.change("acme", func(t *TenantConfig) { t.Directories["entra"] = DirectoryConfig{Entra: Entra{Tenant: tid}} })
	w.start()
	at := directory.Installation{Tenant: "acme", Platform: microsoft, Workspace: tid, Generation: 1}
	c := directory.Connection{Installation: at, State: directory.ConnectionPending, Cause: directory.CauseUnproven}
	if err := w.main.Store.Connect(t.Context(), c, directory.Credential{}); err != nil {
		t.Fatal(err)
	}
	if err := (whileConnected{main: w.main}).connected(t.Context(), "acme"); err != nil {
		t.Errorf("got %v", err)
	}
	if found, err := w.main.entraOf(t.Context(), "acme"); err != nil || found.Directory != tid {
		t.Errorf("got %+v, %v", found, err)
	}
}

// Who connected a platform, and what they are called, outlasts what completes the connection and what revives it. Their
// name is for people: it is neither in the trail nor in the log.
func TestWhoConnectedItKeepsTheirName(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	w.stop()
	m := must(New(t.Context(), w.config, w.options()))(t) // and nothing of it runs
	defer m.Close()
	grant := granted("T0001")
	grant.Name, grant.Waiting = "Canary Name", "Somebody does something."
	c := must(desk{m}.Connect(t.Context(), "acme", slack.Name, "install", grant))(t)
	is := func(when string) directory.Connection {
		t.Helper()
		c := must(m.Store.Connection(t.Context(), slack.Name, "T0001"))(t)
		if c.By != grant.By || c.ByName != grant.Name {
			t.Errorf("%s: by %v, %q", when, c.By, c.ByName)
		}
		return c
	}
	is("pending")
	if got, _ := serviceApp(t.Context(), webex.NewConnector(m.webex, webex.StandIns{}), c); got.By != grant.By || got.Name != grant.Name {
		t.Errorf("a service app completes it as by %v, %q", got.By, got.Name)
	}
	i := slices.IndexFunc(m.connectors, func(c hub.Connector) bool { return c.Platform() == slack.Name })
	grant.Waiting = ""
	m.connectors[i] = meddling{m.connectors[i], grant, func() {}}
	if done, err := m.complete(t.Context(), c); !done || err != nil {
		t.Error(done, err)
	}
	if err := m.reconnect(t.Context(), is("complete"), hub.Grant{}); err != nil {
		t.Error(err)
	}
	if c := is("revived"); !c.Active() || c.Installation.Generation != 3 {
		t.Errorf("it is %+v", c)
	}
	for _, line := range must(m.Store.Trail(t.Context(), "acme", directory.TrailQuery{Limit: 100}))(t) {
		if strings.Contains(fmt.Sprint(line), "Canary") {
			t.Errorf("the trail says %+v", line)
		}
	}
	if strings.Contains(w.log.String(), "Canary") {
		t.Error("the log names somebody")
	}
}

// As many links stop as the platform's groups have, and none of other platforms.
func TestHowManyLinksStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.start()
	w.pair("acme", "ann")
	w.pair("acme", "bob")
	for platform, want := range map[directory.Platform]int{slack.Name: 2, "webex": 2, microsoft: 0} {
		if n, err := (desk{w.main}).Stops(t.Context(), "acme", platform); n != want || err != nil {
			t.Errorf("%s: %d, %v, want %d", platform, n, err, want)
		}
	}
	if n, err := (desk{w.main}).Stops(t.Context(), "globex", slack.Name); n != 0 || err != nil {
		t.Errorf("of another tenant: %d, %v", n, err)
	}
}
