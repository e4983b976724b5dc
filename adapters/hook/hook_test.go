package hook

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/hook/hooksim"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

const (
	host   = "hooks.acme.example"
	former = "former-secret-0123456789abcdefghijk"
)

// bench is a webhook and its receiver, within the process.
type bench struct {
	*Hook
	sim   *hooksim.Sim
	clock *sim.Clock
}

// newBench makes one; the receiver knows the first secret.
func newBench(t *testing.T, secrets ...string) *bench {
	t.Helper()
	if len(secrets) == 0 {
		secrets = []string{canary}
	}
	b := &bench{clock: sim.StoppedClock(moment)}
	b.sim = hooksim.New(hooksim.Config{Clock: b.clock, Secrets: secrets[:1]})
	b.Hook = made(t, b.clock, &sim.Transport{Handlers: map[string]http.Handler{host: b.sim}}, secrets...)
	return b
}

func made(t *testing.T, clock *sim.Clock, transport http.RoundTripper, secrets ...string) *Hook {
	t.Helper()
	config := Config{Tenant: "acme", URL: "https://" + host + hooksim.Path, Network: Public(), Now: clock.Now, Transport: transport}
	for _, s := range secrets {
		config.Secrets = append(config.Secrets, directory.NewSecret(s))
	}
	h, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// numbered is the change of a number.
func numbered(t *testing.T, n int) directory.Changed {
	c := samples(t)["linked"]
	c.ID = fmt.Sprint("acme-", n)
	return c
}

// ids are what the receiver took, in order, each with how often it came.
func (b *bench) ids() string {
	var out []string
	for _, taken := range b.sim.Taken() {
		out = append(out, fmt.Sprint(taken.ID, "×", taken.Times))
	}
	return strings.Join(out, " ")
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, c := range samples(t) {
		c.ID = name
		if err := b.Deliver(t.Context(), c); err != nil {
			t.Errorf("%s: got %v, want no error", name, err)
		}
	}
	got := make(map[string]hooksim.Taken)
	for _, taken := range b.sim.Taken() {
		got[taken.ID] = taken
	}
	if len(got) != len(samples(t)) {
		t.Fatalf("taken: got %v, want all", b.ids())
	}
	linked := got["linked"]
	if linked.From != "confirming" || linked.To != "linked" || linked.Link.State != "linked" || linked.Tenant != "acme" ||
		*linked.Link.Primary != (hooksim.Account{Platform: "slack", Workspace: "T1", User: "U1"}) || linked.Link.Counterpart.User != "P1" || !linked.At.Equal(moment) {
		t.Errorf("linked: got %+v", linked)
	}
	if s := got["stand-in"].Link.StandIn; s == nil || s.Kind != "guest" || s.Account.User != "G1" || got["stand-in"].Link.Counterpart != nil {
		t.Errorf("stand-in: got %+v", s)
	}
	for _, call := range b.sim.Calls.All() {
		if call.Route != "POST "+hooksim.Path || call.Status != http.StatusNoContent {
			t.Errorf("a call: got %+v", call)
		}
	}
}

func TestOnlyItsTenant(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := numbered(t, 1)
	c.Tenant = "other"
	if err := b.Deliver(t.Context(), c); !directory.Is(err, directory.Invalid) || b.sim.Calls.Len() != 0 {
		t.Errorf("got %v and %d calls, want invalid and none", err, b.sim.Calls.Len())
	}
}

// What was lost, or refused for a while, is sent again: signed anew, and known by its id.
func TestAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	deliver := func(n int) error { return b.Deliver(t.Context(), numbered(t, n)) }
	b.sim.Faults.Add(sim.Rule{Times: 1, Fault: sim.Fault{Name: "lost", After: true}})
	if err := deliver(1); !directory.Is(err, directory.Uncertain) {
		t.Errorf("a lost answer: got %v, want uncertain", err)
	}
	b.clock.Advance(24 * time.Hour)
	if err := deliver(1); err != nil {
		t.Errorf("a day later: got %v, want no error", err)
	}
	b.sim.Faults.Add(sim.Rule{Times: 1, Fault: sim.Fault{Name: "down", Status: 502}})
	if err := deliver(2); !directory.Is(err, directory.Unavailable) {
		t.Errorf("down: got %v, want unavailable", err)
	}
	if err := deliver(2); err != nil {
		t.Errorf("up again: got %v, want no error", err)
	}
	if got, want := b.ids(), "acme-1×2 acme-2×1"; got != want {
		t.Errorf("taken: got %v, want %v", got, want)
	}
}

