package slacksim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
)

var began = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// bench is a simulator with a product that notes what it is sent.
type bench struct {
	*slacksim.Sim
	clock    *sim.Clock
	received []received
	answer   func(path string) (int, string)
}

type received struct {
	path   string
	header http.Header
	body   string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{clock: sim.StoppedClock(began), answer: func(string) (int, string) { return 200, "" }}
	product := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.received = append(b.received, received{r.URL.Path, r.Header, string(body)})
		status, answer := b.answer(r.URL.Path)
		w.WriteHeader(status)
		io.WriteString(w, answer)
	})
	b.Sim = slacksim.New(slacksim.Config{
		Clock: b.clock, SigningSecret: "secret", URL: "https://slack.test", AppURL: "https://product.test",
		Client: &http.Client{Transport: &sim.Transport{Handlers: map[string]http.Handler{"product.test": product}}},
	})
	b.AddWorkspace(slacksim.Workspace{ID: "T1", Name: "One", Token: "xoxb-1", Users: []slacksim.User{
		{ID: "U1", RealName: "Ann", Email: "Ann@one.example"},
		{ID: "U2", RealName: "Eve", TeamID: "T9"},
		{ID: "U3", RealName: "Stranger", TeamID: "T9", Stranger: true},
		{ID: "U4", RealName: "Gone", Deleted: true},
	}})
	b.AddWorkspace(slacksim.Workspace{ID: "T2", Name: "Two", Token: "xoxb-2", Users: []slacksim.User{{ID: "U1", RealName: "Another Ann", Email: "ann@one.example"}}})
	return b
}

// call makes a call and decodes the answer.
func (b *bench) call(t *testing.T, token, method string, args ...string) map[string]any {
	t.Helper()
	_, got := b.callRaw(t, token, method, args...)
	return got
}

