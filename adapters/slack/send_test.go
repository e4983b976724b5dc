package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/bot/bottest"
	"rollcall/cards"
	"rollcall/sync/directory"
)

func hello(mark string) cards.Card {
	return cards.Card{Summary: "Hello", Title: "Hello", Mark: mark}
}

// A chat is asked for once, and again when Slack no longer knows it.
func TestConversations(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &bottest.Wire{}, nil, nil)
	inst, ann := w.insts["T0001"], w.user("T0001", "U0ANN")
	send := func() {
		t.Helper()
		w.clock.Advance(2 * time.Second)
		if _, err := w.adapter.Send(t.Context(), inst, ann, hello("m")); err != nil {
			t.Fatal(err)
		}
	}
	opened := func() (n int) {
		for _, call := range w.sim.Calls.All() {
			if call.Route == "conversations.open" {
				n++
			}
		}
		return n
	}
	send()
	send()
	if n := opened(); n != 1 {
		t.Errorf("asked for the chat %d times, want once", n)
	}
	if err := w.adapter.config.Conversations.SaveConversation(t.Context(), inst, ann, "D0000000099"); err != nil {
		t.Fatal(err)
	}
	send()
	send()
	if n := opened(); n != 2 {
		t.Errorf("asked for the chat %d times, want once more", n-1)
	}
	if n := len(w.messages()); n != 4 {
		t.Errorf("%d messages, want 4", n)
	}
}

// What can't be remembered was not sent: the store is asked before Slack is.
func TestConversationsAway(t *testing.T) {
	t.Parallel()
	away := directory.Errorf(directory.Unavailable, "away")
	w := newWorld(t, &bottest.Wire{}, nil, func(c *Config) { c.Conversations = storeAway{away} })
	_, err := w.adapter.Send(t.Context(), w.insts["T0001"], w.user("T0001", "U0ANN"), hello("m"))
	if !errors.Is(err, away) || w.sim.Calls.Len() != 0 {
		t.Errorf("%v after %d calls", err, w.sim.Calls.Len())
	}
}

type storeAway struct{ err error }

func (s storeAway) Resolve(context.Context, directory.Origin) (directory.Installation, error) {
	return directory.Installation{}, s.err
}

func (s storeAway) Conversation(context.Context, directory.Installation, directory.AccountID) (string, error) {
	return "", s.err
}

func (s storeAway) SaveConversation(context.Context, directory.Installation, directory.AccountID, string) error {
	return s.err
}

func TestTokens(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		tokens func(context.Context, directory.Installation) (directory.Secret, error)
		want   directory.Code
	}{
		{"none", func(context.Context, directory.Installation) (directory.Secret, error) {
			return directory.Secret{}, nil
		}, directory.Unauthorized},
		{"the vault is away", func(context.Context, directory.Installation) (directory.Secret, error) {
			return directory.Secret{}, directory.Errorf(directory.Unavailable, "away")
		}, directory.Unavailable},
		{"another workspace's", func(context.Context, directory.Installation) (directory.Secret, error) {
			return directory.NewSecret("xoxb-T0002"), nil
		}, directory.Unauthorized},
		{"a wrong one", func(context.Context, directory.Installation) (directory.Secret, error) {
			return directory.NewSecret("xoxb-none"), nil
		}, directory.Unauthorized},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, &bottest.Wire{}, nil, func(c *Config) { c.Tokens = test.tokens })
			if err := w.adapter.CheckInstallation(t.Context(), w.insts["T0001"]); !directory.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
	w := newWorld(t, &bottest.Wire{}, nil, nil)
	if err := w.adapter.CheckInstallation(t.Context(), w.insts["T0001"]); err != nil {
		t.Error(err)
	}
}

