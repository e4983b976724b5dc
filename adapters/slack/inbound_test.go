package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/adapters/slack/slacksim"
	"rollcall/bot"
	"rollcall/bot/bottest"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// notebook is a sink that notes what it is given.
type notebook struct {
	mu    sync.Mutex
	notes []note
	reply bot.Reply
	err   error
}

type note struct {
	origin directory.Origin
	event  bot.Event
}

func (n *notebook) Accept(_ context.Context, origin directory.Origin, event bot.Event) (bot.Reply, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.notes = append(n.notes, note{origin, event})
	return n.reply, n.err
}

// endpoint is a world whose endpoints can be posted to with any body, signed.
type endpoint struct {
	*world
	notes notebook
	wire  bottest.Wire
}

func newEndpoint(t *testing.T) *endpoint {
	e := &endpoint{}
	e.world = newWorld(t, &e.wire, &e.notes, nil)
	// An organisation of T1E and T1W, of which Slack's requests tell.
	inst := directory.Installation{Tenant: "e", Platform: Name, Workspace: "E1", Generation: 1}
	if err := errors.Join(e.store.PutTenant(t.Context(), directory.Tenant{ID: "e"}), e.store.Install(t.Context(), inst)); err != nil {
		t.Fatal(err)
	}
	return e
}

