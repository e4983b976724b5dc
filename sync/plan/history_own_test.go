package plan

import "rollcall/sync/directory"

// own is what a person, or the owner of the claimed account, writes of their own accord; and now and then
// what an admin does.
func (h *history) own() {
	l, by := h.link, []directory.AccountID{h.mine, h.found()}[h.dice.IntN(2)]
	try := func(event directory.Event) bool {
		_, can := l.State.After(event)
		if can {
			h.apply(event)
		}
		return can
	}
	if l.State == directory.Linked || l.State == directory.Unlinked && h.chance(80) {
		try(directory.Unlink)
		try(directory.Relink)
		return
	}
	switch h.dice.IntN(6) {
	case 0, 1, 2, 3:
		h.sync(by)
	case 4:
		if try(directory.Disown) {
			h.decliner = by
		}
	case 5:
		h.stopped[by] = true
		if next, err := Aside(l, directory.Stop, "stop"); err == nil {
			h.link = next
		} else if !try(directory.Stop) && l.State == directory.Matched {
			h.apply(directory.Suppress)
		}
	}
}

// sync is one of the two asking to be asked.
func (h *history) sync(by directory.AccountID) {
	delete(h.stopped, by)
	if len(h.stopped) > 0 && h.defect != "anybody lifts a no" {
		return
	}
	switch h.link.State {
	case directory.Matched, directory.Asking, directory.Choosing, directory.Snoozed:
		if next, may := Sooner(h.link, h.now); may {
			h.tell("sync, sooner")
			h.link = next
		}
		return
	case directory.Declined:
		if h.decliner != by && h.defect != "anybody lifts a no" {
			return
		}
	case directory.Disputed:
		return
	}
	next, err := Anew(h.link, by, h.now)
	if err != nil {
		return
	}
	h.tell("sync, anew")
	h.happened[directory.Rejoin]++
	h.no = h.link.State == directory.Declined && h.decliner != by
	h.link = next
	h.link.Barred = nil
	if next.Waves == 0 {
		h.waves = 0
	}
	if Invited(next, h.now) && next.Invited.Equal(h.now) {
		h.prompts = nil
	}
}

// defect is something that is put in to see that it is found.
type defect string
