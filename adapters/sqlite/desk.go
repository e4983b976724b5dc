package sqlite

import (
	"context"
	"time"

	"rollcall/sync/directory"
)

// PutAdmin implements [directory.Registry].
func (s *Store) PutAdmin(ctx context.Context, tenant directory.TenantID, admin directory.Admin) error {
	record, err := directory.Encode(admin)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t tx) error {
		_, err := t.exec("INSERT INTO admins (tenant, account, record) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET record = excluded.record",
			string(tenant), admin.Account.Text(), record)
		return err
	})
}

// Admins implements [directory.Registry].
func (s *Store) Admins(ctx context.Context, tenant directory.TenantID) ([]directory.Admin, error) {
	return records[directory.Admin](ctx, s, "SELECT record FROM admins WHERE tenant = ? ORDER BY account", string(tenant))
}

// RemoveAdmin implements [directory.Registry].
func (s *Store) RemoveAdmin(ctx context.Context, tenant directory.TenantID, account directory.AccountID) error {
	return s.write(ctx, func(t tx) error {
		var is, all int
		if _, err := t.row("SELECT count(*) FILTER (WHERE account = ?), count(*) FROM admins WHERE tenant = ?",
			[]any{account.Text(), string(tenant)}, &is, &all); err != nil {
			return err
		}
		switch {
		case is == 0:
			return directory.Errorf(directory.NotFound, "not an admin")
		case all == 1:
			return directory.Errorf(directory.Conflict, "the last admin")
		}
		_, err := t.exec("DELETE FROM admins WHERE tenant = ? AND account = ?", string(tenant), account.Text())
		return err
	})
}

// PutTicket implements [directory.Registry].
func (s *Store) PutTicket(ctx context.Context, ticket directory.Ticket) error {
	record, err := directory.Encode(ticket)
	if err != nil {
		return err
	}
	return s.write(ctx, func(t tx) error {
		if _, err := t.exec("DELETE FROM tickets WHERE id IN (SELECT id FROM tickets WHERE until <= ? ORDER BY until LIMIT ?)", s.latest.Load(), swept); err != nil {
			return err
		}
		_, err := t.exec(`
			INSERT INTO tickets (id, tenant, kind, until, record) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET tenant = excluded.tenant, kind = excluded.kind, until = excluded.until, record = excluded.record`,
			string(ticket.ID), string(ticket.Tenant), ticket.Kind, nanos(ticket.Until), record)
		return err
	})
}

// asked remembers the moment that a caller has named: whoever puts a ticket names none, and old ones
// are to be swept away all the same.
func (s *Store) asked(now time.Time) {
	for {
		latest := s.latest.Load()
		if n := nanos(now); n <= latest || s.latest.CompareAndSwap(latest, n) {
			return
		}
	}
}

// Ticket implements [directory.Registry].
func (s *Store) Ticket(ctx context.Context, id directory.TicketID, now time.Time) (directory.Ticket, error) {
	s.asked(now)
	return record[directory.Ticket](ctx, s, "no such ticket", "SELECT record FROM tickets WHERE id = ? AND until > ?", string(id), nanos(now))
}

// TakeTicket implements [directory.Registry].
func (s *Store) TakeTicket(ctx context.Context, id directory.TicketID, now time.Time) (directory.Ticket, error) {
	s.asked(now)
	var ticket directory.Ticket
	err := s.write(ctx, func(t tx) error {
		var record []byte
		found, err := t.row("DELETE FROM tickets WHERE id = ? AND until > ? RETURNING record", []any{string(id), nanos(now)}, &record)
		if err == nil && !found {
			err = directory.Errorf(directory.NotFound, "no such ticket")
		}
		if err != nil {
			return err
		}
		ticket, err = directory.Decode[directory.Ticket](record)
		return err
	})
	if err != nil {
		return directory.Ticket{}, err
	}
	return ticket, nil
}

// EndTickets implements [directory.Registry].
func (s *Store) EndTickets(ctx context.Context, tenant directory.TenantID, kind string) error {
	return s.write(ctx, func(t tx) error {
		_, err := t.exec("DELETE FROM tickets WHERE tenant = ?1 AND (?2 = '' OR kind = ?2)", string(tenant), kind)
		return err
	})
}
