package slack

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// App is what the app's page at Slack says under Basic Information.
type App struct {
	ClientID     string
	ClientSecret directory.Secret
	// ID, "A…", is compared with what Slack says of whose app was installed. Empty: it is known by its
	// client secret alone.
	ID string
}

// Connector connects workspaces, and organisations of workspaces, by OAuth v2:
// https://docs.slack.dev/authentication/installing-with-oauth. Safe for concurrent use.
type Connector struct {
	adapter *Adapter
	app     App
}

var (
	_ hub.Connector = (*Connector)(nil)
	_ hub.Warden    = (*Connector)(nil)
)

// NewConnector makes a connector that speaks through an adapter, and asks for the scopes of its
// features. Without a client id and secret it has no method.
func NewConnector(adapter *Adapter, app App) *Connector { return &Connector{adapter, app} }

// Platform is "slack".
func (c *Connector) Platform() directory.Platform { return Name }

// Title is "Slack".
func (c *Connector) Title() string { return "Slack" }

// methodInstall is the one way: for a workspace or an organisation, as the admin chooses at Slack.
const methodInstall = "install"

// Methods are one: to be sent to Slack.
func (c *Connector) Methods() []hub.Method {
	if c.app.ClientID == "" || c.app.ClientSecret.IsZero() {
		return nil
	}
	return []hub.Method{{
		ID: methodInstall, Title: "Add the app to Slack", Button: "Add to Slack",
		Text: "Slack shows you what the app may do, and lets you choose the workspace, or the whole organisation. " +
			"You come back here once you have allowed it. Only an admin or owner can do this.",
	}}
}

// Begin is Slack's page on which an admin consents.
func (c *Connector) Begin(_ context.Context, step hub.Step) (string, error) {
	back, err := url.Parse(step.Redirect)
	switch {
	case len(c.Methods()) == 0 || step.Method != methodInstall:
		return "", directory.Errorf(directory.Invalid, "Slack can't be connected in this way.")
	case step.State == "" || err != nil || back.Scheme != "https" || back.Host == "" || back.Fragment != "":
		return "", directory.Errorf(directory.Invalid, "Slack can only lead back to an https address, with a state.")
	}
	query := url.Values{
		"client_id": {c.app.ClientID}, "scope": {strings.Join(Scopes(c.adapter.features), ",")},
		"state": {step.State}, "redirect_uri": {step.Redirect},
	}
	if step.Expect != "" && !wide(step.Expect) { // an organisation can't be chosen beforehand
		query.Set("team", string(step.Expect))
	}
	return c.adapter.config.Cloud.authorize() + "?" + query.Encode(), nil
}

// Return exchanges the code that the browser brought, and takes what is granted, where, and by whom,
// from Slack's own answers alone. A token that is no use is not revoked: to install an app again gives
// the workspace's token that is in use already.
func (c *Connector) Return(ctx context.Context, step hub.Step, query url.Values) (hub.Outcome, error) {
	if len(c.Methods()) == 0 || step.Method != methodInstall {
		return hub.Outcome{}, directory.Errorf(directory.Invalid, "Slack can't be connected in this way.")
	}
	code, err := codeIn(query)
	if err != nil {
		return hub.Outcome{}, err
	}
	got, expires, err := c.exchange(ctx, url.Values{"code": {code}, "redirect_uri": {step.Redirect}})
	if err != nil {
		return hub.Outcome{}, told(err)
	}
	in := directory.Workspace(got.workspace().ID)
	if step.Expect != "" && step.Expect != in {
		return hub.Outcome{}, directory.Errorf(directory.Invalid, "This is not the workspace that belongs here, but another one. "+
			"Begin again, and choose the right workspace at the top of Slack's page.")
	}
	grant := &hub.Grant{
		Workspace: in, Title: got.workspace().Name, Scopes: listed(got.Scope), Bot: got.Bot, Wide: got.OrgWide,
		Secrets: map[directory.Field]directory.Secret{directory.FieldToken: directory.NewSecret(got.Token)}, Expires: expires,
	}
	if got.Refresh != "" {
		grant.Secrets[directory.FieldRefresh] = directory.NewSecret(got.Refresh)
	}
	if err := c.prove(ctx, got, grant); err != nil {
		return hub.Outcome{}, told(err)
	}
	return hub.Outcome{Grant: grant}, nil
}

