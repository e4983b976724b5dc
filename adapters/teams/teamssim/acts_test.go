package teamssim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/teams/teamssim"
)

// at is a value deep in an activity, by its path.
func at(activity map[string]any, path string) any {
	var value any = activity
	for _, name := range strings.Split(path, ".") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

func wantFields(t *testing.T, activity map[string]any, want map[string]any) {
	t.Helper()
	for path, value := range want {
		if got := at(activity, path); got != value {
			t.Errorf("%s: got %v, want %v", path, got, value)
		}
	}
}

func TestWhatEveryActivityHas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chat := w.chat(t, one, pat)
	id := w.post(t, chat, ask)
	conversation := w.Conversation(one, pat)
	said, err := w.Say(one, pat, "Help & <me>")
	do(t, err)
	do(t, w.Press(one, pat, conversation, id, "Yes"))
	do(t, w.Install(one, pat))
	do(t, w.Uninstall(one, pat))
	w.pump()
	kinds := []string{}
	for _, body := range w.bodies {
		var a map[string]any
		do(t, json.Unmarshal(body, &a))
		kinds = append(kinds, fmt.Sprint(a["type"]))
		wantFields(t, a, map[string]any{
			"channelId": "msteams", "serviceUrl": "https://" + host + "/emea/", "timestamp": "2026-03-02T09:00:00.0000000Z",
			"from.id": w.MRI(one, pat), "from.aadObjectId": pat, "recipient.id": "28:" + appID, "recipient.name": "Rollcall",
			"conversation.id": conversation, "conversation.conversationType": "personal", "conversation.tenantId": one,
			"channelData.tenant.id": one, "locale": "en-US",
		})
		if a["id"] == "" || len(a["entities"].([]any)) != 1 {
			t.Errorf("%s", body)
		}
	}
	if got := fmt.Sprint(kinds); got != "[message invoke installationUpdate conversationUpdate installationUpdate conversationUpdate]" {
		t.Errorf("got %s", got)
	}
	var first map[string]any
	do(t, json.Unmarshal(w.bodies[0], &first))
	wantFields(t, first, map[string]any{
		"id": said, "text": "Help & <me>", "textFormat": "plain", "from.name": "Pat Doe", "localTimestamp": "2026-03-02T10:00:00.000+01:00",
	})
}

func TestInstalling(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		how  teamssim.Announcing
		want string
	}{
		{"as always", teamssim.Announcing{}, "[add + remove -]"},
		{"the other order", teamssim.Announcing{ConversationFirst: true}, "[+ add - remove]"},
		{"twice", teamssim.Announcing{Twice: true}, "[add + add + remove - remove -]"},
		{"an upgrade", teamssim.Announcing{Upgrade: true}, "[add-upgrade + remove-upgrade -]"},
		{"silently", teamssim.Announcing{Silent: true}, "[]"},
		{"installation only", teamssim.Announcing{Only: teamssim.OnlyInstallation}, "[add remove]"},
		{"conversation only", teamssim.Announcing{Only: teamssim.OnlyConversation}, "[+ -]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			do(t, w.InstallAs(one, pat, tt.how))
			if !w.Installed(one, pat) || w.Installed(two, pat) {
				t.Error("installed elsewhere")
			}
			do(t, w.UninstallAs(one, pat, tt.how))
			w.pump()
			got := []string{}
			for _, body := range w.bodies {
				var a struct {
					Action                       string
					MembersAdded, MembersRemoved []struct{ ID string }
					ChannelData                  struct {
						Settings struct{ SelectedChannel struct{ ID string } }
					}
				}
				do(t, json.Unmarshal(body, &a))
				switch {
				case len(a.MembersAdded) == 1 && a.MembersAdded[0].ID == w.Bot():
					a.Action = "+"
				case len(a.MembersRemoved) == 1 && a.MembersRemoved[0].ID == w.Bot():
					a.Action = "-"
				}
				got = append(got, a.Action)
				if (a.ChannelData.Settings.SelectedChannel.ID != "") != strings.HasPrefix(a.Action, "add") {
					t.Errorf("settings: %s", body)
				}
			}
			if fmt.Sprint(got) != tt.want {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
}

func TestTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var arrived sync.WaitGroup
	arrived.Add(2)
	var mu sync.Mutex
	failed := false
	w.Outbox.Client.Transport = &sim.Transport{Handlers: map[string]http.Handler{"product.example": http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		arrived.Done()
		arrived.Wait() // neither is answered before both are here
		mu.Lock()
		defer mu.Unlock()
		if !failed {
			failed = true
			answer.WriteHeader(http.StatusServiceUnavailable)
		}
	})}}
	do(t, w.Install(one, pat))
	if n := w.PumpTogether(t.Context()); n != 2 {
		t.Fatalf("%d were sent", n)
	}
	if w.Outbox.Len() != 1 {
		t.Errorf("%d wait for another attempt, want the one that failed", w.Outbox.Len())
	}
	arrived.Add(1)
	w.clock.Advance(time.Minute)
	if w.pump() != 1 || w.Outbox.Len() != 0 {
		t.Error("it was not sent again")
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status, attempts int
		complaints       int
	}{{200, 1, 0}, {201, 1, 0}, {202, 1, 0}, {204, 4, 4}, {401, 1, 1}, {429, 4, 4}, {500, 4, 4}, {503, 4, 4}} {
		w := newWorld(t)
		w.answer = func(answer http.ResponseWriter, _ *http.Request) { answer.WriteHeader(tt.status) }
		do(t, w.InstallAs(one, pat, teamssim.Announcing{Silent: true}))
		_, err := w.Say(one, pat, "hello")
		do(t, err)
		for range 6 {
			w.pump()
			w.clock.Advance(time.Minute)
		}
		if len(w.bodies) != tt.attempts || len(w.Complaints()) != tt.complaints {
			t.Errorf("%d: %d attempts, want %d; %v", tt.status, len(w.bodies), tt.attempts, w.Complaints())
		}
		if len(w.heads) > 1 && w.heads[0].Get("Authorization") == w.heads[1].Get("Authorization") {
			t.Errorf("%d: the same token again", tt.status)
		}
	}
}

