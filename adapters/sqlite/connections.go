package sqlite

import (
	"context"

	"rollcall/sync/directory"
)

// Install implements [directory.Registry].
func (s *Store) Install(ctx context.Context, inst directory.Installation) error {
	return s.write(ctx, func(t tx) error {
		old, known, err := t.stored(inst)
		switch {
		case err != nil:
			return err
		case !known:
		case old.Tenant != inst.Tenant:
			return errForeign()
		case old.Generation > inst.Generation:
			return errGeneration(inst, old.Installation)
		case old.Generation == inst.Generation:
			return nil
		}
		return t.putConnection(directory.Connection{Installation: inst, State: directory.ConnectionActive, Version: 1})
	})
}

// Connect implements [directory.Registry].
func (s *Store) Connect(ctx context.Context, c directory.Connection, credential directory.Credential, audit ...directory.Entry) error {
	inst := c.Installation
	return s.write(ctx, func(t tx) error {
		old, known, err := t.stored(inst)
		switch {
		case err != nil:
			return err
		case known && old.Tenant != inst.Tenant:
			return errForeign()
		case inst.Generation != old.Generation+1:
			return errGeneration(inst, old.Installation)
		}
		c.Version = 1
		if err := t.putConnection(c); err != nil {
			return err
		}
		if c.State != directory.ConnectionGone {
			if err := t.addCredential(inst, credential); err != nil {
				return err
			}
		}
		return commit{t, inst.Tenant}.audit(audit)
	})
}

// addCredential writes the first secrets of a generation.
func (t tx) addCredential(inst directory.Installation, credential directory.Credential) error {
	credential.Version = 1
	record, err := directory.Encode(credential)
	if err != nil {
		return err
	}
	_, err = t.exec("INSERT INTO credentials (tenant, platform, workspace, generation, version, record) VALUES (?, ?, ?, ?, ?, ?)",
		string(inst.Tenant), string(inst.Platform), string(inst.Workspace), inst.Generation, credential.Version, record)
	return err
}

// Amend implements [directory.Registry].
func (s *Store) Amend(ctx context.Context, c directory.Connection, audit ...directory.Entry) error {
	inst := c.Installation
	return s.write(ctx, func(t tx) error {
		old, known, err := t.stored(inst)
		switch {
		case err != nil:
			return err
		case !known || old.Tenant != inst.Tenant:
			return directory.Errorf(directory.NotFound, "no such connection")
		case old.Generation != inst.Generation:
			return errGeneration(inst, old.Installation)
		case old.version != c.Version:
			return directory.Errorf(directory.Conflict, "it was changed meanwhile: read it again")
		case old.state == directory.ConnectionGone && c.State != directory.ConnectionGone:
			return directory.Errorf(directory.Conflict, "the connection is gone")
		}
		c.Version++
		if err := t.putConnection(c); err != nil {
			return err
		}
		return commit{t, inst.Tenant}.audit(audit)
	})
}

func errForeign() error {
	return directory.Errorf(directory.Conflict, "the workspace belongs to another tenant")
}

func errGeneration(inst, stored directory.Installation) error {
	return directory.Errorf(directory.Conflict, "generation %d, stored %d", inst.Generation, stored.Generation)
}

// standing is what decides whether a connection may be written.
type standing struct {
	directory.Installation
	state   directory.ConnectionState
	version int64
}

// stored is how it stands with an installation's workspace, and whether anybody connected that.
func (t tx) stored(inst directory.Installation) (standing, bool, error) {
	var tenant, state string
	var generation, version int64
	known, err := t.row("SELECT tenant, generation, state, version FROM installations WHERE platform = ? AND workspace = ?",
		[]any{string(inst.Platform), string(inst.Workspace)}, &tenant, &generation, &state, &version)
	inst.Tenant, inst.Generation = directory.TenantID(tenant), generation
	return standing{inst, directory.ConnectionState(state), version}, known, err
}

