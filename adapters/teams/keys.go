package teams

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"math/big"
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
	keysFresh  = 24 * time.Hour
	keysStale  = 72 * time.Hour
	keysPause  = 5 * time.Minute
	firstPause = 10 * time.Second // while there are none at all
	keysWithin = 5 * time.Second  // for the two pages together
)

// errUnknownKey says that the keys are known and this is none of them.
var errUnknownKey = errors.New("teams: a key that Microsoft does not publish")

// key is a key that activities' tokens are signed with.
type key struct {
	public *rsa.PublicKey
	// endorsed are the channels that the key may speak for; empty: it doesn't say.
	endorsed []string
}

// keys are the published keys of the tokens' issuer.
type keys struct {
	http     *http.Client
	metadata string
	now      func() time.Time
	log      *slog.Logger

	turn  turn // guards what follows, and makes one request do for all who wait
	known map[string]key
	read  time.Time // when known was read
	tried time.Time // when it was last tried to
}

// find is the key with an id. errUnknownKey: there is none. Unavailable: nobody can tell.
func (k *keys) find(ctx context.Context, id string) (key, error) {
	if err := k.turn.take(ctx); err != nil {
		return key{}, err
	}
	defer k.turn.pass()
	if k.due(id) {
		k.tried = k.now()
		// A stranger who hangs up must not end the request that everybody else needs.
		reading, cancel := context.WithTimeout(context.WithoutCancel(ctx), keysWithin)
		defer cancel()
		k.refresh(reading)
	}
	if k.read.IsZero() || k.now().Sub(k.read) > keysStale {
		return key{}, directory.Errorf(directory.Unavailable, "teams: the keys can't be read")
	}
	found, ok := k.known[id]
	if !ok {
		return key{}, errUnknownKey
	}
	return found, nil
}

// due reports whether the keys are to be read before the one with an id is looked for.
func (k *keys) due(id string) bool {
	now := k.now()
	_, known := k.known[id]
	pause := keysPause
	if k.read.IsZero() {
		pause = firstPause
	}
	old := k.read.IsZero() || now.Sub(k.read) >= keysFresh
	return (old || !known) && now.Sub(k.tried) >= pause
}

// refresh reads the keys. Where that fails, those that are known stay.
func (k *keys) refresh(ctx context.Context) {
	var metadata struct {
		Keys string `json:"jwks_uri"`
	}
	page, err := k.get(ctx, k.metadata)
	if err == nil {
		err = json.Unmarshal(page, &metadata)
	}
	if err == nil {
		page, err = k.get(ctx, metadata.Keys)
	}
	var known map[string]key
	if err == nil {
		known, err = parseKeys(page)
	}
	if err != nil {
		k.log.Warn("the keys of the Bot Connector can't be read", "platform", Name, "error", err.Error())
		return
	}
	unendorsed := 0
	for _, key := range known {
		if len(key.endorsed) == 0 {
			unendorsed++
		}
	}
	k.known, k.read = known, k.now()
	k.log.Info("read the keys of the Bot Connector", "platform", Name, "keys", len(known), "unendorsed", unendorsed)
}

// get reads a page. The client goes to the metadata's host and to no other, whatever the metadata
// say.
func (k *keys) get(ctx context.Context, url string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, directory.Errorf(directory.Invalid, "teams: not a URL")
	}
	resp, err := k.http.Do(r)
	if err != nil {
		return nil, directory.Errorf(directory.Unavailable, "teams: no answer")
	}
	page, err := outbound.ReadBody(resp, longestAnswer)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = directory.Errorf(directory.Unavailable, "teams: status %d", resp.StatusCode)
	}
	return page, err
}

const (
	mostKeys     = 100
	shortestKey  = 2048 // bits
	longestKey   = 8192
	longestKeyID = 256
)

// parseKeys reads a key set (RFC 7517) with the member that libraries drop: "endorsements". Keys that
// can't sign with RS256 are left out. It fails where no key is left.
func parseKeys(page []byte) (map[string]key, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(page, &set) != nil || len(set.Keys) > mostKeys {
		return nil, directory.Errorf(directory.Invalid, "teams: not a key set")
	}
	known := make(map[string]key)
	twice := make(map[string]bool)
	for _, text := range set.Keys {
		id, k, ok := parseKey(text)
		if !ok {
			continue
		}
		if _, there := known[id]; there {
			twice[id] = true
		}
		known[id] = k
	}
	for id := range twice { // nobody can say which of them it is
		delete(known, id)
	}
	if len(known) == 0 {
		return nil, directory.Errorf(directory.Invalid, "teams: a key set without a usable key")
	}
	return known, nil
}

func parseKey(text []byte) (string, key, bool) {
	var wire struct {
		Kty          string   `json:"kty"`
		Use          string   `json:"use"`
		Alg          string   `json:"alg"`
		Kid          string   `json:"kid"`
		N            string   `json:"n"`
		E            string   `json:"e"`
		Endorsements []string `json:"endorsements"`
	}
	if json.Unmarshal(text, &wire) != nil || wire.Kty != "RSA" || wire.Kid == "" || len(wire.Kid) > longestKeyID ||
		wire.Use != "" && wire.Use != "sig" || wire.Alg != "" && wire.Alg != "RS256" {
		return "", key{}, false
	}
	n, err := base64.RawURLEncoding.DecodeString(wire.N)
	if err != nil || len(n) > longestKey/8+1 {
		return "", key{}, false
	}
	e, err := base64.RawURLEncoding.DecodeString(wire.E)
	if err != nil || len(e) == 0 || len(e) > 4 {
		return "", key{}, false
	}
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	bits := public.N.BitLen()
	if bits < shortestKey || bits > longestKey || public.N.Bit(0) == 0 || public.E < 3 || public.E%2 == 0 || public.E > 1<<31-1 {
		return "", key{}, false
	}
	return wire.Kid, key{public: public, endorsed: wire.Endorsements}, true
}
