package plan

import (
	"slices"
	"time"

	"rollcall/sync/directory"
)

// post has a platform take a message, lose it, take it and lose the answer, or refuse it.
func (h *history) post(p *directory.Prompt, face directory.Face) {
	h.arrived[face] = false
	late := time.Duration(h.dice.Int64N(int64(Settle)))
	switch roll := h.dice.IntN(100); {
	case roll < 70:
		h.accept(face, h.now)
		p.Delivery, p.Ref, p.Shown = directory.Sent, directory.MessageRef{ID: "1"}, face
	case roll < 78:
		h.accept(face, h.now.Add(late)) // and the answer is lost
		if h.defect == "what is uncertain counts as refused" && p == &h.link.Ask && Diverts(h.link) {
			h.divert()
		}
	case roll < 85: // lost on the way there
	case roll < 95:
		p.Delivery, p.Nonce = directory.NotSent, ""
		h.now = h.now.Add(time.Duration(1+h.dice.IntN(900)) * time.Second)
		h.impatience = 0
	case p == &h.link.Proof && h.chance(50):
		p.Delivery, p.Nonce = directory.NotSent, ""
		h.link = Await(h.link, h.now)
	default:
		if p == &h.link.Ask && Diverts(h.link) {
			h.divert()
			return
		}
		h.apply(directory.Fail)
		p.Delivery, p.Nonce = directory.NotSent, "" // p is in h.link, which apply replaces in place
		if p == &h.link.Ask {
			h.link.LastWave = h.last
		}
	}
}

// divert has a wave that didn't go out go to the other platform.
func (h *history) divert() {
	h.apply(directory.Divert)
	h.link.Ask.Delivery, h.link.Ask.Nonce = directory.NotSent, ""
	h.link.LastWave = h.last
}

// accept is a message going out, and where the manners are held to.
func (h *history) accept(face directory.Face, at time.Time) {
	h.arrived[face] = true
	h.proper(face)
	if face == directory.FaceProve {
		h.proof = at
		return
	}
	h.asked = at
	if h.out != nil {
		h.out(at)
	}
	h.tell("prompt")
	if face == directory.FaceSearch {
		h.waves-- // it is none
	}
	if len(h.prompts) > 0 {
		if gap := at.Sub(h.prompts[len(h.prompts)-1]); gap < 72*time.Hour {
			h.breach("asked again after %v", gap)
		}
	}
	if h.waves++; h.waves > 3 {
		h.breach("asked %d times", h.waves)
	}
	h.prompts = append(h.prompts, at)
	switch l := h.link; {
	case !loudly(h.rules)(h.now) && !Invited(l, h.now):
		h.breach("asked in quiet hours, or on a quiet day")
	case slices.ContainsFunc(l.Holds(), func(a directory.AccountID) bool { return l.IsBarred(a, h.now) }):
		h.breach("asked about an account of which they said no")
	case l.Parked:
		h.breach("asked before a plan was applied")
	}
}

// proper holds any message that goes out to what was said before it.
func (h *history) proper(face directory.Face) {
	to := h.link.Ask.To
	if face == directory.FaceProve {
		to = h.link.Proof.To
	}
	switch l := h.link; {
	case h.stopped[to]:
		h.breach("%s after a stop", face)
	case h.no:
		h.breach("%s after a no", face)
	case !l.State.Live() || !l.Present || !l.Leaving.Since.IsZero():
		h.breach("%s to somebody who is away", face)
	case h.rules.Paused:
		h.breach("%s during a pause", face)
	case !h.rules.Settings.On:
		h.breach("%s while the tenant is off", face)
	}
}

func (h *history) find(p *directory.Prompt, face directory.Face) {
	switch {
	case !h.readBack:
		p.Delivery, p.Shown = directory.Assumed, p.Want
	case h.arrived[face]:
		p.Delivery, p.Ref, p.Shown = directory.Sent, directory.MessageRef{ID: "1"}, face
		if p.Nonce == "" && p.Used == "" {
			p.Shown = ""
		}
	default:
		p.Delivery, p.Nonce = directory.NotSent, ""
	}
	if h.link.State != directory.Proving && p == &h.link.Ask {
		h.link.LastWave = h.now
	}
}

func (h *history) show(p *directory.Prompt) {
	if h.chance(10) {
		h.now = h.now.Add(time.Minute) // and once more
		h.impatience = 0
		return
	}
	if p.Shown = p.Want; p.Want.Asks() {
		p.Nonce = h.nonce()
	}
}