// Names of Slack's errors become codes, and what a lost answer means depends on the method.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		method, name string
		want         directory.Code
	}{
		{methodPost, "ratelimited", directory.Throttled},
		{methodPost, "rate_limited", directory.Throttled},
		{methodPost, "token_revoked", directory.Unauthorized},
		{methodPost, "missing_scope", directory.Unauthorized},
		{methodPost, "messages_tab_disabled", directory.Undeliverable},
		{methodPost, "restricted_action", directory.Undeliverable},
		{methodPost, "invalid_blocks", directory.Invalid},
		{methodPost, "internal_error", directory.Uncertain},
		{methodPost, "fatal_error", directory.Uncertain},
		{methodPost, "service_unavailable", directory.Unavailable},
		{methodPost, "something_new", directory.Unavailable},
		{methodPost, "", directory.Uncertain},
		{methodUpdate, "edit_window_closed", directory.NotFound},
		{methodUpdate, "cant_update_message", directory.NotFound},
		{methodUpdate, "message_not_found", directory.NotFound},
		{"users.list", "internal_error", directory.Unavailable},
		{"users.list", "invalid_cursor", directory.Expired},
		{"users.list", "", directory.Unavailable},
		{"conversations.open", "cannot_dm_bot", directory.Undeliverable},
		{"conversations.open", "user_disabled", directory.Undeliverable},
	} {
		t.Run(test.method+" "+test.name, func(t *testing.T) {
			t.Parallel()
			for _, err := range []error{refused(test.method, test.name), fromSlackGo(test.method, test.name)} {
				if !directory.Is(err, test.want) {
					t.Errorf("%v, want %v", err, test.want)
				}
			}
		})
	}
	if text := refused(methodPost, "xoxb-secret Ann <a@b.example>").Error(); strings.Contains(text, "Ann") || strings.Contains(text, "xoxb") {
		t.Errorf("the error quotes an answer: %s", text)
	}
}

// Why somebody can't be written to is what Slack says of them, and else is not made up.
func TestWhoCanNotBeWrittenTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &bottest.Wire{}, nil, nil)
	w.sim.AddWorkspace(slacksim.Workspace{
		ID: "T0004", Name: "T0004", Token: "xoxb-T0004", Scopes: slacksim.Scopes(), NoMessagesTab: true,
		Users: []slacksim.User{{ID: "U0ANN", RealName: "Ann"}, {ID: "U0STR", RealName: "Stranger", TeamID: "T0999", Stranger: true}},
	})
	w.insts["T0004"] = directory.Installation{Tenant: "d", Platform: Name, Workspace: "T0004", Generation: 1}
	for _, test := range []struct {
		name, workspace, user string
		want                  directory.ReachState
	}{
		{"nobody", "T0001", "U0NONE", directory.Disabled},
		{"deactivated", "T0001", "U0GON", directory.Disabled},
		{"the messages tab is off", "T0004", "U0ANN", directory.Disabled},
		{"a stranger", "T0004", "U0STR", directory.Guest},
		{"a bot", "T0001", slacksim.BotUser, directory.Unseen},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inst := w.insts[test.workspace]
			_, err := w.adapter.Send(t.Context(), inst, inst.Account(test.user), hello("m"))
			if got := directory.ReachOf(err); !directory.Is(err, directory.Undeliverable) || got != test.want {
				t.Errorf("got %v, %q, want %v, %q", err, got, directory.Undeliverable, test.want)
			}
		})
	}
	for name, reach := range reaches {
		for _, err := range []error{refused(methodPost, name), fromSlackGo(methodPost, name)} {
			if !directory.Is(err, directory.Undeliverable) || directory.ReachOf(err) != reach {
				t.Errorf("%s: got %v, %q, want %v, %q", name, err, directory.ReachOf(err), directory.Undeliverable, reach)
			}
		}
	}
}

func fromSlackGo(method, name string) error {
	if name == "" {
		return failed(method, errors.New("EOF"))
	}
	return failed(method, slackgo.SlackErrorResponse{Err: name})
}

