package entra

import (
	"context"
	"errors"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// spreading is what a connection waits for where the administrator has consented and not every part of
// Microsoft knows of it.
const spreading = "Microsoft is still spreading the consent: Rollcall looks again by itself."

// fresh is a directory's Graph with nothing known of it: its token is asked for now.
func (c *Connector) fresh(tenant string) (*graph, error) {
	if c.adapter == nil {
		return nil, directory.Errorf(directory.Invalid, "entra: no app registration is configured")
	}
	if !isObjectID(tenant) {
		return nil, directory.Errorf(directory.Invalid, "entra: the workspace is not an Entra tenant")
	}
	return newGraph(c.adapter.config, c.adapter.credential, Tenant{Directory: strings.ToLower(tenant)})
}

// Consented asks whether a directory still lets the app in. Unauthorized: it definitely doesn't. Otherwise
// errors as of [Connector.Return]. It blocks for two requests.
func (c *Connector) Consented(ctx context.Context, workspace directory.Workspace) error {
	g, err := c.fresh(string(workspace))
	if err == nil {
		_, err = g.organization(ctx)
	}
	switch {
	case errors.Is(err, errProof):
		return unproved() // our own trouble, and nothing of the directory's
	case errors.Is(err, errConsent):
		return directory.Errorf(directory.Unauthorized, "the directory has taken its consent back")
	}
	return err
}

// grant is what a directory grants now, in the name of who signed in to it.
func (c *Connector) grant(ctx context.Context, by signer) (hub.Grant, error) {
	grant := hub.Grant{
		Workspace: directory.Workspace(by.tenant), Admin: by.admin == yes,
		By: directory.AccountID{Platform: Name, Workspace: directory.Workspace(by.tenant), User: by.user}, Name: by.name,
	}
	g, err := c.fresh(by.tenant)
	if err != nil {
		return hub.Grant{}, err
	}
	title, err := g.organization(ctx)
	switch {
	case errors.Is(err, errProof):
		return hub.Grant{}, unproved()
	case errors.Is(err, errConsent) && by.admin == no:
		return hub.Grant{}, directory.Errorf(directory.Unauthorized, "the directory has not consented: only %s can; use the link to ask one", who)
	case errors.Is(err, errConsent):
		grant.Waiting = spreading
		return grant, nil
	case err != nil:
		return hub.Grant{}, inBrowser(err)
	}
	grant.Title = title
	grant.Scopes, _ = rolesOf(g.tokens.inHand())
	if by.admin == unsaid {
		said, err := g.administers(ctx, by.user)
		if err != nil {
			return hub.Grant{}, inBrowser(err)
		}
		grant.Admin = said == yes
	}
	return grant, nil
}

// inBrowser is an error as an admin in front of a browser can use it.
func inBrowser(err error) error {
	switch {
	case directory.Is(err, directory.Throttled):
		return directory.Wait(directory.RetryAfter(err), "Microsoft asks to wait: begin anew in a moment")
	case directory.Is(err, directory.Unavailable):
		return directory.Errorf(directory.Unavailable, "Microsoft doesn't answer: begin anew in a moment")
	}
	return err
}

// Complete asks whether what a pending connection waits for has happened by now, and is to be called
// again while the grant's Waiting isn't empty. Its Admin says whether whoever connected it is an
// administrator, as far as that was proved then or can be seen now. Blocks for a few requests, and may
// be called for any connection. Errors are as of [Connector.Return].
func (c *Connector) Complete(ctx context.Context, connection directory.Connection) (hub.Grant, error) {
	by := signer{tenant: string(connection.Installation.Workspace), user: connection.By.User, name: connection.ByName}
	if connection.Installation.Platform != Name || !isObjectID(by.user) || connection.By.Workspace != connection.Installation.Workspace {
		return hub.Grant{}, directory.Errorf(directory.Invalid, "entra: the connection is another platform's, or nobody of the directory made it")
	}
	// Of who isn't known to be an administrator, that is what is waited for first.
	if connection.Cause != directory.CauseUnproven {
		by.admin = yes
	}
	return c.grant(ctx, by)
}

// organization is the directory's name. Incomplete: the token is another one's.
func (g *graph) organization(ctx context.Context) (string, error) {
	page, err := get[models.OrganizationCollectionResponseable](ctx, g, "organization?$select=id,displayName", models.CreateOrganizationCollectionResponseFromDiscriminatorValue)
	if err != nil {
		return "", err
	}
	if len(page.GetValue()) != 1 || page.GetValue()[0] == nil || !strings.EqualFold(value(page.GetValue()[0].GetId()), g.Directory) {
		return "", notTheSame()
	}
	return value(page.GetValue()[0].GetDisplayName()), nil
}

func notTheSame() error {
	return directory.Errorf(directory.Invalid, "Microsoft answers for another organisation than the one that was signed in to")
}

// token is the app's in the directory.
func (g *graph) token(ctx context.Context, scope string) (string, error) {
	token, err := g.tokens.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{scope}})
	return token.Token, err
}

// Withdraw implements [hub.Connector]: it removes the subscriptions that tell of changes, and forgets
// the directory's token. The consent itself is the administrator's to take back, in Entra under
// Enterprise applications. Where they did that already there is nothing left to give back.
func (c *Connector) Withdraw(ctx context.Context, inst directory.Installation) error {
	a := c.adapter
	if inst.Platform != Name {
		return directory.Errorf(directory.Invalid, "entra: the installation is another platform's")
	}
	g, err := c.fresh(string(inst.Workspace))
	if err != nil {
		return err
	}
	a.drop(inst.Tenant)
	if a.base == "" {
		return nil
	}
	// Not while they are checked, which would make them again.
	a.checking.Lock()
	defer a.checking.Unlock()
	all, err := g.subscriptions(ctx)
	if errors.Is(err, errConsent) {
		return nil
	}
	if err != nil {
		return err
	}
	var errs []error
	for _, s := range all {
		if _, ours, _ := a.hookOf(g, s); ours {
			errs = append(errs, g.unsubscribe(ctx, *s.GetId()))
		}
	}
	return errors.Join(errs...)
}
