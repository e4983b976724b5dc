package plan

import "rollcall/sync/directory"

// another is an address that the person names.
var another = func() directory.Address {
	address, err := directory.ParseAddress("other@corp.example")
	if err != nil {
		panic(err)
	}
	return address
}()

// standsIn is what stands in for the person.
var standsIn = directory.AccountID{Platform: "beta", Workspace: "w", User: "standin"}

// makeStandIn has a platform make a stand-in, lose the order, lose the answer, or refuse.
func (h *history) makeStandIn() {
	s := &h.link.StandIn
	switch {
	case h.standIn > 0:
		h.breach("a second stand-in")
	case h.link.Account.IsZero():
		h.breach("a stand-in for somebody without an account")
	}
	s.Kind, s.Platform, s.Marker, s.Is, s.Since = directory.StandInGuest, "beta", "s", directory.Making, h.now
	switch roll := h.dice.IntN(100); {
	case roll < 60:
		h.standIn++
		s.Is, s.Account = directory.Active, standsIn
	case roll < 70: // and the answer is lost
		h.standIn++
	case roll < 80: // lost on the way there
	default:
		s.Is = directory.Missing
		h.apply(directory.Hold)
		h.link.Checked = h.now
	}
}

// removeStandIn is what can't be undone, and where the policy is held to.
func (h *history) removeStandIn() {
	l := &h.link
	switch {
	case h.rules.Settings.Removal == directory.RemovalUnsync:
		h.breach("a stand-in was removed")
	case l.State == directory.Unsynced:
	case l.StandIn.Is != directory.Parked || h.now.Sub(l.StandIn.Since) < h.rules.Settings.Grace:
		h.breach("a stand-in was removed at once")
	}
	h.standIn--
	l.StandIn.Is, l.StandIn.Since = directory.Removed, h.now
}

// search asks for another address, once.
func (h *history) search() {
	if h.stopped[h.mine] {
		if h.link.State == directory.Searching {
			h.apply(directory.Forgo)
		}
		h.link.Searched = h.now
		return
	}
	if h.link.State == directory.Unmatched {
		if !h.link.Searched.IsZero() {
			h.breach("asked for an address a second time")
		}
		h.apply(directory.Search)
	}
	l := &h.link
	h.last, l.LastWave, l.Searched = l.LastWave, h.now, h.now
	l.Ask = directory.Prompt{
		To: h.mine, Nonce: h.nonce(), Mark: "m", Delivery: directory.Sending, Tried: h.now, Expires: h.now.Add(WaveGap), Want: directory.FaceSearch,
	}
	h.post(&l.Ask, directory.FaceSearch)
}
