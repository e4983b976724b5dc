package webexsim

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/adapters/sim"
)

// A webhook is disabled when so many of its notifications failed within so long
// (https://developer.webex.com/docs/webhooks).
const (
	mostFailures  = 100
	failureWindow = 5 * time.Minute
)

type webhook struct {
	shownWebhook
	creator  *person
	failures []time.Time
}

type shownWebhook struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	TargetURL string `json:"targetUrl"`
	Resource  string `json:"resource"`
	Event     string `json:"event"`
	Filter    string `json:"filter,omitempty"`
	Secret    string `json:"secret,omitempty"`
	Status    string `json:"status"`
	Created   string `json:"created"`
	OwnedBy   string `json:"ownedBy"`
}

// notification is what a webhook sends: ids only, and the organisation of the bot, spelled
// differently than everywhere else.
type notification struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	TargetURL string `json:"targetUrl"`
	Resource  string `json:"resource"`
	Event     string `json:"event"`
	Filter    string `json:"filter,omitempty"`
	OrgID     string `json:"orgId"`
	CreatedBy string `json:"createdBy"`
	AppID     string `json:"appId"`
	OwnedBy   string `json:"ownedBy"`
	Status    string `json:"status"`
	Created   string `json:"created"`
	ActorID   string `json:"actorId"`
	Data      any    `json:"data"`
}

// hookMessage is a message as a webhook names it: without its text.
type hookMessage struct {
	ID              string   `json:"id"`
	RoomID          string   `json:"roomId"`
	RoomType        string   `json:"roomType"`
	PersonID        string   `json:"personId"`
	PersonEmail     string   `json:"personEmail"`
	MentionedPeople []string `json:"mentionedPeople,omitempty"`
	Created         string   `json:"created"`
}

func (s *Sim) hookMessage(m *message) hookMessage {
	shown := s.showMessage(m)
	return hookMessage{
		ID: shown.ID, RoomID: shown.RoomID, RoomType: shown.RoomType, PersonID: shown.PersonID,
		PersonEmail: shown.PersonEmail, MentionedPeople: shown.MentionedPeople, Created: shown.Created,
	}
}

// fire puts a notification for every webhook of somebody that asked for it into the outbox.
func (s *Sim) fire(owner *person, resource, event, actor string, data any) {
	for _, h := range s.hooks {
		if h.creator != owner || h.Status != "active" || h.Resource != resource || h.Event != event || !h.passes(data) {
			continue
		}
		body, err := json.Marshal(notification{
			ID: h.ID, Name: h.Name, TargetURL: h.TargetURL, Resource: h.Resource, Event: h.Event, Filter: h.Filter,
			OrgID: encode(owner.org.ID), CreatedBy: PersonID(owner.ID), AppID: apiID(kindApp, s.bot.org.ID),
			OwnedBy: h.OwnedBy, Status: h.Status, Created: h.Created, ActorID: PersonID(actor), Data: data,
		})
		if err != nil {
			panic(err) // our own types always encode
		}
		header := http.Header{"Content-Type": {"application/json"}}
		if h.Secret != "" {
			header.Set("X-Spark-Signature", Sign(h.Secret, body))
		}
		s.Outbox.Put(sim.Delivery{
			Name: resource + "/" + event, URL: h.TargetURL, Header: header, Body: body,
			Done: func(status int, _ []byte) { s.delivered(h, status) },
		})
	}
}

// Sign is the signature of a webhook's body.
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// delivered counts failures. A webhook that was activated again goes on where it was: the next
// failure disables it.
func (s *Sim) delivered(h *webhook, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if status >= 200 && status < 300 {
		return
	}
	now := s.config.Clock.Now()
	h.failures = slices.DeleteFunc(h.failures, func(at time.Time) bool { return now.Sub(at) > failureWindow })
	h.failures = append(h.failures, now)
	if len(h.failures) >= mostFailures {
		h.Status = "inactive"
	}
}

// passes applies a filter such as roomId=…&personId=….
func (h *webhook) passes(data any) bool {
	if h.Filter == "" {
		return true
	}
	text, err := json.Marshal(data)
	var fields map[string]any
	if err != nil || json.Unmarshal(text, &fields) != nil {
		return false
	}
	for _, condition := range strings.Split(h.Filter, "&") {
		name, want, _ := strings.Cut(condition, "=")
		if fields[name] != want {
			return false
		}
	}
	return true
}

// asked is the body of POST and PUT /webhooks.
type asked struct {
	Name      string `json:"name"`
	TargetURL string `json:"targetUrl"`
	Resource  string `json:"resource"`
	Event     string `json:"event"`
	Filter    string `json:"filter"`
	Secret    string `json:"secret"`
	OwnedBy   string `json:"ownedBy"`
	Status    string `json:"status"`
}

