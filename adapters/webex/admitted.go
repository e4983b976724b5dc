package webex

import (
	"cmp"
	"context"

	"rollcall/bot"
	"rollcall/sync/directory"
)

// admitted is news of an organisation that authorised the service app, or deauthorised it. The body names
// the organisation and proves nothing: whoever asks for that organisation's token knows how things
// are now, so that neither a forged nor a late webhook does anything. The envelope's organisation is
// the webhook's owner's, and only asked about where the data names none.
func (a *Adapter) admitted(ctx context.Context, hook envelope) (heard, error) {
	if !a.config.App.usesServiceApp() || hook.Data.ID != a.config.App.ServiceApp.ID {
		return heard{}, errIgnored
	}
	org, err := Workspace(cmp.Or(hook.Data.AuthorizerOrgID, hook.OrgID))
	if err != nil {
		return heard{}, errIgnored
	}
	at := a.config.Now()
	_, err = a.appTokens(ctx, org)
	switch {
	case err == nil:
		if hook.Event == "authorized" && a.config.Authorized != nil {
			a.config.Authorized(ctx, org)
		}
		return heard{}, errIgnored
	case directory.Is(err, directory.Unauthorized):
		if hook.Event != "deauthorized" {
			return heard{}, errIgnored
		}
		return heard{
			origin: directory.Origin{Platform: Name, Workspace: org},
			event:  bot.Gone{At: at},
		}, nil
	case directory.Is(err, directory.Invalid):
		a.log.Warn("the service app was authorised and can't read people: it lacks a scope", "platform", Name)
		return heard{}, errIgnored
	}
	return heard{}, err
}
