package sqlite

import (
	"context"
	"time"

	"rollcall/sync/directory"
)

// PutTenant implements [directory.Registry].
func (s *Store) PutTenant(ctx context.Context, tenant directory.Tenant) error {
	known := tenant.Version
	tenant.Version++
	record, err := directory.Encode(tenant)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t tx) error {
		var version int64
		if _, err := t.row("SELECT version FROM tenants WHERE id = ?", []any{string(tenant.ID)}, &version); err != nil {
			return err
		}
		if err := guard(known, version, 0, 0); err != nil {
			return err
		}
		_, err := t.exec(`
			INSERT INTO tenants (id, version, record) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET version = excluded.version, record = excluded.record`, string(tenant.ID), tenant.Version, record)
		return err
	})
}

// Tenant implements [directory.Registry].
func (s *Store) Tenant(ctx context.Context, id directory.TenantID) (directory.Tenant, error) {
	return record[directory.Tenant](ctx, s, "no such tenant", "SELECT record FROM tenants WHERE id = ?", string(id))
}

// Tenants implements [directory.Registry].
func (s *Store) Tenants(ctx context.Context) ([]directory.Tenant, error) {
	return records[directory.Tenant](ctx, s, "SELECT record FROM tenants ORDER BY id")
}

// Conversation implements [directory.Registry].
func (s *Store) Conversation(ctx context.Context, inst directory.Installation, account directory.AccountID) (string, error) {
	var conversations []string
	err := s.read(ctx, "SELECT conversation FROM conversations WHERE tenant = ? AND platform = ? AND workspace = ? AND account = ?",
		[]any{string(inst.Tenant), string(inst.Platform), string(inst.Workspace), account.Text()},
		func(row scanner) error {
			conversations = append(conversations, "")
			return row.Scan(&conversations[len(conversations)-1])
		})
	return only(conversations, err, "no chat with the account is known")
}

// SaveConversation implements [directory.Registry].
func (s *Store) SaveConversation(ctx context.Context, inst directory.Installation, account directory.AccountID, conversation string) error {
	return s.write(ctx, func(t tx) error {
		_, err := t.exec(`
			INSERT INTO conversations (tenant, platform, workspace, account, conversation) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET conversation = excluded.conversation`,
			string(inst.Tenant), string(inst.Platform), string(inst.Workspace), account.Text(), conversation)
		return err
	})
}

// Suppressed implements [directory.Registry].
func (s *Store) Suppressed(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (bool, error) {
	suppressed := false
	err := s.read(ctx, "SELECT EXISTS (SELECT 1 FROM suppressed WHERE tenant = ? AND account = ?)", []any{string(tenant), account.Text()},
		func(row scanner) error { return row.Scan(&suppressed) })
	return suppressed, err
}

// Creations implements [directory.Registry].
func (s *Store) Creations(ctx context.Context, tenant directory.TenantID, platform directory.Platform) ([]directory.Creation, error) {
	return records[directory.Creation](ctx, s, "SELECT record FROM creations WHERE tenant = ? AND platform = ? ORDER BY account", string(tenant), string(platform))
}

// swept is how many old keys each new one sweeps away: more than one, so that there never are many.
const swept = 4

// First implements [directory.Registry].
func (s *Store) First(ctx context.Context, tenant directory.TenantID, key string, now time.Time, ttl time.Duration) (bool, error) {
	first := false
	s.asked(now)
	err := s.write(ctx, func(t tx) error {
		if _, err := t.exec(`
			DELETE FROM firsts WHERE tenant = ?1 AND key IN (SELECT key FROM firsts WHERE tenant = ?1 AND until <= ?2 ORDER BY until LIMIT ?3)`,
			string(tenant), nanos(now), swept); err != nil {
			return err
		}
		result, err := t.exec(`
			INSERT INTO firsts (tenant, key, until) VALUES (?1, ?2, ?3)
			ON CONFLICT DO UPDATE SET until = excluded.until WHERE until <= ?4`, string(tenant), key, nanos(now.Add(ttl)), nanos(now))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		first = n > 0
		return err
	})
	return first, err
}
