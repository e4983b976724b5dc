package entrasim

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// How long a subscription to users or groups may last. A shorter one is made as long as the shortest:
// https://learn.microsoft.com/graph/api/resources/subscription
const (
	longestSubscription  = 41760 * time.Minute
	shortestSubscription = 45 * time.Minute
	validationTime       = 10 * time.Second
)

// subscription is the app's wish to hear of changes.
type subscription struct {
	ID, Resource, ChangeType string
	URL, LifecycleURL, State string
	Until                    time.Time
}

func (s *Sim) shownSubscription(sub *subscription) map[string]any {
	return map[string]any{
		"id": sub.ID, "resource": sub.Resource, "applicationId": s.config.AppID, "changeType": sub.ChangeType,
		"clientState":     nil, // it is told to nobody but who made it
		"notificationUrl": sub.URL, "lifecycleNotificationUrl": orNull(sub.LifecycleURL), "notificationQueryOptions": nil,
		"expirationDateTime": sub.Until.UTC().Format("2006-01-02T15:04:05.0000000Z"), "creatorId": s.config.AppID, "includeResourceData": nil,
		"latestSupportedTlsVersion": "v1_2", "encryptionCertificate": nil, "encryptionCertificateId": nil, "notificationUrlAppId": nil,
	}
}

// live are a tenant's subscriptions that haven't ended.
func (s *Sim) live(t *tenant) []*subscription {
	t.subs = slices.DeleteFunc(t.subs, func(sub *subscription) bool { return !s.now().Before(sub.Until) })
	return t.subs
}

func invalid(format string, args ...any) result {
	return refuse(http.StatusBadRequest, "ValidationError", format, args...)
}

// asked reads the body of POST and PATCH /subscriptions.
func (s *Sim) asked(c *call, names ...string) (*subscription, result) {
	fields, refused := c.fields(names...)
	if refused.status != 0 {
		return nil, refused
	}
	sub := &subscription{}
	until := ""
	for name, into := range map[string]*string{
		"resource": &sub.Resource, "changeType": &sub.ChangeType, "notificationUrl": &sub.URL, "lifecycleNotificationUrl": &sub.LifecycleURL,
		"clientState": &sub.State, "expirationDateTime": &until,
	} {
		value, fine := text(fields[name])
		if !fine {
			return nil, invalid("The value of '%s' is not valid.", name)
		}
		*into = value
	}
	for _, at := range []string{sub.URL, sub.LifecycleURL} {
		if u, err := url.Parse(at); at != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
			return nil, invalid("NotificationUrl has to use the https protocol.")
		}
	}
	if until != "" {
		at, err := time.Parse(time.RFC3339Nano, until)
		now := s.now()
		switch {
		case err != nil || !at.After(now):
			return nil, invalid("Subscription expiration has to be a time in the future.")
		case at.Sub(now) > longestSubscription:
			return nil, invalid("Subscription expiration can only be %d minutes in the future.", longestSubscription/time.Minute)
		case at.Sub(now) < shortestSubscription:
			at = now.Add(shortestSubscription)
		}
		sub.Until = at
	}
	if len(sub.State) > 128 {
		return nil, invalid("ClientState is longer than 128 characters.")
	}
	return sub, result{}
}

// watched splits a resource: "users", "groups", "users/{id}", "groups/{id}", "groups/{id}/members".
func watched(resource string) (kind, id string, members, ok bool) {
	parts := strings.Split(strings.Trim(resource, "/"), "/")
	kind = parts[0]
	if kind != "users" && kind != "groups" {
		return "", "", false, false
	}
	if len(parts) > 1 {
		id = parts[1]
	}
	members = len(parts) == 3 && kind == "groups" && parts[2] == "members"
	return kind, id, members, len(parts) < 3 && (len(parts) < 2 || id != "") || members
}

func watching(kind string) grant {
	if kind == "groups" {
		return watchGroups
	}
	return watchUsers
}

// postSubscription validates both URLs before it makes anything. It is called without the lock: the
// product answers while this call is open.
func (s *Sim) postSubscription(c *call) result {
	sub, refused := s.asked(c, "resource", "changeType", "notificationUrl", "lifecycleNotificationUrl", "clientState",
		"expirationDateTime", "latestSupportedTlsVersion")
	if refused.status != 0 {
		return refused
	}
	if sub.Resource == "" || sub.ChangeType == "" || sub.URL == "" || sub.Until.IsZero() {
		return invalid("resource, changeType, notificationUrl and expirationDateTime are required.")
	}
	kind, id, _, known := watched(sub.Resource)
	if !known {
		return invalid("Invalid resource '%s'.", sub.Resource)
	}
	for _, one := range strings.Split(sub.ChangeType, ",") {
		if one != "updated" && one != "deleted" { // what comes and what is soft-deleted is updated
			return invalid("Subscriptions to '%s' have no change type '%s'.", kind, one)
		}
	}
	if !c.may(watching(kind)) {
		return denied
	}
	if refused := s.subscribable(c.t, sub, kind, id); refused.status != 0 {
		return refused
	}
	if refused := s.validate(c, sub.URL, sub.LifecycleURL); refused.status != 0 {
		return refused
	}
	defer s.lock()()
	sub.ID = s.newID()
	c.t.subs = append(c.t.subs, sub)
	shown := s.shownSubscription(sub)
	shown["clientState"] = orNull(sub.State)
	return created(entity(shown, c.context("subscriptions/$entity", nil)))
}

