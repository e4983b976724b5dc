package directorytest

import (
	"context"
	"slices"
	"strconv"
	"time"

	"rollcall/sync/directory"
)

// draft makes up a change. All its chances are taken here; what it then asks of a store is only
// what a writer would have read there. A small one is without that by which most are
// refused: links and creations.
func (g *gambler) draft(small bool) func(context.Context, directory.Store, directory.TenantID) (directory.Change, error) {
	var change directory.Change
	links, made := g.IntN(4), g.IntN(3)
	if small {
		links, made = 0, 0
	}
	for range links {
		l := g.link()
		if !slices.ContainsFunc(change.Links, func(c directory.LinkChange) bool { return c.Link.Key == l.Key }) {
			change.Links = append(change.Links, directory.LinkChange{Link: l, Version: of[int64](g, 0, 0, 0, 0, 0, 0, 0, 1, -1), Keep: g.often(3)})
		}
	}
	worker := make([]int64, len(change.Links)) // the distance to the fence that is stored
	for i := range worker {
		worker[i] = of[int64](g, 9, 9, 0, 0, 0, 1, -1)
	}
	for range g.IntN(3) {
		change.Roster = append(change.Roster, directory.Membership{
			Group: g.group(), Member: directory.Member{ID: g.key().Member}, Round: int64(g.IntN(5)), Gone: g.often(3),
		})
	}
	if len(change.Roster) == 0 && g.often(2) {
		change.Unroster = []directory.RosterKey{{Group: g.group(), Member: g.key().Member}}
	}
	for range g.IntN(3) {
		if id := g.account(); !id.IsZero() {
			change.Accounts = append(change.Accounts, directory.SeenAccount{Account: directory.Account{ID: id, Email: g.email()}, Round: int64(g.IntN(5))})
		}
	}
	if g.often(8) {
		change.Forget = &directory.Forget{Platform: slack, Workspace: "T1", Before: int64(g.IntN(5))}
	}
	if who := g.account(); g.often(2) {
		change.Suppress = []directory.AccountID{who}
	} else {
		change.Lift = []directory.AccountID{who}
	}
	for range made {
		change.Made = append(change.Made, directory.Creation{
			Account: g.account(), Marker: strconv.Itoa(g.IntN(100)), Link: g.key(), At: g.now, Gone: of(g, time.Time{}, g.now),
		})
	}
	change.Audit = []directory.Entry{{At: g.now, Link: g.key(), Event: strconv.Itoa(g.IntN(100))}}
	if g.often(3) {
		change.Reading = &directory.ReadingChange{Reading: directory.Reading{ID: g.reading(), Round: int64(g.IntN(5)), DueAt: g.moment()}, Over: small && g.often(3)}
	}
	reader := of[int64](g, 9, 0, 0, 1)
	g.steer(&change)

	return func(ctx context.Context, s directory.Store, tenant directory.TenantID) (directory.Change, error) {
		return asRead(ctx, s, tenant, change, worker, reader)
	}
}

// asRead fills in the versions and fences of a change as they are stored, or so far from it as the
// change says. 9 is for a writer who is not a worker.
func asRead(ctx context.Context, s directory.Store, tenant directory.TenantID, change directory.Change, worker []int64, reader int64) (directory.Change, error) {
	change.Links = slices.Clone(change.Links)
	for i := range change.Links {
		c := &change.Links[i]
		stored, err := s.Links(ctx, tenant, c.Link.Key)
		if err != nil {
			return change, err
		}
		var l directory.Link
		if len(stored) > 0 {
			l = stored[0]
		}
		c.Version += l.Version
		if worker[i] != 9 {
			c.Fence = l.Fence + worker[i]
		}
	}
	proposals, err := s.Proposals(ctx, tenant)
	if err != nil {
		return change, err
	}
	change.Proposals = slices.Clone(change.Proposals)
	for i := range change.Proposals {
		c := &change.Proposals[i]
		for _, p := range proposals {
			if p.ID == c.Proposal.ID {
				c.Version += p.Version
			}
		}
	}
	if change.Reading == nil {
		return change, nil
	}
	c := *change.Reading
	change.Reading = &c
	readings, err := s.Readings(ctx, tenant)
	for _, r := range readings {
		if r.ID == c.Reading.ID {
			c.Version = r.Version
			if reader != 9 {
				c.Fence = r.Fence + reader
			}
			change.Reading = &c
			return change, err
		}
	}
	change.Reading.Version = 1 // there is none
	return change, err
}

