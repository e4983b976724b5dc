package simulation

import (
	"context"
	"time"

	"rollcall/sync/directory"
)

var bothGroups = []string{slackGroup, webexGroup}

// checkSuspended: whoever is suspended for having left was really out of all groups at some moment of
// the last day, and the directory said so of this very person; and whoever is suspended for an
// account really had one that could not be linked.
func (h *history) checkSuspended(id linkID, was, is directory.Link, entry directory.Entry) {
	now := h.clock.Now()
	if entry.Event == string(directory.Lose) {
		since := now.Add(-frozenAtMost)
		if !h.wasUnusable(was.Account, since) && (was.Counterpart == was.StandIn.Account || !h.wasUnusable(was.Counterpart, since)) {
			h.violated("%s lost a link whose accounts are both fine", id.person)
		}
		return
	}
	if !h.dir.WasOut(id.tenant, h.keepers(id.tenant, was.Group), id.person, now.Add(-outWithin), now) {
		h.violated("%s was suspended for having left, and was never out", id.person)
	}
	if at, ok := h.checks[id]; !ok || at.Before(was.Leaving.Since) {
		h.violated("%s was suspended, and the directory never said no of this person", id.person)
	}
	h.left[id] = departure{now, h.approved[was.Leaving.Batch]}
	h.checkDay(id.tenant, now)
}

// departure is when somebody was suspended for having left, and whether an administrator let them go.
type departure struct {
	at       time.Time
	approved bool
}

// checkDay: a tenant loses no more than a few people, or a tenth of them, within a day, but for those
// whom an administrator let go.
func (h *history) checkDay(tenant directory.TenantID, now time.Time) {
	gone, live := 0, 0
	for _, l := range h.seen[tenant] {
		switch {
		case l.State.Live():
			live++
		case l.State == directory.Suspended:
			left := h.left[linkID{tenant, l.Key.Member.ID}]
			if !left.approved && now.Sub(left.at) < 24*time.Hour {
				gone++
			}
		}
	}
	if gone > max(fewPeople, (live+gone)/10) {
		h.violated("%s lost %d of %d people within a day, and nobody was asked", tenant, gone, live+gone)
	}
}

// checkNominations: the absences of a read go on all together or not at all, never on the word of a
// read that broke off or that listed nobody, and never too many without an administrator's word.
func (h *history) checkNominations(tenant directory.TenantID, change directory.Change, before map[directory.LinkKey]directory.Link) {
	if change.Reading == nil {
		return
	}
	group := change.Reading.Reading.Group
	nominated, live := 0, 0
	for _, l := range h.seen[tenant] {
		if l.Group == group && l.State.Live() {
			live++
		}
	}
	for _, c := range change.Links {
		l := c.Link
		if l.Leaving.Since.IsZero() || !before[l.Key].Leaving.Since.IsZero() {
			continue
		}
		if l.Leaving.Approved {
			if !h.approved[l.Leaving.Batch] {
				h.violated("%s goes with a batch that nobody approved", l.Key.Member.ID)
			}
			continue
		}
		nominated++
	}
	if nominated == 0 {
		return
	}
	at := h.reads[readID{tenant, string(group)}]
	switch {
	case !at.ended:
		h.violated("people of %s were said to have left on the word of a read that had not ended", tenant)
	case at.listed == 0:
		h.violated("people of %s were said to have left on the word of a listing of nobody", tenant)
	case nominated > max(fewPeople, live/10):
		h.violated("%d of the %d people of a group were let go at once", nominated, live)
	case nominated >= live && live > fewPeople:
		h.violated("a group of %d people was let go whole", live)
	}
}

// reading is the stored reading that a change would write.
func (h *history) reading(tenant directory.TenantID, change directory.Change) directory.Reading {
	if change.Reading != nil {
		readings, err := h.memory.Readings(context.Background(), tenant)
		must(err)
		for _, r := range readings {
			if r.ID == change.Reading.Reading.ID {
				return r
			}
		}
	}
	return directory.Reading{}
}

// checkUnsynced: a link is given up only after the grace period, and only while the person is away.
func (h *history) checkUnsynced(id linkID, was directory.Link) {
	now := h.clock.Now()
	if now.Sub(was.SuspendedAt) < 24*time.Hour {
		h.violated("%s was given up %v after being suspended", id.person, now.Sub(was.SuspendedAt))
	}
	if !h.dir.WasOut(id.tenant, h.keepers(id.tenant, was.Group), id.person, now.Add(-outWithin), now) {
		h.violated("%s was given up, and was never out", id.person)
	}
	if at, ok := h.checks[id]; !ok || at.Before(was.SuspendedAt) {
		h.violated("%s was given up, and the directory was not asked once more", id.person)
	}
	h.anew[id] = now
}