var (
	// errElsewhere says that a token is not that of the workspace it was given for.
	errElsewhere = errors.New("the token is another workspace's")
	// errUnseen says that the installer can't be seen yet, in words for them.
	errUnseen = errors.New("the installer is in no workspace of the app's")
)

// addWorkspaces is the page on which an organisation's admin adds an app to workspaces.
func addWorkspaces(organisation directory.Workspace, app string) string {
	return "https://app.slack.com/manage/" + url.PathEscape(string(organisation)) + "/integrations/profile/" + url.PathEscape(app) + "/workspaces/add"
}

// prove asks Slack, with the token that it has just given, whose it is and who asked for it.
func (c *Connector) prove(ctx context.Context, got access, grant *hub.Grant) error {
	api, token := c.adapter.api, directory.NewSecret(got.Token)
	var me identity
	if _, err := api.get(ctx, token, "auth.test", nil, &me); err != nil {
		return err
	}
	if !me.of(grant.Workspace) || got.Bot != "" && me.UserID != got.Bot {
		return &directory.Error{Code: directory.Invalid, Text: "slack: auth.test: another workspace", Err: errElsewhere}
	}
	var who userAnswer
	_, err := api.get(ctx, token, "users.info", url.Values{"user": {got.Installer.ID}}, &who)
	if grant.Wide && errors.Is(err, errNoTeam) {
		// An organisation's installation is in none of its workspaces at first, and is shown nobody
		// until it is: https://docs.slack.dev/enterprise/organization-ready-apps.
		return &directory.Error{Code: directory.Invalid, Text: "The app is in the organisation now, but not yet in a workspace that you are in, so that Slack doesn't say who you are. " +
			"Add it there at " + addWorkspaces(grant.Workspace, got.App) + " and begin again.", Err: errUnseen}
	}
	if err != nil {
		return err
	}
	if got.Installer.ID == "" || who.User.ID != got.Installer.ID {
		return directory.Errorf(directory.Unavailable, "slack: users.info: the answer is about somebody else")
	}
	account := who.User.account(grant.Workspace)
	grant.By, grant.Name = account.ID, account.Name
	grant.Admin = who.User.administers(grant.Workspace)
	if grant.Wide {
		teams, err := c.adapter.admitted(ctx, token)
		grant.Workspaces = teams
		return err
	}
	return nil
}

// Administers implements [hub.Warden] with the installation's token. It blocks for one request. Who isn't
// there any more, or is deactivated, administers nothing.
func (c *Connector) Administers(ctx context.Context, connection directory.Connection, account directory.AccountID) (bool, error) {
	inst := connection.Installation
	if err := ours(inst, account); err != nil {
		return false, err
	}
	var who userAnswer
	err := c.adapter.read(ctx, inst, "users.info", url.Values{"user": {account.User}}, &who)
	switch {
	case errors.Is(err, errNoUser):
		return false, nil
	case err != nil:
		return false, err
	case who.User.ID != account.User:
		return false, directory.Errorf(directory.Unavailable, "slack: users.info: the answer is about somebody else")
	}
	return who.User.administers(inst.Workspace), nil
}

// administers reports whether a user administers a workspace, or an organisation, and is an active
// person who is at home there: an admin of one of an organisation's workspaces doesn't administer it.
func (u user) administers(in directory.Workspace) bool {
	account := u.account(in)
	if !account.Active || account.Kind != directory.KindPerson {
		return false
	}
	if wide(in) {
		return u.Enterprise.ID == string(in) && (u.Enterprise.Admin || u.Enterprise.Owner)
	}
	return u.Admin || u.Owner || u.PrimaryOwner
}

