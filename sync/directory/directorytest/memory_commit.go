package directorytest

import (
	"context"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// Commit implements [directory.Ledger]. It looks at everything that could refuse the change first,
// and then makes it.
func (m *Memory) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	leave, err := m.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	b := m.book(tenant)
	if err := b.check(change); err != nil {
		return err
	}
	b.apply(change)
	m.audit(tenant, change.Audit)
	return nil
}

// audit adds lines to a tenant's trail. The caller has locked m.
func (m *Memory) audit(tenant directory.TenantID, entries []directory.Entry) {
	b := m.book(tenant)
	for _, e := range entries {
		m.seq++
		e.Seq = m.seq
		b.trail = append(b.trail, e)
	}
}

func (b *book) check(change directory.Change) error {
	written := make(map[directory.LinkKey]bool, len(change.Links))
	for i := range change.Links {
		c := &change.Links[i]
		if written[c.Link.Key] {
			return directory.Errorf(directory.Conflict, "a link is in the change twice")
		}
		written[c.Link.Key] = true
		var stored directory.Link
		if p := b.links[c.Link.Key]; p != nil {
			stored = p.link
		}
		if err := guard(c.Version, stored.Version, c.Fence, stored.Fence); err != nil {
			return err
		}
	}
	if c := change.Reading; c != nil {
		r := b.readings[c.Reading.ID]
		if r == nil {
			return directory.Errorf(directory.Conflict, "no such reading")
		}
		if err := guard(c.Version, r.Version, c.Fence, r.Fence); err != nil {
			return err
		}
	}
	batches := make(map[string]bool, len(change.Batches))
	for _, c := range change.Batches {
		if batches[c.Batch.ID] {
			return directory.Errorf(directory.Conflict, "a batch is in the change twice")
		}
		batches[c.Batch.ID] = true
		if err := guard(c.Version, b.batches[c.Batch.ID].Version, 0, 0); err != nil {
			return err
		}
	}
	if err := b.checkMade(change.Made); err != nil {
		return err
	}
	if err := b.checkProposals(change); err != nil {
		return err
	}
	return b.checkHolds(change.Links, written)
}

// guard compares what a writer knew with what is stored. The fence comes first: a worker that lost
// its lease is to drop its result, however often the link was written since.
func guard(version, storedVersion, fence, storedFence int64) error {
	switch {
	case fence != 0 && fence != storedFence:
		return directory.Errorf(directory.Fenced, "fence %d, stored %d", fence, storedFence)
	case version != storedVersion:
		return directory.Errorf(directory.Conflict, "version %d, stored %d", version, storedVersion)
	}
	return nil
}

// checkHolds judges who holds what as it will be after the whole change.
func (b *book) checkHolds(links []directory.LinkChange, written map[directory.LinkKey]bool) error {
	held := make(map[hold]directory.LinkKey)
	for i := range links {
		l := &links[i].Link
		for _, account := range l.Holds() {
			h := hold{l.Key.Pair, account}
			if other, ok := held[h]; ok && other != l.Key {
				return directory.Errorf(directory.Taken, "two links of the change hold one account")
			}
			held[h] = l.Key
			if p := b.holds[h]; p != nil && !written[p.link.Key] {
				return directory.Errorf(directory.Taken, "another link holds the account")
			}
		}
	}
	return nil
}

// checkMade judges each creation as it will be after those before it.
func (b *book) checkMade(made []directory.Creation) error {
	put := make(map[directory.AccountID]directory.Creation)
	for _, c := range made {
		stored, ok := put[c.Account]
		if !ok {
			stored, ok = b.made[c.Account]
		}
		if ok && stored.Gone.IsZero() && stored.Link != c.Link {
			return directory.Errorf(directory.Taken, "the account was made for another link")
		}
		put[c.Account] = c
	}
	return nil
}