// link makes up a link.
func (g *gambler) link() directory.Link {
	l := newLink("x")
	l.Key = g.key()
	l.Member = directory.Member{ID: l.Key.Member, Email: g.email()}
	l.State = of(g, directory.New, directory.Matched, directory.Asking, directory.Linked, directory.Linked, directory.Suspended, directory.Unsynced, directory.Unlinked)
	l.Before = of(g, directory.New, directory.Linked, directory.Unlinked)
	l.Group, l.DueAt, l.Waves = g.group(), g.moment(), g.IntN(100)
	if g.often(2) {
		l.Waves = 0
	}
	l.Present, l.Ask.Attempts = !g.often(4), g.IntN(5)
	l.Account, l.Counterpart = g.account(), g.account()
	if l.Account == l.Counterpart {
		l.Counterpart = directory.AccountID{}
	}
	for range g.IntN(4) {
		if candidate := g.account(); !candidate.IsZero() {
			l.Candidates = append(l.Candidates, directory.Candidate{Account: candidate})
		}
	}
	if g.often(3) {
		l.Leaving = directory.Leaving{Since: g.moment(), Approved: g.often(2), Refused: g.often(3)}
	}
	l.Parked, l.Present = g.often(3), g.often(2)
	l.SuspendedAt = g.moment()
	for _, nonce := range []*directory.NonceHash{&l.Ask.Nonce, &l.Ask.Used, &l.Proof.Nonce} {
		if g.often(3) {
			// Nonces are unguessable: no two links ever have the same.
			*nonce = directory.Nonce(l.Key.Text() + strconv.Itoa(g.IntN(3))).Hash()
		}
	}
	return l
}

// all is what a store says of everything that the gambler plays with.
func all(d *desk, s directory.Store, tenant directory.TenantID, people []directory.MemberID, account directory.AccountID, email directory.Address) (any, error) {
	var said []any
	var failed error
	say := func(value any, err error) {
		said = append(said, value)
		if failed == nil && !directory.Is(err, directory.NotFound) {
			failed = err
		}
	}
	ctx := d.ctx()
	links, err := s.ListLinks(ctx, tenant, directory.LinkQuery{})
	say(links, err)
	for _, l := range links {
		for _, nonce := range l.Nonces() {
			found, err := s.LinkByNonce(ctx, tenant, nonce)
			say(found, err)
		}
		for _, held := range l.Holds() {
			found, err := s.LinkHolding(ctx, tenant, l.Key.Pair, held)
			say(found, err)
		}
	}
	with, err := s.LinksWith(ctx, tenant, account)
	say(with, err)
	addressed, err := s.LinksByAddress(ctx, tenant, email)
	say(addressed, err)
	next, err := s.NextDue(ctx, tenant)
	say(next, err)
	trail, err := s.Trail(ctx, tenant, directory.TrailQuery{Limit: 1000})
	say(trail, err)
	readings, err := s.Readings(ctx, tenant)
	say(readings, err)
	rows, err := s.Memberships(ctx, tenant, people...)
	say(rows, err)
	accounts, err := s.AccountsByID(ctx, tenant, account)
	say(accounts, err)
	mailed, err := s.AccountsByAddress(ctx, tenant, slack, email)
	slices.SortFunc(mailed, func(x, y directory.Account) int { return byAccount(x.ID, y.ID) })
	say(mailed, err)
	suppressed, err := s.Suppressed(ctx, tenant, account)
	say(suppressed, err)
	counts, err := s.Count(ctx, tenant, "staff", start)
	say(counts, err)
	for _, platform := range []directory.Platform{slack, webex} {
		creations, err := s.Creations(ctx, tenant, platform)
		say(creations, err)
	}
	steered, err := allSteered(ctx, s, tenant, account)
	say(steered, err)
	return said, failed
}