// A long history is read to its end, page by page, and a broken chain of pages is no absence.
func TestFindPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &bottest.Wire{}, nil, nil)
	inst, ann := w.insts["T0001"], w.user("T0001", "U0ANN")
	first, err := w.adapter.Send(t.Context(), inst, ann, hello("first"))
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		w.clock.Advance(2 * time.Second)
		if err := w.sim.Type("T0001", "U0ANN", "hi"); err != nil {
			t.Fatal(err)
		}
	}
	before := w.sim.Calls.Len()
	ref, found, err := w.adapter.Find(t.Context(), inst, ann, "first", began)
	if err != nil || !found || ref != first {
		t.Errorf("found %t %+v, %v; want %+v", found, ref, err, first)
	}
	if n := w.sim.Calls.Len() - before; n != 3 {
		t.Errorf("%d calls for 21 messages by 7, want 3", n)
	}
	for _, page := range []string{
		`{"ok":true,"messages":[],"has_more":true}`,
		`{"ok":true,"messages":[],"has_more":true,"response_metadata":{"next_cursor":"x"}}`,
		`{"ok":false}`,
		`{"messages":[]}`,
	} {
		w.clock.Advance(15 * time.Minute)
		w.sim.Faults.Heal()
		w.sim.Faults.Add(sim.Rule{Route: "conversations.history", Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: page}})
		if _, found, err := w.adapter.Find(t.Context(), inst, ann, "first", began); found || !directory.Is(err, directory.Unavailable) {
			t.Errorf("%s: found %t, %v", page, found, err)
		}
	}
}

// A page that only looks like an answer is none.
func TestAnswerOfAnotherType(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &bottest.Wire{}, nil, nil)
	w.sim.Faults.Add(sim.Rule{Route: methodPost, Fault: sim.Fault{Status: 200, ContentType: "text/html", Body: `{"ok":true,"channel":"D1","ts":"1.1"}`}})
	if ref, err := w.adapter.Send(t.Context(), w.insts["T0001"], w.user("T0001", "U0ANN"), hello("m")); !directory.Is(err, directory.Uncertain) {
		t.Errorf("%+v, %v", ref, err)
	}
}

// A message by somebody else's app on the person's behalf may carry any metadata.
func TestFindOnlyOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &bottest.Wire{}, nil, nil)
	inst, ann := w.insts["T0001"], w.user("T0001", "U0ANN")
	w.sim.Faults.Add(sim.Rule{Route: "conversations.history", Fault: sim.Fault{
		Status: 200, ContentType: "application/json",
		Body: `{"ok":true,"messages":[{"ts":"1.1","user":"U0ANN","app_id":"A9","metadata":{"event_type":"rollcall","event_payload":{"mark":"m"}}}]}`,
	}})
	if ref, found, err := w.adapter.Find(t.Context(), inst, ann, "m", began); found || err != nil {
		t.Errorf("found %+v, %v", ref, err)
	}
}

// A listing that can't be whole removes nobody.
func TestListingsThatCantBe(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, cursor, page string
		want               directory.Code
	}{
		{"empty", "", `{"ok":true,"members":[]}`, directory.Incomplete},
		{"without members", "", `{"ok":true}`, directory.Incomplete},
		{"without ok", "", `{"members":[{"id":"U1"}]}`, directory.Unavailable},
		{"nobody", "", `{"ok":true,"members":[{"name":"x"}]}`, directory.Incomplete},
		{"leads to itself", "c", `{"ok":true,"members":[{"id":"U1"}],"response_metadata":{"next_cursor":"c"}}`, directory.Incomplete},
		{"cursor unknown", "c", `{"ok":false,"error":"invalid_cursor"}`, directory.Expired},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, &bottest.Wire{}, nil, nil)
			w.sim.Faults.Add(sim.Rule{Route: "users.list", Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: test.page}})
			if page, err := w.adapter.Page(t.Context(), w.insts["T0001"], test.cursor); !directory.Is(err, test.want) || len(page.Accounts) > 0 {
				t.Errorf("%d accounts, %v; want %v", len(page.Accounts), err, test.want)
			}
		})
	}
}

