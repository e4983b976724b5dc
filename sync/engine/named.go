package engine

import (
	"context"
	"slices"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// Named takes another address of a person, whom we asked for one, as they wrote it in their own chat.
// Late: nobody had asked them, or not any more. Twice: they named it already. It proves nothing:
// whoever has the address is asked there. It may be called again.
func (e *Engine) Named(ctx context.Context, inst directory.Installation, actor directory.AccountID, address directory.Address) (directory.Outcome, error) {
	if t, err := e.Store.Tenant(ctx, inst.Tenant); err != nil || !t.Settings.On || actor.IsZero() || address.IsZero() {
		return directory.AnswerLate, err
	}
	for range mostTries {
		links, err := e.Store.LinksWith(ctx, inst.Tenant, actor)
		if err != nil {
			return "", err
		}
		link, asked := e.asked(links, actor)
		switch {
		case !asked && slices.ContainsFunc(links, func(l directory.Link) bool { return l.Account == actor && l.Alias == address }):
			return directory.AnswerTwice, nil
		case !asked:
			return directory.AnswerLate, nil
		}
		now := e.Now()
		next, err := plan.Apply(link, directory.Name, "the person named another address", now)
		if err != nil {
			return directory.AnswerLate, nil
		}
		next.Alias = address
		err = e.Store.Commit(ctx, inst.Tenant, directory.Change{
			Links: []directory.LinkChange{{Link: next, Version: link.Version}},
			Audit: []directory.Entry{{
				At: now, Link: link.Key, Event: string(directory.Name), From: link.State, To: next.State, Why: next.Why, By: actor.Text(),
			}},
		})
		if directory.Is(err, directory.Conflict) {
			continue
		}
		if err == nil {
			e.Wake()
		}
		return directory.AnswerTaken, err
	}
	return "", directory.Errorf(directory.Unavailable, "the link is being written to by others")
}

// asked is, of the links, the one whose person was asked for another address last, if the question
// still counts. One that certainly isn't out was put to nobody.
func (e *Engine) asked(links []directory.Link, actor directory.AccountID) (link directory.Link, found bool) {
	now := e.Now()
	for _, l := range links {
		open := l.State == directory.Searching && l.Ask.To == actor && now.Before(l.Ask.Expires) && l.Present && l.Leaving.Since.IsZero()
		out := l.Ask.Delivery != directory.NotSent
		if open && out && (!found || l.Ask.Tried.After(link.Ask.Tried)) {
			link, found = l, true
		}
	}
	return link, found
}
