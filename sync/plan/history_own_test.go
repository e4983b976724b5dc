package plan

import "rollcall/sync/directory"

// own is what a person, or the owner of the claimed account, writes of their own accord; and now and then
// what an admin does.
func (h *history) own() {
	l := h.link
	try := func(event directory.Event) {
		if _, can := l.State.After(event); can {
			h.apply(event)
		}
	}
	if l.State == directory.Linked || l.State == directory.Unlinked && h.chance(50) {
		try(directory.Unlink)
		try(directory.Relink)
		return
	}
	switch h.dice.IntN(6) {
	case 0, 1, 2, 3:
		h.sync([]directory.AccountID{mine, h.found()}[h.dice.IntN(2)])
	case 4:
		try(directory.Disown)
	case 5:
		if try(directory.Stop); l.State == directory.Matched {
			h.apply(directory.Suppress)
			h.stopped = true
		}
	}
}

// sync is the person asking to be asked.
func (h *history) sync(by directory.AccountID) {
	switch h.link.State {
	case directory.Matched, directory.Asking, directory.Choosing, directory.Snoozed:
		if next, may := Sooner(h.link, h.now); may {
			h.tell("sync, sooner")
			h.link = next
		}
		return
	}
	next, err := Anew(h.link, by, h.now)
	if err != nil {
		return
	}
	h.tell("sync, anew")
	h.happened[directory.Rejoin]++
	h.stopped, h.link = false, next
	h.link.Barred = nil
	if next.Waves == 0 {
		h.waves = 0
	}
	if next.LastWave.IsZero() {
		h.prompts = nil
	}
}
