package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/internal/credential"
	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

// longestToken bounds what an authority may say of a token's life.
const longestToken = 24 * time.Hour

// authority gives out tokens to the app, which proves itself with every request.
type authority struct {
	http   *http.Client
	client string // the app's id
	proof  credential.Credential
	now    func() time.Time
}

// granted are the tokens that were asked for.
type granted struct {
	Type    string  `json:"token_type"`
	Token   string  `json:"access_token"`
	ID      string  `json:"id_token"` // who signed in, where somebody did
	Expires float64 `json:"expires_in"`
}

func (g granted) life() time.Duration {
	return min(time.Duration(min(g.Expires, longestToken.Seconds()))*time.Second, longestToken)
}

// ask asks for tokens at a URL, and adds to the form who asks. Blocks for one request, or two with a
// managed identity. Errors are those of [tokens.GetToken].
func (a authority) ask(ctx context.Context, at string, form url.Values) (granted, error) {
	proof, err := a.proof.Form(ctx, at)
	if err != nil {
		return granted{}, err
	}
	form.Set("client_id", a.client)
	maps.Copy(form, proof)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(form.Encode()))
	if err != nil {
		return granted{}, directory.Errorf(directory.Invalid, "entra: a request for a token can't be made")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	resp, err := a.http.Do(req)
	if err != nil {
		return granted{}, directory.Errorf(directory.Unavailable, "entra: the authority doesn't answer")
	}
	body, err := outbound.ReadBody(resp, 1<<20)
	if err != nil {
		return granted{}, directory.Errorf(directory.Unavailable, "entra: the authority's answer broke off")
	}
	if resp.StatusCode != http.StatusOK {
		return granted{}, noToken(resp, body, outbound.RetryAfter(resp.Header.Get("Retry-After"), a.now()))
	}
	var answer granted
	if !isJSON(resp.Header) || json.Unmarshal(body, &answer) != nil ||
		!strings.EqualFold(answer.Type, "Bearer") || answer.Token == "" || answer.Expires <= 0 {
		return granted{}, directory.Errorf(directory.Unavailable, "entra: the authority's answer has no token")
	}
	return answer, nil
}

// The refusals that have to be told apart, as causes of what noToken answers.
var (
	errProof   = errors.New("the app's proof is refused")
	errConsent = errors.New("as far as the authority knows the tenant has not consented")
)

// noToken is what the authority's refusal means:
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
func noToken(resp *http.Response, body []byte, after time.Duration) error {
	var answer struct {
		Error string `json:"error"`
		Codes []int  `json:"error_codes"`
	}
	if !isJSON(resp.Header) || json.Unmarshal(body, &answer) != nil {
		answer.Error = ""
	}
	code := name(answer.Error)
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		return directory.Wait(after, "entra: the authority asks to wait")
	case resp.StatusCode >= 500, code == "", code == "temporarily_unavailable":
		return directory.Errorf(directory.Unavailable, "entra: the authority answers with status %d", resp.StatusCode)
	case code == "invalid_client":
		return refusedFor(errProof, "entra: the app doesn't prove itself: its secret or certificate has expired, or isn't the app registration's: make a new one there (%s%v)", code, answer.Codes)
	case slices.ContainsFunc(answer.Codes, unconsented):
		return refusedFor(errConsent, "entra: the tenant gives the app no token: have an admin of the tenant consent to it (%s%v)", code, answer.Codes)
	}
	return refusedFor(nil, "entra: the authority gives the app no token (%s%v): look whether its id and the tenant's are right, and whether an admin of the tenant consented", code, answer.Codes)
}

// unconsented are the authority's numbers for a tenant that doesn't know the app, that removed it, or
// that granted it nothing.
func unconsented(code int) bool { return code == 700016 || code == 7000229 || code == 65001 }

func refusedFor(cause error, format string, args ...any) error {
	return &directory.Error{Code: directory.Unauthorized, Text: fmt.Sprintf(format, args...), Err: cause}
}
