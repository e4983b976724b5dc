package slack

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"rollcall/sync/directory"
)

const methodAccess = "oauth.v2.access"

// exchange trades a code or a refresh token for a token, once, in the app's own name:
// https://docs.slack.dev/authentication/installing-with-oauth. It answers when the token ends, by our
// clock as it was before we asked; zero: never.
func (c *Connector) exchange(ctx context.Context, form url.Values) (access, time.Time, error) {
	asked := c.adapter.config.Now()
	var got access
	_, err := c.adapter.api.post(ctx, methodAccess, form, func(r *http.Request) {
		r.SetBasicAuth(c.app.ClientID, c.app.ClientSecret.Reveal())
	}, &got)
	if err != nil {
		return access{}, time.Time{}, err
	}
	id := directory.Workspace(got.workspace().ID)
	switch {
	case got.Token == "" || got.Type != "bot" || id == "" || wide(id) != got.OrgWide:
		return access{}, time.Time{}, directory.Errorf(directory.Unavailable, "slack: %s: the answer is no installation", methodAccess)
	case c.app.ID != "" && got.App != c.app.ID:
		return access{}, time.Time{}, directory.Errorf(directory.Unavailable, "slack: %s: the answer is another app's", methodAccess)
	case (got.Seconds > 0) != (got.Refresh != ""):
		return access{}, time.Time{}, directory.Errorf(directory.Unavailable, "slack: %s: a token that ends, and nothing to renew it with", methodAccess)
	case got.Seconds > 0:
		return got, asked.Add(time.Duration(got.Seconds) * time.Second), nil
	}
	return got, time.Time{}, nil
}

// Renew trades an installation's refresh token for a new token, and a new refresh token: the old one
// counts no more, so that the two must be stored before anything else is done, and no two may renew at
// once. Unauthorized: Slack definitely doesn't take the refresh token, and an admin has to connect
// again. Otherwise Throttled or Unavailable: try again. It blocks for one request.
func (c *Connector) Renew(ctx context.Context, inst directory.Installation, refresh directory.Secret) (token, next directory.Secret, expires time.Time, err error) {
	got, expires, err := c.exchange(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh.Reveal()}})
	switch {
	case err == nil && got.workspace().ID != string(inst.Workspace):
		err = directory.Errorf(directory.Unavailable, "slack: %s: the answer is another workspace's", methodAccess)
	case err == nil && got.Seconds == 0:
		err = directory.Errorf(directory.Unavailable, "slack: %s: a renewed token that never ends", methodAccess)
	case err == nil:
		return directory.NewSecret(got.Token), directory.NewSecret(got.Refresh), expires, nil
	case errors.Is(err, errGone):
		err = directory.Errorf(directory.Unauthorized, "slack: the refresh token is no longer taken")
	case !directory.Is(err, directory.Throttled):
		err = directory.Errorf(directory.Unavailable, "slack: not renewed: %w", err)
	}
	return directory.Secret{}, directory.Secret{}, time.Time{}, err
}
