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

// hookKind is what a webhook is about.
type hookKind struct{ resource, event string }

// wanted are the webhooks that the product needs. A webhook that Webex has disabled stays so until
// somebody activates it (https://developer.webex.com/docs/webhooks).
var wanted = [...]hookKind{
	{"messages", "created"},
	{"attachmentActions", "created"},
	{"memberships", "created"},
}

func (k hookKind) name() string { return hookPrefix + k.resource + " " + k.event }

// WebhookReport says what CheckWebhooks found and did.
type WebhookReport struct {
	Created   int // were missing
	Activated int // had been disabled by the platform
	Deleted   int // pointed elsewhere, or were there twice
}

// Changed reports whether anything had to be done.
func (r WebhookReport) Changed() bool { return r != WebhookReport{} }

// CheckWebhooks brings the bot's webhooks into the state that the product needs: each once, active,
// at the path of the first secret. It is to be called when the program starts and every few
// minutes, and may be called at any time by any number of processes: what two make at once, the
// next check reduces to one. A bot serves one deployment; webhooks of our name that lead elsewhere
// are deleted, after the new ones are there.
//
// It blocks for a handful of requests. Errors: Throttled, Unavailable, Uncertain, Unauthorized; the
// report then says what was done until there.
func (a *Adapter) CheckWebhooks(ctx context.Context) (WebhookReport, error) {
	a.watching.Lock()
	defer a.watching.Unlock()
	var report WebhookReport
	hooks, err := a.listWebhooks(ctx)
	if err != nil {
		return report, err
	}
	keep := make(map[string]bool)
	for _, kind := range wanted {
		i := slices.IndexFunc(hooks, func(h webexteams.Webhook) bool { return a.serves(h, kind) })
		if i < 0 {
			err = a.createWebhook(ctx, kind)
			report.Created += done(err)
		} else {
			keep[hooks[i].ID] = true
			if hooks[i].Status != "active" {
				err = a.activateWebhook(ctx, hooks[i])
				report.Activated += done(err)
			}
		}
		if err != nil {
			return report, err
		}
	}
	for _, h := range hooks {
		if keep[h.ID] || !strings.HasPrefix(h.Name, hookPrefix) {
			continue
		}
		_, err := a.write(ctx, http.MethodDelete, "/webhooks/"+h.ID, nil, nil)
		if err != nil && !directory.Is(err, directory.NotFound) { // another process was faster
			return report, err
		}
		report.Deleted++
	}
	return report, nil
}

func done(err error) int {
	if err != nil {
		return 0
	}
	return 1
}

// serves reports whether a webhook is one that we want. One with a filter would miss events.
func (a *Adapter) serves(h webexteams.Webhook, kind hookKind) bool {
	return h.Name == kind.name() && h.Resource == kind.resource && h.Event == kind.event &&
		h.TargetURL == a.target() && h.Filter == ""
}

// target is where webhooks are to be sent.
func (a *Adapter) target() string { return a.base + hookPath(a.config.WebhookSecrets[0]) }

// listWebhooks lists the bot's webhooks, the oldest first, so that of two that are the same every
// process keeps the same one.
func (a *Adapter) listWebhooks(ctx context.Context) ([]webexteams.Webhook, error) {
	var hooks []webexteams.Webhook
	query := url.Values{"max": {"100"}}.Encode()
	for range mostPages {
		var page webexteams.Webhooks
		r, err := a.get(ctx, "/webhooks", query, &page)
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

func (a *Adapter) createWebhook(ctx context.Context, kind hookKind) error {
	_, err := a.write(ctx, http.MethodPost, "/webhooks", webexteams.WebhookCreateRequest{
		Name: kind.name(), TargetURL: a.target(), Resource: kind.resource, Event: kind.event,
		Secret: a.config.WebhookSecrets[0].Reveal(),
	}, new(webexteams.Webhook))
	return err
}

func (a *Adapter) activateWebhook(ctx context.Context, h webexteams.Webhook) error {
	_, err := a.write(ctx, http.MethodPut, "/webhooks/"+h.ID, webexteams.WebhookUpdateRequest{
		Name: h.Name, TargetURL: h.TargetURL, Secret: a.config.WebhookSecrets[0].Reveal(), Status: "active",
	}, new(webexteams.Webhook))
	return err
}
