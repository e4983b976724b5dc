package slacksim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
)

// An event is delivered at once, almost at once again, after a minute and after five, and says so.
func TestRetries(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(string) (int, string) { return 503, "" }
	if err := b.Type("T1", "U1", "hi"); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for range 500 {
		b.Outbox.Pump(t.Context())
		for _, r := range b.received {
			seen = append(seen, b.clock.Ahead().String()+" "+r.header.Get("X-Slack-Retry-Num")+" "+r.header.Get("X-Slack-Retry-Reason"))
			want := http.Header{}
			slacksim.Sign(want, "secret", []byte(r.body), b.clock.Now())
			if r.header.Get("X-Slack-Signature") != want.Get("X-Slack-Signature") {
				t.Error("not signed now")
			}
		}
		b.received = nil
		b.clock.Advance(time.Second)
	}
	if want := []string{"0s  ", "1s 1 http_error", "1m1s 2 http_error", "6m1s 3 http_error"}; !reflect.DeepEqual(seen, want) {
		t.Errorf("%q, want %q", seen, want)
	}
}

// Commands and presses are delivered once.
func TestOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(string) (int, string) { return 500, "" }
	if err := b.Command("T1", "U1", "help"); err != nil {
		t.Fatal(err)
	}
	b.Outbox.Pump(t.Context())
	if b.Outbox.Len() != 0 || len(b.received) != 1 {
		t.Errorf("%d sent, %d waiting", len(b.received), b.Outbox.Len())
	}
	if all := b.Messages(0); len(all) != 1 || !all[0].Private || all[0].From != "USLACKBOT" {
		t.Errorf("the person sees %+v", all)
	}
}

func TestCommandReply(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(string) (int, string) { return 200, `{"response_type":"ephemeral","text":"Hello"}` }
	if err := b.Command("T1", "U1", "a & b"); err != nil {
		t.Fatal(err)
	}
	b.Outbox.Pump(t.Context())
	form, err := url.ParseQuery(b.received[0].body)
	if err != nil || form.Get("text") != "a &amp; b" || form.Get("team_id") != "T1" || form.Get("user_id") != "U1" || form.Get("command") != "/rollcall" {
		t.Errorf("%v, %v", form, err)
	}
	if all := b.Messages(0); len(all) != 1 || !all[0].Private || all[0].To != "U1" || all[0].Text != "Hello" {
		t.Errorf("the person sees %+v", all)
	}
	if err := b.Command("T1", "U2", "help"); err == nil {
		t.Error("somebody of another organisation gave a command")
	}
}

