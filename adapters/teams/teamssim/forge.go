package teamssim

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rollcall/adapters/sim/oauth"
)

// BadToken is a request that the product must refuse. [Sim.Forge] makes it of any good one.
type BadToken struct {
	Name string
	// Want is 401 where the token is missing, or none that the channel signed and that holds now;
	// 403 where it is, but not for this bot, this service, this channel or one of its tenants.
	Want int

	forge func(*draft)
}

// GoodToken is a request that looks unlike the others and that the product must take all the same.
type GoodToken struct{ Name string }

// UnknownTenant is in the activities of a tenant that nobody has connected.
const UnknownTenant = "0badc0de-0000-4000-8000-00000000dead"

// BadTokens are all of them.
func BadTokens() []BadToken { return badTokens() }

// GoodTokens are all of them.
func GoodTokens() []GoodToken {
	var all []GoodToken
	for _, t := range goodTokens() {
		all = append(all, GoodToken{t.Name})
	}
	return all
}

func badTokens() []BadToken {
	const unauthorized, forbidden = http.StatusUnauthorized, http.StatusForbidden
	claim := func(name string, value any) func(*draft) {
		return func(d *draft) { d.claims[name] = value }
	}
	without := func(name string) func(*draft) {
		return func(d *draft) { delete(d.claims, name) }
	}
	lines := func(make func(token string) []string) func(*draft) {
		return func(d *draft) { d.lines = make(d.token()) }
	}
	return []BadToken{
		{"no header", unauthorized, lines(func(string) []string { return []string{} })},
		{"empty header", unauthorized, lines(func(string) []string { return []string{""} })},
		{"a scheme and no token", unauthorized, lines(func(string) []string { return []string{"Bearer "} })},
		{"no scheme", unauthorized, lines(func(t string) []string { return []string{t} })},
		{"another scheme", unauthorized, lines(func(t string) []string { return []string{"Basic " + t} })},
		{"two tokens", unauthorized, lines(func(t string) []string { return []string{"Bearer " + t + " " + t} })},
		{"two tokens with a comma", unauthorized, lines(func(t string) []string { return []string{"Bearer " + t + ", Bearer " + t} })},
		{"two headers", unauthorized, lines(func(t string) []string { return []string{"Bearer " + t, "Bearer " + t} })},
		{"garbage", unauthorized, lines(func(string) []string { return []string{"Bearer not.a.token"} })},
		{"no dots", unauthorized, lines(func(string) []string { return []string{"Bearer " + strings.Repeat("a", 600)} })},
		{"a part too many", unauthorized, lines(func(t string) []string { return []string{"Bearer " + t + ".e30"} })},
		{"no signature", unauthorized, lines(func(t string) []string { return []string{"Bearer " + t[:strings.LastIndex(t, ".")+1]} })},
		{"very long", unauthorized, lines(func(t string) []string { return []string{"Bearer " + t + strings.Repeat("A", 8<<10)} })},

		{"alg none", unauthorized, func(d *draft) { d.method, d.key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType }},
		{"alg none with a signature", unauthorized, algNoneSigned},
		{"HS256 keyed with the public key", unauthorized, hmacOfThePublicKey},
		{"HS256 keyed with nothing", unauthorized, func(d *draft) { d.method, d.key = jwt.SigningMethodHS256, []byte{} }},
		{"RS512", unauthorized, func(d *draft) { d.method = jwt.SigningMethodRS512 }},
		{"PS256", unauthorized, func(d *draft) { d.method = jwt.SigningMethodPS256 }},
		{"unknown kid", unauthorized, func(d *draft) { d.kid = oauth.Kid("nowhere"); d.signWith(d.sim.config.Keys.At(strangersKey)) }},
		{"no kid", unauthorized, func(d *draft) { d.kid = "" }},
		{"a stranger's key under a known kid", unauthorized, func(d *draft) { d.signWith(d.sim.config.Keys.At(strangersKey)) }},
		{"claims changed after signing", unauthorized, changedClaims},

		{"wrong issuer", unauthorized, claim("iss", "https://api.botframework.example")},
		{"issuer with a slash", unauthorized, func(d *draft) { d.claims["iss"] = d.sim.config.Issuer + "/" }},
		{"issuer of the emulator", unauthorized, claim("iss", "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/")},
		{"no issuer", unauthorized, without("iss")},
		{"expired", unauthorized, func(d *draft) { d.claims["exp"] = d.now.Add(-6 * time.Minute).Unix() }},
		{"no expiry", unauthorized, without("exp")},
		{"not yet valid", unauthorized, func(d *draft) { d.claims["nbf"] = d.now.Add(6 * time.Minute).Unix() }},

		{"wrong audience", forbidden, claim("aud", "11111111-2222-4333-8444-555555555555")},
		{"no audience", forbidden, without("aud")},
		{"no serviceurl", forbidden, without("serviceurl")},
		{"empty serviceurl", forbidden, claim("serviceurl", "")},
		{"serviceurl that is no text", forbidden, claim("serviceurl", 7)},
		{"another serviceurl", forbidden, claim("serviceurl", "https://smba.attacker.example/teams/")},
		{"an activity of another service", forbidden, func(d *draft) { d.change("https://smba.attacker.example/teams/", "serviceUrl") }},
		{"a service outside the cloud", forbidden, func(d *draft) {
			d.claims["serviceurl"] = "https://smba.attacker.example/teams/"
			d.change("https://smba.attacker.example/teams/", "serviceUrl")
		}},
		{"a key endorsed for another channel", forbidden, func(d *draft) { d.kid = kidElsewhere }},
		{"an activity of another channel", forbidden, func(d *draft) { d.change("webchat", "channelId") }},
		{"a tenant that is unknown", forbidden, func(d *draft) { d.change(UnknownTenant, "channelData.tenant.id", "conversation.tenantId") }},
	}
}