// A token goes nowhere but to the API's own host, wherever a redirect leads.
func TestRedirect(t *testing.T) {
	t.Parallel()
	var elsewhere int
	redirect := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://elsewhere.test/api/auth.test", http.StatusTemporaryRedirect)
	})
	w := newWorld(t, &bottest.Wire{}, nil, func(c *Config) {
		c.Transport = &sim.Transport{Handlers: map[string]http.Handler{
			simHost:          redirect,
			"elsewhere.test": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }),
		}}
	})
	if err := w.adapter.CheckInstallation(t.Context(), w.insts["T0001"]); err == nil {
		t.Error("a redirect passed for an answer")
	}
	if elsewhere != 0 {
		t.Error("the redirect was followed")
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	err := Config{PageSize: -1, Signing: make([]directory.Secret, 3)}.Validate()
	for _, want := range []string{"cloud", "more than two signing secrets", "empty", "tokens", "conversations", "page size"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: nothing about %q", err, want)
		}
	}
	good := Config{
		Cloud: Public(), Signing: []directory.Secret{directory.NewSecret("x")}, Conversations: storeAway{},
		Tokens: func(context.Context, directory.Installation) (directory.Secret, error) {
			return directory.Secret{}, nil
		},
	}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	good.Cloud = Loopback("http://127.0.0.1:1", "https://127.0.0.1:1", nil)
	if _, err := New(good); !directory.Is(err, directory.Invalid) {
		t.Errorf("a cloud without TLS: %v", err)
	}
}

// The public cloud reaches Slack's hosts and no other, whatever was configured.
func TestPublicCloud(t *testing.T) {
	t.Parallel()
	cloud := Public()
	if got := cloud.outbound(cloud.api, nil); fmt.Sprint(got.Hosts) != "[slack.com]" || got.Loopback {
		t.Errorf("%+v", got)
	}
	if got := cloud.outbound(cloud.hooks, nil); fmt.Sprint(got.Hosts) != "[hooks.slack.com]" || got.Loopback {
		t.Errorf("%+v", got)
	}
}

// The whole way of a message through the adapter and the simulator, in one process.
func BenchmarkSend(b *testing.B) {
	s := slacksim.New(slacksim.Config{Clock: sim.StoppedClock(began), Unlimited: true})
	s.AddWorkspace(slacksim.Workspace{ID: "T0001", Token: "xoxb-1", Users: []slacksim.User{{ID: "U0ANN"}}})
	adapter, err := New(Config{
		Cloud: Loopback("https://"+simHost, "https://"+simHost, nil), Signing: []directory.Secret{directory.NewSecret("x")},
		Conversations: chat{"D0000000001"},
		Tokens: func(context.Context, directory.Installation) (directory.Secret, error) {
			return directory.NewSecret("xoxb-1"), nil
		},
		Transport: &sim.Transport{Handlers: map[string]http.Handler{simHost: s}},
	})
	if err != nil {
		b.Fatal(err)
	}
	inst := directory.Installation{Platform: Name, Workspace: "T0001"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := adapter.Send(b.Context(), inst, inst.Account("U0ANN"), hello("m")); err != nil {
			b.Fatal(err)
		}
	}
}

// chat is a store that knows one chat.
type chat struct{ id string }

func (c chat) Resolve(context.Context, directory.Origin) (directory.Installation, error) {
	return directory.Installation{}, directory.Errorf(directory.NotFound, "none")
}

func (c chat) Conversation(context.Context, directory.Installation, directory.AccountID) (string, error) {
	return c.id, nil
}

func (c chat) SaveConversation(context.Context, directory.Installation, directory.AccountID, string) error {
	return nil
}

func BenchmarkInteraction(b *testing.B) {
	body := []byte(url.Values{"payload": {payload}}.Encode())
	h := http.Header{}
	slacksim.Sign(h, signingSecret, body, began)
	v := verifierAt(began, signingSecret)
	b.ReportAllocs()
	for b.Loop() {
		if !v.genuine(h, body) {
			b.Fatal("not genuine")
		}
		if _, err := parseInteraction(body); err != nil {
			b.Fatal(err)
		}
	}
}
