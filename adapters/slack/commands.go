package slack

import (
	"net/http"
	"net/url"

	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// command takes a slash command and answers it in the same breath, to the person alone:
// https://docs.slack.dev/interactivity/implementing-slash-commands. Slack delivers a command once
// and shows an error status as a technical message, so a command that was not taken says so in
// words.
func (in inbound) command(w http.ResponseWriter, r *http.Request, body []byte) {
	origin, event, err := parseCommand(body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	reply, err := in.sink.Accept(r.Context(), origin, event)
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
		acknowledge(w)
		return
	}
	answer, err := alone(*reply.Card)
	if err != nil {
		in.logReply(err)
		acknowledge(w)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Write(answer)
}

func sorry(text string) *cards.Card {
	return &cards.Card{Summary: text, Body: []cards.Block{cards.Say(text)}}
}

// parseCommand reads a command's form, in which every field that counts stands once. A command can
// be given in any conversation, and the form doesn't say whose a 1:1 chat is, so none counts as
// the person's own with the app. People of other organisations can't give commands.
func parseCommand(body []byte) (directory.Origin, bot.Said, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return directory.Origin{}, bot.Said{}, errSyntax
	}
	for _, name := range []string{"team_id", "user_id", "trigger_id", "channel_id", "command"} {
		if len(form[name]) != 1 || form.Get(name) == "" {
			return directory.Origin{}, bot.Said{}, errSyntax
		}
	}
	for _, name := range []string{"enterprise_id", "is_enterprise_install", "text"} {
		if len(form[name]) > 1 {
			return directory.Origin{}, bot.Said{}, errAmbiguous
		}
	}
	workspace := form.Get("team_id")
	if form.Get("is_enterprise_install") == "true" {
		if workspace = form.Get("enterprise_id"); workspace == "" {
			return directory.Origin{}, bot.Said{}, errSyntax
		}
	}
	in := directory.Workspace(workspace)
	return directory.Origin{
		Platform: Name, Workspace: in, Conversation: form.Get("channel_id"),
		Actor: actor(in, form.Get("team_id"), form.Get("user_id")),
	}, bot.Said{ID: form.Get("trigger_id"), Text: plainText(form.Get("text"))}, nil
}
