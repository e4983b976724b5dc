package hooksim_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/hook/hooksim"
	"rollcall/adapters/sim"
)

// bench is a receiver and a client that reaches it within the process.
type bench struct {
	*hooksim.Sim
	clock  *sim.Clock
	client *http.Client
}

func newBench() *bench {
	clock := sim.StoppedClock(now)
	s := hooksim.New(hooksim.Config{Clock: clock, Secrets: []string{secret}})
	client := &http.Client{
		Transport:     &sim.Transport{Handlers: map[string]http.Handler{"hook.test": s}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &bench{s, clock, client}
}

// post sends a body, changed by what the case does to the request; status 0: the connection broke.
func (b *bench) post(t *testing.T, key, id, body string, change func(*http.Request)) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://hook.test"+hooksim.Path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	at := stamp(b.clock.Now())
	r.Header = headers(at, signature(key, at, body))
	r.Header.Set("Rollcall-Id", id)
	r.Header.Set("Content-Type", "application/json")
	if change != nil {
		change(r)
	}
	resp, err := b.client.Do(r)
	if err != nil {
		return &http.Response{}
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return resp
}

// told is a body that is taken.
func told(id string) string {
	return `{"type":"link.changed","id":"` + id + `","at":"2026-03-02T09:00:00Z","tenant":"acme","link":{"directory":"people","member":"1",` +
		`"platforms":{"primary":"slack","secondary":"webex"},"primary":null,"counterpart":null,"standIn":null,"state":"new"},"from":"","to":"new","why":""}`
}

func TestTakesEachChangeOnce(t *testing.T) {
	t.Parallel()
	b := newBench()
	for _, id := range []string{"acme-1", "acme-2", "acme-1", "acme-3", "acme-1"} {
		if got := b.post(t, secret, id, told(id), nil).StatusCode; got != http.StatusNoContent {
			t.Fatalf("status of %s: got %d, want 204", id, got)
		}
	}
	var got []string
	for _, taken := range b.Taken() {
		got = append(got, taken.ID+strings.Repeat("+", taken.Times))
		if string(taken.Body) != told(taken.ID) || taken.Link.State != "new" {
			t.Errorf("what was kept of %s: got %+v", taken.ID, taken)
		}
	}
	if want := "acme-1+++ acme-2+ acme-3+"; strings.Join(got, " ") != want {
		t.Errorf("taken: got %v, want %v", got, want)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	swap := func(old, new string) string { return strings.Replace(told("acme-1"), old, new, 1) }
	for _, c := range []struct {
		name   string
		key    string
		body   string
		change func(*http.Request)
		want   int
	}{
		{"signed with another secret", former, told("acme-1"), nil, 401},
		{"not signed", secret, told("acme-1"), func(r *http.Request) { r.Header.Del("Rollcall-Signature") }, 401},
		{"a GET", secret, told("acme-1"), func(r *http.Request) { r.Method = http.MethodGet }, 405},
		{"another path", secret, told("acme-1"), func(r *http.Request) { r.URL.Path = "/" }, 404},
		{"not said to be JSON", secret, told("acme-1"), func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415},
		{"another id in the header", secret, told("acme-1"), func(r *http.Request) { r.Header.Set("Rollcall-Id", "acme-2") }, 422},
		{"too long", secret, swap(`"why":""`, `"why":"`+strings.Repeat("x", 64<<10)+`"`), nil, 413},
		{"no JSON", secret, "{", nil, 422},
		{"two values", secret, told("acme-1") + "{}", nil, 422},
		{"another type", secret, swap("link.changed", "link.gone"), nil, 422},
		{"an unknown field", secret, swap(`"why":""`, `"why":"","name":"Pat"`), nil, 422},
		{"without a state", secret, swap(`"state":"new"`, `"state":""`), nil, 422},
		{"without a member", secret, swap(`"member":"1"`, `"member":""`), nil, 422},
		{"without a tenant", secret, swap(`"tenant":"acme"`, `"tenant":""`), nil, 422},
		{"an address in it", secret, swap(`"member":"1"`, `"member":"pat@acme.example"`), nil, 422},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench()
			if got := b.post(t, c.key, "acme-1", c.body, c.change).StatusCode; got != c.want {
				t.Errorf("status: got %d, want %d", got, c.want)
			}
			if taken := b.Taken(); len(taken) != 0 {
				t.Errorf("taken: got %v, want nothing", taken)
			}
			if calls := b.Calls.All(); len(calls) != 1 || calls[0].Status != c.want || calls[0].Detail == "" {
				t.Errorf("calls: got %+v, want one with its reason", calls)
			}
		})
	}
}

func TestItsOwnClock(t *testing.T) {
	t.Parallel()
	b := newBench()
	r := func(r *http.Request) { b.clock.Advance(6 * time.Minute) }
	if got := b.post(t, secret, "acme-1", told("acme-1"), r).StatusCode; got != http.StatusUnauthorized {
		t.Errorf("six minutes on the way: got %d, want 401", got)
	}
}

func TestTroubles(t *testing.T) {
	t.Parallel()
	b := newBench()
	post := func(id string) *http.Response { return b.post(t, secret, id, told(id), nil) }
	b.Faults.Add(sim.Rule{Times: 1, Fault: sim.Fault{Name: "busy", Status: 503, RetryAfter: "7"}})
	if got := post("acme-1"); got.StatusCode != 503 || got.Header.Get("Retry-After") != "7" {
		t.Errorf("busy: got %d, want 503", got.StatusCode)
	}
	b.Faults.Add(sim.Rule{Times: 1, Fault: sim.Fault{Name: "dropped"}})
	if got := post("acme-1").StatusCode; got != 0 {
		t.Errorf("dropped: got %d, want no answer", got)
	}
	if taken := b.Taken(); len(taken) != 0 {
		t.Errorf("taken: got %v, want nothing yet", taken)
	}
	b.Faults.Add(sim.Rule{Times: 1, Fault: sim.Fault{Name: "lost", After: true}})
	if got := post("acme-1").StatusCode; got != 0 || len(b.Taken()) != 1 {
		t.Errorf("a lost answer: got %d, %v, want none and the change", got, b.Taken())
	}
	b.Redirect("https://elsewhere.test/")
	if got := post("acme-2"); got.StatusCode != 307 || got.Header.Get("Location") != "https://elsewhere.test/" || len(b.Taken()) != 1 {
		t.Errorf("redirected: got %d to %q", got.StatusCode, got.Header.Get("Location"))
	}
	b.Redirect("")
	b.SetSecrets(former)
	if got := post("acme-2").StatusCode; got != 401 {
		t.Errorf("with a secret that was replaced: got %d, want 401", got)
	}
	b.SetSecrets(former, secret)
	if got := post("acme-2").StatusCode; got != 204 || len(b.Taken()) != 2 {
		t.Errorf("with one that is being replaced: got %d, want 204", got)
	}
	if reached := b.Faults.Reached(); reached["busy"] != 1 || reached["dropped"] != 1 || reached["lost"] != 1 {
		t.Errorf("faults reached: got %v, want each once", reached)
	}
}

// A stranger who has the secret still breaks nothing.
func FuzzBody(f *testing.F) {
	f.Add("acme-1", told("acme-1"))
	f.Add("", `{"type":"link.changed","link":null}`)
	f.Add("x", `[[[[`)
	f.Fuzz(func(t *testing.T, id, body string) {
		b := newBench()
		switch got := b.post(t, secret, id, body, nil).StatusCode; got {
		case http.StatusNoContent:
			if len(b.Taken()) != 1 || strings.Contains(body, "@") {
				t.Errorf("taken: got %v", b.Taken())
			}
		case http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
			if len(b.Taken()) != 0 {
				t.Errorf("refused and taken: %v", b.Taken())
			}
		default:
			t.Errorf("status: got %d", got)
		}
	})
}
