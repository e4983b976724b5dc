package teams

import (
	"bytes"
	"errors"
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
	"rollcall/sync/directory"
)

const tokenRoute = "POST /{tenant}/oauth2/v2.0/token"

// tokenCalls is how often a token was asked for.
func (w *world) tokenCalls() int {
	n := 0
	for _, route := range w.routes() {
		if strings.Contains(route, "/oauth2/") {
			n++
		}
	}
	return n
}

func TestTokenIsSharedAndRefreshedAhead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var wg sync.WaitGroup
	for _, user := range []string{annID, bobID, annID, bobID} {
		wg.Go(func() {
			if _, err := w.adapter.Send(t.Context(), w.inst, w.inst.Account(user), question()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	steps := []struct {
		name    string
		advance time.Duration
		fail    bool
		want    int
	}{
		{"at once", 0, false, 1},
		{"six minutes before the end", 53 * time.Minute, false, 1},
		{"less than five before, and nobody answers", 2 * time.Minute, true, 2},
		{"again", 10 * time.Second, false, 3},
		{"and then not", 10 * time.Second, false, 3},
	}
	for _, step := range steps {
		w.clock.Advance(step.advance)
		if step.fail {
			w.sim.Faults.Add(sim.Rule{Route: tokenRoute, Times: 1, Fault: sim.Fault{Name: "down", Status: 503}})
		}
		w.ask(t)
		if got := w.tokenCalls(); got != step.want {
			t.Errorf("%s: %d tokens, want %d", step.name, got, step.want)
		}
	}
}

func TestRefusedTokenIsAskedForOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.ask(t)
	w.sim.ExpireTokens()
	w.ask(t)
	if got := w.tokenCalls(); got != 2 {
		t.Errorf("%d tokens, want 2", got)
	}
	if n := len(w.fromApp()); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
	w.sim.Faults.Add(sim.Rule{Route: posting, Fault: sim.Fault{Name: "401", Status: 401}})
	_, err := w.adapter.Send(t.Context(), w.inst, w.ann, question())
	if !directory.Is(err, directory.Unauthorized) || w.tokenCalls() != 3 {
		t.Errorf("got %v after %d tokens", err, w.tokenCalls())
	}
}

func TestNoToken(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) sim.Fault {
		return sim.Fault{Name: "answer", Status: status, ContentType: "application/json", Body: body}
	}
	tests := []struct {
		name  string
		fault sim.Fault
		want  directory.Code
	}{
		{"a wrong secret", answer(401, `{"error":"invalid_client"}`), directory.Unauthorized},
		{"a wrong tenant", answer(400, `{"error":"invalid_request"}`), directory.Unauthorized},
		{"too many", sim.Fault{Name: "429", Status: 429, RetryAfter: "9"}, directory.Throttled},
		{"down", sim.Fault{Name: "503", Status: 503}, directory.Unavailable},
		{"a proxy's page", sim.Fault{Name: "page", Status: 200, Body: "<html>"}, directory.Unavailable},
		{"a proxy's refusal", sim.Fault{Name: "page", Status: 401, Body: "<html>"}, directory.Unavailable},
		{"an error with a good status", answer(200, `{"error":"invalid_client"}`), directory.Unavailable},
		{"an empty token", answer(200, `{"token_type":"Bearer","expires_in":3600,"access_token":""}`), directory.Unavailable},
		{"another type", answer(200, `{"token_type":"mac","expires_in":3600,"access_token":"x"}`), directory.Unavailable},
		{"expired", answer(200, `{"token_type":"Bearer","expires_in":-1,"access_token":"x"}`), directory.Unavailable},
		{"dropped", sim.Fault{Name: "dropped"}, directory.Unavailable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.sim.Faults.Add(sim.Rule{Route: tokenRoute, Fault: test.fault})
			_, err := w.adapter.Send(t.Context(), w.inst, w.ann, question())
			if !directory.Is(err, test.want) || len(w.fromApp()) != 0 {
				t.Errorf("got %v, want %v", err, test.want)
			}
			for _, r := range w.wire.all() {
				if r.Header.Get("Authorization") != "" {
					t.Errorf("%s was asked all the same", r.URL)
				}
			}
			w.sim.Faults.Heal()
			w.ask(t)
		})
	}
}

