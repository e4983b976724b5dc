package teams

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rollcall/adapters/internal/jwks"
	"rollcall/sync/directory"
)

const (
	clockSkew    = 5 * time.Minute
	longestProof = 8 << 10 // of a token, before a library sees it
)

// verifier tells who sent a request:
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication.
type verifier struct {
	appID  string
	parser *jwt.Parser
	keys   *jwks.Set
}

func newVerifier(config Config, client *http.Client) *verifier {
	return &verifier{
		appID: config.AppID,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}),
			jwt.WithIssuer(config.Cloud.issuer),
			jwt.WithExpirationRequired(),
			jwt.WithNotBeforeRequired(),
			jwt.WithLeeway(clockSkew),
			jwt.WithTimeFunc(config.Now),
			jwt.WithStrictDecoding(),
		),
		keys: jwks.New(jwks.Config{
			HTTP: client, Metadata: config.Cloud.metadata, Name: "the Bot Connector", Now: config.Now, Log: config.Logger,
		}),
	}
}

// proof is what a genuine token vouches for.
type proof struct {
	service  string   // the service URL; empty: it names none
	endorsed []string // the channels that its key may speak for; empty: it doesn't say
}

// claims are those of a token that are looked at.
type claims struct {
	jwt.RegisteredClaims
	Service any `json:"serviceurl"` // a text that is none makes the token another service's, not a bad one
}

// check reads the token of a request. A status other than 200 is the answer: 401 where the token is
// missing or bad, 403 where it is good and for another bot, 503 where nobody can tell.
func (v *verifier) check(r *http.Request) (proof, int) {
	token, ok := bearer(r.Header)
	if !ok {
		return proof{}, http.StatusUnauthorized
	}
	var said claims
	var signer jwks.Key
	_, err := v.parser.ParseWithClaims(token, &said, func(t *jwt.Token) (any, error) {
		id, ok := t.Header["kid"].(string)
		if _, critical := t.Header["crit"]; !ok || id == "" || critical {
			return nil, jwks.ErrUnknown
		}
		var err error
		signer, err = v.keys.Find(r.Context(), id)
		return signer.Public, err
	})
	var ours *directory.Error
	switch {
	case errors.As(err, &ours):
		return proof{}, http.StatusServiceUnavailable
	case err != nil:
		return proof{}, http.StatusUnauthorized
	case len(said.Audience) != 1 || !strings.EqualFold(said.Audience[0], v.appID):
		return proof{}, http.StatusForbidden
	}
	service, _ := said.Service.(string)
	return proof{service: plainService(service), endorsed: signer.Endorsed}, http.StatusOK
}

// bearer is the one token of a request.
func bearer(header http.Header) (string, bool) {
	values := header.Values("Authorization")
	if len(values) != 1 {
		return "", false
	}
	scheme, token, ok := strings.Cut(values[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || len(token) > longestProof || strings.Count(token, ".") != 2 {
		return "", false
	}
	return token, true
}

// covers reports whether what a token vouches for is what an activity says of itself.
func (p proof) covers(act activity) bool {
	return p.service != "" && p.service == plainService(act.ServiceURL) &&
		(len(p.endorsed) == 0 || slices.Contains(p.endorsed, act.ChannelID))
}
