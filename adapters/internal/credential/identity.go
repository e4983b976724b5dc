package credential

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

// azure is where every machine of Azure's is told of itself. It speaks no TLS and is no host of the
// internet: packets to it stay on the machine.
const azure = "http://169.254.169.254"

const (
	identityTimeout = 5 * time.Second
	identityAhead   = 5 * time.Minute // before its end the identity's token is got anew
	longestIdentity = 64 << 10
)

// identity gets the machine's own token for the exchange, and keeps it until shortly before its end:
// https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
type identity struct {
	http *http.Client
	url  string
	now  func() time.Time

	turn  chan struct{} // guards what follows, and makes one request do for all who wait
	token directory.Secret
	until time.Time
}

var _ Credential = (*identity)(nil)

func newIdentity(clientID string, place Place) *identity {
	origin := azure
	if place.Metadata != "" {
		origin = place.Metadata
	}
	query := url.Values{"api-version": {"2018-02-01"}, "resource": {place.Exchange}}
	if clientID != "" {
		query.Set("client_id", clientID)
	}
	return &identity{
		http: metadataClient(origin, place.Transport), url: origin + "/metadata/identity/oauth2/token?" + query.Encode(),
		now: place.Now, turn: make(chan struct{}, 1),
	}
}

// Expires implements [Credential]: Azure renews what stands behind an identity by itself.
func (i *identity) Expires() time.Time { return time.Time{} }

func (i *identity) Form(ctx context.Context, _ string) (url.Values, error) {
	select {
	case i.turn <- struct{}{}:
		defer func() { <-i.turn }()
	case <-ctx.Done():
		return nil, directory.Errorf(directory.Unavailable, "the managed identity was not asked")
	}
	now := i.now()
	if now.Before(i.until.Add(-identityAhead)) {
		return assertion(i.token.Reveal()), nil
	}
	token, until, err := i.ask(ctx)
	switch {
	case err == nil:
		i.token, i.until = token, until
	case !now.Before(i.until):
		return nil, err
	}
	return assertion(i.token.Reveal()), nil
}

func (i *identity) ask(ctx context.Context) (directory.Secret, time.Time, error) {
	fail := func(code directory.Code, text string) (directory.Secret, time.Time, error) {
		return directory.Secret{}, time.Time{}, directory.Errorf(code, "%s", text)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, i.url, nil)
	if err != nil {
		return fail(directory.Invalid, "a request for the managed identity can't be made")
	}
	// A page that somebody makes the machine open can't send this header.
	r.Header.Set("Metadata", "true")
	resp, err := i.http.Do(r)
	if err != nil {
		return fail(directory.Unavailable, "the managed identity can't be asked: this machine is none of Azure's, or has none")
	}
	body, err := outbound.ReadBody(resp, longestIdentity)
	switch {
	case err != nil:
		return fail(directory.Unavailable, "the managed identity's answer broke off")
	case resp.StatusCode == http.StatusBadRequest || resp.StatusCode == http.StatusForbidden:
		return fail(directory.Unauthorized, "this machine has no such managed identity: assign it, and check its client id")
	case resp.StatusCode != http.StatusOK:
		return fail(directory.Unavailable, "the managed identity isn't told now")
	}
	var answer struct {
		Token   string `json:"access_token"`
		Expires string `json:"expires_on"` // seconds since 1970, as a text
	}
	if json.Unmarshal(body, &answer) != nil || answer.Token == "" {
		return fail(directory.Unavailable, "the managed identity's answer has no token")
	}
	until, err := strconv.ParseInt(answer.Expires, 10, 64)
	if err != nil || !i.now().Before(time.Unix(until, 0)) {
		return fail(directory.Unavailable, "the managed identity's token has no time left")
	}
	return directory.NewSecret(answer.Token), time.Unix(until, 0), nil
}

// metadataClient goes to one origin and nowhere else: no proxy, which would see the token, no
// redirect, and no address but the machine's own.
func metadataClient(origin string, transport http.RoundTripper) *http.Client {
	if transport == nil {
		dialer := &net.Dialer{Timeout: 2 * time.Second, Control: onlyMetadata(origin != azure)}
		transport = &http.Transport{DialContext: dialer.DialContext, ResponseHeaderTimeout: identityTimeout, DisableKeepAlives: true}
	}
	return &http.Client{
		Timeout:       identityTimeout,
		Transport:     only{origin, transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// onlyMetadata lets a connection be made to Azure's address, or to a simulator on this machine.
func onlyMetadata(simulated bool) func(string, string, syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err == nil && (!simulated && "http://"+at.Addr().String() == azure && at.Port() == 80 || simulated && at.Addr().Unmap().IsLoopback()) {
			return nil
		}
		return directory.Errorf(directory.Invalid, "not where a managed identity is told")
	}
}

// only is the guard in front of the network.
type only struct {
	origin string
	next   http.RoundTripper
}

func (o only) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme+"://"+r.URL.Host != o.origin || r.URL.User != nil {
		return nil, directory.Errorf(directory.Invalid, "not where a managed identity is told")
	}
	return o.next.RoundTrip(r)
}
