package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// The limits of the guard: the larger of a few people and a tenth; and for a day of a whole
// tenant never more than dayMost. So a group of more than a few never goes to zero by itself.
const (
	fewPeople = 5
	dayMost   = 200
)

// Removals are what one read of a group would remove.
type Removals struct {
	Leaving       int              // links in scope whose people are no longer listed
	LeavingLinked int              // those of them that are linked
	Listed        int              // people whom the directory did list
	Counts        directory.Counts // before the removals
}

// Guard says whether removals may go on. An empty reason: they may. Otherwise every one of them is
// held for an admin, and the reason says why.
func Guard(r Removals) string {
	c := r.Counts
	switch {
	case r.Leaving == 0:
		return ""
	case r.Listed == 0:
		return "the directory listed nobody"
	case r.Leaving > tenth(c.GroupLive):
		return fmt.Sprintf("%d of the group's %d people at once", r.Leaving, c.GroupLive)
	case r.LeavingLinked > tenth(c.GroupLinked):
		return fmt.Sprintf("%d of the group's %d links at once", r.LeavingLinked, c.GroupLinked)
	case c.Leaving+r.Leaving > min(dayMost, tenth(c.Live)):
		return fmt.Sprintf("%d of the tenant's %d people within a day", c.Leaving+r.Leaving, c.Live)
	case c.LeavingLinked+r.LeavingLinked > min(dayMost, tenth(c.Linked)):
		return fmt.Sprintf("%d of the tenant's %d links within a day", c.LeavingLinked+r.LeavingLinked, c.Linked)
	}
	return ""
}

// TwoAdmins reports whether it takes two admins to let that many removals of a group go on: more than a
// few people who are more than a quarter of those in scope, or more than dayMost, or all of them; of the
// group, or of the tenant. Whoever left within the day, or is leaving, counts with them, approved or not:
// several small batches are one large one.
func TwoAdmins(leaving int, c directory.Counts) bool {
	return tooMany(leaving+c.GroupGoing+c.GroupGone, c.GroupLive+c.GroupGone) || tooMany(leaving+c.Going+c.Gone, c.Live+c.Gone)
}

func tooMany(leaving, all int) bool {
	return leaving > min(dayMost, max(fewPeople, all/4)) || leaving >= all
}

func tenth(n int) int { return max(fewPeople, n/10) }

// keptFor is how long, at least, whoever an admin keeps against the directory isn't nominated again.
const keptFor = 7 * 24 * time.Hour

// KeptUntil is until when somebody stays whose removal an admin refuses, or takes back, now: a week, or the
// time of grace where that is longer.
func KeptUntil(settings directory.Settings, now time.Time) time.Time {
	return now.Add(max(keptFor, grace(settings)))
}

// Stays reports whether l's person is kept by an admin, whatever the directory lists. Afterwards they are
// nominated like everybody: with the guard, and asked for one by one.
func Stays(l directory.Link, now time.Time) bool {
	return l.Leaving.Refused && (l.Leaving.Until.IsZero() || now.Before(l.Leaving.Until))
}

// NewBatch is a batch of removals that the guard held: its hash stands for exactly this group and
// these people, and its id is made of the hash, so that the same removals are the same batch.
func NewBatch(group directory.GroupID, members []directory.MemberID, why string) directory.Batch {
	members = slices.Clone(members)
	slices.SortFunc(members, func(a, b directory.MemberID) int { return strings.Compare(a.Text(), b.Text()) })
	h := sha256.New()
	fmt.Fprintf(h, "%q\n", group) // so that no name of a group can pass for people
	for _, m := range members {
		fmt.Fprintln(h, m.Text())
	}
	hash := hex.EncodeToString(h.Sum(nil))
	return directory.Batch{
		ID: hash[:12], Group: group, Members: members, Hash: hash, Why: why, State: directory.BatchHeld,
	}
}

// Prefer is the group that decides for a person who is in several of the same pair: the one with
// the lowest priority number, then the one that was added first, then by id. There must be one at
// least.
func Prefer(groups []directory.Group) directory.Group {
	return slices.MinFunc(groups, func(a, b directory.Group) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), a.Added.Compare(b.Added), cmp.Compare(a.ID, b.ID))
	})
}
