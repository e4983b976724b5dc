package entra

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"rollcall/sync/directory"
)

// refreshAhead is how long before its end a token is replaced.
const refreshAhead = 5 * time.Minute

// tokens is the app's token for one customer's tenant, by client credentials. One request at a time
// is under way; who waits for it gets its token.
type tokens struct {
	authority
	url  string
	turn chan struct{} // holds one token while somebody asks

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
	began := t.now()
	granted, err := t.ask(ctx, t.url, url.Values{"grant_type": {"client_credentials"}, "scope": {strings.Join(options.Scopes, " ")}})
	if err != nil {
		// What is left of the old one is better than nothing while the authority is away.
		if old, ok := t.fresh(time.Minute); ok && !directory.Is(err, directory.Unauthorized) {
			return old, nil
		}
		return azcore.AccessToken{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.token, t.until = granted.Token, began.Add(granted.life())
	return azcore.AccessToken{Token: t.token, ExpiresOn: t.until}, nil
}

// fresh is the token in hand, if it lasts for some time yet.
func (t *tokens) fresh(ahead time.Duration) (azcore.AccessToken, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return azcore.AccessToken{Token: t.token, ExpiresOn: t.until}, t.token != "" && t.now().Add(ahead).Before(t.until)
}

// inHand is the last token; empty: there is none.
func (t *tokens) inHand() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.token
}

// forget drops a token that Graph has refused, so that the next request gets a new one.
func (t *tokens) forget(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == token {
		t.token = ""
	}
}
