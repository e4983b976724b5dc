package directorytest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// reading is a stored reading and the hint that came since it was claimed.
type reading struct {
	directory.Reading
	hint time.Time
}

// atOnce is when a new group's reading is due: before any now. The store has no clock of its own.
var atOnce = time.Unix(0, 0).UTC()

func (r *reading) write(c directory.ReadingChange) {
	fence, lease := r.Fence, r.Lease
	if c.Fence != 0 {
		lease = time.Time{}
	}
	r.Reading = cloneReading(c.Reading)
	r.Version, r.Fence, r.Lease = c.Version+1, fence, lease
	if !r.Underway() {
		r.DueAt = earlier(r.DueAt, r.hint)
	}
}

// PutGroup implements [directory.Sources].
func (m *Memory) PutGroup(ctx context.Context, tenant directory.TenantID, group directory.Group) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	b := m.book(tenant)
	if stored := b.groups[group.ID].Version; stored != group.Version {
		return directory.Errorf(directory.Conflict, "version %d, stored %d", group.Version, stored)
	}
	group.Version++
	b.groups[group.ID] = group
	b.begin(directory.Reading{ID: directory.ReadingOfGroup(group.ID), Group: group.ID, DueAt: atOnce})
	return nil
}

// begin stores a reading unless there is one with its id.
func (b *book) begin(r directory.Reading) {
	if b.readings[r.ID] != nil {
		return
	}
	r.Version, r.Fence, r.Lease = 1, 0, time.Time{}
	b.readings[r.ID] = &reading{Reading: cloneReading(r)}
}

// cloneReading copies a reading with everything that it points to.
func cloneReading(r directory.Reading) directory.Reading {
	r.Pulse.Lags = slices.Clone(r.Pulse.Lags)
	if r.Job != nil {
		job := *r.Job
		job.Tell = slices.Clone(job.Tell)
		r.Job = &job
	}
	return r
}

// Groups implements [directory.Sources].
func (m *Memory) Groups(ctx context.Context, tenant directory.TenantID) ([]directory.Group, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	return inOrder(m.book(tenant).groups), nil
}

// inOrder are a map's values in the order of their keys.
func inOrder[K cmp.Ordered, V any](values map[K]V) []V {
	var out []V
	for _, key := range slices.Sorted(maps.Keys(values)) {
		out = append(out, values[key])
	}
	return out
}

// PutReading implements [directory.Sources].
func (m *Memory) PutReading(ctx context.Context, tenant directory.TenantID, r directory.Reading) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	m.book(tenant).begin(r)
	return nil
}

// ClaimReading implements [directory.Sources].
func (m *Memory) ClaimReading(ctx context.Context, tenant directory.TenantID, now, until time.Time) (directory.Reading, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return directory.Reading{}, err
	}
	defer leave()
	var first *reading
	for _, r := range inOrder(m.book(tenant).readings) {
		if r.DueAt.IsZero() || r.DueAt.After(now) || r.Lease.After(now) {
			continue
		}
		if first == nil || r.DueAt.Before(first.DueAt) {
			first = r
		}
	}
	if first == nil {
		return directory.Reading{}, directory.Errorf(directory.NotFound, "no reading is due")
	}
	first.Fence++
	first.Lease = until
	if !first.Underway() {
		first.hint = time.Time{} // this very read follows it
	}
	return cloneReading(first.Reading), nil
}

// Readings implements [directory.Sources].
func (m *Memory) Readings(ctx context.Context, tenant directory.TenantID) ([]directory.Reading, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var out []directory.Reading
	for _, r := range inOrder(m.book(tenant).readings) {
		out = append(out, cloneReading(r.Reading))
	}
	return out, nil
}

// Hasten implements [directory.Sources].
func (m *Memory) Hasten(ctx context.Context, tenant directory.TenantID, id directory.ReadingID, at time.Time) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	r := m.book(tenant).readings[id]
	if r == nil {
		return directory.Errorf(directory.NotFound, "no such reading")
	}
	r.hint = earlier(r.hint, at)
	r.DueAt = earlier(r.DueAt, at)
	return nil
}

