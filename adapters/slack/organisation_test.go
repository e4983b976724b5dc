package slack

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rollcall/adapters/slack/slacksim"
	"rollcall/bot/bottest"
	"rollcall/sync/directory"
)

// Where it can't be known whether somebody belongs to the organisation, Slack delivers again.
func TestTeamsAway(t *testing.T) {
	t.Parallel()
	e := &endpoint{}
	e.world = worldOf(t, [3]string{"E0001", "E0002", "E0003"}, &e.wire, &e.notes, func(c *Config) {
		c.Teams = func(context.Context, directory.Installation) ([]directory.Workspace, error) {
			return nil, directory.Errorf(directory.Unavailable, "away")
		}
	})
	body := strings.NewReplacer(`"team":{"id":"T0001"},"enterprise":null`, `"team":null,"enterprise":{"id":"E0001"}`,
		`"is_enterprise_install":false`, `"is_enterprise_install":true`).Replace(payload)
	if resp := e.post(t, "/slack/interactions", url.Values{"payload": {body}}.Encode()); resp.StatusCode != 503 || len(e.notes.notes) != 0 {
		t.Errorf("status %d, and the sink was given %+v", resp.StatusCode, e.notes.notes)
	}
}

// all reads a whole listing.
func (w *world) all(t *testing.T, inst directory.Installation) []directory.Account {
	t.Helper()
	var all []directory.Account
	for cursor := ""; ; {
		page, err := w.adapter.Page(t.Context(), inst, cursor)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Accounts...)
		if cursor = page.Cursor; cursor == "" {
			return all
		}
	}
}

// Who is in two workspaces of an organisation is one person, at home in it.
func TestOnePersonInTwoWorkspaces(t *testing.T) {
	t.Parallel()
	w := newOrganisations(t, &bottest.Wire{}, nil)
	inst := w.insts["E0001"]
	id, err := w.sim.PutUser("E0001", slacksim.User{RealName: "Lou", Email: "lou@exam.example", TeamID: "T0001W", Teams: []string{"T0001E", "T0001W"}})
	if err != nil {
		t.Fatal(err)
	}
	times := 0
	for _, account := range w.all(t, inst) {
		if account.ID == inst.Account(id) && account.Kind == directory.KindPerson {
			times++
		}
	}
	if times != 2 {
		t.Errorf("listed %d times, want once with each workspace", times)
	}
	address, err := directory.ParseAddress("lou@exam.example")
	if err != nil {
		t.Fatal(err)
	}
	if found := w.adapter.Lookup(t.Context(), inst, address).Accounts(); len(found) != 1 || found[0].ID != inst.Account(id) {
		t.Errorf("found %+v", found)
	}
	if page, err := w.adapter.Page(t.Context(), w.insts["E0002"], ""); err != nil || slices.ContainsFunc(page.Accounts, func(a directory.Account) bool { return a.ID.Workspace == "E0001" }) {
		t.Errorf("the other organisation lists %+v, %v", page.Accounts, err)
	}
}

// A listing of an organisation is whole only if it is of the same workspaces from the first page to the
// last; and where one of them can't be read, nobody is absent.
func TestAnOrganisationChangesMeanwhile(t *testing.T) {
	t.Parallel()
	nobody, err := directory.ParseAddress("nobody@exam.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		change func(w *world, teams *[]directory.Workspace)
		code   directory.Code
		lookup directory.Code
	}{
		{"nothing", func(*world, *[]directory.Workspace) {}, -1, -1},
		{"one more", func(w *world, teams *[]directory.Workspace) { *teams = append(*teams, "T0001N") }, directory.Expired, directory.Incomplete},
		{"one less", func(w *world, teams *[]directory.Workspace) { *teams = (*teams)[:1] }, directory.Expired, -1},
		{"none", func(w *world, teams *[]directory.Workspace) { *teams = nil }, directory.Incomplete, directory.Incomplete},
		{"taken away, and not known yet", func(w *world, _ *[]directory.Workspace) {
			w.sim.GrantTeam("E0001", "T0001E", false)
			w.sim.GrantTeam("E0001", "T0001W", false)
		}, directory.Incomplete, directory.Incomplete},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			teams := []directory.Workspace{"T0001E", "T0001W"}
			w := worldOf(t, [3]string{"E0001", "E0002", "E0003"}, &bottest.Wire{}, nil, func(c *Config) {
				c.PageSize = 3
				c.Teams = func(context.Context, directory.Installation) ([]directory.Workspace, error) { return teams, nil }
			})
			inst := w.insts["E0001"]
			page, err := w.adapter.Page(t.Context(), inst, "")
			if err != nil || page.Cursor == "" {
				t.Fatalf("the first page leads to %q, %v", page.Cursor, err)
			}
			test.change(w, &teams)
			if _, err = w.adapter.Page(t.Context(), inst, page.Cursor); (err == nil) != (test.code < 0) || err != nil && directory.CodeOf(err) != test.code {
				t.Errorf("the second page: %v, want %v", err, test.code)
			}
			finding := w.adapter.Lookup(t.Context(), inst, nobody)
			if finding.IsAbsent() != (test.lookup < 0) || finding.Err() != nil && directory.CodeOf(finding.Err()) != test.lookup {
				t.Errorf("looked up: %v, want %v", finding.Err(), test.lookup)
			}
		})
	}
}

