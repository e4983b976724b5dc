package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// interactionForm takes a press of a button: https://docs.slack.dev/reference/interaction-payloads.
// Other interactions are acknowledged and forgotten.
func (in inbound) interactionForm(ctx context.Context, body []byte) verdict {
	return in.pressed(ctx, body, parseInteraction)
}

// interaction takes one as a socket brings it: the payload without a form around it.
func (in inbound) interaction(ctx context.Context, payload []byte) verdict {
	return in.pressed(ctx, payload, parsePress)
}

func (in inbound) pressed(ctx context.Context, body []byte, parse func([]byte) (press, error)) verdict {
	press, err := parse(body)
	switch {
	case errors.Is(err, errNotOurs):
		return taken
	case err != nil:
		return spoilt
	}
	return in.accept(ctx, press.origin, press.event, func(ctx context.Context, card cards.Card) {
		if press.origin.Conversation == atHome { // for which there is no response_url
			in.showHome(ctx, press.origin, card)
			return
		}
		in.replyByURL(ctx, press.responseURL, card)
	})
}

// press is a button's press as Slack tells of it.
type press struct {
	origin      directory.Origin
	event       bot.Pressed
	responseURL string
}

// errNotOurs says that a request is genuine and concerns nothing of ours.
var errNotOurs = errors.New("not ours")

// parseInteraction reads a form whose body has exactly one payload. Parameters of the URL are not
// read: the signature doesn't cover them.
func parseInteraction(body []byte) (press, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil || len(form["payload"]) != 1 {
		return press{}, errSyntax
	}
	return parsePress([]byte(form["payload"][0]))
}

func parsePress(payload []byte) (press, error) {
	if !json.Valid(payload) {
		return press{}, errSyntax
	}
	var kind, user, team, enterprise, orgWide, container, channel, view, actions, responseURL, trigger []byte
	if err := members(payload,
		member{"type", &kind}, member{"user", &user}, member{"team", &team}, member{"enterprise", &enterprise},
		member{"is_enterprise_install", &orgWide}, member{"container", &container}, member{"channel", &channel},
		member{"view", &view}, member{"actions", &actions}, member{"response_url", &responseURL}, member{"trigger_id", &trigger},
	); err != nil {
		return press{}, err
	}
	if string(kind) != `"block_actions"` {
		return press{}, errNotOurs
	}
	var p press
	var err error
	if p.responseURL, err = text(responseURL); err != nil {
		return press{}, err
	}
	if p.event.ID, err = text(trigger); err != nil || p.event.ID == "" {
		return press{}, errSyntax
	}
	if p.origin, err = pressOrigin(user, team, enterprise, orgWide); err != nil {
		return press{}, err
	}
	if err = p.where(container, channel, view); err != nil {
		return press{}, err
	}
	p.event.Press, err = pressed(actions)
	return p, err
}

// pressOrigin is who pressed, and in whose workspace: an interaction's own team, or the enterprise
// where the app is installed for one as a whole. There the presser is at home in the enterprise if
// Slack says that their own team is a part of it; a presser without a team has no home at all.
func pressOrigin(user, team, enterprise, orgWide []byte) (directory.Origin, error) {
	var id, home []byte
	if user == nil {
		return directory.Origin{}, errSyntax
	}
	if err := members(user, member{"id", &id}, member{"team_id", &home}); err != nil {
		return directory.Origin{}, err
	}
	orgWideInstall, err := truth(orgWide)
	if err != nil {
		return directory.Origin{}, err
	}
	var teamID, of, workspace []byte
	if team != nil {
		if err := members(team, member{"id", &teamID}, member{"enterprise_id", &of}); err != nil {
			return directory.Origin{}, err
		}
	}
	if !orgWideInstall {
		return origin(teamID, id, home)
	}
	if enterprise == nil {
		return directory.Origin{}, errSyntax
	}
	if err := members(enterprise, member{"id", &workspace}); err != nil {
		return directory.Origin{}, err
	}
	o, err := origin(workspace, id, home)
	if err != nil {
		return directory.Origin{}, err
	}
	from, err := text(home)
	switch {
	case err != nil || !wide(o.Workspace):
		return directory.Origin{}, errSyntax
	case from == "":
		o.Actor.Workspace = ""
	case bytes.Equal(home, teamID) && bytes.Equal(of, workspace):
		o.Actor.Workspace = o.Workspace
	}
	return o, nil
}

// origin is an origin whose workspace and user must be there.
func origin(workspace, user, home []byte) (directory.Origin, error) {
	var texts [3]string
	for i, value := range [][]byte{workspace, user, home} {
		var err error
		if texts[i], err = text(value); err != nil {
			return directory.Origin{}, err
		}
	}
	if texts[0] == "" || texts[1] == "" {
		return directory.Origin{}, errSyntax
	}
	in := directory.Workspace(texts[0])
	return directory.Origin{Platform: Name, Workspace: in, Actor: actor(in, texts[2], texts[1])}, nil
}

// where reads which message the button is on. A 1:1 chat's id begins with D. A message that only
// one person sees can't be edited, and may stand in a chat that is not the app's own. A home tab is no
// chat, and has no message that could be edited.
func (p *press) where(container, channel, view []byte) error {
	if container == nil {
		return errNotOurs
	}
	var kind, stamp, in, alone, id []byte
	if err := members(container, member{"type", &kind}, member{"message_ts", &stamp},
		member{"channel_id", &in}, member{"is_ephemeral", &alone}); err != nil {
		return err
	}
	switch string(kind) {
	case `"message"`:
	case `"view"`:
		return p.onHome(view)
	default:
		return errNotOurs
	}
	if channel != nil {
		if err := members(channel, member{"id", &id}); err != nil {
			return err
		}
	}
	conversation, err := text(in)
	if err != nil {
		return err
	}
	if named, err := text(id); err != nil || named != "" && named != conversation {
		return errSyntax
	}
	ts, err := text(stamp)
	if err != nil {
		return err
	}
	hidden, err := truth(alone)
	if err != nil || conversation == "" || ts == "" {
		return errSyntax
	}
	p.origin.Conversation = conversation
	if !hidden {
		p.origin.Direct = strings.HasPrefix(conversation, "D")
		p.event.Message = directory.MessageRef{Conversation: conversation, ID: ts}
	}
	return nil
}

// onHome reads that the button is on the presser's home tab, and not on a modal.
func (p *press) onHome(view []byte) error {
	if view == nil {
		return errNotOurs
	}
	var kind []byte
	if err := members(view, member{"type", &kind}); err != nil {
		return err
	}
	if string(kind) != `"home"` {
		return errNotOurs
	}
	p.origin.Conversation = atHome
	return nil
}

// pressed is what the one button that was pressed carries.
func pressed(actions []byte) (cards.Press, error) {
	if actions == nil {
		return cards.Press{}, errNotOurs
	}
	all, err := elements(actions)
	if err != nil || len(all) != 1 {
		return cards.Press{}, errSyntax
	}
	var kind, carried []byte
	if err := members(all[0], member{"type", &kind}, member{"value", &carried}); err != nil {
		return cards.Press{}, err
	}
	value, err := text(carried)
	if err != nil || string(kind) != `"button"` {
		return cards.Press{}, errNotOurs
	}
	parsed, err := cards.ParsePress(value)
	if err != nil {
		return cards.Press{}, errNotOurs
	}
	return parsed, nil
}
