package webex_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// hooks are the bot's webhooks, asked of the simulator.
func (w *world) hooks(t *testing.T) []map[string]any {
	t.Helper()
	var all []map[string]any
	for {
		var page struct{ Items []map[string]any }
		w.api(t, http.MethodGet, fmt.Sprintf("/webhooks?max=3&cursor=%d", len(all)), "", &page)
		if all = append(all, page.Items...); len(page.Items) < 3 {
			return all
		}
	}
}

// api makes a call with the bot's token, which must go well.
func (w *world) api(t *testing.T, method, path, body string, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "https://"+apiHost+"/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+botToken)
	r.Header.Set("Content-Type", "application/json")
	resp, err := (&sim.Transport{Handlers: map[string]http.Handler{apiHost: w.sim}}).RoundTrip(r)
	if err != nil || resp.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %+v, %v", method, path, resp, err)
	}
	if into != nil {
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) check(t *testing.T, want webex.WebhookReport) {
	t.Helper()
	report, err := w.adapter.CheckWebhooks(t.Context())
	if err != nil || report != want || report.Changed() != (want != webex.WebhookReport{}) {
		t.Errorf("%+v, %v, want %+v", report, err, want)
	}
}

func TestCheckWebhooks(t *testing.T) {
	t.Parallel()
	// The simulator's pages have three items, so the list has several.
	w := newWorld(t, &ledger{}, nil, nil)
	w.check(t, webex.WebhookReport{Created: 3})
	w.check(t, webex.WebhookReport{})
	hooks := w.hooks(t)
	target := hooks[0]["targetUrl"].(string)
	for _, h := range hooks {
		if h["secret"] != secret || h["status"] != "active" || h["targetUrl"] != target || !strings.HasPrefix(target, publicURL+"/webex/webhook/") {
			t.Errorf("the webhook %v", h)
		}
	}
	for _, stray := range []string{
		`{"name":"Rollcall: messages created","targetUrl":"https://old.example/x","resource":"messages","event":"created"}`,
		`{"name":"Rollcall: messages created","targetUrl":"` + target + `","resource":"messages","event":"created"}`,
		`{"name":"Rollcall: rooms created","targetUrl":"` + target + `","resource":"rooms","event":"created"}`,
		`{"name":"Rollcall: memberships created","targetUrl":"` + target + `","resource":"memberships","event":"created","filter":"roomId=x"}`,
		`{"name":"Somebody else's","targetUrl":"https://else.example/x","resource":"messages","event":"created"}`,
	} {
		w.clock.Advance(time.Second)
		w.api(t, http.MethodPost, "/webhooks", stray, nil)
	}
	w.check(t, webex.WebhookReport{Deleted: 4})
	w.check(t, webex.WebhookReport{})
	if left := w.hooks(t); len(left) != 4 || left[0]["id"] != hooks[0]["id"] || left[3]["name"] != "Somebody else's" {
		t.Errorf("left are %v", left)
	}
	w.api(t, http.MethodDelete, "/webhooks/"+hooks[1]["id"].(string), "", nil)
	w.check(t, webex.WebhookReport{Created: 1})
}

// A webhook that hears only some of it doesn't do.
func TestFilteredWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &ledger{}, nil, nil)
	w.check(t, webex.WebhookReport{Created: 3})
	hook := w.hooks(t)[0]
	w.api(t, http.MethodDelete, "/webhooks/"+hook["id"].(string), "", nil)
	w.api(t, http.MethodPost, "/webhooks", fmt.Sprintf(`{"name":%q,"targetUrl":%q,"resource":%q,"event":%q,"filter":"roomId=x"}`,
		hook["name"], hook["targetUrl"], hook["resource"], hook["event"]), nil)
	w.check(t, webex.WebhookReport{Created: 1, Deleted: 1})
}

// A webhook that Webex has disabled is activated again, and then delivers.
func TestDisabledWebhook(t *testing.T) {
	t.Parallel()
	sink := &ledger{err: directory.Errorf(directory.Unavailable, "the store is away")}
	w := newWorld(t, sink, nil, nil)
	pat := w.person(orgA, "Pat")
	if _, err := w.sim.Open(pat.User); err != nil {
		t.Fatal(err)
	}
	w.check(t, webex.WebhookReport{Created: 3})
	for range 100 {
		if _, err := w.sim.Type(pat.User, "hello"); err != nil {
			t.Fatal(err)
		}
		w.sim.Outbox.Pump(t.Context())
		w.clock.Advance(time.Second)
	}
	sink.err, sink.took = nil, nil
	if _, err := w.sim.Type(pat.User, "hello"); err != nil {
		t.Fatal(err)
	}
	if n := w.sim.Outbox.Pump(t.Context()); n != 0 {
		t.Fatalf("%d webhooks were sent though they are disabled", n)
	}
	w.check(t, webex.WebhookReport{Activated: 1})
	if _, err := w.sim.Type(pat.User, "hello"); err != nil {
		t.Fatal(err)
	}
	w.sim.Outbox.Pump(t.Context())
	if sink.count() != 1 {
		t.Errorf("%d events, want 1", sink.count())
	}
}

