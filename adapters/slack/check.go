package slack

import (
	"context"
	"errors"
	"slices"
	"strings"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// Check asks Slack whose the token is and what it may do, with one request, and for an organisation with
// a few more where it may act.
func (c *Connector) Check(ctx context.Context, connection directory.Connection) []hub.Finding {
	inst := connection.Installation
	header, err := c.adapter.identify(ctx, inst)
	scopes, given := scopesIn(header)
	findings := []hub.Finding{tokenFinding(err)}
	for _, scope := range Table() {
		f := c.scopeFinding(scope, scopes)
		if (err != nil || !given) && f.State != hub.Off {
			f.State, f.Mend = hub.Unknown, "Test the connection again once the token works."
		}
		findings = append(findings, f)
	}
	if wide(inst.Workspace) {
		findings = append(findings, c.teamsFinding(ctx, inst))
	}
	return append(findings, c.eventsFinding(connection))
}

func tokenFinding(err error) hub.Finding {
	f := hub.Finding{ID: "token", Title: "The app's token works, and is this workspace's", State: hub.OK}
	switch {
	case directory.Is(err, directory.Unauthorized):
		f.State, f.Mend = hub.Bad, "Connect Slack again: the app was removed, or its token was revoked."
	case err != nil:
		f.State, f.Mend = hub.Unknown, "Slack did not answer. Test the connection again in a minute."
	}
	return f
}

func (c *Connector) scopeFinding(scope Scope, granted []string) hub.Finding {
	f := hub.Finding{
		ID:    "scope-" + strings.NewReplacer(":", "-", ".", "-").Replace(scope.Name),
		Title: scope.Name + " is granted: it serves " + scope.Serves, State: hub.OK,
	}
	switch {
	case !c.adapter.features.Has(scope.Feature):
		f.State = hub.Off
	case slices.Contains(granted, scope.Name):
	case scope.Optional:
		f.State, f.Mend = hub.Bad, "Reinstall to grant it: connect Slack again. Or switch "+string(scope.Feature)+" off in Rollcall's configuration."
	default:
		f.State, f.Mend = hub.Bad, "Reinstall to grant it: connect Slack again. If that doesn't help, add it to the app's bot token scopes at Slack first."
	}
	return f
}

func (c *Connector) teamsFinding(ctx context.Context, inst directory.Installation) hub.Finding {
	f := hub.Finding{ID: "workspaces", Title: "The app was added to at least one workspace of the organisation", State: hub.OK}
	token, err := c.adapter.token(ctx, inst)
	var teams []directory.Workspace
	if err == nil {
		teams, err = c.adapter.admitted(ctx, token)
	}
	switch {
	case err != nil:
		f.State, f.Mend = hub.Unknown, "Slack did not answer. Test the connection again in a minute."
	case len(teams) == 0:
		f.State, f.Mend = hub.Bad, "An organisation admin adds it: at Slack, on the organisation's page of this app, Add to more workspaces."
		if c.app.ID != "" {
			f.Mend = "An organisation admin adds it at " + addWorkspaces(inst.Workspace, c.app.ID) + "."
		}
	}
	return f
}

// eventsFinding knows only of what arrived since this process began.
func (c *Connector) eventsFinding(connection directory.Connection) hub.Finding {
	f := hub.Finding{ID: "events", Title: "What happens in Slack reaches Rollcall", State: hub.OK}
	if !c.adapter.heard.since(connection.Installation.Workspace, connection.Since) {
		f.State = hub.Unknown
		f.Mend = "Nothing has come yet. Write /rollcall help in Slack and test again. If it still says so, the request URLs on the app's page at Slack are not this Rollcall's."
	}
	return f
}

// Withdraw revokes the installation's token, and so uninstalls the app. A token that is gone already
// is no error. It blocks for one request.
func (c *Connector) Withdraw(ctx context.Context, inst directory.Installation) error {
	var done revocation
	err := c.adapter.read(ctx, inst, "auth.revoke", nil, &done)
	switch {
	case errors.Is(err, errGone):
		return nil
	case err == nil && !done.Revoked:
		return directory.Errorf(directory.Unavailable, "slack: auth.revoke: nothing was revoked")
	}
	return err
}