func TestSlowProduct(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *teamssim.Config) { c.Deadline = 20 * time.Millisecond })
	id := w.post(t, w.chat(t, one, pat), ask)
	w.answer = func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	do(t, w.Press(one, pat, w.Conversation(one, pat), id, "Yes"))
	w.pump()
	all := w.Messages(0)
	if got := all[len(all)-1]; !got.Private || got.FromApp || got.To != pat || got.Text == "" || len(w.Complaints()) != 1 || w.Outbox.Len() != 0 {
		t.Errorf("%+v, %v", got, w.Complaints())
	}
}

func TestPress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AddUser(one, teamssim.User{ID: col, Name: "Col Roe", OldClient: true})
	for _, tt := range []struct {
		name, user, button string
		want               map[string]any // nil: there is no such button
	}{
		{"by label", pat, "Yes", map[string]any{
			"type": "invoke", "name": "adaptiveCard/action", "value.action.type": "Action.Execute", "value.action.verb": "yes",
			"value.action.data.press": "a", "value.trigger": "manual", "text": nil,
		}},
		{"by place", pat, "1", map[string]any{"type": "invoke", "value.action.verb": "no"}},
		{"a place too far", pat, "2", nil},
		{"no such label", pat, "Maybe", nil},
		{"an old client", col, "Yes", map[string]any{"type": "message", "name": nil, "value.press": "a", "value.verb": "yes", "text": nil}},
		{"an old client, where the fallback is none", col, "No", nil},
	} {
		id := w.post(t, w.chat(t, one, tt.user), ask)
		err := w.Press(one, tt.user, w.Conversation(one, tt.user), id, tt.button)
		if (err != nil) != (tt.want == nil) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if tt.want == nil {
			continue
		}
		if w.pump() != 1 {
			t.Fatalf("%s: nothing was sent", tt.name)
		}
		tt.want["replyToId"] = id
		wantFields(t, w.last(t), tt.want)
	}
}

// TestPressInTheBody: buttons in the body come before the card's own.
func TestPressInTheBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(t, w.chat(t, one, pat), strings.Replace(ask, `"body":[`,
		`"body":[{"type":"ActionSet","actions":[{"type":"Action.Execute","title":"First","verb":"first","data":{"press":"f"}}]},`, 1))
	for place, verb := range []string{"first", "yes"} {
		do(t, w.Press(one, pat, w.Conversation(one, pat), id, fmt.Sprint(place)))
		w.pump()
		wantFields(t, w.last(t), map[string]any{"value.action.verb": verb})
	}
	if got := w.Messages(0)[0].Presses; !slices.Equal(got[0], []string{"f", "a", "yes", "b"}) {
		t.Errorf("got %q", got)
	}
}