// TestTokenGoesNowhereElse: whatever is stored, told or redirected to, no host but the cloud's
// connectors sees the bot's token, and none but its authority the secret.
func TestTokenGoesNowhereElse(t *testing.T) {
	t.Parallel()
	const evil = "https://smba.attacker.example/teams"
	conversation := `{"id":"a:1","serviceUrl":"` + evil + `"}`
	tests := []struct {
		name     string
		stored   string
		location string // of a redirect
	}{
		{"a stored service URL", `{"serviceUrl":"` + evil + `","conversation":"a:1"}`, ""},
		{"a stored user part", `{"serviceUrl":"https://smba.trafficmanager.net@attacker.example/","conversation":"a:1"}`, ""},
		{"a stored way up", `{"serviceUrl":"https://smba.trafficmanager.net/teams","conversation":".."}`, ""},
		{"a stored text", "https://smba.attacker.example", ""},
		{"nothing stored, and a service URL told", "", ""},
		{"a redirect", "", evil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.wire.change = func(r *http.Request) (*http.Response, error) {
				status, body := 201, conversation
				switch {
				case strings.HasSuffix(r.URL.Path, "/token"):
					status, body = 200, `{"token_type":"Bearer","expires_in":3600,"access_token":"the bot's"}`
				case test.location != "":
					status, body = http.StatusTemporaryRedirect, ""
				}
				return &http.Response{
					StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}, "Location": {test.location}},
					Body: io.NopCloser(strings.NewReader(body)), Request: r,
				}, nil
			}
			adapter := w.newAdapter(t, func(c *Config) { c.Cloud = Public() })
			must(t, w.registry.SaveConversation(t.Context(), w.inst, w.ann, test.stored))
			ref, err := adapter.Send(t.Context(), w.inst, w.ann, question())
			if (err == nil) != (test.location == "") {
				t.Fatalf("got %+v, %v", ref, err)
			}
			if _, err := adapter.Edit(t.Context(), w.inst, w.ann, directory.MessageRef{Conversation: "a:1", ID: "1"}, question()); (err == nil) != (test.location == "") {
				t.Fatalf("edit: %v", err)
			}
			for _, r := range w.wire.all() {
				switch r.URL.Host {
				case "login.microsoftonline.com":
					if r.Header.Get("Authorization") != "" {
						t.Errorf("%s saw a token", r.URL)
					}
				case "smba.trafficmanager.net":
				default:
					t.Errorf("%s was asked", r.URL)
				}
			}
			if stored, _ := w.registry.Conversation(t.Context(), w.inst, w.ann); stored != test.stored && strings.Contains(stored, "attacker") {
				t.Errorf("stored %s", stored)
			}
		})
	}
}

func TestTransportChecksToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://smba.attacker.example/", nil)
	must(t, err)
	if _, err := w.adapter.connector.http.Do(r); !directory.Is(errors.Unwrap(err), directory.Invalid) {
		t.Errorf("got %v", err)
	}
	if n := len(w.wire.all()); n != 0 {
		t.Errorf("%d requests left", n)
	}
}

// TestNothingSecretIsLogged: neither the secret, a token, nor a name.
func TestNothingSecretIsLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	w := newWorld(t, func(c *Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	for _, d := range w.activities(t) {
		w.deliver(d)
		header := d.Header.Clone()
		w.sim.Forge("expired", header, d.Body)
		w.request(header, d.Body)
	}
	_, err := w.adapter.Send(t.Context(), w.inst, w.inst.Account(zoeID), question())
	fmt.Fprint(&log, err)
	for _, secret := range []string{appSecret, "simulated-connector-token", "eyJ", "Bearer", annID, zoeID, "Somebody", "example", "abc"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q is in the log:\n%s", secret, log.String())
		}
	}
	if !strings.Contains(log.String(), "request=") || log.Len() == 0 {
		t.Errorf("the operation's id is not in the log:\n%s", log.String())
	}
}

// TestOverTheWire: a message goes out and its button is pressed over real connections.
func TestOverTheWire(t *testing.T) {
	t.Parallel()
	authority, err := sim.NewAuthority()
	must(t, err)
	w := newWorld(t, nil)
	platform, err := authority.Serve(w.sim)
	must(t, err)
	t.Cleanup(platform.Close)
	adapter, err := New(Config{
		Cloud: Loopback(platform.URL, authority.Pool()), AppID: strings.ToUpper(appID), Secret: directory.NewSecret(appSecret),
		HomeTenant: homeTenant, Conversations: w.registry, Now: w.clock.Now,
	})
	must(t, err)
	router := mux.NewRouter()
	adapter.Mount(router, w.sink)
	w.sim.Outbox.Client.Transport = &sim.Transport{Handlers: map[string]http.Handler{"rollcall.test": router}}
	w.sim.Reach(platform.URL, appURL+"/teams/messages")
	ref, err := adapter.Send(t.Context(), w.inst, w.ann, question())
	must(t, err)
	must(t, w.sim.Press(tenantA, annID, ref.Conversation, ref.ID, "Sync"))
	w.sim.Outbox.Pump(t.Context())
	w.sink.only(t)
	if got := w.sim.Complaints(); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	err := Config{AppID: "x", HomeTenant: "company.example"}.Validate()
	for _, problem := range []string{"cloud", "app id", "client secret", "home tenant", "conversations"} {
		if err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%v does not name the %s", err, problem)
		}
	}
	if got, err := Workspace("AAAAAAAA-0000-4000-8000-00000000000A"); err != nil || got != tenantA {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := Workspace("company.example"); !directory.Is(err, directory.Invalid) {
		t.Errorf("got %v", err)
	}
}
