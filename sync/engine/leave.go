package engine

import (
	"context"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// check asks the directory, for one person whom a listing nominated, whether they really left.
func (e *Engine) check(ctx context.Context, w *work) error {
	rows, standing, err := e.standing(ctx, w)
	if err != nil {
		return err
	}
	if err := standing.Err(); err != nil {
		return e.postponeFor(ctx, w, err)
	}
	if member, in := standing.IsIn(); in {
		listed, err := e.listedRounds(ctx, w.tenant.ID)
		if err != nil {
			return err
		}
		next := w.link
		next.Leaving, next.Present, next.Member = directory.Leaving{}, true, member
		return e.save(ctx, w, next, "stays", "the directory was asked for this person, and says that they are in the group", true,
			func(c *directory.Change) {
				for _, row := range rows {
					// As good as listed: the directory's own word outweighs its listing.
					row.Gone, row.Round = false, max(row.Round, listed[row.Group])
					c.Roster = append(c.Roster, row)
				}
			})
	}
	next, err := plan.Apply(w.link, directory.Leave, "the directory was asked for this person, and says that they left", w.now)
	if err != nil {
		return err
	}
	return e.save(ctx, w, next, string(directory.Leave), next.Why, true, func(c *directory.Change) {
		for _, row := range rows {
			c.Unroster = append(c.Unroster, row.Key())
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
		if r.Group != "" {
			rounds[r.Group] = r.ListedRound
		}
	}
	return rounds, nil
}

// standing is what the directories say of a link's person in every group of its pair: in, if one
// says so; out, only if all do. The rows are the person's roster rows in those groups.
func (e *Engine) standing(ctx context.Context, w *work) ([]directory.Membership, directory.Standing, error) {
	groups, err := e.Store.Groups(ctx, w.tenant.ID)
	if err != nil {
		return nil, directory.Standing{}, err
	}
	all, err := e.Store.Memberships(ctx, w.tenant.ID, w.link.Key.Member)
	if err != nil {
		return nil, directory.Standing{}, err
	}
	var rows []directory.Membership
	standing := directory.Out()
	for _, g := range groups {
		if g.Pair() != w.link.Key.Pair || g.Directory != w.link.Key.Member.Directory {
			continue
		}
		if row, ok := rowOf(all, g.ID); ok {
			rows = append(rows, row)
		} else if g.ID != w.link.Group {
			continue
		}
		answer := e.ask(ctx, w.tenant.ID, g, w.link.Key.Member)
		if _, in := answer.IsIn(); in || answer.Err() != nil {
			standing = answer
		}
		if standing.Err() == nil && !standing.IsOut() {
			break
		}
	}
	return rows, standing, nil
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
	if !w.link.Before.Holds() {
		return e.move(ctx, w, directory.Return, "the person is back", func(l *directory.Link) { l.Recheck = true })
	}
	own, other, err := e.both(ctx, w)
	if err != nil {
		return e.postponeFor(ctx, w, err)
	}
	if why := obstacles(own, other); why != "" {
		next := w.link
		looked(w.now)(&next)
		next.Why = "the person is back, but " + why
		return e.saveQuietly(ctx, w, next, true)
	}
	return e.move(ctx, w, directory.Return, "the person is back: everything as it was", looked(w.now))
}

// retire gives a link up after the grace period, if a later read of the directory and another
// question for this one person agree. It destroys nothing at a platform.
func (e *Engine) retire(ctx context.Context, w *work) error {
	read, err := e.readSince(ctx, w, w.link.SuspendedAt.Add(24*time.Hour))
	if err != nil {
		return err
	}
	if !read {
		return e.postpone(ctx, w, time.Hour, "the grace period is over; waits for another read of the directory")
	}
	_, standing, err := e.standing(ctx, w)
	if err != nil {
		return err
	}
	if err := standing.Err(); err != nil {
		return e.postponeFor(ctx, w, err)
	}
	if _, in := standing.IsIn(); in {
		next := w.link
		next.Present = true
		return e.saveQuietly(ctx, w, next, true)
	}
	return e.move(ctx, w, directory.Expire, "the grace period is over, and the person has not come back")
}

// readSince reports whether the link's group was read to its end after a time.
func (e *Engine) readSince(ctx context.Context, w *work, since time.Time) (bool, error) {
	readings, err := e.Store.Readings(ctx, w.tenant.ID)
	if err != nil {
		return false, err
	}
	for _, r := range readings {
		if r.ID == directory.ReadingOfGroup(w.link.Group) {
			return r.Complete.After(since), nil
		}
	}
	return false, nil
}
