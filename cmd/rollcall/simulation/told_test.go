package simulation

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// subscriberName is that of the system that is told of changes, in every tenant.
const subscriberName = "crm"

// telling is what a history has of a system that is told of changes. It is drawn by itself.
type telling struct {
	On      bool
	Refuses float64 // it fails, or its answer is lost
	Kill    float64 // right before and after it is told
}

func drawTelling(seed uint64) telling {
	d := newDice(seed, "telling", 0)
	t := telling{On: d.chance(0.5)}
	if !t.On {
		return t
	}
	if d.chance(0.7) {
		t.Refuses = 0.05 * pow(10, d.Float64())
	}
	if d.chance(0.7) {
		t.Kill = 0.03 * pow(10, d.Float64())
	}
	return t
}

// news is a line of the trail, and whether others must be told of it.
type news struct {
	directory.Entry
	must, taken bool
}

// noteTrail takes in the lines that a commit has added.
func (h *history) noteTrail(tenant directory.TenantID, before map[directory.LinkKey]directory.Link) {
	for {
		after := int64(0)
		if n := len(h.trail[tenant]); n > 0 {
			after = h.trail[tenant][n-1].Seq
		}
		lines, err := h.memory.Trail(context.Background(), tenant, directory.TrailQuery{After: after})
		must(err)
		if len(lines) == 0 {
			return
		}
		for _, line := range lines {
			h.trail[tenant] = append(h.trail[tenant], news{Entry: line, must: isNews(line, before[line.Link].Before)})
		}
	}
}

// isNews reports whether a line is about the beginning or the end of a link that others rely on.
func isNews(line directory.Entry, suspendedFrom directory.State) bool {
	relied := func(s directory.State) bool { return s == directory.Linked || s == directory.Represented }
	switch {
	case line.From == line.To:
		return false
	case line.From == directory.Suspended && line.To == directory.Unsynced:
		return relied(suspendedFrom)
	}
	return relied(line.From) || relied(line.To)
}

// subscriber is that system, as one process speaks to it.
type subscriber struct {
	program *program
	tenant  directory.TenantID
}

// Deliver implements [directory.Subscriber].
func (s *subscriber) Deliver(_ context.Context, c directory.Changed) error {
	h := s.program.history
	s.program.pass(place{when: beforeCall, name: "before telling a subscriber", tells: true})
	p := h.profile.Telling
	if h.faulty && h.dice.chance(p.Refuses) {
		h.reach(subscriberDown)
		switch h.dice.IntN(4) {
		case 0:
			return directory.Wait(time.Minute, "wait")
		case 1:
			return directory.Errorf(directory.Unavailable, "down")
		case 2:
			return directory.Errorf(directory.Invalid, "refused")
		}
		h.checkTold(s.tenant, c)
		return directory.Errorf(directory.Uncertain, "the answer was lost")
	}
	h.checkTold(s.tenant, c)
	s.program.pass(place{when: afterCall, name: "after telling a subscriber", tells: true})
	return nil
}

// checkTold: what a subscriber is told is in the trail, of its own tenant, and nothing before it was
// left out.
func (h *history) checkTold(tenant directory.TenantID, c directory.Changed) {
	seq, err := strconv.ParseInt(c.ID[strings.LastIndex(c.ID, "/")+1:], 10, 64)
	must(err)
	trail := h.trail[tenant]
	at, known := slices.BinarySearchFunc(trail, seq, func(n news, seq int64) int { return int(n.Seq - seq) })
	if !known {
		h.violated("a subscriber was told of %s, which is not in the trail", c.ID)
	}
	line := &trail[at]
	if c.Tenant != tenant || c.Link.Key != line.Link || c.From != line.From || c.To != line.To {
		h.violated("a subscriber was told %s of %s: from %q to %q, and the trail says from %q to %q", c.ID, c.Link.Key.Member.ID, c.From, c.To, line.From, line.To)
	}
	for i := h.heard[tenant]; i < at; i++ {
		if trail[i].must && !trail[i].taken {
			h.violated("a subscriber was told of %s, and not of %d before it", c.ID, trail[i].Seq)
		}
	}
	if line.taken {
		h.reach(toldTwice)
	}
	line.taken = true
	h.heard[tenant] = max(h.heard[tenant], at)
}

// judgeTold: in the end everything was told.
func (h *history) judgeTold(c *company) {
	if !h.profile.Telling.On {
		return
	}
	for _, line := range h.trail[c.id] {
		if line.must && !line.taken {
			h.violated("no subscriber was told of %d: %s from %q to %q", line.Seq, line.Link.Member.ID, line.From, line.To)
		}
	}
}

// rarely has a subscriber's reading come less often where there was nothing to tell: a history is months
// long, and a look at the trail in each minute of it would take most of its time.
func rarely(change directory.Change, now time.Time) directory.Change {
	c := change.Reading
	if c == nil || c.Reading.ID.Subscriber() == "" || c.Reading.Failures > 0 || !c.Reading.DueAt.After(now) {
		return change
	}
	slow := *c
	slow.Reading.DueAt = now.Add(4 * time.Hour)
	change.Reading = &slow
	return change
}
