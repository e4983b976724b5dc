package simulation

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// hook is what a webhook says, as the checks read it: with their own eyes, and not the adapters'.
type hook struct {
	name    string
	team    string // Slack's workspace
	about   string // and the one of an envelope
	press   bool   // it tells of a press that the engine must hear of if it is acknowledged
	hint    bool   // it tells of an account, likewise
	message string // with a press on Webex
	person  string
}

// readAll reads a request's body and puts it back.
func readAll(r *http.Request) []byte {
	body, err := io.ReadAll(r.Body)
	must(err)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body
}

func parseHook(r *http.Request, body []byte) hook {
	switch {
	case strings.HasPrefix(r.URL.Path, "/webex/"):
		return parseWebexHook(body)
	case r.URL.Path == "/slack/events":
		return parseSlackEvent(body)
	}
	form, err := url.ParseQuery(string(body))
	must(err)
	if r.URL.Path == "/slack/commands" {
		return hook{name: "slack command", team: form.Get("team_id")}
	}
	var payload struct {
		Team    struct{ ID string }
		Actions []struct{ Value string }
	}
	must(json.Unmarshal([]byte(form.Get("payload")), &payload))
	h := hook{name: "slack press", team: payload.Team.ID}
	if len(payload.Actions) == 1 {
		_, err := cards.ParsePress(payload.Actions[0].Value)
		h.press = err == nil
	}
	return h
}

func parseSlackEvent(body []byte) hook {
	var event struct {
		Team           string `json:"team_id"`
		Authorizations []struct {
			Team string `json:"team_id"`
		}
		Event struct{ Type string }
	}
	must(json.Unmarshal(body, &event))
	h := hook{name: "slack " + event.Event.Type, about: event.Team}
	if len(event.Authorizations) > 0 {
		h.team = event.Authorizations[0].Team
	}
	h.hint = event.Event.Type == "user_change" || event.Event.Type == "team_join"
	return h
}

func parseWebexHook(body []byte) hook {
	var event struct {
		Resource string
		Event    string
		Data     struct{ MessageID, PersonID string }
	}
	must(json.Unmarshal(body, &event))
	return hook{
		name: "webex " + event.Resource + "/" + event.Event, message: event.Data.MessageID, person: event.Data.PersonID,
		press: event.Resource == "attachmentActions",
	}
}

// ear hears what the engine is told, and what it makes of it.
type ear struct {
	bot.Syncer
	history *history
}

func (e *ear) Answer(ctx context.Context, tenant directory.TenantID, answer directory.Answer) (directory.Outcome, error) {
	outcome, err := e.Syncer.Answer(ctx, tenant, answer)
	e.heard(string(outcome), err)
	return outcome, err
}

func (e *ear) Observe(ctx context.Context, inst directory.Installation, account directory.Account) error {
	err := e.Syncer.Observe(ctx, inst, account)
	e.heard("", err)
	return err
}

func (e *ear) heard(outcome string, err error) {
	r := e.history.mail.request
	if r == nil || err != nil {
		return
	}
	r.taken++
	r.outcome = outcome
}

// checkAcknowledged: what was answered with 2xx has had its effect, or was refused in words.
func (h *history) checkAcknowledged(r *request) {
	if r.status < 200 || r.status > 299 || r.taken > 0 || h.isAway(h.siteOf(r.what), r.began) {
		return
	}
	switch {
	case r.what.hint:
		h.violated("%s was acknowledged, and the engine has not taken it", r.what.name)
	case r.what.press && r.what.message == "" && !h.foreign:
		h.violated("%s was acknowledged, and the engine has not taken it", r.what.name)
	case r.what.press && r.what.message != "" && h.mustBeHeard(r.what):
		h.violated("%s was acknowledged, and the engine has not taken it", r.what.name)
	}
}

// siteOf is the workspace that a webhook is about.
func (h *history) siteOf(what hook) site {
	if c := h.cardOf(what.message); what.message != "" && c != nil {
		return site{webex.Name, c.account.Workspace}
	}
	return site{slack.Name, directory.Workspace(what.team)}
}

// mustBeHeard reports whether a press on Webex is one that can be followed: the message and the
// person are still there, and nobody tampered with it.
func (h *history) mustBeHeard(what hook) bool {
	c := h.cardOf(what.message)
	if c == nil || c.Deleted || h.tampered[what.message] {
		return false
	}
	_, there := h.webexPerson(c.account)
	return there && webexID(c.account.User) == what.person
}

// noteCaller notes whose token a call carries, answers it, and checks that while a workspace's request is
// answered, no other workspace is spoken to.
func (h *history) noteCaller(r *http.Request) (token string) {
	token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token == "" && r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/api/") {
		form, err := url.ParseQuery(string(readAll(r)))
		must(err)
		token = form.Get("token")
	}
	h.caller = ""
	for _, c := range h.companies {
		if g := h.holders[token]; (g == nil || g.inst.Tenant != c.id) && token != c.guestToken() {
			continue
		}
		h.caller = c.id
		if now := h.mail.request; now != nil && now.what.team != "" && now.what.team != c.team {
			h.violated("a request of %s was answered with the token of %s", now.what.team, c.id)
		}
	}
	return token
}
