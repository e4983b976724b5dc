package engine

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/plan"
)

// Name is how an admin names a person: exactly one of the three.
type Name struct {
	Address directory.Address
	Member  directory.MemberID
	Account directory.AccountID
}

// People tells all that is known of those whom an admin names, one story for each of the directory's
// people: none where nobody is known by that name. It blocks for the store only.
func (e *Engine) People(ctx context.Context, tenant directory.TenantID, name Name) ([]directory.Story, error) {
	members, err := e.membersNamed(ctx, tenant, name)
	if err != nil {
		return nil, err
	}
	t, err := e.teller(ctx, tenant)
	if err != nil {
		return nil, err
	}
	var stories []directory.Story
	for _, id := range members {
		story, known, err := t.story(ctx, id)
		if err != nil {
			return nil, err
		}
		if known {
			stories = append(stories, story)
		}
	}
	return stories, nil
}

// membersNamed are the directory's people who go by a name: those who have the address, or whose links
// have an account with it.
func (e *Engine) membersNamed(ctx context.Context, tenant directory.TenantID, name Name) ([]directory.MemberID, error) {
	if name.Member != (directory.MemberID{}) {
		return []directory.MemberID{name.Member}, nil
	}
	var accounts []directory.AccountID
	addresses := []directory.Address{name.Address}
	if !name.Account.IsZero() {
		accounts = append(accounts, name.Account)
		known, err := e.Store.AccountsByID(ctx, tenant, name.Account)
		if err != nil {
			return nil, err
		}
		for _, a := range known {
			addresses = append(addresses, a.Email)
		}
	} else if !name.Address.IsZero() {
		platforms, err := e.platforms(ctx, tenant)
		if err != nil {
			return nil, err
		}
		for _, p := range platforms {
			known, err := e.Store.AccountsByAddress(ctx, tenant, p, name.Address)
			if err != nil {
				return nil, err
			}
			for _, a := range known {
				accounts = append(accounts, a.ID)
			}
		}
	}
	return e.membersOf(ctx, tenant, accounts, addresses)
}

// membersOf are the people of the links that name an account, or whose person has an address, by id.
func (e *Engine) membersOf(ctx context.Context, tenant directory.TenantID, accounts []directory.AccountID, addresses []directory.Address) ([]directory.MemberID, error) {
	found := make(map[directory.MemberID]bool)
	for _, id := range accounts {
		links, err := e.Store.LinksWith(ctx, tenant, id)
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			found[l.Key.Member] = true
		}
	}
	for _, address := range addresses {
		if address.IsZero() {
			continue
		}
		links, err := e.Store.LinksByAddress(ctx, tenant, address)
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			found[l.Key.Member] = true
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b directory.MemberID) int { return strings.Compare(a.Text(), b.Text()) }), nil
}

// platforms are those that any of the tenant's groups names, retired ones included.
func (e *Engine) platforms(ctx context.Context, tenant directory.TenantID) ([]directory.Platform, error) {
	groups, err := e.Store.Groups(ctx, tenant)
	var out []directory.Platform
	for _, g := range groups {
		out = append(out, g.Primary, g.Secondary)
	}
	slices.Sort(out)
	return slices.Compact(out), err
}