func TestAnswersOfAnInvoke(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		body   string
		fine   bool
		shown  string // what is in the card or the text
	}{
		{"a card", 200, `{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":` + done + `}`, true, "Done"},
		{"a word", 200, `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"Thanks"}`, true, "Thanks"},
		{"an error", 200, `{"statusCode":400,"type":"application/vnd.microsoft.error","value":{"code":"c","message":"Oh no"}}`, true, "Oh no"},
		{"to be tried again", 200, `{"statusCode":429,"type":"application/vnd.microsoft.activity.retryAfter","value":5}`, true, ""},
		{"a wrong code", 200, `{"statusCode":401,"type":"application/vnd.microsoft.error.incorrectAuthCode","value":null}`, true, ""},
		{"nothing", 200, ``, false, "wrong"},
		{"another outer status", 202, `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"Thanks"}`, false, "wrong"},
		{"refused", 500, ``, false, "wrong"},
		{"a card that is none", 200, `{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":{"type":"x"}}`, false, "wrong"},
		{"a card as text", 200, `{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":"{}"}`, false, "wrong"},
		{"a card as a word", 200, `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":` + done + `}`, false, "wrong"},
		{"an empty word", 200, `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":""}`, false, "wrong"},
		{"an error with 200", 200, `{"statusCode":200,"type":"application/vnd.microsoft.error","value":{"code":"c","message":"m"}}`, false, "wrong"},
		{"an error without words", 200, `{"statusCode":400,"type":"application/vnd.microsoft.error","value":{}}`, false, "wrong"},
		{"an unknown field", 200, `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"x","more":1}`, false, "wrong"},
		{"a status as text", 200, `{"statusCode":"200","type":"application/vnd.microsoft.activity.message","value":"x"}`, false, "wrong"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.answer = func(answer http.ResponseWriter, _ *http.Request) {
				answer.WriteHeader(tt.status)
				_, _ = answer.Write([]byte(tt.body))
			}
			chat := w.chat(t, one, pat)
			id, conversation := w.post(t, chat, ask), w.Conversation(one, pat)
			do(t, w.Press(one, pat, conversation, id, "Yes"))
			w.pump()
			all := w.Messages(0)
			m := all[len(all)-1]
			if len(all) != 2 || !m.Private || m.To != pat || m.FromApp != tt.fine || !strings.Contains(m.Text+string(m.Card), tt.shown) {
				t.Errorf("%d messages, the last %+v", len(all), m)
			}
			if (len(w.Complaints()) == 0) != tt.fine {
				t.Errorf("complaints: %v", w.Complaints())
			}
			if tt.name != "a card" {
				return
			}
			if got := string(w.Shown(one, pat, conversation, id)); got != done {
				t.Errorf("shown: %s", got)
			}
			want(t, w.ask("PUT", chat+"/activities/"+id, withCard(ask)), 200, "")
			if got := string(w.Shown(one, pat, conversation, id)); got != ask {
				t.Errorf("shown after it changed for everybody: %s", got)
			}
		})
	}
}

