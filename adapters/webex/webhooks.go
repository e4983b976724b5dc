package webex

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	webexteams "github.com/jbogarin/go-cisco-webex-teams/sdk"

	"rollcall/sync/directory"
)

// hookPrefix begins the names of our webhooks: what has it and isn't wanted is deleted.
const hookPrefix = "Rollcall: "

// hookActive is the status of a webhook that delivers.
const hookActive = "active"

// hookKind is what a webhook is about.
type hookKind struct{ resource, event, filter string }

// wanted are the webhooks that the product needs of its bot. A webhook that Webex has disabled stays so
// until somebody activates it (https://developer.webex.com/docs/webhooks).
var wanted = [...]hookKind{
	{"messages", "created", ""},
	{"attachmentActions", "created", ""},
	{"memberships", "created", ""},
}

func (k hookKind) name() string { return hookPrefix + k.resource + " " + k.event }

// owner is somebody whose webhooks we keep: the bot, and whoever registered the service app, since news of
// that only reaches them (https://developer.webex.com/blog/webhooks-for-service-app-authorizations).
type owner struct {
	token  func(ctx context.Context) (directory.Secret, error)
	wanted []hookKind
}

func (a *Adapter) owners() []owner {
	all := []owner{{
		token:  func(context.Context) (directory.Secret, error) { return a.config.BotToken, nil },
		wanted: wanted[:],
	}}
	if a.config.App.usesServiceApp() {
		ours := "id=" + a.config.App.ServiceApp.ID
		all = append(all, owner{
			token:  a.operatorToken,
			wanted: []hookKind{{"serviceApp", "authorized", ours}, {"serviceApp", "deauthorized", ours}},
		})
	}
	return all
}

// WebhookReport says what CheckWebhooks found and did.
type WebhookReport struct {
	Created   int // were missing
	Activated int // had been disabled by the platform
	Deleted   int // pointed elsewhere, or were there twice
}

// Changed reports whether anything had to be done.
func (r WebhookReport) Changed() bool { return r != WebhookReport{} }

// CheckWebhooks brings the webhooks into the state that the product needs: each once, active, at the path
// of the first secret. It is to be called when the program starts and every few minutes, and may be
// called at any time by any number of processes: what two make at once, the next check reduces to
// one. A bot serves one deployment; webhooks of our name that lead elsewhere are deleted, after the new
// ones are there.
//
// It blocks for a handful of requests. Errors: Throttled, Unavailable, Uncertain, Unauthorized; the
// report then says what was done until there.
func (a *Adapter) CheckWebhooks(ctx context.Context) (WebhookReport, error) {
	a.watching.Lock()
	defer a.watching.Unlock()
	var report WebhookReport
	for _, o := range a.owners() {
		token, err := o.token(ctx)
		if err == nil {
			err = a.keep(ctx, token, o.wanted, &report)
		}
		if err != nil {
			return report, err
		}
	}
	return report, nil
}

// keep does so for one owner.
func (a *Adapter) keep(ctx context.Context, token directory.Secret, wanted []hookKind, report *WebhookReport) error {
	hooks, err := a.listWebhooks(ctx, token)
	if err != nil {
		return err
	}
	keep := make(map[string]bool)
	for _, kind := range wanted {
		i := slices.IndexFunc(hooks, func(h webexteams.Webhook) bool { return a.serves(h, kind) })
		if i < 0 {
			err = a.createWebhook(ctx, token, kind)
			report.Created += done(err)
		} else {
			keep[hooks[i].ID] = true
			if hooks[i].Status != hookActive {
				err = a.activateWebhook(ctx, token, hooks[i])
				report.Activated += done(err)
			}
		}
		if err != nil {
			return err
		}
	}
	return a.sweep(ctx, token, hooks, keep, report)
}