// While a secret is being replaced, receivers may know either.
func TestRotation(t *testing.T) {
	t.Parallel()
	b := newBench(t, canary, former)
	for n, known := range [][]string{{former}, {former, canary}, {canary}} {
		b.sim.SetSecrets(known...)
		if err := b.Deliver(t.Context(), numbered(t, n)); err != nil {
			t.Errorf("the receiver knows %d: got %v, want no error", len(known), err)
		}
	}
	b.sim.SetSecrets("a-secret-of-nobody-0123456789abcdefg")
	if err := b.Deliver(t.Context(), numbered(t, 9)); !directory.Is(err, directory.Invalid) || !strings.Contains(err.Error(), "401") {
		t.Errorf("the receiver knows neither: got %v, want invalid", err)
	}
	if got, want := b.ids(), "acme-0×1 acme-1×1 acme-2×1"; got != want {
		t.Errorf("taken: got %v, want %v", got, want)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		after  string
		want   directory.Code
		wait   time.Duration // with Throttled
	}{
		{200, "", directory.Internal, 0}, // stands for none
		{201, "", directory.Internal, 0},
		{202, "", directory.Internal, 0},
		{299, "60", directory.Internal, 0},
		{429, "", directory.Throttled, 30 * time.Second},
		{429, "7", directory.Throttled, 7 * time.Second},
		{429, "-7", directory.Throttled, 30 * time.Second},
		{429, "soon", directory.Throttled, 30 * time.Second},
		{429, "999999999", directory.Throttled, 15 * time.Minute},
		{503, "120", directory.Throttled, 2 * time.Minute},
		{503, moment.Add(90*time.Second + 877*time.Millisecond).UTC().Format(http.TimeFormat), directory.Throttled, 90*time.Second + 877*time.Millisecond},
		{503, moment.Add(-time.Hour).UTC().Format(http.TimeFormat), directory.Unavailable, 0},
		{503, "", directory.Unavailable, 0},
		{500, "60", directory.Unavailable, 0},
		{502, "", directory.Unavailable, 0},
		{504, "", directory.Unavailable, 0},
		{408, "", directory.Unavailable, 0},
		{425, "", directory.Unavailable, 0},
		{410, "", directory.Invalid, 0},
		{400, "", directory.Invalid, 0},
		{401, "", directory.Invalid, 0},
		{403, "60", directory.Invalid, 0},
		{404, "", directory.Invalid, 0},
		{413, "", directory.Invalid, 0},
		{301, "", directory.Invalid, 0},
		{304, "", directory.Invalid, 0},
		{308, "", directory.Invalid, 0},
	} {
		t.Run(fmt.Sprint(c.status, " ", c.after), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.sim.Faults.Add(sim.Rule{Fault: sim.Fault{Name: "answer", Status: c.status, RetryAfter: c.after, Body: strings.Repeat("canary ", 10_000)}})
			err := b.Deliver(t.Context(), numbered(t, 1))
			if c.want == directory.Internal {
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				return
			}
			if !directory.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if got := directory.RetryAfter(err); c.want == directory.Throttled && got.Round(time.Second) != c.wait.Round(time.Second) {
				t.Errorf("wait: got %v, want %v", got, c.wait)
			}
			if !strings.Contains(err.Error(), fmt.Sprint(c.status)) {
				t.Errorf("got %q, want the status in it", err)
			}
			discreet(t, err)
		})
	}
}

// discreet wants an error without the URL, the secrets, and what the other side said.
func discreet(t *testing.T, err error) {
	t.Helper()
	for _, word := range []string{"canary", "former", "https", "acme.example", hooksim.Path} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("the error says too much: %v", err)
		}
	}
}

// A caller who has given up sends nothing; one who gives up on the way knows nothing.
func TestCallerGivesUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		cancel()
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	h := made(t, sim.StoppedClock(moment), transport, canary)
	if err := h.Deliver(ctx, numbered(t, 1)); !directory.Is(err, directory.Uncertain) {
		t.Errorf("on the way: got %v, want uncertain", err)
	}
	b := newBench(t)
	if err := b.Deliver(ctx, numbered(t, 1)); !directory.Is(err, directory.Unavailable) || b.sim.Calls.Len() != 0 {
		t.Errorf("before: got %v and %d calls, want unavailable and none", err, b.sim.Calls.Len())
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
