package entrasim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
)

const (
	appID  = "aaaaaaaa-0000-4000-8000-00000000a001"
	secret = "s3cret"
)

// world is a simulator with two tenants and a product that takes notifications.
type world struct {
	*entrasim.Sim
	clock      *sim.Clock
	acme, beta string
	pat, eve   string
	group      string // of acme, with Pat
	token      string // for acme
	product    func(http.ResponseWriter, *http.Request, string)
}

func newWorld(t *testing.T, change ...func(*entrasim.Config)) *world {
	t.Helper()
	w := &world{clock: sim.StoppedClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))}
	config := entrasim.Config{
		Clock: w.clock, AppID: appID, Secret: secret, Units: -1,
		Client: &http.Client{Transport: &sim.Transport{Handlers: map[string]http.Handler{"product.example": http.HandlerFunc(
			func(answer http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				w.product(answer, r, string(body))
			})}}},
	}
	for _, c := range change {
		c(&config)
	}
	w.Sim = entrasim.New(config)
	w.acme = w.AddTenant(entrasim.Tenant{
		Name: "Acme", Granted: entrasim.Permissions(),
		Domains: []entrasim.Domain{{Name: "acme.example"}, {Name: "unproved.example", Unverified: true}},
	})
	w.beta = w.AddTenant(entrasim.Tenant{Name: "Beta", Granted: entrasim.Permissions()})
	w.pat = w.AddUser(w.acme, entrasim.User{Name: "Pat O'Hara", Mail: "pat@acme.example"})
	w.eve = w.AddUser(w.acme, entrasim.User{Name: "Eve", Mail: "eve@acme.example", OtherMails: []string{"eve@home.example"}, Unlicensed: true})
	w.group = w.AddGroup(w.acme, entrasim.Group{Name: "Everybody", Members: []string{w.pat}})
	w.token = w.sign(t, w.acme)
	return w
}

// form asks the token endpoint.
func (w *world) form(tenant string, pairs ...string) *httptest.ResponseRecorder {
	values := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {secret}, "scope": {"https://graph.microsoft.com/.default"},
	}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "https://entra.sim/"+tenant+"/oauth2/v2.0/token", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer
}

func (w *world) sign(t *testing.T, tenant string) string {
	t.Helper()
	answer := w.form(tenant)
	token, _ := fields(t, answer)["access_token"].(string)
	if token == "" {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	return token
}

// ask makes a request of Graph with acme's token. Headers come in pairs; a path may be a whole link.
func (w *world) ask(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	if !strings.HasPrefix(path, "https://") {
		path = "https://entra.sim/v1.0" + strings.ReplaceAll(path, " ", "%20")
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+w.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer
}

// get asks for something that has to be there.
func (w *world) get(t *testing.T, path string, headers ...string) map[string]any {
	t.Helper()
	answer := w.ask(http.MethodGet, path, "", headers...)
	if answer.Code != http.StatusOK {
		t.Fatalf("%s: status %d: %s", path, answer.Code, answer.Body)
	}
	return fields(t, answer)
}

// all follows a list's links to its end, and answers its items and its delta link.
func (w *world) all(t *testing.T, path string, headers ...string) (items []map[string]any, delta string) {
	t.Helper()
	for pages := 0; ; pages++ {
		if pages > 100 {
			t.Fatal("the list doesn't end")
		}
		page := w.get(t, path, headers...)
		items = append(items, values(page)...)
		next, more := page["@odata.nextLink"].(string)
		if !more {
			delta, _ := page["@odata.deltaLink"].(string)
			return items, delta
		}
		path = next
	}
}

func values(page map[string]any) []map[string]any {
	var all []map[string]any
	for _, one := range page["value"].([]any) {
		all = append(all, one.(map[string]any))
	}
	return all
}

func fields(t *testing.T, answer *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &out); err != nil {
		t.Fatalf("status %d: %v: %s", answer.Code, err, answer.Body)
	}
	return out
}

// code is the name of an answer's error.
func code(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	refusal, _ := fields(t, answer)["error"].(map[string]any)
	inner, _ := refusal["innerError"].(map[string]any)
	if inner["request-id"] == nil || refusal["message"] == nil {
		t.Fatalf("status %d, which is no error of Graph's: %s", answer.Code, answer.Body)
	}
	name, _ := refusal["code"].(string)
	return name
}

func names(items []map[string]any, property string) []string {
	all := []string{}
	for _, one := range items {
		text, _ := one[property].(string)
		all = append(all, text)
	}
	return all
}
