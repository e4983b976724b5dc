package webexsim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex/webexsim"
)

const (
	home      = "aaaaaaaa-0000-4000-8000-00000000000a"
	elsewhere = "bbbbbbbb-0000-4000-8000-00000000000b"
	bot       = "bot-token"
	admin     = "admin-token"
)

// world is a simulator with two organisations and a product that takes webhooks.
type world struct {
	*webexsim.Sim
	clock    *sim.Clock
	pat      string // in home
	eve      string // elsewhere
	status   int    // of the product
	received []*http.Request
	bodies   [][]byte
}

func newWorld(t *testing.T, change ...func(*webexsim.Config)) *world {
	t.Helper()
	w := &world{clock: sim.StoppedClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)), status: http.StatusOK}
	product := http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.received, w.bodies = append(w.received, r), append(w.bodies, body)
		answer.WriteHeader(w.status)
	})
	config := webexsim.Config{
		Clock: w.clock, BotToken: bot, MaxPage: 4,
		Client: &http.Client{Transport: &sim.Transport{Handlers: map[string]http.Handler{"product.example": product}}},
	}
	for _, c := range change {
		c(&config)
	}
	w.Sim = webexsim.New(config)
	w.AddOrg(webexsim.Org{ID: home, Name: "Home", AdminToken: admin})
	w.AddOrg(webexsim.Org{ID: elsewhere, Name: "Elsewhere", AdminToken: "another admin"})
	w.pat = w.PutPerson(home, webexsim.Person{Name: "Pat", Email: "Pat@company.example"})
	w.eve = w.PutPerson(elsewhere, webexsim.Person{Name: "Eve", Email: "eve@company.example"})
	return w
}

// ask makes a request of the API.
func (w *world) ask(token, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://webex.sim/v1"+path, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer
}

// fields is an answer's JSON object.
func fields(t *testing.T, answer *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &out); err != nil {
		t.Fatalf("status %d: %v: %s", answer.Code, err, answer.Body)
	}
	return out
}

func items(t *testing.T, answer *httptest.ResponseRecorder) []map[string]any {
	t.Helper()
	var out struct{ Items []map[string]any }
	if err := json.Unmarshal(answer.Body.Bytes(), &out); err != nil || out.Items == nil {
		t.Fatalf("status %d: %v: %s", answer.Code, err, answer.Body)
	}
	return out.Items
}

const card = `{"type":"AdaptiveCard","version":"1.3","body":[{"type":"TextBlock","text":"Hi"}],"actions":[{"type":"Action.Submit","title":"A","data":{"press":"a","n":1}},{"type":"Action.OpenUrl","title":"B","url":"https://b.example"}]}`

// withCard is a message's body with a card.
func withCard(to, card string) string {
	return `{` + to + `,"text":"hi","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":` + card + `}]}`
}

