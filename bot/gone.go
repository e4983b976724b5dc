package bot

import (
	"context"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// proveWithin bounds the question whether an installation still works: the platform waits for our
// answer meanwhile, three seconds at most.
const proveWithin = 2 * time.Second

// amendTries is how often a connection is read again where somebody changed it before it was written.
const amendTries = 5

// removed is why a connection is gone that the platform ended.
const removed = "the app was removed at the platform"

// gone ends a connection whose app was removed, at once. News of that can be late: of an installation
// before the present one, whose removal must not end this one. What the platform's clock says against
// ours is a hint; where the platform can be asked, its answer decides. Unavailable: it couldn't be
// asked, or others kept changing the connection, and it should deliver the news again.
func (b *Bot) gone(ctx context.Context, inst directory.Installation, event Gone) error {
	connection, err := b.registry.Connection(ctx, inst.Platform, inst.Workspace)
	if err != nil {
		return err
	}
	if connection.Installation != inst || !b.concerns(connection, event) {
		b.logger.Info("late news of a removal", "tenant", inst.Tenant, "platform", inst.Platform, "generation", inst.Generation)
		return nil
	}
	if prover, ok := b.platforms[inst.Platform].(Prover); ok {
		asking, cancel := context.WithTimeout(ctx, proveWithin)
		err := prover.CheckInstallation(asking, inst)
		cancel()
		switch {
		case err == nil:
			b.logger.Info("news of a removal, but the installation works", "tenant", inst.Tenant, "platform", inst.Platform)
			return nil
		case !directory.Is(err, directory.Unauthorized):
			return directory.Errorf(directory.Unavailable, "whether the installation still works is not known")
		}
	}
	now := b.now()
	ended, err := b.amend(ctx, inst, func(c *directory.Connection) bool {
		if !c.Active() {
			return false // an admin disconnected it meanwhile, which is another end than this one
		}
		c.State, c.Ended, c.Why = directory.ConnectionGone, now, removed
		return true
	}, directory.Entry{At: now, Event: "disconnected", Why: string(inst.Platform) + ": " + removed, By: "platform"})
	if ended {
		b.logger.Warn("the app was removed from a workspace: nothing is sent there any more", "tenant", inst.Tenant, "platform", inst.Platform, "generation", inst.Generation)
	}
	return err
}

// amend changes a connection, with what the trail is to say of it, as long as it is of this generation and
// change finds something to do. Where somebody else changed it first, change is asked again about
// what it is then. It reports whether it was changed. Unavailable: others kept changing it.
func (b *Bot) amend(ctx context.Context, inst directory.Installation, change func(*directory.Connection) bool, audit ...directory.Entry) (bool, error) {
	for range amendTries {
		connection, err := b.registry.Connection(ctx, inst.Platform, inst.Workspace)
		if err != nil || connection.Installation != inst || !change(&connection) {
			return false, err
		}
		err = b.registry.Amend(ctx, connection, audit...)
		if !directory.Is(err, directory.Conflict) {
			return err == nil, err
		}
	}
	return false, directory.Errorf(directory.Unavailable, "others keep changing the connection")
}

// concerns reports whether news of a removal can be about this generation of a connection. The
// platforms count in seconds.
func (b *Bot) concerns(connection directory.Connection, event Gone) bool {
	if len(event.Bots) > 0 && connection.Bot != "" && !slices.Contains(event.Bots, connection.Bot) {
		return false // somebody else's token
	}
	_, proves := b.platforms[connection.Installation.Platform].(Prover)
	return proves || event.At.IsZero() || !event.At.Before(connection.Since.Truncate(time.Second))
}

// teams notes in which workspaces of an organisation the app may act. Unavailable: as gone.
func (b *Bot) teams(ctx context.Context, inst directory.Installation, event Teams) error {
	_, err := b.amend(ctx, inst, func(c *directory.Connection) bool {
		if !c.Wide {
			return false
		}
		var now []directory.Workspace
		for _, team := range slices.Concat(c.Workspaces, event.Granted) {
			if !slices.Contains(event.Revoked, team) && !slices.Contains(now, team) {
				now = append(now, team)
			}
		}
		slices.Sort(now)
		changed := !slices.Equal(now, c.Workspaces)
		c.Workspaces = now
		return changed
	})
	return err
}
