package directorytest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcall/sync/directory"
)

// Memory is a [directory.Store] that keeps everything in maps. It is for the simulation and for
// tests of what stands on a store: it forgets all when the process ends, so it is no evidence that
// anything is durable. What it answers depends on nothing but the calls it got, so a simulation
// replays by its seed.
type Memory struct {
	mu          sync.Mutex
	books       map[directory.TenantID]*book
	tenants     map[directory.TenantID]directory.Tenant
	connections map[site]connection
	tickets     map[directory.TicketID]directory.Ticket
	sweep       int // so many tickets, and the old ones are thrown away
	seq         int64
}

var _ directory.Store = (*Memory)(nil)

// NewMemory is an empty store.
func NewMemory() *Memory {
	return &Memory{
		books:       make(map[directory.TenantID]*book),
		tenants:     make(map[directory.TenantID]directory.Tenant),
		connections: make(map[site]connection),
		tickets:     make(map[directory.TicketID]directory.Ticket),
	}
}

// book is all that one tenant has.
type book struct {
	links  map[directory.LinkKey]*page
	order  []*page // by text
	due    []*page // those with a DueAt, by it, then by text
	nonces map[directory.NonceHash]*page
	holds  map[hold]*page
	named  map[directory.AccountID][]*page // by text
	mailed map[directory.Address][]*page   // by text
	trail  []directory.Entry

	groups   map[directory.GroupID]directory.Group
	readings map[directory.ReadingID]*reading
	rosters  map[directory.GroupID][]row // by text
	accounts map[directory.AccountID]directory.SeenAccount
	mail     map[mailbox][]directory.AccountID // by text
	batches  map[string]directory.Batch

	proposals map[string]directory.Proposal
	lines     map[string][]line // by proposal; by text

	suppressed  map[directory.AccountID]bool
	made        map[directory.AccountID]directory.Creation
	chats       map[chat]string
	admins      map[directory.AccountID]directory.Admin
	reached     map[directory.AccountID]directory.Reach
	preferences map[directory.AccountID]directory.Preference
	firsts      map[string]time.Time // until when they are remembered at least
	sweep       int                  // so many firsts, and the old ones are thrown away
}

// page is one stored link with its key's text.
type page struct {
	text string
	link directory.Link
}

type hold struct {
	pair    directory.Pair
	account directory.AccountID
}

// book finds a tenant's, and begins it. The caller has locked m.
func (m *Memory) book(tenant directory.TenantID) *book {
	b := m.books[tenant]
	if b == nil {
		b = &book{
			links:       make(map[directory.LinkKey]*page),
			nonces:      make(map[directory.NonceHash]*page),
			holds:       make(map[hold]*page),
			named:       make(map[directory.AccountID][]*page),
			mailed:      make(map[directory.Address][]*page),
			groups:      make(map[directory.GroupID]directory.Group),
			readings:    make(map[directory.ReadingID]*reading),
			rosters:     make(map[directory.GroupID][]row),
			accounts:    make(map[directory.AccountID]directory.SeenAccount),
			mail:        make(map[mailbox][]directory.AccountID),
			batches:     make(map[string]directory.Batch),
			proposals:   make(map[string]directory.Proposal),
			lines:       make(map[string][]line),
			suppressed:  make(map[directory.AccountID]bool),
			made:        make(map[directory.AccountID]directory.Creation),
			chats:       make(map[chat]string),
			admins:      make(map[directory.AccountID]directory.Admin),
			reached:     make(map[directory.AccountID]directory.Reach),
			preferences: make(map[directory.AccountID]directory.Preference),
			firsts:      make(map[string]time.Time),
		}
		m.books[tenant] = b
	}
	return b
}

// enter locks m for one call, unless the caller has given up already.
func (m *Memory) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, directory.Errorf(directory.Unavailable, "the caller gave up: %w", err)
	}
	m.mu.Lock()
	return m.mu.Unlock, nil
}

// Close does nothing: what was stored can still be read.
func (m *Memory) Close() error { return nil }

