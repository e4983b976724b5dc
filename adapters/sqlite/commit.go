package sqlite

import (
	"context"

	"rollcall/sync/directory"
)

// Commit implements [directory.Ledger].
func (s *Store) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	return s.write(ctx, func(t tx) error {
		c := commit{t, tenant}
		if err := c.links(change.Links); err != nil {
			return err
		}
		for _, m := range change.Roster {
			if err := c.enrol(m); err != nil {
				return err
			}
		}
		for _, key := range change.Unroster {
			if _, err := c.exec("DELETE FROM roster WHERE tenant = ? AND grp = ? AND member = ?", tenant, key.Group, key.Member.Text()); err != nil {
				return err
			}
		}
		if change.Reading != nil {
			if err := c.reading(*change.Reading); err != nil {
				return err
			}
		}
		if err := c.accounts(change.Accounts, change.Forget); err != nil {
			return err
		}
		if err := c.batches(change.Batches); err != nil {
			return err
		}
		if err := c.suppress(change.Suppress, change.Lift); err != nil {
			return err
		}
		if err := c.made(change.Made); err != nil {
			return err
		}
		if err := c.reached(change.Reached); err != nil {
			return err
		}
		if err := c.proposals(change); err != nil {
			return err
		}
		return c.audit(change.Audit)
	})
}

// commit is the transaction of one Commit.
type commit struct {
	tx
	tenant directory.TenantID
}

// guard compares what a writer knew with what is stored. The fence comes first: a worker that lost
// its lease is to drop its result, however often the record was written since.
func guard(version, storedVersion, fence, storedFence int64) error {
	switch {
	case fence != 0 && fence != storedFence:
		return directory.Errorf(directory.Fenced, "fence %d, stored %d", fence, storedFence)
	case version != storedVersion:
		return directory.Errorf(directory.Conflict, "version %d, stored %d", version, storedVersion)
	}
	return nil
}

func (c commit) enrol(m directory.Membership) error {
	record, err := directory.Encode(m)
	if err != nil {
		return err
	}
	_, err = c.exec(`
		INSERT INTO roster (tenant, grp, member, round, gone, record) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET round = excluded.round, gone = excluded.gone, record = excluded.record`,
		c.tenant, m.Group, m.Member.ID.Text(), m.Round, bit(m.Gone), record)
	return err
}

func (c commit) reading(change directory.ReadingChange) error {
	r := change.Reading
	var version, fence, lease int64
	var hint *int64
	ok, err := c.row("SELECT version, fence, lease, hint FROM readings WHERE tenant = ? AND id = ?", []any{c.tenant, r.ID}, &version, &fence, &lease, &hint)
	if err != nil {
		return err
	}
	if !ok {
		return directory.Errorf(directory.Conflict, "no such reading")
	}
	if err := guard(change.Version, version, change.Fence, fence); err != nil {
		return err
	}
	if change.Over {
		_, err := c.exec("DELETE FROM readings WHERE tenant = ? AND id = ?", c.tenant, r.ID)
		return err
	}
	if change.Fence != 0 {
		lease = noTime
	}
	if hint != nil && !r.Underway() {
		r.DueAt = earlier(r.DueAt, moment(*hint))
	}
	r.Version, r.Fence, r.Lease = version+1, fence, moment(lease)
	return c.putReading(r)
}

// putReading writes a reading that exists, and leaves its hint.
func (c commit) putReading(r directory.Reading) error {
	record, err := directory.Encode(r)
	if err != nil {
		return err
	}
	_, err = c.exec("UPDATE readings SET due = ?, round = ?, version = ?, fence = ?, lease = ?, record = ? WHERE tenant = ? AND id = ?",
		orNull(r.DueAt), r.Round, r.Version, r.Fence, nanos(r.Lease), record, c.tenant, r.ID)
	return err
}

