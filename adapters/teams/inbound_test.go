package teams

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/teams/teamssim"
	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
)

var onlyYou = cards.Card{Summary: "For you only", Title: "For you only"}

// press has Ann press the first button of the question.
func (w *world) press(t *testing.T) sim.Delivery {
	t.Helper()
	ref := w.ask(t)
	return w.hold(t, func() error { return w.sim.Press(tenantA, annID, ref.Conversation, ref.ID, "Sync") })[0]
}

func TestAnswersToAPress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		reply  bot.Reply
		err    error
		status int
		want   string // a part of the body
	}{
		{"a word", bot.Reply{Word: "Done"}, nil, 200, `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"Done"}`},
		{"nothing to say", bot.Reply{}, nil, 200, `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"Thank you"}`},
		{"a card", bot.Reply{Card: &onlyYou, Word: "Done"}, nil, 200, `{"statusCode":200,"type":"application/vnd.microsoft.card.adaptive","value":{"$schema"`},
		{"a card that can't be", bot.Reply{Card: &cards.Card{Title: "no summary"}, Word: "Done"}, nil, 200, `"value":"Done"}`},
		{"of no tenant", bot.Reply{}, directory.Errorf(directory.NotFound, "no"), 200, `"value":"Thank you"}`},
		{"the store is away", bot.Reply{}, directory.Errorf(directory.Unavailable, "no"), 503, ""},
		{"a defect", bot.Reply{}, directory.Errorf(directory.Conflict, "no"), 500, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			d := w.press(t)
			before := len(w.fromApp())
			w.sink.answer(test.reply, test.err)
			status, body := w.deliver(d)
			if status != test.status || !strings.Contains(body, test.want) || test.want == "" && body != "" {
				t.Errorf("status %d %s, want %d %s", status, body, test.status, test.want)
			}
			if n := len(w.fromApp()); n != before {
				t.Errorf("%d messages were posted", n-before)
			}
		})
	}
}

// TestAnswersArePleasant: the simulator reads the answers as Teams does, and has nothing to complain of.
func TestAnswersArePleasant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, reply := range []bot.Reply{{Word: "Done"}, {Card: &onlyYou}, {}} {
		ref := w.ask(t)
		w.sink.answer(reply, nil)
		must(t, w.sim.Press(tenantA, annID, ref.Conversation, ref.ID, "Sync"))
		w.sim.Outbox.Pump(t.Context())
		shown := string(w.sim.Shown(tenantA, annID, ref.Conversation, ref.ID))
		if got := strings.Contains(shown, "For you only"); got != (reply.Card != nil) {
			t.Errorf("%+v: Ann sees %s", reply, shown)
		}
	}
	if got := w.sim.Complaints(); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestPressByAnOldClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.sim.AddUser(tenantA, teamssim.User{ID: annID, Name: "Ann", Email: "ann@company.example", OldClient: true})
	ref := w.ask(t)
	w.sink.answer(bot.Reply{Card: &onlyYou, Word: "Done"}, nil)
	must(t, w.sim.Press(tenantA, annID, ref.Conversation, ref.ID, "Not me"))
	w.sim.Outbox.Pump(t.Context())
	got, ok := w.sink.only(t).event.(bot.Pressed)
	if !ok || got.Press != question().Actions[1].Press || got.Message != ref || got.ID == "" {
		t.Errorf("%+v", got)
	}
	all := w.fromApp()
	if last := all[len(all)-1]; !last.Direct || last.To != annID || last.Text != onlyYou.Summary {
		t.Errorf("the reply is %+v", last)
	}
}

func TestInvokesThatAreNoPress(t *testing.T) {
	t.Parallel()
	set := func(key string, value any) func(map[string]any) { return func(a map[string]any) { a[key] = value } }
	tests := []struct {
		name   string
		change func(map[string]any)
		want   int
		body   string
	}{
		{"a message extension", set("name", "composeExtension/query"), 501, ""},
		{"a sign-in", set("name", "signin/verifyState"), 501, ""},
		{"no name", set("name", ""), 501, ""},
		{"no value", set("value", nil), 200, `"statusCode":400`},
		{"an odd value", set("value", 7), 200, `"statusCode":400`},
		{"somebody else's button", set("value", map[string]any{"action": map[string]any{"data": map[string]any{"x": 1}}}), 200, `"statusCode":400`},
		{"a refresh", func(a map[string]any) { a["value"].(map[string]any)["trigger"] = "automatic" }, 200, `"statusCode":400`},
		{"nobody's", func(a map[string]any) { delete(a["from"].(map[string]any), "aadObjectId") }, 200, `"statusCode":400`},
		{"without an id", set("id", ""), 200, `"statusCode":400`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			d := w.press(t)
			d.Body = changed(t, d.Body, test.change)
			status, body := w.deliver(d)
			if status != test.want || !strings.Contains(body, test.body) || test.body == "" && body != "" {
				t.Errorf("status %d %s, want %d", status, body, test.want)
			}
			if got := w.sink.all(); len(got) != 0 {
				t.Errorf("the sink took %+v", got)
			}
		})
	}
}

