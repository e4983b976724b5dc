package program

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// stubborn is a directory that answers in one way.
type stubborn struct {
	directory.Source
	err error
}

func (s stubborn) Page(ctx context.Context, _ directory.TenantID, _, _ string) (directory.Page, error) {
	if s.err == nil {
		<-ctx.Done()
		return directory.Page{}, ctx.Err()
	}
	return directory.Page{}, s.err
}

// A group of which it is known that nobody could ever be asked is refused, with what can be done about it.
func TestGroupsThatCanNotBe(t *testing.T) {
	t.Parallel()
	_, m := idle(t)
	m.sources[sourceKey{"acme", "people"}] = stubborn{err: directory.Errorf(directory.Invalid, "this is a Microsoft 365 group, whose owners and members can let anybody in; make a security group")}
	m.sources[sourceKey{"acme", "slow"}] = stubborn{}
	for _, name := range []string{"people", "slow"} {
		m.config.Tenants["acme"].Directories[name] = DirectoryConfig{CSV: CSV{Path: "x"}}
	}
	m.config.Tenants["acme"].Directories["entra"] = DirectoryConfig{Entra: Entra{Tenant: "x"}}
	good := directory.Group{ID: "mine", Name: "Mine", Directory: "staff", External: "slack-first", Primary: "slack", Secondary: "webex"}
	for _, test := range []struct {
		name   string
		change func(*directory.Group)
		want   string
	}{
		{"a good one", func(*directory.Group) {}, ""},
		{"an id with spaces", func(g *directory.Group) { g.ID = "My group" }, "lower-case letters"},
		{"no such directory", func(g *directory.Group) { g.Directory = "ldap" }, "use one of entra, people, slow, staff"},
		{"no group", func(g *directory.Group) { g.External = "" }, "group is missing"},
		{"one that the file doesn't name", func(g *directory.Group) { g.External = "nowhere" }, "does not name the group"},
		{"one that the directory refuses", func(g *directory.Group) { g.Directory = "people" }, "make a security group"},
		{"one by its name in Entra", func(g *directory.Group) { g.Directory = "entra" }, "Object ID"},
		{"a directory that doesn't answer in time", func(g *directory.Group) { g.ID, g.Directory = "late", "slow" }, ""},
		{"one platform", func(g *directory.Group) { g.Secondary = "slack" }, "the same platform"},
		{"no such platform", func(g *directory.Group) { g.Secondary = "pigeon" }, `secondary is "pigeon"`},
		{"a platform whose app isn't configured", func(g *directory.Group) { g.Primary = "teams" }, `primary is "teams", which isn't a platform here: use one of slack, webex`},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := good
			test.change(&g)
			err := steering{m.Engine, m}.PutGroup(t.Context(), "acme", g, "boss")
			if test.want == "" && err != nil || test.want != "" && (!directory.Is(err, directory.Invalid) || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	c := must(m.Store.Connection(t.Context(), "slack", "T0001"))(t)
	c.State, c.Cause = directory.ConnectionGone, directory.CauseDisconnected
	must(0, m.Store.Amend(t.Context(), c))(t)
	err := steering{m.Engine, m}.PutGroup(t.Context(), "acme", good, "boss")
	if !directory.Is(err, directory.Invalid) || !strings.Contains(err.Error(), "https://rollcall.example/connect") {
		t.Errorf("a platform that isn't connected: %v", err)
	}
}

func TestSettingsThatCanNotBe(t *testing.T) {
	t.Parallel()
	_, m := idle(t)
	s := steering{m.Engine, m}
	for _, test := range []struct {
		name   string
		change func(*directory.Settings)
		want   string
	}{
		{"good ones", func(*directory.Settings) {}, ""},
		{"no such zone", func(s *directory.Settings) { s.Zone = "Mars/Olympus" }, "is not a time zone"},
		{"no such hour", func(s *directory.Settings) { s.QuietFrom = 24 }, "an hour, 0 to 23"},
		{"no such day", func(s *directory.Settings) { s.QuietDays = []time.Weekday{7} }, "no such day"},
		{"every day", func(s *directory.Settings) { s.QuietDays = []time.Weekday{0, 1, 2, 3, 4, 5, 6} }, "nobody would ever be asked"},
		{"no such language", func(s *directory.Settings) { s.Locale = "klingon!" }, "is not a language"},
		{"fewer than none", func(s *directory.Settings) { s.PerHour = -1 }, "must not be negative"},
		{"no such removal", func(s *directory.Settings) { s.Removal = "burn" }, "use one of suspend, unsync, delete"},
		{"no such stand-in", func(s *directory.Settings) {
			s.StandIns = map[directory.Platform][]directory.StandInKind{"slack": {directory.StandInBot}}
		}, "persona"},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings := must(m.Store.Tenant(t.Context(), "acme"))(t).Settings
			test.change(&settings)
			err := s.PutSettings(t.Context(), "acme", settings, "boss")
			if test.want == "" && err != nil || test.want != "" && (!directory.Is(err, directory.Invalid) || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// What ends, and what doesn't work, is told without asking anybody.
func TestEndings(t *testing.T) {
	t.Parallel()
	w := sealing(t)
	w.until("the webhooks are right", func() bool { return strings.Contains(w.log.String(), "msg=webhooks") })
	ends := func() string {
		t.Helper()
		var lines []string
		for _, e := range must(steering{w.main.Engine, w.main}.Health(t.Context(), "acme"))(t).Ends {
			line := e.What
			if !e.At.IsZero() {
				line += " until " + e.At.UTC().Format("15:04")
			}
			if e.Trouble != "" {
				line += ": " + e.Trouble
			}
			lines = append(lines, line)
		}
		return strings.Join(lines, "\n")
	}
	grant := granted("T0001")
	grant.Expires = w.clock.Now().Add(12 * time.Hour)
	must(desk{w.main}.Connect(t.Context(), "acme", "slack", "install", grant))(t)
	want := "Token of Slack until " + grant.Expires.UTC().Format("15:04")
	if got := ends(); !strings.Contains(got, want) || !strings.Contains(got, "Webhooks of Webex\n") && !strings.HasSuffix(got, "Webhooks of Webex") || !strings.Contains(got, "Token of Webex") {
		t.Errorf("got\n%s\nwant %q", got, want)
	}
	w.main.webhooks.set(directory.Errorf(directory.Unauthorized, "webex: the bot's token is refused"))
	w.clock.Advance(12 * time.Hour)
	if got := ends(); !strings.Contains(got, "it has ended, and could not be renewed") || !strings.Contains(got, "Webhooks of Webex: the bot's token is refused") {
		t.Errorf("got\n%s", got)
	}
	c := w.connection(0)
	must(0, desk{w.main}.Disconnect(t.Context(), c.Installation, "boss"))(t)
	if got := ends(); !strings.Contains(got, "Slack: it was disconnected") || strings.Contains(got, "Token of Slack") {
		t.Errorf("got\n%s", got)
	}
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// download opens the page of a file, and presses its button.
func (w *world) download(path string) (*http.Response, string) {
	w.Helper()
	page, text := w.ask(w.request(http.MethodGet, path, ""))
	token := tokenField.FindStringSubmatch(text)
	if page.StatusCode != http.StatusOK || token == nil {
		return page, text
	}
	press := w.request(http.MethodPost, path, url.Values{"token": token[1:]}.Encode())
	press.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	press.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, cookie := range page.Cookies() {
		press.AddCookie(cookie)
	}
	return w.ask(press)
}

// A file is fetched from its page, once, by whoever still is an admin.
func TestFilesOfAdmins(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.promote(true)
	w.start()
	w.await("acme", "ann", directory.Asking)
	must(0, w.main.Store.PutAdmin(t.Context(), "acme", directory.Admin{Account: annsSlack}))(t)
	ticket := func(by string, facts ...string) string {
		t.Helper()
		text := strings.Join(append(facts, by), "-")
		text = strings.ReplaceAll(text, "/", "")
		must(0, office{w.main}.PutTicket(t.Context(), directory.Ticket{
			ID: directory.TicketOf(text), Kind: hub.KindDownload, Tenant: "acme", By: by, Until: w.clock.Now().Add(10 * time.Minute),
			Facts: map[string]string{"what": facts[0], "format": facts[1]},
		}))(t)
		return strings.TrimPrefix(office{w.main}.Download(text), "https://rollcall.example")
	}
	path := ticket(annsSlack.Text(), "links", "csv")
	r, text := w.download(path)
	if r.StatusCode != http.StatusOK || !strings.HasPrefix(text, `"member","name","email",`) || !strings.Contains(r.Header.Get("Content-Disposition"), "rollcall-links-") {
		t.Fatalf("status %d: %s", r.StatusCode, text)
	}
	if r, _ := w.download(path); r.StatusCode != http.StatusGone {
		t.Errorf("the second time: status %d", r.StatusCode)
	}
	trail := must(w.main.Store.Trail(t.Context(), "acme", directory.TrailQuery{Limit: 1000}))(t)
	if !slices.ContainsFunc(trail, func(e directory.Entry) bool { return e.Event == "exported" && e.By == annsSlack.Text() }) {
		t.Error("the trail doesn't say who had it")
	}
	if r, text := w.download(ticket(annsSlack.Text(), "links", "json")); r.StatusCode != http.StatusOK || !strings.HasPrefix(text, "[") {
		t.Errorf("as JSON: status %d: %s", r.StatusCode, text)
	}
	for name, by := range map[string]string{"somebody else": bobsSlack.Text(), "nobody": "", "by the configuration": "configuration"} {
		if r, text := w.download(ticket(by, "links", "csv")); r.StatusCode != http.StatusForbidden || strings.Contains(text, `"member"`) {
			t.Errorf("%s: status %d", name, r.StatusCode)
		}
	}
	if r, _ := w.download(ticket(annsSlack.Text(), "secrets", "csv")); r.StatusCode != http.StatusGone {
		t.Errorf("no such file: status %d", r.StatusCode)
	}
	w.promote(false)
	w.clock.Advance(5 * time.Minute)
	if r, _ := w.download(ticket(annsSlack.Text(), "links", "csv")); r.StatusCode != http.StatusForbidden {
		t.Errorf("demoted: status %d", r.StatusCode)
	}
}

// A handler that breaks an answer off isn't a defect: the server closes the connection.
func TestAnAnswerThatIsBrokenOff(t *testing.T) {
	t.Parallel()
	w, m := idle(t)
	defer func() {
		if p := recover(); p != http.ErrAbortHandler || strings.Contains(w.log.String(), "defect") { //nolint:errorlint // it is this very value
			t.Errorf("got %v", p)
		}
	}()
	m.guarded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "part")
		panic(http.ErrAbortHandler)
	})).ServeHTTP(&recorder{header: http.Header{}}, nil)
}