// post posts a card to Pat.
func (w *world) post(t *testing.T) map[string]any {
	t.Helper()
	answer := w.ask(bot, http.MethodPost, "/messages", withCard(`"toPersonId":"`+webexsim.PersonID(w.pat)+`"`, card))
	if answer.Code != http.StatusOK {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	return fields(t, answer)
}

// hook asks for webhooks of a resource.
func (w *world) hook(t *testing.T, resource, filter string) string {
	t.Helper()
	answer := w.ask(bot, http.MethodPost, "/webhooks", fmt.Sprintf(
		`{"name":"n","targetUrl":"https://product.example/in","resource":%q,"event":"created","filter":%q,"secret":"s3cret"}`, resource, filter))
	if answer.Code != http.StatusOK {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	return fields(t, answer)["id"].(string)
}

// Who sees what of whom.
func TestPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.PutPerson(home, webexsim.Person{Name: "Ida", Email: "ida@company.example", Invited: true})
	w.PutPerson(home, webexsim.Person{Name: "Dee", Email: "eve@company.example", Disabled: true}) // as elsewhere
	person := func(token, uuid string) map[string]any {
		return fields(t, w.ask(token, "GET", "/people/"+webexsim.PersonID(uuid), ""))
	}
	if p := person(bot, w.pat); p["displayName"] != "Pat" || p["loginEnabled"] != nil || p["orgId"] != webexsim.OrgID(home) {
		t.Errorf("the bot sees %v", p)
	}
	if p := person(admin, w.pat); p["loginEnabled"] != true || p["invitePending"] != false {
		t.Errorf("the admin sees %v", p)
	}
	if p := person("another admin", w.pat); p["loginEnabled"] != nil {
		t.Errorf("another admin sees %v", p)
	}
	if found := items(t, w.ask(bot, "GET", "/people?email=pat@company.example", "")); len(found) != 0 {
		t.Error("the bot finds somebody of another organisation by address")
	}
	if found := items(t, w.ask(bot, "GET", "/people?id="+webexsim.PersonID(w.pat)+",abc", "")); len(found) != 1 {
		t.Errorf("by id the bot sees %v", found)
	}
	for token, want := range map[string]string{admin: "Dee", "another admin": "Eve"} {
		found := items(t, w.ask(token, "GET", "/people?email=EVE@company.example", ""))
		if len(found) != 1 || found[0]["displayName"] != want {
			t.Errorf("%s finds %v, want %s", token, found, want)
		}
	}
	if found := items(t, w.ask(admin, "GET", "/people?displayName=da", "")); len(found) != 0 {
		t.Errorf("by the middle of a name: %v", found)
	}
	w.BareLists(true)
	if found := items(t, w.ask(admin, "GET", "/people?displayName=id", "")); len(found) != 1 || found[0]["invitePending"] != nil {
		t.Errorf("a bare list has %v", found)
	}
	w.DeletePerson(w.pat)
	if answer := w.ask(bot, "GET", "/people/"+webexsim.PersonID(w.pat), ""); answer.Code != 404 {
		t.Errorf("a deleted person: %d", answer.Code)
	}
	if n := len(w.People(home)); n != 2 {
		t.Errorf("%d people, want 2", n)
	}
}

// The pages of a listing hold everybody once, whoever is deleted meanwhile.
func TestPeoplePages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var ids []string
	for i := range 9 {
		ids = append(ids, w.PutPerson(home, webexsim.Person{Name: fmt.Sprint(i), Email: fmt.Sprintf("p%d@company.example", i)}))
	}
	seen, sizes := map[string]bool{}, []int{}
	for path := "/people?max=100"; path != ""; {
		answer := w.ask(admin, "GET", path, "")
		found := items(t, answer)
		for _, p := range found {
			seen[p["displayName"].(string)] = true
		}
		sizes = append(sizes, len(found))
		path = ""
		if link := answer.Header().Get("Link"); link != "" {
			rest, ours := strings.CutPrefix(link, "<https://webex.sim/v1")
			next, _, more := strings.Cut(rest, `>; rel="next"`)
			if path = next; !ours || !more {
				t.Fatalf("the link %q", link)
			}
		}
		if len(sizes) == 1 {
			w.DeletePerson(ids[0]) // was on that page
		}
	}
	if len(seen) != 10 || fmt.Sprint(sizes) != "[4 4 2]" {
		t.Errorf("%d people on pages of %v", len(seen), sizes)
	}
}

// A policy against bots, and people who are away.
func TestWhoCanBeWrittenTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	to := func(id string) int {
		return w.ask(bot, "POST", "/messages", `{"toPersonId":"`+webexsim.PersonID(id)+`","text":"hi"}`).Code
	}
	w.AddOrg(webexsim.Org{ID: elsewhere, BlocksBots: true})
	off := w.PutPerson(home, webexsim.Person{Name: "Off", Disabled: true})
	for name, tt := range map[string]struct {
		id   string
		want int
	}{
		"a person": {w.pat, 200}, "a blocked one": {w.eve, 403}, "a disabled one": {off, 404}, "the bot itself": {w.Bot(), 404},
	} {
		if got := to(tt.id); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	for _, id := range []string{off, w.eve, "nobody"} {
		if _, err := w.Type(id, "hello"); err == nil {
			t.Errorf("%s could write", id)
		}
	}
}

