package directorytest

import (
	"context"
	"maps"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// site is where an app is installed.
type site struct {
	platform  directory.Platform
	workspace directory.Workspace
}

// chat is the 1:1 chat of an installation with an account.
type chat struct {
	site
	account directory.AccountID
}

// PutTenant implements [directory.Registry].
func (m *Memory) PutTenant(ctx context.Context, tenant directory.Tenant) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if stored := m.tenants[tenant.ID].Version; stored != tenant.Version {
		return directory.Errorf(directory.Conflict, "version %d, stored %d", tenant.Version, stored)
	}
	tenant.Version++
	m.tenants[tenant.ID] = cloneTenant(tenant)
	return nil
}

// Tenant implements [directory.Registry].
func (m *Memory) Tenant(ctx context.Context, id directory.TenantID) (directory.Tenant, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return directory.Tenant{}, err
	}
	defer leave()
	tenant, ok := m.tenants[id]
	if !ok {
		return directory.Tenant{}, directory.Errorf(directory.NotFound, "no such tenant")
	}
	return cloneTenant(tenant), nil
}

// Tenants implements [directory.Registry].
func (m *Memory) Tenants(ctx context.Context) ([]directory.Tenant, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	out := inOrder(m.tenants)
	for i := range out {
		out[i] = cloneTenant(out[i])
	}
	return out, nil
}

// cloneTenant copies a tenant with everything that it points to.
func cloneTenant(t directory.Tenant) directory.Tenant {
	t.Settings.QuietDays = slices.Clone(t.Settings.QuietDays)
	t.Settings.StandIns = maps.Clone(t.Settings.StandIns)
	for platform, kinds := range t.Settings.StandIns {
		t.Settings.StandIns[platform] = slices.Clone(kinds)
	}
	return t
}

// Conversation implements [directory.Registry].
func (m *Memory) Conversation(ctx context.Context, inst directory.Installation, account directory.AccountID) (string, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	conversation, ok := m.book(inst.Tenant).chats[chat{site{inst.Platform, inst.Workspace}, account}]
	if !ok {
		return "", directory.Errorf(directory.NotFound, "no chat with the account is known")
	}
	return conversation, nil
}

// SaveConversation implements [directory.Registry].
func (m *Memory) SaveConversation(ctx context.Context, inst directory.Installation, account directory.AccountID, conversation string) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	m.book(inst.Tenant).chats[chat{site{inst.Platform, inst.Workspace}, account}] = conversation
	return nil
}

// Suppressed implements [directory.Registry].
func (m *Memory) Suppressed(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (bool, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	return m.book(tenant).suppressed[account], nil
}

// Creations implements [directory.Registry].
func (m *Memory) Creations(ctx context.Context, tenant directory.TenantID, platform directory.Platform) ([]directory.Creation, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var out []directory.Creation
	for id, c := range m.book(tenant).made {
		if id.Platform == platform {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(x, y directory.Creation) int { return byAccount(x.Account, y.Account) })
	return out, nil
}

// First implements [directory.Registry].
func (m *Memory) First(ctx context.Context, tenant directory.TenantID, key string, now time.Time, ttl time.Duration) (bool, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	b := m.book(tenant)
	if until, known := b.firsts[key]; known && now.Before(until) {
		return false, nil
	}
	if len(b.firsts) >= b.sweep {
		maps.DeleteFunc(b.firsts, func(_ string, until time.Time) bool { return !now.Before(until) })
		b.sweep = 2*len(b.firsts) + 64
	}
	b.firsts[key] = now.Add(ttl)
	return true, nil
}