// post signs a body and posts it.
func (e *endpoint) post(t *testing.T, path, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, appURL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	slacksim.Sign(r.Header, signingSecret, []byte(body), e.clock.Now())
	resp, err := e.wire.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func event(fields, event string) string {
	return `{"token":"x","api_app_id":"A0ROLLCALL","type":"event_callback","event_id":"Ev1","event_time":1772442000,` + fields + `,"event":` + event + `}`
}

const authorized = `"team_id":"T0001","authorizations":[{"enterprise_id":null,"team_id":"T0001","user_id":"U0ROLLCALL","is_bot":true,"is_enterprise_install":false}]`

func TestEvents(t *testing.T) {
	t.Parallel()
	const said = `{"type":"message","channel_type":"im","channel":"D1","user":"U0ANN","text":"hi","ts":"1.1"}`
	ann := directory.AccountID{Platform: Name, Workspace: "T0001", User: "U0ANN"}
	inChat := directory.Origin{Platform: Name, Workspace: "T0001", Actor: ann, Conversation: "D1", Direct: true}
	at := func(workspace, home directory.Workspace) directory.Origin {
		o := inChat
		o.Workspace, o.Actor.Workspace = workspace, home
		return o
	}
	gone := bot.Gone{At: time.Unix(1772442000, 0)}
	const organisation = `"team_id":"T0001","authorizations":[{"enterprise_id":"E1","team_id":null,"user_id":"W0ROLLCALL","is_enterprise_install":true}]`
	of := func(workspace directory.Workspace) directory.Origin {
		return directory.Origin{Platform: Name, Workspace: workspace}
	}
	for _, test := range []struct {
		name   string
		body   string
		status int
		origin directory.Origin
		event  bot.Event // nil: nothing reaches the sink
	}{
		{"a text", event(authorized, said), 200, inChat, bot.Said{ID: "Ev1", Text: "hi"}},
		{"the top-level team is another one's", event(strings.Replace(authorized, `"team_id":"T0001"`, `"team_id":"T0999"`, 1), said), 200, inChat, bot.Said{ID: "Ev1", Text: "hi"}},
		{"somebody of another organisation", event(authorized, strings.Replace(said, `"user":`, `"user_team":"T0999","user":`, 1)), 200, at("T0001", "T0999"), bot.Said{ID: "Ev1", Text: "hi"}},
		{"in a shared place, home unknown", event(authorized+`,"is_ext_shared_channel":true`, said), 200, at("T0001", ""), bot.Said{ID: "Ev1", Text: "hi"}},
		{"installed for an enterprise", event(`"team_id":"T0001","authorizations":[{"enterprise_id":"E1","team_id":"T0001","is_enterprise_install":true}]`, said), 200, at("E1", "E1"), bot.Said{ID: "Ev1", Text: "hi"}},
		{"no authorization", event(`"team_id":"T0001","authorizations":[]`, said), 200, directory.Origin{}, nil},
		{"no authorizations at all", event(`"team_id":"T0001"`, said), 200, directory.Origin{}, nil},
		{"the app's own text", event(authorized, strings.Replace(said, "U0ANN", "U0ROLLCALL", 1)), 200, directory.Origin{}, nil},
		{"a bot's text", event(authorized, strings.Replace(said, `"user":`, `"bot_id":"B1","user":`, 1)), 200, directory.Origin{}, nil},
		{"an edited text", event(authorized, strings.Replace(said, `"user":`, `"subtype":"message_changed","user":`, 1)), 200, directory.Origin{}, nil},
		{"a text in a channel", event(authorized, strings.Replace(said, `"im"`, `"channel"`, 1)), 200, directory.Origin{}, nil},
		{"the home tab", event(authorized, `{"type":"app_home_opened","user":"U0ANN","channel":"D1","tab":"home"}`), 200, inChat, bot.Opened{}},
		{"a tab that is neither", event(authorized, `{"type":"app_home_opened","user":"U0ANN","channel":"D1","tab":"about"}`), 200, directory.Origin{}, nil},
		{"the messages tab", event(authorized, `{"type":"app_home_opened","user":"U0ANN","channel":"D1","tab":"messages"}`), 200, inChat, bot.Met{}},
		{"the app was removed", event(`"team_id":"T0001"`, `{"type":"app_uninstalled"}`), 200, of("T0001"), gone},
		{"removed from a workspace of an organisation", event(`"team_id":"T0001","enterprise_id":"E1"`, `{"type":"app_uninstalled"}`), 200, of("T0001"), gone},
		{"removed from an organisation", event(`"team_id":null,"enterprise_id":"E1"`, `{"type":"app_uninstalled"}`), 200, of("E1"), gone},
		{"removed from an organisation, authorized", event(organisation, `{"type":"app_uninstalled"}`), 200, of("E1"), gone},
		{"removed from nowhere", event(`"x":1`, `{"type":"app_uninstalled"}`), 200, directory.Origin{}, nil},
		{"the app's token was revoked", event(authorized, `{"type":"tokens_revoked","tokens":{"oauth":[],"bot":["U0ROLLCALL"]}}`), 200, of("T0001"), bot.Gone{At: gone.At, Bots: []string{"U0ROLLCALL"}}},
		{"another tenant's team beside a revoked token", event(strings.Replace(authorized, `"team_id":"T0001"`, `"team_id":"T0002"`, 1), `{"type":"tokens_revoked","tokens":{"bot":["U0ROLLCALL"]}}`), 200, of("T0001"), bot.Gone{At: gone.At, Bots: []string{"U0ROLLCALL"}}},
		{"a token of nobody was revoked", event(authorized, `{"type":"tokens_revoked","tokens":{"bot":[""]}}`), 200, directory.Origin{}, nil},
		{"admitted to workspaces", event(organisation, `{"type":"team_access_granted","team_ids":["T0001","T0002"]}`), 200, of("E1"), bot.Teams{At: gone.At, Granted: []directory.Workspace{"T0001", "T0002"}}},
		{"taken out of one", event(organisation, `{"type":"team_access_revoked","team_ids":["T0002"]}`), 200, of("E1"), bot.Teams{At: gone.At, Revoked: []directory.Workspace{"T0002"}}},
		{"admitted to none", event(organisation, `{"type":"team_access_granted","team_ids":[]}`), 200, directory.Origin{}, nil},
		{"admitted, and not an organisation", event(authorized, `{"type":"team_access_granted","team_ids":["T0002"]}`), 200, directory.Origin{}, nil},
		{"by somebody of one of an organisation's workspaces", event(organisation, strings.Replace(said, `"user":`, `"user_team":"T1W","user":`, 1)), 200, at("E1", "E1"), bot.Said{ID: "Ev1", Text: "hi"}},
		{"by somebody of the organisation", event(organisation+`,"is_ext_shared_channel":true`, strings.Replace(said, `"user":`, `"user_team":"E1","user":`, 1)), 200, at("E1", "E1"), bot.Said{ID: "Ev1", Text: "hi"}},
		{"by somebody of another organisation", event(organisation, strings.Replace(said, `"user":`, `"user_team":"E2","user":`, 1)), 200, at("E1", "E2"), bot.Said{ID: "Ev1", Text: "hi"}},
		{"by somebody of another workspace", event(organisation, strings.Replace(said, `"user":`, `"user_team":"T0001","user":`, 1)), 200, at("E1", "T0001"), bot.Said{ID: "Ev1", Text: "hi"}},
		{"in a shared place of an organisation, home unknown", event(organisation+`,"is_ext_shared_channel":true`, said), 200, at("E1", ""), bot.Said{ID: "Ev1", Text: "hi"}},
		{"an organisation that is a workspace", event(strings.Replace(organisation, `"E1"`, `"T0002"`, 1), said), 400, directory.Origin{}, nil},
		{"a workspace that is an organisation", event(strings.Replace(authorized, `"team_id":"T0001","user_id"`, `"team_id":"E1","user_id"`, 1), said), 400, directory.Origin{}, nil},
		{"a person's token was revoked", event(authorized, `{"type":"tokens_revoked","tokens":{"oauth":["U0ANN"],"bot":[]}}`), 200, directory.Origin{}, nil},
		{"an unknown event", event(authorized, `{"type":"channel_archive"}`), 200, directory.Origin{}, nil},
		{"another envelope", `{"type":"app_rate_limited","team_id":"T0001"}`, 200, directory.Origin{}, nil},
		{"the team twice", event(strings.Replace(authorized, `"team_id":"T0001","user_id"`, `"team_id":"T0002","team_id":"T0001","user_id"`, 1), said), 400, directory.Origin{}, nil},
		{"the team in another case", event(strings.Replace(authorized, `"team_id":"T0001","user_id"`, `"team_id":"T0001","Team_ID":"T0002","user_id"`, 1), said), 400, directory.Origin{}, nil},
		{"the user twice", event(authorized, strings.Replace(said, `"user":`, `"user":"U0BOB","user":`, 1)), 400, directory.Origin{}, nil},
		{"not JSON", `{"type":`, 400, directory.Origin{}, nil},
		{"not an object", `[]`, 400, directory.Origin{}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := newEndpoint(t)
			if resp := e.post(t, "/slack/events", test.body); resp.StatusCode != test.status {
				t.Errorf("status %d, want %d", resp.StatusCode, test.status)
			}
			e.wantNote(t, test.origin, test.event)
		})
	}
}

