package entra

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

const (
	// refreshAhead is how long before its end a token is replaced.
	refreshAhead = 5 * time.Minute
	// longestToken bounds what an authority may say of a token's life.
	longestToken = 24 * time.Hour
)

// tokens is the app's token for one customer's tenant, by client credentials. One request at a time
// is under way; who waits for it gets its token.
type tokens struct {
	http   *http.Client
	url    string
	id     string
	secret directory.Secret
	now    func() time.Time
	turn   chan struct{} // holds one token while somebody asks

	mu    sync.Mutex // guards what follows
	token string
	until time.Time
}

var _ azcore.TokenCredential = (*tokens)(nil)

// GetToken implements [azcore.TokenCredential]. Blocks for at most one request. Unauthorized: the
// secret is wrong or has expired, or the tenant hasn't consented.
func (t *tokens) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if token, ok := t.fresh(refreshAhead); ok {
		return token, nil
	}
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return azcore.AccessToken{}, directory.Errorf(directory.Unavailable, "entra: not asked for a token")
	}
	if token, ok := t.fresh(refreshAhead); ok {
		return token, nil
	}
	token, until, err := t.ask(ctx, strings.Join(options.Scopes, " "))
	if err != nil {
		// What is left of the old one is better than nothing while the authority is away.
		if old, ok := t.fresh(time.Minute); ok && !directory.Is(err, directory.Unauthorized) {
			return old, nil
		}
		return azcore.AccessToken{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.token, t.until = token, until
	return azcore.AccessToken{Token: token, ExpiresOn: until}, nil
}

// fresh is the token in hand, if it lasts for some time yet.
func (t *tokens) fresh(ahead time.Duration) (azcore.AccessToken, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return azcore.AccessToken{Token: t.token, ExpiresOn: t.until}, t.token != "" && t.now().Add(ahead).Before(t.until)
}

// forget drops a token that Graph has refused, so that the next request gets a new one.
func (t *tokens) forget(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == token {
		t.token = ""
	}
}

// ask asks the authority (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
func (t *tokens) ask(ctx context.Context, scope string) (string, time.Time, error) {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {t.id}, "client_secret": {t.secret.Reveal()}, "scope": {scope},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, strings.NewReader(form.Encode()))
	if err != nil {
		return "", time.Time{}, directory.Errorf(directory.Invalid, "entra: a request for a token can't be made")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	began := t.now()
	resp, err := t.http.Do(req)
	if err != nil {
		return "", time.Time{}, directory.Errorf(directory.Unavailable, "entra: the authority doesn't answer")
	}
	body, err := outbound.ReadBody(resp, 1<<20)
	if err != nil {
		return "", time.Time{}, directory.Errorf(directory.Unavailable, "entra: the authority's answer broke off")
	}
	var answer struct {
		Type    string  `json:"token_type"`
		Token   string  `json:"access_token"`
		Expires float64 `json:"expires_in"`
		Error   string  `json:"error"`
		Codes   []int   `json:"error_codes"`
	}
	if !isJSON(resp.Header) || json.Unmarshal(body, &answer) != nil {
		answer.Error = ""
	}
	if resp.StatusCode != http.StatusOK {
		return "", time.Time{}, noToken(resp.StatusCode, answer.Error, answer.Codes, outbound.RetryAfter(resp.Header.Get("Retry-After"), began))
	}
	if !strings.EqualFold(answer.Type, "Bearer") || answer.Token == "" || answer.Expires <= 0 {
		return "", time.Time{}, directory.Errorf(directory.Unavailable, "entra: the authority's answer has no token")
	}
	life := min(time.Duration(min(answer.Expires, longestToken.Seconds()))*time.Second, longestToken)
	return answer.Token, began.Add(life), nil
}

// noToken is what the authority's refusal means.
func noToken(status int, code string, codes []int, after time.Duration) error {
	switch {
	case status == http.StatusTooManyRequests:
		return directory.Wait(after, "entra: the authority asks to wait")
	case status >= 500, code == "", code == "temporarily_unavailable":
		return directory.Errorf(directory.Unavailable, "entra: the authority answers with status %d", status)
	case code == "invalid_client":
		return directory.Errorf(directory.Unauthorized, "entra: the client secret is wrong or has expired: make a new one for the app registration (%s%v)", name(code), codes)
	}
	return directory.Errorf(directory.Unauthorized, "entra: the tenant gives the app no token: have an admin of the tenant consent to it (%s%v)", name(code), codes)
}
