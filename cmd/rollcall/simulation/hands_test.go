package simulation

import (
	"context"

	"rollcall/adapters/slack"
	"rollcall/sync/directory"
)

// byHand does what an admin says about one link.
func (p *program) byHand(key directory.LinkKey, do func() error) error {
	task := p.task
	task.hand = &key
	err := do()
	task.hand = nil
	return err
}

// eventHand lets an admin do something about one person.
func (h *history) eventHand(d dice) {
	c := h.anyCompany(d)
	if c == nil {
		return
	}
	id := linkID{c.id, pick(d, c.humans).id}
	key := keyOf(id)
	l, known := h.seen[c.id][key]
	if !known {
		return
	}
	by := pick(d, h.rules[c.id].admins).Text()
	ctx := context.Background()
	what := draw(d, []weighted[string]{{4, "unlink"}, {3, "exempt"}, {3, "exempt off"}, {4, "retry"}, {3, "prompt"}, {4, "undo"}, {3, "resolve"}, {2, "link"}})
	switch l.State { // what is rare is done when it can be
	case directory.Disputed:
		what = pick(d, []string{"resolve", "retry", what})
	case directory.Unlinked:
		what = pick(d, []string{"undo", "retry", what})
	case directory.Exempt:
		what = pick(d, []string{"exempt off", what})
	}
	account := pick(d, append(h.candidates(c, slack.Name, l.Member.Email), append(h.candidates(c, l.Secondary, l.Member.Email), directory.AccountID{})...))
	other := address(h.mailboxOf(d, pick(d, c.humans)))
	err := h.command(c, what+" "+id.person, func(p *program) error {
		e := p.engine
		return p.byHand(key, func() error {
			switch what {
			case "unlink":
				return e.Unlink(ctx, c.id, key, by)
			case "exempt":
				return e.Exempt(ctx, c.id, key, true, by)
			case "exempt off":
				return e.Exempt(ctx, c.id, key, false, by)
			case "retry":
				return e.Retry(ctx, c.id, key, by)
			case "prompt":
				return e.Prompt(ctx, c.id, key, by)
			case "undo":
				return e.Undo(ctx, c.id, key, by)
			case "resolve":
				return e.Resolve(ctx, c.id, key, account, by)
			}
			return e.Link(ctx, c.id, key, other, by)
		})
	})
	if err == nil {
		h.reach(byAdminsHand)
	}
}

// noteHand takes in what an admin did to a link, and what that ends.
func (h *history) noteHand(key directory.LinkKey, id linkID, was, is directory.Link, entry directory.Entry) {
	now := h.clock.Now()
	if entry.Event == "resolved" && keyOf(id) != key { // who claimed it too
		delete(h.undone, id)
		h.afresh[id] = now
		return
	}
	if keyOf(id) != key {
		h.violated("%s: %q by an admin's word about %s", id.person, entry.Event, key.Member.ID)
	}
	switch entry.Event {
	case "undo":
		if _, theirs := h.undone[id]; theirs && was.State == directory.Unlinked {
			h.violated("%s undid the link, and an admin brings it back", id.person)
		}
		h.kept[id] = true
		delete(h.exempted, id)
	case "exempt":
		h.exempted[id] = now
		delete(h.undone, id)
	case "exempt lifted":
		delete(h.exempted, id)
	case string(directory.Unlink):
		h.unlinked[id] = true
	case "prompt":
		return
	case string(directory.Rejoin), "resolved", "named":
		delete(h.undone, id)
	}
	h.afresh[id] = now
}
