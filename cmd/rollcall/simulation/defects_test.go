package simulation

import (
	"context"
	"slices"
	"testing"
	"time"

	"rollcall/bot"
	"rollcall/sync/directory"
	"rollcall/sync/engine"
)

// defect is something wrong that is put into the product on purpose, to see whether it is found. Each
// is a thing that some product like this one has really done.
type defect struct {
	name          string
	spoilStore    func(*parts)   // the store, and the directory
	spoilRegistry func(*parts)   // what the bot and the adapters see of the store
	spoilVault    func(*parts)   // what has to do with tokens
	spoil         func(*parts)   // everything else
	often         func(*profile) // what has to happen more often than it does for the defect to show
}

// searched is within how many seeds each defect must be found.
const searched = 300

func TestTheNetCatches(t *testing.T) {
	t.Parallel()
	for _, flaw := range slices.Concat(defects(), defectsOfStandIns(), defectsOfConnections(), defectsOfSteering()) {
		t.Run(flaw.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(searched) {
				p := drawProfile(seed)
				if flaw.often != nil {
					flaw.often(&p)
				}
				_, found := relive(t, seed, p, flaw, false)
				if found == nil {
					continue
				}
				if _, anyway := relive(t, seed, p, defect{}, false); anyway == nil { // it is the defect that was found
					t.Logf("found by seed %d: %s", seed, found.text)
					return
				}
			}
			t.Errorf("not found by %d seeds", searched)
		})
	}
}

func defects() []defect {
	store := func(name string, spoil func(directory.Store, *program) directory.Store) defect {
		return defect{name: name, spoilStore: func(p *parts) { p.store = spoil(p.store, p.program) }}
	}
	source := func(name string, spoil func(directory.Source) directory.Source) defect {
		return defect{name: name, spoilStore: func(p *parts) { p.source = spoil(p.source) }}
	}
	accounts := func(name string, spoil func(directory.Accounts) directory.Accounts) defect {
		return defect{name: name, spoil: func(p *parts) {
			for platform, a := range p.accounts {
				p.accounts[platform] = spoil(a)
			}
		}}
	}
	asker := func(name string, spoil func(engine.Asker) engine.Asker) defect {
		return defect{name: name, spoil: func(p *parts) { p.asker = spoil(p.asker) }}
	}
	sink := func(name string, spoil func(bot.Sink, directory.Store) bot.Sink) defect {
		return defect{name: name, spoil: func(p *parts) { p.sink = spoil(p.sink, p.store) }}
	}
	return []defect{
		store("the last writer wins", func(s directory.Store, _ *program) directory.Store { return lastWriterWins{s} }),
		store("the cursor is saved before its page", func(s directory.Store, p *program) directory.Store { return cursorFirst{s, p} }),
		store("a nonce is used up in a commit of its own", func(s directory.Store, p *program) directory.Store { return nonceFirst{s, p} }),
		store("a nonce can be used twice", func(s directory.Store, _ *program) directory.Store { return usedIsOpen{s} }),
		store("an answer is never too late", func(s directory.Store, _ *program) directory.Store { return neverExpires{s} }),
		store("the guard counts everybody there ever was", func(s directory.Store, _ *program) directory.Store { return countsMany{s} }),
		store("waves are reckoned from the day before", func(s directory.Store, _ *program) directory.Store { return hasty{s} }),
		source("an error ends a listing", func(s directory.Source) directory.Source { return errorEnds{s} }),
		source("an error says that somebody left", func(s directory.Source) directory.Source { return errorIsNo{s} }),
		source("who is listed twice has left", func(s directory.Source) directory.Source {
			return &twiceIsGone{s, make(map[directory.MemberID]bool), make(map[directory.MemberID]bool)}
		}),
		accounts("a look-up that failed found nobody", func(a directory.Accounts) directory.Accounts { return errorIsAbsent{a} }),
		accounts("a guest is like anybody", func(a directory.Accounts) directory.Accounts { return guestsPass{a} }),
		asker("a message whose answer was lost is sent again", func(a engine.Asker) engine.Asker { return resends{a} }),
		asker("a look for a message that failed found none", func(a engine.Asker) engine.Asker { return blindFind{a} }),
		sink("anybody may press", func(s bot.Sink, store directory.Store) bot.Sink { return actorByNonce{s, store} }),
		sink("no means yes", func(s bot.Sink, _ directory.Store) bot.Sink { return noMeansYes{s} }),
		sink("acknowledged before it is taken", func(s bot.Sink, _ directory.Store) bot.Sink { return &later{Sink: s} }),
		{name: "the wrong tenant", spoilRegistry: func(p *parts) { p.registry = otherTenant{p.store, p.program.history} }},
	}
}

