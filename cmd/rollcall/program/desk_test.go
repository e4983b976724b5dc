package program

import (
	"crypto/tls"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcall/adapters/slack"
	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// connection is what is recorded of a tenant's Slack.
func (w *world) connection(n int) directory.Connection {
	w.Helper()
	return must(w.main.Store.Connection(w.Context(), slack.Name, directory.Workspace(teamOf(n))))(w.T)
}

// granted is a grant of a Slack workspace by one of its admins.
func granted(workspace string) hub.Grant {
	at := directory.Workspace(workspace)
	return hub.Grant{
		Workspace: at, Title: "Somewhere", Admin: true, By: directory.AccountID{Platform: slack.Name, Workspace: at, User: "U0"},
		Secrets: map[directory.Field]directory.Secret{directory.FieldToken: directory.NewSecret("xoxb-granted-" + workspace)},
	}
}

// sealing gives the world a key file, and nothing that is connected by the configuration.
func sealing(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, 2)
	w.config.KeysFile = write(t, filepath.Join(w.dir, "rollcall.keys"), "k1:"+strings.Repeat("A", 43)+"=\n")
	w.config.Slack.ClientID, w.config.Slack.ClientSecret = "1.2", "canary-client-secret"
	w.config.Hub.SignUp = true
	w.change("acme", func(t *TenantConfig) { t.Slack.BotToken = "" })
	w.change("globex", func(t *TenantConfig) { t.Slack = SlackTenant{} })
	w.start()
	return w
}

