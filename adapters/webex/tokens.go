package webex

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rollcall/sync/directory"
)

const (
	tokenPath = "/access_token"
	// early is how long before its end a token counts as ended, so that none ends on its way.
	early = 5 * time.Minute
	// longestLife is above what Webex gives any token.
	longestLife = 366 * 24 * time.Hour
)

// issued is what Webex gives out: https://developer.webex.com/docs/integrations. The refresh token stays
// the same when it is used.
type issued struct {
	token, refresh directory.Secret
	expires        time.Time
	scopes         []string // nil: Webex doesn't say
}

// shownTokens is how it is answered.
type shownTokens struct {
	AccessToken  string `json:"access_token"`
	ExpiresIn    int64  `json:"expires_in"`
	RefreshToken string `json:"refresh_token"`
	Scope        string `json:"scope"`
}

// request asks for tokens. Its errors are those of [client.do], but nothing is lost with a lost answer:
// a code is void then, and a refresh token stays good.
func (a *Adapter) request(ctx context.Context, call call) (issued, reply, error) {
	asked := a.config.Now()
	var shown shownTokens
	call.method = http.MethodPost
	r, err := a.client.do(ctx, call, &shown)
	if directory.Is(err, directory.Uncertain) || directory.Is(err, directory.Incomplete) {
		err = directory.Errorf(directory.Unavailable, "webex: no usable answer")
	}
	if err != nil {
		return issued{}, r, err
	}
	if shown.AccessToken == "" || shown.ExpiresIn <= 0 {
		return issued{}, r, directory.Errorf(directory.Unavailable, "webex: an answer has no token")
	}
	life := time.Duration(min(shown.ExpiresIn, int64(longestLife/time.Second))) * time.Second
	return issued{
		token: directory.NewSecret(shown.AccessToken), refresh: directory.NewSecret(shown.RefreshToken),
		expires: asked.Add(life), scopes: strings.Fields(shown.Scope),
	}, r, nil
}

// refreshed uses a refresh token. Unauthorized: it is definitely not good, or not this client's.
// A client whose own secret isn't accepted says nothing about anybody's refresh token.
func (a *Adapter) refreshed(ctx context.Context, clientID string, secret, refresh directory.Secret) (issued, error) {
	got, r, err := a.request(ctx, call{path: tokenPath, form: url.Values{
		"grant_type": {"refresh_token"}, "client_id": {clientID}, "client_secret": {secret.Reveal()}, "refresh_token": {refresh.Reveal()},
	}})
	if err != nil {
		return issued{}, a.refusedTokens(r, err)
	}
	if got.refresh.IsZero() {
		got.refresh = refresh
	}
	return got, nil
}

// refusedTokens is what a refusal to give out tokens means.
func (a *Adapter) refusedTokens(r reply, err error) error {
	switch {
	case directory.Is(err, directory.Invalid) && r.status == http.StatusBadRequest:
		return directory.Errorf(directory.Unauthorized, "webex: the grant is not good any more")
	case directory.Is(err, directory.Throttled), directory.Is(err, directory.Unavailable):
		return err
	}
	a.log.Error("webex refuses the registered client", "platform", Name, "status", r.status)
	return directory.Errorf(directory.Unavailable, "webex doesn't accept the client id or the client secret of Rollcall: whoever runs it has to correct them")
}

// operatorToken is an access token of whoever runs Rollcall. It is kept in memory until shortly before
// its end. Blocks for a request at most.
func (a *Adapter) operatorToken(ctx context.Context) (directory.Secret, error) {
	a.operating.Lock()
	defer a.operating.Unlock()
	if a.config.Now().Before(a.operator.expires.Add(-early)) {
		return a.operator.token, nil
	}
	app := a.config.App
	refresh := a.operator.refresh
	if refresh.IsZero() {
		refresh = app.Refresh
	}
	got, err := a.refreshed(ctx, app.ClientID, app.ClientSecret, refresh)
	if directory.Is(err, directory.Unauthorized) {
		a.log.Error("webex doesn't accept the operator's refresh token", "platform", Name)
		a.operator.refresh = directory.Secret{}
		return directory.Secret{}, ownAccess()
	}
	if err != nil {
		return directory.Secret{}, err
	}
	a.operator = got
	return got.token, nil
}

