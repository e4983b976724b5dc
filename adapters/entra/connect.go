package entra

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// App is what a connector has to know beyond the adapter.
type App struct {
	// Bot reports whether the bot gets its token in the home tenant: teams.Adapter's Check. Nil: there
	// is no bot.
	Bot func(ctx context.Context) error
	// Guests reports whether a tenant wants guests as stand-ins. Nil: every one does.
	Guests func(tenant directory.TenantID) bool
}

// Connector connects the directory, and Teams with it. Two trips are made: an administrator signs in,
// which proves who they are and in which directory, and consents. What Microsoft's page of consent says of
// the directory counts for nothing, since anybody can write it: that the directory has consented is
// shown by a token of exactly the directory that was signed in to, and by what that token reads.
type Connector struct {
	adapter *Adapter
	app     App
	signIns *signIns
}

var (
	_ hub.Connector = (*Connector)(nil)
	_ hub.Warden    = (*Connector)(nil)
)

// NewConnector makes a connector. Without an adapter it has no method. Invalid: the adapter's cloud
// can't be used.
func NewConnector(adapter *Adapter, app App) (*Connector, error) {
	if adapter == nil {
		return new(Connector), nil
	}
	signIns, err := newSignIns(adapter.config, adapter.credential)
	if err != nil {
		return nil, err
	}
	return &Connector{adapter: adapter, app: app, signIns: signIns}, nil
}

// Platform is that of the accounts.
func (c *Connector) Platform() directory.Platform { return Name }

// Title names both, since one consent is for both.
func (c *Connector) Title() string { return "Microsoft Teams and Entra" }

const (
	methodAuthorize = "authorize"
	methodLink      = "link"
)

// who may consent to application permissions of Graph:
// https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent
const who = "a Global Administrator or Privileged Role Administrator"

// Methods are two: to consent oneself, and to have the right administrator do it.
func (c *Connector) Methods() []hub.Method {
	if c.adapter == nil {
		return nil
	}
	return []hub.Method{
		{
			ID: methodAuthorize, Title: "Authorize as an administrator", Button: "Authorize",
			Text: "For " + who + ": sign in with Microsoft, then consent to what Rollcall may read and do in your directory.",
		},
		{
			ID: methodLink, Title: "Ask the right administrator", Button: "Make a link", Link: true,
			Text: "For everybody else: copy a link and send it to " + who + ", who signs in and consents whenever it suits them.",
		},
	}
}

// The facts that the sign-in leaves for the consent.
const (
	factTenant = "tid"
	factUser   = "oid"
	factAdmin  = "admin"
	factName   = "name"
)

// signer is who signed in, as their directory vouches.
type signer struct {
	tenant, user string
	admin        verdict
	name         string // for people to read
}

// verdict is whether somebody administers a directory; unsaid: it doesn't say.
type verdict string

const (
	unsaid verdict = ""
	yes    verdict = "yes"
	no     verdict = "no"
)

// signerOf is who signed in earlier in the flow, and whether anybody did.
func signerOf(step hub.Step) (signer, bool) {
	s := signer{step.Facts[factTenant], step.Facts[factUser], verdict(step.Facts[factAdmin]), step.Facts[factName]}
	return s, isObjectID(s.tenant) && isObjectID(s.user)
}

// expected is the only directory that may come of a step; empty: any.
func (c *Connector) expected(step hub.Step) (string, error) {
	expect := strings.ToLower(string(step.Expect))
	switch {
	case !slices.ContainsFunc(c.Methods(), func(m hub.Method) bool { return m.ID == step.Method }):
		return "", directory.Errorf(directory.Invalid, "there is no such way to connect Microsoft Teams and Entra")
	case expect != "" && !isObjectID(expect):
		return "", directory.Errorf(directory.Invalid, "the directory that is expected is not the UUID of an Entra tenant")
	case expect == "" && step.Method == methodLink:
		return "", directory.Errorf(directory.Invalid, "a link is for the administrators of one directory, and nobody has said which: sign in with Microsoft first, or have the directory's id put into the configuration")
	}
	return expect, nil
}

// Begin implements [hub.Connector].
func (c *Connector) Begin(_ context.Context, step hub.Step) (string, error) {
	expect, err := c.expected(step)
	if err != nil {
		return "", err
	}
	cloud, query := c.adapter.config.Cloud, url.Values{"client_id": {c.adapter.config.ClientID}, "redirect_uri": {step.Redirect}, "state": {step.State}}
	signer, signed := signerOf(step)
	if !signed {
		return c.signIns.page(expect, step, query), nil
	}
	if expect != "" && signer.tenant != expect {
		return "", anotherDirectory()
	}
	// https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
	query.Set("scope", cloud.scope)
	return cloud.login + "/" + signer.tenant + "/v2.0/adminconsent?" + query.Encode(), nil
}

// Return implements [hub.Connector].
func (c *Connector) Return(ctx context.Context, step hub.Step, query url.Values) (hub.Outcome, error) {
	expect, err := c.expected(step)
	if err != nil {
		return hub.Outcome{}, err
	}
	if query.Has("error") {
		return hub.Outcome{}, declined(query)
	}
	signer, signed := signerOf(step)
	if !signed {
		signer, err := c.signIns.prove(ctx, expect, step, query)
		if err != nil {
			return hub.Outcome{}, err
		}
		return hub.Outcome{Again: map[string]string{
			factTenant: signer.tenant, factUser: signer.user, factAdmin: string(signer.admin), factName: signer.name,
		}}, nil
	}
	if expect != "" && signer.tenant != expect {
		return hub.Outcome{}, anotherDirectory()
	}
	grant, err := c.grant(ctx, signer)
	if err != nil {
		return hub.Outcome{}, err
	}
	return hub.Outcome{Grant: &grant}, nil
}

func anotherDirectory() error {
	return directory.Errorf(directory.Invalid, "this is another directory than the one that is to be connected: sign in with an account of that one")
}

// number finds Microsoft's own number for what went wrong, which is all that is shown of its text:
// the browser could have written that.
var number = regexp.MustCompile(`^AADSTS[0-9]{4,8}\b`)

// declined is what Microsoft's pages say when nothing is granted.
func declined(query url.Values) error {
	reason := name(query.Get("error"))
	switch reason {
	case "access_denied", "consent_required", "interaction_required", "permission_denied":
		return directory.Errorf(directory.Unauthorized, "nothing was granted: whoever was asked declined, or isn't %s (%s)", who, strings.TrimSpace(reason+" "+number.FindString(query.Get("error_description"))))
	case "server_error", "temporarily_unavailable":
		return directory.Errorf(directory.Unavailable, "Microsoft can't do it now: begin anew in a moment")
	}
	return directory.Errorf(directory.Unauthorized, "Microsoft refuses (%s)", strings.TrimSpace(reason+" "+number.FindString(query.Get("error_description"))))
}
