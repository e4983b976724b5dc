package slacksim_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"rollcall/adapters/slack/slacksim"
)

const allScopes = "chat:write,commands,im:history,im:write,team:read,users:read,users:read.email"

// orgToken installs the app on the organisation and lets it into workspaces.
func (b *bench) orgToken(t *testing.T, teams ...string) string {
	t.Helper()
	got := b.installed(t, "E1", "U31", "scope", allScopes)
	for _, team := range teams {
		b.GrantTeam("E1", team, true)
	}
	return got["access_token"].(string)
}

func TestOrgInstall(t *testing.T) {
	t.Parallel()
	b := newStore(t, rotating)
	got := b.installed(t, "E1", "U31")
	if team, named := got["team"]; !named || team != nil || got["is_enterprise_install"] != true || got["bot_user_id"] != slacksim.OrgBotUser {
		t.Errorf("%v", got)
	}
	if org := got["enterprise"].(map[string]any); org["id"] != "E1" || org["name"] != "Group" {
		t.Errorf("%v", org)
	}
	me := b.call(t, got["access_token"].(string), "auth.test")
	if me["enterprise_id"] != "E1" || me["is_enterprise_install"] != true || me["user_id"] != slacksim.OrgBotUser {
		t.Errorf("%v", me)
	}
	renewed := b.token(t, renewal(got["refresh_token"].(string)))
	if renewed["is_enterprise_install"] != true || renewed["team"] != nil {
		t.Errorf("%v", renewed)
	}
	// One of its workspaces can't have the app on its own as well.
	code := b.code(t, authorize(), "T4", "U41")
	b.wantError(t, b.token(t, exchange(code)), "cannot_install_an_org_installed_app")

	plain := newStore(t, func(c *slacksim.Config) { c.OrgDeploy = false })
	if to, err := plain.Allow(authorize(), "E1", "U31"); err == nil {
		t.Errorf("an app that isn't made for organisations was installed on one: %s", to)
	}
	// In a workspace of an organisation the app can be at home like in any other.
	got = plain.installed(t, "T3", "U31")
	if got["team"].(map[string]any)["id"] != "T3" || got["enterprise"].(map[string]any)["id"] != "E1" || got["is_enterprise_install"] != false {
		t.Errorf("%v", got)
	}
	if me := plain.call(t, got["access_token"].(string), "auth.test"); me["team_id"] != "T3" || me["enterprise_id"] != "E1" || me["is_enterprise_install"] != false {
		t.Errorf("%v", me)
	}
}

// An installation on an organisation is in none of its workspaces until an admin lets it in.
func TestTeamsList(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	b.GrantTeam("E1", "T4", true) // before there is an app to let in
	token := b.orgToken(t)
	list := func(args ...string) (ids []string) {
		for cursor := ""; ; {
			got := b.call(t, token, "auth.teams.list", append(args, "cursor", cursor)...)
			b.wantError(t, got, "")
			for _, team := range got["teams"].([]any) {
				ids = append(ids, team.(map[string]any)["id"].(string))
			}
			if cursor = got["response_metadata"].(map[string]any)["next_cursor"].(string); cursor == "" {
				return ids
			}
		}
	}
	if got := list(); got != nil {
		t.Errorf("before: %v", got)
	}
	b.GrantTeam("E1", "T3", true)
	b.GrantTeam("E1", "T4", true)
	b.GrantTeam("E1", "T4", true)
	if got := list("limit", "1"); !reflect.DeepEqual(got, []string{"T3", "T4"}) {
		t.Errorf("%v", got)
	}
	b.GrantTeam("E1", "T3", false)
	if got := list(); !reflect.DeepEqual(got, []string{"T4"}) {
		t.Errorf("%v", got)
	}
	b.wantError(t, b.call(t, token, "auth.teams.list", "cursor", "x"), "invalid_cursor")
	b.wantError(t, b.call(t, token, "auth.teams.list", "limit", "1001"), "invalid_limit")

	b.Outbox.Pump(t.Context())
	var kinds []string
	for _, e := range b.events(t) {
		if e.Team != nil || e.Enterprise != "E1" || e.authorization(t) != (authorization{Enterprise: "E1", Wide: true}) {
			t.Errorf("%+v", e)
		}
		kinds = append(kinds, fmt.Sprint(e.Event["type"], e.Event["team_ids"]))
	}
	if want := []string{"team_access_granted[T3]", "team_access_granted[T4]", "team_access_revoked[T3]"}; !reflect.DeepEqual(kinds, want) {
		t.Errorf("%v, want %v", kinds, want)
	}
}

func TestOrgRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, method string
		args         []string
		want         string
	}{
		{"people of no workspace in particular", "users.list", nil, "missing_argument"},
		{"people of one", "users.list", []string{"team_id", "T3"}, ""},
		{"people of one it wasn't let into", "users.list", []string{"team_id", "T4"}, "team_access_not_granted"},
		{"people of one elsewhere", "users.list", []string{"team_id", "T1"}, "team_access_not_granted"},
		{"an address", "users.lookupByEmail", []string{"email", "cid@group.example"}, "enterprise_is_restricted"},
		{"somebody", "users.info", []string{"user", "U31"}, ""},
		{"somebody of two", "users.info", []string{"user", "U5"}, ""},
		{"somebody where it wasn't let in", "users.info", []string{"user", "U41"}, "team_access_not_granted"},
		{"somebody elsewhere", "users.info", []string{"user", "U1"}, "user_not_found"},
		{"a chat", "conversations.open", []string{"users", "U31"}, ""},
		{"a chat where it wasn't let in", "conversations.open", []string{"users", "U41"}, "team_access_not_granted"},
		{"the organisation", "team.info", nil, ""},
		{"a workspace", "team.info", []string{"team", "T3"}, ""},
		{"a workspace it wasn't let into", "team.info", []string{"team", "T4"}, "team_access_not_granted"},
		{"a workspace elsewhere", "team.info", []string{"team", "T1"}, "team_not_found"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newStore(t)
			token := b.orgToken(t, "T3")
			b.wantError(t, b.call(t, token, test.method, test.args...), test.want)
			made := b.Calls.Made()
			team := ""
			if len(test.args) > 0 && strings.HasPrefix(test.args[0], "team") {
				team = test.args[1]
			}
			if last := made[len(made)-1]; last.Workspace != "E1" || last.Team != team || last.Detail != test.want {
				t.Errorf("recorded %+v", last)
			}
		})
	}
	// A workspace's token passes over team_id, and knows nobody else's workspace.
	b := newStore(t)
	one := b.installed(t, "T1", "U1", "scope", allScopes)["access_token"].(string)
	if got := b.call(t, one, "users.list", "team_id", "T3"); strings.Contains(fmt.Sprint(got), "Cid") || got["ok"] != true {
		t.Errorf("%v", got)
	}
	if last := b.Calls.Made()[1]; last.Workspace != "T1" || last.Team != "T3" {
		t.Errorf("recorded %+v", last)
	}
	b.wantError(t, b.call(t, one, "team.info", "team", "T2"), "team_not_found")
}

func TestOrgPeople(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	token := b.orgToken(t, "T3", "T4")
	got := b.call(t, token, "users.list", "team_id", "T4")
	var ids []string
	for _, m := range got["members"].([]any) {
		ids = append(ids, m.(map[string]any)["id"].(string))
	}
	if want := []string{"USLACKBOT", slacksim.BotUser, slacksim.OrgBotUser, "U41", "U5"}; !reflect.DeepEqual(ids, want) {
		t.Errorf("%v, want %v", ids, want)
	}
	admin := b.call(t, token, "users.info", "user", "U31")["user"].(map[string]any)["enterprise_user"].(map[string]any)
	want := map[string]any{
		"id": "U31", "enterprise_id": "E1", "enterprise_name": "Group", "is_admin": true, "is_owner": false,
		"is_primary_owner": false, "teams": []any{"T3"},
	}
	if !reflect.DeepEqual(admin, want) {
		t.Errorf("%v, want %v", admin, want)
	}
	if _, err := b.PutUser("T4", slacksim.User{RealName: "Second", Email: "cid@group.example"}); err == nil {
		t.Error("an address was given to two of an organisation")
	}
	// Workspaces on their own say nothing of an organisation, and show who runs them.
	one := b.installed(t, "T1", "U1", "scope", allScopes)["access_token"].(string)
	ann := b.call(t, one, "users.info", "user", "U1")["user"].(map[string]any)
	if ann["enterprise_user"] != nil || ann["is_admin"] != true || ann["is_owner"] != false {
		t.Errorf("%v", ann)
	}
}