func changed(t *testing.T, body []byte, change func(map[string]any)) []byte {
	t.Helper()
	var fields map[string]any
	must(t, json.Unmarshal(body, &fields))
	change(fields)
	body, err := json.Marshal(fields)
	must(t, err)
	return body
}

func TestActivitiesThatAreNothing(t *testing.T) {
	t.Parallel()
	kind := func(name string) func(map[string]any) { return func(a map[string]any) { a["type"] = name } }
	tests := []struct {
		name   string
		change func(map[string]any)
	}{
		{"a reaction", kind("messageReaction")},
		{"typing", kind("typing")},
		{"an edit", kind("messageUpdate")},
		{"an event", func(a map[string]any) {
			a["type"], a["name"], a["value"] = "event", "application/vnd.microsoft.readReceipt", map[string]any{}
		}},
		{"what nobody knows yet", kind("somethingNew")},
		{"the end", kind("endOfConversation")},
		{"a card of others", func(a map[string]any) { delete(a, "text"); a["value"] = map[string]any{"x": 1} }},
		{"a card that answers a number", func(a map[string]any) { delete(a, "text"); a["value"] = 7 }},
		{"from nobody", func(a map[string]any) { delete(a["from"].(map[string]any), "aadObjectId") }},
		{"from an id that is none", func(a map[string]any) { a["from"].(map[string]any)["aadObjectId"] = "ann" }},
		{"in a group, without a mention", func(a map[string]any) { a["conversation"].(map[string]any)["conversationType"] = "groupChat" }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			d := w.hold(t, func() error { _, err := w.sim.Say(tenantA, annID, "help"); return err })[0]
			d.Body = changed(t, d.Body, test.change)
			if status, body := w.deliver(d); status != http.StatusOK || body != "" {
				t.Errorf("status %d %s", status, body)
			}
			if got := w.sink.all(); len(got) != 0 {
				t.Errorf("the sink took %+v", got)
			}
		})
	}
}

// TestAmongOthers: where people of several tenants are, the actor's home is asked for, and the reply
// goes to their own chat, or nowhere.
func TestAmongOthers(t *testing.T) {
	t.Parallel()
	const members = "GET /v3/conversations/{conversation}/members/{member}"
	eve := directory.AccountID{Platform: Name, Workspace: tenantC, User: eveID}
	unknown := directory.AccountID{Platform: Name, User: annID}
	tests := []struct {
		name   string
		by     teamssim.Member
		fault  sim.Fault
		status int
		want   directory.AccountID // zero: not taken
		reply  bool
	}{
		{"ours", teamssim.Member{Tenant: tenantA, User: annID}, sim.Fault{}, 200, directory.AccountID{Platform: Name, Workspace: tenantA, User: annID}, true},
		{"a stranger", teamssim.Member{Tenant: tenantC, User: eveID}, sim.Fault{}, 200, eve, false},
		{"a member that nobody knows", teamssim.Member{Tenant: tenantA, User: annID}, teamssim.Failure("Bad Argument"), 200, unknown, false},
		{"somebody else's answer", teamssim.Member{Tenant: tenantA, User: annID}, sim.Fault{
			Name: "other", Status: 200, ContentType: "application/json", Body: `{"aadObjectId":"` + bobID + `","tenantId":"` + tenantA + `"}`,
		}, 200, unknown, false},
		{"throttled", teamssim.Member{Tenant: tenantA, User: annID}, teamssim.Failure("Throttled"), 503, directory.AccountID{}, false},
		{"half an answer", teamssim.Member{Tenant: tenantA, User: annID}, sim.Fault{Name: "half", Status: 200, Body: `{"`}, 503, directory.AccountID{}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			if test.fault.Name != "" {
				w.sim.Faults.Add(sim.Rule{Route: members, Times: 1, Fault: test.fault})
			}
			w.sink.answer(bot.Reply{Card: &onlyYou}, nil)
			d := w.hold(t, func() error { _, err := w.sim.Mention(test.by, w.group, "help"); return err })[0]
			status, _ := w.deliver(d)
			if status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			all := w.sink.all()
			if test.want.IsZero() {
				if len(all) != 0 {
					t.Errorf("took %+v", all)
				}
				return
			}
			got := w.sink.only(t)
			if got.origin.Actor != test.want || got.origin.Direct || got.origin.Workspace != tenantA || got.event.(bot.Said).Text != "help" {
				t.Errorf("got %+v", got)
			}
			posted := w.fromApp()
			if (len(posted) == 1) != test.reply || test.reply && (!posted[0].Direct || posted[0].To != annID) {
				t.Errorf("the replies are %+v", posted)
			}
		})
	}
}
