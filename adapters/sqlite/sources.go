package sqlite

import (
	"context"
	"database/sql"
	"time"

	"rollcall/sync/directory"
)

// atOnce is when a new group's reading is due: before any now. The store has no clock of its own.
var atOnce = time.Unix(0, 0).UTC()

// PutGroup implements [directory.Sources].
func (s *Store) PutGroup(ctx context.Context, tenant directory.TenantID, group directory.Group) error {
	known := group.Version
	group.Version++
	record, err := directory.Encode(group)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t tx) error {
		var version int64
		if _, err := t.row("SELECT version FROM groups WHERE tenant = ? AND id = ?", []any{tenant, string(group.ID)}, &version); err != nil {
			return err
		}
		if err := guard(known, version, 0, 0); err != nil {
			return err
		}
		if _, err := t.exec(`
			INSERT INTO groups (tenant, id, version, record) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET version = excluded.version, record = excluded.record`, tenant, string(group.ID), group.Version, record); err != nil {
			return err
		}
		return begin(t, tenant, directory.Reading{ID: directory.ReadingOfGroup(group.ID), Group: group.ID, DueAt: atOnce})
	})
}

// Groups implements [directory.Sources].
func (s *Store) Groups(ctx context.Context, tenant directory.TenantID) ([]directory.Group, error) {
	return records[directory.Group](ctx, s, "SELECT record FROM groups WHERE tenant = ? ORDER BY id", tenant)
}

// PutReading implements [directory.Sources].
func (s *Store) PutReading(ctx context.Context, tenant directory.TenantID, reading directory.Reading) error {
	return s.write(ctx, func(t tx) error { return begin(t, tenant, reading) })
}

// begin stores a reading unless there is one with its id.
func begin(t tx, tenant directory.TenantID, r directory.Reading) error {
	r.Version, r.Fence, r.Lease = 1, 0, time.Time{}
	record, err := directory.Encode(r)
	if err != nil {
		return err
	}
	_, err = t.exec(`
		INSERT INTO readings (tenant, id, due, round, version, fence, lease, record) VALUES (?, ?, ?, ?, 1, 0, ?, ?)
		ON CONFLICT DO NOTHING`, tenant, string(r.ID), orNull(r.DueAt), r.Round, int64(noTime), record)
	return err
}

// readingFrom reads a reading from a row of fields.
func readingFrom(row scanner) (directory.Reading, error) {
	var record sql.RawBytes
	var version, fence, lease int64
	if err := row.Scan(&version, &fence, &lease, &record); err != nil {
		return directory.Reading{}, err
	}
	r, err := directory.Decode[directory.Reading](record)
	r.Version, r.Fence, r.Lease = version, fence, moment(lease)
	return r, err
}

// oneReading reads the first reading of an answer, within a change.
func oneReading(t tx, none, query string, args ...any) (directory.Reading, error) {
	var readings []directory.Reading
	err := t.each(query, args, func(row scanner) error {
		r, err := readingFrom(row)
		readings = append(readings, r)
		return err
	})
	return only(readings, err, none)
}

// ClaimReading implements [directory.Sources]. A hint that came before is answered by the read
// that now begins, and not by one that goes on: the directory may have been asked already.
func (s *Store) ClaimReading(ctx context.Context, tenant directory.TenantID, now, until time.Time) (directory.Reading, error) {
	var claimed directory.Reading
	err := s.write(ctx, func(t tx) (err error) {
		claimed, err = oneReading(t, "no reading is due", `
			UPDATE readings SET fence = fence + 1, lease = ?
			WHERE tenant = ?2 AND id = (SELECT id FROM readings WHERE tenant = ?2 AND due <= ?3 AND lease <= ?3 ORDER BY due, id LIMIT 1)
			RETURNING `+fields, nanos(until), tenant, nanos(now))
		if err != nil || claimed.Underway() {
			return err
		}
		_, err = t.exec("UPDATE readings SET hint = NULL WHERE tenant = ? AND id = ?", tenant, string(claimed.ID))
		return err
	})
	return claimed, err
}

