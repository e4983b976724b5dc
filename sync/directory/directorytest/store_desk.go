package directorytest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/sync/directory"
)

// desk is where a case sits: the store under exam as one tenant, and short forms of its calls that
// end the case where they fail.
type desk struct {
	directory.Store
	t      *testing.T
	tenant directory.TenantID
}

// as is the same store as another tenant.
func (d *desk) as(tenant directory.TenantID) *desk {
	return &desk{Store: d.Store, t: d.t, tenant: tenant}
}

func (d *desk) ctx() context.Context { return d.t.Context() }

// ok ends the case where there is an error.
func (d *desk) ok(doing string, err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatalf("%s: got %v, want no error", doing, err)
	}
}

// refused wants an error with a code.
func (d *desk) refused(doing string, err error, want directory.Code) {
	d.t.Helper()
	if !directory.Is(err, want) {
		d.t.Fatalf("%s: got %v, want %v", doing, err, want)
	}
}

// same ends the case unless two values are equal: times as instants, an empty list like none.
func same[T any](d *desk, what string, got, want T) {
	d.t.Helper()
	diff := cmp.Diff(want, got, cmp.AllowUnexported(directory.Address{}), cmpopts.EquateEmpty())
	if diff != "" {
		d.t.Fatalf("%s: got %v, want %v\ndifference (-want +got):\n%s", what, got, want, diff)
	}
}

func (d *desk) commit(change directory.Change) {
	d.t.Helper()
	d.ok("Commit", d.Commit(d.ctx(), d.tenant, change))
}

func (d *desk) refuse(change directory.Change, want directory.Code) {
	d.t.Helper()
	d.refused("Commit", d.Commit(d.ctx(), d.tenant, change), want)
}

// add commits links that don't exist yet, and returns them as stored.
func (d *desk) add(links ...directory.Link) []directory.Link {
	d.t.Helper()
	var change directory.Change
	var stored []directory.Link
	for _, l := range links {
		change.Links = append(change.Links, directory.LinkChange{Link: l})
		l.Version, l.Fence, l.Lease = 1, 0, time.Time{}
		stored = append(stored, l)
	}
	d.commit(change)
	return stored
}

// update writes a link over its stored version, as somebody who is not a worker.
func (d *desk) update(l directory.Link) directory.Link {
	d.t.Helper()
	d.commit(over(l))
	return d.link(l.Key)
}

// over is the change that writes a link over the version that it has.
func over(links ...directory.Link) directory.Change {
	var change directory.Change
	for _, l := range links {
		change.Links = append(change.Links, directory.LinkChange{Link: l, Version: l.Version})
	}
	return change
}

// worked is the change by which a worker writes a link that it has claimed.
func worked(l directory.Link) directory.Change {
	return directory.Change{Links: []directory.LinkChange{{Link: l, Version: l.Version, Fence: l.Fence}}}
}

// link reads a link that must exist.
func (d *desk) link(key directory.LinkKey) directory.Link {
	d.t.Helper()
	links, err := d.Links(d.ctx(), d.tenant, key)
	d.ok("Links", err)
	if len(links) != 1 {
		d.t.Fatalf("Links of one key: got %v, want that link", links)
	}
	return links[0]
}

func (d *desk) claim(now, until time.Time, max int) []directory.Link {
	d.t.Helper()
	links, err := d.ClaimLinks(d.ctx(), d.tenant, now, until, max)
	d.ok("ClaimLinks", err)
	return links
}

// claimOne claims a single link, which must be due.
func (d *desk) claimOne(now, until time.Time) directory.Link {
	d.t.Helper()
	links := d.claim(now, until, 1)
	if len(links) != 1 {
		d.t.Fatalf("ClaimLinks: got %v, want one link", links)
	}
	return links[0]
}

func (d *desk) list(query directory.LinkQuery) []directory.Link {
	d.t.Helper()
	links, err := d.ListLinks(d.ctx(), d.tenant, query)
	d.ok("ListLinks", err)
	return links
}

func (d *desk) nextDue() time.Time {
	d.t.Helper()
	next, err := d.NextDue(d.ctx(), d.tenant)
	d.ok("NextDue", err)
	return next
}

func (d *desk) trail(query directory.TrailQuery) []directory.Entry {
	d.t.Helper()
	entries, err := d.Trail(d.ctx(), d.tenant, query)
	d.ok("Trail", err)
	return entries
}

// texts are the texts of links' keys, in the order of the links.
func texts(links []directory.Link) []string {
	var out []string
	for _, l := range links {
		out = append(out, l.Key.Text())
	}
	return out
}

// sorted are links in the order of their keys' texts.
func sorted(links []directory.Link) []directory.Link {
	return slices.SortedFunc(slices.Values(links), func(x, y directory.Link) int {
		return strings.Compare(x.Key.Text(), y.Key.Text())
	})
}
