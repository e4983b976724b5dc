package directorytest

import (
	"context"
	"maps"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// PutAdmin implements [directory.Registry].
func (m *Memory) PutAdmin(ctx context.Context, tenant directory.TenantID, admin directory.Admin) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	m.book(tenant).admins[admin.Account] = admin
	return nil
}

// Admins implements [directory.Registry].
func (m *Memory) Admins(ctx context.Context, tenant directory.TenantID) ([]directory.Admin, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	return slices.SortedFunc(maps.Values(m.book(tenant).admins), func(x, y directory.Admin) int { return byAccount(x.Account, y.Account) }), nil
}

// RemoveAdmin implements [directory.Registry].
func (m *Memory) RemoveAdmin(ctx context.Context, tenant directory.TenantID, account directory.AccountID) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	admins := m.book(tenant).admins
	if _, is := admins[account]; !is {
		return directory.Errorf(directory.NotFound, "not an admin")
	}
	if len(admins) == 1 {
		return directory.Errorf(directory.Conflict, "the last admin")
	}
	delete(admins, account)
	return nil
}

// PutTicket implements [directory.Registry].
func (m *Memory) PutTicket(ctx context.Context, ticket directory.Ticket) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	ticket.Facts = maps.Clone(ticket.Facts)
	m.tickets[ticket.ID] = ticket
	return nil
}

// Ticket implements [directory.Registry].
func (m *Memory) Ticket(ctx context.Context, id directory.TicketID, now time.Time) (directory.Ticket, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return directory.Ticket{}, err
	}
	defer leave()
	return m.ticket(id, now)
}

// ticket finds one, and throws the old ones away from time to time. The caller has locked m.
func (m *Memory) ticket(id directory.TicketID, now time.Time) (directory.Ticket, error) {
	if len(m.tickets) >= m.sweep {
		maps.DeleteFunc(m.tickets, func(_ directory.TicketID, t directory.Ticket) bool { return !now.Before(t.Until) })
		m.sweep = 2*len(m.tickets) + 64
	}
	ticket, known := m.tickets[id]
	if !known || !now.Before(ticket.Until) {
		return directory.Ticket{}, directory.Errorf(directory.NotFound, "no such ticket")
	}
	ticket.Facts = maps.Clone(ticket.Facts)
	return ticket, nil
}

// TakeTicket implements [directory.Registry].
func (m *Memory) TakeTicket(ctx context.Context, id directory.TicketID, now time.Time) (directory.Ticket, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return directory.Ticket{}, err
	}
	defer leave()
	ticket, err := m.ticket(id, now)
	if err == nil {
		delete(m.tickets, id)
	}
	return ticket, err
}

// EndTickets implements [directory.Registry].
func (m *Memory) EndTickets(ctx context.Context, tenant directory.TenantID, kind string) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	maps.DeleteFunc(m.tickets, func(_ directory.TicketID, t directory.Ticket) bool {
		return t.Tenant == tenant && (kind == "" || t.Kind == kind)
	})
	return nil
}