// Admitted are the workspaces of an organisation that the app may act in now, sorted. It blocks for a
// request for each hundred. Errors as of [Adapter.CheckInstallation].
func (a *Adapter) Admitted(ctx context.Context, inst directory.Installation) ([]directory.Workspace, error) {
	token, err := a.token(ctx, inst)
	if err != nil {
		return nil, err
	}
	teams, err := a.admitted(ctx, token)
	slices.Sort(teams)
	return teams, err
}

// admitted are the workspaces of an organisation that the app was admitted to. Right after it is
// installed there may be none.
func (a *Adapter) admitted(ctx context.Context, token directory.Secret) ([]directory.Workspace, error) {
	var teams []directory.Workspace
	query := url.Values{"limit": {"100"}}
	for range mostPages {
		var page teamList
		if _, err := a.api.get(ctx, token, "auth.teams.list", query, &page); err != nil {
			return nil, err
		}
		for _, team := range page.Teams {
			teams = append(teams, directory.Workspace(team.ID))
		}
		if page.Paging.Cursor == "" {
			return teams, nil
		}
		query.Set("cursor", page.Paging.Cursor)
	}
	return nil, directory.Errorf(directory.Unavailable, "slack: auth.teams.list: there is no end")
}

// longestCode is more than any code.
const longestCode = 1024

// codeIn is the code that a browser brought, if Slack sent it with that and nothing else.
func codeIn(query url.Values) (string, error) {
	if refusals := query["error"]; len(refusals) > 0 {
		if refusals[0] == "access_denied" {
			return "", directory.Errorf(directory.Unauthorized, "Slack says that the app was not allowed. Begin again, and press Allow on Slack's page.")
		}
		return "", directory.Errorf(directory.Invalid, "Slack could not ask for your consent (%s). "+
			"Whoever runs Rollcall must compare the app at Slack with its manifest.", printable(refusals[0]))
	}
	codes := query["code"]
	if len(codes) != 1 || codes[0] == "" || len(codes[0]) > longestCode {
		return "", directory.Errorf(directory.Invalid, "This is not what Slack sends. Begin again.")
	}
	return codes[0], nil
}

// told is an error in words for the admin who connects.
func told(err error) error {
	code, text := directory.Unavailable, "Slack did not say what it has to. Begin again in a minute."
	switch {
	case errors.Is(err, errUnseen):
		return err
	case directory.Is(err, directory.Throttled):
		return &directory.Error{Code: directory.Throttled, After: directory.RetryAfter(err), Text: "Slack asks to wait. Begin again in a minute.", Err: err}
	case errors.Is(err, errCode):
		code, text = directory.Invalid, "Slack no longer takes this consent: it has expired, or was used already. Begin again."
	case errors.Is(err, errInstalled):
		code, text = directory.Invalid, "The app is installed for the whole organisation already. Ask its admin to add it to this workspace, or connect the organisation."
	case errors.Is(err, errApp):
		code, text = directory.Invalid, "Slack doesn't know the app by its client id and secret. Whoever runs Rollcall must correct slack.client_id and slack.client_secret."
	case errors.Is(err, errElsewhere):
		code, text = directory.Invalid, "The token that Slack gave is not that of the workspace you chose. Begin again."
	case errors.Is(err, errNoScope):
		code, text = directory.Invalid, "The app lacks a permission that it needs. Whoever runs Rollcall must compare the app at Slack with its manifest."
	case directory.Is(err, directory.Invalid):
		code, text = directory.Invalid, "Slack refuses what it was asked. Whoever runs Rollcall must compare the app at Slack with its manifest."
	}
	return &directory.Error{Code: code, Text: text, Err: err}
}