func (e *endpoint) wantNote(t *testing.T, origin directory.Origin, event bot.Event) {
	t.Helper()
	if event == nil {
		if len(e.notes.notes) != 0 {
			t.Errorf("the sink was given %+v", e.notes.notes)
		}
		return
	}
	if len(e.notes.notes) != 1 || !reflect.DeepEqual(e.notes.notes[0], note{origin, event}) {
		t.Errorf("the sink was given %+v, want %+v", e.notes.notes, note{origin, event})
	}
}

func TestURLVerification(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t)
	body := `{"token":"x","challenge":"3eZbrw1aB","type":"url_verification"}`
	resp := e.post(t, "/slack/events", body)
	got := make([]byte, 64)
	n, _ := resp.Body.Read(got)
	if resp.StatusCode != 200 || string(got[:n]) != "3eZbrw1aB" || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("%d %q %s", resp.StatusCode, got[:n], resp.Header)
	}
	if resp := e.post(t, "/slack/events", `{"type":"url_verification"}`); resp.StatusCode != 400 {
		t.Errorf("without a challenge: status %d", resp.StatusCode)
	}
}

// A user's change arrives with the address and without trouble from an empty list of fields, both
// of which slack-go's own event stumbles over.
func TestChanged(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t)
	if _, err := e.sim.PutUser("T0001", slacksim.User{ID: "U0ANN", RealName: "Ann B", Email: "Ann.B@t.example"}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.sim.PutUser("T0002", slacksim.User{RealName: "New", TeamID: "T0999"}); err != nil {
		t.Fatal(err)
	}
	e.sim.Outbox.Pump(t.Context())
	if len(e.notes.notes) != 2 {
		t.Fatalf("the sink was given %+v", e.notes.notes)
	}
	ann := e.notes.notes[0].event.(bot.Changed).Account
	if ann.ID != e.user("T0001", "U0ANN") || ann.Name != "Ann B" || ann.Email.Reveal() != "ann.b@t.example" || ann.Kind != directory.KindPerson {
		t.Errorf("%+v", ann)
	}
	stranger := e.notes.notes[1]
	if a := stranger.event.(bot.Changed).Account; a.Kind != directory.KindExternal || a.ID.Workspace != "T0999" || stranger.origin.Workspace != "T0002" {
		t.Errorf("%+v", stranger)
	}
}

func command(fields string) string {
	return "token=x&team_id=T0001&channel_id=C1&user_id=U0ANN&command=%2Frollcall&trigger_id=1.2.3&" + fields
}