// lastWriterWins knows no versions and no fences.
type lastWriterWins struct{ directory.Store }

func (s lastWriterWins) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	err := s.Store.Commit(ctx, tenant, change)
	if !directory.Is(err, directory.Fenced) && !directory.Is(err, directory.Conflict) {
		return err
	}
	for i := range change.Links {
		c := &change.Links[i]
		stored, err := s.Store.Links(ctx, tenant, c.Link.Key)
		must(err)
		c.Version, c.Fence = 0, 0
		if len(stored) > 0 {
			c.Version = stored[0].Version
		}
	}
	if c := change.Reading; c != nil {
		readings, err := s.Store.Readings(ctx, tenant)
		must(err)
		for _, r := range readings {
			if r.ID == c.Reading.ID {
				c.Version, c.Fence = r.Version, 0
			}
		}
	}
	return s.Store.Commit(ctx, tenant, change)
}

// cursorFirst makes two commits of a page's one.
type cursorFirst struct {
	directory.Store
	program *program
}

func (s cursorFirst) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	if change.Reading == nil || len(change.Links) == 0 {
		return s.Store.Commit(ctx, tenant, change)
	}
	if err := s.Store.Commit(ctx, tenant, directory.Change{Reading: change.Reading}); err != nil {
		return err
	}
	change.Reading = nil
	return s.Store.Commit(ctx, tenant, change)
}

// nonceFirst makes two commits of an answer's one.
type nonceFirst struct {
	directory.Store
	program *program
}

func (s nonceFirst) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	if answerIn(change) == nil {
		return s.Store.Commit(ctx, tenant, change)
	}
	c := &change.Links[0]
	stored, err := s.Store.Links(ctx, tenant, c.Link.Key)
	must(err)
	first := stored[0]
	first.Ask.Used, first.Ask.Nonce, first.Proof.Used = c.Link.Ask.Used, c.Link.Ask.Nonce, c.Link.Proof.Used
	if err := s.Store.Commit(ctx, tenant, directory.Change{Links: []directory.LinkChange{{Link: first, Version: c.Version}}}); err != nil {
		return err
	}
	c.Version++
	return s.Store.Commit(ctx, tenant, change)
}

// usedIsOpen forgets that a nonce was used.
type usedIsOpen struct{ directory.Store }

func (s usedIsOpen) LinkByNonce(ctx context.Context, tenant directory.TenantID, hash directory.NonceHash) (directory.Link, error) {
	l, err := s.Store.LinkByNonce(ctx, tenant, hash)
	for _, p := range []*directory.Prompt{&l.Ask, &l.Proof} {
		if p.Used == hash {
			p.Nonce, p.Used = hash, ""
		}
	}
	return l, err
}

// neverExpires has all the time in the world.
type neverExpires struct{ directory.Store }

func (s neverExpires) LinkByNonce(ctx context.Context, tenant directory.TenantID, hash directory.NonceHash) (directory.Link, error) {
	l, err := s.Store.LinkByNonce(ctx, tenant, hash)
	l.Ask.Expires, l.Proof.Expires = l.Ask.Expires.AddDate(1, 0, 0), l.Proof.Expires.AddDate(1, 0, 0)
	return l, err
}

func (s neverExpires) Commit(ctx context.Context, tenant directory.TenantID, change directory.Change) error {
	for i := range change.Links {
		l := &change.Links[i].Link
		for _, p := range []*directory.Prompt{&l.Ask, &l.Proof} {
			if p.Expires.Year() > began.Year() {
				p.Expires = p.Expires.AddDate(-1, 0, 0)
			}
		}
	}
	return s.Store.Commit(ctx, tenant, change)
}

// countsMany makes every removal look small.
type countsMany struct{ directory.Store }