// putConnection writes a connection, and deletes the secrets that it leaves without an owner.
func (t tx) putConnection(c directory.Connection) error {
	record, err := directory.Encode(c)
	if err != nil {
		return err
	}
	inst, state := c.Installation, c.State
	if c.Active() {
		state = directory.ConnectionActive
	}
	if _, err := t.exec(`
		INSERT INTO installations (platform, workspace, tenant, generation, state, version, record) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET generation = excluded.generation, state = excluded.state, version = excluded.version, record = excluded.record`,
		string(inst.Platform), string(inst.Workspace), string(inst.Tenant), inst.Generation, string(state), c.Version, record); err != nil {
		return err
	}
	kept := inst.Generation
	if state == directory.ConnectionGone {
		kept++
	}
	_, err = t.exec("DELETE FROM credentials WHERE tenant = ? AND platform = ? AND workspace = ? AND generation < ?",
		string(inst.Tenant), string(inst.Platform), string(inst.Workspace), kept)
	return err
}

// Connection implements [directory.Registry].
func (s *Store) Connection(ctx context.Context, platform directory.Platform, workspace directory.Workspace) (directory.Connection, error) {
	return record[directory.Connection](ctx, s, "nobody connected the workspace",
		"SELECT record FROM installations WHERE platform = ? AND workspace = ?", string(platform), string(workspace))
}

// Connections implements [directory.Registry].
func (s *Store) Connections(ctx context.Context, tenant directory.TenantID) ([]directory.Connection, error) {
	return records[directory.Connection](ctx, s, "SELECT record FROM installations WHERE tenant = ? ORDER BY platform, workspace", string(tenant))
}

// Resolve implements [directory.Registry].
func (s *Store) Resolve(ctx context.Context, origin directory.Origin) (directory.Installation, error) {
	found, err := s.installations(ctx, "platform = ? AND workspace = ?", string(origin.Platform), string(origin.Workspace))
	return only(found, err, "nobody has the app installed there")
}

// Installations implements [directory.Registry].
func (s *Store) Installations(ctx context.Context, tenant directory.TenantID) ([]directory.Installation, error) {
	return s.installations(ctx, "tenant = ?", string(tenant))
}

// installations are the active ones of which a condition is true.
func (s *Store) installations(ctx context.Context, condition string, args ...any) ([]directory.Installation, error) {
	var out []directory.Installation
	err := s.read(ctx, "SELECT tenant, platform, workspace, generation FROM installations WHERE state = 'active' AND "+condition+" ORDER BY platform, workspace", args,
		func(row scanner) error {
			var inst directory.Installation
			err := row.Scan(&inst.Tenant, &inst.Platform, &inst.Workspace, &inst.Generation)
			out = append(out, inst)
			return err
		})
	return out, err
}

// Credential implements [directory.Registry].
func (s *Store) Credential(ctx context.Context, inst directory.Installation) (directory.Credential, error) {
	return record[directory.Credential](ctx, s, "the installation has no secrets",
		"SELECT record FROM credentials WHERE tenant = ? AND platform = ? AND workspace = ? AND generation = ?",
		string(inst.Tenant), string(inst.Platform), string(inst.Workspace), inst.Generation)
}

// PutCredential implements [directory.Registry].
func (s *Store) PutCredential(ctx context.Context, inst directory.Installation, credential directory.Credential) error {
	known := credential.Version
	credential.Version++
	record, err := directory.Encode(credential)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t tx) error {
		where := []any{string(inst.Tenant), string(inst.Platform), string(inst.Workspace), inst.Generation}
		var version int64
		found, err := t.row("SELECT version FROM credentials WHERE tenant = ? AND platform = ? AND workspace = ? AND generation = ?", where, &version)
		switch {
		case err != nil:
			return err
		case !found:
			return directory.Errorf(directory.NotFound, "the installation has no secrets")
		case version != known:
			return directory.Errorf(directory.Conflict, "version %d, stored %d", known, version)
		}
		_, err = t.exec("UPDATE credentials SET version = ?, record = ? WHERE tenant = ? AND platform = ? AND workspace = ? AND generation = ?",
			append([]any{credential.Version, record}, where...)...)
		return err
	})
}