// ClaimLinks implements [directory.Ledger].
func (m *Memory) ClaimLinks(ctx context.Context, tenant directory.TenantID, now, until time.Time, max int) ([]directory.Link, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var claimed []directory.Link
	for _, p := range m.book(tenant).due {
		if len(claimed) >= max || p.link.DueAt.After(now) {
			break
		}
		if p.link.Lease.After(now) {
			continue
		}
		p.link.Fence++
		p.link.Lease = until
		claimed = append(claimed, cloneLink(p.link))
	}
	return claimed, nil
}

// NextDue implements [directory.Ledger].
func (m *Memory) NextDue(ctx context.Context, tenant directory.TenantID) (time.Time, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return time.Time{}, err
	}
	defer leave()
	b := m.book(tenant)
	var next time.Time
	for _, p := range b.due {
		if !next.IsZero() && !p.link.DueAt.Before(next) {
			break
		}
		next = earlier(next, later(p.link.DueAt, p.link.Lease))
	}
	for _, r := range b.readings {
		if !r.DueAt.IsZero() {
			next = earlier(next, later(r.DueAt, r.Lease))
		}
	}
	return next, nil
}

// earlier is the earlier of two times, of which a zero one means never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Links implements [directory.Ledger].
func (m *Memory) Links(ctx context.Context, tenant directory.TenantID, keys ...directory.LinkKey) ([]directory.Link, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	b := m.book(tenant)
	var found []directory.Link
	for _, key := range distinct(keys) {
		if p := b.links[key]; p != nil {
			found = append(found, cloneLink(p.link))
		}
	}
	return found, nil
}

// distinct are the keys without repetitions.
func distinct[K comparable](keys []K) []K {
	if len(keys) < 2 {
		return keys
	}
	seen := make(map[K]bool, len(keys))
	var out []K
	for _, key := range keys {
		if !seen[key] {
			seen[key] = true
			out = append(out, key)
		}
	}
	return out
}

// LinkByNonce implements [directory.Ledger].
func (m *Memory) LinkByNonce(ctx context.Context, tenant directory.TenantID, hash directory.NonceHash) (directory.Link, error) {
	return m.find(ctx, tenant, func(b *book) *page { return b.nonces[hash] })
}

// LinkHolding implements [directory.Ledger].
func (m *Memory) LinkHolding(ctx context.Context, tenant directory.TenantID, pair directory.Pair, account directory.AccountID) (directory.Link, error) {
	return m.find(ctx, tenant, func(b *book) *page { return b.holds[hold{pair, account}] })
}

func (m *Memory) find(ctx context.Context, tenant directory.TenantID, in func(*book) *page) (directory.Link, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return directory.Link{}, err
	}
	defer leave()
	p := in(m.book(tenant))
	if p == nil {
		return directory.Link{}, directory.Errorf(directory.NotFound, "no such link")
	}
	return cloneLink(p.link), nil
}

// LinksWith implements [directory.Ledger].
func (m *Memory) LinksWith(ctx context.Context, tenant directory.TenantID, account directory.AccountID) ([]directory.Link, error) {
	return m.filed(ctx, tenant, func(b *book) []*page { return b.named[account] })
}

// LinksByAddress implements [directory.Ledger].
func (m *Memory) LinksByAddress(ctx context.Context, tenant directory.TenantID, address directory.Address) ([]directory.Link, error) {
	return m.filed(ctx, tenant, func(b *book) []*page { return b.mailed[address] })
}

func (m *Memory) filed(ctx context.Context, tenant directory.TenantID, in func(*book) []*page) ([]directory.Link, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var found []directory.Link
	for _, p := range in(m.book(tenant)) {
		found = append(found, cloneLink(p.link))
	}
	return found, nil
}

// defaultLimit is how much a query without a limit answers.
const defaultLimit = 100