func (s countsMany) Count(ctx context.Context, tenant directory.TenantID, group directory.GroupID, since time.Time) (directory.Counts, error) {
	c, err := s.Store.Count(ctx, tenant, group, since)
	c.Live, c.Linked, c.GroupLive, c.GroupLinked = c.Live+10_000, c.Linked+10_000, c.GroupLive+10_000, c.GroupLinked+10_000
	return c, err
}

// hasty remembers the last wave wrongly.
type hasty struct{ directory.Store }

func (s hasty) ClaimLinks(ctx context.Context, tenant directory.TenantID, now, until time.Time, most int) ([]directory.Link, error) {
	links, err := s.Store.ClaimLinks(ctx, tenant, now, until, most)
	for i := range links {
		if !links[i].LastWave.IsZero() {
			links[i].LastWave = links[i].LastWave.Add(-24 * time.Hour)
		}
	}
	return links, err
}

// errorEnds takes a page that could not be had for the last one.
type errorEnds struct{ directory.Source }

func (s errorEnds) Page(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
	page, err := s.Source.Page(ctx, tenant, group, cursor)
	if err != nil {
		return directory.Page{Last: true, Whole: true, Cursor: cursor}, nil
	}
	return page, nil
}

// errorIsNo takes "could not be asked" for no.
type errorIsNo struct{ directory.Source }

func (s errorIsNo) Member(ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
	answer := s.Source.Member(ctx, tenant, group, id)
	if answer.Err() != nil {
		return directory.Out()
	}
	return answer
}

// twiceIsGone takes somebody whom a read names a second time for one who left, and answers for one
// person from what the pages said.
type twiceIsGone struct {
	directory.Source
	seen, gone map[directory.MemberID]bool
}

func (s *twiceIsGone) Page(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
	page, err := s.Source.Page(ctx, tenant, group, cursor)
	if cursor == "" {
		clear(s.seen)
	}
	var members []directory.Member
	for _, m := range page.Members {
		if s.seen[m.ID] && page.Whole {
			page.Left = append(page.Left, m.ID)
			s.gone[m.ID] = true
			continue
		}
		s.seen[m.ID] = true
		members = append(members, m)
	}
	page.Members = members
	return page, err
}

func (s *twiceIsGone) Member(ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
	if s.gone[id] {
		return directory.Out()
	}
	return s.Source.Member(ctx, tenant, group, id)
}

// errorIsAbsent takes a look-up that failed for one that found nobody.
type errorIsAbsent struct{ directory.Accounts }

func (a errorIsAbsent) Lookup(ctx context.Context, inst directory.Installation, address directory.Address) directory.Finding {
	return absentAfter(a.Accounts.Lookup(ctx, inst, address))
}

func (a errorIsAbsent) Account(ctx context.Context, inst directory.Installation, id directory.AccountID) directory.Finding {
	return absentAfter(a.Accounts.Account(ctx, inst, id))
}

func absentAfter(f directory.Finding) directory.Finding {
	if f.Err() != nil {
		return directory.Absent()
	}
	return f
}

// guestsPass doesn't know a guest from others.
type guestsPass struct{ directory.Accounts }

func (a guestsPass) Page(ctx context.Context, inst directory.Installation, cursor string) (directory.AccountPage, error) {
	page, err := a.Accounts.Page(ctx, inst, cursor)
	for i := range page.Accounts {
		page.Accounts[i] = asPerson(page.Accounts[i])
	}
	return page, err
}

func (a guestsPass) Lookup(ctx context.Context, inst directory.Installation, address directory.Address) directory.Finding {
	return asPeople(a.Accounts.Lookup(ctx, inst, address))
}

func (a guestsPass) Account(ctx context.Context, inst directory.Installation, id directory.AccountID) directory.Finding {
	return asPeople(a.Accounts.Account(ctx, inst, id))
}

func asPeople(f directory.Finding) directory.Finding {
	var all []directory.Account
	for _, account := range f.Accounts() {
		all = append(all, asPerson(account))
	}
	if len(all) == 0 {
		return f
	}
	return directory.Found(all...)
}

func asPerson(a directory.Account) directory.Account {
	if a.Kind == directory.KindGuest {
		a.Kind = directory.KindPerson
	}
	return a
}
