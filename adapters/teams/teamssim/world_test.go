package teamssim_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/teams/teamssim"
)

const (
	appID  = "aaaaaaaa-0000-4000-8000-0000000000aa"
	secret = "client-secret"
	home   = "00000000-0000-4000-8000-000000000001"
	one    = "11111111-0000-4000-8000-000000000001"
	two    = "22222222-0000-4000-8000-000000000002"
	pat    = "99999999-0000-4000-8000-000000000001"
	col    = "99999999-0000-4000-8000-000000000002"
	host   = "teams.sim"
)

// keys are made once for all tests.
var keys teamssim.Keys

// world is a simulator with two tenants, whose people have the same ids, and a product that takes
// activities.
type world struct {
	*teamssim.Sim
	clock  *sim.Clock
	token  string
	bodies [][]byte
	heads  []http.Header
	// answer is the product's to each activity. Nil: 200 and nothing.
	answer func(w http.ResponseWriter, r *http.Request)
}

func newWorld(t *testing.T, change ...func(*teamssim.Config)) *world {
	t.Helper()
	w := &world{clock: sim.StoppedClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))}
	product := http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.bodies, w.heads = append(w.bodies, body), append(w.heads, r.Header)
		if w.answer != nil {
			w.answer(answer, r)
		}
	})
	config := teamssim.Config{
		Clock: w.clock, AppID: appID, Secret: secret, HomeTenant: home, Keys: &keys,
		URL: "https://" + host, Endpoint: "https://product.example/teams/messages",
		Client: &http.Client{Transport: &sim.Transport{Handlers: map[string]http.Handler{"product.example": product}}},
	}
	for _, c := range change {
		c(&config)
	}
	w.Sim = teamssim.New(config)
	for _, tenant := range []string{one, two} {
		w.AddTenant(teamssim.Tenant{ID: tenant, Name: tenant})
		w.AddUser(tenant, teamssim.User{ID: pat, Name: "Pat Doe", Email: "pat@" + tenant[:1] + ".example", Zone: "Europe/Berlin"})
		w.AddUser(tenant, teamssim.User{ID: col, Name: "Col Roe", Email: "col@" + tenant[:1] + ".example"})
	}
	w.token = w.login(t, home)
	return w
}

// do does what must not fail.
func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) login(t *testing.T, tenant string) string {
	t.Helper()
	answer := w.form(tenant, url.Values{
		"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {secret}, "scope": {"https://api.botframework.com/.default"},
	})
	token, _ := fields(t, answer)["access_token"].(string)
	if answer.Code != http.StatusOK || token == "" {
		t.Fatalf("%d: %s", answer.Code, answer.Body)
	}
	return token
}

func (w *world) form(tenant string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "https://"+host+"/"+tenant+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer
}

// ask calls the connector below the public service URL, or below the one in path.
func (w *world) ask(method, path, body string) *httptest.ResponseRecorder {
	if strings.HasPrefix(path, "/v3") {
		path = "/teams" + path
	}
	r := httptest.NewRequest(method, "https://"+host+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+w.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer
}

// chat installs the app for a user, long ago, and is the path of the conversation.
func (w *world) chat(t *testing.T, tenant, user string) string {
	t.Helper()
	do(t, w.InstallAs(tenant, user, teamssim.Announcing{Silent: true}))
	return "/v3/conversations/" + url.PathEscape(w.Conversation(tenant, user))
}

// post sends a card, and is its id.
func (w *world) post(t *testing.T, chat, card string) string {
	t.Helper()
	answer := w.ask(http.MethodPost, chat+"/activities", withCard(card))
	id, _ := fields(t, answer)["id"].(string)
	if answer.Code != http.StatusCreated || id == "" {
		t.Fatalf("%d: %s", answer.Code, answer.Body)
	}
	return id
}

func (w *world) pump() int { return w.Outbox.Pump(context.Background()) }

// last is the newest activity that the product got.
func (w *world) last(t *testing.T) map[string]any {
	t.Helper()
	if len(w.bodies) == 0 {
		t.Fatal("the product got nothing")
	}
	var out map[string]any
	do(t, json.Unmarshal(w.bodies[len(w.bodies)-1], &out))
	return out
}

func fields(t *testing.T, answer *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &out); err != nil {
		t.Fatalf("status %d: %v: %s", answer.Code, err, answer.Body)
	}
	return out
}

// want checks an answer's status, and the code of an error.
func want(t *testing.T, answer *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var body struct{ Error struct{ Code string } }
	if code != "" {
		do(t, json.Unmarshal(answer.Body.Bytes(), &body))
	}
	if answer.Code != status || body.Error.Code != code {
		t.Errorf("got %d %q, want %d %q: %s", answer.Code, body.Error.Code, status, code, answer.Body)
	}
}

const ask = `{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.5",` +
	`"body":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"Hi"}]}],"actions":[` +
	`{"type":"Action.Execute","title":"Yes","verb":"yes","data":{"press":"a","verb":"yes"},"fallback":{"type":"Action.Submit","title":"Yes","data":{"press":"a","verb":"yes"}}},` +
	`{"type":"Action.Execute","title":"No","verb":"no","data":{"press":"b"},"fallback":"drop"}]}`

const done = `{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"Done"}]}`

func withCard(card string) string {
	return `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":` + card + `}]}`
}
