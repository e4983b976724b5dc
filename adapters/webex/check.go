package webex

import (
	"context"
	"net/http"
	"slices"

	webexteams "github.com/jbogarin/go-cisco-webex-teams/sdk"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// Check asks Webex about everything that a connection needs. What isn't known is never said to be wrong.
func (c *Connector) Check(ctx context.Context, connection directory.Connection) []hub.Finding {
	inst := connection.Installation
	all := []hub.Finding{
		line("bot-token", "Rollcall's bot can use Webex", c.checkBot(ctx),
			"whoever runs Rollcall makes a new token for the bot at developer.webex.com, My Webex Apps, and puts it into the configuration"),
		{
			ID: "bot-allowed", Title: "People of the organisation may talk with the bot", State: hub.Unknown,
			Mend: "Webex has no call for this: in Control Hub, Apps > Bots, see that bots are allowed, or Rollcall's bot is",
		},
	}
	all = append(all, c.checkPeople(ctx, connection)...)
	all = append(all, c.checkServiceApp(ctx, connection))
	all = append(all, c.checkWebhooks(ctx)...)
	return append(all, c.checkGuests(ctx, inst))
}

// line is a finding of what a question came to. Off: there was no question.
func line(id, title string, err error, mend string) hub.Finding {
	f := hub.Finding{ID: id, Title: title, State: hub.OK}
	switch {
	case err == nil:
	case directory.Is(err, directory.Unsupported):
		f.State = hub.Off
	case directory.Is(err, directory.Unauthorized), directory.Is(err, directory.Invalid), directory.Is(err, directory.NotFound):
		f.State, f.Mend = hub.Bad, mend
	default:
		f.State, f.Mend = hub.Unknown, "Webex didn't answer: ask again later"
	}
	return f
}

// off is what a question came to that nobody had to ask.
func off() error { return directory.Errorf(directory.Unsupported, "webex: not used") }

func (c *Connector) checkBot(ctx context.Context) error {
	var me person
	_, err := c.adapter.get(ctx, "/people/me", "", &me)
	if err == nil && me.kind() != directory.KindBot {
		return directory.Errorf(directory.Invalid, "webex: the bot's token is a person's")
	}
	return err
}

// checkPeople asks whether the organisation's people can be read, and whether an administrator's account
// with which that is done still is one's.
func (c *Connector) checkPeople(ctx context.Context, connection directory.Connection) []hub.Finding {
	const anew = "a full administrator of the organisation connects Webex anew, here in the hub"
	inst := connection.Installation
	role := off()
	token, err := c.adapter.adminToken(ctx, inst)
	reads := err
	if err == nil {
		reads = c.adapter.lists(ctx, token, inst.Workspace)
	}
	if connection.Method == MethodIntegration {
		role = err
		if err == nil {
			role = c.checkRole(ctx, token, inst.Workspace)
		}
	}
	people := line("people", "The organisation's people can be read, and nobody else's", reads, anew)
	if connection.State == directory.ConnectionPending {
		people.State, people.Mend = hub.Unknown, "This is known once the connection is no longer pending."
	}
	return []hub.Finding{people, line("administrator", "The account that connected the organisation is still a full administrator's", role, anew)}
}

func (c *Connector) checkRole(ctx context.Context, token directory.Secret, org directory.Workspace) error {
	who, err := c.adapter.prove(ctx, token)
	if err == nil && (who.account.Workspace != org || !who.admin) {
		err = directory.Errorf(directory.Invalid, "webex: not a full administrator of the organisation")
	}
	return err
}

// checkServiceApp is for whoever was connected with it: other tokens stand by themselves.
func (c *Connector) checkServiceApp(ctx context.Context, connection directory.Connection) hub.Finding {
	err := off()
	mend := "in Control Hub, Apps > Service Apps, a full administrator authorises Rollcall"
	if c.app.usesServiceApp() && connection.Method == MethodServiceApp {
		_, err = c.adapter.appTokens(ctx, connection.Installation.Workspace)
	}
	if directory.Is(err, directory.Invalid) {
		mend = "whoever runs Rollcall gives the Service App the scope spark-admin:people_read, and a full administrator authorises it again in Control Hub, Apps > Service Apps"
	}
	return line("service-app", "The organisation lets Rollcall's Service App in", err, mend)
}

// checkWebhooks asks for the webhooks of the bot, and of the service app.
func (c *Connector) checkWebhooks(ctx context.Context) []hub.Finding {
	const repair = "Rollcall makes and activates its webhooks when it starts, and every few minutes: if this stays, whoever runs it looks at its log"
	a := c.adapter
	owners := a.owners()
	bots := a.checkHooks(ctx, owners[0])
	apps := off()
	if len(owners) > 1 {
		apps = a.checkHooks(ctx, owners[1])
	}
	return []hub.Finding{
		line("webhooks", "Webex tells Rollcall what people write and press", bots, repair),
		line("webhooks-service-app", "Webex tells Rollcall when an organisation authorises the Service App, or deauthorises it", apps, repair),
	}
}

// checkHooks wants all that one owner should have. NotFound: one is missing, or inactive.
func (a *Adapter) checkHooks(ctx context.Context, o owner) error {
	token, err := o.token(ctx)
	if err != nil {
		return err
	}
	hooks, err := a.listWebhooks(ctx, token)
	if err != nil {
		return err
	}
	for _, kind := range o.wanted {
		works := func(h webexteams.Webhook) bool { return a.serves(h, kind) && h.Status == hookActive }
		if !slices.ContainsFunc(hooks, works) {
			return directory.Errorf(directory.NotFound, "webex: a webhook is missing, or inactive")
		}
	}
	return nil
}

// checkGuests asks whether guests could be made, with an order that names nobody: Webex refuses it for
// what it lacks, but only after it looked at the token's scopes.
func (c *Connector) checkGuests(ctx context.Context, inst directory.Installation) hub.Finding {
	return line("guests", "Guests can be made who stand in for people", c.guests(ctx, inst),
		"in Control Hub, Apps > Service Apps, a full administrator authorises the app that makes guests, with the scope guest-issuer:write")
}

func (c *Connector) guests(ctx context.Context, inst directory.Installation) error {
	if c.standIns.Guests == nil {
		return off()
	}
	token, err := c.standIns.Guests(ctx, inst)
	if err != nil {
		return err
	}
	if token.IsZero() {
		return off()
	}
	r, err := c.adapter.client.do(ctx, call{token: token, method: http.MethodPost, path: "/guests/token", body: guestOrder{}}, nil)
	if directory.Is(err, directory.Invalid) && r.status == http.StatusBadRequest {
		return nil
	}
	if err == nil {
		err = directory.Errorf(directory.Unavailable, "webex: an order for nobody was taken")
	}
	return err
}
