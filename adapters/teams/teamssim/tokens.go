package teamssim

import (
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// tokenLife is how long a token of the channel lasts.
const tokenLife = time.Hour

// draft is a request to the product before its token is signed.
type draft struct {
	sim    *Sim
	header http.Header
	body   []byte
	now    time.Time
	claims jwt.MapClaims
	method jwt.SigningMethod
	key    any // what Method signs with
	kid    string
	// lines are the Authorization headers as they stand, where they aren't one good one.
	lines []string
	// scheme stands before the token.
	scheme string
}

// genuine is the draft of a token as the channel makes it for an activity.
func (s *Sim) genuine(header http.Header, body []byte, at time.Time) *draft {
	var activity struct{ ServiceURL string }
	_ = json.Unmarshal(body, &activity) // a body that is none has no service
	return &draft{
		sim: s, header: header, body: body, now: at, method: jwt.SigningMethodRS256,
		key: s.signingKey(), kid: kidOf(s.ring.rotations), scheme: "Bearer ",
		claims: jwt.MapClaims{
			"iss": s.config.Issuer, "aud": s.config.AppID, "serviceurl": activity.ServiceURL,
			"nbf": at.Unix(), "exp": at.Add(tokenLife).Unix(),
		},
	}
}

// token signs the draft as it is now.
func (d *draft) token() string {
	t := jwt.NewWithClaims(d.method, d.claims)
	if d.kid != "" {
		t.Header["kid"], t.Header["x5t"] = d.kid, d.kid
	}
	signed, err := t.SignedString(d.key)
	if err != nil {
		panic("teamssim: " + err.Error()) // a key and a method of our own
	}
	return signed
}

// seal sets the header.
func (d *draft) seal() {
	if d.lines == nil {
		d.lines = []string{d.scheme + d.token()}
	}
	d.header["Authorization"] = d.lines
	if len(d.lines) == 0 {
		delete(d.header, "Authorization")
	}
}

func (d *draft) signWith(key *rsa.PrivateKey) { d.key = key }

// Sign sets the header by which the channel shows at a time that it sent an activity. It replaces the
// one that is there.
func (s *Sim) Sign(header http.Header, body []byte, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.genuine(header, body, at).seal()
}

// Forge makes of an activity what [BadTokens] or [GoodTokens] name so: it sets the Authorization
// header, and answers the body, which it may have to change. It panics if there is no such name.
func (s *Sim) Forge(name string, header http.Header, body []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range append(badTokens(), goodTokens()...) {
		if t.Name == name {
			d := s.genuine(header, body, s.config.Clock.Now())
			t.forge(d)
			d.seal()
			return d.body
		}
	}
	panic("teamssim: there is no token named " + name)
}

// change alters fields of the activity, each named by its path, "channelData.tenant.id".
func (d *draft) change(value string, paths ...string) {
	var activity map[string]any
	if json.Unmarshal(d.body, &activity) != nil {
		return
	}
	for _, path := range paths {
		at := activity
		names := strings.Split(path, ".")
		for _, name := range names[:len(names)-1] {
			inner, _ := at[name].(map[string]any)
			if inner == nil {
				inner = make(map[string]any)
				at[name] = inner
			}
			at = inner
		}
		at[names[len(names)-1]] = value
	}
	d.body = encoded(activity)
}

func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("teamssim: " + err.Error()) // our own types always encode
	}
	return b
}
