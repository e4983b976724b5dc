package program

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/webex"
	"rollcall/sync/directory"
)

// idle is a program of one tenant of which nothing runs, and where "U0" administers Slack.
func idle(t *testing.T) (*world, *Main) {
	t.Helper()
	w := newWorld(t, 1)
	w.promote(true)
	return w, w.idle()
}

// idle builds the program; nothing of it runs.
func (w *world) idle() *Main {
	w.Helper()
	m := must(New(w.Context(), w.config, w.options()))(w.T)
	w.Cleanup(func() {
		if err := m.Close(); err != nil {
			w.Error(err)
		}
	})
	return m
}

// promote has ann administer Slack, or not.
func (w *world) promote(admin bool) {
	w.Helper()
	confirmed := true
	must(w.slack.PutUser(teamOf(0), slacksim.User{ID: "U0", Name: "ann", RealName: "Ann " + family, Email: "ann@" + domain, Confirmed: &confirmed, Admin: admin}))(w.T)
}

var (
	annsSlack = directory.AccountID{Platform: slack.Name, Workspace: "T0001", User: "U0"}
	bobsSlack = directory.AccountID{Platform: slack.Name, Workspace: "T0001", User: "U1"}
	slackInst = directory.Installation{Tenant: "acme", Platform: slack.Name, Workspace: "T0001", Generation: 1}
)

// To be on the list isn't enough, and neither is to administer the workspace.
func TestWhoMaySteer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		account directory.AccountID
		inst    directory.Installation
		do      func(*world, *Main)
		want    bool
		err     directory.Code
		asked   int // of Slack
	}{
		{"an admin", annsSlack, slackInst, nil, true, directory.Internal, 1},
		{"who is on no list", bobsSlack, slackInst, nil, false, directory.Internal, 0},
		{"who was demoted", annsSlack, slackInst, func(w *world, _ *Main) { w.promote(false) }, false, directory.Internal, 1},
		{"a moment ago", annsSlack, slackInst, func(w *world, m *Main) {
			if is, err := (office{m}).Administers(w.Context(), slackInst, annsSlack); !is || err != nil {
				w.Errorf("before: %t, %v", is, err)
			}
			w.promote(false)
			w.clock.Advance(5*time.Minute - time.Second)
		}, true, directory.Internal, 1},
		{"five minutes ago", annsSlack, slackInst, func(w *world, m *Main) {
			if is, err := (office{m}).Administers(w.Context(), slackInst, annsSlack); !is || err != nil {
				w.Errorf("before: %t, %v", is, err)
			}
			w.promote(false)
			w.clock.Advance(5 * time.Minute)
		}, false, directory.Internal, 2},
		{"Slack doesn't answer", annsSlack, slackInst, func(w *world, _ *Main) {
			w.slack.Faults.Add(sim.Rule{Route: "users.info", Fault: sim.Fault{Name: "down", Status: 503}})
		}, false, directory.Unavailable, 1},
		{"Slack answers too late", annsSlack, slackInst, func(w *world, _ *Main) {
			w.slack.Faults.Add(sim.Rule{Route: "users.info", Fault: sim.Fault{Name: "slow", Latency: 10 * time.Second, Slow: true}})
		}, false, directory.Unavailable, -1},
		{"nobody", directory.AccountID{}, directory.Installation{Tenant: "acme"}, nil, false, directory.Internal, 0},
		{"from another platform", annsSlack, directory.Installation{Tenant: "acme", Platform: webex.Name, Workspace: "T0001"}, nil, false, directory.Internal, 0},
		{"of another tenant", annsSlack, directory.Installation{Tenant: "globex", Platform: slack.Name, Workspace: "T0001"}, nil, false, directory.Internal, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, m := idle(t)
			if err := m.Store.PutAdmin(t.Context(), "acme", directory.Admin{Account: annsSlack, By: "installer"}); err != nil {
				t.Fatal(err)
			}
			if test.do != nil {
				test.do(w, m)
			}
			is, err := office{m}.Administers(t.Context(), test.inst, test.account)
			if is != test.want || (err == nil) != (test.err == directory.Internal) || err != nil && !directory.Is(err, test.err) {
				t.Errorf("got %t, %v", is, err)
			}
			asked := 0
			for _, c := range w.slack.Calls.All() {
				if strings.HasSuffix(c.Route, "users.info") {
					asked++
				}
			}
			if test.asked >= 0 && asked != test.asked {
				t.Errorf("Slack was asked %d times, want %d", asked, test.asked)
			}
		})
	}
}

