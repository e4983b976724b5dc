package command

import (
	"context"
	"strings"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// held lists the batches, or shows one: that which was named, or the only one that waits.
func held(ctx context.Context, t *turn) (cards.Card, error) {
	batches, err := t.steering.Held(ctx, t.caller.Tenant())
	if err != nil {
		return cards.Card{}, err
	}
	if id := t.call.Arg(0); id != "" {
		b, ok := batchOf(batches, id)
		if !ok {
			return cards.Card{}, t.noBatch(id)
		}
		return t.showBatch(ctx, b)
	}
	var waiting []directory.Batch
	view := catalog.HeldView{Voice: t.voice}
	for i, b := range batches {
		if b.State == directory.BatchHeld {
			waiting = append(waiting, b)
		}
		if i < page {
			view.Batches = append(view.Batches, batchView(b))
		}
	}
	if len(waiting) == 1 {
		return t.showBatch(ctx, waiting[0])
	}
	return catalog.Held(view), nil
}

// batchOf finds a batch by its id, or by the only beginning of one.
func batchOf(list []directory.Batch, id string) (directory.Batch, bool) {
	var found []directory.Batch
	for _, b := range list {
		if b.ID == id {
			return b, true
		}
		if strings.HasPrefix(b.ID, id) {
			found = append(found, b)
		}
	}
	if len(found) == 1 {
		return found[0], true
	}
	return directory.Batch{}, false
}

func (t *turn) noBatch(id string) error {
	return t.refuse(catalog.NoteNoBatch, "ID", id, catalog.Next{Label: catalog.ButtonHeld, Command: "held"})
}

// batch is the one that the first argument names.
func (t *turn) batch(ctx context.Context) (directory.Batch, error) {
	batches, err := t.steering.Held(ctx, t.caller.Tenant())
	if err != nil {
		return directory.Batch{}, err
	}
	b, ok := batchOf(batches, t.call.Arg(0))
	if !ok {
		return b, t.noBatch(t.call.Arg(0))
	}
	t.call.Args = []string{b.ID}
	return b, nil
}

func (t *turn) showBatch(ctx context.Context, b directory.Batch) (cards.Card, error) {
	some, more := cut(b.Members, t.position(1))
	view := batchView(b)
	view.Voice, view.More = t.voice, more
	if view.Asked != "" {
		view.Asked, view.Own = t.nameOf(ctx, b.Proposer), b.Proposer == t.caller.By()
	}
	if view.By != "" {
		view.By = t.nameOf(ctx, b.By)
	}
	for _, member := range some {
		name := member.ID
		stories, err := t.steering.People(ctx, t.caller.Tenant(), Name{Member: member})
		if err != nil && !directory.Is(err, directory.NotFound) {
			return cards.Card{}, err
		}
		if len(stories) > 0 && stories[0].Member.Name != "" {
			name = stories[0].Member.Name
		}
		view.People = append(view.People, name)
	}
	return catalog.Batch(view), nil
}

// nameOf is what people call whoever the trail names: an admin of now, else the owner of an account, as far
// as they have a name.
func (t *turn) nameOf(ctx context.Context, by string) string {
	account, err := directory.ParseAccountID(by)
	if err != nil {
		return by
	}
	admins, err := t.office.Admins(ctx, t.caller.Tenant())
	for _, a := range admins {
		if err == nil && a.Account == account && a.Name != "" {
			return a.Name
		}
	}
	stories, err := t.steering.People(ctx, t.caller.Tenant(), Name{Account: account})
	if err == nil && len(stories) == 1 && stories[0].Member.Name != "" {
		return stories[0].Member.Name
	}
	return account.User
}

func release(ctx context.Context, t *turn) (cards.Card, error) {
	b, err := t.batch(ctx)
	if err != nil {
		return cards.Card{}, err
	}
	if t.seen == "" && b.State != directory.BatchHeld {
		return t.showBatch(ctx, b)
	}
	card, ok, err := t.settle(ctx, digest("release", b.ID, b.Hash, string(b.State)), catalog.Confirmation{
		Title: catalog.ReleaseTitle, Text: catalog.ReleaseText, Button: catalog.ReleaseButton, N: len(b.Members), Say: b.Why,
		Pairs: []string{"ID", b.ID, "Group", string(b.Group)},
	})
	if !ok {
		return card, err
	}
	over, err := t.steering.Release(ctx, t.caller.Tenant(), b.ID, b.Hash, t.caller.By())
	switch {
	case err != nil:
		return cards.Card{}, err
	case !over:
		return t.done(catalog.NoteProposed, "ID", b.ID, catalog.Next{Label: catalog.ButtonAdmins, Command: "admins"}), nil
	}
	return t.done(catalog.NoteReleased, "ID", b.ID, catalog.Next{Label: catalog.ButtonUndo, Command: "undo " + b.ID}, t.statusOf(b.Group)), nil
}

func reject(ctx context.Context, t *turn) (cards.Card, error) {
	b, err := t.batch(ctx)
	if err != nil {
		return cards.Card{}, err
	}
	if b.State != directory.BatchHeld && b.State != directory.BatchRejected {
		return cards.Card{}, t.refuse(catalog.NoteDecided, "ID", b.ID, catalog.Next{Label: catalog.ButtonShow, Command: "held " + b.ID})
	}
	if b.State == directory.BatchHeld {
		if err := t.steering.Reject(ctx, t.caller.Tenant(), b.ID, b.Hash, t.caller.By()); err != nil {
			return cards.Card{}, err
		}
	}
	return t.done(catalog.NoteRejected, "ID", b.ID, t.statusOf(b.Group)), nil
}

// undo brings back whom a batch removed, or takes back the last thing that was done to somebody.
func undo(ctx context.Context, t *turn) (cards.Card, error) {
	if _, person := subject(t.call.Arg(0)); person {
		return t.undoLink(ctx)
	}
	b, err := t.batch(ctx)
	if err != nil {
		return cards.Card{}, err
	}
	if t.seen == "" && b.State != directory.BatchReleased && b.State != directory.BatchDone {
		return t.showBatch(ctx, b)
	}
	// That the last of its people were removed meanwhile changes nothing about what is undone.
	card, ok, err := t.settle(ctx, digest("undo", b.ID, b.Hash), catalog.Confirmation{
		Title: catalog.UndoBatchTitle, Text: catalog.UndoBatchText, Button: catalog.UndoBatchButton, N: len(b.Members),
		Pairs: []string{"ID", b.ID, "Group", string(b.Group)},
	})
	if !ok {
		return card, err
	}
	if err := t.steering.UndoBatch(ctx, t.caller.Tenant(), b.ID, t.work(b.Group)); err != nil {
		return cards.Card{}, err
	}
	return t.done(catalog.NoteUndoing, "ID", b.ID, t.statusOf(b.Group)), nil
}

// lastDone is the line of the trail by which a link came to where it is; negative: there is none. Who is exempt,
// and by that only, goes back to where the directory has them now.
func lastDone(l directory.LinkStory) int {
	if l.Link.State != directory.Unlinked && l.Link.State != directory.Suspended {
		return -1
	}
	for i := len(l.Trail) - 1; i >= 0; i-- {
		if e := l.Trail[i]; e.To == l.Link.State && e.From != e.To && e.From != "" {
			return i
		}
	}
	return -1
}

func (t *turn) undoLink(ctx context.Context) (cards.Card, error) {
	story, l, err := t.link(ctx, 1)
	if err != nil {
		return cards.Card{}, err
	}
	t.call.Args = []string{t.call.Arg(0), string(l.Link.Secondary)}
	question := catalog.Confirmation{Title: catalog.UndoTitle, Text: catalog.UndoText, Button: catalog.UndoButton, Pairs: t.ends(story, l.Link)}
	if i := lastDone(l); i >= 0 {
		e := l.Trail[i]
		question.Text, question.State = catalog.UndoBack, string(e.From)
		question.Trail = []catalog.TrailLine{{At: e.At, State: string(e.To), Why: e.Why, By: t.nameOf(ctx, e.By)}}
	}
	card, ok, err := t.settle(ctx, linkDigest("undo", l.Link), question)
	if !ok {
		return card, err
	}
	if err := t.steering.Undo(ctx, t.caller.Tenant(), l.Link.Key, t.caller.By()); err != nil {
		return cards.Card{}, err
	}
	return t.done(catalog.NoteUndone, "Name", story.Member.Name, t.whyOf(story)), nil
}
