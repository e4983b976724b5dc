package entra_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/adapters/entra"
	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

// tokens is how many tokens were asked for.
func (w *world) tokens() int {
	n := 0
	for _, call := range w.Calls.All() {
		if strings.Contains(call.Route, "token") {
			n++
		}
	}
	return n
}

// A token is asked for once, whoever needs it, and again before it ends.
func TestTokenIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, _ := w.crowd(1)
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			if _, err := w.adapter.Source().Page(t.Context(), tenants[0], group, ""); err != nil {
				t.Error(err)
			}
		})
	}
	readers.Wait()
	if w.tokens() != 1 {
		t.Errorf("%d tokens were asked for", w.tokens())
	}
	w.clock.Advance(57 * time.Minute)
	r := w.reader(group)
	r.mustRead()
	if w.tokens() != 2 {
		t.Errorf("%d tokens, three minutes before the end", w.tokens())
	}
	// While the authority is away, what is left of the token serves.
	w.clock.Advance(57 * time.Minute)
	w.Faults.Add(sim.Rule{Route: "POST /{tenant}/oauth2/v2.0/token", Fault: entrasim.Broken(http.StatusServiceUnavailable)})
	r.mustRead()
	w.clock.Advance(5 * time.Minute)
	r.fails(directory.Unavailable)
}

// One tenant's token is never another's, and no token goes anywhere but to the cloud's host.
func TestTokenStaysAtHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, _ := w.crowd(5)
	w.transport.Handlers["evil.example"] = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request left for another host") })
	for _, body := range []string{
		`{"value":[],"@odata.nextLink":"https://evil.example/v1.0/groups/delta?$skiptoken=x"}`,
		`{"value":[],"@odata.deltaLink":"https://evil.example/v1.0/groups/delta?$deltatoken=x"}`,
		`{"value":[],"@odata.nextLink":"https://entra.sim@evil.example/v1.0/groups/delta?$skiptoken=x"}`,
		`{"value":[],"@odata.nextLink":"https://user@entra.sim/v1.0/groups/delta?$skiptoken=x"}`,
		`{"value":[],"@odata.nextLink":"http://entra.sim/v1.0/groups/delta?$skiptoken=x"}`,
		`{"value":[],"@odata.nextLink":"https://entra.sim/beta/groups/delta?$skiptoken=x"}`,
		`{"value":[],"@odata.nextLink":"https://entra.sim/v1.0/../beta/groups/delta?$skiptoken=x"}`,
		`{"value":[],"@odata.nextLink":"https://entra.sim/v1.0/users/delta?$skiptoken=x"}`,
		`{"value":[],"@odata.nextLink":"//evil.example/v1.0/groups/delta?$skiptoken=x"}`,
		`{"value":[],"@odata.nextLink":""}`,
		`{"value":[]}`,
	} {
		w.Faults.Heal()
		w.Faults.Add(sim.Rule{Route: groupsDelta, Fault: sim.Fault{Name: "link", Status: 200, ContentType: "application/json", Body: body}})
		r := w.reader(group)
		if err := r.once(); !directory.Is(err, directory.Incomplete) {
			t.Errorf("%s: %v", body, err)
		}
	}
	w.Faults.Heal()

	// A redirect is not followed.
	w.Faults.Add(sim.Rule{Route: "GET /groups/{id}", Fault: sim.Fault{Name: "redirect", Status: http.StatusFound}})
	w.reader(group).fails(directory.Unavailable)
}

// A request without a token doesn't leave: the SDK sends one to a host that it doesn't know.
func TestHostsOfTheCloud(t *testing.T) {
	t.Parallel()
	for _, cloud := range []entra.Cloud{entra.Public(), entra.USGovernment(), entra.USDefense(), entra.China()} {
		w := newWorld(t)
		hosts := make(map[string]bool)
		w.config.Cloud = cloud
		w.config.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			hosts[r.URL.Host] = true
			return nil, http.ErrHandlerTimeout
		})
		w.adapter = w.open()
		if _, err := w.adapter.Source().Page(t.Context(), tenants[0], uuid("g"), ""); !directory.Is(err, directory.Unavailable) {
			t.Error(err)
		}
		for host := range hosts {
			if !strings.HasPrefix(host, "login.") {
				t.Errorf("%s was asked without a token", host)
			}
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// What the authority says, and what it means.
func TestNoToken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault sim.Fault
		code  directory.Code
	}{
		{"a wrong secret", sim.Fault{Status: 401, ContentType: "application/json", Body: `{"error":"invalid_client","error_codes":[7000215],"error_description":"` + secret + `"}`}, directory.Unauthorized},
		{"no consent", sim.Fault{Status: 400, ContentType: "application/json", Body: `{"error":"unauthorized_client","error_codes":[700016]}`}, directory.Unauthorized},
		{"an unknown tenant", sim.Fault{Status: 400, ContentType: "application/json", Body: `{"error":"invalid_request","error_codes":[90002]}`}, directory.Unauthorized},
		{"not now", sim.Fault{Status: 400, ContentType: "application/json", Body: `{"error":"temporarily_unavailable"}`}, directory.Unavailable},
		{"a page of somebody in between", entrasim.Page(http.StatusForbidden), directory.Unavailable},
		{"throttled", entrasim.Throttled("5"), directory.Throttled},
		{"no token in it", sim.Fault{Status: 200, ContentType: "application/json", Body: `{"token_type":"Bearer","expires_in":3600}`}, directory.Unavailable},
		{"another type", sim.Fault{Status: 200, ContentType: "application/json", Body: `{"token_type":"mac","access_token":"x","expires_in":3600}`}, directory.Unavailable},
		{"no life", sim.Fault{Status: 200, ContentType: "application/json", Body: `{"token_type":"Bearer","access_token":"x"}`}, directory.Unavailable},
		{"half of it", sim.Fault{Status: 200, ContentType: "application/json", Body: `{"token_type":"Bearer","acc`}, directory.Unavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Faults.Add(sim.Rule{Route: "POST /{tenant}/oauth2/v2.0/token", Fault: tt.fault})
			_, err := w.adapter.Source().Page(t.Context(), tenants[0], uuid("g"), "")
			if !directory.Is(err, tt.code) || strings.Contains(err.Error(), secret) {
				t.Errorf("got %v, want %v", err, tt.code)
			}
		})
	}
}