// An admin is somebody who could give a command, and the trail says who made them one.
func TestAdminsAreAdded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		make directory.AccountID
		do   func(*world)
		want string
	}{
		{"an administrator of the workspace", annsSlack, nil, ""},
		{"who administers nothing", bobsSlack, nil, "make them an administrator of it first"},
		{"of a workspace that isn't connected", directory.AccountID{Platform: slack.Name, Workspace: "T0009", User: "U0"}, nil, "isn't in a workspace that is connected"},
		{"Slack doesn't answer", bobsSlack, func(w *world) {
			w.slack.Faults.Add(sim.Rule{Route: "users.info", Fault: sim.Fault{Name: "down", Status: 503}})
		}, ""},
		{"a guest", directory.AccountID{Platform: slack.Name, Workspace: "T0001", User: "UGUEST"}, nil, "not guests"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, m := idle(t)
			guest := directory.Account{ID: directory.AccountID{Platform: slack.Name, Workspace: "T0001", User: "UGUEST"}, Kind: directory.KindGuest, Active: true}
			ann := directory.Account{ID: annsSlack, Name: "Ann", Kind: directory.KindPerson, Active: true}
			if err := m.Store.Commit(t.Context(), "acme", directory.Change{Accounts: []directory.SeenAccount{{Account: guest}, {Account: ann}}}); err != nil {
				t.Fatal(err)
			}
			if test.do != nil {
				test.do(w)
			}
			err := office{m}.PutAdmin(t.Context(), "acme", directory.Admin{Account: test.make, By: "slack/T0001/U7"})
			admins := must(m.Store.Admins(t.Context(), "acme"))(t)
			trail := must(m.Store.Trail(t.Context(), "acme", directory.TrailQuery{}))(t)
			told := slices.ContainsFunc(must(m.Store.Readings(t.Context(), "acme"))(t), func(r directory.Reading) bool {
				return r.Job != nil && r.Job.Subject == directory.TellAdmin && r.Job.Who == test.make && r.Job.By == "slack/T0001/U7"
			})
			if told != (test.want == "") {
				t.Errorf("the other admins are told: %v", told)
			}
			if test.want != "" {
				if !directory.Is(err, directory.Invalid) || !strings.Contains(err.Error(), test.want) || len(admins)+len(trail) != 0 {
					t.Errorf("got %v, %v and %v", err, admins, trail)
				}
				return
			}
			if err != nil || len(admins) != 1 || admins[0].Account != test.make || admins[0].By != "slack/T0001/U7" || admins[0].Since.IsZero() {
				t.Errorf("got %v and %+v", err, admins)
			}
			if test.make == annsSlack && admins[0].Name != "Ann" {
				t.Errorf("they are called %q", admins[0].Name)
			}
			if len(trail) != 1 || trail[0].Event != "admin added" || trail[0].By != "slack/T0001/U7" || trail[0].Why != test.make.Text() {
				t.Errorf("the trail is %+v", trail)
			}
		})
	}
}

func TestTheLastAdminStays(t *testing.T) {
	t.Parallel()
	_, m := idle(t)
	for _, account := range []directory.AccountID{annsSlack, bobsSlack} {
		if err := m.Store.PutAdmin(t.Context(), "acme", directory.Admin{Account: account}); err != nil {
			t.Fatal(err)
		}
	}
	o := office{m}
	if err := o.RemoveAdmin(t.Context(), "acme", annsSlack, bobsSlack.Text()); err != nil {
		t.Error(err)
	}
	if err := o.RemoveAdmin(t.Context(), "acme", bobsSlack, "operator"); !directory.Is(err, directory.Conflict) {
		t.Errorf("the last one: %v", err)
	}
	if admins := must(o.Admins(t.Context(), "acme"))(t); len(admins) != 1 {
		t.Errorf("left are %v", admins)
	}
}

