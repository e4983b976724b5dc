package teams

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/internal/jwks"
	"rollcall/adapters/sim"
	"rollcall/adapters/teams/teamssim"
)

// hold has something done, and answers the activities that Teams would send, unsent.
func (w *world) hold(t *testing.T, do func() error) []sim.Delivery {
	t.Helper()
	must(t, do())
	var held []sim.Delivery
	w.sim.Outbox.Rearrange(func(due []sim.Delivery) []sim.Delivery {
		held = append(held, due...)
		return nil
	})
	w.sim.Outbox.Pump(t.Context())
	w.sim.Outbox.Rearrange(nil)
	if len(held) == 0 {
		t.Fatal("Teams sent nothing")
	}
	return held
}

// deliver signs an activity, and gives it to the adapter.
func (w *world) deliver(d sim.Delivery) (int, string) {
	header := d.Header.Clone()
	w.sim.Sign(header, d.Body, w.clock.Now())
	return w.request(header, d.Body)
}

func (w *world) request(header http.Header, body []byte) (int, string) {
	r := httptest.NewRequest(http.MethodPost, appURL+"/teams/messages", bytes.NewReader(body))
	r.Header = header
	answer := httptest.NewRecorder()
	w.router.ServeHTTP(answer, r)
	return answer.Code, answer.Body.String()
}

// activities is one of every kind that changes something, from somebody who wasn't heard of yet.
func (w *world) activities(t *testing.T) map[string]sim.Delivery {
	t.Helper()
	ref := w.ask(t)
	must(t, w.adapter.store(t.Context(), w.inst, w.ann, reference{}))
	last := func(do func() error) sim.Delivery {
		held := w.hold(t, do)
		return held[len(held)-1]
	}
	only := func(kind string) func() error {
		return func() error { return w.sim.InstallAs(tenantA, annID, teamssim.Announcing{Only: kind}) }
	}
	return map[string]sim.Delivery{
		"message":      last(func() error { _, err := w.sim.Say(tenantA, annID, "help"); return err }),
		"press":        last(func() error { return w.sim.Press(tenantA, annID, ref.Conversation, ref.ID, "Sync") }),
		"installation": last(only(teamssim.OnlyInstallation)),
		"conversation": last(only(teamssim.OnlyConversation)),
	}
}

func TestBadTokens(t *testing.T) {
	t.Parallel()
	for _, bad := range teamssim.BadTokens() {
		t.Run(bad.Name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			for name, d := range w.activities(t) {
				w.wire.clear()
				header := d.Header.Clone()
				body := w.sim.Forge(bad.Name, header, d.Body)
				status, answer := w.request(header, body)
				if status != bad.Want || answer != "" {
					t.Errorf("%s: status %d %q, want %d", name, status, answer, bad.Want)
				}
				if got := w.sink.all(); len(got) != 0 {
					t.Errorf("%s: the sink took %+v", name, got)
				}
				if ref := w.known(t, w.ann); ref != (reference{}) {
					t.Errorf("%s: stored %+v", name, ref)
				}
				for _, r := range w.wire.all() {
					if !strings.Contains(r.URL.Path, "/.well-known/") || r.Header.Get("Authorization") != "" {
						t.Errorf("%s: asked %s", name, r.URL)
					}
				}
				if n := len(w.wire.all()); n > 2 {
					t.Errorf("%s: %d requests", name, n)
				}
			}
		})
	}
}

func TestGoodTokens(t *testing.T) {
	t.Parallel()
	for _, good := range teamssim.GoodTokens() {
		t.Run(good.Name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			for name, d := range w.activities(t) {
				before := len(w.sink.all())
				header := d.Header.Clone()
				body := w.sim.Forge(good.Name, header, d.Body)
				if status, _ := w.request(header, body); status != http.StatusOK {
					t.Errorf("%s: status %d", name, status)
				}
				if name != "conversation" && len(w.sink.all()) == before {
					t.Errorf("%s: not taken", name)
				}
			}
		})
	}
}