func TestCommands(t *testing.T) {
	t.Parallel()
	ann := directory.AccountID{Platform: Name, Workspace: "T0001", User: "U0ANN"}
	origin := directory.Origin{Platform: Name, Workspace: "T0001", Actor: ann, Conversation: "C1"}
	card := cards.Card{Summary: "Hello", Title: "Hello"}
	for _, test := range []struct {
		name   string
		body   string
		reply  bot.Reply
		err    error
		status int
		shown  string
		want   bot.Event
	}{
		{"answered", command("text=help"), bot.Reply{Card: &card}, nil, 200, "Hello", bot.Said{ID: "1.2.3", Text: "help"}},
		{"silent", command("text="), bot.Reply{}, nil, 200, "", bot.Said{ID: "1.2.3"}},
		{"nobody's", command("text=x"), bot.Reply{}, directory.Errorf(directory.NotFound, "x"), 200, "not set up", bot.Said{ID: "1.2.3", Text: "x"}},
		{"not taken", command("text=x"), bot.Reply{}, directory.Errorf(directory.Unavailable, "x"), 200, "try again", bot.Said{ID: "1.2.3", Text: "x"}},
		{"the team twice", command("team_id=T0002"), bot.Reply{}, nil, 400, "", nil},
		{"the user twice", command("user_id=U0BOB"), bot.Reply{}, nil, 400, "", nil},
		{"the text twice", command("text=a&text=b"), bot.Reply{}, nil, 400, "", nil},
		{"no user", strings.Replace(command(""), "user_id", "user", 1), bot.Reply{}, nil, 400, "", nil},
		{"enterprise-wide without an enterprise", command("is_enterprise_install=true"), bot.Reply{}, nil, 400, "", nil},
		{"enterprise-wide in a workspace", command("is_enterprise_install=true&enterprise_id=T0002"), bot.Reply{}, nil, 400, "", nil},
		{"not a form", "%", bot.Reply{}, nil, 400, "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := newEndpoint(t)
			e.notes.reply, e.notes.err = test.reply, test.err
			resp := e.post(t, "/slack/commands", test.body)
			if resp.StatusCode != test.status {
				t.Errorf("status %d, want %d", resp.StatusCode, test.status)
			}
			e.wantNote(t, origin, test.want)
			var reply ephemeral
			if err := json.NewDecoder(resp.Body).Decode(&reply); (err == nil) != (test.shown != "") {
				t.Fatalf("the answer: %v", err)
			}
			if test.shown != "" && (reply.Type != "ephemeral" || !strings.Contains(reply.Text, test.shown)) {
				t.Errorf("the answer is %+v, want %q", reply, test.shown)
			}
		})
	}
}

// The simulator shows a command's answer to the person alone.
func TestCommandThroughSlack(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t)
	e.notes.reply.Card = &cards.Card{Summary: "Hello", Title: "Hello"}
	if err := e.sim.Command("T0001", "U0ANN", "hi <there>"); err != nil {
		t.Fatal(err)
	}
	e.sim.Outbox.Pump(t.Context())
	if said := e.notes.notes[0].event.(bot.Said); said.Text != "hi <there>" {
		t.Errorf("said %q", said.Text)
	}
	shown := e.sim.Messages(0)
	if len(shown) != 1 || !shown[0].Private || shown[0].To != "U0ANN" || shown[0].Text != "Hello" {
		t.Errorf("shown %+v", shown)
	}
}

const payload = `{"type":"block_actions","user":{"id":"U0ANN","team_id":"T0001"},"team":{"id":"T0001"},"enterprise":null,
"is_enterprise_install":false,"container":{"type":"message","message_ts":"1.1","channel_id":"D1","is_ephemeral":false},
"channel":{"id":"D1"},"response_url":"https://slack.test/hooks/none","trigger_id":"1.2.3",
"actions":[{"type":"button","action_id":"rollcall-1","block_id":"b","value":"1.sync..abc","action_ts":"1.2"}]}`

