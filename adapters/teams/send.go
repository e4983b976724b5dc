package teams

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/infracloudio/msbotbuilder-go/schema"

	"rollcall/cards"
	"rollcall/cards/adaptive"
	"rollcall/sync/directory"
)

// Send posts into the person's 1:1 chat with the bot. A chat that isn't known is asked for, which
// Teams grants to people who have the app; for others the installer is asked: the message is
// Unavailable where that has just added the app, which then reports itself, and else Undeliverable.
func (a *Adapter) Send(ctx context.Context, inst directory.Installation, to directory.AccountID, card cards.Card) (directory.MessageRef, error) {
	if err := belongs(inst, to); err != nil {
		return directory.MessageRef{}, err
	}
	message, err := fill(card)
	if err != nil {
		return directory.MessageRef{}, err
	}
	known, err := a.stored(ctx, inst, to)
	if err != nil {
		return directory.MessageRef{}, err
	}
	if known != (reference{}) {
		sent, err := a.sendTo(ctx, inst, to, known, message)
		if !errors.Is(err, errNoConversation) {
			return sent, err
		}
	}
	known, err = a.open(ctx, inst, to)
	if errors.Is(err, errNotInstalled) {
		err = a.install(ctx, inst, to, err)
	}
	if err != nil {
		return directory.MessageRef{}, err
	}
	sent, err := a.sendTo(ctx, inst, to, known, message)
	if errors.Is(err, errNoConversation) {
		err = directory.Errorf(directory.Undeliverable, "teams: the person's chat is gone as soon as it is there")
	}
	return sent, err
}

// Edit puts another card in the place of a message. Teams counts no edits and moves no message.
func (a *Adapter) Edit(ctx context.Context, inst directory.Installation, to directory.AccountID, ref directory.MessageRef, card cards.Card) (directory.MessageRef, error) {
	if err := belongs(inst, to); err != nil {
		return directory.MessageRef{}, err
	}
	if !isID(ref.Conversation) || !isID(ref.ID) {
		return directory.MessageRef{}, directory.Errorf(directory.Invalid, "teams: not a reference to a message")
	}
	message, err := fill(card)
	if err != nil {
		return directory.MessageRef{}, err
	}
	known, err := a.stored(ctx, inst, to)
	if err != nil {
		return directory.MessageRef{}, err
	}
	if known == (reference{}) {
		if known, err = a.open(ctx, inst, to); err != nil {
			return directory.MessageRef{}, err
		}
	}
	err = a.editAt(ctx, inst, to, known.Service, ref, message)
	if errors.Is(err, errNoConversation) {
		// The chat may have moved with its tenant to another region.
		if known, err = a.open(ctx, inst, to); err != nil {
			return directory.MessageRef{}, err
		}
		err = a.editAt(ctx, inst, to, known.Service, ref, message)
	}
	if err != nil {
		return directory.MessageRef{}, err
	}
	return ref, nil
}

// editAt edits a message whose chat is at a service URL.
func (a *Adapter) editAt(ctx context.Context, inst directory.Installation, to directory.AccountID, service string, ref directory.MessageRef, message outgoing) error {
	err := a.connector.update(ctx, reference{Service: service, ID: ref.Conversation}, ref.ID, message)
	return a.lost(ctx, inst, to, err)
}

// Find is Unsupported: the connector lists no messages.
func (a *Adapter) Find(context.Context, directory.Installation, directory.AccountID, string, time.Time) (directory.MessageRef, bool, error) {
	return directory.MessageRef{}, false, directory.Errorf(directory.Unsupported, "teams: what was sent can't be looked for")
}

// sendTo sends to a chat, and keeps what that tells of it.
func (a *Adapter) sendTo(ctx context.Context, inst directory.Installation, to directory.AccountID, chat reference, message outgoing) (directory.MessageRef, error) {
	id, at, err := a.connector.send(ctx, chat, message)
	if err != nil {
		return directory.MessageRef{}, a.lost(ctx, inst, to, err)
	}
	if at != chat {
		if err := a.store(ctx, inst, to, at); err != nil { // the message is out
			a.log.Warn("where a chat is was not stored", "platform", Name, "code", directory.CodeOf(err).String())
		}
	}
	return directory.MessageRef{Conversation: chat.ID, ID: id}, nil
}

// open asks for the 1:1 chat with a person and remembers it.
func (a *Adapter) open(ctx context.Context, inst directory.Installation, to directory.AccountID) (reference, error) {
	if a.config.Cloud.proactive == "" {
		return reference{}, directory.Undelivered(directory.AppMissing, "teams: the person has to open the app first")
	}
	chat, err := a.connector.open(ctx, inst, a.botID, to.User)
	switch {
	case err == nil:
		return chat, a.store(ctx, inst, to, chat)
	case directory.Is(err, directory.NotFound), errors.Is(err, errNoUser):
		return reference{}, directory.Undelivered(directory.Disabled, "teams: there is no such person to write to")
	}
	return reference{}, a.lost(ctx, inst, to, err)
}

// install has the app installed for somebody who lacks it. The message is not delivered whatever
// comes of it; but where the app is only just there, or the installer wants to be asked again later, so
// should we be. Who has it already, and can't be written to nevertheless, counts as lacking it.
func (a *Adapter) install(ctx context.Context, inst directory.Installation, to directory.AccountID, missing error) error {
	if a.config.Installer == nil {
		return missing
	}
	added, err := a.config.Installer.InstallApp(ctx, inst, to.User)
	switch directory.CodeOf(err) {
	case directory.Throttled:
		return directory.Wait(directory.RetryAfter(err), "teams: the app could not be installed yet")
	case directory.Unavailable, directory.Uncertain:
		return directory.Errorf(directory.Unavailable, "teams: the app could not be installed yet")
	}
	a.log.Info("asked to install the app", "platform", Name, "tenant", inst.Tenant, "installed", err == nil)
	if err == nil && added {
		return directory.Errorf(directory.Unavailable, "teams: the app was only just installed")
	}
	return missing
}

// lost forgets the chat with a person who can't be written to, so that they count as met when they
// are next heard of. It answers the same error.
func (a *Adapter) lost(ctx context.Context, inst directory.Installation, to directory.AccountID, err error) error {
	if errors.Is(err, errNotInstalled) || errors.Is(err, errBlocked) {
		if stored := a.store(ctx, inst, to, reference{}); stored != nil {
			a.log.Warn("a chat was not forgotten", "platform", Name, "code", directory.CodeOf(stored).String())
		}
	}
	return err
}

// belongs reports an account that is not one of the installation's.
func belongs(inst directory.Installation, account directory.AccountID) error {
	if inst.Platform != Name || account.Platform != Name || account.Workspace != inst.Workspace || account.User == "" {
		return directory.Errorf(directory.Invalid, "teams: the account is not one of this installation's")
	}
	return nil
}

// fill makes a message of a card.
func fill(card cards.Card) (outgoing, error) {
	content, err := adaptive.Teams.Render(card)
	if err != nil {
		return outgoing{}, directory.Errorf(directory.Invalid, "teams: %w", err)
	}
	return outgoing{
		Type: schema.Message, Summary: card.Summary,
		Attachments: []schema.Attachment{{ContentType: cardType, Content: json.RawMessage(content)}},
	}, nil
}
