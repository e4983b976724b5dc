package teamssim_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/teams/teamssim"
)

func create(tenant, member string) string {
	return fmt.Sprintf(`{"members":[{"id":%q}],"tenantId":%q,"channelData":{"tenant":{"id":%q}},"bot":{"id":"28:%s"},"isGroup":false}`, member, tenant, tenant, appID)
}

func TestCreateConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	do(t, w.Install(one, pat))
	mri := w.MRI(one, pat)
	for _, tt := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"by object id", create(one, pat), 201, ""},
		{"by object id in capitals", create(strings.ToUpper(one), strings.ToUpper(pat)), 201, ""},
		{"by the bot's id of the user", create(one, mri), 201, ""},
		{"without what is optional", fmt.Sprintf(`{"members":[{"id":%q}],"tenantId":%q}`, pat, one), 201, ""},
		{"by address", create(one, "pat@1.example"), 400, "BadSyntax"},
		{"by another tenant's id of the user", create(one, w.MRI(two, pat)), 400, "BadSyntax"},
		{"not installed", create(one, col), 403, "ForbiddenOperationException"},
		{"installed in another tenant", create(two, pat), 403, "ForbiddenOperationException"},
		{"an unknown tenant", create(teamssim.UnknownTenant, pat), 400, "BadArgument"},
		{"tenants that differ", strings.Replace(create(one, pat), `"tenantId":"`+one, `"tenantId":"`+two, 1), 400, "BadArgument"},
		{"no tenant", fmt.Sprintf(`{"members":[{"id":%q}]}`, pat), 400, "BadArgument"},
		{"another bot", strings.Replace(create(one, pat), appID, col, 1), 400, "BadArgument"},
		{"a group", strings.Replace(create(one, pat), "false", "true", 1), 400, "BadArgument"},
		{"two members", strings.Replace(create(one, pat), `[{"id"`, `[{"id":"x"},{"id"`, 1), 400, "BadArgument"},
		{"an unknown field", `{"nonsense":1}`, 400, "BadSyntax"},
		{"two objects", `{}{}`, 400, "BadSyntax"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.clock.Advance(time.Second)
			answer := w.ask(http.MethodPost, "/v3/conversations", tt.body)
			want(t, answer, tt.status, tt.code)
			if tt.status == 201 && fields(t, answer)["id"] != w.Conversation(one, pat) {
				t.Errorf("another conversation: %s", answer.Body)
			}
			if answer.Header().Get("X-Correlating-OperationId") == "" {
				t.Error("no X-Correlating-OperationId")
			}
		})
	}
}

// Every state in which the connector refuses, and that it ends.
func TestStates(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		begin, end func(w *world) error
		status     int
		code       string
		reads      bool // members can be read all the same
	}{
		{
			"uninstalled", func(w *world) error { return w.Uninstall(one, pat) }, func(w *world) error { return w.Install(one, pat) },
			403, "BotNotInConversationRoster", false,
		},
		{
			"blocked", func(w *world) error { return w.Block(one, pat, teamssim.BlockedByUser) }, func(w *world) error { return w.Unblock(one, pat) },
			403, "ConversationBlockedByUser", true,
		},
		{
			"disabled by an admin", func(w *world) error { return w.DisableApp(one, true) }, func(w *world) error { return w.DisableApp(one, false) },
			403, "BotDisabledByAdmin", false,
		},
		{
			"of the government's cloud", func(w *world) error { w.AddTenant(teamssim.Tenant{ID: one, GCC: true}); return nil },
			func(w *world) error { w.AddTenant(teamssim.Tenant{ID: one}); return nil }, 403, "InvalidBotApiHost", false,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			chat := w.chat(t, one, pat)
			id := w.post(t, chat, ask)
			do(t, tt.begin(w))
			want(t, w.ask("POST", chat+"/activities", withCard(ask)), tt.status, tt.code)
			want(t, w.ask("PUT", chat+"/activities/"+id, withCard(done)), tt.status, tt.code)
			want(t, w.ask("DELETE", chat+"/activities/"+id, ""), tt.status, tt.code)
			if answer := w.ask("GET", chat+"/members", ""); (answer.Code == 200) != tt.reads {
				t.Errorf("members: %d", answer.Code)
			}
			if n := len(w.Messages(0)); n != 1 {
				t.Errorf("%d messages", n)
			}
			do(t, tt.end(w))
			want(t, w.ask("PUT", chat+"/activities/"+id, withCard(done)), 200, "")
		})
	}
}