func TestInteractions(t *testing.T) {
	t.Parallel()
	ann := directory.AccountID{Platform: Name, Workspace: "T0001", User: "U0ANN"}
	inChat := directory.Origin{Platform: Name, Workspace: "T0001", Actor: ann, Conversation: "D1", Direct: true}
	pressed := bot.Pressed{ID: "1.2.3", Press: cards.Press{Verb: "sync", Nonce: "abc"}, Message: directory.MessageRef{Conversation: "D1", ID: "1.1"}}
	elsewhere := func(change func(*directory.Origin)) directory.Origin {
		o := inChat
		change(&o)
		return o
	}
	for _, test := range []struct {
		name   string
		was    string
		is     string
		status int
		origin directory.Origin
		event  bot.Event
	}{
		{"a press", "", "", 200, inChat, pressed},
		{"no home", `,"team_id":"T0001"},"team"`, `},"team"`, 200, inChat, pressed},
		{
			"at home elsewhere", `"team_id":"T0001"},"team"`, `"team_id":"T0999"},"team"`, 200,
			elsewhere(func(o *directory.Origin) { o.Actor.Workspace = "T0999" }), pressed,
		},
		{
			"in a channel", `D1`, `C1`, 200, elsewhere(func(o *directory.Origin) { o.Conversation, o.Direct = "C1", false }),
			bot.Pressed{ID: "1.2.3", Press: pressed.Press, Message: directory.MessageRef{Conversation: "C1", ID: "1.1"}},
		},
		{
			"on an ephemeral message", `"is_ephemeral":false`, `"is_ephemeral":true`, 200,
			elsewhere(func(o *directory.Origin) { o.Direct = false }),
			bot.Pressed{ID: "1.2.3", Press: pressed.Press},
		},
		{
			"installed for an enterprise", `"enterprise":null,
"is_enterprise_install":false`, `"enterprise":{"id":"E1"},"is_enterprise_install":true`, 200,
			elsewhere(func(o *directory.Origin) { o.Workspace = "E1" }), pressed,
		},
		{
			"in a workspace of the enterprise", `"team":{"id":"T0001"},"enterprise":null,
"is_enterprise_install":false`, `"team":{"id":"T0001","enterprise_id":"E1"},"enterprise":{"id":"E1"},"is_enterprise_install":true`, 200,
			elsewhere(func(o *directory.Origin) { o.Workspace, o.Actor.Workspace = "E1", "E1" }), pressed,
		},
		{
			"in a workspace of another enterprise", `"team":{"id":"T0001"},"enterprise":null,
"is_enterprise_install":false`, `"team":{"id":"T0001","enterprise_id":"E2"},"enterprise":{"id":"E1"},"is_enterprise_install":true`, 200,
			elsewhere(func(o *directory.Origin) { o.Workspace = "E1" }), pressed,
		},
		{
			"at home in the enterprise", `"team_id":"T0001"},"team":{"id":"T0001"},"enterprise":null,
"is_enterprise_install":false`, `"team_id":"E1"},"team":null,"enterprise":{"id":"E1"},"is_enterprise_install":true`, 200,
			elsewhere(func(o *directory.Origin) { o.Workspace, o.Actor.Workspace = "E1", "E1" }), pressed,
		},
		{
			"at home in one of the enterprise's workspaces", `"team_id":"T0001"},"team":{"id":"T0001"},"enterprise":null,
"is_enterprise_install":false`, `"team_id":"T1E"},"team":null,"enterprise":{"id":"E1"},"is_enterprise_install":true`, 200,
			elsewhere(func(o *directory.Origin) { o.Workspace, o.Actor.Workspace = "E1", "E1" }), pressed,
		},
		{
			"in an enterprise, home unknown", `,"team_id":"T0001"},"team":{"id":"T0001"},"enterprise":null,
"is_enterprise_install":false`, `},"team":{"id":"T0001","enterprise_id":"E1"},"enterprise":{"id":"E1"},"is_enterprise_install":true`, 200,
			elsewhere(func(o *directory.Origin) { o.Workspace, o.Actor.Workspace = "E1", "" }), pressed,
		},
		{
			"an enterprise that is a workspace", `"enterprise":null,
"is_enterprise_install":false`, `"enterprise":{"id":"T0002"},"is_enterprise_install":true`, 400, directory.Origin{}, nil,
		},
		{
			"in an enterprise, home empty", `"team_id":"T0001"},"team":{"id":"T0001"},"enterprise":null,
"is_enterprise_install":false`, `"team_id":""},"team":null,"enterprise":{"id":"E1"},"is_enterprise_install":true`, 200,
			elsewhere(func(o *directory.Origin) { o.Workspace, o.Actor.Workspace = "E1", "" }), pressed,
		},
		{"an enterprise that isn't named", `"is_enterprise_install":false`, `"is_enterprise_install":true`, 400, directory.Origin{}, nil},
		{"somebody else's button", `1.sync..abc`, `approve`, 200, directory.Origin{}, nil},
		{"another element", `"type":"button"`, `"type":"overflow"`, 200, directory.Origin{}, nil},
		{"in a view", `"type":"message"`, `"type":"view"`, 200, directory.Origin{}, nil},
		{"another interaction", `block_actions`, `view_submission`, 200, directory.Origin{}, nil},
		{"two actions", `"actions":[`, `"actions":[{},`, 400, directory.Origin{}, nil},
		{"no team", `"team":{"id":"T0001"}`, `"team":null`, 400, directory.Origin{}, nil},
		{"no user", `"id":"U0ANN",`, ``, 400, directory.Origin{}, nil},
		{"no id of its own", `"trigger_id":"1.2.3",`, ``, 400, directory.Origin{}, nil},
		{"two channels", `"channel":{"id":"D1"}`, `"channel":{"id":"D2"}`, 400, directory.Origin{}, nil},
		{"the user twice", `"user":{`, `"user":{"id":"U0BOB"},"user":{`, 400, directory.Origin{}, nil},
		{"the user's id twice", `"id":"U0ANN"`, `"id":"U0BOB","id":"U0ANN"`, 400, directory.Origin{}, nil},
		{"the team in another case", `"team":{`, `"Team":{"id":"T0002"},"team":{`, 400, directory.Origin{}, nil},
		{"the value twice", `"value":`, `"value":"1.stop..abc","value":`, 400, directory.Origin{}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := newEndpoint(t)
			changed := payload
			if test.was != "" {
				if changed = strings.ReplaceAll(payload, test.was, test.is); changed == payload {
					t.Fatal("the case changes nothing")
				}
			}
			resp := e.post(t, "/slack/interactions", url.Values{"payload": {changed}}.Encode())
			if resp.StatusCode != test.status || resp.ContentLength > 0 {
				t.Errorf("status %d with %d bytes, want %d", resp.StatusCode, resp.ContentLength, test.status)
			}
			e.wantNote(t, test.origin, test.event)
		})
	}
}

