package entrasim

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"rollcall/adapters/sim"
)

// Lifecycle is an event of a subscription's own life.
type Lifecycle string

// The lifecycle events. Of users and groups Graph sends the first one only; the others are there to
// show that they do no harm.
const (
	ReauthorizationRequired Lifecycle = "reauthorizationRequired"
	SubscriptionRemoved     Lifecycle = "subscriptionRemoved"
	Missed                  Lifecycle = "missed"
)

// Subscription is what the app asked to hear of.
type Subscription struct {
	ID, Resource, URL, LifecycleURL, ClientState string
	Until                                        time.Time
}

// Subscriptions are a tenant's that haven't ended.
func (s *Sim) Subscriptions(tenant string) []Subscription {
	defer s.lock()()
	var all []Subscription
	for _, sub := range s.live(s.mustHave(tenant)) {
		all = append(all, Subscription{sub.ID, sub.Resource, sub.URL, sub.LifecycleURL, sub.State, sub.Until})
	}
	return all
}

// EndSubscriptions ends all of a tenant's subscriptions, and tells nobody.
func (s *Sim) EndSubscriptions(tenant string) {
	defer s.lock()()
	s.mustHave(tenant).subs = nil
}

// Announce sends a lifecycle event to every subscription of a tenant that has a URL for it. What is
// removed is gone.
func (s *Sim) Announce(tenant string, event Lifecycle) {
	defer s.lock()()
	t := s.mustHave(tenant)
	for _, sub := range slices.Clone(s.live(t)) {
		if event == SubscriptionRemoved {
			t.subs = slices.DeleteFunc(t.subs, func(other *subscription) bool { return other == sub })
		}
		if sub.LifecycleURL == "" {
			continue
		}
		s.post(sub.LifecycleURL, "lifecycle "+string(event), map[string]any{
			"subscriptionId": sub.ID, "subscriptionExpirationDateTime": stamp(sub.Until), "tenantId": t.ID,
			"clientState": orNull(sub.State), "lifecycleEvent": string(event),
		})
	}
}

// notifyUser tells whoever subscribed to a user.
func (s *Sim) notifyUser(t *tenant, u *user) {
	change := "updated" // who comes and who is soft-deleted, too
	if u.State == Gone {
		change = "deleted"
	}
	s.notify(t, change, "users", u.ID, "User", func(*subscription, bool) map[string]any { return map[string]any{} })
}

// notifyGroup tells whoever subscribed to a group, of a membership where there is one.
func (s *Sim) notifyGroup(t *tenant, g *group, member string, left bool) {
	change := "updated"
	if g.state != Present {
		change = "deleted"
	}
	s.notify(t, change, "groups", g.ID, "Group", func(_ *subscription, members bool) map[string]any {
		if member == "" {
			if members {
				return nil
			}
			return map[string]any{}
		}
		one := map[string]any{"id": member}
		if left {
			one["@removed"] = "deleted"
		}
		return map[string]any{membersDelta: []any{one}}
	})
}

// notify puts a notification into the outbox for every subscription that concerns an object. What is
// more to say of it is asked for; nil: nothing is sent.
func (s *Sim) notify(t *tenant, change, kind, id, typ string, more func(sub *subscription, members bool) map[string]any) {
	for _, sub := range s.live(t) {
		of, only, members, _ := watched(sub.Resource)
		if of != kind || only != "" && !strings.EqualFold(only, id) || !slices.Contains(strings.Split(sub.ChangeType, ","), change) {
			continue
		}
		data := more(sub, members)
		if data == nil {
			continue
		}
		path := typ + "s/" + id
		data["@odata.type"], data["@odata.id"], data["id"], data["organizationId"] = "#Microsoft.Graph."+typ, path, id, t.ID
		s.post(sub.URL, kind+" "+change, map[string]any{
			"changeType": change, "clientState": orNull(sub.State), "resource": path, "resourceData": data, "subscriptionId": sub.ID,
			"subscriptionExpirationDateTime": stamp(sub.Until), "tenantId": t.ID,
		})
	}
}

func (s *Sim) post(at, name string, value map[string]any) {
	s.Outbox.Put(sim.Delivery{
		Name: name, URL: at, Body: encoded(map[string]any{"value": []any{value}}),
		Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
	})
}