func (s *Sim) subscribable(t *tenant, sub *subscription, kind, id string) result {
	defer s.lock()()
	if id != "" && (kind == "users" && t.find(id) == nil || kind == "groups" && t.group(id) == nil) {
		return refuse(http.StatusNotFound, "ResourceNotFound", "The resource '%s' is not found.", sub.Resource)
	}
	for _, other := range s.live(t) {
		if strings.Trim(other.Resource, "/") == strings.Trim(sub.Resource, "/") && other.ChangeType == sub.ChangeType {
			return refuse(http.StatusConflict, "Conflict", "Subscription Id <%s> already exists for the requested combination", other.ID)
		}
	}
	return result{}
}

// validate asks each URL to repeat a token as plain text within ten seconds:
// https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
func (s *Sim) validate(c *call, urls ...string) result {
	for _, at := range urls {
		if at == "" {
			continue
		}
		s.mu.Lock()
		token := "Validation: Testing client application reachability for subscription Request-Id: " + s.newID()
		s.mu.Unlock()
		if problem := s.repeats(c.Context(), at, token); problem != "" {
			return invalid("Subscription validation request failed. %s", problem)
		}
	}
	return result{}
}

func (s *Sim) repeats(ctx context.Context, at, token string) (problem string) {
	ctx, cancel := context.WithTimeout(ctx, validationTime)
	defer cancel()
	u, err := url.Parse(at)
	if err != nil {
		return "The URL is malformed."
	}
	query := u.Query()
	query.Set("validationToken", token)
	u.RawQuery = query.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), nil)
	if err != nil {
		return "The URL is malformed."
	}
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	if s.config.Client == nil {
		return "The notification endpoint could not be reached."
	}
	resp, err := s.config.Client.Do(r)
	if err != nil {
		return "The notification endpoint could not be reached, or took longer than 10 seconds."
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case err != nil || resp.StatusCode != http.StatusOK:
		return "The notification endpoint must respond with 200 OK."
	case kind != "text/plain":
		return "The notification endpoint must respond with text/plain."
	case string(body) != token:
		return "The response must contain the decoded validation token."
	}
	return ""
}

func (s *Sim) listSubscriptions(c *call) result {
	l := &listing{context: c.context("subscriptions", nil), count: -1, here: c.link(c.query), again: c.link(c.query)}
	for _, sub := range s.live(c.t) {
		l.value = append(l.value, s.shownSubscription(sub))
	}
	return page(l)
}

// subscription is the one that a path names. It takes the permission with which it was made.
func (s *Sim) subscription(c *call) (*subscription, result) {
	for _, sub := range s.live(c.t) {
		if sub.ID == c.PathValue("id") {
			if kind, _, _, _ := watched(sub.Resource); !c.may(watching(kind)) {
				return nil, denied
			}
			return sub, result{}
		}
	}
	return nil, refuse(http.StatusNotFound, "ResourceNotFound", "The object was not found.")
}

func (s *Sim) getSubscription(c *call) result {
	sub, refused := s.subscription(c)
	if refused.status != 0 {
		return refused
	}
	return ok(entity(s.shownSubscription(sub), c.context("subscriptions/$entity", nil)))
}

func (s *Sim) patchSubscription(c *call) result {
	want, refused := s.asked(c, "expirationDateTime", "notificationUrl")
	if refused.status != 0 {
		return refused
	}
	if refused := s.validate(c, want.URL); refused.status != 0 {
		return refused
	}
	defer s.lock()()
	sub, refused := s.subscription(c)
	if refused.status != 0 {
		return refused
	}
	if want.URL != "" {
		sub.URL = want.URL
	}
	if !want.Until.IsZero() {
		sub.Until = want.Until
	}
	return ok(entity(s.shownSubscription(sub), c.context("subscriptions/$entity", nil)))
}

func (s *Sim) deleteSubscription(c *call) result {
	sub, refused := s.subscription(c)
	if refused.status != 0 {
		return refused
	}
	c.t.subs = slices.DeleteFunc(c.t.subs, func(other *subscription) bool { return other == sub })
	return done
}

func (s *Sim) reauthorize(c *call) result {
	if _, refused := s.subscription(c); refused.status != 0 {
		return refused
	}
	return done
}