// forgetOperator drops a token that Webex doesn't accept any more.
func (a *Adapter) forgetOperator(token directory.Secret) {
	a.operating.Lock()
	defer a.operating.Unlock()
	if a.operator.token == token {
		a.operator.token, a.operator.expires = directory.Secret{}, time.Time{}
	}
}

func ownAccess() error {
	return directory.Errorf(directory.Unavailable, "Rollcall's own access to Webex doesn't work: whoever runs it has to sign in to the integration anew")
}

// appOrder is the body of POST /applications/{id}/token.
type appOrder struct {
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
	TargetOrgID  string `json:"targetOrgId"`
}

// appTokens are the service app's tokens of one organisation. Unauthorized: that organisation
// definitely doesn't let the service app in, and nothing else. Invalid: the token that came is not for
// that organisation, or can't read its people. Unavailable: it isn't known. Blocks for three requests at
// most: https://developer.webex.com/admin/docs/api/v1/service-apps.
func (a *Adapter) appTokens(ctx context.Context, org directory.Workspace) (issued, error) {
	app := a.config.App.ServiceApp
	if !a.config.App.usesServiceApp() {
		return issued{}, directory.Errorf(directory.Unsupported, "webex: no service app is registered")
	}
	uuid, err := parseID(kindOrg, string(org))
	if err != nil {
		return issued{}, directory.Errorf(directory.Invalid, "webex: not an organisation's id")
	}
	bearer, err := a.operatorToken(ctx)
	if err != nil {
		return issued{}, err
	}
	got, r, err := a.request(ctx, call{token: bearer, path: "/applications/" + app.ID + "/token", body: appOrder{
		ClientID: app.ClientID, ClientSecret: app.ClientSecret.Reveal(), TargetOrgID: encodeID(kindOrg, uuid),
	}})
	switch {
	case err == nil:
		return got, a.reads(ctx, got.token, directory.Workspace(uuid))
	case directory.Is(err, directory.Unauthorized) && r.status == http.StatusForbidden:
		return issued{}, directory.Errorf(directory.Unauthorized, "webex: the organisation doesn't let the service app in")
	case directory.Is(err, directory.Unauthorized):
		a.forgetOperator(bearer)
		return issued{}, ownAccess()
	case directory.Is(err, directory.Throttled), directory.Is(err, directory.Unavailable):
		return issued{}, err
	}
	a.log.Error("webex doesn't know the registered service app", "platform", Name, "status", r.status)
	return issued{}, directory.Errorf(directory.Unavailable, "webex doesn't accept the id or the secret of Rollcall's service app: whoever runs it has to correct them")
}

// reads makes sure that a token lists the people of this organisation and of no other: one request.
// Invalid: it doesn't.
func (a *Adapter) reads(ctx context.Context, token directory.Secret, org directory.Workspace) error {
	err := a.lists(ctx, token, org)
	if directory.Is(err, directory.Unauthorized) || directory.Is(err, directory.Invalid) {
		return directory.Errorf(directory.Invalid, "the token that Webex gave can't read the people of this organisation: the service app needs the scope spark-admin:people_read")
	}
	return err
}

// lists asks for one person with a token. Unauthorized: it isn't accepted, may not list people, or is
// another organisation's.
func (a *Adapter) lists(ctx context.Context, token directory.Secret, org directory.Workspace) error {
	var page people
	r, err := a.client.do(ctx, call{token: token, method: http.MethodGet, path: "/people", query: "max=1"}, &page)
	switch {
	case directory.Is(err, directory.Incomplete) && r.status == http.StatusOK:
		return directory.Errorf(directory.Unavailable, "webex: a listing of people can't be trusted")
	case directory.Is(err, directory.Invalid):
		return directory.Errorf(directory.Unauthorized, "webex: the token may not list the organisation's people")
	case err != nil:
		return err
	case len(page.Items) == 0:
		return directory.Errorf(directory.Unavailable, "webex: a listing of people is empty")
	}
	for _, p := range page.Items {
		if home, err := parseID(kindOrg, p.OrgID); err != nil || home != string(org) {
			return directory.Errorf(directory.Unauthorized, "webex: the token is another organisation's")
		}
	}
	return nil
}

// CheckInstallation asks with the tenant's own token; see [bot.Prover].
func (a *Adapter) CheckInstallation(ctx context.Context, inst directory.Installation) error {
	token, err := a.adminToken(ctx, inst)
	if err != nil {
		return err
	}
	return a.lists(ctx, token, inst.Workspace)
}