// The links of a tenant are made of the accounts of one workspace, and a workspace belongs to one
// tenant: as the configuration says, and as it was ever connected.
func TestWhoseWorkspaceItIs(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	d, ctx := desk{w.main}, t.Context()
	expects := func(tenant directory.TenantID, want directory.Workspace) {
		t.Helper()
		if got, err := d.Expect(ctx, tenant, slack.Name); err != nil || got != want {
			t.Errorf("%s expects %q, %v, want %q", tenant, got, err, want)
		}
	}
	belongs := func(workspace directory.Workspace, want directory.TenantID) {
		t.Helper()
		if got, err := d.Belongs(ctx, slack.Name, workspace); err != nil || got != want {
			t.Errorf("%s belongs to %q, %v, want %q", workspace, got, err, want)
		}
	}
	expects("acme", "T0001")
	expects("globex", "")
	belongs("T0001", "acme")
	belongs("T0002", "")
	for _, test := range []struct {
		name, tenant, workspace string
		code                    directory.Code
	}{
		{"another tenant's by the configuration", "globex", "T0001", directory.Conflict},
		{"not the one of the configuration", "acme", "T0002", directory.Invalid},
	} {
		if _, err := d.Connect(ctx, directory.TenantID(test.tenant), slack.Name, "install", granted(test.workspace)); !directory.Is(err, test.code) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	c, err := d.Connect(ctx, "globex", slack.Name, "install", granted("T0002"))
	if err != nil || !c.Active() || c.Installation.Generation != 1 {
		t.Fatalf("connected %+v, %v", c, err)
	}
	expects("globex", "T0002")
	if err := d.Disconnect(ctx, c.Installation, "configuration"); err != nil {
		t.Fatal(err)
	}
	// What was connected once isn't free for others.
	expects("globex", "T0002")
	belongs("T0002", "globex")
	if _, err := d.Connect(ctx, "globex", slack.Name, "install", granted("T0003")); !directory.Is(err, directory.Invalid) {
		t.Errorf("another workspace: %v", err)
	}
	again, err := d.Connect(ctx, "globex", slack.Name, "install", granted("T0002"))
	if err != nil || again.Installation.Generation != 2 {
		t.Errorf("connected again %+v, %v", again, err)
	}
}

// A token is given for the generation that is connected, and for no other, and once it is
// disconnected for none.
func TestTokensOfGenerations(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	d, ctx := desk{w.main}, t.Context()
	first := must(d.Connect(ctx, "acme", slack.Name, "install", granted("T0001")))(t).Installation
	second := must(d.Connect(ctx, "acme", slack.Name, "install", granted("T0001")))(t).Installation
	has := func(inst directory.Installation, want bool) {
		t.Helper()
		token, err := w.main.token(ctx, inst)
		if (err == nil && token.Reveal() == "xoxb-granted-T0001") != want || !want && !directory.Is(err, directory.Unauthorized) {
			t.Errorf("generation %d has a token: %v", inst.Generation, err)
		}
	}
	has(first, false)
	has(second, true)
	thief := second
	thief.Tenant = "globex"
	has(thief, false)
	if err := d.Disconnect(ctx, first, "configuration"); !directory.Is(err, directory.Conflict) {
		t.Errorf("an earlier generation was disconnected: %v", err)
	}
	if err := d.Disconnect(ctx, second, "configuration"); err != nil {
		t.Error(err)
	}
	has(second, false)
	if err := d.Disconnect(ctx, second, "configuration"); !directory.Is(err, directory.Conflict) {
		t.Errorf("disconnected twice: %v", err)
	}
}

// Whoever may not decide it makes a connection that waits, and that nothing is done with.
func TestWhoMayNotDecideIt(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	grant := granted("T0001")
	grant.Admin = false
	c := must(desk{w.main}.Connect(t.Context(), "acme", slack.Name, "install", grant))(t)
	if c.State != directory.ConnectionPending || c.Cause != directory.CauseUnproven || c.Why != notAdmin {
		t.Errorf("got %+v", c)
	}
	all := must(w.main.Store.Installations(t.Context(), "acme"))(t)
	for _, inst := range all {
		if inst.Platform == slack.Name {
			t.Error("it is used")
		}
	}
	if _, err := w.main.checkConnections(t.Context()); err != nil || w.connection(0).State != directory.ConnectionPending {
		t.Errorf("it did not stay so: %v", err)
	}
}

// A process that dies while something is disconnected leaves the rest to the next one, and nothing is
// sent meanwhile.
func TestAnEndThatWasBegunIsFinished(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	c := must(desk{w.main}.Connect(t.Context(), "acme", slack.Name, "install", granted("T0001")))(t)
	c.State, c.Cause = directory.ConnectionPending, directory.CauseEnding
	if err := w.main.Store.Amend(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	w.restart()
	w.until("it is gone", func() bool { return w.connection(0).State == directory.ConnectionGone })
	if _, err := w.main.Store.Credential(t.Context(), c.Installation); !directory.Is(err, directory.NotFound) {
		t.Errorf("its secrets are there: %v", err)
	}
}

// What the configuration connects is silent once the app was removed at the platform, stays so when
// the program starts again, and is connected anew when its token works again.
func TestTheAppIsRemovedAndInstalledAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.start()
	w.await("acme", "ann", directory.Asking)
	w.quiet()
	w.slack.Uninstall(teamOf(0))
	w.until("it is gone", func() bool { return w.connection(0).State == directory.ConnectionGone })
	w.quiet()
	asked := w.slack.Calls.Len()
	w.restart()
	w.until("the connections were looked at", func() bool { return w.slack.Calls.Len() > asked })
	if c := w.connection(0); c.State != directory.ConnectionGone || c.Installation.Generation != 1 {
		t.Errorf("got %+v", c)
	}
	w.slack.Install(teamOf(0), slackTokens+"acme")
	w.main.lookAgain()
	w.until("it is connected again", func() bool { return w.connection(0).Active() })
	if c := w.connection(0); c.Installation.Generation != 2 {
		t.Errorf("of generation %d", c.Installation.Generation)
	}
	if l := w.link("acme", "ann"); l.State != directory.Asking {
		t.Errorf("ann's link is %s", l.State)
	}
}

// A workspace that belongs to nobody becomes a tenant where that is wished, which is off and stays
// when the program starts again.
func TestSigningUp(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	id := must(desk{w.main}.SignUp(t.Context(), slack.Name, granted("T0009")))(t)
	w.restart()
	tenant := must(w.main.Store.Tenant(t.Context(), id))(t)
	if tenant.Settings.On || !tenant.SignedUp || tenant.Name != "Somewhere" {
		t.Errorf("got %+v", tenant)
	}
	stranger := granted("T0010")
	stranger.Admin = false
	if _, err := (desk{w.main}).SignUp(t.Context(), slack.Name, stranger); !directory.Is(err, directory.Unauthorized) {
		t.Errorf("somebody who administers nothing: %v", err)
	}
	w.main.config.Hub.SignUp = false
	if _, err := (desk{w.main}).SignUp(t.Context(), slack.Name, granted("T0011")); !directory.Is(err, directory.Unauthorized) {
		t.Errorf("where nobody may: %v", err)
	}
}

// The running program answers its own user, over a socket that is that one's alone.
func TestTheControlSocket(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	control := NewControl(w.config)
	w.until("it listens", func() bool { _, err := os.Stat(socketOf(w.config.Store)); return err == nil })
	if mode := must(os.Stat(filepath.Dir(socketOf(w.config.Store))))(t).Mode(); mode.Perm() != 0o700 {
		t.Errorf("its mode is %v", mode)
	}
	link, err := control.Invite(t.Context(), "acme")
	if err != nil || !strings.HasPrefix(link, "https://rollcall.example/connect/invite/") {
		t.Errorf("got %q, %v", link, err)
	}
	if _, err := control.Invite(t.Context(), "nobody"); err == nil || !strings.Contains(err.Error(), `no tenant "nobody"`) {
		t.Errorf("an invitation for nobody: %v", err)
	}
	all, err := control.Doctor(t.Context(), "")
	if err != nil || len(all) != 2 || len(all[0].Checklists) < 3 || len(all[0].Checklists[0].Findings) == 0 {
		t.Errorf("got %+v, %v", all, err)
	}
	if _, err := control.Doctor(t.Context(), "nobody"); err == nil {
		t.Error("nobody is healthy")
	}
	far := w.config
	far.Store = strings.Repeat("x", longestSocket)
	if _, err := NewControl(far).Invite(t.Context(), "acme"); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("with a long path: %v", err)
	}
	w.stop()
	if _, err := control.Invite(t.Context(), "acme"); !errors.Is(err, ErrNotRunning) {
		t.Errorf("once it is stopped: %v", err)
	}
}

