package slack

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rollcall/sync/directory"
)

// An app can be installed for an organisation of workspaces (Enterprise Grid) at once. Its
// installation's workspace is then the organisation, and people are at home in that:
// https://docs.slack.dev/enterprise/organization-ready-apps.

// wide reports whether a workspace is an organisation: its id begins with E, a workspace's with T.
func wide(w directory.Workspace) bool { return strings.HasPrefix(string(w), "E") }

// teams are the workspaces of an organisation that the app may act in, in a fixed order.
// Incomplete: there are none, so that nothing can be said of anybody.
func (a *Adapter) teams(ctx context.Context, inst directory.Installation) ([]directory.Workspace, error) {
	if a.config.Teams == nil {
		return nil, directory.Errorf(directory.Unsupported, "slack: nothing tells an organisation's workspaces")
	}
	teams, err := a.config.Teams(ctx, inst)
	if err != nil {
		return nil, err
	}
	teams = slices.Compact(slices.Sorted(slices.Values(teams)))
	if len(teams) == 0 {
		return nil, directory.Errorf(directory.Incomplete, "slack: the app was admitted to none of the organisation's workspaces")
	}
	return teams, nil
}

// place is where a listing of an organisation is: in which workspace, and how far. It begins anew when
// other workspaces are admitted meanwhile, since it would miss some of them and be whole all the same.
type place struct {
	teams  []directory.Workspace
	at     int
	cursor string
}

// placeOf finds a cursor's place. Expired: it is in a listing of other workspaces.
func placeOf(teams []directory.Workspace, cursor string) (place, error) {
	p := place{teams: teams}
	if cursor == "" {
		return p, nil
	}
	mark, rest, _ := strings.Cut(cursor, "/")
	team, within, whole := strings.Cut(rest, "/")
	at, found := slices.BinarySearch(teams, directory.Workspace(team))
	if !whole || !found || mark != p.mark() {
		return p, directory.Errorf(directory.Expired, "slack: the listing is of other workspaces")
	}
	p.at, p.cursor = at, within
	return p, nil
}

// next is the cursor after a page whose own is within; empty: it was the last one.
func (p place) next(within string) string {
	if within == "" {
		if p.at++; p.at == len(p.teams) {
			return ""
		}
	}
	return p.mark() + "/" + string(p.teams[p.at]) + "/" + within
}

// mark tells the workspaces that are listed from others.
func (p place) mark() string {
	sum := fnv.New64a()
	for _, team := range p.teams {
		fmt.Fprintf(sum, "%s/", team)
	}
	return strconv.FormatUint(sum.Sum64(), 36)
}

// widePage reads one page of an organisation: its workspaces one after the other. Whoever is in
// several is there as often.
func (a *Adapter) widePage(ctx context.Context, inst directory.Installation, cursor string, size int) (directory.AccountPage, error) {
	teams, err := a.teams(ctx, inst)
	if err != nil {
		return directory.AccountPage{}, err
	}
	at, err := placeOf(teams, cursor)
	if err != nil {
		return directory.AccountPage{}, err
	}
	page, err := a.page(ctx, inst, url.Values{"team_id": {string(at.teams[at.at])}}, at.cursor, size)
	if errors.Is(err, errNoTeam) {
		return directory.AccountPage{}, directory.Errorf(directory.Incomplete, "slack: the app was taken out of a workspace of the organisation")
	}
	if err == nil {
		page.Cursor = at.next(page.Cursor)
	}
	return page, err
}

// lookThrough looks for an address in a complete listing of an organisation, for which Slack has no
// other way. Whoever is active in one of its workspaces is active, though another one let them go.
func (a *Adapter) lookThrough(ctx context.Context, inst directory.Installation, address directory.Address) directory.Finding {
	var order []directory.AccountID
	found := make(map[directory.AccountID]directory.Account)
	for cursor, pages := "", 0; ; pages++ {
		if pages == mostListed {
			return directory.Failed(directory.Errorf(directory.Unavailable, "slack: the listing has no end"))
		}
		page, err := a.widePage(ctx, inst, cursor, largestPage)
		if err != nil {
			return directory.Failed(err)
		}
		for _, account := range page.Accounts {
			if account.Email != address {
				continue
			}
			before, seen := found[account.ID]
			if !seen {
				order = append(order, account.ID)
			}
			if !seen || account.Active && !before.Active {
				found[account.ID] = account
			}
		}
		if cursor = page.Cursor; cursor == "" {
			break
		}
	}
	all := make([]directory.Account, 0, len(order))
	for _, id := range order {
		all = append(all, found[id])
	}
	if len(all) == 0 {
		return directory.Absent()
	}
	return directory.Found(all...)
}

// mostListed bounds a listing that is looked through: a million accounts.
const mostListed = 1000

// settled is an origin whose actor's home is known, where somebody at home in one of an organisation's
// own workspaces acts on an installation for that organisation. Whoever isn't known to be keeps the
// home that Slack named, which the bot refuses.
func (a *Adapter) settled(ctx context.Context, origin directory.Origin) (directory.Origin, error) {
	home := origin.Actor.Workspace
	if !wide(origin.Workspace) || home == origin.Workspace || !strings.HasPrefix(string(home), "T") || a.config.Teams == nil {
		return origin, nil
	}
	inst, err := a.config.Conversations.Resolve(ctx, origin)
	if err != nil {
		return origin, err
	}
	teams, err := a.config.Teams(ctx, inst)
	if err != nil {
		return origin, err
	}
	if slices.Contains(teams, home) {
		origin.Actor.Workspace = origin.Workspace
	}
	return origin, nil
}