// Ten edits, and the switch.
func TestEdits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	message := w.post(t)
	edit := func() int {
		return w.ask(bot, "PUT", "/messages/"+message["id"].(string), withCard(`"roomId":"`+message["roomId"].(string)+`"`, strings.Replace(card, "Hi", "Ho", 1))).Code
	}
	w.RefuseCardEdits(true)
	if got := edit(); got != 400 {
		t.Errorf("refusing: %d", got)
	}
	w.RefuseCardEdits(false)
	for i := range 11 {
		want := 200
		if i == 10 {
			want = 400
		}
		if got := edit(); got != want {
			t.Errorf("edit %d: %d, want %d", i+1, got, want)
		}
	}
	all := w.Messages(0)
	if len(all) != 1 || all[0].Edits != 10 || !strings.Contains(string(all[0].Card), "Ho") || !strings.Contains(string(all[0].First), "Hi") {
		t.Errorf("%+v", all)
	}
	if len(all[0].Presses) != 11 || fmt.Sprint(all[0].Presses[0]) != "[a]" {
		t.Errorf("presses %v", all[0].Presses)
	}
	if len(w.Messages(all[0].Seq)) != 0 || len(w.Messages(all[0].Seq-1)) != 1 {
		t.Error("Messages does not begin after the number")
	}
	if answer := w.ask(bot, "DELETE", "/messages/"+message["id"].(string), ""); answer.Code != 204 || answer.Body.Len() != 0 {
		t.Errorf("deleted: %d", answer.Code)
	}
	if changed := w.Messages(all[0].Seq); len(changed) != 1 || !changed[0].Deleted {
		t.Errorf("the deletion is recorded as %+v", changed)
	}
	if got := edit(); got != 404 {
		t.Errorf("an edit of a deleted message: %d", got)
	}
}

// A webhook is signed, has ids only, and names the bot's organisation in its own spelling.
func TestWebhookBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	message := w.post(t)
	for _, resource := range []string{"messages", "attachmentActions", "memberships"} {
		w.hook(t, resource, "")
	}
	if err := w.Press(w.pat, message["id"].(string), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Type(w.pat, "a secret text"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Open(w.eve); err != nil {
		t.Fatal(err)
	}
	w.Outbox.Pump(t.Context())
	if len(w.bodies) != 4 { // a press, a text, and a space with two members
		t.Fatalf("%d webhooks, want 4", len(w.bodies))
	}
	for i, body := range w.bodies {
		if got := w.received[i].Header.Get("X-Spark-Signature"); got != webexsim.Sign("s3cret", body) {
			t.Errorf("webhook %d is signed %q", i, got)
		}
		if bytes.Contains(body, []byte("a secret text")) || bytes.Contains(body, []byte(`"inputs"`)) || bytes.Contains(body, []byte("s3cret")) {
			t.Errorf("webhook %d says too much: %s", i, body)
		}
		var hook map[string]any
		if err := json.Unmarshal(body, &hook); err != nil {
			t.Fatal(err)
		}
		if hook["orgId"] == webexsim.OrgID(home) || hook["orgId"] == webexsim.OrgID(elsewhere) {
			t.Errorf("webhook %d names the person's organisation", i)
		}
	}
	// The action has what the webhook left out.
	var hook struct{ Data struct{ ID string } }
	if err := json.Unmarshal(w.bodies[0], &hook); err != nil {
		t.Fatal(err)
	}
	action := fields(t, w.ask(bot, "GET", "/attachment/actions/"+hook.Data.ID, ""))
	if action["personId"] != webexsim.PersonID(w.pat) || action["messageId"] != message["id"] || fmt.Sprint(action["inputs"]) != "map[n:1 press:a]" {
		t.Errorf("the action is %v", action)
	}
}

// In a group the bot hears what mentions it, and nothing else.
func TestGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hook(t, "messages", "")
	room := w.Group(w.pat, w.eve)
	id, err := w.Mention(w.pat, room, "", "status")
	if err != nil {
		t.Fatal(err)
	}
	w.Outbox.Pump(t.Context())
	if len(w.bodies) != 1 {
		t.Errorf("%d webhooks, want 1", len(w.bodies))
	}
	message := fields(t, w.ask(bot, "GET", "/messages/"+id, ""))
	if message["roomType"] != "group" || message["text"] != "Rollcall status" || len(message["mentionedPeople"].([]any)) != 1 {
		t.Errorf("%v", message)
	}
	if _, err := w.Mention("nobody", room, "", "status"); err == nil {
		t.Error("somebody who is not in the group wrote there")
	}
	if members := items(t, w.ask(bot, "GET", "/memberships?roomId="+room, "")); len(members) != 3 || members[0]["personOrgId"] != webexsim.OrgID(home) {
		t.Errorf("members %v", members)
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *webexsim.Config) { c.PerMinute, c.BusyPerMinute = 2, 3 })
	for i, want := range []int{200, 200, 429} {
		if got := w.ask(bot, "GET", "/webhooks", ""); got.Code != want || (want == 429) != (got.Header().Get("Retry-After") == "61") {
			t.Errorf("request %d: %d, Retry-After %q", i+1, got.Code, got.Header().Get("Retry-After"))
		}
	}
	// Another kind and another token have their own.
	for i, want := range []int{200, 200, 200, 429} {
		if got := w.ask(bot, "GET", "/people/me", "").Code; got != want {
			t.Errorf("busy request %d: %d, want %d", i+1, got, want)
		}
	}
	if got := w.ask(admin, "GET", "/people", "").Code; got != 200 {
		t.Errorf("another token: %d", got)
	}
	w.clock.Advance(time.Minute)
	if got := w.ask(bot, "GET", "/webhooks", "").Code; got != 200 {
		t.Errorf("a minute later: %d", got)
	}
}

