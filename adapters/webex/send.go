package webex

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"

	"rollcall/cards"
	"rollcall/cards/adaptive"
	"rollcall/cards/plain"
	"rollcall/sync/directory"
)

// mostEdits is how often one message may be edited.
const mostEdits = 10

// Send posts into the 1:1 space of the bot and the person, which Webex makes where there is none.
func (a *Adapter) Send(ctx context.Context, inst directory.Installation, to directory.AccountID, card cards.Card) (directory.MessageRef, error) {
	if err := belongs(inst, to); err != nil {
		return directory.MessageRef{}, err
	}
	out, err := fill(card)
	if err != nil {
		return directory.MessageRef{}, err
	}
	out.ToPersonID = encodeID(kindPerson, to.User)
	return a.post(ctx, out)
}

// Edit puts another card on a message.
//
// Webex documents that a message with a card can't be edited, and does it nevertheless. Where it
// answers 400, or after ten edits, the card is posted anew and the old message deleted, in this
// order: a post that is refused or throttled then leaves the old card where it is, and the next
// Edit with the same reference begins where this one began. What a crash or a lost answer leaves
// between the two steps is found again by the card's mark. NotFound: the message is gone and no
// other has its mark, so somebody else deleted it.
func (a *Adapter) Edit(ctx context.Context, inst directory.Installation, to directory.AccountID, ref directory.MessageRef, card cards.Card) (directory.MessageRef, error) {
	if err := belongs(inst, to); err != nil {
		return directory.MessageRef{}, err
	}
	if !opaque(ref.ID) || ref.Conversation == "" {
		return directory.MessageRef{}, directory.Errorf(directory.Invalid, "webex: not a reference to a message")
	}
	out, err := fill(card)
	if err != nil {
		return directory.MessageRef{}, err
	}
	edited, status, err := a.put(ctx, ref, out)
	switch {
	case err == nil:
		return edited, nil
	case status == http.StatusBadRequest && directory.Is(err, directory.Invalid), directory.Is(err, directory.NotFound):
	default:
		return directory.MessageRef{}, err
	}
	return a.repost(ctx, to, ref, out, card.Mark, err)
}

// repost is what Edit does where putting failed: the message is gone, or can't be edited.
func (a *Adapter) repost(ctx context.Context, to directory.AccountID, ref directory.MessageRef, out outgoing, mark string, failed error) (directory.MessageRef, error) {
	current, later, err := a.standing(ctx, to, ref, mark)
	switch {
	case err != nil:
		return directory.MessageRef{}, err
	case later != nil: // an earlier Edit got as far as the new post
		return a.goOn(ctx, ref, *later, out)
	case current != nil && current.shows(out.card()):
		return ref, nil
	case directory.Is(failed, directory.NotFound):
		return directory.MessageRef{}, failed
	}
	return a.replace(ctx, ref, out)
}

// put edits in place. Its status is 400 where Webex refuses, or would refuse, to edit the message.
func (a *Adapter) put(ctx context.Context, ref directory.MessageRef, out outgoing) (directory.MessageRef, int, error) {
	if ref.Edits >= mostEdits {
		return directory.MessageRef{}, http.StatusBadRequest, directory.Errorf(directory.Invalid, "webex: the message was edited %d times", ref.Edits)
	}
	out.RoomID = ref.Conversation
	var edited message
	r, err := a.write(ctx, http.MethodPut, "/messages/"+ref.ID, out, &edited)
	if err != nil {
		return directory.MessageRef{}, r.status, blocked(r, err)
	}
	if edited.ID != ref.ID {
		return directory.MessageRef{}, r.status, directory.Errorf(directory.Uncertain, "webex: the answer names another message")
	}
	ref.Edits++
	return ref, r.status, nil
}

// replace posts the card anew, and then deletes the message that it replaces.
func (a *Adapter) replace(ctx context.Context, old directory.MessageRef, out outgoing) (directory.MessageRef, error) {
	out.RoomID = old.Conversation
	posted, err := a.post(ctx, out)
	if err != nil {
		return directory.MessageRef{}, err
	}
	if err := a.remove(ctx, old); err != nil {
		return directory.MessageRef{}, err
	}
	return posted, nil
}

