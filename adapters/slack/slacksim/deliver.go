package slacksim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"rollcall/adapters/sim"
)

// Sign sets the headers with which Slack signs a body at a time.
func Sign(h http.Header, secret string, body []byte, at time.Time) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	h.Set("X-Slack-Request-Timestamp", stamp)
	h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}

// origin is what an event's envelope says of where it comes from.
type origin struct {
	in     *workspace // the workspace that it happened in; nil: the one where the app is installed
	team   string     // the team_id beside the event, where it isn't that workspace's
	shared bool       // people of several organisations are there
	gone   bool       // the app is no longer authorised
}

// event puts an event into the outbox, if the app is installed there and has the scope for it.
func (s *Sim) event(at *workspace, from origin, scope string, event map[string]any) {
	if d, ok := s.delivery(at, from, scope, event); ok {
		s.deliver(d)
	}
}

func (s *Sim) delivery(at *workspace, from origin, scope string, event map[string]any) (sim.Delivery, bool) {
	if !at.installed || !at.granted(scope) {
		return sim.Delivery{}, false
	}
	kind, _ := event["type"].(string)
	var reason string
	return sim.Delivery{
		Name: kind, URL: s.config.AppURL + "/slack/events", Body: encoded(s.envelope(at, from, event)),
		Header: http.Header{"Content-Type": {"application/json"}},
		Sign: func(h http.Header, body []byte, attempt int) {
			s.sign(h, body)
			if attempt > 0 {
				h.Set("X-Slack-Retry-Num", strconv.Itoa(attempt))
				h.Set("X-Slack-Retry-Reason", reason)
			}
		},
		Done: func(status int, _ []byte) {
			reason = "http_error"
			if status == 0 {
				reason = "connection_failed"
			}
		},
	}, true
}

// envelope is what Slack wraps around an event. An organisation has team null in it, where the event
// is of none of its workspaces in particular.
func (s *Sim) envelope(at *workspace, from origin, event map[string]any) map[string]any {
	in := at
	if from.in != nil && (!at.whole() || at.access[from.in.ID]) {
		in = from.in
	}
	var team, enterprise any
	if !in.whole() {
		team = in.ID
	}
	if at.org != nil {
		enterprise = at.org.ID
	}
	envelope := map[string]any{
		"token": "legacy", "team_id": team, "context_team_id": team, "context_enterprise_id": enterprise,
		"api_app_id": s.config.AppID, "event": event, "type": "event_callback", "event_id": s.id("Ev"),
		"event_time": s.config.Clock.Now().Unix(), "is_ext_shared_channel": from.shared, "event_context": s.id("4-"),
	}
	if from.team != "" {
		envelope["team_id"] = from.team
	}
	if enterprise != nil {
		envelope["enterprise_id"] = enterprise
	}
	if !from.gone {
		envelope["authorizations"] = []any{map[string]any{
			"enterprise_id": enterprise, "team_id": team, "user_id": at.bot(), "is_bot": true, "is_enterprise_install": at.whole(),
		}}
	}
	return envelope
}

// form puts a form into the outbox, which Slack sends once.
func (s *Sim) form(name, path string, form url.Values, done func(status int, body []byte)) {
	s.deliver(sim.Delivery{
		Name: name, URL: s.config.AppURL + path, Body: []byte(form.Encode()), Once: true,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Sign:   func(h http.Header, body []byte, _ int) { s.sign(h, body) },
		Done:   done,
	})
}

func (s *Sim) deliver(d sim.Delivery) {
	d.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	s.Outbox.Put(d)
}

func (s *Sim) sign(h http.Header, body []byte) {
	Sign(h, s.config.SigningSecret, body, s.config.Clock.Now())
}

func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("slacksim: " + err.Error()) // our own maps
	}
	return b
}