// Every call is recorded, and what was broken as it was answered.
func TestRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Faults.Add(sim.Rule{Route: "POST /messages", Times: 1, Fault: sim.Fault{Name: "lost", Status: 502, After: true}})
	if got := w.ask(bot, "POST", "/messages", `{"toPersonId":"`+webexsim.PersonID(w.pat)+`","text":"hi"}`).Code; got != 502 {
		t.Fatalf("status %d", got)
	}
	w.ask(admin, "GET", "/webhooks", "")
	w.ask("", "GET", "/webhooks", "")
	calls := w.Calls.All()
	if len(calls) != 3 || calls[0].Status != 502 || calls[0].Route != "POST /messages" || calls[1].Workspace != home ||
		calls[1].Detail == "" || calls[2].Workspace != "" || calls[2].Status != 401 {
		t.Errorf("%+v", calls)
	}
	if all := w.Messages(0); len(all) != 1 || all[0].To != w.pat || all[0].Workspace != home || !all[0].FromApp || !all[0].Direct {
		t.Errorf("the message whose answer was lost is recorded as %+v", all)
	}
}

// The same acts make the same ids.
func TestRepeatable(t *testing.T) {
	t.Parallel()
	run := func() string {
		w := newWorld(t)
		w.hook(t, "messages", "")
		id, err := w.Type(w.pat, "hello")
		if err != nil {
			t.Fatal(err)
		}
		w.Outbox.Pump(t.Context())
		return id + fmt.Sprint(w.post(t)) + string(w.bodies[0])
	}
	if one, two := run(), run(); one != two {
		t.Errorf("%s\nand then\n%s", one, two)
	}
}

func TestPresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(t)["id"].(string)
	if err := w.Press(w.eve, id, 0); err != nil {
		t.Errorf("somebody else can't press: %v", err)
	}
	for name, err := range map[string]error{
		"a link":             w.Press(w.pat, id, 1),
		"no button":          w.Press(w.pat, id, 2),
		"no message":         w.Press(w.pat, "abc", 0),
		"nobody":             w.Press("nobody", id, 0),
		"raw, of no message": w.PressRaw(w.pat, "abc", nil),
	} {
		if err == nil {
			t.Errorf("%s was pressed", name)
		}
	}
}

// COVERAGE.md is made from the routes: UPDATE=1 writes it anew.
func TestCoverage(t *testing.T) {
	t.Parallel()
	want := "# What the simulator covers\n\nMade from its routes by `UPDATE=1 go test ./adapters/webex/webexsim -run Coverage`.\n\n" + webexsim.Coverage()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("COVERAGE.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("COVERAGE.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("COVERAGE.md is not what the routes say")
	}
}