func TestCursorsOfOrganisations(t *testing.T) {
	t.Parallel()
	teams := []directory.Workspace{"T1", "T2"}
	first := place{teams: teams}
	for _, cursor := range []string{"x", "/", "//", first.mark(), first.mark() + "/T1", first.mark() + "/T3/", "0/T1/x", first.mark() + "/T1E/x"} {
		if _, err := placeOf(teams, cursor); !directory.Is(err, directory.Expired) {
			t.Errorf("%q: %v, want Expired", cursor, err)
		}
	}
	second, err := placeOf(teams, first.next("dXNlcjpV/MA=="))
	if err != nil || second.at != 0 || second.cursor != "dXNlcjpV/MA==" {
		t.Errorf("%+v, %v", second, err)
	}
	third, err := placeOf(teams, second.next(""))
	if err != nil || third.at != 1 || third.cursor != "" || third.next("") != "" {
		t.Errorf("%+v, %v", third, err)
	}
}

// Who is at home where, as an organisation's installation sees it.
func TestAccountOfOrganisationsUser(t *testing.T) {
	t.Parallel()
	of := func(enterprise string, u user) user {
		u.Enterprise.ID = enterprise
		return u
	}
	for _, test := range []struct {
		name string
		user user
		in   directory.Workspace
		home directory.Workspace
		kind directory.Kind
	}{
		{"of the organisation", of("E1", user{ID: "U1", TeamID: "T1"}), "E1", "E1", directory.KindPerson},
		{"a guest of it", of("E1", user{ID: "U1", TeamID: "T1", Restricted: true}), "E1", "E1", directory.KindGuest},
		{"of the organisation itself", user{ID: "U1", TeamID: "E1"}, "E1", "E1", directory.KindPerson},
		{"of another one", of("E2", user{ID: "U1", TeamID: "T9"}), "E1", "T9", directory.KindExternal},
		{"of a workspace that says nothing", user{ID: "U1", TeamID: "T1"}, "E1", "T1", directory.KindExternal},
		{"of nowhere", user{ID: "U1"}, "E1", "", directory.KindExternal},
		{"of one of its workspaces, seen from there", of("E1", user{ID: "U1", TeamID: "T1"}), "T1", "T1", directory.KindPerson},
		{"of one of its workspaces, seen from another", of("E1", user{ID: "U1", TeamID: "T1"}), "T2", "T1", directory.KindExternal},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.user.account(test.in); got.ID.Workspace != test.home || got.Kind != test.kind {
				t.Errorf("at home in %q, %q; want %q, %q", got.ID.Workspace, got.Kind, test.home, test.kind)
			}
		})
	}
}

// Features that are switched off are not asked for, and Slack isn't asked either.
func TestFeaturesSwitchedOff(t *testing.T) {
	t.Parallel()
	w := worldOf(t, [3]string{"T0001", "T0002", "T0003"}, &bottest.Wire{}, nil, func(c *Config) { c.Features = &Features{} })
	inst, ann := w.insts["T0001"], w.user("T0001", "U0ANN")
	if _, _, err := w.adapter.Find(t.Context(), inst, ann, "m", began); !directory.Is(err, directory.Unsupported) {
		t.Errorf("Find: %v, want Unsupported", err)
	}
	p := NewProvisioner(w.adapter)
	if _, err := p.Provision(t.Context(), inst, personaOrder("m")); !directory.Is(err, directory.Unsupported) {
		t.Errorf("Provision: %v, want Unsupported", err)
	}
	if _, found, err := p.Recover(t.Context(), inst, personaOrder("m")); found || err != nil {
		t.Errorf("Recover: %t, %v", found, err)
	}
	if kinds := p.Kinds(); len(kinds) != 0 || w.adapter.Limits().ReadBack.Value {
		t.Errorf("kinds %v, read-back %t", kinds, w.adapter.Limits().ReadBack.Value)
	}
	if n := w.sim.Calls.Len(); n != 0 {
		t.Errorf("Slack was asked %d times", n)
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	needed := []string{"chat:write", "im:write", "users:read", "users:read.email", "commands"}
	for _, test := range []struct {
		name     string
		features Features
		scopes   []string
		texts    bool
	}{
		{"none", Features{}, nil, false},
		{"read-back", Features{ReadBack: true}, []string{"im:history"}, true},
		{"personas", Features{Personas: true}, []string{"chat:write.customize"}, false},
		{"all", AllFeatures(), []string{"im:history", "chat:write.customize"}, true},
	} {
		if got, want := Scopes(test.features), slices.Concat(needed, test.scopes); !slices.Equal(got, want) {
			t.Errorf("%s: scopes %v, want %v", test.name, got, want)
		}
		if got := slices.Contains(Events(test.features), "message.im"); got != test.texts {
			t.Errorf("%s: texts are heard: %t, want %t", test.name, got, test.texts)
		}
	}
	for _, scope := range Table() {
		if scope.Serves == "" || scope.Optional != (scope.Feature != "") {
			t.Errorf("%+v", scope)
		}
	}
}
