package hubtest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"sync"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// Connector connects a [Vendor]: with one trip ("install"), with a sign-in and then a consent ("consent"), and
// by a link for somebody else ("link"). It keeps the tokens that [Connector.Keep] was given.
type Connector struct {
	vendor     *Vendor
	configured bool

	mu     sync.Mutex
	tokens map[directory.Workspace]directory.Secret
}

var _ hub.Connector = (*Connector)(nil)

// Connector is one for the platform; not configured, it has no methods.
func (v *Vendor) Connector(configured bool) *Connector {
	return &Connector{vendor: v, configured: configured, tokens: map[directory.Workspace]directory.Secret{}}
}

// Keep is what the program does with a grant's token.
func (c *Connector) Keep(grant hub.Grant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokens[grant.Workspace] = grant.Secrets[directory.FieldToken]
}

func (c *Connector) token(workspace directory.Workspace) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tokens[workspace].Reveal()
}

// Platform implements [hub.Connector].
func (c *Connector) Platform() directory.Platform { return c.vendor.Platform }

// Title implements [hub.Connector].
func (c *Connector) Title() string { return "The " + string(c.vendor.Platform) }

// Methods implements [hub.Connector].
func (c *Connector) Methods() []hub.Method {
	if !c.configured {
		return nil
	}
	return []hub.Method{
		{ID: "install", Title: "Install the app", Text: "You grant what the app needs, in one step.", Button: "Add to " + string(c.vendor.Platform)},
		{ID: "consent", Title: "Sign in and consent", Text: "You sign in, and then grant what the app needs.", Button: "Connect " + string(c.vendor.Platform)},
		{ID: "link", Title: "Ask another administrator", Text: "You get a link to hand on.", Button: "Make a link", Link: true},
	}
}

// Begin implements [hub.Connector].
func (c *Connector) Begin(_ context.Context, step hub.Step) (string, error) {
	if !slices.ContainsFunc(c.Methods(), func(m hub.Method) bool { return m.ID == step.Method }) {
		return "", directory.Errorf(directory.Invalid, "there is no way %q to connect", step.Method)
	}
	query := url.Values{
		"client_id": {"rollcall"}, "state": {step.State}, "redirect_uri": {step.Redirect},
		"code_challenge": {challenge(verifier(step))},
	}
	if step.Method == "consent" && step.Facts == nil {
		query.Set("prompt", "sign-in")
	}
	return c.vendor.URL + "/authorize?" + query.Encode(), nil
}

// verifier is PKCE's.
func verifier(step hub.Step) string {
	sum := sha256.Sum256([]byte("pkce:" + step.Secret.Reveal()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Return implements [hub.Connector].
func (c *Connector) Return(_ context.Context, step hub.Step, query url.Values) (hub.Outcome, error) {
	if query.Get("error") == "access_denied" {
		return hub.Outcome{}, directory.Errorf(directory.Unauthorized, "you refused what the app asks for")
	}
	text, err := c.vendor.exchange(query.Get("code"), verifier(step), step.Redirect)
	if err != nil {
		return hub.Outcome{}, err
	}
	c.vendor.log.Debug("exchanged", "platform", c.vendor.Platform)
	granted, err := c.vendor.look(text)
	if err != nil {
		return hub.Outcome{}, err
	}
	place := granted.place
	signedIn := step.Facts["workspace"]
	if step.Expect != "" && step.Expect != place.Workspace || signedIn != "" && signedIn != string(place.Workspace) {
		return hub.Outcome{}, directory.Errorf(directory.Invalid, "this is another workspace than the one that is asked for")
	}
	if step.Method == "consent" && step.Facts == nil {
		return hub.Outcome{Again: map[string]string{"workspace": string(place.Workspace)}}, nil
	}
	return hub.Outcome{Grant: &hub.Grant{
		Workspace: place.Workspace, Title: place.Title,
		By:    directory.AccountID{Platform: c.vendor.Platform, Workspace: place.Workspace, User: granted.by},
		Name:  map[string]string{place.Admin.User: place.Name}[granted.by],
		Admin: granted.by == place.Admin.User, Scopes: granted.scopes, Waiting: c.vendor.Waiting,
		Secrets: map[directory.Field]directory.Secret{directory.FieldToken: directory.NewSecret(text)},
	}}, nil
}

// Check implements [hub.Connector].
func (c *Connector) Check(_ context.Context, connection directory.Connection) []hub.Finding {
	granted, err := c.vendor.look(c.token(connection.Installation.Workspace))
	found := func(ok bool) hub.State {
		switch {
		case err == nil && ok:
			return hub.OK
		case err == nil || directory.Is(err, directory.Unauthorized):
			return hub.Bad
		}
		return hub.Unknown
	}
	findings := []hub.Finding{{ID: "token", Title: "The token works", State: found(true), Mend: "Connect anew."}}
	for _, scope := range c.vendor.Scopes {
		id := map[string]string{"people:read": "scope-people", "messages:write": "scope-messages"}[scope]
		findings = append(findings, hub.Finding{
			ID: id, Title: "The app may " + scope, State: found(slices.Contains(granted.scopes, scope)),
			Mend: "Re-authenticate, and grant " + scope + ".",
		})
	}
	return append(findings, hub.Finding{ID: "personas", Title: "The app may post under people's names", State: hub.Off})
}

// Withdraw implements [hub.Connector].
func (c *Connector) Withdraw(_ context.Context, inst directory.Installation) error {
	return c.vendor.revoke(inst.Workspace)
}