// What an organisation-wide installation is sent says so, and from which workspace it comes, where
// it comes from one.
func TestOrgActs(t *testing.T) {
	t.Parallel()
	b := newStore(t)
	token := b.orgToken(t, "T3")
	b.Outbox.Pump(t.Context())
	b.received = nil
	opened := b.call(t, token, "conversations.open", "users", "U31")
	chat := opened["channel"].(map[string]any)["id"].(string)
	ts := b.call(t, token, "chat.postMessage", "channel", chat, "text", "a", "blocks", blocks)["ts"].(string)
	for _, act := range []func() error{
		func() error { return b.Type("T3", "U31", "hello") },
		func() error { return b.Type("E1", "U31", "hello") },
		func() error { _, err := b.PutUser("T3", slacksim.User{RealName: "New"}); return err },
		func() error { _, err := b.PutUser("T4", slacksim.User{RealName: "Unseen"}); return err },
		func() error { return b.Command("E1", "U31", "help") },
		func() error { return b.Press("T3", "U31", chat, ts, "go") },
		func() error { return b.Press("E1", "U31", chat, ts, "go") },
	} {
		if err := act(); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Command("T4", "U41", "help"); err == nil {
		t.Error("a command was given where the app wasn't let in")
	}
	b.Outbox.Pump(t.Context())
	events := b.events(t)
	if len(events) != 3 {
		t.Fatalf("%d events", len(events))
	}
	for i, team := range []any{"T3", nil, "T3"} {
		e := events[i]
		want := authorization{Enterprise: "E1", Wide: true}
		if team != nil {
			want.Team = "T3"
		}
		if e.Team != team || e.Enterprise != "E1" || e.authorization(t) != want {
			t.Errorf("event %d: %+v", i, e)
		}
	}
	command, _ := url.ParseQuery(b.received[3].body)
	if command.Get("team_id") != "T3" || command.Get("enterprise_id") != "E1" || command.Get("is_enterprise_install") != "true" {
		t.Errorf("%v", command)
	}
	for i, team := range []any{"T3", nil} {
		form, _ := url.ParseQuery(b.received[4+i].body)
		var p map[string]any
		if err := json.Unmarshal([]byte(form.Get("payload")), &p); err != nil {
			t.Fatal(err)
		}
		named, isNamed := p["team"].(map[string]any)
		if isNamed && named["id"] != team || isNamed != (team != nil) || p["is_enterprise_install"] != true || p["enterprise"].(map[string]any)["id"] != "E1" {
			t.Errorf("press %d: %v", i, p)
		}
	}
}

// event is an event as the product gets it.
type event struct {
	Team           any    `json:"team_id"`
	Enterprise     string `json:"enterprise_id"`
	ID             string `json:"event_id"`
	Time           int64  `json:"event_time"`
	Event          map[string]any
	Authorizations []authorization
}

type authorization struct {
	Enterprise string `json:"enterprise_id"`
	Team       string `json:"team_id"`
	Wide       bool   `json:"is_enterprise_install"`
}

func (e event) authorization(t *testing.T) authorization {
	t.Helper()
	if len(e.Authorizations) != 1 {
		t.Fatalf("%+v", e)
	}
	return e.Authorizations[0]
}

// events are those that the product got.
func (b *bench) events(t *testing.T) (all []event) {
	t.Helper()
	for _, r := range b.received {
		if r.path != "/slack/events" {
			continue
		}
		var e event
		if err := json.Unmarshal([]byte(r.body), &e); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}
