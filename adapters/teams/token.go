package teams

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rollcall/adapters/internal/credential"
	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

const (
	refreshAhead  = 5 * time.Minute
	longestToken  = 24 * time.Hour
	longestAnswer = 1 << 20 // of every answer, in bytes
)

// tokens is the bot's own token: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
type tokens struct {
	http  *http.Client
	url   string
	form  url.Values // without what the app proves itself with
	proof credential.Credential
	now   func() time.Time

	turn  turn // guards what follows, and makes one request do for all who wait
	token directory.Secret
	until time.Time
}

func newTokens(config Config, client *http.Client) *tokens {
	return &tokens{
		http: client,
		url:  config.Cloud.authority + "/" + url.PathEscape(config.HomeTenant) + "/oauth2/v2.0/token",
		form: url.Values{"grant_type": {"client_credentials"}, "client_id": {config.AppID}, "scope": {config.Cloud.scope}},
		proof: config.proof().At(credential.Place{
			ClientID: config.AppID, Exchange: config.Cloud.exchange, Metadata: config.Cloud.machine, Now: config.Now, Transport: config.Transport,
		}),
		now:  config.Now,
		turn: newTurn(),
	}
}

// current is a token that still works for a while. It asks for a new one five minutes before the
// old one ends, and where that fails goes on with the old one.
func (t *tokens) current(ctx context.Context) (directory.Secret, error) {
	if err := t.turn.take(ctx); err != nil {
		return directory.Secret{}, err
	}
	defer t.turn.pass()
	now := t.now()
	if now.Before(t.until.Add(-refreshAhead)) {
		return t.token, nil
	}
	token, lasts, err := t.fetch(ctx)
	switch {
	case err == nil:
		t.token, t.until = token, now.Add(lasts)
	case !now.Before(t.until):
		return directory.Secret{}, err
	}
	return t.token, nil
}

// refused forgets a token that the connector did not take, unless there is a newer one already.
func (t *tokens) refused(ctx context.Context, token directory.Secret) error {
	if err := t.turn.take(ctx); err != nil {
		return err
	}
	defer t.turn.pass()
	if t.token == token {
		t.token, t.until = directory.Secret{}, time.Time{}
	}
	return nil
}

// fetch asks for a token. Unauthorized: the app's id, proof or tenant is wrong.
func (t *tokens) fetch(ctx context.Context) (directory.Secret, time.Duration, error) {
	fail := func(err error) (directory.Secret, time.Duration, error) { return directory.Secret{}, 0, err }
	form, err := t.proof.Form(ctx, t.url)
	if err != nil {
		return fail(err)
	}
	maps.Copy(form, t.form)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, strings.NewReader(form.Encode()))
	if err != nil {
		return fail(directory.Errorf(directory.Invalid, "teams: a request for a token can't be made"))
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	resp, err := t.http.Do(r)
	if err != nil {
		return fail(directory.Errorf(directory.Unavailable, "teams: no token: no answer"))
	}
	body, err := outbound.ReadBody(resp, longestAnswer)
	if err != nil {
		return fail(directory.Errorf(directory.Unavailable, "teams: no token: the answer broke off"))
	}
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		return fail(directory.Wait(outbound.RetryAfter(resp.Header.Get("Retry-After"), t.now()), "teams: no token: too many requests"))
	case (resp.StatusCode == http.StatusBadRequest || resp.StatusCode == http.StatusUnauthorized) && json.Valid(body):
		return fail(directory.Errorf(directory.Unauthorized, "teams: no token: the app's id, its secret or certificate, or the home tenant is not accepted"))
	case resp.StatusCode != http.StatusOK:
		return fail(directory.Errorf(directory.Unavailable, "teams: no token: status %d", resp.StatusCode))
	}
	var answer struct {
		Type    string `json:"token_type"`
		Seconds int64  `json:"expires_in"`
		Token   string `json:"access_token"`
	}
	if json.Unmarshal(body, &answer) != nil || !strings.EqualFold(answer.Type, "Bearer") || answer.Token == "" || answer.Seconds <= 0 {
		return fail(directory.Errorf(directory.Unavailable, "teams: no token: the answer can't be read"))
	}
	lasts := longestToken
	if answer.Seconds < int64(longestToken/time.Second) {
		lasts = time.Duration(answer.Seconds) * time.Second
	}
	return directory.NewSecret(answer.Token), lasts, nil
}

// turn is a lock that can be waited for no longer than somebody is interested.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return directory.Errorf(directory.Unavailable, "teams: nobody waits any more: %w", ctx.Err())
	}
}

func (t turn) pass() { <-t }