// A key file that others may read is refused before anything starts.
func TestAKeyFileThatOthersMayRead(t *testing.T) {
	t.Parallel()
	path := write(t, filepath.Join(t.TempDir(), "rollcall.keys"), "k1:"+strings.Repeat("A", 43)+"=\n")
	text := minimal + "\nkeys_file: " + path + "\n"
	if _, err := load(t, text); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o644, 0o640, 0o604, 0o620} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := load(t, text); !strings.Contains(problemsOf(err), "keys_file can't be used") || !strings.Contains(problemsOf(err), "chmod 600") {
			t.Errorf("%v: %v", mode, err)
		}
	}
}

// A new key in the file seals everything while the program runs, and the old one isn't needed after.
func TestKeysAreReplacedWhileItRuns(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	inst := must(desk{w.main}.Connect(t.Context(), "acme", slack.Name, "install", granted("T0001")))(t).Installation
	first := must(os.ReadFile(w.config.KeysFile))(t)
	second := "k2:" + strings.Repeat("E", 43) + "=\n"
	write(t, w.config.KeysFile, second+string(first))
	w.until("it can be asked", func() bool { return NewControl(w.config).Running(t.Context()) })
	n, err := NewControl(w.config).Rekey(t.Context())
	if err != nil || n != 1 {
		t.Errorf("%d secrets, %v", n, err)
	}
	if used, err := NewControl(w.config).KeysInUse(t.Context()); err != nil || !slices.Equal(used, []string{"k2"}) {
		t.Errorf("in use are %v, %v", used, err)
	}
	write(t, w.config.KeysFile, "k3:"+strings.Repeat("I", 43)+"=\n")
	w.restart()
	if _, err := w.main.token(t.Context(), inst); !directory.Is(err, directory.Unavailable) || !strings.Contains(err.Error(), "k2") {
		t.Errorf("without its key: %v", err)
	}
	write(t, w.config.KeysFile, second)
	w.restart()
	if token, err := w.main.token(t.Context(), inst); err != nil || token.Reveal() != "xoxb-granted-T0001" {
		t.Errorf("with the new key alone: %v", err)
	}
}

// The webhooks are removed with the product, and not beside it.
func TestWebhooksAreRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.start()
	w.until("the webhooks are made", func() bool { return w.webexCalls("POST /webhooks", 200) == 3 })
	w.until("it can be asked", func() bool { return NewControl(w.config).Running(t.Context()) })
	if _, err := RemoveWebhooks(t.Context(), w.config, w.options()); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("while it runs: %v", err)
	}
	w.stop()
	for _, want := range []int{3, 0} {
		if n, err := RemoveWebhooks(t.Context(), w.config, w.options()); n != want || err != nil {
			t.Errorf("%d were deleted, want %d: %v", n, want, err)
		}
	}
}