// What several processes make at once is reduced to one of each.
func TestCheckWebhooksAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &ledger{}, nil, nil)
	transport := &sim.Transport{Handlers: map[string]http.Handler{apiHost: w.sim}}
	var all sync.WaitGroup
	for range 4 {
		adapter := newAdapter(t, w.clock, transport)
		for range 2 {
			all.Go(func() {
				if _, err := adapter.CheckWebhooks(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if _, err := w.adapter.CheckWebhooks(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.check(t, webex.WebhookReport{})
	if n := len(w.hooks(t)); n != 3 {
		t.Errorf("%d webhooks, want 3", n)
	}
}

// A failure leaves what there is; the next check goes on.
func TestCheckWebhooksFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, route string
		fault       sim.Fault
		code        directory.Code
	}{
		{"listing", "GET /webhooks", sim.Fault{Name: "f", Status: 500}, directory.Unavailable},
		{"listing nothing", "GET /webhooks", sim.Fault{Name: "f", Status: 200, ContentType: "application/json", Body: `{}`}, directory.Unavailable},
		{"creating", "POST /webhooks", sim.Fault{Name: "f", Status: 500}, directory.Uncertain},
		{"creating, with the answer lost", "POST /webhooks", sim.Fault{Name: "f", Status: 500, After: true}, directory.Uncertain},
		{"creating too fast", "POST /webhooks", sim.Fault{Name: "f", Status: 429}, directory.Throttled},
		{"a revoked token", "GET /webhooks", sim.Fault{Name: "f", Status: 401}, directory.Unauthorized},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, &ledger{}, nil, nil)
			w.sim.Faults.Add(sim.Rule{Route: tt.route, Times: 1, Fault: tt.fault})
			if report, err := w.adapter.CheckWebhooks(t.Context()); !directory.Is(err, tt.code) || report.Created > 1 {
				t.Errorf("%+v, %v, want %v", report, err, tt.code)
			}
			if _, err := w.adapter.CheckWebhooks(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := len(w.hooks(t)); n != 3 {
				t.Errorf("%d webhooks, want 3", n)
			}
		})
	}
}

// No address, name, token or text of a person is logged, whatever goes wrong.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	router := mux.NewRouter()
	w := newWorld(t, nil, &http.Client{Transport: &sim.Transport{Handlers: map[string]http.Handler{"rollcall.example": router}}}, nil)
	config := testConfig(w.clock, &sim.Transport{Handlers: map[string]http.Handler{apiHost: w.sim}})
	config.Logger = textLogger(&log)
	adapter, err := webex.New(config)
	if err != nil {
		t.Fatal(err)
	}
	sink := &ledger{err: directory.Errorf(directory.Unavailable, "away")}
	adapter.Mount(router, sink)
	secretive := directory.AccountID{Platform: webex.Name, Workspace: orgA, User: w.sim.PutPerson(orgA, webexsim.Person{Name: "Canary Name", Email: "canary@company.example"})}
	var errs []error
	for _, status := range []int{400, 401, 403, 404, 429, 500} {
		w.sim.Faults.Add(sim.Rule{Fault: sim.Fault{Name: "f", Status: status, ContentType: "application/json", Body: `{"message":"canary@company.example Canary Name ` + botToken + `","trackingId":"T1"}`}})
		_, sendErr := adapter.Send(t.Context(), instA, secretive, face("Canary Card"))
		_, editErr := adapter.Edit(t.Context(), instA, secretive, directory.MessageRef{Conversation: "r", ID: "m"}, face("Canary Card"))
		_, hookErr := adapter.CheckWebhooks(t.Context())
		address, err := directory.ParseAddress("canary@company.example")
		if err != nil {
			t.Fatal(err)
		}
		errs = append(errs, sendErr, editErr, hookErr, adapter.Lookup(t.Context(), instA, address).Err())
		w.sim.Faults.Heal()
	}
	w.hook(t)
	if _, err := w.sim.Type(secretive.User, "Canary Text"); err != nil {
		t.Fatal(err)
	}
	w.sim.Outbox.Pump(t.Context())
	for _, err := range errs {
		if err != nil {
			log.WriteString(err.Error() + "\n")
		}
	}
	text := strings.ToLower(log.String())
	if !strings.Contains(text, "request=t1") {
		t.Error("the tracking id is not logged")
	}
	for _, leak := range []string{"canary", botToken, secret, "admin of"} {
		if strings.Contains(text, leak) {
			t.Errorf("%q is in the log", leak)
		}
	}
}

func textLogger(to io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// reportOfThree is what the first check does.
var reportOfThree = webex.WebhookReport{Created: 3}