// TestRefusedActivities: what a token can't say for itself.
func TestRefusedActivities(t *testing.T) {
	t.Parallel()
	replace := func(old, new string) func([]byte) []byte {
		return func(body []byte) []byte { return bytes.ReplaceAll(body, []byte(old), []byte(new)) }
	}
	tests := []struct {
		name   string
		change func([]byte) []byte
		want   int
	}{
		{"two tenants", replace(`"conversation":{"conversationType":"personal","tenantId":"`+tenantA, `"conversation":{"conversationType":"personal","tenantId":"`+tenantB), http.StatusForbidden},
		{"no tenant", replace(tenantA, ""), http.StatusForbidden},
		{"a tenant that is no GUID", replace(tenantA, "../"+tenantA), http.StatusForbidden},
		{"a tenant that nobody connected", replace(tenantA, tenantC), http.StatusForbidden},
		{"no channel", replace(`"channelId":"msteams"`, `"channelId":""`), http.StatusForbidden},
		{"no type", replace(`"type":"message"`, `"type":""`), http.StatusBadRequest},
		{"not an object", func([]byte) []byte { return []byte(`[]`) }, http.StatusBadRequest},
		{"no conversation", func(body []byte) []byte {
			at := bytes.Index(body, []byte(`"id":"a:1`))
			end := at + 6 + bytes.IndexByte(body[at+6:], '"')
			return slices.Concat(body[:at+6], body[end:])
		}, http.StatusBadRequest},
		{"a parent for a conversation", func(body []byte) []byte {
			at := bytes.Index(body, []byte(`"id":"a:1`))
			end := at + 6 + bytes.IndexByte(body[at+6:], '"')
			return slices.Concat(body[:at+6], []byte(".."), body[end:])
		}, http.StatusBadRequest},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			d := w.activities(t)["message"]
			changed := test.change(d.Body)
			if bytes.Equal(changed, d.Body) {
				t.Fatalf("nothing was changed in %s", d.Body)
			}
			d.Body = changed
			if status, answer := w.deliver(d); status != test.want || answer != "" {
				t.Errorf("status %d %q, want %d", status, answer, test.want)
			}
			if got := w.sink.all(); len(got) != 0 || w.known(t, w.ann) != (reference{}) {
				t.Errorf("it left %+v, %+v", got, w.known(t, w.ann))
			}
		})
	}
}

// TestKeysOfTheSimulator: how the adapter gets along with what the key set may look like.
func TestKeysOfTheSimulator(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		mode teamssim.KeysMode
		want int // of a reader that has no keys yet
	}{
		{"good", teamssim.KeysFresh, http.StatusOK},
		{"odd ones among them", teamssim.KeysOdd, http.StatusOK},
		{"other algorithms allowed", teamssim.KeysOtherAlg, http.StatusOK},
		{"garbage", teamssim.KeysGarbage, http.StatusServiceUnavailable},
		{"none", teamssim.KeysEmpty, http.StatusServiceUnavailable},
		{"on a stranger's host", teamssim.KeysElsewhere, http.StatusServiceUnavailable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			d := w.activities(t)["message"]
			w.sim.ServeKeys(test.mode)
			if status, _ := w.deliver(d); status != http.StatusOK {
				t.Errorf("with keys: status %d", status)
			}
			fresh := w.newAdapter(t, nil)
			fresh.Mount(w.router.PathPrefix("/fresh").Subrouter(), w.sink)
			header := d.Header.Clone()
			w.sim.Sign(header, d.Body, w.clock.Now())
			r := httptest.NewRequest(http.MethodPost, appURL+"/fresh/teams/messages", bytes.NewReader(d.Body))
			r.Header = maps.Clone(header)
			answer := httptest.NewRecorder()
			w.router.ServeHTTP(answer, r)
			if answer.Code != test.want {
				t.Errorf("without keys: status %d, want %d", answer.Code, test.want)
			}
			for _, r := range w.wire.all() {
				if r.URL.Host != simHost {
					t.Errorf("asked %s", r.URL)
				}
			}
		})
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	d := w.activities(t)["message"]
	w.clock.Advance(jwks.Pause)
	w.sim.Rotate()
	if status, _ := w.deliver(d); status != http.StatusOK {
		t.Errorf("status %d after a rotation", status)
	}
	w.sim.Rotate()
	if status, _ := w.deliver(d); status != http.StatusUnauthorized {
		t.Errorf("status %d right after another one", status)
	}
	w.clock.Advance(jwks.Pause)
	if status, _ := w.deliver(d); status != http.StatusOK {
		t.Errorf("status %d five minutes later", status)
	}
	w.clock.Advance(jwks.Fresh)
	w.sim.Faults.Add(sim.Rule{Route: "GET /v1/.well-known/keys", Fault: sim.Fault{Name: "keys", Status: 503}})
	if status, _ := w.deliver(d); status != http.StatusOK {
		t.Errorf("status %d with day-old keys", status)
	}
	w.clock.Advance(jwks.Stale - jwks.Fresh + time.Second)
	if status, _ := w.deliver(d); status != http.StatusServiceUnavailable {
		t.Errorf("status %d with keys of three days", status)
	}
	w.sim.Faults.Heal()
	w.clock.Advance(jwks.Pause)
	if status, _ := w.deliver(d); status != http.StatusOK {
		t.Errorf("status %d after all that", status)
	}
}

func TestReadsNoMoreThanItMust(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	d := w.activities(t)["message"]
	header := d.Header.Clone()
	w.sim.Forge("wrong issuer", header, d.Body)
	r := httptest.NewRequest(http.MethodPost, appURL+"/teams/messages", io.MultiReader(failing{t}))
	r.Header = header
	answer := httptest.NewRecorder()
	w.router.ServeHTTP(answer, r)
	if answer.Code != http.StatusUnauthorized {
		t.Errorf("status %d", answer.Code)
	}
}

// failing is a body that nobody may read.
type failing struct{ t *testing.T }

func (f failing) Read([]byte) (int, error) {
	f.t.Error("the body of a stranger was read")
	return 0, io.EOF
}
