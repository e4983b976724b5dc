package entra

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/subscriptions"

	"rollcall/sync/directory"
)

const (
	// subscribedFor is how long a subscription is asked for. It is renewed in the second half of
	// that. Graph allows up to 29 days: https://learn.microsoft.com/graph/api/resources/subscription
	subscribedFor = 7 * 24 * time.Hour
	// gap is the least time between two calls that tell of the same group.
	gap = 500 * time.Millisecond
)

// Watch keeps the subscriptions of every tenant alive, at once and with each tick, and calls changed for
// each group that Graph says something happened to: not more than twice a second, and always after the
// last notification. It blocks until ctx ends, and may be called once at a time. changed is called by
// one goroutine. A tick every ten minutes is right.
//
// Where no notification URL is configured it only waits for the end. Troubles are logged: whatever
// isn't told is found by the next read.
func (a *Adapter) Watch(ctx context.Context, ticks <-chan time.Time, changed func(tenant directory.TenantID, group string)) {
	if a.base == "" {
		<-ctx.Done()
		return
	}
	var loops sync.WaitGroup
	loops.Go(func() { a.keep(ctx, ticks) })
	loops.Go(func() { a.tell(ctx, changed) })
	loops.Wait()
}

// Recheck has [Adapter.Watch] look at the subscriptions now, as after a tenant was connected. It doesn't block, and
// may be called at any time.
func (a *Adapter) Recheck() { nudge(a.check) }

func (a *Adapter) keep(ctx context.Context, ticks <-chan time.Time) {
	for {
		_ = a.CheckSubscriptions(ctx) // which logs
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		case <-a.check:
		}
	}
}

func (a *Adapter) tell(ctx context.Context, changed func(tenant directory.TenantID, group string)) {
	pause := time.NewTimer(gap)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.wake:
		}
		for _, at := range a.take() {
			changed(at.tenant, at.group)
		}
		pause.Reset(gap)
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

// take is what is to be told, in order.
func (a *Adapter) take() []watched {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := slices.SortedFunc(maps.Keys(a.pending), func(x, y watched) int {
		return cmp.Or(cmp.Compare(x.tenant, y.tenant), cmp.Compare(x.group, y.group))
	})
	clear(a.pending)
	return all
}

