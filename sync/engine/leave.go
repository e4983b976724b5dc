package engine

import (
	"context"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// check asks the directory, for one person whom a listing nominated, whether they really left.
func (e *Engine) check(ctx context.Context, w *work) error {
	seats, standing, err := e.standing(ctx, w)
	if err != nil {
		return err
	}
	if err := standing.Err(); err != nil {
		return e.postponeFor(ctx, w, err)
	}
	if member, in := standing.IsIn(); in {
		return e.stay(ctx, w, seats, member)
	}
	next, err := plan.Apply(w.link, directory.Leave, "the directory was asked for this person, and says that they left", w.now)
	if err != nil {
		return err
	}
	return e.save(ctx, w, next, string(directory.Leave), next.Why, true, func(c *directory.Change) {
		for _, s := range seats {
			if s.listed {
				c.Unroster = append(c.Unroster, s.row.Key())
			}
		}
	})
}

// stay keeps somebody whom a listing left out, or who came back, as if the listing had named them.
func (e *Engine) stay(ctx context.Context, w *work, seats []seat, member directory.Member) error {
	group, err := e.group(ctx, w.tenant.ID, w.link.Group)
	if err != nil {
		return err
	}
	rounds, err := e.listedRounds(ctx, w.tenant.ID)
	if err != nil {
		return err
	}
	next, _, _, _ := e.present(w.link, group, member, w.now)
	return e.save(ctx, w, next, "stays", "the directory was asked for this person, and says that they are in the group", true,
		func(c *directory.Change) {
			for _, s := range seats {
				switch _, in := s.answer.IsIn(); {
				case in: // the directory's own word outweighs its listing
					row := s.row
					if !s.listed {
						row = directory.Membership{Group: s.group, Since: w.now}
					}
					row.Member, row.Gone, row.Round = member, false, max(row.Round, rounds[s.group])
					c.Roster = append(c.Roster, row)
				case s.listed && s.answer.IsOut():
					c.Unroster = append(c.Unroster, s.row.Key())
				}
			}
		})
}

// listedRounds is, for each group, the round of its last complete listing.
func (e *Engine) listedRounds(ctx context.Context, tenant directory.TenantID) (map[directory.GroupID]int64, error) {
	readings, err := e.Store.Readings(ctx, tenant)
	if err != nil {
		return nil, err
	}
	rounds := make(map[directory.GroupID]int64)
	for _, r := range readings {
		if r.Group != "" && r.Job == nil {
			rounds[r.Group] = r.ListedRound
		}
	}
	return rounds, nil
}

// seat is what a directory says of a link's person in one group, and the roster row that they have
// there.
type seat struct {
	group  directory.GroupID
	answer directory.Standing
	row    directory.Membership
	listed bool // there is a row
}

// standing is what the directories say of a link's person in every group of its pair: in, if one
// says so; out, only if all do. Those in which the person has not been seen are asked as well:
// somebody who moves from one group to another may leave the first before the second was read. A draft is
// asked only where it decides for the person: it holds nobody for another group.
func (e *Engine) standing(ctx context.Context, w *work) ([]seat, directory.Standing, error) {
	groups, err := e.groups(ctx, w.tenant.ID)
	if err != nil {
		return nil, directory.Standing{}, err
	}
	rows, err := e.Store.Memberships(ctx, w.tenant.ID, w.link.Key.Member)
	if err != nil {
		return nil, directory.Standing{}, err
	}
	var seats []seat
	// As long as nobody was asked there is no answer, and certainly not a no.
	standing := directory.NoAnswer(directory.Errorf(directory.Unauthorized, "no group that could have this person is configured"))
	for _, g := range groups {
		if g.Pair() != w.link.Key.Pair || g.Directory != w.link.Key.Member.Directory || g.Draft && g.ID != w.link.Group {
			continue
		}
		s := seat{group: g.ID, answer: e.ask(ctx, w.tenant.ID, g, w.link.Key.Member)}
		s.row, s.listed = rowOf(rows, g.ID)
		if !s.listed && g.ID != w.link.Group && directory.Is(s.answer.Err(), directory.NotFound) {
			continue // nobody is in a group that doesn't exist
		}
		seats = append(seats, s)
		_, in := s.answer.IsIn()
		_, known := standing.IsIn()
		if in || len(seats) == 1 || s.answer.Err() != nil && !known {
			standing = s.answer
		}
	}
	return seats, standing, nil
}

func (e *Engine) ask(ctx context.Context, tenant directory.TenantID, g directory.Group, member directory.MemberID) directory.Standing {
	source, ok := e.Source(tenant, g.Directory)
	if !ok {
		return directory.NoAnswer(directory.Errorf(directory.Unauthorized, "the directory %q is not connected", g.Directory))
	}
	return source.Member(ctx, tenant, g.External, member)
}

func rowOf(rows []directory.Membership, group directory.GroupID) (directory.Membership, bool) {
	for _, row := range rows {
		if row.Group == group {
			return row, true
		}
	}
	return directory.Membership{}, false
}

// restore brings a suspended link back, if its accounts can still be linked.
func (e *Engine) restore(ctx context.Context, w *work) error {
	if w.link.State == directory.Unlinked {
		return e.relink(ctx, w)
	}
	if len(w.link.Holds()) == 0 { // it had no accounts
		return e.move(ctx, w, directory.Return, "the person is back", func(l *directory.Link) { l.Recheck = true })
	}
	sides, err := e.sides(ctx, w)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	if why := obstacles(sides...); why != "" {
		next := w.link
		looked(w.now)(&next)
		next.Why = "the person is back, but " + why
		return e.saveQuietly(ctx, w, next, true)
	}
	return e.move(ctx, w, directory.Return, "the person is back: everything as it was", looked(w.now))
}

// sides are the accounts of a link that must be usable for it to come back. A stand-in is made
// usable afterwards.
func (e *Engine) sides(ctx context.Context, w *work) ([]side, error) {
	var out []side
	for _, id := range []directory.AccountID{w.link.Account, w.link.Counterpart} {
		if id.IsZero() || id == w.link.StandIn.Account {
			continue
		}
		s, err := e.one(ctx, w, id)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// retire gives a link up after the grace period, if a later read of the directory and another
// question for this one person agree. Where something will be removed for good, the read must have
// been a complete listing.
func (e *Engine) retire(ctx context.Context, w *work) error {
	read, err := e.readSince(ctx, w, w.link.SuspendedAt.Add(24*time.Hour), w.link.StandIn.Exists())
	if err != nil {
		return err
	}
	if !read {
		return e.postpone(ctx, w, time.Hour, "the grace period is over; waits for another read of the directory")
	}
	seats, standing, err := e.standing(ctx, w)
	if err != nil {
		return err
	}
	if err := standing.Err(); err != nil {
		return e.postponeFor(ctx, w, err)
	}
	if member, in := standing.IsIn(); in {
		return e.stay(ctx, w, seats, member)
	}
	return e.move(ctx, w, directory.Expire, "the grace period is over, and the person has not come back")
}

// readSince reports whether the link's group was read to its end, or listed whole, after a time.
func (e *Engine) readSince(ctx context.Context, w *work, since time.Time, whole bool) (bool, error) {
	readings, err := e.Store.Readings(ctx, w.tenant.ID)
	if err != nil {
		return false, err
	}
	for _, r := range readings {
		if r.ID == directory.ReadingOfGroup(w.link.Group) {
			return r.Listed.After(since) || !whole && r.Complete.After(since), nil
		}
	}
	return false, nil
}