func (c commit) accounts(seen []directory.SeenAccount, forget *directory.Forget) error {
	for _, a := range seen {
		if err := c.see(a); err != nil {
			return err
		}
	}
	if forget == nil {
		return nil
	}
	_, err := c.exec("DELETE FROM accounts WHERE tenant = ? AND platform = ? AND workspace = ? AND round < ?",
		c.tenant, forget.Platform, forget.Workspace, forget.Before)
	return err
}

// see puts an account into the snapshot. One seen outside a crawl keeps its round, or gets the
// round of its workspace's crawl.
func (c commit) see(seen directory.SeenAccount) error {
	id := seen.Account.ID
	record, err := directory.Encode(seen.Account)
	if err != nil {
		return err
	}
	args := []any{c.tenant, id.Text(), id.Platform, id.Workspace, seen.Account.Email.Reveal(), seen.Round, record}
	if seen.Round != 0 {
		_, err = c.exec(`
			INSERT INTO accounts (tenant, account, platform, workspace, address, round, record) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET address = excluded.address, round = excluded.round, record = excluded.record`, args...)
		return err
	}
	crawl := directory.ReadingOfAccounts(directory.Installation{Platform: id.Platform, Workspace: id.Workspace})
	if _, err := c.row("SELECT round FROM readings WHERE tenant = ? AND id = ?", []any{c.tenant, crawl}, &args[5]); err != nil {
		return err
	}
	_, err = c.exec(`
		INSERT INTO accounts (tenant, account, platform, workspace, address, round, record) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET address = excluded.address, record = excluded.record`, args...)
	return err
}

func (c commit) batches(changes []directory.BatchChange) error {
	written := make(map[string]bool)
	for _, change := range changes {
		b := change.Batch
		if written[b.ID] {
			return directory.Errorf(directory.Conflict, "a batch is in the change twice")
		}
		written[b.ID] = true
		var version int64
		if _, err := c.row("SELECT version FROM batches WHERE tenant = ? AND id = ?", []any{c.tenant, b.ID}, &version); err != nil {
			return err
		}
		if err := guard(change.Version, version, 0, 0); err != nil {
			return err
		}
		b.Version = version + 1
		record, err := directory.Encode(b)
		if err != nil {
			return err
		}
		if _, err := c.exec(`
			INSERT INTO batches (tenant, id, at, version, record) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET at = excluded.at, version = excluded.version, record = excluded.record`,
			c.tenant, b.ID, nanos(b.At), b.Version, record); err != nil {
			return err
		}
	}
	return nil
}

func (c commit) suppress(accounts, lifted []directory.AccountID) error {
	for _, a := range accounts {
		if _, err := c.exec("INSERT INTO suppressed (tenant, account) VALUES (?, ?) ON CONFLICT DO NOTHING", c.tenant, a.Text()); err != nil {
			return err
		}
	}
	for _, a := range lifted {
		if _, err := c.exec("DELETE FROM suppressed WHERE tenant = ? AND account = ?", c.tenant, a.Text()); err != nil {
			return err
		}
	}
	return nil
}

func (c commit) made(creations []directory.Creation) error {
	for _, m := range creations {
		record, err := directory.Encode(m)
		if err != nil {
			return err
		}
		result, err := c.exec(`
			INSERT INTO creations (tenant, platform, account, link, gone, record) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET link = excluded.link, gone = excluded.gone, record = excluded.record
			WHERE gone = 1 OR link = excluded.link`,
			c.tenant, string(m.Account.Platform), m.Account.Text(), keyText(m.Link), bit(!m.Gone.IsZero()), record)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return directory.Errorf(directory.Taken, "the account was made for another link")
		}
	}
	return nil
}

func (c commit) audit(entries []directory.Entry) error {
	for _, e := range entries {
		e.Seq = 0 // the row's number says it
		record, err := directory.Encode(e)
		if err != nil {
			return err
		}
		if _, err := c.exec("INSERT INTO trail (tenant, link, record) VALUES (?, ?, ?)", c.tenant, keyText(e.Link), record); err != nil {
			return err
		}
	}
	return nil
}
