package hook

import (
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"rollcall/adapters/hook/hooksim"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// served is a receiver behind TLS on this machine.
func served(t *testing.T, handler http.Handler) (*sim.Server, *x509.CertPool) {
	t.Helper()
	authority, err := sim.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	server, err := authority.Serve(handler)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server, authority.Pool()
}

// dial makes a webhook that uses the network.
func dial(t *testing.T, target string, network Network) *Hook {
	t.Helper()
	h, err := New(Config{Tenant: "acme", URL: target, Network: network, Secrets: []directory.Secret{directory.NewSecret(canary)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.http.CloseIdleConnections)
	return h
}

func TestOverTLS(t *testing.T) {
	t.Parallel()
	receiver := hooksim.New(hooksim.Config{Clock: sim.NewClock(nil), Secrets: []string{canary}})
	server, roots := served(t, receiver)
	h := dial(t, server.URL+hooksim.Path, Loopback(roots))
	for n := range 3 {
		if err := h.Deliver(t.Context(), numbered(t, n)); err != nil {
			t.Fatalf("got %v, want no error", err)
		}
	}
	receiver.Faults.Add(sim.Rule{Times: 1, Fault: sim.Fault{Name: "dropped"}})
	if err := h.Deliver(t.Context(), numbered(t, 3)); !directory.Is(err, directory.Uncertain) {
		t.Errorf("dropped: got %v, want uncertain", err)
	} else {
		discreet(t, err)
	}
	if got := len(receiver.Taken()); got != 3 {
		t.Errorf("taken: got %d, want 3", got)
	}

	_, strange := served(t, receiver)
	if err := dial(t, server.URL+hooksim.Path, Loopback(strange)).Deliver(t.Context(), numbered(t, 4)); !directory.Is(err, directory.Unavailable) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("another authority's certificate: got %v, want unavailable", err)
	}
	server.Close()
	if err := h.Deliver(t.Context(), numbered(t, 4)); !directory.Is(err, directory.Unavailable) {
		t.Errorf("nobody listens: got %v, want unavailable", err)
	} else {
		discreet(t, err)
	}
}

// The names of this machine lead to addresses that are not public: nothing is sent there, whatever the
// configuration says.
func TestNeverToThisMachine(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"localhost", "LOCALHOST"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := dial(t, "https://"+name+"/in", Public()).Deliver(t.Context(), numbered(t, 1))
			if !directory.Is(err, directory.Invalid) || !strings.Contains(err.Error(), "public") {
				t.Errorf("got %v, want invalid", err)
			}
		})
	}
}

// A redirect is not followed: the other host gets nothing, and an admin is told.
func TestRedirects(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	elsewhere := hooksim.New(hooksim.Config{Clock: b.clock, Secrets: []string{canary}})
	b.Hook = made(t, b.clock, &sim.Transport{Handlers: map[string]http.Handler{host: b.sim, "elsewhere.example": elsewhere}}, canary)
	for _, to := range []string{"https://elsewhere.example" + hooksim.Path, "https://" + host + hooksim.Path, "http://169.254.169.254/"} {
		b.sim.Redirect(to)
		if err := b.Deliver(t.Context(), numbered(t, 1)); !directory.Is(err, directory.Invalid) || !strings.Contains(err.Error(), "redirect") {
			t.Errorf("to %s: got %v, want invalid", to, err)
		}
	}
	if elsewhere.Calls.Len() != 0 || b.sim.Calls.Len() != 3 || len(b.sim.Taken()) != 0 {
		t.Errorf("calls: got %d elsewhere and %d here, want none and one for each delivery", elsewhere.Calls.Len(), b.sim.Calls.Len())
	}
}

// The request goes to the URL as it was configured.
func TestTheExactURL(t *testing.T) {
	t.Parallel()
	const target = "https://Hooks.Acme.example:443/in%2Fto/a?b=c%20d&e"
	var asked []*url.URL
	h, err := New(Config{
		Tenant: "acme", URL: target, Network: Public(), Secrets: []directory.Secret{directory.NewSecret(canary)},
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			asked = append(asked, r.URL)
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Deliver(t.Context(), numbered(t, 1)); err != nil {
		t.Fatalf("got %v, want no error", err)
	}
	if want := "https://hooks.acme.example/in%2Fto/a?b=c%20d&e"; len(asked) != 1 || asked[0].String() != want {
		t.Errorf("asked: got %v, want %v", asked, want)
	}
}

// endless is an answer's body that never ends, and counts what was read of it.
type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) { e.read += len(b); return len(b), nil }
func (e *endless) Close() error               { return nil }

func TestAnEndlessAnswer(t *testing.T) {
	t.Parallel()
	answer := &endless{}
	h := made(t, sim.StoppedClock(moment), roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: answer, Request: r}, nil
	}), canary)
	if err := h.Deliver(t.Context(), numbered(t, 1)); err != nil || answer.read > 64<<10 {
		t.Errorf("got %v after %d bytes, want no error after a few", err, answer.read)
	}
}

// Whoever doesn't answer in ten seconds, or drips an answer, keeps a worker no longer.
func TestTooSlow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer func(*http.Request) (*http.Response, error)
		want   error
	}{
		{"no answer", func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, directory.Errorf(directory.Uncertain, "")},
		{"a body that doesn't end", func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Body: dripping{r}, Request: r}, nil
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := made(t, sim.StoppedClock(moment), roundTrip(c.answer), canary)
				began := time.Now()
				err := h.Deliver(t.Context(), numbered(t, 1))
				if took := time.Since(began); took != timeout {
					t.Errorf("took %v, want %v", took, timeout)
				}
				if (err == nil) != (c.want == nil) || c.want != nil && !directory.Is(err, directory.CodeOf(c.want)) {
					t.Errorf("got %v, want %v", err, c.want)
				}
			})
		})
	}
}

// dripping is a body of which nothing comes until the request's time is over.
type dripping struct{ r *http.Request }

func (d dripping) Read([]byte) (int, error) {
	<-d.r.Context().Done()
	return 0, io.ErrUnexpectedEOF
}
func (d dripping) Close() error { return nil }