// sweep deletes the webhooks of our name that aren't kept.
func (a *Adapter) sweep(ctx context.Context, token directory.Secret, hooks []webexteams.Webhook, keep map[string]bool, report *WebhookReport) error {
	for _, h := range hooks {
		if keep[h.ID] || !strings.HasPrefix(h.Name, hookPrefix) {
			continue
		}
		_, err := a.client.do(ctx, call{token: token, method: http.MethodDelete, path: "/webhooks/" + h.ID}, nil)
		if err != nil && !directory.Is(err, directory.NotFound) { // another process was faster
			return err
		}
		report.Deleted++
	}
	return nil
}

// RemoveWebhooks deletes all webhooks of our name, for when the product is taken away. A program that
// still runs makes them again. It may be called again. Blocks and fails as CheckWebhooks does.
func (a *Adapter) RemoveWebhooks(ctx context.Context) (WebhookReport, error) {
	a.watching.Lock()
	defer a.watching.Unlock()
	var report WebhookReport
	for _, o := range a.owners() {
		token, err := o.token(ctx)
		if err != nil {
			return report, err
		}
		hooks, err := a.listWebhooks(ctx, token)
		if err == nil {
			err = a.sweep(ctx, token, hooks, nil, &report)
		}
		if err != nil {
			return report, err
		}
	}
	return report, nil
}

func done(err error) int {
	if err != nil {
		return 0
	}
	return 1
}

// serves reports whether a webhook is one that we want. One with another filter would miss events.
func (a *Adapter) serves(h webexteams.Webhook, kind hookKind) bool {
	return h.Name == kind.name() && h.Resource == kind.resource && h.Event == kind.event &&
		h.TargetURL == a.target() && h.Filter == kind.filter
}

// target is where webhooks are to be sent.
func (a *Adapter) target() string { return a.base + hookPath(a.config.WebhookSecrets[0]) }

// listWebhooks lists an owner's webhooks, the oldest first, so that of two that are the same every
// process keeps the same one.
func (a *Adapter) listWebhooks(ctx context.Context, token directory.Secret) ([]webexteams.Webhook, error) {
	var hooks []webexteams.Webhook
	query := url.Values{"max": {"100"}}.Encode()
	for range mostPages {
		var page webexteams.Webhooks
		r, err := a.client.do(ctx, call{token: token, method: http.MethodGet, path: "/webhooks", query: query}, &page)
		switch {
		case directory.Is(err, directory.Incomplete), err == nil && page.Items == nil:
			return nil, directory.Errorf(directory.Unavailable, "webex: the list of webhooks can't be trusted")
		case err != nil:
			return nil, err
		}
		for _, h := range page.Items {
			if opaque(h.ID) {
				hooks = append(hooks, h)
			}
		}
		if r.next == "" {
			slices.SortFunc(hooks, func(x, y webexteams.Webhook) int {
				return cmp.Or(x.Created.Compare(y.Created), cmp.Compare(x.ID, y.ID))
			})
			return hooks, nil
		}
		query = r.next
	}
	return nil, directory.Errorf(directory.Unavailable, "webex: the list of webhooks does not end")
}

func (a *Adapter) createWebhook(ctx context.Context, token directory.Secret, kind hookKind) error {
	_, err := a.client.do(ctx, call{token: token, method: http.MethodPost, path: "/webhooks", body: webexteams.WebhookCreateRequest{
		Name: kind.name(), TargetURL: a.target(), Resource: kind.resource, Event: kind.event, Filter: kind.filter,
		Secret: a.config.WebhookSecrets[0].Reveal(),
	}}, new(webexteams.Webhook))
	return err
}

func (a *Adapter) activateWebhook(ctx context.Context, token directory.Secret, h webexteams.Webhook) error {
	_, err := a.client.do(ctx, call{token: token, method: http.MethodPut, path: "/webhooks/" + h.ID, body: webexteams.WebhookUpdateRequest{
		Name: h.Name, TargetURL: h.TargetURL, Secret: a.config.WebhookSecrets[0].Reveal(), Status: hookActive,
	}}, new(webexteams.Webhook))
	return err
}