func (b *bench) callRaw(t *testing.T, token, method string, args ...string) (*http.Response, map[string]any) {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(args); i += 2 {
		form.Add(args[i], args[i+1])
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://slack.test/api/"+method, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := (&sim.Transport{Handlers: map[string]http.Handler{"slack.test": b.Sim}}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	return resp, decoded(t, resp.Body)
}

func decoded(t *testing.T, body io.Reader) (got map[string]any) {
	t.Helper()
	if err := json.NewDecoder(body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	return got
}

func (b *bench) wantError(t *testing.T, got map[string]any, want string) {
	t.Helper()
	if want == "" && got["ok"] != true || want != "" && (got["ok"] != false || got["error"] != want) {
		t.Errorf("%v, want the error %q", got, want)
	}
}

const blocks = `[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Go"},"action_id":"go","value":"v"}]}]`

// chat opens the 1:1 chat of U1 in T1.
func (b *bench) chat(t *testing.T) string {
	t.Helper()
	got := b.call(t, "xoxb-1", "conversations.open", "users", "U1")
	b.wantError(t, got, "")
	return got["channel"].(map[string]any)["id"].(string)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 4001)
	for _, test := range []struct {
		name, token, method string
		args                []string
		want                string
	}{
		{"no token", "", "auth.test", nil, "not_authed"},
		{"a wrong token", "xoxb-9", "auth.test", nil, "invalid_auth"},
		{"an unknown method", "xoxb-1", "chat.delete", nil, "unknown_method"},
		{"a hook is no method", "xoxb-1", "response_url", nil, "unknown_method"},
		{"an unknown argument", "xoxb-1", "users.info", []string{"user", "U1", "usr", "U1"}, "invalid_arguments"},
		{"an argument twice", "xoxb-1", "users.info", []string{"user", "U1", "user", "U2"}, "invalid_arguments"},
		{"an unknown user", "xoxb-1", "users.info", []string{"user", "U9"}, "user_not_found"},
		{"an unknown address", "xoxb-1", "users.lookupByEmail", []string{"email", "x@one.example"}, "users_not_found"},
		{"an address in another case", "xoxb-1", "users.lookupByEmail", []string{"email", "ANN@one.example"}, ""},
		{"a chat with nobody", "xoxb-1", "conversations.open", nil, "users_list_not_supplied"},
		{"a chat with an unknown user", "xoxb-1", "conversations.open", []string{"users", "U9"}, "user_not_found"},
		{"a chat with a deactivated user", "xoxb-1", "conversations.open", []string{"users", "U4"}, "user_disabled"},
		{"a chat with a stranger", "xoxb-1", "conversations.open", []string{"users", "U3"}, "user_not_visible"},
		{"a chat with itself", "xoxb-1", "conversations.open", []string{"users", slacksim.BotUser}, "cannot_dm_bot"},
		{"a chat with slackbot", "xoxb-1", "conversations.open", []string{"users", "USLACKBOT"}, "cannot_dm_bot"},
		{"an unknown chat", "xoxb-1", "chat.postMessage", []string{"channel", "D9", "text", "x"}, "channel_not_found"},
		{"another workspace's chat", "xoxb-2", "chat.postMessage", []string{"channel", "CHAT", "text", "x"}, "channel_not_found"},
		{"no text", "xoxb-1", "chat.postMessage", []string{"channel", "CHAT"}, "no_text"},
		{"blocks that are none", "xoxb-1", "chat.postMessage", []string{"channel", "CHAT", "blocks", "{}"}, "invalid_blocks"},
		{"metadata without a type", "xoxb-1", "chat.postMessage", []string{"channel", "CHAT", "text", "x", "metadata", `{"event_payload":{}}`}, "invalid_metadata_format"},
		{"a long text is posted", "xoxb-1", "chat.postMessage", []string{"channel", "CHAT", "text", long}, ""},
		{"and not put by an edit", "xoxb-1", "chat.update", []string{"channel", "CHAT", "ts", "OURS", "text", long}, "msg_too_long"},
		{"an edit of nothing", "xoxb-1", "chat.update", []string{"channel", "CHAT", "ts", "1.1", "text", "x"}, "message_not_found"},
		{"an edit of a person's", "xoxb-1", "chat.update", []string{"channel", "CHAT", "ts", "THEIRS", "text", "x"}, "cant_update_message"},
		{"an edit of ours", "xoxb-1", "chat.update", []string{"channel", "CHAT", "ts", "OURS", "text", "x"}, ""},
		{"a strange cursor", "xoxb-1", "users.list", []string{"cursor", "x"}, "invalid_cursor"},
		{"a strange limit", "xoxb-1", "users.list", []string{"limit", "x"}, "invalid_limit"},
		{"a strange time", "xoxb-1", "conversations.history", []string{"channel", "CHAT", "oldest", "yesterday"}, "invalid_ts_oldest"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			chat := b.chat(t)
			ours := b.call(t, "xoxb-1", "chat.postMessage", "channel", chat, "text", "hi")["ts"].(string)
			if err := b.Type("T1", "U1", "hello"); err != nil {
				t.Fatal(err)
			}
			theirs := b.Messages(0)[1].ID
			args := make([]string, len(test.args))
			for i, arg := range test.args {
				args[i] = strings.NewReplacer("CHAT", chat, "OURS", ours, "THEIRS", theirs).Replace(arg)
			}
			b.wantError(t, b.call(t, test.token, test.method, args...), test.want)
			calls := b.Calls.All()
			if last := calls[len(calls)-1]; last.Route != test.method || last.Status != 200 || last.Detail != test.want {
				t.Errorf("recorded %+v", last)
			}
		})
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Grant("T1", []string{"chat:write"})
	resp, got := b.callRaw(t, "xoxb-1", "users.list")
	b.wantError(t, got, "missing_scope")
	if got["needed"] != "users:read" || got["provided"] != "chat:write" || resp.Header.Get("X-Oauth-Scopes") != "chat:write" {
		t.Errorf("%v %v", got, resp.Header)
	}
	poster := newBench(t)
	in := poster.chat(t)
	got = poster.call(t, "xoxb-1", "chat.postMessage", "channel", in, "text", "x", "username", "Ada")
	poster.wantError(t, got, "")
	if m := got["message"].(map[string]any); m["username"] != "Ada" {
		t.Errorf("posted as %v", m)
	}
	poster.Grant("T1", []string{"chat:write"})
	got = poster.call(t, "xoxb-1", "chat.postMessage", "channel", in, "text", "x", "username", "Ada")
	poster.wantError(t, got, "missing_scope")
	if got["needed"] != "chat:write.customize" || len(poster.Messages(0)) != 1 {
		t.Errorf("%v, %d messages", got, len(poster.Messages(0)))
	}
	poster.wantError(t, poster.call(t, "xoxb-1", "chat.postMessage", "channel", in, "text", "x"), "")

	// Without the scope no event comes either.
	if err := b.Type("T1", "U1", "hi"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.PutUser("T1", slacksim.User{ID: "U1"}); err != nil {
		t.Fatal(err)
	}
	if n := b.Outbox.Len(); n != 0 {
		t.Errorf("%d events", n)
	}
	b.Grant("T1", []string{"users:read"})
	if _, got := b.callRaw(t, "xoxb-1", "users.info", "user", "U1"); strings.Contains(fmt.Sprint(got), "@") {
		t.Errorf("the address is shown: %v", got)
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	chat := b.chat(t)
	post := func(token string) int {
		resp, _ := b.callRaw(t, token, "chat.postMessage", "channel", chat, "text", "x")
		if resp.StatusCode == 429 {
			if resp.Header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After %q", resp.Header.Get("Retry-After"))
			}
		}
		return resp.StatusCode
	}
	for i, want := range []int{200, 200, 200, 429, 429} {
		if got := post("xoxb-1"); got != want {
			t.Errorf("post %d: %d, want %d", i+1, got, want)
		}
	}
	b.clock.Advance(time.Second)
	if got := []int{post("xoxb-1"), post("xoxb-1")}; !reflect.DeepEqual(got, []int{200, 429}) {
		t.Errorf("after a second: %v", got)
	}
	for i := range 21 {
		resp, _ := b.callRaw(t, "xoxb-1", "users.list")
		if (resp.StatusCode == 429) != (i == 20) {
			t.Errorf("listing %d: %d", i+1, resp.StatusCode)
		}
	}
	if resp, _ := b.callRaw(t, "xoxb-2", "users.list"); resp.StatusCode != 200 {
		t.Errorf("the other workspace pays too: %d", resp.StatusCode)
	}
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	text := func(kind string, n int) string {
		return fmt.Sprintf(`{"type":%q,"text":%q}`, kind, strings.Repeat("x", n))
	}
	buttons := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"type":"button","text":%s,"action_id":"a%d","value":"v"}`, text("plain_text", 75), i))
		}
		return `[{"type":"actions","elements":[` + strings.Join(all, ",") + `]}]`
	}
	dividers := func(n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(`{"type":"divider"},`, n), ",") + "]"
	}
	table := func(rows, columns, letters int) string {
		cell := `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + text("text", letters) + `]}]},`
		row := "[" + strings.TrimSuffix(strings.Repeat(cell, columns), ",") + "],"
		return `{"type":"table","column_settings":[{"is_wrapped":true}],"rows":[` + strings.TrimSuffix(strings.Repeat(row, rows), ",") + `]}`
	}
	link := func(url string) string {
		return `[{"type":"actions","elements":[{"type":"button","text":` + text("plain_text", 1) + `,"url":"` + url + `"}]}]`
	}
	for _, test := range []struct {
		name, blocks string
		fine         bool
	}{
		{"a table", "[" + table(100, 20, 5) + "]", true},
		{"a table of too many rows", "[" + table(101, 1, 1) + "]", false},
		{"a table of too many columns", "[" + table(1, 21, 1) + "]", false},
		{"a table of no rows", "[" + table(0, 0, 0) + "]", false},
		{"a table with an empty row", "[" + table(1, 0, 0) + "]", false},
		{"a table with an empty cell", "[" + table(1, 2, 0) + "]", false},
		{"a table of too many letters", "[" + table(10, 2, 501) + "]", false},
		{"a table of words without format", `[{"type":"table","rows":[[` + text("raw_text", 5) + `]]}]`, true},
		{"a table of mrkdwn", `[{"type":"table","rows":[[` + text("mrkdwn", 5) + `]]}]`, false},
		{"a table that is aligned oddly", `[{"type":"table","column_settings":[{"align":"top"}],"rows":[[` + text("raw_text", 5) + `]]}]`, false},
		{"two tables", "[" + table(1, 2, 1) + "," + table(1, 2, 1) + "]", false},
		{"a button that opens a page", link("https://rollcall.example/a?b=c"), true},
		{"a button that opens no page", link("rollcall"), false},
		{"a button that opens a long address", link("https://rollcall.example/" + strings.Repeat("a", 2976)), false},
		{"fifty", dividers(50), true},
		{"fifty-one", dividers(51), false},
		{"a full header", `[{"type":"header","text":` + text("plain_text", 150) + `}]`, true},
		{"a longer header", `[{"type":"header","text":` + text("plain_text", 151) + `}]`, false},
		{"a formatted header", `[{"type":"header","text":` + text("mrkdwn", 5) + `}]`, false},
		{"a full section", `[{"type":"section","text":` + text("mrkdwn", 3000) + `}]`, true},
		{"a longer section", `[{"type":"section","text":` + text("mrkdwn", 3001) + `}]`, false},
		{"an empty section", `[{"type":"section","text":` + text("mrkdwn", 0) + `}]`, false},
		{"a section of nothing", `[{"type":"section"}]`, false},
		{"an empty context", `[{"type":"context","elements":[]}]`, false},
		{"25 buttons", buttons(25), true},
		{"26 buttons", buttons(26), false},
		{"no buttons", buttons(0), false},
		{"an unknown kind", `[{"type":"carousel"}]`, false},
		{"an unknown field", `[{"type":"divider","colour":"red"}]`, false},
		{"two blocks of one id", `[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`, false},
		{"two buttons of one id", `[{"type":"actions","elements":[{"type":"button","text":` + text("plain_text", 1) + `,"action_id":"a"},{"type":"button","text":` + text("plain_text", 1) + `,"action_id":"a"}]}]`, false},
		{"a button without a text", `[{"type":"actions","elements":[{"type":"button","action_id":"a"}]}]`, false},
		{"a button in another style", `[{"type":"actions","elements":[{"type":"button","text":` + text("plain_text", 1) + `,"action_id":"a","style":"loud"}]}]`, false},
		{"a button with a long value", `[{"type":"actions","elements":[{"type":"button","text":` + text("plain_text", 1) + `,"value":"` + strings.Repeat("x", 2001) + `"}]}]`, false},
		{"rich text", `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x","style":{"bold":true}}]}]}]`, true},
		{"empty rich text", `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":""}]}]}]`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			got := b.call(t, "xoxb-1", "chat.postMessage", "channel", b.chat(t), "text", "x", "blocks", test.blocks)
			if fine := got["ok"] == true; fine != test.fine || !fine && got["error"] != "invalid_blocks" {
				t.Errorf("%v, want fine %t", got, test.fine)
			}
		})
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	chat := b.chat(t)
	var posted []string
	for i := range 5 {
		got := b.call(t, "xoxb-1", "chat.postMessage", "channel", chat, "text", fmt.Sprint(i), "metadata", fmt.Sprintf(`{"event_type":"e","event_payload":{"n":%d}}`, i))
		posted = append(posted, got["ts"].(string))
		b.clock.Advance(time.Minute)
	}
	if err := b.DeleteMessage("T1", chat, posted[3]); err != nil {
		t.Fatal(err)
	}
	read := func(args ...string) (seen []string) {
		t.Helper()
		for cursor := ""; ; {
			got := b.call(t, "xoxb-1", "conversations.history", append(args, "channel", chat, "cursor", cursor)...)
			b.wantError(t, got, "")
			for _, m := range got["messages"].([]any) {
				seen = append(seen, m.(map[string]any)["ts"].(string))
			}
			if got["has_more"] != true {
				return seen
			}
			cursor = got["response_metadata"].(map[string]any)["next_cursor"].(string)
		}
	}
	newestFirst := []string{posted[4], posted[2], posted[1], posted[0]}
	for _, test := range []struct {
		name string
		args []string
		want []string
	}{
		{"all", nil, newestFirst},
		{"by ones", []string{"limit", "1"}, newestFirst},
		{"by twos", []string{"limit", "2"}, newestFirst},
		{"after", []string{"oldest", posted[1]}, newestFirst[:2]},
		{"from", []string{"oldest", posted[1], "inclusive", "true"}, newestFirst[:3]},
		{"before", []string{"latest", posted[1]}, newestFirst[3:]},
	} {
		if got := read(test.args...); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	with := fmt.Sprint(b.call(t, "xoxb-1", "conversations.history", "channel", chat, "include_all_metadata", "true"))
	without := fmt.Sprint(b.call(t, "xoxb-1", "conversations.history", "channel", chat))
	if !strings.Contains(with, "event_payload") || strings.Contains(without, "event_payload") {
		t.Error("metadata is shown where it was not asked for, or not where it was")
	}
}

// An edit keeps the metadata that it doesn't mention, and everything that was ever asked is on
// record.
func TestUpdate(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	chat := b.chat(t)
	got := b.call(t, "xoxb-1", "chat.postMessage", "channel", chat, "text", "a", "blocks", blocks, "metadata", `{"event_type":"e","event_payload":{"mark":"m"}}`)
	ts := got["ts"].(string)
	seq := b.Messages(0)[0].Seq
	b.wantError(t, b.call(t, "xoxb-1", "chat.update", "channel", chat, "ts", ts, "text", "b"), "")
	if !strings.Contains(fmt.Sprint(b.call(t, "xoxb-1", "conversations.history", "channel", chat, "include_all_metadata", "1")), "mark:m") {
		t.Error("the metadata is lost")
	}
	changed := b.Messages(seq)
	if len(changed) != 1 || len(b.Messages(0)) != 1 {
		t.Fatalf("%+v", changed)
	}
	m := changed[0]
	if m.Text != "b" || m.Edits != 1 || len(m.Card) != 0 || string(m.First) != blocks || !reflect.DeepEqual(m.Presses, [][]string{{"v"}, nil}) {
		t.Errorf("%+v", m)
	}
}

func TestPaging(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var seen []string
	for cursor := ""; ; {
		got := b.call(t, "xoxb-1", "users.list", "limit", "2", "cursor", cursor)
		b.wantError(t, got, "")
		for _, m := range got["members"].([]any) {
			seen = append(seen, m.(map[string]any)["id"].(string))
		}
		cursor = got["response_metadata"].(map[string]any)["next_cursor"].(string)
		if cursor == "" {
			break
		}
	}
	if want := []string{"USLACKBOT", slacksim.BotUser, "U1", "U2", "U3", "U4"}; !reflect.DeepEqual(seen, want) {
		t.Errorf("%v, want %v", seen, want)
	}
}