func TestBlockedInTheOtherShape(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chat := w.chat(t, one, pat)
	do(t, w.Block(one, pat, teamssim.MessageWrites))
	answer := w.ask("POST", chat+"/activities", withCard(ask))
	body := fields(t, answer)
	inner, _ := body["message"].(string)
	var read struct{ SubCode string }
	if err := json.Unmarshal([]byte(inner), &read); answer.Code != 403 || body["errorCode"] != 209.0 || err != nil || read.SubCode != "MessageWritesBlocked" {
		t.Errorf("%d: %s", answer.Code, answer.Body)
	}
}

func TestServiceURLs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chat := w.chat(t, one, pat)
	for _, tt := range []struct {
		name   string
		change func()
		base   string
		status int
	}{
		{"the public one", func() {}, "/teams", 200},
		{"the region's", func() {}, "/emea", 200},
		{"another region's", func() {}, "/amer", 404},
		{"the government's", func() {}, "/gcc/teams", 403},
		{"none", func() {}, "", 404},
		{"after a move, the new region's", func() { do(t, w.MoveRegion(one, "amer")) }, "/amer", 200},
		{"after a move, the old region's", func() {}, "/emea", 404},
		{"the government's, where that is right", func() { w.AddTenant(teamssim.Tenant{ID: one, GCC: true}) }, "/gcc/teams", 200},
	} {
		tt.change()
		path := tt.base + chat + "/members"
		if tt.base == "" {
			path = "//" + host + chat + "/members"
		}
		if answer := w.ask("GET", path, ""); answer.Code != tt.status {
			t.Errorf("%s: got %d, want %d", tt.name, answer.Code, tt.status)
		}
	}
}

func TestStaleConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chat := w.chat(t, one, pat)
	do(t, w.DropConversation(one, pat))
	want(t, w.ask("POST", chat+"/activities", withCard(ask)), 404, "ConversationNotFound")
	answer := w.ask("POST", "/v3/conversations", create(one, pat))
	want(t, answer, 201, "")
	if id := fields(t, answer)["id"]; id == "" || strings.HasSuffix(chat, url.PathEscape(id.(string))) {
		t.Errorf("the conversation is still %v", id)
	}
}

func TestWhatCanBeSent(t *testing.T) {
	t.Parallel()
	card := `"attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":` + done + `}]`
	for _, tt := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"a card", `{"type":"message",` + card + `}`, 201, ""},
		{"text", `{"type":"message","text":"hi","textFormat":"plain"}`, 201, ""},
		{"all that it may name", `{"type":"message","channelId":"msteams","from":{"id":"28:` + appID + `"},"recipient":{"id":"` + pat + `"},"summary":"s","importance":"high","channelData":{"tenant":{"id":"` + one + `"},"notification":{"alert":true}},` + card + `}`, 201, ""},
		{"text and a card", `{"type":"message","text":"hi",` + card + `}`, 202, ""},
		{"typing", `{"type":"typing"}`, 202, ""},
		{"nothing", `{"type":"message"}`, 400, "BadArgument"},
		{"blanks", `{"type":"message","text":"  "}`, 400, "BadArgument"},
		{"no type", `{"text":"hi"}`, 400, "BadArgument"},
		{"an event", `{"type":"event","text":"hi"}`, 400, "BadArgument"},
		{"an unknown field", `{"type":"message","text":"hi","nonsense":1}`, 400, "BadSyntax"},
		{"no JSON", `{"type":`, 400, "BadSyntax"},
		{"a time of zero", `{"type":"message","text":"hi","timestamp":"0001-01-01T00:00:00Z"}`, 400, "BadArgument"},
		{"an odd format", `{"type":"message","text":"hi","textFormat":"html"}`, 400, "BadArgument"},
		{"from somebody else", `{"type":"message","text":"hi","from":{"id":"28:x"}}`, 400, "BadArgument"},
		{"to somebody else", `{"type":"message","text":"hi","recipient":{"id":"` + col + `"}}`, 400, "BadArgument"},
		{"in another conversation", `{"type":"message","text":"hi","conversation":{"id":"a:1"}}`, 400, "BadArgument"},
		{"in another tenant", `{"type":"message","text":"hi","channelData":{"tenant":{"id":"` + two + `"}}}`, 400, "BadArgument"},
		{"on another channel", `{"type":"message","text":"hi","channelId":"slack"}`, 400, "BadArgument"},
		{"another attachment", `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.hero","content":{}}]}`, 400, "BadArgument"},
		{"too many attachments", `{"type":"message","attachments":[{},{}]}`, 400, "BadArgument"},
		{"as long as it may be", `{"type":"message","text":"` + strings.Repeat("x", 49_900) + `"}`, 201, ""},
		{"too long", `{"type":"message","text":"` + strings.Repeat("x", 50_000) + `"}`, 413, "MessageSizeTooBig"},
		{"too long by far", `{"type":"message","text":"` + strings.Repeat("x", 2<<20) + `"}`, 413, "MessageSizeTooBig"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			chat := w.chat(t, one, pat)
			answer := w.ask("POST", chat+"/activities", tt.body)
			want(t, answer, tt.status, tt.code)
			messages := map[int]int{201: 1, 202: 2}[tt.status]
			if tt.name == "typing" {
				messages = 0
			}
			if n := len(w.Messages(0)); n != messages || tt.status == 202 && answer.Body.Len() > 0 {
				t.Errorf("%d messages: %s", n, answer.Body)
			}
		})
	}
}

func TestRefusedBeforeItIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chat := w.chat(t, one, pat)
	r := httptest.NewRequest("POST", "https://"+host+"/teams"+chat+"/activities", strings.NewReader(withCard(done)))
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Content-Type", "text/plain")
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	want(t, answer, 415, "UnsupportedMediaType")
	want(t, w.ask("POST", chat+"/activities?isTargetedActivity=true", withCard(done)), 400, "BadArgument")
	want(t, w.ask("PATCH", chat+"/activities", withCard(done)), 404, "")
	want(t, w.ask("POST", chat+";x/activities", withCard(done)), 404, "")
	want(t, w.ask("POST", strings.Replace(chat, "%3A", "%253A", 1)+"x/activities", withCard(done)), 404, "ConversationNotFound")
}

func TestMessagesAndEdits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chat := w.chat(t, one, pat)
	id := w.post(t, chat, ask)
	seq := w.Messages(0)[0].Seq
	want(t, w.ask("PUT", chat+"/activities/"+id, withCard(done)), 200, "")
	all := w.Messages(seq)
	if len(all) != 1 {
		t.Fatalf("%d messages changed", len(all))
	}
	m := all[0]
	if m.ID != id || m.Workspace != one || m.To != pat || m.From != w.Bot() || !m.FromApp || !m.Direct || m.Edits != 1 ||
		string(m.First) != ask || string(m.Card) != done || fmt.Sprint(m.Presses) != "[[a yes b] []]" {
		t.Errorf("%+v", m)
	}
	said, err := w.Say(one, pat, "mine")
	do(t, err)
	want(t, w.ask("PUT", chat+"/activities/"+said, withCard(done)), 403, "NotEnoughPermissions")
	want(t, w.ask("PUT", chat+"/activities/1", withCard(done)), 404, "ActivityNotFoundInConversation")
	want(t, w.ask("DELETE", chat+"/activities/"+id, ""), 200, "")
	want(t, w.ask("DELETE", chat+"/activities/"+id, ""), 404, "ActivityNotFoundInConversation")
	w.clock.Advance(time.Second)
	second := w.post(t, chat, ask)
	do(t, w.Erase(w.Conversation(one, pat), second))
	want(t, w.ask("PUT", chat+"/activities/"+second, withCard(done)), 404, "ActivityNotFoundInConversation")
}

func TestMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *teamssim.Config) { c.MaxPage = 1 })
	chat := w.chat(t, one, pat)
	for _, id := range []string{w.MRI(one, pat), pat, "PAT@1.example"} {
		got := fields(t, w.ask("GET", chat+"/members/"+url.PathEscape(id), ""))
		if got["aadObjectId"] != pat || got["tenantId"] != one || got["email"] != "pat@1.example" || got["userRole"] != "user" {
			t.Errorf("%s: %v", id, got)
		}
	}
	want(t, w.ask("GET", chat+"/members/"+col, ""), 404, "MemberNotFoundInConversation")
	group, err := w.Group(teamssim.Member{Tenant: one, User: pat}, teamssim.Member{Tenant: two, User: col})
	do(t, err)
	path := "/v3/conversations/" + url.PathEscape(group) + "/pagedmembers"
	var seen []string
	for next := ""; ; {
		var page struct {
			Members           []struct{ ObjectID, TenantID string }
			ContinuationToken string
		}
		do(t, json.Unmarshal(w.ask("GET", path+"?pageSize=50&continuationToken="+url.QueryEscape(next), "").Body.Bytes(), &page))
		for _, m := range page.Members {
			seen = append(seen, m.TenantID[:1]+m.ObjectID[len(m.ObjectID)-1:])
		}
		if next = page.ContinuationToken; next == "" {
			break
		}
	}
	if fmt.Sprint(seen) != "[11 22]" {
		t.Errorf("members %v", seen)
	}
	want(t, w.ask("GET", path+"?pageSize=7", ""), 400, "BadArgument")
	want(t, w.ask("GET", path+"?continuationToken=x", ""), 400, "BadArgument")
}