func (b *book) apply(change directory.Change) {
	// All are taken out of the indexes before any is put in, so that two links can swap accounts.
	for i := range change.Links {
		if p := b.links[change.Links[i].Link.Key]; p != nil {
			b.unindex(p)
		}
	}
	for i := range change.Links {
		b.write(&change.Links[i])
	}
	for _, r := range change.Roster {
		b.enrol(r)
	}
	for _, key := range change.Unroster {
		b.unenrol(key)
	}
	if c := change.Reading; c != nil {
		if c.Over {
			delete(b.readings, c.Reading.ID)
		} else {
			b.readings[c.Reading.ID].write(*c)
		}
	}
	for _, seen := range change.Accounts {
		b.see(seen)
	}
	if change.Forget != nil {
		b.forget(*change.Forget)
	}
	for _, c := range change.Batches {
		batch := c.Batch
		batch.Members = slices.Clone(batch.Members)
		batch.Version = c.Version + 1
		b.batches[batch.ID] = batch
	}
	for _, account := range change.Suppress {
		b.suppressed[account] = true
	}
	for _, account := range change.Lift {
		delete(b.suppressed, account)
	}
	for _, c := range change.Made {
		b.made[c.Account] = c
	}
	for _, r := range change.Reached {
		b.reach(r)
	}
	b.propose(change)
}

func (b *book) write(c *directory.LinkChange) {
	p := b.links[c.Link.Key]
	if p == nil {
		p = &page{text: c.Link.Key.Text()}
		b.links[c.Link.Key] = p
		at, _ := slices.BinarySearchFunc(b.order, p.text, byText)
		b.order = slices.Insert(b.order, at, p)
	}
	fence, lease := p.link.Fence, p.link.Lease
	if c.Fence != 0 && !c.Keep {
		lease = time.Time{}
	}
	p.link = cloneLink(c.Link)
	p.link.Version, p.link.Fence, p.link.Lease = c.Version+1, fence, lease
	b.index(p)
}

func (b *book) index(p *page) {
	if !p.link.DueAt.IsZero() {
		at, _ := slices.BinarySearchFunc(b.due, p, byDue)
		b.due = slices.Insert(b.due, at, p)
	}
	for _, hash := range p.link.Nonces() {
		b.nonces[hash] = p
	}
	for _, account := range p.link.Holds() {
		b.holds[hold{p.link.Key.Pair, account}] = p
	}
	for _, account := range names(&p.link) {
		file(b.named, account, p)
	}
	if email := p.link.Member.Email; !email.IsZero() {
		file(b.mailed, email, p)
	}
}

func (b *book) unindex(p *page) {
	if at, ok := slices.BinarySearchFunc(b.due, p, byDue); ok && !p.link.DueAt.IsZero() {
		b.due = slices.Delete(b.due, at, at+1)
	}
	for _, hash := range p.link.Nonces() {
		if b.nonces[hash] == p {
			delete(b.nonces, hash)
		}
	}
	for _, account := range p.link.Holds() {
		delete(b.holds, hold{p.link.Key.Pair, account})
	}
	for _, account := range names(&p.link) {
		unfile(b.named, account, p)
	}
	unfile(b.mailed, p.link.Member.Email, p)
}

// file puts a link into an index whose lists are in the order of the keys' texts.
func file[K comparable](index map[K][]*page, key K, p *page) {
	list := index[key]
	at, _ := slices.BinarySearchFunc(list, p.text, byText)
	index[key] = slices.Insert(list, at, p)
}

func unfile[K comparable](index map[K][]*page, key K, p *page) {
	list := index[key]
	if at, ok := slices.BinarySearchFunc(list, p.text, byText); ok {
		index[key] = slices.Delete(list, at, at+1)
	}
}

// names are the accounts that a link names, each once.
func names(l *directory.Link) []directory.AccountID {
	var out []directory.AccountID
	for _, account := range []directory.AccountID{l.Account, l.Counterpart} {
		if !account.IsZero() && !slices.Contains(out, account) {
			out = append(out, account)
		}
	}
	return out
}

// row is a roster row with its member's text.
type row struct {
	text string
	directory.Membership
}

func byMember(r row, text string) int { return strings.Compare(r.text, text) }

func (b *book) enrol(m directory.Membership) {
	r := row{m.Member.ID.Text(), m}
	rows := b.rosters[m.Group]
	at, ok := slices.BinarySearchFunc(rows, r.text, byMember)
	if ok {
		rows[at] = r
		return
	}
	b.rosters[m.Group] = slices.Insert(rows, at, r)
}

func (b *book) unenrol(key directory.RosterKey) {
	rows := b.rosters[key.Group]
	if at, ok := slices.BinarySearchFunc(rows, key.Member.Text(), byMember); ok {
		b.rosters[key.Group] = slices.Delete(rows, at, at+1)
	}
}
