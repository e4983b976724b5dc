package program

import (
	"context"
	"slices"

	"rollcall/sync/directory"
)

// byConfiguration is who says so of what stands in the configuration.
const byConfiguration = "configuration"

// recordAdmins makes those admins whom the configuration names and hasn't named before: somebody whom a command has
// removed stays removed. It takes away from those whom the configuration has named and names no more; who
// is an admin for another reason stays one.
func (m *Main) recordAdmins(ctx context.Context, id directory.TenantID, t TenantConfig, was directory.Tenant) error {
	stored, err := m.Store.Admins(ctx, id)
	if err != nil {
		return err
	}
	named := t.admins()
	before, _ := remembered[configured](was.Configured)
	for _, account := range named {
		there := slices.ContainsFunc(stored, func(a directory.Admin) bool { return a.Account == account })
		if there || slices.Contains(before.Admins, account.Text()) {
			continue
		}
		if err := m.putAdmin(ctx, id, directory.Admin{Account: account, By: byConfiguration}); err != nil {
			return err
		}
	}
	for _, a := range stored {
		if a.By != byConfiguration || slices.Contains(named, a.Account) {
			continue
		}
		err := m.removeAdmin(ctx, id, a.Account, byConfiguration)
		if directory.Is(err, directory.Conflict) {
			m.logger.Warn("an admin who is no longer configured is the last one, and stays until there is another", "tenant", id)
			continue
		}
		if err != nil {
			return err
		}
	}
	if len(stored)+len(named) == 0 {
		m.logger.Info("nobody can steer the tenant in chat yet: name somebody in admins, or have somebody connect a platform in the hub", "tenant", id)
	}
	return nil
}

// putAdmin makes an account an admin, and says so in the trail.
func (m *Main) putAdmin(ctx context.Context, tenant directory.TenantID, admin directory.Admin) error {
	if admin.Since.IsZero() {
		admin.Since = m.options.Now()
	}
	if err := m.Store.PutAdmin(ctx, tenant, admin); err != nil {
		return err
	}
	return m.audit(ctx, tenant, "admin added", admin.Account.Text(), admin.By)
}

// removeAdmin takes an account from the admins, and says so in the trail. Errors as in [directory.Registry].
func (m *Main) removeAdmin(ctx context.Context, tenant directory.TenantID, account directory.AccountID, by string) error {
	if err := m.Store.RemoveAdmin(ctx, tenant, account); err != nil {
		return err
	}
	return m.audit(ctx, tenant, "admin removed", account.Text(), by)
}

// audit adds a line about no single link to a tenant's trail.
func (m *Main) audit(ctx context.Context, tenant directory.TenantID, event, why, by string) error {
	m.logger.Info("what an admin did", "tenant", tenant, "event", event)
	return m.Store.Commit(ctx, tenant, directory.Change{Audit: []directory.Entry{{At: m.options.Now(), Event: event, Why: why, By: by}}})
}
