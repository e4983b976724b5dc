package slacksim_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"rollcall/adapters/slack/slacksim"
)

const homeTab = `{"type":"home","blocks":` + blocks + `}`

// many is an array of n dividers.
func many(n int) string {
	return "[" + strings.TrimSuffix(strings.Repeat(`{"type":"divider"},`, n), ",") + "]"
}

func TestHomeTab(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if _, published := b.Home("T1", "U1"); published {
		t.Error("there is a home tab that nobody published")
	}
	got := b.call(t, "xoxb-1", "views.publish", "user_id", "U1", "view", homeTab)
	b.wantError(t, got, "")
	view := got["view"].(map[string]any)
	home, published := b.Home("T1", "U1")
	if !published || home.ID != view["id"] || home.Hash != view["hash"] || home.Published != 1 || len(home.Presses) != 1 || home.Presses[0] != "v" || string(home.Blocks) != blocks {
		t.Errorf("got %+v of %v", home, view)
	}
	if _, published := b.Home("T2", "U1"); published {
		t.Error("the person of another workspace has it too")
	}

	// It is replaced, and with a hash only by whoever saw what is there.
	b.wantError(t, b.call(t, "xoxb-1", "views.publish", "user_id", "U1", "hash", "1.2", "view", homeTab), "hash_conflict")
	b.wantError(t, b.call(t, "xoxb-1", "views.publish", "user_id", "U2", "hash", home.Hash, "view", homeTab), "hash_conflict")
	again := b.call(t, "xoxb-1", "views.publish", "user_id", "U1", "hash", home.Hash, "view", `{"type":"home","blocks":[{"type":"divider"}]}`)
	b.wantError(t, again, "")
	if now, _ := b.Home("T1", "U1"); now.ID != home.ID || now.Hash == home.Hash || now.Published != 2 || len(now.Presses) != 0 {
		t.Errorf("got %+v after %+v", now, home)
	}
	b.wantError(t, b.call(t, "xoxb-1", "views.publish", "user_id", "U1", "hash", home.Hash, "view", homeTab), "hash_conflict")
}

func TestHomeTabsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.AddWorkspace(slacksim.Workspace{ID: "T5", Name: "Five", Token: "xoxb-5", NoHomeTab: true, Users: []slacksim.User{{ID: "U1"}}})
	table := `[{"type":"table","rows":[[{"type":"raw_text","text":"a"}]]}]`
	for _, test := range []struct{ name, token, user, view, want string }{
		{"100 blocks", "xoxb-1", "U1", `{"type":"home","blocks":` + many(100) + `}`, ""},
		{"101 blocks", "xoxb-1", "U1", `{"type":"home","blocks":` + many(101) + `}`, "invalid_arguments"},
		{"all that there may be", "xoxb-1", "U1", `{"type":"home","blocks":[],"private_metadata":"p","callback_id":"c","external_id":"e"}`, ""},
		{"no token", "", "U1", homeTab, "not_authed"},
		{"nobody", "xoxb-1", "U9", homeTab, "invalid_arguments"},
		{"no user", "xoxb-1", "", homeTab, "invalid_arguments"},
		{"a bot", "xoxb-1", slacksim.BotUser, homeTab, "invalid_arguments"},
		{"no view", "xoxb-1", "U1", "", "invalid_arguments"},
		{"no JSON", "xoxb-1", "U1", "{", "invalid_arguments"},
		{"a modal", "xoxb-1", "U1", `{"type":"modal","blocks":[]}`, "invalid_arguments"},
		{"a title", "xoxb-1", "U1", `{"type":"home","title":"x","blocks":[]}`, "invalid_arguments"},
		{"no blocks", "xoxb-1", "U1", `{"type":"home"}`, "invalid_arguments"},
		{"blocks that are none", "xoxb-1", "U1", `{"type":"home","blocks":{}}`, "invalid_arguments"},
		{"an unknown block", "xoxb-1", "U1", `{"type":"home","blocks":[{"type":"video"}]}`, "invalid_arguments"},
		{"a table, which is for messages", "xoxb-1", "U1", `{"type":"home","blocks":` + table + `}`, "invalid_arguments"},
		{"a long callback_id", "xoxb-1", "U1", `{"type":"home","blocks":[],"callback_id":"` + strings.Repeat("c", 256) + `"}`, "invalid_arguments"},
		{"too large", "xoxb-1", "U1", `{"type":"home","blocks":[],"private_metadata":"` + strings.Repeat("c", 256<<10) + `"}`, "view_too_large"},
		{"no home tab", "xoxb-5", "U1", homeTab, "not_enabled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.wantError(t, b.call(t, test.token, "views.publish", "user_id", test.user, "view", test.view), test.want)
		})
	}
	b.wantError(t, b.call(t, "xoxb-1", "chat.postMessage", "channel", b.chat(t), "blocks", table), "")
	b.wantError(t, b.call(t, "xoxb-1", "views.publish", "user_id", "U1", "view", homeTab, "view_id", "V1"), "invalid_arguments")
	if err := b.LookAtHome("T5", "U1"); err == nil {
		t.Error("somebody opened a home tab that isn't there")
	}
}

// The app hears that somebody opened its home tab, with what they see there, and what they press on it.
func TestActsOnTheHomeTab(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := b.PressHome("T1", "U1", "go"); err == nil {
		t.Error("a button was pressed that nobody published")
	}
	look := func() map[string]any {
		t.Helper()
		if err := b.LookAtHome("T1", "U1"); err != nil {
			t.Fatal(err)
		}
		return b.next(t)["event"].(map[string]any)
	}
	if event := look(); event["type"] != "app_home_opened" || event["tab"] != "home" || event["user"] != "U1" || event["view"] != nil {
		t.Errorf("got %v", event)
	}
	b.wantError(t, b.call(t, "xoxb-1", "views.publish", "user_id", "U1", "view", homeTab), "")
	home, _ := b.Home("T1", "U1")
	if view, ok := look()["view"].(map[string]any); !ok || view["id"] != home.ID || view["hash"] != home.Hash {
		t.Errorf("got the view %v, want %+v", view, home)
	}

	if err := b.PressHome("T1", "U1", "nothing"); err == nil {
		t.Error("a button was pressed that isn't there")
	}
	if err := b.PressHome("T1", "U1", "go"); err != nil {
		t.Fatal(err)
	}
	payload := b.next(t)
	if c := payload["container"].(map[string]any); c["type"] != "view" || c["view_id"] != home.ID {
		t.Errorf("got the container %v", c)
	}
	for _, absent := range []string{"response_url", "channel", "message"} {
		if payload[absent] != nil {
			t.Errorf("got %s: %v, want none", absent, payload[absent])
		}
	}
	if a := payload["actions"].([]any)[0].(map[string]any); a["value"] != "v" || payload["view"].(map[string]any)["type"] != "home" {
		t.Errorf("got %v", payload)
	}
}

// next is the next thing that the product is sent.
func (b *bench) next(t *testing.T) map[string]any {
	t.Helper()
	b.received = nil
	b.Outbox.Pump(t.Context())
	if len(b.received) != 1 {
		t.Fatalf("got %d requests, want one", len(b.received))
	}
	body := b.received[0].body
	if form, err := url.ParseQuery(body); err == nil && form.Has("payload") {
		body = form.Get("payload")
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	return got
}
