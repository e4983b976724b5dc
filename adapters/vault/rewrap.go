package vault

import (
	"context"
	"errors"
	"maps"
	"slices"

	"rollcall/sync/directory"
)

// rewrapTries is how often a credential that others change meanwhile is read again.
const rewrapTries = 10

// Rewrap seals the data key of every secret of every tenant with the current key, and returns how
// many it changed. Secrets that are sealed with it already are left alone, so it may be interrupted
// and called again, and tokens may be used and renewed meanwhile. It goes on after a secret that
// doesn't open, and returns what was wrong in the end, NotFound and Invalid as with [Keys.Open].
// Once it has returned no error, [Prune] with [Vault.KeysInUse] removes the keys that served before,
// provided that every process has read the key file since it was rotated.
func (v *Vault) Rewrap(ctx context.Context) (n int, err error) {
	var wrong []error
	err = v.each(ctx, func(inst directory.Installation) error {
		changed, err := v.rewrap(ctx, inst)
		n += changed
		if directory.Is(err, directory.Invalid) || directory.Is(err, directory.NotFound) {
			wrong = append(wrong, err)
			return nil
		}
		return err
	})
	return n, errors.Join(append(wrong, err)...)
}

// each visits every connection that may have secrets.
func (v *Vault) each(ctx context.Context, visit func(directory.Installation) error) error {
	tenants, err := v.registry.Tenants(ctx)
	if err != nil {
		return err
	}
	for _, tenant := range tenants {
		connections, err := v.registry.Connections(ctx, tenant.ID)
		if err != nil {
			return err
		}
		for _, c := range connections {
			if err := visit(c.Installation); err != nil {
				return err
			}
		}
	}
	return nil
}

// rewrap seals one installation's secrets with the current key.
func (v *Vault) rewrap(ctx context.Context, inst directory.Installation) (int, error) {
	keys := v.keys.Load()
	for try := 1; ; try++ {
		stored, err := v.registry.Credential(ctx, inst)
		if directory.Is(err, directory.NotFound) {
			return 0, nil // installed without any, or gone
		}
		if err != nil {
			return 0, err
		}
		n := 0
		var wrong error
		stored.Fields = maps.Clone(stored.Fields)
		for field, sealed := range stored.Fields {
			if sealed.Key == keys.Current() {
				continue
			}
			anew, err := keys.Rewrap(Place{inst, field}, sealed)
			if err != nil {
				wrong = err
				continue
			}
			stored.Fields[field] = anew
			n++
		}
		if n == 0 {
			return 0, wrong
		}
		err = v.registry.PutCredential(ctx, inst, stored)
		switch {
		case err == nil:
			return n, wrong
		case directory.Is(err, directory.NotFound):
			return 0, nil
		case !directory.Is(err, directory.Conflict) || try == rewrapTries:
			return 0, err
		}
	}
}

// KeysInUse are the ids of the keys without which some stored secret doesn't open, sorted.
func (v *Vault) KeysInUse(ctx context.Context) ([]string, error) {
	used := make(map[string]bool)
	err := v.each(ctx, func(inst directory.Installation) error {
		stored, err := v.registry.Credential(ctx, inst)
		if directory.Is(err, directory.NotFound) {
			return nil
		}
		for _, sealed := range stored.Fields {
			used[sealed.Key] = true
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(used)), nil
}
