package jwks

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/adapters/internal/outbound"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

var began = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)

// testKey is one key for all tests, since keys take a while to make.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// keyText is a usable key as a key set shows it, with more members.
func keyText(kid string, more ...string) string {
	encode := base64.RawURLEncoding.EncodeToString
	public := testKey().PublicKey
	fields := append([]string{
		`"kty":"RSA"`, fmt.Sprintf(`"kid":%q`, kid),
		fmt.Sprintf(`"n":%q`, encode(public.N.Bytes())), fmt.Sprintf(`"e":%q`, encode(big.NewInt(int64(public.E)).Bytes())),
	}, more...)
	return "{" + strings.Join(fields, ",") + "}"
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	short := base64.RawURLEncoding.EncodeToString(slices.Repeat([]byte{255}, 128))
	tests := []struct {
		name, page string
		want       []string // kids; none: refused
	}{
		{"one", `{"keys":[` + keyText("a") + `]}`, []string{"a"}},
		{"for signatures", `{"keys":[` + keyText("a", `"use":"sig"`, `"alg":"RS256"`, `"x5c":["abc"]`) + `]}`, []string{"a"}},
		{"beside others", `{"keys":[{"kty":"EC","kid":"c"},null,7,` + keyText("a") + `,` + keyText("b") + `]}`, []string{"a", "b"}},
		{"for encryption", `{"keys":[` + keyText("a", `"use":"enc"`) + `]}`, nil},
		{"for another algorithm", `{"keys":[` + keyText("a", `"alg":"PS256"`) + `]}`, nil},
		{"twice the same id", `{"keys":[` + keyText("a") + `,` + keyText("a") + `,` + keyText("b") + `]}`, []string{"b"}},
		{"three times", `{"keys":[` + keyText("a") + `,` + keyText("a") + `,` + keyText("a") + `]}`, nil},
		{"no id", `{"keys":[` + keyText("") + `]}`, nil},
		{"a long id", `{"keys":[` + keyText(strings.Repeat("a", 257)) + `]}`, nil},
		{"too short", `{"keys":[{"kty":"RSA","kid":"a","n":"` + short + `","e":"AQAB"}]}`, nil},
		{"an exponent of one", `{"keys":[` + keyText("a", `"e":"AQ"`) + `]}`, nil},
		{"an even exponent", `{"keys":[` + keyText("a", `"e":"BA"`) + `]}`, nil},
		{"no exponent", `{"keys":[` + keyText("a", `"e":""`) + `]}`, nil},
		{"a huge exponent", `{"keys":[` + keyText("a", `"e":"AQAAAAAAAQ"`) + `]}`, nil},
		{"not base64", `{"keys":[` + keyText("a", `"n":"!"`) + `]}`, nil},
		{"none", `{"keys":[]}`, nil},
		{"too many", `{"keys":[` + strings.Repeat(keyText("a")+",", 100) + keyText("b") + `]}`, nil},
		{"not a set", `[]`, nil},
		{"a page", `<html>`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			known, err := Parse([]byte(test.page))
			var got []string
			for id := range known {
				got = append(got, id)
			}
			slices.Sort(got)
			if !slices.Equal(got, test.want) || (err == nil) != (test.want != nil) {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestEndorsements(t *testing.T) {
	t.Parallel()
	known, err := Parse([]byte(`{"keys":[` + keyText("a", `"endorsements":["msteams","skype"]`) + `,` + keyText("b") + `]}`))
	if err != nil || !slices.Equal(known["a"].Endorsed, []string{"msteams", "skype"}) || known["b"].Endorsed != nil {
		t.Errorf("got %+v, %v", known, err)
	}
}

// keyServer publishes keys.
type keyServer struct {
	mu     sync.Mutex
	kids   []string
	down   bool
	asked  int
	issuer string // empty: the right one
}

func (s *keyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if r.URL.Path == "/meta" {
		s.asked++
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":"https://keys.test/set"}`, cmp.Or(s.issuer, "https://issuer.test"))
		return
	}
	var texts []string
	for _, kid := range s.kids {
		texts = append(texts, keyText(kid))
	}
	fmt.Fprintf(w, `{"keys":[%s]}`, strings.Join(texts, ","))
}

func (s *keyServer) set(down bool, kids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down, s.kids = down, kids
}

func (s *keyServer) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func newKeys(clock *sim.Clock, transport http.RoundTripper) *Set {
	return New(Config{
		HTTP: outbound.Client(outbound.Config{Hosts: []string{"keys.test"}, Transport: transport}), Metadata: "https://keys.test/meta",
		Issuer: "https://issuer.test", Now: clock.Now, Log: slog.New(slog.DiscardHandler),
	})
}

func TestKeysRotateAndGoStale(t *testing.T) {
	t.Parallel()
	clock, server := sim.StoppedClock(began), &keyServer{}
	k := newKeys(clock, &sim.Transport{Handlers: map[string]http.Handler{"keys.test": server}})
	find := func(kid string, want any, asked int) {
		t.Helper()
		_, err := k.Find(t.Context(), kid)
		switch want := want.(type) {
		case nil:
			if err != nil {
				t.Errorf("%s: %v", kid, err)
			}
		case directory.Code:
			if !directory.Is(err, want) {
				t.Errorf("%s: got %v, want %v", kid, err, want)
			}
		case error:
			if err != want {
				t.Errorf("%s: got %v, want %v", kid, err, want)
			}
		}
		if got := server.count(); got != asked {
			t.Errorf("%s: asked %d times, want %d", kid, got, asked)
		}
	}
	server.set(true)
	find("a", directory.Unavailable, 0)
	server.set(false, "a")
	find("a", directory.Unavailable, 0) // tried a moment ago
	clock.Advance(firstPause)
	find("a", nil, 1)
	find("a", nil, 1)

	// An unknown key is a reason to look once in five minutes, for however many strangers.
	server.set(false, "a", "b")
	find("b", ErrUnknown, 1)
	clock.Advance(Pause - time.Second)
	find("b", ErrUnknown, 1)
	clock.Advance(time.Second)
	find("b", nil, 2)
	find("forged 1", ErrUnknown, 2)
	clock.Advance(Pause)
	find("forged 2", ErrUnknown, 3)
	find("forged 3", ErrUnknown, 3)

	// A withdrawn key stops working with the next daily reading.
	server.set(false, "b")
	clock.Advance(Fresh - time.Second)
	find("a", nil, 3)
	clock.Advance(time.Second)
	find("a", ErrUnknown, 4)

	// While nobody answers, the old ones serve for three days.
	server.set(true)
	clock.Advance(Stale)
	find("b", nil, 4)
	clock.Advance(time.Second)
	find("b", directory.Unavailable, 4)
	server.set(false, "b")
	find("b", directory.Unavailable, 4)
	clock.Advance(Pause)
	find("b", nil, 5)
}

func TestKeysAreReadOnceForAll(t *testing.T) {
	t.Parallel()
	server := &keyServer{}
	server.set(false, "a")
	k := newKeys(sim.StoppedClock(began), &sim.Transport{Handlers: map[string]http.Handler{"keys.test": server}})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := k.Find(t.Context(), "a"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := server.count(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// A stranger who names an unknown key and hangs up must not cost everybody else the new keys.
func TestHangingUpDoesNotEndTheReading(t *testing.T) {
	t.Parallel()
	server := &keyServer{}
	server.set(false, "a")
	ctx, cancel := context.WithCancel(t.Context())
	hang := &sim.Transport{
		Handlers: map[string]http.Handler{"keys.test": server},
		Before:   func(*http.Request) { cancel() },
	}
	k := newKeys(sim.StoppedClock(began), hang)
	if _, err := k.Find(ctx, "a"); err != nil {
		t.Errorf("got %v", err)
	}
	k.turn <- struct{}{} // somebody else reads
	if _, err := k.Find(ctx, "a"); !directory.Is(err, directory.Unavailable) {
		t.Errorf("waited for others, and got %v", err)
	}
}

// The document of another issuer tells nothing of ours, though it is on the same host.
func TestAnotherIssuersDocument(t *testing.T) {
	t.Parallel()
	server := &keyServer{issuer: "https://issuer.test/another"}
	server.set(false, "a")
	k := newKeys(sim.StoppedClock(began), &sim.Transport{Handlers: map[string]http.Handler{"keys.test": server}})
	if _, err := k.Find(t.Context(), "a"); !directory.Is(err, directory.Unavailable) {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"keys":[` + keyText("a", `"endorsements":["msteams"]`) + `]}`))
	f.Add([]byte(`{"keys":[{"kty":"EC","kid":"a"},null,7]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}]}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, page []byte) {
		known, err := Parse(page)
		if (err == nil) != (len(known) > 0) {
			t.Errorf("got %d keys, %v", len(known), err)
		}
		for id, k := range known {
			if id == "" || k.Public.N.BitLen() < shortestKey || k.Public.N.BitLen() > longestKey || k.Public.E < 3 {
				t.Errorf("took a key of %d bits, exponent %d", k.Public.N.BitLen(), k.Public.E)
			}
		}
	})
}