// ListLinks implements [directory.Ledger].
func (m *Memory) ListLinks(ctx context.Context, tenant directory.TenantID, query directory.LinkQuery) ([]directory.Link, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	limit := query.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	order := m.book(tenant).order
	from := 0
	if query.After != (directory.LinkKey{}) {
		at, exact := slices.BinarySearchFunc(order, query.After.Text(), byText)
		from = at
		if exact {
			from++
		}
	}
	var found []directory.Link
	for _, p := range order[from:] {
		if len(found) == limit {
			break
		}
		if (query.State == "" || p.link.State == query.State) && (query.Group == "" || p.link.Group == query.Group) {
			found = append(found, cloneLink(p.link))
		}
	}
	return found, nil
}

func byText(p *page, text string) int { return strings.Compare(p.text, text) }

func byDue(p, q *page) int {
	return cmp.Or(p.link.DueAt.Compare(q.link.DueAt), strings.Compare(p.text, q.text))
}

// Count implements [directory.Ledger].
func (m *Memory) Count(ctx context.Context, tenant directory.TenantID, group directory.GroupID, since time.Time) (directory.Counts, error) {
	counts := directory.Counts{States: make(map[directory.State]int), Asked: make(map[directory.State]int)}
	leave, err := m.enter(ctx)
	if err != nil {
		return counts, err
	}
	defer leave()
	for _, p := range m.book(tenant).order {
		tally(&counts, &p.link, group, since)
	}
	return counts, nil
}

// tally counts one link.
func tally(counts *directory.Counts, l *directory.Link, group directory.GroupID, since time.Time) {
	live, linked := ifSo(l.State.Live()), ifSo(l.State == directory.Linked)
	counts.Live += live
	counts.Linked += linked
	if group != "" && l.Group == group {
		counts.GroupLive += live
		counts.GroupLinked += linked
	}
	if group == "" || l.Group == group {
		counts.States[l.State]++
		if l.WasAsked() {
			counts.Asked[l.State]++
		}
		counts.Failing += ifSo(l.Failing())
	}
	if group == "" || l.Group == group {
		counts.Parked += ifSo(l.Waits())
		counts.Kept += ifSo(l.Kept())
	}
	going := !l.Leaving.Since.IsZero()
	gone := !going && l.State == directory.Suspended && !l.SuspendedAt.Before(since)
	counts.Going += ifSo(going)
	counts.Gone += ifSo(gone)
	if group != "" && l.Group == group {
		counts.GroupGoing += ifSo(going)
		counts.GroupGone += ifSo(gone)
	}
	if (gone || going) && !l.Leaving.Approved {
		counts.Leaving++
		counts.LeavingLinked += ifSo(l.State == directory.Linked || l.Before == directory.Linked)
	}
}

func ifSo(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// LotAt implements [directory.Ledger].
func (m *Memory) LotAt(ctx context.Context, tenant directory.TenantID, line directory.Line, place int) (int64, bool, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return 0, false, err
	}
	defer leave()
	var lots []int64
	for _, p := range m.book(tenant).order {
		if line.Has(p.link) {
			lots = append(lots, p.link.Key.Lot())
		}
	}
	if place < 0 || place >= len(lots) {
		return 0, false, nil
	}
	slices.Sort(lots)
	return lots[place], true, nil
}

// Trail implements [directory.Ledger].
func (m *Memory) Trail(ctx context.Context, tenant directory.TenantID, query directory.TrailQuery) ([]directory.Entry, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	limit := query.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	trail := m.book(tenant).trail
	from, exact := slices.BinarySearchFunc(trail, query.After, func(e directory.Entry, seq int64) int { return cmp.Compare(e.Seq, seq) })
	if exact {
		from++
	}
	var found []directory.Entry
	for _, e := range trail[from:] {
		if len(found) == limit {
			break
		}
		if query.Link == (directory.LinkKey{}) || e.Link == query.Link {
			found = append(found, e)
		}
	}
	return found, nil
}

// cloneLink copies a link with everything that it points to.
func cloneLink(l directory.Link) directory.Link {
	l.Ask.Choices = slices.Clone(l.Ask.Choices)
	l.Proof.Choices = slices.Clone(l.Proof.Choices)
	l.Barred = slices.Clone(l.Barred)
	l.Candidates = slices.Clone(l.Candidates)
	return l
}