// Memberships implements [directory.Sources].
func (m *Memory) Memberships(ctx context.Context, tenant directory.TenantID, members ...directory.MemberID) ([]directory.Membership, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	texts := make([]string, len(members))
	for i, id := range members {
		texts[i] = id.Text()
	}
	slices.Sort(texts)
	texts = slices.Compact(texts)
	var out []directory.Membership
	for _, rows := range inOrder(m.book(tenant).rosters) {
		for _, text := range texts {
			if at, ok := slices.BinarySearchFunc(rows, text, byMember); ok {
				out = append(out, rows[at].Membership)
			}
		}
	}
	return out, nil
}

// Unseen implements [directory.Sources].
func (m *Memory) Unseen(ctx context.Context, tenant directory.TenantID, group directory.GroupID, round int64, after directory.MemberID, limit int) ([]directory.Membership, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	rows := m.book(tenant).rosters[group]
	from := 0
	if after != (directory.MemberID{}) {
		at, exact := slices.BinarySearchFunc(rows, after.Text(), byMember)
		from = at
		if exact {
			from++
		}
	}
	var out []directory.Membership
	for _, r := range rows[from:] {
		if len(out) >= limit {
			break
		}
		if r.Round < round || r.Gone {
			out = append(out, r.Membership)
		}
	}
	return out, nil
}

// mailbox is an address on a platform.
type mailbox struct {
	platform directory.Platform
	address  directory.Address
}

func (b *book) see(seen directory.SeenAccount) {
	id := seen.Account.ID
	old, known := b.accounts[id]
	switch {
	case seen.Round != 0:
	case known:
		seen.Round = old.Round
	default:
		seen.Round = b.lastCrawl(id)
	}
	if known {
		b.drop(old.Account)
	}
	b.accounts[id] = seen
	if email := seen.Account.Email; !email.IsZero() {
		box := mailbox{id.Platform, email}
		at, _ := slices.BinarySearchFunc(b.mail[box], id, byAccount)
		b.mail[box] = slices.Insert(b.mail[box], at, id)
	}
}

// lastCrawl is the round of the crawl of an account's workspace, the one under way or the last.
func (b *book) lastCrawl(id directory.AccountID) int64 {
	crawl := directory.ReadingOfAccounts(directory.Installation{Platform: id.Platform, Workspace: id.Workspace})
	if r := b.readings[crawl]; r != nil {
		return r.Round
	}
	return 0
}

func (b *book) drop(account directory.Account) {
	delete(b.accounts, account.ID)
	box := mailbox{account.ID.Platform, account.Email}
	if at, ok := slices.BinarySearchFunc(b.mail[box], account.ID, byAccount); ok {
		b.mail[box] = slices.Delete(b.mail[box], at, at+1)
	}
}

func byAccount(x, y directory.AccountID) int { return strings.Compare(x.Text(), y.Text()) }

func (b *book) forget(f directory.Forget) {
	for id, seen := range b.accounts {
		if id.Platform == f.Platform && id.Workspace == f.Workspace && seen.Round < f.Before {
			b.drop(seen.Account)
		}
	}
}

// AccountsByAddress implements [directory.Sources].
func (m *Memory) AccountsByAddress(ctx context.Context, tenant directory.TenantID, platform directory.Platform, address directory.Address) ([]directory.Account, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	b := m.book(tenant)
	var out []directory.Account
	for _, id := range b.mail[mailbox{platform, address}] {
		out = append(out, b.accounts[id].Account)
	}
	return out, nil
}

// AccountsByID implements [directory.Sources].
func (m *Memory) AccountsByID(ctx context.Context, tenant directory.TenantID, ids ...directory.AccountID) ([]directory.Account, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	b := m.book(tenant)
	var out []directory.Account
	for _, id := range distinct(ids) {
		if seen, ok := b.accounts[id]; ok {
			out = append(out, seen.Account)
		}
	}
	return out, nil
}

// Batches implements [directory.Sources].
func (m *Memory) Batches(ctx context.Context, tenant directory.TenantID) ([]directory.Batch, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	out := inOrder(m.book(tenant).batches)
	for i := range out {
		out[i].Members = slices.Clone(out[i].Members)
	}
	slices.SortStableFunc(out, func(x, y directory.Batch) int { return y.At.Compare(x.At) })
	return out, nil
}