// A card that one person alone was shown has buttons, until they look again.
func TestPressOnAView(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.answer = func(answer http.ResponseWriter, _ *http.Request) {
		_, _ = answer.Write([]byte(`{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":` + ask + `}`))
	}
	id := w.post(t, w.chat(t, one, pat), ask)
	conversation := w.Conversation(one, pat)
	do(t, w.Press(one, pat, conversation, id, "Yes"))
	w.pump()
	all := w.Messages(0)
	view := all[len(all)-1]
	if fmt.Sprint(view.Presses) != "[[a yes b]]" {
		t.Errorf("presses %v", view.Presses)
	}
	do(t, w.Press(one, pat, conversation, view.ID, "No"))
	w.pump()
	wantFields(t, w.last(t), map[string]any{"replyToId": id, "value.action.verb": "no"})
	if err := w.Press(one, pat, conversation, view.ID, "No"); err == nil {
		t.Error("a view that another one replaced was pressed")
	}
	do(t, w.Look(one, pat, conversation, id))
	if got := string(w.Shown(one, pat, conversation, id)); got != ask || w.pump() != 0 {
		t.Errorf("shown: %s", got)
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	card := strings.Replace(ask, `"actions"`, `"refresh":{"action":{"type":"Action.Execute","verb":"look","data":{}},"userIds":["`+w.MRI(one, pat)+`"]},"actions"`, 1)
	id := w.post(t, w.chat(t, one, pat), card)
	conversation := w.Conversation(one, pat)
	do(t, w.Look(one, pat, conversation, id))
	if w.pump() != 0 {
		t.Error("a new card was refreshed")
	}
	w.clock.Advance(time.Minute)
	do(t, w.Look(one, pat, conversation, id))
	if w.pump() != 1 {
		t.Fatal("it was not refreshed")
	}
	wantFields(t, w.last(t), map[string]any{"type": "invoke", "value.trigger": "automatic", "value.action.verb": "look", "replyToId": id})
}

func TestForwardedCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(t, w.chat(t, one, pat), ask)
	group, err := w.Group(teamssim.Member{Tenant: one, User: pat}, teamssim.Member{Tenant: two, User: col})
	do(t, err)
	if err := w.Press(two, col, w.Conversation(one, pat), id, "Yes"); err == nil {
		t.Error("somebody pressed in a chat that they aren't in")
	}
	copied, err := w.Forward(teamssim.Member{Tenant: one, User: pat}, w.Conversation(one, pat), id, group)
	do(t, err)
	do(t, w.Press(two, col, group, copied, "Yes"))
	w.pump()
	wantFields(t, w.last(t), map[string]any{
		"type": "invoke", "replyToId": copied, "from.aadObjectId": col, "from.id": w.MRI(two, col), "conversation.id": group,
		"conversation.conversationType": "groupChat", "conversation.isGroup": true, "conversation.tenantId": one,
	})
	if _, err := w.Mention(teamssim.Member{Tenant: two, User: col}, group, "help"); err != nil {
		t.Fatal(err)
	}
	w.pump()
	wantFields(t, w.last(t), map[string]any{"text": "<at>Rollcall</at> help"})
}

func TestWhoCanSpeak(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.Say(one, pat, "hi"); err == nil {
		t.Error("somebody without the app wrote to it")
	}
	do(t, w.Install(one, pat))
	do(t, w.Block(one, pat, teamssim.BlockedByUser))
	if _, err := w.Say(one, pat, "hi"); err == nil {
		t.Error("somebody who blocked the app wrote to it")
	}
	if err := w.Block(one, pat, teamssim.NotBlocked); err == nil {
		t.Error("a block that is none was taken")
	}
	do(t, w.DeleteUser(one, pat))
	want(t, w.ask("POST", "/v3/conversations", create(one, pat)), 400, "BadSyntax")
	w.pump()
	if removed, _ := w.last(t)["membersRemoved"].([]any); len(removed) != 1 || at(removed[0].(map[string]any), "aadObjectId") != pat {
		t.Errorf("%v", w.last(t))
	}
	if slices.ContainsFunc(w.Users(one), func(u teamssim.User) bool { return u.ID == pat }) {
		t.Error("they are still there")
	}
}

// Activities may come twice, late, in another order; whatever is in them stays as it was.
func TestRearranged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	do(t, w.InstallAs(one, pat, teamssim.Announcing{Silent: true}))
	for _, text := range []string{"a", "b"} {
		_, err := w.Say(one, pat, text)
		do(t, err)
		do(t, w.MoveRegion(one, "amer"))
	}
	w.Outbox.Rearrange(func(all []sim.Delivery) []sim.Delivery { return []sim.Delivery{all[1], all[0], all[0]} })
	w.pump()
	var got []string
	for _, body := range w.bodies {
		var a struct{ Text, ServiceURL string }
		do(t, json.Unmarshal(body, &a))
		got = append(got, a.Text+strings.TrimPrefix(a.ServiceURL, "https://"+host))
	}
	if fmt.Sprint(got) != "[b/amer/ a/emea/ a/emea/]" {
		t.Errorf("got %v", got)
	}
}
