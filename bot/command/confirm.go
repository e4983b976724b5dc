package command

import (
	"context"
	"encoding/base64"
	"io"
	"time"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// The kinds of the tickets that a desk puts.
const (
	ticketConfirm  = "confirm"
	ticketDownload = "download"
)

// The facts of the tickets.
const (
	factCommand      = "command"      // the call, as Format writes it
	factDigest       = "digest"       // of what was shown
	factConversation = "conversation" // where it was asked
	factDirect       = "direct"       // "yes": that is the caller's own chat
	factWhat         = "what"         // of a download: "links" or "plan"
	factPlan         = "plan"
	factFormat       = "format" // "csv" or "json"
)

// ticketFor is how long a confirmation, or a download, can be used.
const ticketFor = 10 * time.Minute

// settle answers ok if the caller has confirmed what there is now, as the digest says. Else it answers the
// card to show: the question, or that things have changed since they saw it.
func (t *turn) settle(ctx context.Context, digest string, c catalog.Confirmation) (card cards.Card, ok bool, err error) {
	switch t.seen {
	case digest:
		return cards.Card{}, true, nil
	case "":
		c.Voice = t.voice
		c.Nonce, err = t.ticket(ctx, ticketConfirm, map[string]string{
			factCommand: Format(t.call), factDigest: digest, factConversation: t.caller.Conversation, factDirect: yes(t.caller.Direct),
		})
		return catalog.Confirm(c), false, err
	}
	return cards.Card{}, false, &shown{t.note(cards.Caution, catalog.NoteChanged, catalog.Next{Label: catalog.ButtonAgain, Command: t.again()})}
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

// ticket records a ticket of the caller's, and answers its text.
func (t *turn) ticket(ctx context.Context, kind string, facts map[string]string) (string, error) {
	var secret [18]byte
	if _, err := io.ReadFull(t.rand, secret[:]); err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(secret[:])
	return text, t.office.PutTicket(ctx, directory.Ticket{
		ID: directory.TicketOf(text), Kind: kind, Tenant: t.caller.Tenant(), By: t.caller.By(), Facts: facts, Until: t.now().Add(ticketFor),
	})
}

// Confirm carries out what the caller was asked to confirm, by the text of its ticket. Only they can, where
// they were asked or in their own chat, once, and while it is still as they were shown. It blocks as [Desk.Run].
func (d *Desk) Confirm(ctx context.Context, caller Caller, code string) cards.Card {
	return d.Run(ctx, caller, Format(Call{Command: "confirm", Args: []string{code}}))
}

// confirm is the command that a confirmation's button gives, which can be written as well.
func confirm(ctx context.Context, t *turn) (cards.Card, error) {
	id := directory.TicketOf(t.call.Arg(0))
	ticket, err := t.office.Ticket(ctx, id)
	switch {
	case directory.Is(err, directory.NotFound):
		return cards.Card{}, t.over()
	case err != nil:
		return cards.Card{}, err
	case !t.caller.may(ticket):
		t.logger.Warn("somebody else's confirmation", "tenant", t.caller.Tenant(), "platform", t.caller.Installation.Platform)
		return cards.Card{}, &shown{catalog.Foreign(catalog.Reader{Lang: t.caller.Lang})}
	}
	call, err := Parse(ticket.Facts[factCommand])
	if err != nil {
		return cards.Card{}, t.over() // of an earlier release, whose commands were others
	}
	next := &turn{Desk: t.Desk, caller: t.caller, voice: t.voice, command: *find(call.Command), call: call, seen: ticket.Facts[factDigest]}
	if refusal := next.refusal(ctx); refusal != nil {
		return cards.Card{}, &shown{*refusal}
	}
	// Taken before it is carried out: of two presses at once, one is too late.
	switch _, err := t.office.TakeTicket(ctx, id); {
	case directory.Is(err, directory.NotFound):
		return cards.Card{}, t.over()
	case err != nil:
		return cards.Card{}, err
	}
	card, ok := next.carryOut(ctx)
	if !ok {
		return cards.Card{}, &shown{card}
	}
	return card, nil
}

// over says that there is nothing to confirm any more.
func (t *turn) over() error {
	return &shown{t.note(cards.Caution, catalog.NoteOver, catalog.Next{Label: catalog.ButtonStatus, Command: "status"})}
}

// may reports whether a ticket is the caller's to confirm. Where they asked among others, the question may
// have been shown in their own chat instead.
func (c Caller) may(ticket directory.Ticket) bool {
	return ticket.Kind == ticketConfirm && ticket.Tenant == c.Tenant() && ticket.By == c.By() && ticket.Facts[factDigest] != "" &&
		(ticket.Facts[factConversation] == c.Conversation || c.Direct && ticket.Facts[factDirect] == "")
}
