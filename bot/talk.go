package bot

import (
	"context"
	"time"

	"rollcall/bot/command"
	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// knowWithin is how long a platform may take to say who an account is. Whoever acts waits for an answer
// meanwhile, on some platforms for three seconds at most.
const knowWithin = time.Second

// caller is who acts, with their language and their zone as far as they are known. Full: they are a full
// member of the workspace, or nobody can say what they are, and no guest, bot or stranger.
func (b *Bot) caller(ctx context.Context, inst directory.Installation, origin directory.Origin, event string) (caller command.Caller, full bool, err error) {
	caller = command.Caller{Installation: inst, Actor: origin.Actor, Conversation: origin.Conversation, Direct: origin.Direct, Event: event}
	tenant, err := b.registry.Tenant(ctx, inst.Tenant)
	if err != nil {
		return caller, false, err
	}
	account, err := b.account(ctx, inst, origin.Actor)
	if err != nil {
		return caller, false, err
	}
	wish, err := b.registry.Preference(ctx, inst.Tenant, origin.Actor)
	if err != nil {
		return caller, false, err
	}
	caller.Unknown = account.Kind == ""
	caller.Lang = first(wish.Locale, account.Locale, tenant.Settings.Locale)
	caller.Zone = first(account.Zone, tenant.Settings.Zone)
	return caller, account.Kind == directory.KindPerson || caller.Unknown, nil
}

// account is what is known of whoever acts. Who came since the platform's accounts were last listed is asked
// for there; the zero value: nobody can say who they are.
func (b *Bot) account(ctx context.Context, inst directory.Installation, id directory.AccountID) (directory.Account, error) {
	accounts, err := b.registry.AccountsByID(ctx, inst.Tenant, id)
	if err != nil {
		return directory.Account{}, err
	}
	if len(accounts) > 0 {
		return accounts[0], nil
	}
	ctx, cancel := context.WithTimeout(ctx, knowWithin)
	defer cancel()
	account, err := b.syncer.Know(ctx, inst, id)
	if err != nil {
		b.logger.Warn("nobody can say who acts", "tenant", inst.Tenant, "platform", inst.Platform, "code", directory.CodeOf(err).String())
		return directory.Account{}, nil
	}
	return account, nil
}

// first is the first of the texts that isn't empty.
func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// reader is to whom something is said.
func (b *Bot) reader(caller command.Caller) catalog.Reader {
	return catalog.Reader{Here: b.title(caller.Installation.Platform), Lang: caller.Lang}
}

// said answers a text. Whoever writes can be written to again; whoever writes nothing but an address, in
// their own chat, may have been asked for it; everything else is a command.
func (b *Bot) said(ctx context.Context, inst directory.Installation, origin directory.Origin, s Said) (Reply, error) {
	caller, full, err := b.caller(ctx, inst, origin, "said/"+s.ID)
	if err != nil {
		return Reply{}, err
	}
	if !full {
		return b.once(ctx, inst, origin, s, catalog.Foreign(b.reader(caller)))
	}
	if err := b.syncer.Reached(ctx, inst, origin.Actor); err != nil {
		return Reply{}, err
	}
	if address, err := directory.ParseAddress(s.Text); err == nil && origin.Direct {
		outcome, err := b.syncer.Named(ctx, inst, origin.Actor, address)
		if err != nil {
			return Reply{}, err
		}
		b.logger.Info("address", "tenant", inst.Tenant, "platform", inst.Platform, "outcome", string(outcome))
		if outcome == directory.AnswerTaken || outcome == directory.AnswerTwice {
			// Also where the platform delivers it again because we could not answer.
			return b.once(ctx, inst, origin, s, catalog.Named(b.reader(caller)))
		}
	}
	reply, _, err := b.carryOut(ctx, caller, func(ctx context.Context) cards.Card { return b.commands.Run(ctx, caller, s.Text) })
	return reply, err
}

// met welcomes somebody. Whoever opens the chat can be written to.
func (b *Bot) met(ctx context.Context, inst directory.Installation, origin directory.Origin) (Reply, error) {
	if err := b.syncer.Reached(ctx, inst, origin.Actor); err != nil {
		return Reply{}, err
	}
	caller, _, err := b.caller(ctx, inst, origin, "")
	if err != nil {
		return Reply{}, err
	}
	return b.once(ctx, inst, origin, Met{}, catalog.Welcome(b.reader(caller)))
}

// opened answers the app's own page, every time.
func (b *Bot) opened(ctx context.Context, inst directory.Installation, origin directory.Origin) (Reply, error) {
	caller, full, err := b.caller(ctx, inst, origin, "")
	if err != nil {
		return Reply{}, err
	}
	card := catalog.Foreign(b.reader(caller))
	if full {
		card = b.commands.Home(ctx, caller)
	}
	return Reply{Card: &card}, nil
}

// pressed answers a press: of a button that gives a command, of one that confirms one, or of one that answers
// a question of the engine's.
func (b *Bot) pressed(ctx context.Context, inst directory.Installation, origin directory.Origin, p Pressed) (Reply, error) {
	caller, full, err := b.caller(ctx, inst, origin, "pressed/"+p.ID)
	if err != nil {
		return Reply{}, err
	}
	run := func(ctx context.Context) cards.Card {
		return b.commands.Run(ctx, caller, catalog.Command(p.Press.Value))
	}
	switch {
	case p.Press.Verb != catalog.VerbRun && p.Press.Verb != catalog.VerbConfirm:
		return b.answered(ctx, caller, origin, p)
	case !full:
		reply, err := b.once(ctx, inst, origin, p, catalog.Foreign(b.reader(caller)))
		reply.Word = word(caller, catalog.WordForeign)
		return reply, err
	case p.Press.Verb == catalog.VerbConfirm:
		run = func(ctx context.Context) cards.Card { return b.commands.Confirm(ctx, caller, p.Press.Nonce) }
	}
	reply, line, err := b.carryOut(ctx, caller, run)
	if err != nil {
		return Reply{}, err
	}
	reply.Word = word(caller, line)
	return reply, nil
}

// answered has the engine take an answer. Even a press that needs no reply is remembered: delivered again,
// it is one that the engine has taken already.
func (b *Bot) answered(ctx context.Context, caller command.Caller, origin directory.Origin, p Pressed) (Reply, error) {
	inst := caller.Installation
	outcome, err := b.syncer.Answer(ctx, inst.Tenant, directory.Answer{
		Actor: origin.Actor, Conversation: origin.Conversation, Direct: origin.Direct, Message: p.Message,
		Nonce: directory.Nonce(p.Press.Nonce), Verb: directory.Verb(p.Press.Verb), Value: p.Press.Value,
	})
	if err != nil {
		return Reply{}, err
	}
	b.logger.Info("answer", "tenant", inst.Tenant, "platform", inst.Platform, "outcome", string(outcome))
	card, line := replyTo(outcome, b.reader(caller))
	reply, err := b.once(ctx, inst, origin, p, card)
	if err != nil {
		return Reply{}, err
	}
	if outcome == directory.AnswerTaken {
		reply.Card = nil // the prompt's own card says what follows
	}
	reply.Word = word(caller, line)
	return reply, nil
}

// replyTo is what is said to an answer: a card where it changed nothing, and one line.
func replyTo(outcome directory.Outcome, reader catalog.Reader) (cards.Card, string) {
	switch outcome {
	case directory.AnswerTaken:
		return cards.Card{}, catalog.WordTaken
	case directory.AnswerTwice:
		return catalog.Twice(reader), catalog.WordTwice
	case directory.AnswerForeign:
		return catalog.Foreign(reader), catalog.WordForeign
	}
	return catalog.Late(reader), catalog.WordLate
}

// word is one line to a press, in the presser's language.
func word(caller command.Caller, line string) string {
	return catalog.Text(catalog.Voice{Lang: caller.Lang}, line)
}