// CheckSubscriptions makes the subscriptions that are missing in any tenant, renews those that end,
// and removes what is there twice or was made with another key. It blocks for one request for each
// tenant where there is nothing to do, and may be called at any time; while it runs Graph asks at the
// addresses of [Adapter.Routes]. Its errors are those of the tenants where it failed.
func (a *Adapter) CheckSubscriptions(ctx context.Context) error {
	if a.base == "" {
		return nil
	}
	a.checking.Lock()
	defer a.checking.Unlock()
	tenants, err := a.config.Each(ctx)
	if err != nil {
		a.config.Logger.Warn("nobody can say whose changes are to be told of", "error", err)
		return err
	}
	a.keepOnly(tenants)
	var errs []error
	for _, tenant := range slices.Sorted(maps.Keys(tenants)) {
		g, err := a.known(tenant, tenants[tenant])
		if err != nil {
			a.config.Logger.Warn("a tenant's directory can't be used", "tenant", tenant, "error", err)
			errs = append(errs, err)
			continue
		}
		until, err := a.checkTenant(ctx, g)
		a.told(tenant, until, err)
		if err != nil && g.trouble != directory.CodeOf(err).String() {
			a.config.Logger.Warn("changes are not told of, and are found by reading", "tenant", tenant, "error", err)
		}
		g.trouble = ""
		if err != nil {
			g.trouble = directory.CodeOf(err).String()
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// checkTenant answers until when both subscriptions last.
func (a *Adapter) checkTenant(ctx context.Context, g *graph) (time.Time, error) {
	forced := g.renew.Swap(false)
	all, err := g.subscriptions(ctx)
	if err != nil {
		return time.Time{}, err
	}
	best := make(map[string]models.Subscriptionable)
	var rest []string
	for _, s := range all {
		h, ours, good := a.hookOf(g, s)
		if !ours {
			continue
		}
		former := best[h.resource]
		switch {
		case !good:
			rest = append(rest, *s.GetId())
		case former == nil:
			best[h.resource] = s
		case s.GetExpirationDateTime().After(*former.GetExpirationDateTime()):
			best[h.resource] = s
			rest = append(rest, *former.GetId())
		default:
			rest = append(rest, *s.GetId())
		}
	}
	var errs []error
	for _, id := range rest {
		errs = append(errs, g.unsubscribe(ctx, id))
	}
	until := g.now().Add(subscribedFor)
	for _, resource := range []string{resourceGroups, resourceUsers} {
		s := best[resource]
		switch {
		case s == nil:
			errs = append(errs, a.subscribe(ctx, g, resource))
		case forced || s.GetExpirationDateTime().Before(g.now().Add(subscribedFor/2)):
			errs = append(errs, g.prolong(ctx, *s.GetId()))
		case s.GetExpirationDateTime().Before(until):
			until = *s.GetExpirationDateTime()
		}
	}
	return until, errors.Join(errs...)
}

// hookOf reads a subscription's address: whether it leads to us, and whether it is one that works.
func (a *Adapter) hookOf(g *graph, s models.Subscriptionable) (h hook, ours, good bool) {
	if s == nil || value(s.GetId()) == "" {
		return hook{}, false, false
	}
	rest, ours := strings.CutPrefix(value(s.GetNotificationUrl()), a.base+hookPath)
	if !ours {
		return hook{}, false, false
	}
	h, good = parseHook(rest, a.config.NotificationKey)
	good = good && h.directory == g.Directory && value(s.GetResource()) == h.resource && s.GetExpirationDateTime() != nil
	return h, true, good
}

// subscriptions are the app's own in a tenant.
func (g *graph) subscriptions(ctx context.Context) ([]models.Subscriptionable, error) {
	var all []models.Subscriptionable
	reference := "subscriptions"
	for range mostLookups {
		page, err := get[models.SubscriptionCollectionResponseable](ctx, g, reference, models.CreateSubscriptionCollectionResponseFromDiscriminatorValue)
		if err != nil {
			return nil, err
		}
		if page.GetValue() == nil {
			return nil, notWhole("a listing has no value")
		}
		all = append(all, page.GetValue()...)
		link := page.GetOdataNextLink()
		if link == nil {
			return all, nil
		}
		if reference, err = g.reference(*link); err != nil {
			return nil, err
		}
	}
	return nil, notWhole("a listing of subscriptions does not end")
}

// subscribe makes a subscription, while Graph asks at its addresses whether they are ours:
// https://learn.microsoft.com/graph/api/subscription-post-subscriptions
func (a *Adapter) subscribe(ctx context.Context, g *graph, resource string) error {
	var random [16]byte
	if _, err := io.ReadFull(a.config.Rand, random[:]); err != nil {
		return directory.Errorf(directory.Internal, "entra: no random bytes")
	}
	h := hook{resource: resource, directory: g.Directory, id: hex.EncodeToString(random[:])}
	key := a.config.NotificationKey
	kinds, at, lifecycle, state := "updated,deleted", a.base+h.path(hookPath, key), a.base+h.path(lifecyclePath, key), h.state(key)
	until := g.now().Add(subscribedFor).UTC()
	s := models.NewSubscription()
	s.SetResource(&resource)
	s.SetChangeType(&kinds)
	s.SetNotificationUrl(&at)
	s.SetLifecycleNotificationUrl(&lifecycle)
	s.SetClientState(&state)
	s.SetExpirationDateTime(&until)
	info, err := subscriptions.NewSubscriptionsRequestBuilder(g.url("subscriptions"), g.adapter).ToPostRequestInformation(ctx, s, nil)
	if err != nil {
		return directory.Errorf(directory.Invalid, "entra: a request can't be made")
	}
	return g.send(ctx, info)
}

// prolong renews a subscription, which also answers Graph's wish to authorize it again.
func (g *graph) prolong(ctx context.Context, id string) error {
	until := g.now().Add(subscribedFor).UTC()
	s := models.NewSubscription()
	s.SetExpirationDateTime(&until)
	info, err := subscriptions.NewSubscriptionItemRequestBuilder(g.url("subscriptions/"+url.PathEscape(id)), g.adapter).ToPatchRequestInformation(ctx, s, nil)
	if err != nil {
		return directory.Errorf(directory.Invalid, "entra: a request can't be made")
	}
	return g.send(ctx, info)
}

func (g *graph) unsubscribe(ctx context.Context, id string) error {
	info, err := subscriptions.NewSubscriptionItemRequestBuilder(g.url("subscriptions/"+url.PathEscape(id)), g.adapter).ToDeleteRequestInformation(ctx, nil)
	if err != nil {
		return directory.Errorf(directory.Invalid, "entra: a request can't be made")
	}
	if err := g.send(ctx, info); !isAbsent(err) {
		return err
	}
	return nil
}
