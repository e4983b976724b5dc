package command

import (
	"context"
	"maps"
	"slices"
	"strings"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// reachStates are the states of the ledger in the order in which they are counted.
func reachStates() []directory.ReachState {
	return []directory.ReachState{directory.Reachable, directory.AppMissing, directory.Blocked, directory.Disabled, directory.Guest}
}

// unreached lists who can't be asked anywhere, or has to open the app first: of all platforms, or of one.
func unreached(ctx context.Context, t *turn) (cards.Card, error) {
	named, from := t.call.Arg(0), t.position(1)
	if n, ok := Position.normal(named); ok { // a page of all
		named, from = "", t.position(0)
		t.call.Args = []string{n}
	}
	counted, err := t.steering.ReachCounts(ctx, t.caller.Tenant())
	if err != nil {
		return cards.Card{}, err
	}
	platforms := slices.Sorted(maps.Keys(counted))
	if named != "" {
		if platforms, err = t.onlyPlatform(platforms, named); err != nil {
			return cards.Card{}, err
		}
	}
	view := catalog.UnreachedView{Voice: t.voice}
	for _, p := range platforms {
		view.Counts = append(view.Counts, catalog.PlatformReach{Platform: t.title(p), Counts: counts(counted[p], reachStates())})
	}
	if named != "" {
		view.Platform = string(platforms[0])
	}
	list, err := t.outOfReach(ctx, directory.Platform(view.Platform), from+page+1)
	if err != nil {
		return cards.Card{}, err
	}
	list, view.More = cut(list, from)
	if view.More > maxPosition {
		view.More = 0
	}
	for _, l := range list {
		view.List = append(view.List, t.title.unreachedPerson(l))
	}
	return catalog.Unreached(view), nil
}

// onlyPlatform is the one that somebody named, of those there are.
func (t *turn) onlyPlatform(all []directory.Platform, name string) ([]directory.Platform, error) {
	var next []catalog.Next
	for _, p := range all {
		if strings.EqualFold(string(p), name) || strings.EqualFold(t.title(p), name) {
			return []directory.Platform{p}, nil
		}
		next = append(next, catalog.Next{Label: t.title(p), Command: "unreached " + string(p)})
	}
	return nil, t.refuse(catalog.NotePlatform, "Name", name, next...)
}

// outOfReach are the first of those who can't be written to; with a platform, of those who can't be there.
func (t *turn) outOfReach(ctx context.Context, platform directory.Platform, most int) ([]directory.LinkStory, error) {
	const slice = 100
	var found []directory.LinkStory
	var after directory.LinkKey
	for len(found) < most {
		list, err := t.steering.Unreached(ctx, t.caller.Tenant(), after, slice)
		if err != nil {
			return nil, err
		}
		for _, l := range list {
			if platform == "" || slices.ContainsFunc(l.Reach, func(r directory.Reach) bool { return r.Account.Platform == platform }) {
				found = append(found, l)
			}
			after = l.Link.Key
		}
		if len(list) < slice {
			break
		}
	}
	return found, nil
}

func (title titles) unreachedPerson(l directory.LinkStory) catalog.UnreachedPerson {
	p := catalog.UnreachedPerson{Name: l.Link.Member.Name, Handle: handle(l.Link.Key.Member), Waits: l.Link.State != directory.Unreachable}
	for _, r := range l.Reach {
		p.Where = append(p.Where, catalog.UnreachedWhere{Platform: title(r.Account.Platform), State: string(r.State), Why: r.Why, Since: r.Since})
	}
	return p
}