func TestPress(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	chat := b.chat(t)
	ts := b.call(t, "xoxb-1", "chat.postMessage", "channel", chat, "text", "a", "blocks", blocks)["ts"].(string)
	for _, action := range []string{"go", "0"} {
		if err := b.Press("T1", "U1", chat, ts, action); err != nil {
			t.Fatal(err)
		}
	}
	for _, action := range []string{"stop", "1", "-1"} {
		if err := b.Press("T1", "U1", chat, ts, action); err == nil {
			t.Errorf("there is no button %s", action)
		}
	}
	if err := b.Press("T1", "U2", chat, ts, "go"); err != nil { // an attacker
		t.Fatal(err)
	}
	b.Outbox.Pump(t.Context())
	if len(b.received) != 3 {
		t.Fatalf("%d presses", len(b.received))
	}
	payload := func(i int) (p struct {
		Type string
		User struct {
			ID     string
			TeamID string `json:"team_id"`
		}
		Team        struct{ ID string }
		ResponseURL string `json:"response_url"`
		Actions     []struct {
			ActionID string `json:"action_id"`
			Value    string
		}
	},
	) {
		form, _ := url.ParseQuery(b.received[i].body)
		if err := json.Unmarshal([]byte(form.Get("payload")), &p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := payload(0)
	if p.Type != "block_actions" || p.User.ID != "U1" || p.Team.ID != "T1" || p.Actions[0].Value != "v" || p.Actions[0].ActionID != "go" {
		t.Errorf("%+v", p)
	}
	if attacker := payload(2); attacker.User.ID != "U2" || attacker.User.TeamID != "T9" || attacker.Team.ID != "T1" {
		t.Errorf("%+v", attacker)
	}
}

// A response_url takes five posts within thirty minutes, and shows them to one person.
func TestResponseURL(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	chat := b.chat(t)
	ts := b.call(t, "xoxb-1", "chat.postMessage", "channel", chat, "text", "a", "blocks", blocks)["ts"].(string)
	hook := func() string {
		p, err := b.Payload("T1", "U1", chat, ts, "go")
		if err != nil {
			t.Fatal(err)
		}
		return p["response_url"].(string)
	}
	post := func(hook, body string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, hook, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&sim.Transport{Handlers: map[string]http.Handler{"slack.test": b.Sim}}).RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode
	}
	one, two := hook(), hook()
	for i, want := range []int{200, 200, 200, 200, 200, 404} {
		if got := post(one, `{"text":"no"}`); got != want {
			t.Errorf("post %d: %d, want %d", i+1, got, want)
		}
	}
	for _, body := range []string{`{`, `{"text":"x","colour":"red"}`, `{"text":"x","response_type":"in_channel"}`, `{}`, `{"text":"x","blocks":[{"type":"x"}]}`} {
		if got := post(two, body); got != 400 {
			t.Errorf("%s: %d", body, got)
		}
	}
	b.clock.Advance(31 * time.Minute)
	if got := post(two, `{"text":"late"}`); got != 404 {
		t.Errorf("after half an hour: %d", got)
	}
	if got := post("https://slack.test/hooks/none", `{"text":"x"}`); got != 404 {
		t.Errorf("an unknown one: %d", got)
	}
	private := 0
	for _, m := range b.Messages(0) {
		if m.Private && m.To == "U1" {
			private++
		}
	}
	if private != 5 {
		t.Errorf("%d private messages, want 5", private)
	}
	// Nobody can edit them, and the history doesn't have them.
	b.wantError(t, b.call(t, "xoxb-1", "chat.update", "channel", chat, "ts", b.Messages(0)[1].ID, "text", "x"), "message_not_found")
	if got := b.call(t, "xoxb-1", "conversations.history", "channel", chat); len(got["messages"].([]any)) != 1 {
		t.Errorf("%v", got)
	}
}

func TestUninstall(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	chat := b.chat(t)
	b.Uninstall("T1")
	b.Uninstall("T1")
	b.wantError(t, b.call(t, "xoxb-1", "auth.test"), "account_inactive")
	if err := b.Type("T1", "U1", "hi"); err != nil {
		t.Fatal(err)
	}
	b.Outbox.Pump(t.Context())
	if len(b.received) != 2 || !strings.Contains(b.received[0].body, "tokens_revoked") || !strings.Contains(b.received[1].body, "app_uninstalled") {
		t.Fatalf("%+v", b.received)
	}
	b.Install("T1", "xoxb-1b")
	b.wantError(t, b.call(t, "xoxb-1", "auth.test"), "token_revoked")
	b.wantError(t, b.call(t, "xoxb-1b", "chat.postMessage", "channel", chat, "text", "back"), "")
}

func TestPeople(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if _, err := b.PutUser("T1", slacksim.User{RealName: "Second", Email: "ann@ONE.example"}); err == nil {
		t.Error("an address was given to two")
	}
	if err := b.DeleteUser("T1", "U1"); err != nil {
		t.Fatal(err)
	}
	id, err := b.PutUser("T1", slacksim.User{RealName: "Heir", Email: "ann@one.example"})
	if err != nil {
		t.Fatal(err)
	}
	got := b.call(t, "xoxb-1", "users.lookupByEmail", "email", "ann@one.example")
	if got["user"].(map[string]any)["id"] != id {
		t.Errorf("%v", got)
	}
	if got := b.call(t, "xoxb-2", "users.lookupByEmail", "email", "ann@one.example"); got["user"].(map[string]any)["id"] != "U1" {
		t.Errorf("the other workspace: %v", got)
	}
	b.Outbox.Pump(t.Context())
	if len(b.received) != 2 || !strings.Contains(b.received[0].body, `"user_change"`) || !strings.Contains(b.received[1].body, `"team_join"`) {
		t.Errorf("%+v", b.received)
	}
}

// The same acts make the same bytes, in simulators that know nothing of each other.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	run := func() ([]received, []sim.Message) {
		b := newBench(t)
		chat := b.chat(t)
		ts := b.call(t, "xoxb-1", "chat.postMessage", "channel", chat, "text", "a", "blocks", blocks)["ts"].(string)
		if err := b.Press("T1", "U1", chat, ts, "go"); err != nil {
			t.Fatal(err)
		}
		if err := b.OpenHome("T2", "U1"); err != nil {
			t.Fatal(err)
		}
		if err := b.Command("T1", "U1", "help"); err != nil {
			t.Fatal(err)
		}
		b.Outbox.Pump(t.Context())
		return b.received, b.Messages(0)
	}
	received1, messages1 := run()
	received2, messages2 := run()
	if !reflect.DeepEqual(received1, received2) || !reflect.DeepEqual(messages1, messages2) {
		t.Error("two runs differ")
	}
}
