package slack

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rollcall/bot"
	"rollcall/sync/directory"
)

// event takes an event: https://docs.slack.dev/apis/events-api. Slack delivers it up to four times
// until it is acknowledged; every delivery is looked at, since the first may have been lost.
func (in inbound) event(w http.ResponseWriter, r *http.Request, body []byte) {
	envelope, err := parseEnvelope(body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if envelope.challenge != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		io.WriteString(w, envelope.challenge)
		return
	}
	origin, event, err := envelope.read()
	switch {
	case errors.Is(err, errNotOurs):
		acknowledge(w)
		return
	case err != nil:
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	reply, ok := in.accept(w, r, origin, event)
	if !ok {
		return
	}
	acknowledge(w)
	if reply.Card != nil {
		ctx, cancel := afterwards(r)
		defer cancel()
		in.replyInChat(ctx, origin, *reply.Card)
	}
}

// envelope is what is around an event.
type envelope struct {
	challenge string // with url_verification
	id        string
	at        time.Time
	workspace directory.Workspace // whose installation the event was sent for; may be empty
	team      directory.Workspace // the workspace that it happened in, or that shares the channel
	app       string              // our own user there
	shared    bool                // it happened where people of several organisations are
	kind      string
	event     []byte
}

// parseEnvelope reads an event's envelope.
func parseEnvelope(body []byte) (envelope, error) {
	if !json.Valid(body) {
		return envelope{}, errSyntax
	}
	var kind, challenge, id, at, team, shared, authorizations, event []byte
	if err := members(body, member{"type", &kind}, member{"challenge", &challenge}, member{"event_id", &id},
		member{"event_time", &at}, member{"team_id", &team}, member{"is_ext_shared_channel", &shared},
		member{"authorizations", &authorizations}, member{"event", &event},
	); err != nil {
		return envelope{}, err
	}
	var e envelope
	var err error
	switch string(kind) {
	case `"url_verification"`:
		if e.challenge, err = text(challenge); err == nil && (e.challenge == "" || len(e.challenge) > 2048) {
			err = errSyntax
		}
		return e, err
	case `"event_callback"`:
	default: // such as app_rate_limited
		return e, nil
	}
	if e.id, err = text(id); err != nil {
		return e, err
	}
	if e.shared, err = truth(shared); err != nil {
		return e, err
	}
	if seconds, err := strconv.ParseInt(string(at), 10, 64); err == nil {
		e.at = time.Unix(seconds, 0)
	}
	in, err := text(team)
	if err != nil {
		return e, err
	}
	e.team = directory.Workspace(in)
	if err := e.authorized(authorizations); err != nil {
		return e, err
	}
	if event != nil {
		e.event = event
		var kind []byte
		if err := members(event, member{"type", &kind}); err != nil {
			return e, err
		}
		e.kind, err = text(kind)
	}
	return e, err
}

// authorized reads whose installation the event was sent for. The envelope's own team_id doesn't
// say: in a channel that organisations share it may be another one's.
func (e *envelope) authorized(authorizations []byte) error {
	if authorizations == nil {
		return nil
	}
	all, err := elements(authorizations)
	if err != nil || len(all) == 0 {
		return err
	}
	var team, enterprise, user, orgWide []byte
	if err := members(all[0], member{"team_id", &team}, member{"enterprise_id", &enterprise},
		member{"user_id", &user}, member{"is_enterprise_install", &orgWide}); err != nil {
		return err
	}
	wide, err := truth(orgWide)
	if err != nil {
		return err
	}
	if wide {
		team = enterprise
	}
	workspace, err := text(team)
	if err != nil {
		return err
	}
	e.workspace = directory.Workspace(workspace)
	e.app, err = text(user)
	return err
}

// read makes an event of what is in the envelope, or errNotOurs.
func (e envelope) read() (directory.Origin, bot.Event, error) {
	switch e.kind {
	case "app_uninstalled", "tokens_revoked":
		return e.gone()
	}
	if e.workspace == "" {
		return directory.Origin{}, nil, errNotOurs
	}
	switch e.kind {
	case "app_home_opened":
		return e.opened()
	case "message":
		return e.said()
	case "user_change", "team_join":
		return e.changed()
	}
	return directory.Origin{}, nil, errNotOurs
}

// gone reads that the app was removed, or its own token revoked. Once the app is gone there is no
// authorization left to name; the event can't come from a shared channel, so the envelope's team is
// the workspace.
func (e envelope) gone() (directory.Origin, bot.Event, error) {
	if e.kind == "tokens_revoked" {
		var tokens, bots []byte
		if err := members(e.event, member{"tokens", &tokens}); err != nil || tokens == nil {
			return directory.Origin{}, nil, errors.Join(errNotOurs, err)
		}
		if err := members(tokens, member{"bot", &bots}); err != nil || bots == nil {
			return directory.Origin{}, nil, errors.Join(errNotOurs, err)
		}
		if ids, err := elements(bots); err != nil || len(ids) == 0 { // only people's own tokens
			return directory.Origin{}, nil, errors.Join(errNotOurs, err)
		}
	}
	in := e.workspace
	if in == "" {
		in = e.team
	}
	if in == "" {
		return directory.Origin{}, nil, errNotOurs
	}
	return directory.Origin{Platform: Name, Workspace: in}, bot.Gone{At: e.at}, nil
}

// opened reads that somebody opened the app's messages.
func (e envelope) opened() (directory.Origin, bot.Event, error) {
	var user, channel, tab []byte
	if err := members(e.event, member{"user", &user}, member{"channel", &channel}, member{"tab", &tab}); err != nil {
		return directory.Origin{}, nil, err
	}
	if string(tab) != `"messages"` {
		return directory.Origin{}, nil, errNotOurs
	}
	origin, err := e.direct(user, nil, channel)
	return origin, bot.Met{}, err
}

// said reads a message that a person wrote to the app.
func (e envelope) said() (directory.Origin, bot.Event, error) {
	var user, channel, kind, subtype, botID, words, home []byte
	if err := members(e.event, member{"user", &user}, member{"channel", &channel}, member{"channel_type", &kind},
		member{"subtype", &subtype}, member{"bot_id", &botID}, member{"text", &words}, member{"user_team", &home},
	); err != nil {
		return directory.Origin{}, nil, err
	}
	if string(kind) != `"im"` || subtype != nil || botID != nil || user == nil || e.id == "" {
		return directory.Origin{}, nil, errNotOurs
	}
	said, err := text(words)
	if err != nil {
		return directory.Origin{}, nil, err
	}
	origin, err := e.direct(user, home, channel)
	if err == nil && origin.Actor.User == e.app {
		err = errNotOurs
	}
	return origin, bot.Said{ID: e.id, Text: plainText(said)}, err
}

// direct is the origin of what happened in somebody's 1:1 chat with the app. Where people of several
// organisations are and an event doesn't say where this one is at home, nobody knows: the actor
// then has no home, which is no tenant's.
func (e envelope) direct(user, home, channel []byte) (directory.Origin, error) {
	who, err := text(user)
	if err != nil {
		return directory.Origin{}, err
	}
	where, err := text(channel)
	if err != nil {
		return directory.Origin{}, err
	}
	from, err := text(home)
	if err != nil {
		return directory.Origin{}, err
	}
	if who == "" || where == "" {
		return directory.Origin{}, errSyntax
	}
	account := actor(e.workspace, from, who)
	if e.shared && from == "" {
		account.Workspace = ""
	}
	return directory.Origin{
		Platform: Name, Workspace: e.workspace, Actor: account,
		Conversation: where, Direct: strings.HasPrefix(where, "D"),
	}, nil
}

// changed reads a hint about an account. It is decoded as in a listing: slack-go's own event drops
// the address and fails on people without custom fields.
func (e envelope) changed() (directory.Origin, bot.Event, error) {
	var described []byte
	if err := members(e.event, member{"user", &described}); err != nil {
		return directory.Origin{}, nil, err
	}
	var u user
	if json.Unmarshal(described, &u) != nil || u.ID == "" {
		return directory.Origin{}, nil, errNotOurs
	}
	return directory.Origin{Platform: Name, Workspace: e.workspace}, bot.Changed{Account: u.account(e.workspace)}, nil
}
