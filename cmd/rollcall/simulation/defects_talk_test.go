package simulation

import (
	"context"
	"time"

	"rollcall/bot"
	"rollcall/sync/directory"
	"rollcall/sync/engine"
)

// resends posts again what may be out already.
type resends struct{ engine.Asker }

func (a resends) Post(ctx context.Context, inst directory.Installation, to directory.AccountID, notice directory.Notice, mark string) (directory.MessageRef, error) {
	ref, err := a.Asker.Post(ctx, inst, to, notice, mark)
	if directory.Is(err, directory.Uncertain) {
		return a.Asker.Post(ctx, inst, to, notice, mark)
	}
	return ref, err
}

// blindFind takes a look that failed for one that found nothing.
type blindFind struct{ engine.Asker }

func (a blindFind) Find(ctx context.Context, inst directory.Installation, to directory.AccountID, mark string, since time.Time) (directory.MessageRef, bool, error) {
	ref, found, err := a.Asker.Find(ctx, inst, to, mark, since)
	if err != nil {
		return directory.MessageRef{}, false, nil
	}
	return ref, found, nil
}

// actorByNonce trusts the card to say who pressed it.
type actorByNonce struct {
	bot.Sink
	store directory.Store
}

func (s actorByNonce) Accept(ctx context.Context, origin directory.Origin, event bot.Event) (bot.Reply, error) {
	if press, ok := event.(bot.Pressed); ok {
		inst, err := s.store.Resolve(ctx, origin)
		if err != nil { // it isn't connected now
			return bot.Reply{}, err
		}
		hash := directory.Nonce(press.Press.Nonce).Hash()
		l, err := s.store.LinkByNonce(ctx, inst.Tenant, hash)
		if err == nil {
			p := l.Ask
			if l.Proof.Nonce == hash {
				p = l.Proof
			}
			origin.Actor, origin.Direct, origin.Conversation = p.To, true, p.Ref.Conversation
		}
	}
	return s.Sink.Accept(ctx, origin, event)
}

// noMeansYes takes every answer for a yes.
type noMeansYes struct{ bot.Sink }

func (s noMeansYes) Accept(ctx context.Context, origin directory.Origin, event bot.Event) (bot.Reply, error) {
	if press, ok := event.(bot.Pressed); ok && press.Press.Verb == string(directory.VerbNotMe) {
		press.Press.Verb = string(directory.VerbSync)
		event = press
	}
	return s.Sink.Accept(ctx, origin, event)
}

// later keeps an event in memory until the next one comes.
type later struct {
	bot.Sink
	origin directory.Origin
	event  bot.Event
}

func (s *later) Accept(ctx context.Context, origin directory.Origin, event bot.Event) (bot.Reply, error) {
	origin, s.origin = s.origin, origin
	event, s.event = s.event, event
	if event == nil {
		return bot.Reply{}, nil
	}
	return s.Sink.Accept(ctx, origin, event)
}

// otherTenant finds the right platform, and the wrong customer.
type otherTenant struct {
	directory.Store
	history *history
}

func (s otherTenant) Resolve(ctx context.Context, origin directory.Origin) (directory.Installation, error) {
	for _, c := range s.history.companies {
		if inst := c.installation(origin.Platform); inst.Workspace != origin.Workspace {
			return inst, nil
		}
	}
	return s.Store.Resolve(ctx, origin)
}