// A ticket counts until its time is over by the program's clock, and once.
func TestTicketsOfCommands(t *testing.T) {
	t.Parallel()
	w, m := idle(t)
	o, id := office{m}, directory.TicketOf("text")
	put := func() {
		t.Helper()
		if err := o.PutTicket(t.Context(), directory.Ticket{ID: id, Kind: "confirm", Tenant: "acme", Until: w.clock.Now().Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
	}
	put()
	_, looked := o.Ticket(t.Context(), id)
	_, taken := o.TakeTicket(t.Context(), id)
	_, twice := o.TakeTicket(t.Context(), id)
	if errors.Join(looked, taken) != nil || !directory.Is(twice, directory.NotFound) {
		t.Errorf("got %v, %v, %v", looked, taken, twice)
	}
	put()
	w.clock.Advance(time.Minute)
	if _, err := o.Ticket(t.Context(), id); !directory.Is(err, directory.NotFound) {
		t.Errorf("too late: %v", err)
	}
	if got := o.Download("abc"); got != "https://rollcall.example/download/abc" {
		t.Errorf("its address is %q", got)
	}
}

// Who is named in the configuration is an admin until they are named no more. Whom a command has taken away stays away
// until they are named anew.
func TestAdminsOfTheConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	name := func(texts ...string) { w.change("acme", func(t *TenantConfig) { t.Admins = texts }) }
	admins := func() string {
		t.Helper()
		m := must(New(t.Context(), w.config, w.options()))(t)
		defer m.Close()
		var texts []string
		for _, a := range must(m.Store.Admins(t.Context(), "acme"))(t) {
			texts = append(texts, a.Account.User+" by "+a.By)
		}
		return strings.Join(texts, ", ")
	}
	with := func(do func(*Main)) {
		t.Helper()
		m := must(New(t.Context(), w.config, w.options()))(t)
		defer m.Close()
		do(m)
	}
	is := func(when, want string) {
		t.Helper()
		if got := admins(); got != want {
			t.Errorf("%s: got %q, want %q", when, got, want)
		}
	}
	is("with none", "")
	name("slack/T0001/U0", "slack/T0001/U1")
	is("with two", "U0 by configuration, U1 by configuration")
	with(func(m *Main) {
		must(0, m.Store.PutAdmin(t.Context(), "acme", directory.Admin{Account: directory.AccountID{Platform: webex.Name, Workspace: "O", User: "W"}, By: "installer"}))(t)
		must(0, office{m}.RemoveAdmin(t.Context(), "acme", annsSlack, "operator"))(t)
	})
	is("after a command took one away", "U1 by configuration, W by installer")
	name("slack/T0001/U0")
	is("with another list", "W by installer")
	name()
	is("with none again", "W by installer")
	with(func(m *Main) {
		name("slack/T0001/U0")
	})
	is("with one again", "U0 by configuration, W by installer")
	with(func(m *Main) {
		must(0, m.Store.RemoveAdmin(t.Context(), "acme", directory.AccountID{Platform: webex.Name, Workspace: "O", User: "W"}))(t)
	})
	name()
	is("the last one", "U0 by configuration")
	if !slices.ContainsFunc(strings.Split(w.log.String(), "\n"), func(l string) bool { return strings.Contains(l, "is the last one") }) {
		t.Error("the log doesn't say so")
	}
}

// What admins are shown is for whoever steers the tenant now; and for whoever is at the command line.
func TestWhoIsShownWhatAdminsAreShown(t *testing.T) {
	t.Parallel()
	w, m := idle(t)
	if err := m.Store.PutAdmin(t.Context(), "acme", directory.Admin{Account: annsSlack, By: "installer"}); err != nil {
		t.Fatal(err)
	}
	console := (&console{id: "c", tenant: "acme"}).account()
	for _, test := range []struct {
		name    string
		account directory.AccountID
		want    bool
	}{{"an admin", annsSlack, true}, {"somebody else", bobsSlack, false}, {"the command line", console, true}} {
		if is, err := m.Engine.Admits(w.Context(), "acme", test.account); is != test.want || err != nil {
			t.Errorf("%s: %t, %v", test.name, is, err)
		}
	}
	w.promote(false)
	w.clock.Advance(5 * time.Minute)
	if is, err := m.Engine.Admits(w.Context(), "acme", annsSlack); is || err != nil {
		t.Errorf("who was demoted: %t, %v", is, err)
	}
}
