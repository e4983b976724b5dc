package directorytest

import (
	"context"
	"slices"

	"rollcall/sync/directory"
)

// reach puts what is known of an account. Unseen is what is said of those who aren't there.
func (b *book) reach(r directory.Reach) {
	if r.State == directory.Unseen {
		delete(b.reached, r.Account)
		return
	}
	b.reached[r.Account] = r
}

// Reach implements [directory.Registry].
func (m *Memory) Reach(ctx context.Context, tenant directory.TenantID, accounts ...directory.AccountID) ([]directory.Reach, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	b := m.book(tenant)
	var out []directory.Reach
	for _, account := range distinct(accounts) {
		if r, known := b.reached[account]; known {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, byReached)
	return out, nil
}

func byReached(x, y directory.Reach) int { return byAccount(x.Account, y.Account) }

// ReachCounts implements [directory.Registry].
func (m *Memory) ReachCounts(ctx context.Context, tenant directory.TenantID, platform directory.Platform) (map[directory.ReachState]int, error) {
	counts := make(map[directory.ReachState]int)
	leave, err := m.enter(ctx)
	if err != nil {
		return counts, err
	}
	defer leave()
	for account, r := range m.book(tenant).reached {
		if account.Platform == platform {
			counts[r.State]++
		}
	}
	return counts, nil
}

// Unreached implements [directory.Registry].
func (m *Memory) Unreached(ctx context.Context, tenant directory.TenantID, platform directory.Platform, state directory.ReachState, after directory.AccountID, limit int) ([]directory.Reach, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var out []directory.Reach
	for account, r := range m.book(tenant).reached {
		if account.Platform == platform && r.State == state && (after.IsZero() || byAccount(account, after) > 0) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, byReached)
	return out[:min(len(out), max(limit, 0))], nil
}

// Preference implements [directory.Registry].
func (m *Memory) Preference(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (directory.Preference, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return directory.Preference{}, err
	}
	defer leave()
	return m.book(tenant).preferences[account], nil
}

// PutPreference implements [directory.Registry].
func (m *Memory) PutPreference(ctx context.Context, tenant directory.TenantID, account directory.AccountID, preference directory.Preference) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	m.book(tenant).preferences[account] = preference
	return nil
}
