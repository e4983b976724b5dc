package webex

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// The connector's methods.
const (
	MethodServiceApp  = "service-app"
	MethodIntegration = "integration"
)

// Connector connects organisations, for the hub. An administrator signs in with the integration, which
// proves who they are, from which organisation and with which role. With a service app that is all, and
// nothing of the sign-in is kept: people are read with the service app's token for exactly that
// organisation. Without one the sign-in's own token reads them. Safe for concurrent use.
type Connector struct {
	adapter  *Adapter
	app      App
	standIns StandIns
}

var (
	_ hub.Connector = (*Connector)(nil)
	_ hub.Warden    = (*Connector)(nil)
)

// NewConnector makes the connector of an adapter, whose [Config.App] says what can be connected. The
// stand-ins are those of the adapter's provisioner, for the checklist; zero where there is none.
func NewConnector(adapter *Adapter, standIns StandIns) *Connector {
	return &Connector{adapter: adapter, app: adapter.config.App, standIns: standIns}
}

// Platform is "webex".
func (c *Connector) Platform() directory.Platform { return Name }

// Title is "Webex".
func (c *Connector) Title() string { return "Webex" }

// Methods is one: the service app where there is one, else the integration, where that is registered.
func (c *Connector) Methods() []hub.Method {
	switch {
	case c.app.usesServiceApp():
		return []hub.Method{{
			ID: MethodServiceApp, Title: "Service App",
			Text:   "A full administrator signs in to Webex, to prove which organisation is connected. Its people are then read by Rollcall's Service App, which a full administrator authorises in Control Hub.",
			Button: "Sign in to Webex",
		}}
	case c.app.ClientID != "":
		return []hub.Method{{
			ID: MethodIntegration, Title: "Administrator's account",
			Text:   "A full administrator signs in to Webex and lets Rollcall read the organisation's people on their behalf, for as long as they are an administrator.",
			Button: "Sign in to Webex",
		}}
	}
	return nil
}

func (c *Connector) offers(method string) bool {
	for _, m := range c.Methods() {
		if m.ID == method {
			return true
		}
	}
	return false
}

// scopes are what an administrator is asked for.
func (c *Connector) scopes(method string) []string {
	if c.app.Withdraw && method == MethodIntegration {
		return Scopes(ForIntegration, FeatureWithdraw)
	}
	return Scopes(ForIntegration)
}

// Begin is the page on which an administrator signs in: https://developer.webex.com/docs/integrations.
func (c *Connector) Begin(_ context.Context, step hub.Step) (string, error) {
	if !c.offers(step.Method) {
		return "", directory.Errorf(directory.Invalid, "webex: there is no such way to connect it")
	}
	challenge := sha256.Sum256([]byte(codeVerifier(step.Secret)))
	at := *c.adapter.client.api
	at.Path += "/authorize"
	at.RawQuery = url.Values{
		"client_id": {c.app.ClientID}, "response_type": {"code"}, "redirect_uri": {step.Redirect},
		"scope": {strings.Join(c.scopes(step.Method), " ")}, "state": {step.State},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}.Encode()
	return at.String(), nil
}

