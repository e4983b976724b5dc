package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	slackgo "github.com/slack-go/slack"

	"rollcall/cards"
	"rollcall/cards/blockkit"
	"rollcall/sync/directory"
)

// metadataType is the event_type of the metadata that carries a message's mark.
const metadataType = "rollcall"

// Send posts into the person's 1:1 chat with the app. The first time it asks Slack for the chat,
// which has no effect that anybody sees.
func (a *Adapter) Send(ctx context.Context, inst directory.Installation, to directory.AccountID, card cards.Card) (directory.MessageRef, error) {
	if err := ours(inst, to); err != nil {
		return directory.MessageRef{}, err
	}
	message, err := render(card)
	if err != nil {
		return directory.MessageRef{}, err
	}
	var ref directory.MessageRef
	err = a.inChat(ctx, inst, to, func(channel string) (err error) {
		ref, err = a.post(ctx, inst, channel, message)
		return err
	})
	return ref, err
}

// post sends a message to a channel, once.
func (a *Adapter) post(ctx context.Context, inst directory.Installation, channel string, message blockkit.Message) (directory.MessageRef, error) {
	options, err := options(message)
	if err != nil {
		return directory.MessageRef{}, err
	}
	client, err := a.client(ctx, inst)
	if err != nil {
		return directory.MessageRef{}, err
	}
	in, ts, err := client.PostMessageContext(ctx, channel,
		append(options, slackgo.MsgOptionDisableLinkUnfurl(), slackgo.MsgOptionDisableMediaUnfurl())...)
	switch {
	case err != nil:
		return directory.MessageRef{}, failed(methodPost, err)
	case in == "" || ts == "": // slack-go takes "ok": false without an error's name for success
		return directory.MessageRef{}, directory.Errorf(directory.Uncertain, "slack: the answer names no message")
	}
	return directory.MessageRef{Conversation: in, ID: ts}, nil
}

// Edit puts another card on a message. Slack counts no edits and moves no message.
func (a *Adapter) Edit(ctx context.Context, inst directory.Installation, to directory.AccountID, ref directory.MessageRef, card cards.Card) (directory.MessageRef, error) {
	if err := ours(inst, to); err != nil {
		return directory.MessageRef{}, err
	}
	if ref.Conversation == "" || ref.ID == "" {
		return directory.MessageRef{}, directory.Errorf(directory.Invalid, "slack: not a reference to a message")
	}
	message, err := render(card)
	if err != nil {
		return directory.MessageRef{}, err
	}
	options, err := options(message)
	if err != nil {
		return directory.MessageRef{}, err
	}
	client, err := a.client(ctx, inst)
	if err != nil {
		return directory.MessageRef{}, err
	}
	in, ts, _, err := client.UpdateMessageContext(ctx, ref.Conversation, ref.ID, options...)
	if err != nil {
		err = failed(methodUpdate, err)
		if errors.Is(err, errNoChannel) {
			err = directory.Errorf(directory.NotFound, "slack: the message's chat is gone")
		}
		return directory.MessageRef{}, err
	}
	if in == "" || ts == "" {
		return directory.MessageRef{}, directory.Errorf(directory.Uncertain, "slack: the answer names no message")
	}
	return ref, nil
}

// skew is how far Slack's clock may be behind ours.
const skew = time.Minute

// Find reads the 1:1 chat back to since. It needs the scope im:history, and the feature that asks for it.
func (a *Adapter) Find(ctx context.Context, inst directory.Installation, to directory.AccountID, mark string, since time.Time) (directory.MessageRef, bool, error) {
	if err := ours(inst, to); err != nil {
		return directory.MessageRef{}, false, err
	}
	if mark == "" {
		return directory.MessageRef{}, false, directory.Errorf(directory.Invalid, "slack: no mark to look for")
	}
	if !a.features.ReadBack {
		return directory.MessageRef{}, false, directory.Errorf(directory.Unsupported, "slack: read-back is switched off")
	}
	var ref directory.MessageRef
	err := a.inChat(ctx, inst, to, func(channel string) error {
		ts, err := a.findIn(ctx, inst, channel, to.User, mark, since.Add(-skew))
		if ts != "" {
			ref = directory.MessageRef{Conversation: channel, ID: ts}
		}
		return err
	})
	if err != nil {
		return directory.MessageRef{}, false, err
	}
	return ref, !ref.IsZero(), nil
}

// mostPages bounds a look into a chat: a cursor that never ends is a failure, not an absence.
const mostPages = 100

// findIn looks through a chat, newest first. Only the two of them write there, so whatever isn't
// the person's is ours.
func (a *Adapter) findIn(ctx context.Context, inst directory.Installation, channel, person, mark string, oldest time.Time) (string, error) {
	query := url.Values{
		"channel":              {channel},
		"include_all_metadata": {"true"},
		"limit":                {strconv.Itoa(a.config.PageSize)},
		"oldest":               {timestamp(oldest)},
	}
	for range mostPages {
		var page historyAnswer
		err := a.read(ctx, inst, "conversations.history", query, &page)
		if errors.Is(err, errNoScope) {
			return "", directory.Errorf(directory.Unsupported, "slack: im:history is not granted")
		}
		if err != nil {
			return "", err
		}
		for _, m := range page.Messages {
			if m.Metadata.Type == metadataType && m.Metadata.Payload.Mark == mark && m.User != person {
				return m.TS, nil
			}
		}
		if page.Paging.Cursor == "" {
			if page.More {
				return "", directory.Errorf(directory.Unavailable, "slack: the chat has more, and no way to it")
			}
			return "", nil
		}
		query.Set("cursor", page.Paging.Cursor)
	}
	return "", directory.Errorf(directory.Unavailable, "slack: the chat has no end")
}

// timestamp is a time as Slack writes it in a ts.
func timestamp(t time.Time) string {
	if t.Unix() < 0 {
		return "0"
	}
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}

// inChat does something in the person's 1:1 chat. A remembered chat that Slack no longer knows, as
// after a re-install, is asked for anew; channel_not_found says that nothing has been done in it.
func (a *Adapter) inChat(ctx context.Context, inst directory.Installation, to directory.AccountID, do func(channel string) error) error {
	channel, err := a.config.Conversations.Conversation(ctx, inst, to)
	if err != nil && !directory.Is(err, directory.NotFound) {
		return err
	}
	if err == nil && channel != "" {
		if err = do(channel); !errors.Is(err, errNoChannel) {
			return err
		}
	}
	if channel, err = a.open(ctx, inst, to); err != nil {
		return err
	}
	return do(channel)
}

// open asks for the 1:1 chat with a person and remembers it.
func (a *Adapter) open(ctx context.Context, inst directory.Installation, to directory.AccountID) (string, error) {
	const method = "conversations.open"
	client, err := a.client(ctx, inst)
	if err != nil {
		return "", err
	}
	channel, _, _, err := client.OpenConversationContext(ctx, &slackgo.OpenConversationParameters{Users: []string{to.User}})
	if err != nil {
		return "", failed(method, err)
	}
	if channel == nil || channel.ID == "" {
		return "", directory.Errorf(directory.Unavailable, "slack: %s: the answer names no chat", method)
	}
	return channel.ID, a.config.Conversations.SaveConversation(ctx, inst, to, channel.ID)
}

// ours reports whether the account is one of the installation's.
func ours(inst directory.Installation, account directory.AccountID) error {
	if inst.Platform != Name || account.Platform != Name || account.Workspace != inst.Workspace || account.User == "" {
		return directory.Errorf(directory.Invalid, "slack: the account is not one of this installation's")
	}
	return nil
}