// goOn finishes what an earlier Edit began: later replaces old, and is to show the card.
func (a *Adapter) goOn(ctx context.Context, old directory.MessageRef, later message, out outgoing) (directory.MessageRef, error) {
	if err := a.remove(ctx, old); err != nil {
		return directory.MessageRef{}, err
	}
	ref := later.ref()
	if later.shows(out.card()) {
		return ref, nil
	}
	edited, status, err := a.put(ctx, ref, out)
	if status == http.StatusBadRequest && directory.Is(err, directory.Invalid) {
		return a.replace(ctx, ref, out)
	}
	return edited, err
}

// remove deletes a message of ours. One that is gone already is fine, and one that Webex refuses
// to delete stays: its buttons carry a question that is over.
func (a *Adapter) remove(ctx context.Context, ref directory.MessageRef) error {
	_, err := a.write(ctx, http.MethodDelete, "/messages/"+ref.ID, nil, nil)
	switch directory.CodeOf(err) {
	case directory.Throttled, directory.Unavailable, directory.Uncertain:
		// The card is out already, so this is no "nothing happened".
		return directory.Errorf(directory.Uncertain, "webex: a replaced message may not be deleted yet: %w", err)
	}
	if err != nil && !directory.Is(err, directory.NotFound) {
		a.log.Warn("a replaced message could not be deleted", "platform", Name)
	}
	return nil
}

// post sends a message to where it says.
func (a *Adapter) post(ctx context.Context, out outgoing) (directory.MessageRef, error) {
	var posted message
	r, err := a.write(ctx, http.MethodPost, "/messages", out, &posted)
	switch {
	case directory.Is(err, directory.NotFound):
		return directory.MessageRef{}, directory.Undelivered(directory.Disabled, "webex: there is no such person to write to")
	case err != nil:
		return directory.MessageRef{}, blocked(r, err)
	case !opaque(posted.ID) || posted.RoomID == "":
		return directory.MessageRef{}, directory.Errorf(directory.Uncertain, "webex: the answer names no message")
	}
	return directory.MessageRef{Conversation: posted.RoomID, ID: posted.ID}, nil
}

// blocked is what an error means of a message: 403 says that the person's organisation blocks the
// bot, or that it has left the space. The bot's token is fine.
func blocked(r reply, err error) error {
	if r.status == http.StatusForbidden && directory.Is(err, directory.Unauthorized) {
		return directory.Undelivered(directory.Disabled, "webex: the person's organisation does not let the bot write")
	}
	return err
}

// belongs reports an account that is not one of the installation's.
func belongs(inst directory.Installation, account directory.AccountID) error {
	if inst.Platform != Name || account.Platform != Name || account.Workspace != inst.Workspace || account.User == "" {
		return directory.Errorf(directory.Invalid, "webex: the account is not one of this installation's")
	}
	return nil
}

// fill makes a message of a card. Notifications show the beginning of the text, clients that draw
// no cards all of it.
func fill(card cards.Card) (outgoing, error) {
	content, err := adaptive.Webex.Render(card)
	if err != nil {
		return outgoing{}, directory.Errorf(directory.Invalid, "webex: %w", err)
	}
	text, err := plain.Render(card)
	if err != nil {
		return outgoing{}, directory.Errorf(directory.Invalid, "webex: %w", err)
	}
	if text = card.Summary + "\n\n" + text; len(text) > plain.MaxBytes {
		text = card.Summary
	}
	return outgoing{Text: text, Attachments: []attachment{{ContentType: cardType, Content: content}}}, nil
}

// card is the JSON of the card in a message that fill made.
func (o outgoing) card() json.RawMessage { return o.Attachments[0].Content }

// shows reports whether a message carries this very card.
func (m message) shows(card json.RawMessage) bool {
	var want, got any
	return len(m.Attachments) == 1 && json.Unmarshal(card, &want) == nil &&
		json.Unmarshal(m.Attachments[0].Content, &got) == nil && reflect.DeepEqual(want, got)
}
