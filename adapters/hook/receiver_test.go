package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/sim"
)

// recipe is a receiver written from the documentation alone, step by step.
type recipe struct {
	secret string
	now    func() time.Time
	had    map[string]bool
	stored []string
}

func (p *recipe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// 1. The body as the bytes that came.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	// 2. The timestamp.
	stamp := r.Header.Get("Rollcall-Timestamp")
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || p.now().Sub(time.Unix(at, 0)).Abs() > 5*time.Minute {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	// 3. and 4. The signature.
	genuine := false
	for entry := range strings.SplitSeq(r.Header.Get("Rollcall-Signature"), ",") {
		if strings.HasPrefix(entry, "v1=") && hmac.Equal([]byte(entry), []byte("v1="+p.sign(stamp, body))) {
			genuine = true
		}
	}
	if !genuine {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	// 5. The id.
	var change struct{ ID string }
	if json.Unmarshal(body, &change) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if p.had[change.ID] {
		w.WriteHeader(http.StatusOK)
		return
	}
	// 6. Store, then answer.
	p.had[change.ID] = true
	p.stored = append(p.stored, change.ID)
	w.WriteHeader(http.StatusOK)
}

func (p *recipe) sign(stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(p.secret))
	mac.Write([]byte("v1:" + stamp + ":"))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// Whoever follows the recipe of doc.go takes what is ours, once, and nothing else.
func TestTheRecipe(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{canary, former} {
		clock := sim.StoppedClock(moment)
		receiver := &recipe{secret: secret, now: clock.Now, had: make(map[string]bool)}
		var last http.Header
		transport := &sim.Transport{Handlers: map[string]http.Handler{host: receiver}, Before: func(r *http.Request) { last = r.Header }}
		h := made(t, clock, transport, canary, former)
		for _, n := range []int{1, 2, 1, 3} {
			if err := h.Deliver(t.Context(), numbered(t, n)); err != nil {
				t.Fatalf("got %v, want no error", err)
			}
			clock.Advance(time.Hour)
		}
		if got, want := strings.Join(receiver.stored, " "), "acme-1 acme-2 acme-3"; got != want {
			t.Errorf("stored: got %v, want %v", got, want)
		}
		if last.Get("Rollcall-Id") != "acme-3" || strings.Count(last.Get("Rollcall-Signature"), "v1=") != 2 {
			t.Errorf("headers: got %v, want the id and two signatures", last)
		}
		if h := made(t, clock, transport, "a-secret-of-nobody-0123456789abcdefg"); h.Deliver(t.Context(), numbered(t, 4)) == nil {
			t.Error("what somebody else signed was taken")
		}
		late := sim.StoppedClock(clock.Now().Add(-6 * time.Minute))
		if h := made(t, late, transport, canary, former); h.Deliver(t.Context(), numbered(t, 5)) == nil {
			t.Error("what is six minutes old was taken")
		}
	}
}

// The example by which readers check their own code is right.
func TestTheExampleInTheDocumentation(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	found := func(pattern string) string {
		match := regexp.MustCompile(pattern).FindSubmatch(text)
		if match == nil {
			t.Fatalf("doc.go has nothing like %s", pattern)
		}
		return string(match[1])
	}
	p := recipe{secret: found(`the secret "([^"]+)"`)}
	got := "v1=" + p.sign(found(`timestamp\n// (\d+) and`), []byte(found(`\n//\t(\{"type".*)\n`)))
	if want := found(`signature is\n//\n//\t(v1=[0-9a-f]+)\n`); got != want {
		t.Errorf("the signature: got %v, doc.go says %v", got, want)
	}
}
