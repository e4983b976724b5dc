package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

// longestAnswer bounds what is read of an answer: a page of 1,000 users with long profiles.
const longestAnswer = 8 << 20

// caller sends each request of slack-go's and of ours once. What it answers is JSON that Slack
// itself wrote; everything else is an error with a code already.
type caller struct {
	http *http.Client
	base string
	now  func() time.Time
}

// Do makes a request.
func (c *caller) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, directory.Errorf(directory.Unavailable, "slack: not asked: %w", err)
	}
	lost := lostCode(strings.TrimPrefix(r.URL.Path, apiPath))
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, outbound.Broken("slack", err, lost)
	}
	body, err := outbound.ReadBody(resp, longestAnswer)
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		return nil, directory.Wait(outbound.RetryAfter(resp.Header.Get("Retry-After"), c.now()), "slack: too many requests")
	case err != nil:
		return nil, directory.Errorf(lost, "slack: the answer broke off")
	case resp.StatusCode != http.StatusOK || !isJSON(resp.Header):
		// A page that isn't Slack's own says nothing of what happened.
		return nil, directory.Errorf(lost, "slack: status %d without an answer", resp.StatusCode)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// apiPath is the path of the Web API in every cloud.
const apiPath = "/api/"

func isJSON(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// token is the installation's bot token.
func (a *Adapter) token(ctx context.Context, inst directory.Installation) (directory.Secret, error) {
	if inst.Platform != Name || inst.Workspace == "" {
		return directory.Secret{}, directory.Errorf(directory.Invalid, "slack: not an installation in a workspace")
	}
	token, err := a.config.Tokens(ctx, inst)
	if err == nil && token.IsZero() {
		err = directory.Errorf(directory.Unauthorized, "slack: the installation has no token")
	}
	return token, err
}

// client is slack-go's with the installation's token, our transport, and no retry of its own.
func (a *Adapter) client(ctx context.Context, inst directory.Installation) (*slackgo.Client, error) {
	token, err := a.token(ctx, inst)
	if err != nil {
		return nil, err
	}
	return slackgo.New(token.Reveal(), slackgo.OptionAPIURL(a.api.base), slackgo.OptionHTTPClient(a.api)), nil
}

// read asks a method that has no effect, and decodes the answer into what into points to.
func (a *Adapter) read(ctx context.Context, inst directory.Installation, method string, query url.Values, into answer) error {
	_, err := a.readWhole(ctx, inst, method, query, into)
	return err
}

// readWhole is read for those who need the answer's header as well.
func (a *Adapter) readWhole(ctx context.Context, inst directory.Installation, method string, query url.Values, into answer) (http.Header, error) {
	token, err := a.token(ctx, inst)
	if err != nil {
		return nil, err
	}
	return a.api.get(ctx, token, method, query, into)
}

// answer is what every answer's own type is.
type answer interface{ state() status }

// get asks a method that has no effect, or none that counts twice, in the name of a token.
func (c *caller) get(ctx context.Context, token directory.Secret, method string, query url.Values, into answer) (http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+method+"?"+query.Encode(), nil)
	if err != nil {
		return nil, directory.Errorf(directory.Invalid, "slack: a request can't be made")
	}
	r.Header.Set("Authorization", "Bearer "+token.Reveal())
	return c.decode(r, method, into)
}

// post sends a form, once. Who asks is set by authorize.
func (c *caller) post(ctx context.Context, method string, form url.Values, authorize func(*http.Request), into answer) (http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+method, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, directory.Errorf(directory.Invalid, "slack: a request can't be made")
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	authorize(r)
	return c.decode(r, method, into)
}

// decode makes a request and reads its answer into what into points to.
func (c *caller) decode(r *http.Request, method string, into answer) (http.Header, error) {
	resp, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return nil, directory.Errorf(directory.Unavailable, "slack: the answer can't be read")
	}
	if s := into.state(); !s.OK {
		return nil, refused(method, s.Error)
	}
	return resp.Header, nil
}

// CheckInstallation asks whether the installation's token works and is this workspace's.
// Unauthorized: it definitely isn't, or there is none. What Slack refuses for another reason, such as an
// organisation's policy, is Unavailable: it may pass. Otherwise errors as [bot.Platform.Send]. It blocks
// for one request.
func (a *Adapter) CheckInstallation(ctx context.Context, inst directory.Installation) error {
	token, err := a.token(ctx, inst)
	if err != nil {
		return err
	}
	err = a.CheckToken(ctx, inst, token)
	if directory.Is(err, directory.Unauthorized) && !errors.Is(err, errGone) && !errors.Is(err, errElsewhere) {
		return directory.Errorf(directory.Unavailable, "slack refuses for now: %w", err)
	}
	return err
}

// CheckToken asks whether a token works and is the installation's workspace's, though it may not be the
// installation's yet.
func (a *Adapter) CheckToken(ctx context.Context, inst directory.Installation, token directory.Secret) error {
	var me identity
	_, err := a.api.get(ctx, token, "auth.test", nil, &me)
	if err == nil && !me.of(inst.Workspace) {
		err = directory.Errorf(directory.Unauthorized, "slack: %w", errElsewhere)
	}
	return err
}

// identify asks whether the installation's token works and is this workspace's, and answers the
// header, which says what the token may do.
func (a *Adapter) identify(ctx context.Context, inst directory.Installation) (http.Header, error) {
	var me identity
	header, err := a.readWhole(ctx, inst, "auth.test", nil, &me)
	if err == nil && !me.of(inst.Workspace) {
		err = directory.Errorf(directory.Unauthorized, "slack: the token is not this workspace's")
	}
	return header, err
}