// Disputes pages through the links whose accounts an admin has to decide about, by key, after one.
func (e *Engine) Disputes(ctx context.Context, tenant directory.TenantID, after directory.LinkKey, limit int) ([]directory.LinkStory, error) {
	links, err := e.Store.ListLinks(ctx, tenant, directory.LinkQuery{State: directory.Disputed, After: after, Limit: limit})
	if err != nil {
		return nil, err
	}
	t, err := e.teller(ctx, tenant)
	if err != nil {
		return nil, err
	}
	out := make([]directory.LinkStory, len(links))
	for i, l := range links {
		if out[i], err = t.link(ctx, l); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Mine tells an account's owner in which links they are. It names nobody but them: of the other end
// only what is linked with them, and addresses in their masked form.
func (e *Engine) Mine(ctx context.Context, tenant directory.TenantID, account directory.AccountID) (directory.Story, error) {
	story := directory.Story{At: e.Now()}
	links, err := e.Store.LinksWith(ctx, tenant, account)
	if err != nil {
		return story, err
	}
	for _, l := range links {
		own, proved := l.Account == account, isProved(l)
		if !own && !proved {
			continue // somebody may claim it who isn't its owner
		}
		mine := directory.LinkStory{Link: directory.Link{
			Key: directory.LinkKey{Pair: l.Key.Pair}, State: l.State, Primary: l.Primary, Secondary: l.Secondary,
			LinkedAt: l.LinkedAt, SuspendedAt: l.SuspendedAt,
			StandIn: directory.StandIn{Kind: l.StandIn.Kind, Platform: l.StandIn.Platform, Is: l.StandIn.Is},
		}}
		known, err := e.Store.AccountsByID(ctx, tenant, l.Account, l.Counterpart)
		if err != nil {
			return story, err
		}
		for _, a := range known {
			shown := directory.Account{ID: a.ID, Name: a.Name, Email: a.Email.Obscured()}
			switch {
			case a.ID == l.Account && (own || proved):
				mine.Account = shown
			case a.ID == l.Counterpart && proved:
				mine.Counterpart = shown
			}
		}
		story.Links = append(story.Links, mine)
	}
	return story, nil
}

// isProved reports whether both accounts of a link have said that they are one person's.
func isProved(l directory.Link) bool {
	state := l.State
	if state == directory.Suspended {
		state = l.Before
	}
	return state == directory.Linked || state == directory.Unlinked
}

// teller tells stories: what is the same for all of a tenant's links is read once.
type teller struct {
	engine  *Engine
	jury    jury
	groups  []directory.Group // retired ones included
	batches []directory.Batch
	now     time.Time
}

func (e *Engine) teller(ctx context.Context, id directory.TenantID) (teller, error) {
	t := teller{engine: e, now: e.Now()}
	tenant, err := e.Store.Tenant(ctx, id)
	if err != nil {
		return t, err
	}
	if t.jury, err = e.jury(ctx, tenant); err != nil {
		return t, err
	}
	if t.groups, err = e.Store.Groups(ctx, id); err != nil {
		return t, err
	}
	t.batches, err = e.Store.Batches(ctx, id)
	return t, err
}

// story is that of one of the directory's people; not known: there is neither a link of theirs nor a
// group that they are in.
func (t teller) story(ctx context.Context, id directory.MemberID) (story directory.Story, known bool, err error) {
	story.At = t.now
	story.Member.ID = id
	tenant := t.jury.tenant.ID
	rows, err := t.engine.Store.Memberships(ctx, tenant, id)
	if err != nil {
		return story, false, err
	}
	for _, row := range rows {
		if _, configured := t.jury.group(row.Group); configured && !row.Gone {
			story.Groups = append(story.Groups, row)
			story.Member = row.Member
		}
	}
	var keys []directory.LinkKey
	for _, g := range t.groups {
		if key := (directory.LinkKey{Member: id, Pair: g.Pair()}); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	links, err := t.engine.Store.Links(ctx, tenant, keys...)
	if err != nil {
		return story, false, err
	}
	slices.SortFunc(links, func(a, b directory.Link) int { return strings.Compare(a.Key.Text(), b.Key.Text()) })
	for _, l := range links {
		told, err := t.link(ctx, l)
		if err != nil {
			return story, false, err
		}
		story.Links = append(story.Links, told)
		if len(story.Groups) == 0 {
			story.Member = l.Member
		}
	}
	return story, len(story.Groups)+len(story.Links) > 0, nil
}

// mostTrail is how many lines of a link's trail a story has.
const mostTrail = 100

// link is the story of one link.
func (t teller) link(ctx context.Context, l directory.Link) (directory.LinkStory, error) {
	tenant := t.jury.tenant
	told := directory.LinkStory{Link: l}
	lines, err := t.jury.judge(ctx, []directory.Link{l}, t.now)
	if err != nil {
		return told, err
	}
	told.Intent = lines[0].Intent
	rules, err := t.engine.rules(ctx, tenant, l)
	if err != nil {
		return told, err
	}
	step := plan.Next(l, rules, t.now)
	told.Next, told.When = words(step), step.Until
	if step.Do != plan.Wait && l.DueAt.After(t.now) { // something outside failed, or it is not its turn
		told.When = l.DueAt
	}
	if told.Holds, err = t.holds(ctx, l); err != nil {
		return told, err
	}
	if told.Candidates, err = t.sightings(ctx, l); err != nil {
		return told, err
	}
	if err := t.accounts(ctx, &told); err != nil {
		return told, err
	}
	err = t.engine.eachEntry(ctx, tenant.ID, l.Key, func(entry directory.Entry) {
		told.Trail = append(told.Trail, entry)
		told.Trail = told.Trail[max(0, len(told.Trail)-mostTrail):]
	})
	return told, err
}

// accounts adds both accounts, and what is known of whether they, and the candidates, can be written to.
func (t teller) accounts(ctx context.Context, told *directory.LinkStory) error {
	tenant := t.jury.tenant.ID
	known, err := t.engine.Store.AccountsByID(ctx, tenant, told.Link.Account, told.Link.Counterpart)
	if err != nil {
		return err
	}
	told.Account.ID, told.Counterpart.ID = told.Link.Account, told.Link.Counterpart
	for _, a := range known {
		switch a.ID {
		case told.Link.Account:
			told.Account = a
		case told.Link.Counterpart:
			told.Counterpart = a
		}
	}
	var ids []directory.AccountID
	for _, id := range []directory.AccountID{told.Link.Account, told.Link.Counterpart} {
		if !id.IsZero() {
			ids = append(ids, id)
		}
	}
	for _, s := range told.Candidates {
		if !slices.Contains(ids, s.Account.ID) {
			ids = append(ids, s.Account.ID)
		}
	}
	if len(ids) > 0 {
		told.Reach, err = t.engine.Store.Reach(ctx, tenant, ids...)
	}
	return err
}