// Behind a proxy requests are counted by the address that the proxy saw, and by nothing that a browser
// can say of itself.
func TestWhoseRequestItIs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		tls       bool
		forwarded []string
		want      string
	}{
		{"direct", true, nil, "192.0.2.1"},
		{"direct, and somebody says otherwise", true, []string{"198.51.100.7"}, "192.0.2.1"},
		{"behind a proxy", false, []string{"198.51.100.7"}, "198.51.100.7"},
		{"behind a proxy, and somebody says more", false, []string{"203.0.113.1", "203.0.113.2, 198.51.100.7"}, "198.51.100.7"},
		{"behind a proxy that says nothing", false, nil, "192.0.2.1"},
	} {
		m := &Main{}
		if test.tls {
			m.options.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		r := must(http.NewRequestWithContext(t.Context(), http.MethodGet, "/connect", nil))(t)
		r.RemoteAddr = "192.0.2.1:4711"
		for _, address := range test.forwarded {
			r.Header.Add("X-Forwarded-For", address)
		}
		if got := m.clientOf(r); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// A directory is read only while it is connected: not what somebody connected who may not decide that,
// and not after the end; one that the configuration alone names is.
func TestADirectoryIsReadWhileItIsConnected(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	w.stop()
	const tid = "9b2c4d6e-8f10-4a3b-b5c7-d9e1f2a3b4c5"
	w.config.Teams = Teams{AppID: tid, AppSecret: "canary-app-secret", HomeTenant: tid}
	w.start()
	m, ctx := w.main, t.Context()
	gate := whileConnected{main: m}
	if err := gate.connected(ctx, "acme"); err != nil {
		t.Errorf("without a connection: %v", err)
	}
	if _, err := m.entraOf(ctx, "acme"); !directory.Is(err, directory.NotFound) {
		t.Errorf("nothing says where it is: %v", err)
	}
	at := directory.Installation{Tenant: "acme", Platform: microsoft, Workspace: tid, Generation: 1}
	c := directory.Connection{Installation: at, State: directory.ConnectionPending, Cause: directory.CauseUnproven}
	if err := m.Store.Connect(ctx, c, directory.Credential{}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		state         directory.ConnectionState
		why           directory.ConnectionCause
		reads, exists bool
	}{
		{directory.ConnectionPending, directory.CauseUnproven, false, false},
		{directory.ConnectionPending, "", false, true},
		{directory.ConnectionActive, "", true, true},
		{directory.ConnectionPending, directory.CauseEnding, false, true},
		{directory.ConnectionGone, directory.CauseDisconnected, false, false},
	} {
		c = must(m.Store.Connection(ctx, microsoft, tid))(t)
		c.State, c.Cause = test.state, test.why
		if err := m.Store.Amend(ctx, c); err != nil {
			t.Fatal(err)
		}
		if err := gate.connected(ctx, "acme"); (err == nil) != test.reads {
			t.Errorf("%s, %s: read %v", test.state, test.why, err)
		}
		if _, err := m.entraOf(ctx, "acme"); (err == nil) != test.exists {
			t.Errorf("%s, %s: found %v", test.state, test.why, err)
		}
		all, err := m.eachEntra(ctx)
		if _, there := all["acme"]; err != nil || there != test.reads {
			t.Errorf("%s, %s: subscribed to %v, %v", test.state, test.why, there, err)
		}
	}
}

// Admins are listed and removed from the command line, down to the last one.
func TestAdminsAreRemoved(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	control, ctx := NewControl(w.config), t.Context()
	w.until("it can be asked", func() bool { return control.Running(ctx) })
	for _, user := range []string{"U1", "U2"} {
		admin := directory.Admin{Account: directory.AccountID{Platform: slack.Name, Workspace: "T0001", User: user}, Name: map[string]string{"U2": "Zoë \x1b[2J\u202eZ\n"}[user]}
		if err := w.main.Store.PutAdmin(ctx, "acme", admin); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := control.Admins(ctx, "acme"); err != nil || !slices.Equal(all, []string{"slack/T0001/U1", "slack/T0001/U2  Zoë [2JZ"}) {
		t.Errorf("the admins are %v, %v", all, err)
	}
	if left, err := control.RemoveAdmin(ctx, "acme", "slack/T0001/U1"); err != nil || !slices.Equal(left, []string{"slack/T0001/U2  Zoë [2JZ"}) {
		t.Errorf("left are %v, %v", left, err)
	}
	for account, want := range map[string]string{"slack/T0001/U2": "last admin", "slack/T0001/U1": "no admin", "x": "no admin"} {
		if _, err := control.RemoveAdmin(ctx, "acme", account); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", account, err)
		}
	}
}
