// Package jwks knows the keys that an issuer publishes for its tokens' signatures: it reads the
// OpenID document and the key set that this names, from one host, and keeps them for a while. It
// decides nothing about a token, and asks for nothing but those two pages.
package jwks

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

// How long keys are good for, and how often they are asked for:
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
// has them read at least once a day. A stranger can name any key, so an unknown one is no reason to
// ask more often than every five minutes; and while the page is down, old keys serve for three days.
const (
	Fresh      = 24 * time.Hour
	Stale      = 72 * time.Hour
	Pause      = 5 * time.Minute
	firstPause = 10 * time.Second // while there are none at all
	within     = 5 * time.Second  // for the two pages together
	longest    = 1 << 20          // of a page, in bytes
)

// ErrUnknown says that the keys are known and this is none of them.
var ErrUnknown = errors.New("jwks: a key that the issuer does not publish")

// Key is a key that tokens are signed with.
type Key struct {
	Public *rsa.PublicKey
	// Endorsed are the channels that the key may speak for; empty: it doesn't say.
	Endorsed []string
	// Issuer is the only issuer whose tokens it signs, maybe with "{tenantid}" in it; empty: it
	// doesn't say.
	Issuer string
}

// Config is what a set of keys needs.
type Config struct {
	// HTTP goes to the issuer's host and to no other, whatever the document says.
	HTTP *http.Client
	// Metadata is the URL of the issuer's OpenID document.
	Metadata string
	// Issuer is what the document must say that it is of. Empty: any.
	Issuer string
	// Name is whose keys these are, for the log.
	Name string
	Now  func() time.Time
	Log  *slog.Logger
}

// Set are the published keys of one issuer. Safe for concurrent use; one request does for all who
// wait.
type Set struct {
	Config

	turn  chan struct{} // guards what follows
	known map[string]Key
	read  time.Time // when known was read
	tried time.Time // when it was last tried to
	why   error     // why that failed; nil: it didn't
}

// New makes a set. It asks for nothing yet.
func New(config Config) *Set { return &Set{Config: config, turn: make(chan struct{}, 1)} }

// Find is the key with an id. It blocks for two requests, where the keys are to be read first.
// ErrUnknown: there is none. Unavailable, Throttled: nobody can tell.
func (s *Set) Find(ctx context.Context, id string) (Key, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return Key{}, directory.Errorf(directory.Unavailable, "nobody waits for the keys any more: %w", ctx.Err())
	}
	if s.due(id) {
		s.tried = s.Now()
		// A stranger who hangs up must not end the request that everybody else needs.
		reading, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
		defer cancel()
		s.refresh(reading)
	}
	if s.read.IsZero() || s.Now().Sub(s.read) > Stale {
		if directory.Is(s.why, directory.Throttled) {
			return Key{}, s.why
		}
		return Key{}, directory.Errorf(directory.Unavailable, "the keys can't be read")
	}
	found, ok := s.known[id]
	if !ok {
		return Key{}, ErrUnknown
	}
	return found, nil
}

// due reports whether the keys are to be read before the one with an id is looked for.
func (s *Set) due(id string) bool {
	now := s.Now()
	_, known := s.known[id]
	wait := Pause
	if s.read.IsZero() {
		wait = firstPause
	}
	old := s.read.IsZero() || now.Sub(s.read) >= Fresh
	return (old || !known) && now.Sub(s.tried) >= wait
}

// refresh reads the keys. Where that fails, those that are known stay.
func (s *Set) refresh(ctx context.Context) {
	known, err := s.fetch(ctx)
	s.why = err
	if err != nil {
		s.Log.Warn("published keys can't be read", "of", s.Name, "error", err.Error())
		return
	}
	unendorsed := 0
	for _, key := range known {
		if len(key.Endorsed) == 0 {
			unendorsed++
		}
	}
	s.known, s.read = known, s.Now()
	s.Log.Info("read published keys", "of", s.Name, "keys", len(known), "unendorsed", unendorsed)
}

func (s *Set) fetch(ctx context.Context) (map[string]Key, error) {
	page, err := s.get(ctx, s.Metadata)
	if err != nil {
		return nil, err
	}
	var document struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if json.Unmarshal(page, &document) != nil || s.Issuer != "" && document.Issuer != s.Issuer {
		return nil, directory.Errorf(directory.Invalid, "not this issuer's OpenID document")
	}
	if page, err = s.get(ctx, document.Keys); err != nil {
		return nil, err
	}
	return Parse(page)
}

func (s *Set) get(ctx context.Context, url string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, directory.Errorf(directory.Invalid, "not a URL")
	}
	resp, err := s.HTTP.Do(r)
	if err != nil {
		return nil, directory.Errorf(directory.Unavailable, "no answer")
	}
	page, err := outbound.ReadBody(resp, longest)
	if resp.StatusCode == http.StatusTooManyRequests {
		return nil, directory.Wait(outbound.RetryAfter(resp.Header.Get("Retry-After"), s.Now()), "the issuer asks to wait")
	}
	if err == nil && resp.StatusCode != http.StatusOK {
		err = directory.Errorf(directory.Unavailable, "status %d", resp.StatusCode)
	}
	return page, err
}