// codeVerifier is PKCE's verifier of a step.
func codeVerifier(secret directory.Secret) string {
	sum := sha256.Sum256([]byte("pkce:" + secret.Reveal()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Return exchanges the code and proves who signed in. What else the browser says is not looked at.
func (c *Connector) Return(ctx context.Context, step hub.Step, query url.Values) (hub.Outcome, error) {
	if !c.offers(step.Method) {
		return hub.Outcome{}, directory.Errorf(directory.Invalid, "webex: there is no such way to connect it")
	}
	code, err := brought(step, query)
	if err != nil {
		return hub.Outcome{}, err
	}
	got, err := c.exchange(ctx, step, code)
	if err != nil {
		return hub.Outcome{}, err
	}
	who, err := c.adapter.prove(ctx, got.token)
	if err != nil {
		return hub.Outcome{}, err
	}
	if step.Expect != "" && who.account.Workspace != step.Expect {
		return hub.Outcome{}, directory.Errorf(directory.Invalid, "you signed in to another Webex organisation than the one that is connected here: sign in with an account of that one")
	}
	grant := &hub.Grant{Workspace: who.account.Workspace, Title: who.title, By: who.account, Name: who.name, Admin: who.admin}
	if step.Method == MethodServiceApp {
		err = c.byServiceApp(ctx, grant)
	} else {
		err = c.byIntegration(ctx, grant, got, c.scopes(step.Method))
	}
	if err != nil {
		return hub.Outcome{}, err
	}
	return hub.Outcome{Grant: grant}, nil
}

// brought is the code that a browser brought back for this step.
func brought(step hub.Step, query url.Values) (string, error) {
	state := query["state"]
	switch {
	case len(state) != 1 || subtle.ConstantTimeCompare([]byte(state[0]), []byte(step.State)) != 1:
		return "", directory.Errorf(directory.Invalid, "what came back from Webex doesn't belong to this sign-in: begin anew")
	case query.Get("error") == "access_denied":
		return "", directory.Errorf(directory.Unauthorized, "the sign-in to Webex was declined: nothing was connected")
	case query.Get("error") == "invalid_scope":
		return "", directory.Errorf(directory.Invalid, "Rollcall's integration is not registered with the scopes that it asks for: whoever runs Rollcall has to add them at developer.webex.com")
	case query.Has("error") || len(query["code"]) != 1 || query.Get("code") == "":
		return "", directory.Errorf(directory.Invalid, "Webex refused the sign-in: begin anew")
	}
	return query.Get("code"), nil
}

func (c *Connector) exchange(ctx context.Context, step hub.Step, code string) (issued, error) {
	got, r, err := c.adapter.request(ctx, call{path: tokenPath, form: url.Values{
		"grant_type": {"authorization_code"}, "client_id": {c.app.ClientID}, "client_secret": {c.app.ClientSecret.Reveal()},
		"code": {code}, "redirect_uri": {step.Redirect}, "code_verifier": {codeVerifier(step.Secret)},
	}})
	if err == nil {
		return got, nil
	}
	if err = c.adapter.refusedTokens(r, err); directory.Is(err, directory.Unauthorized) {
		err = directory.Errorf(directory.Invalid, "Webex doesn't accept the sign-in, or it was used already: begin anew")
	}
	return issued{}, err
}

// byIntegration grants what the person who signed in can read.
func (c *Connector) byIntegration(ctx context.Context, grant *hub.Grant, got issued, asked []string) error {
	err := c.adapter.lists(ctx, got.token, grant.Workspace)
	if directory.Is(err, directory.Unauthorized) {
		return directory.Errorf(directory.Unauthorized, "your Webex account may not read the organisation's people: a full administrator has to sign in")
	}
	if err != nil {
		return err
	}
	if got.refresh.IsZero() {
		return directory.Errorf(directory.Unavailable, "webex: an answer has no refresh token")
	}
	grant.Secrets = map[directory.Field]directory.Secret{directory.FieldToken: got.token, directory.FieldRefresh: got.refresh}
	grant.Expires = got.expires
	grant.Scopes = got.scopes
	if len(got.scopes) == 0 {
		grant.Scopes = asked // Webex lets a person accept everything or nothing
	}
	return nil
}

// byServiceApp grants what the service app can read. It is asked for a full administrator only: anybody
// else would come by access that they could not give.
func (c *Connector) byServiceApp(ctx context.Context, grant *hub.Grant) error {
	if !grant.Admin {
		return directory.Errorf(directory.Unauthorized, "only a full administrator of the Webex organisation can connect it: one has to sign in")
	}
	got, err := c.adapter.appTokens(ctx, grant.Workspace)
	if directory.Is(err, directory.Unauthorized) {
		grant.Waiting = "In Control Hub, Apps > Service Apps, a full administrator authorises Rollcall."
		return nil
	}
	if err != nil {
		return err
	}
	grant.Expires = got.expires
	grant.Secrets = secretsOf(got)
	return nil
}

func secretsOf(got issued) map[directory.Field]directory.Secret {
	secrets := map[directory.Field]directory.Secret{directory.FieldToken: got.token}
	if !got.refresh.IsZero() {
		secrets[directory.FieldRefresh] = got.refresh
	}
	return secrets
}

// ServiceAppToken is the service app's token for one organisation, with its refresh token and its end. It
// completes a connection that waited for the service app to be authorised. Unauthorized: it definitely
// isn't. Otherwise errors as [Connector.Renew]. It may be called again; each call makes new tokens.
func (c *Connector) ServiceAppToken(ctx context.Context, org directory.Workspace) (token, refresh directory.Secret, expires time.Time, err error) {
	got, err := c.adapter.appTokens(ctx, org)
	return got.token, got.refresh, got.expires, err
}

// Renew makes a new token of an installation. Whose the refresh token is, the service app's or the
// integration's, only Webex knows: an organisation may have been connected by the one before the other
// was registered. Where it is nobody's any more, or there is none, the service app is asked for anew.
// The refresh token that is answered may be the same. Unauthorized: there definitely is no other way than
// connecting anew. Throttled, Unavailable: try again later, with the same refresh token. It blocks for a
// few requests.
func (c *Connector) Renew(ctx context.Context, inst directory.Installation, refresh directory.Secret) (token, next directory.Secret, expires time.Time, err error) {
	got, err := c.renewed(ctx, inst, refresh)
	return got.token, got.refresh, got.expires, err
}

func (c *Connector) renewed(ctx context.Context, inst directory.Installation, refresh directory.Secret) (issued, error) {
	if inst.Platform != Name {
		return issued{}, directory.Errorf(directory.Invalid, "webex: the installation is another platform's")
	}
	app := c.app.ServiceApp
	for _, client := range []struct {
		id     string
		secret directory.Secret
	}{{app.ClientID, app.ClientSecret}, {c.app.ClientID, c.app.ClientSecret}} {
		if client.id == "" || refresh.IsZero() {
			continue
		}
		got, err := c.adapter.refreshed(ctx, client.id, client.secret, refresh)
		if !directory.Is(err, directory.Unauthorized) {
			return got, err
		}
	}
	if c.app.usesServiceApp() {
		return c.adapter.appTokens(ctx, inst.Workspace)
	}
	return issued{}, directory.Errorf(directory.Unauthorized, "webex: the sign-in with which the organisation was connected has ended")
}

// Withdraw ends the integration's tokens in the organisation, where the integration has the scopes for
// it. A service app is deauthorised in Control Hub only, and without those scopes so is an integration.
// Throttled, Unavailable: it isn't known whether they ended.
func (c *Connector) Withdraw(ctx context.Context, inst directory.Installation) error {
	if !c.app.Withdraw || c.app.usesServiceApp() {
		return nil
	}
	token, err := c.adapter.adminToken(ctx, inst)
	if err != nil {
		return err
	}
	query := url.Values{"clientId": {c.app.ClientID}}.Encode()
	_, err = c.adapter.client.do(ctx, call{token: token, method: http.MethodDelete, path: "/authorizations", query: query}, nil)
	switch {
	case directory.Is(err, directory.NotFound), directory.Is(err, directory.Unauthorized): // they have ended already
		return nil
	case directory.Is(err, directory.Uncertain):
		return directory.Errorf(directory.Unavailable, "webex: it isn't known whether the tokens have ended")
	}
	return err
}