// The payload is the body's, and there is one.
func TestInteractionForms(t *testing.T) {
	t.Parallel()
	one := url.Values{"payload": {payload}}.Encode()
	for _, test := range []struct{ name, path, body string }{
		{"two payloads", "/slack/interactions", one + "&" + one},
		{"none", "/slack/interactions", "x=1"},
		{"in the URL only", "/slack/interactions?" + one, "x=1"},
		{"nothing", "/slack/interactions", ""},
		{"not JSON", "/slack/interactions", "payload=%7B"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := newEndpoint(t)
			if resp := e.post(t, test.path, test.body); resp.StatusCode != 400 {
				t.Errorf("status %d, want 400", resp.StatusCode)
			}
			e.wantNote(t, directory.Origin{}, nil)
		})
	}
}

// A reply goes to no host but Slack's own.
func TestResponseURLElsewhere(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"https://evil.example/hooks/1", "http://slack.test/hooks/1", "https://slack.test@evil.example/", "https://slack.test.evil.example/", "//slack.test/", "",
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			e := newEndpoint(t)
			e.notes.reply.Card = &cards.Card{Summary: "No", Title: "No"}
			body := strings.Replace(payload, "https://slack.test/hooks/none", target, 1)
			if resp := e.post(t, "/slack/interactions", url.Values{"payload": {body}}.Encode()); resp.StatusCode != 200 {
				t.Errorf("status %d: what was taken is acknowledged", resp.StatusCode)
			}
			if n := e.sim.Calls.Len(); n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// Every failure of a signature looks the same from outside.
func TestOneRefusal(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t)
	for _, path := range []string{"/slack/events", "/slack/commands", "/slack/interactions"} {
		for name, sign := range map[string]func(http.Header){
			"none":  func(http.Header) {},
			"wrong": func(h http.Header) { slacksim.Sign(h, "another secret", nil, e.clock.Now()) },
			"stale": func(h http.Header) { slacksim.Sign(h, signingSecret, nil, e.clock.Now().Add(-time.Hour)) },
		} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, appURL+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			sign(r.Header)
			resp, err := e.wire.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != 401 || resp.ContentLength != 0 || len(resp.Header) != 0 {
				t.Errorf("%s, %s: %d with %d bytes and %v", path, name, resp.StatusCode, resp.ContentLength, resp.Header)
			}
		}
	}
	if len(e.notes.notes) != 0 {
		t.Error("the sink was asked")
	}
}