func TestRates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chat := w.chat(t, one, pat)
	text := `{"type":"message","text":"hi"}`
	for i := range 7 {
		if answer := w.ask("POST", chat+"/activities", text); answer.Code != 201 {
			t.Fatalf("message %d: %d", i, answer.Code)
		}
	}
	answer := w.ask("POST", chat+"/activities", text)
	want(t, answer, 429, "Throttled")
	if got := answer.Header().Get("Retry-After"); got != "1" {
		t.Errorf("Retry-After %q", got)
	}
	if answer := w.ask("POST", w.chat(t, two, pat)+"/activities", text); answer.Code != 201 {
		t.Errorf("another conversation: %d", answer.Code)
	}
	w.clock.Advance(time.Second)
	want(t, w.ask("POST", chat+"/activities", text), 201, "")
	want(t, w.ask("POST", chat+"/activities", text), 429, "Throttled") // eight within two seconds
	for sent := 8; sent < 60; sent += 4 {
		w.clock.Advance(2 * time.Second)
		for range 4 {
			want(t, w.ask("POST", chat+"/activities", text), 201, "")
		}
	}
	w.clock.Advance(time.Second)
	answer = w.ask("POST", chat+"/activities", text)
	want(t, answer, 429, "Throttled")
	if got := answer.Header().Get("Retry-After"); got != "2" {
		t.Errorf("after 60 within 28 seconds: Retry-After %q", got)
	}
}

func TestRatesOfATenant(t *testing.T) {
	t.Parallel()
	for _, bare := range []bool{false, true} {
		w := newWorld(t, func(c *teamssim.Config) { c.BareThrottling = bare })
		for i := range 51 {
			id := w.AddUser(one, teamssim.User{Email: fmt.Sprint(i, "@1.example")})
			do(t, w.InstallAs(one, id, teamssim.Announcing{Silent: true}))
			status := 201
			if i == 50 {
				status = 429
			}
			answer := w.ask("POST", "/v3/conversations", create(one, id))
			if answer.Code != status || status == 429 && (answer.Header().Get("Retry-After") == "") != bare {
				t.Errorf("call %d: %d, Retry-After %q", i, answer.Code, answer.Header().Get("Retry-After"))
			}
		}
	}
}

// The simulator also runs for itself, behind TLS.
func TestBehindTLS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	authority, err := sim.NewAuthority()
	do(t, err)
	server, err := authority.Serve(w.Sim)
	do(t, err)
	defer server.Close()
	w.Reach(server.URL, "https://product.example/teams/messages")
	chat := w.chat(t, one, pat)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authority.Pool()}}}
	defer client.CloseIdleConnections()
	for _, tt := range []struct {
		url  string
		want int
	}{
		{w.Places().Metadata, 200},
		{strings.TrimSuffix(w.Places().Service, "/") + chat + "/members", 200},
		{w.Places().GCC + chat + "/members", 403},
		{w.Places().Authority + "/nothing", 404},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tt.url, nil)
		do(t, err)
		r.Header.Set("Authorization", "Bearer "+w.token)
		resp, err := client.Do(r)
		do(t, err)
		resp.Body.Close()
		if resp.StatusCode != tt.want {
			t.Errorf("%s: got %d, want %d", tt.url, resp.StatusCode, tt.want)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, fault := range teamssim.Failures() {
		w := newWorld(t)
		chat := w.chat(t, one, pat)
		w.Faults.Add(sim.Rule{Route: "POST /v3/conversations/{conversation}/activities", Times: 1, Fault: fault})
		if answer := w.ask("POST", chat+"/activities", withCard(ask)); answer.Code != fault.Status || answer.Body.String() != fault.Body {
			t.Errorf("%s: %d: %s", fault.Name, answer.Code, answer.Body)
		}
		after := teamssim.Failure(fault.Name)
		after.After = true
		w.Faults.Add(sim.Rule{Route: "POST /v3/conversations/{conversation}/activities", Times: 1, Fault: after})
		w.ask("POST", chat+"/activities", withCard(ask))
		if n := len(w.Messages(0)); n != 1 {
			t.Errorf("%s: %d messages, want the one whose answer was lost", fault.Name, n)
		}
	}
}
