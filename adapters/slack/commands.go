package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// commandForm takes a slash command and answers it in the same breath, to the person alone:
// https://docs.slack.dev/interactivity/implementing-slash-commands. Slack delivers a command once
// and shows an error status as a technical message, so a command that was not taken says so in
// words.
func (in inbound) commandForm(ctx context.Context, body []byte) verdict {
	return in.commanded(ctx, body, parseCommand)
}

// command takes one as a socket brings it: an object instead of a form.
func (in inbound) command(ctx context.Context, payload []byte) verdict {
	return in.commanded(ctx, payload, parseCommandJSON)
}

func (in inbound) commanded(ctx context.Context, body []byte, parse func([]byte) (directory.Origin, bot.Said, error)) verdict {
	origin, event, err := parse(body)
	if err != nil {
		return spoilt
	}
	reply, err := in.take(ctx, origin, event)
	switch code := directory.CodeOf(err); {
	case err == nil:
	case code == directory.NotFound:
		reply.Card = sorry("Rollcall is not set up for this workspace.")
	case code == directory.Invalid:
		reply.Card = sorry("Rollcall could not read this.")
	default:
		in.log.Error("a command was not taken", "platform", Name, "code", code.String())
		reply.Card = sorry("Rollcall can't take this right now. Please try again in a minute.")
	}
	if reply.Card == nil {
		return taken
	}
	answer, err := alone(*reply.Card)
	if err != nil {
		in.logReply(err)
		return taken
	}
	return verdict{status: http.StatusOK, kind: "application/json; charset=utf-8", body: answer}
}

func sorry(text string) *cards.Card {
	return &cards.Card{Summary: text, Body: []cards.Block{cards.Say(text)}}
}

// The fields of a command that are read, and those of them that must be there.
var (
	commandNeeds = []string{"team_id", "user_id", "trigger_id", "channel_id", "command"}
	commandMay   = []string{"enterprise_id", "is_enterprise_install", "text"}
)

// parseCommand reads a command's form.
func parseCommand(body []byte) (directory.Origin, bot.Said, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return directory.Origin{}, bot.Said{}, errSyntax
	}
	return commandOf(form)
}

// parseCommandJSON reads a command's fields from an object, in which one of them is a boolean.
func parseCommandJSON(payload []byte) (directory.Origin, bot.Said, error) {
	if !json.Valid(payload) {
		return directory.Origin{}, bot.Said{}, errSyntax
	}
	names := slices.Concat(commandNeeds, commandMay)
	values, wanted := make([][]byte, len(names)), make([]member, len(names))
	for i, name := range names {
		wanted[i] = member{name, &values[i]}
	}
	if err := members(payload, wanted...); err != nil {
		return directory.Origin{}, bot.Said{}, err
	}
	form := url.Values{}
	for i, name := range names {
		if values[i] == nil {
			continue
		}
		plain, err := text(values[i])
		if organisation, isTruth := truth(values[i]); name == "is_enterprise_install" && isTruth == nil {
			plain, err = strconv.FormatBool(organisation), nil
		}
		if err != nil {
			return directory.Origin{}, bot.Said{}, err
		}
		form.Set(name, plain)
	}
	return commandOf(form)
}

// commandOf reads a command's fields, of which every one that counts stands there once. A command can
// be given in any conversation, and the form doesn't say whose a 1:1 chat is, so none counts as the
// person's own with the app. People of other organisations can't give commands, so whoever gives one
// to an app that is installed for an organisation is at home there.
func commandOf(form url.Values) (directory.Origin, bot.Said, error) {
	for _, name := range commandNeeds {
		if len(form[name]) != 1 || form.Get(name) == "" {
			return directory.Origin{}, bot.Said{}, errSyntax
		}
	}
	for _, name := range commandMay {
		if len(form[name]) > 1 {
			return directory.Origin{}, bot.Said{}, errAmbiguous
		}
	}
	in := directory.Workspace(form.Get("team_id"))
	if form.Get("is_enterprise_install") == "true" {
		if in = directory.Workspace(form.Get("enterprise_id")); !wide(in) {
			return directory.Origin{}, bot.Said{}, errSyntax
		}
	}
	return directory.Origin{
		Platform: Name, Workspace: in, Conversation: form.Get("channel_id"),
		Actor: actor(in, "", form.Get("user_id")),
	}, bot.Said{ID: form.Get("trigger_id"), Text: plainText(form.Get("text"))}, nil
}
