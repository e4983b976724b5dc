package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// event takes an event: https://docs.slack.dev/apis/events-api. Slack delivers it up to four times
// until it is acknowledged; every delivery is looked at, since the first may have been lost.
func (in inbound) event(ctx context.Context, body []byte) verdict {
	envelope, err := parseEnvelope(body)
	if err != nil {
		return spoilt
	}
	if envelope.challenge != "" {
		return verdict{status: http.StatusOK, kind: "text/plain; charset=utf-8", body: []byte(envelope.challenge)}
	}
	origin, event, err := envelope.read()
	switch {
	case errors.Is(err, errNotOurs):
		return taken
	case err != nil:
		return spoilt
	}
	show := in.replyInChat
	if _, home := event.(bot.Opened); home {
		show = in.showHome
	}
	return in.accept(ctx, origin, event, func(ctx context.Context, card cards.Card) { show(ctx, origin, card) })
}

// envelope is what is around an event.
type envelope struct {
	challenge string // with url_verification
	id        string
	at        time.Time
	workspace directory.Workspace // whose installation the event was sent for; may be empty
	// team is the workspace that it happened in, or that shares the channel, and enterprise the
	// organisation of that.
	team, enterprise directory.Workspace
	app              string // our own user there
	shared           bool   // it happened where people of several organisations are
	kind             string
	event            []byte
}

// parseEnvelope reads an event's envelope.
func parseEnvelope(body []byte) (envelope, error) {
	if !json.Valid(body) {
		return envelope{}, errSyntax
	}
	var kind, challenge, id, at, team, enterprise, shared, authorizations, event []byte
	if err := members(body, member{"type", &kind}, member{"challenge", &challenge}, member{"event_id", &id},
		member{"event_time", &at}, member{"team_id", &team}, member{"enterprise_id", &enterprise}, member{"is_ext_shared_channel", &shared},
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
	if e.team, err = workspaceIn(team); err != nil {
		return e, err
	}
	if e.enterprise, err = workspaceIn(enterprise); err != nil {
		return e, err
	}
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
	organisation, err := truth(orgWide)
	if err != nil {
		return err
	}
	if organisation {
		team = enterprise
	}
	if e.workspace, err = workspaceIn(team); err != nil {
		return err
	}
	if wide(e.workspace) != organisation {
		return errSyntax
	}
	e.app, err = text(user)
	return err
}

func workspaceIn(value []byte) (directory.Workspace, error) {
	id, err := text(value)
	return directory.Workspace(id), err
}

// read makes an event of what is in the envelope, or errNotOurs.
func (e envelope) read() (directory.Origin, bot.Event, error) {
	switch e.kind {
	case eventUninstalled, eventRevoked:
		return e.gone()
	}
	if e.workspace == "" {
		return directory.Origin{}, nil, errNotOurs
	}
	switch e.kind {
	case eventHome:
		return e.opened()
	case eventMessage:
		return e.said()
	case eventChanged, eventJoined:
		return e.changed()
	case eventGranted, eventTaken:
		return e.admitted()
	}
	return directory.Origin{}, nil, errNotOurs
}

// gone reads that the app was removed, or tokens of users of its own revoked. Once the app is gone
// there is no authorization left to name; the event can't come from a shared channel, so the envelope's
// team is the workspace, and without one its enterprise. A team's envelope names its enterprise too,
// whose own installation is another one and goes on.
func (e envelope) gone() (directory.Origin, bot.Event, error) {
	gone := bot.Gone{At: e.at}
	if e.kind == eventRevoked {
		var tokens, bots []byte
		if err := members(e.event, member{"tokens", &tokens}); err != nil || tokens == nil {
			return directory.Origin{}, nil, errors.Join(errNotOurs, err)
		}
		if err := members(tokens, member{"bot", &bots}); err != nil || bots == nil {
			return directory.Origin{}, nil, errors.Join(errNotOurs, err)
		}
		var err error
		if gone.Bots, err = texts(bots); err != nil || len(gone.Bots) == 0 { // only people's own tokens
			return directory.Origin{}, nil, errors.Join(errNotOurs, err)
		}
	}
	in := cmp.Or(e.workspace, e.team, e.enterprise)
	if in == "" {
		return directory.Origin{}, nil, errNotOurs
	}
	return directory.Origin{Platform: Name, Workspace: in}, gone, nil
}

// admitted reads that the app was admitted to workspaces of an organisation, or taken out of some.
func (e envelope) admitted() (directory.Origin, bot.Event, error) {
	if !wide(e.workspace) {
		return directory.Origin{}, nil, errNotOurs
	}
	var ids []byte
	if err := members(e.event, member{"team_ids", &ids}); err != nil || ids == nil {
		return directory.Origin{}, nil, errors.Join(errNotOurs, err)
	}
	names, err := texts(ids)
	if err != nil || len(names) == 0 {
		return directory.Origin{}, nil, errors.Join(errNotOurs, err)
	}
	teams := make([]directory.Workspace, len(names))
	for i, name := range names {
		teams[i] = directory.Workspace(name)
	}
	event := bot.Teams{At: e.at, Granted: teams}
	if e.kind == eventTaken {
		event.Granted, event.Revoked = nil, teams
	}
	return directory.Origin{Platform: Name, Workspace: e.workspace}, event, nil
}

// texts are the texts of an array, none of them empty.
func texts(array []byte) ([]string, error) {
	all, err := elements(array)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(all))
	for i, element := range all {
		if out[i], err = text(element); err != nil || out[i] == "" {
			return nil, errSyntax
		}
	}
	return out, nil
}

// opened reads that somebody opened the app's messages, or its home tab.
func (e envelope) opened() (directory.Origin, bot.Event, error) {
	var user, channel, tab []byte
	if err := members(e.event, member{"user", &user}, member{"channel", &channel}, member{"tab", &tab}); err != nil {
		return directory.Origin{}, nil, err
	}
	event, ours := map[string]bot.Event{`"messages"`: bot.Met{}, `"home"`: bot.Opened{}}[string(tab)]
	if !ours {
		return directory.Origin{}, nil, errNotOurs
	}
	origin, err := e.direct(user, nil, channel)
	return origin, event, err
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
