package simulation

import (
	"slices"
	"time"

	"rollcall/sync/directory"
)

// checkHour: nobody is asked at night, or on a day on which nobody is, unless they have just asked for it.
// The people of the simulation live by the tenant's clock, which is UTC.
func (h *history) checkHour(id linkID, at time.Time) {
	if w := h.wishes[id]; !w.at.IsZero() && at.Sub(w.at) <= time.Hour+inFlight {
		return
	}
	if h.isQuiet(at) && h.isQuiet(at.Add(-inFlight)) {
		h.violated("%s was asked at %s", id.person, at.Format("Monday 15:04:05"))
	}
}

func (h *history) isQuiet(at time.Time) bool {
	night := h.profile.Quiet && (at.Hour() >= 18 || at.Hour() < 8)
	return night || slices.Contains(h.profile.Steering.QuietDays, at.Weekday())
}

// asking is one question that went out, a person's first one or another one.
type asking struct {
	at    time.Time
	id    linkID
	group directory.GroupID // that decided for them then
	first bool
}

// noteAsking looks at what goes out together: what the tenant wants in an hour, and what its group's stage
// allows. Several processes keep that for themselves.
func (h *history) noteAsking(id linkID, at time.Time) {
	first := !slices.ContainsFunc(h.askings, func(a asking) bool { return a.id == id })
	h.askings = append(h.askings, asking{at, id, h.held[id].group, first})
	if h.profile.Processes > 1 {
		return
	}
	h.checkRate(id, at)
	if first {
		h.checkStage(id, at)
	}
}

// checkRate: no more people are asked within an hour than the tenant wants.
func (h *history) checkRate(id linkID, at time.Time) {
	most := h.profile.Steering.PerHour
	if most == 0 {
		return
	}
	asked := make(map[linkID]bool)
	for _, a := range h.askings {
		if a.id.tenant == id.tenant && a.at.After(at.Add(inFlight-time.Hour)) {
			asked[a.id] = true
		}
	}
	if len(asked) > most {
		h.violated("%d people of %s were asked within an hour, and %d is the most", len(asked), id.tenant, most)
	}
}

// pilot is how many people the first stage of a rollout asks.
const pilot = 10

// checkStage: while a group's rollout is in a stage, whoever is asked for the first time is one of its first
// ten. The companies here have no more than would be a quarter of that. Whose first question was meant to go
// out before, and was lost on its way, counts as asked.
func (h *history) checkStage(id linkID, at time.Time) {
	group := h.held[id].group
	since, by := h.rules[id.tenant].staged[group]
	if !by || at.Sub(since.at) <= inFlight || !h.wishes[id].at.IsZero() || h.intended[id].Before(since.at) {
		return
	}
	if before, _ := h.askedFirst(id.tenant, group); before > pilot {
		h.violated("%s is number %d of %s to be asked", id.person, before, group)
	}
}

// askedFirst is how many of a group's people were asked, and when the last of them was for the first time.
// Who asked for it themselves counts, but no stage rests for them.
func (h *history) askedFirst(tenant directory.TenantID, group directory.GroupID) (n int, last time.Time) {
	for _, a := range h.askings {
		if !a.first || a.id.tenant != tenant || a.group != group || h.held[a.id].group != group {
			continue
		}
		if n++; h.wishes[a.id].at.IsZero() {
			last = latest(last, a.at)
		}
	}
	return n, last
}

// checkOpened: a stage opens by itself a day after the last of the one before was asked, as it was decided then.
func (h *history) checkOpened(tenant directory.TenantID, is directory.Group) {
	if _, last := h.askedFirst(tenant, is.ID); h.profile.Processes == 1 && h.clock.Now().Sub(last) < 24*time.Hour-inFlight {
		h.violated("the stage %q of %s opens %v after the last one was asked", is.Rollout.Stage, is.ID, h.clock.Now().Sub(last))
	}
	h.reach(stageOpened)
	if is.Rollout.Stage == directory.StageAll {
		delete(h.rules[tenant].staged, is.ID)
	}
}

// wished reports whether somebody asked, since they were asked last, to be asked now.
func (h *history) wished(id linkID, c *card, last time.Time) bool {
	w := h.wishes[id]
	return w.at.After(last) && (w.undone || w.by == c.account)
}

// begun is since when a person's waves count.
func (h *history) begun(id linkID) time.Time { return latest(h.anew[id], h.afresh[id]) }

// needsTwo: more than a quarter of a group, and more than a few people, or all of it, are let go by two.
func (h *history) needsTwo(tenant directory.TenantID, b directory.Batch) bool {
	live := 0
	for _, l := range h.seen[tenant] {
		if l.Group == b.Group && l.State.Live() {
			live++
		}
	}
	n := len(b.Members)
	return n > fewPeople && n*4 > live || n >= live
}
