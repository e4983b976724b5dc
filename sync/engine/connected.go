package engine

import (
	"context"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// atOnce is how many links are woken in one commit.
const atOnce = 500

// Connected takes the news that an installation works (again): everything that rested for want of it
// goes on now instead of at its next turn, whoever could not be reached is tried anew, and its
// accounts and the tenant's groups are read. It blocks for the store, and may be called again.
func (e *Engine) Connected(ctx context.Context, inst directory.Installation) error {
	now := e.Now()
	reading := directory.Reading{ID: directory.ReadingOfAccounts(inst), Of: inst, DueAt: now}
	if err := e.Store.PutReading(ctx, inst.Tenant, reading); err != nil {
		return err
	}
	readings, err := e.Store.Readings(ctx, inst.Tenant)
	if err != nil {
		return err
	}
	for _, r := range readings {
		if r.Group == "" && r.ID != reading.ID {
			continue
		}
		if err := e.Store.Hasten(ctx, inst.Tenant, r.ID, now); err != nil {
			return err
		}
	}
	query := directory.LinkQuery{Limit: atOnce}
	for {
		links, err := e.Store.ListLinks(ctx, inst.Tenant, query)
		if err != nil {
			return err
		}
		if err := e.wakeFor(ctx, inst, links, now); err != nil {
			return err
		}
		if len(links) < query.Limit {
			e.Wake()
			return nil
		}
		query.After = links[len(links)-1].Key
	}
}

// wakeFor makes those of the links due that need the installation's platform. A link that somebody
// else writes to at this moment is read again; it is on its way anyway.
func (e *Engine) wakeFor(ctx context.Context, inst directory.Installation, links []directory.Link, now time.Time) error {
	for range mostTries {
		var change directory.Change
		for _, l := range links {
			if l.Primary != inst.Platform && l.Secondary != inst.Platform || l.DueAt.IsZero() || !l.DueAt.After(now) {
				continue
			}
			next := l
			next.DueAt = now
			next.Recheck = next.Recheck || l.State == directory.Unreachable
			change.Links = append(change.Links, directory.LinkChange{Link: next, Version: l.Version})
		}
		if len(change.Links) == 0 {
			return nil
		}
		err := e.Store.Commit(ctx, inst.Tenant, change)
		if !directory.Is(err, directory.Conflict) {
			return err
		}
		keys := make([]directory.LinkKey, len(links))
		for i, l := range links {
			keys[i] = l.Key
		}
		if links, err = e.Store.Links(ctx, inst.Tenant, keys...); err != nil {
			return err
		}
	}
	return directory.Errorf(directory.Unavailable, "the links are being written to by others")
}

// current is the installation that reads a workspace's accounts now: it may have been installed again
// since the reading was made. Unauthorized: it isn't connected.
func (e *Engine) current(ctx context.Context, of directory.Installation) (directory.Installation, error) {
	all, err := e.Store.Installations(ctx, of.Tenant)
	if err != nil {
		return of, err
	}
	i := slices.IndexFunc(all, func(inst directory.Installation) bool {
		return inst.Platform == of.Platform && inst.Workspace == of.Workspace
	})
	if i < 0 {
		return of, directory.Errorf(directory.Unauthorized, "%s is not connected", of.Platform)
	}
	return all[i], nil
}
