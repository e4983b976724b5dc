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

// gone ends a connection whose app was removed, at once. News of that can be late: of an installation
// before the present one, whose removal must not end this one. What the platform's clock says against
// ours is a hint; where the platform can be asked, its answer decides. Unavailable: it couldn't be
// asked, and should deliver the news again.
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
		// An admin may have disconnected it meanwhile, which is another end than this one.
		if connection, err = b.registry.Connection(ctx, inst.Platform, inst.Workspace); err != nil {
			return err
		}
	}
	if connection.Installation != inst || !connection.Active() {
		return nil
	}
	connection.State, connection.Ended = directory.ConnectionGone, b.now()
	connection.Why = "the app was removed at the platform"
	b.logger.Warn("the app was removed from a workspace: nothing is sent there any more", "tenant", inst.Tenant, "platform", inst.Platform, "generation", inst.Generation)
	err = b.registry.Amend(ctx, connection)
	if directory.Is(err, directory.Conflict) {
		return nil // it was installed again at this moment
	}
	return err
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

// teams notes in which workspaces of an organisation the app may act.
func (b *Bot) teams(ctx context.Context, inst directory.Installation, event Teams) error {
	connection, err := b.registry.Connection(ctx, inst.Platform, inst.Workspace)
	if err != nil || connection.Installation != inst || !connection.Wide {
		return err
	}
	before := slices.Clone(connection.Workspaces)
	var now []directory.Workspace
	for _, team := range append(before, event.Granted...) {
		if !slices.Contains(event.Revoked, team) && !slices.Contains(now, team) {
			now = append(now, team)
		}
	}
	slices.Sort(now)
	connection.Workspaces = now
	return b.registry.Amend(ctx, connection)
}