// The events of each resource that a personal webhook may ask for.
var hookEvents = map[string][]string{
	"messages":          {"created", "updated", "deleted"},
	"attachmentActions": {"created"},
	"memberships":       {"created", "updated", "deleted"},
	"rooms":             {"created", "updated", "migrated"},
	"serviceApp":        {"authorized", "deauthorized"},
}

// hookScopes are what each resource needs, of those that the simulator tells apart.
var hookScopes = map[string]string{
	"messages": ScopeMessagesRead, "attachmentActions": ScopeMessagesRead, "memberships": ScopeMemberships, "serviceApp": ScopeHooksWrite,
}

func (in asked) check() result {
	target, err := url.Parse(in.TargetURL)
	switch {
	case in.Name == "" || in.TargetURL == "":
		return refuse(http.StatusBadRequest, "A webhook needs a name and a target.")
	case err != nil || target.Host == "" || target.Scheme != "https" && target.Scheme != "http":
		return refuse(http.StatusBadRequest, "The target is not a URL.")
	case in.OwnedBy != "":
		return refuse(http.StatusForbidden, "Only personal webhooks are simulated.")
	}
	return result{}
}

func (s *Sim) postWebhook(who caller, r *http.Request) result {
	var in asked
	if !decode(r, &in) || in.Status != "" {
		return errBody
	}
	if refused := in.check(); refused.status != 0 {
		return refused
	}
	if !slices.Contains(hookEvents[in.Resource], in.Event) {
		return refuse(http.StatusBadRequest, "No such resource or event.")
	}
	if need := hookScopes[in.Resource]; need != "" && !who.has(need) {
		return forbidden()
	}
	h := &webhook{creator: who.person, shownWebhook: shownWebhook{
		ID: s.newID(kindWebhook), Name: in.Name, TargetURL: in.TargetURL, Resource: in.Resource, Event: in.Event,
		Filter: in.Filter, Secret: in.Secret, Status: "active", Created: stamp(s.config.Clock.Now()), OwnedBy: "creator",
	}}
	s.hooks = append(s.hooks, h)
	return ok(h.shownWebhook)
}

// hook is a webhook of the caller's.
func (s *Sim) hook(who caller, r *http.Request) *webhook {
	i := slices.IndexFunc(s.hooks, func(h *webhook) bool { return h.ID == r.PathValue("id") && h.creator == who.person })
	if i < 0 {
		return nil
	}
	return s.hooks[i]
}

func (s *Sim) getWebhook(who caller, r *http.Request) result {
	h := s.hook(who, r)
	if h == nil {
		return notFound()
	}
	return ok(h.shownWebhook)
}

// putWebhook changes a webhook. Its status can only become active.
func (s *Sim) putWebhook(who caller, r *http.Request) result {
	h := s.hook(who, r)
	if h == nil {
		return notFound()
	}
	var in asked
	if !decode(r, &in) || in.Resource != "" || in.Event != "" || in.Filter != "" || in.Status != "" && in.Status != "active" {
		return errBody
	}
	if refused := in.check(); refused.status != 0 {
		return refused
	}
	h.Name, h.TargetURL = in.Name, in.TargetURL
	if in.Secret != "" {
		h.Secret = in.Secret
	}
	if in.Status != "" {
		h.Status = in.Status
	}
	return ok(h.shownWebhook)
}

func (s *Sim) deleteWebhook(who caller, r *http.Request) result {
	h := s.hook(who, r)
	if h == nil {
		return notFound()
	}
	s.hooks = slices.DeleteFunc(s.hooks, func(other *webhook) bool { return other == h })
	return result{status: http.StatusNoContent}
}

func (s *Sim) listWebhooks(who caller, r *http.Request) result {
	n, fine := s.most(r, 100, 100)
	if !fine {
		return errMax
	}
	mine := slices.DeleteFunc(slices.Clone(s.hooks), func(h *webhook) bool { return h.creator != who.person })
	from := 0
	if cursor := r.URL.Query().Get("cursor"); cursor != "" {
		var err error
		if from, err = strconv.Atoi(cursor); err != nil || from < 0 || from > len(mine) {
			return refuse(http.StatusBadRequest, "Invalid cursor.")
		}
	}
	shown := []shownWebhook{}
	for _, h := range mine[from:min(from+n, len(mine))] {
		shown = append(shown, h.shownWebhook)
	}
	next := ""
	if from+n < len(mine) {
		next = fmt.Sprintf("max=%d&cursor=%d", n, from+n)
	}
	return page(items[shownWebhook]{shown}, next)
}