func goodTokens() []BadToken {
	good := func(name string, forge func(*draft)) BadToken { return BadToken{name, http.StatusOK, forge} }
	return []BadToken{
		good("as always", func(*draft) {}),
		good("scheme in lower case", func(d *draft) { d.scheme = "bearer " }),
		good("expired within the skew", func(d *draft) { d.claims["exp"] = d.now.Add(-4 * time.Minute).Unix() }),
		good("not yet valid within the skew", func(d *draft) { d.claims["nbf"] = d.now.Add(4 * time.Minute).Unix() }),
		good("a key without endorsements", func(d *draft) { d.kid = kidUnendorsed }),
		good("serviceurl without its slash", func(d *draft) { d.claims["serviceurl"] = strings.TrimSuffix(d.claims["serviceurl"].(string), "/") }),
		good("serviceurl in other letters", func(d *draft) { d.claims["serviceurl"] = upperPath(d.claims["serviceurl"].(string)) }),
		good("claims that nobody knows", func(d *draft) { d.claims["odd"] = map[string]any{"x": []int{1}} }),
	}
}

// upperPath writes what follows the host in capitals.
func upperPath(url string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	host, path, _ := strings.Cut(rest, "/")
	return scheme + "://" + host + "/" + strings.ToUpper(path)
}

// algNoneSigned says that it isn't signed, and has a signature all the same.
func algNoneSigned(d *draft) {
	signature := d.token()[strings.LastIndex(d.token(), ".")+1:]
	d.method, d.key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType
	d.lines = []string{"Bearer " + d.token() + signature}
}

// hmacOfThePublicKey takes what everybody knows for a shared secret.
func hmacOfThePublicKey(d *draft) {
	der, err := x509.MarshalPKIXPublicKey(&d.sim.signingKey().PublicKey)
	if err != nil {
		panic("teamssim: " + err.Error()) // a key of our own
	}
	d.method, d.key = jwt.SigningMethodHS256, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// changedClaims has a genuine signature under other claims.
func changedClaims(d *draft) {
	parts := strings.Split(d.token(), ".")
	d.claims["exp"] = d.now.Add(24 * time.Hour).Unix()
	parts[1] = base64.RawURLEncoding.EncodeToString(encoded(d.claims))
	d.lines = []string{"Bearer " + strings.Join(parts, ".")}
}
