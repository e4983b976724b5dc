package sqlite

import (
	"context"

	"rollcall/sync/directory"
)

// reached puts what is known of accounts. Unseen is what is said of those who aren't there.
func (c commit) reached(all []directory.Reach) error {
	for _, r := range all {
		if r.State == directory.Unseen {
			if _, err := c.exec("DELETE FROM reach WHERE tenant = ? AND account = ?", string(c.tenant), r.Account.Text()); err != nil {
				return err
			}
			continue
		}
		record, err := directory.Encode(r)
		if err != nil {
			return err
		}
		if _, err := c.exec(`
			INSERT INTO reach (tenant, platform, account, state, record) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET state = excluded.state, record = excluded.record`,
			string(c.tenant), string(r.Account.Platform), r.Account.Text(), string(r.State), record); err != nil {
			return err
		}
	}
	return nil
}

// Reach implements [directory.Registry].
func (s *Store) Reach(ctx context.Context, tenant directory.TenantID, accounts ...directory.AccountID) ([]directory.Reach, error) {
	if len(accounts) == 0 {
		return nil, s.usable()
	}
	return records[directory.Reach](ctx, s, `
		SELECT record FROM reach WHERE tenant = ? AND account IN (SELECT value FROM json_each(?)) ORDER BY account`, string(tenant), texts(accounts))
}

// ReachCounts implements [directory.Registry].
func (s *Store) ReachCounts(ctx context.Context, tenant directory.TenantID, platform directory.Platform) (map[directory.ReachState]int, error) {
	counts := make(map[directory.ReachState]int)
	err := s.read(ctx, "SELECT state, count(*) FROM reach INDEXED BY reach_state WHERE tenant = ? AND platform = ? GROUP BY state",
		[]any{string(tenant), string(platform)}, func(row scanner) error {
			var state directory.ReachState
			var n int
			err := row.Scan(&state, &n)
			counts[state] = n
			return err
		})
	return counts, err
}

// Unreached implements [directory.Registry].
func (s *Store) Unreached(ctx context.Context, tenant directory.TenantID, platform directory.Platform, state directory.ReachState, after directory.AccountID, limit int) ([]directory.Reach, error) {
	return records[directory.Reach](ctx, s, `
		SELECT record FROM reach INDEXED BY reach_state WHERE tenant = ? AND platform = ? AND state = ? AND account > ? ORDER BY account LIMIT ?`,
		string(tenant), string(platform), string(state), accountText(after), max(limit, 0))
}

// Preference implements [directory.Registry].
func (s *Store) Preference(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (directory.Preference, error) {
	preference, err := record[directory.Preference](ctx, s, "none", "SELECT record FROM preferences WHERE tenant = ? AND account = ?", string(tenant), account.Text())
	if directory.Is(err, directory.NotFound) {
		return directory.Preference{}, nil
	}
	return preference, err
}

// PutPreference implements [directory.Registry].
func (s *Store) PutPreference(ctx context.Context, tenant directory.TenantID, account directory.AccountID, preference directory.Preference) error {
	record, err := directory.Encode(preference)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t tx) error {
		_, err := t.exec("INSERT INTO preferences (tenant, account, record) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET record = excluded.record",
			string(tenant), account.Text(), record)
		return err
	})
}