// Readings implements [directory.Sources].
func (s *Store) Readings(ctx context.Context, tenant directory.TenantID) ([]directory.Reading, error) {
	var readings []directory.Reading
	err := s.read(ctx, "SELECT "+fields+" FROM readings WHERE tenant = ? ORDER BY id", []any{tenant}, func(row scanner) error {
		r, err := readingFrom(row)
		readings = append(readings, r)
		return err
	})
	return readings, err
}

// Hasten implements [directory.Sources].
func (s *Store) Hasten(ctx context.Context, tenant directory.TenantID, id directory.ReadingID, at time.Time) error {
	return s.write(ctx, func(t tx) error {
		r, err := oneReading(t, "no such reading", "SELECT "+fields+" FROM readings WHERE tenant = ? AND id = ?", tenant, string(id))
		if err != nil {
			return err
		}
		r.DueAt = earlier(r.DueAt, at)
		if err := (commit{t, tenant}).putReading(r); err != nil {
			return err
		}
		_, err = t.exec("UPDATE readings SET hint = min(coalesce(hint, ?1), ?1) WHERE tenant = ?2 AND id = ?3", nanos(at), tenant, string(id))
		return err
	})
}

// Memberships implements [directory.Sources].
func (s *Store) Memberships(ctx context.Context, tenant directory.TenantID, members ...directory.MemberID) ([]directory.Membership, error) {
	if len(members) == 0 {
		return nil, s.usable()
	}
	return records[directory.Membership](ctx, s, `
		SELECT record FROM roster INDEXED BY roster_member WHERE tenant = ? AND member IN (SELECT value FROM json_each(?)) ORDER BY grp, member`, tenant, texts(members))
}

// Unseen implements [directory.Sources]. Where everybody was seen, which is usual, it looks only at
// those who are marked as gone, however large the group is.
func (s *Store) Unseen(ctx context.Context, tenant directory.TenantID, group directory.GroupID, round int64, after directory.MemberID, limit int) ([]directory.Membership, error) {
	from := ""
	if after != (directory.MemberID{}) {
		from = after.Text()
	}
	missed := false
	err := s.read(ctx, "SELECT EXISTS (SELECT 1 FROM roster INDEXED BY roster_round WHERE tenant = ? AND grp = ? AND round < ?)", []any{tenant, string(group), round},
		func(row scanner) error { return row.Scan(&missed) })
	if err != nil {
		return nil, err
	}
	if !missed {
		return records[directory.Membership](ctx, s, `
			SELECT record FROM roster INDEXED BY roster_gone WHERE tenant = ? AND grp = ? AND member > ? AND gone = 1
			ORDER BY member LIMIT ?`, tenant, string(group), from, max(limit, 0))
	}
	return records[directory.Membership](ctx, s, `
		SELECT record FROM roster WHERE tenant = ? AND grp = ? AND member > ? AND (gone = 1 OR round < ?)
		ORDER BY member LIMIT ?`, tenant, string(group), from, round, max(limit, 0))
}

// AccountsByAddress implements [directory.Sources].
func (s *Store) AccountsByAddress(ctx context.Context, tenant directory.TenantID, platform directory.Platform, address directory.Address) ([]directory.Account, error) {
	return records[directory.Account](ctx, s, `
		SELECT record FROM accounts INDEXED BY accounts_address WHERE tenant = ? AND platform = ? AND address = ? AND address <> '' ORDER BY account`,
		tenant, string(platform), address.Reveal())
}

// AccountsByID implements [directory.Sources].
func (s *Store) AccountsByID(ctx context.Context, tenant directory.TenantID, ids ...directory.AccountID) ([]directory.Account, error) {
	if len(ids) == 0 {
		return nil, s.usable()
	}
	return records[directory.Account](ctx, s, "SELECT record FROM accounts WHERE tenant = ? AND account IN (SELECT value FROM json_each(?))", tenant, texts(ids))
}

// Batches implements [directory.Sources].
func (s *Store) Batches(ctx context.Context, tenant directory.TenantID) ([]directory.Batch, error) {
	return records[directory.Batch](ctx, s, "SELECT record FROM batches WHERE tenant = ? ORDER BY at DESC, id", tenant)
}
