package directorytest

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"maps"
	"slices"
	"sort"
	"time"

	"rollcall/sync/directory"
)

// Op is what a call to a [Directory] asks for.
type Op string

// The operations.
const (
	OpBegin  Op = "begin"  // the first page of a complete listing
	OpList   Op = "list"   // a further page of a complete listing
	OpDelta  Op = "delta"  // a page of changes
	OpMember Op = "member" // the point check
)

// Call is what [Directory.Fault] decides on.
type Call struct {
	Op     Op
	Tenant directory.TenantID
	Group  string
}

// FaultKind is something that goes wrong with one call.
type FaultKind string

// The faults. One that can't happen to a call (a cursor can't expire where there is none) does
// nothing and is not counted.
const (
	NoFault           FaultKind = ""
	FaultUnavailable  FaultKind = "unavailable"            // any call
	FaultUnauthorized FaultKind = "unauthorized"           // any call
	FaultThrottled    FaultKind = "throttled for 30 s"     // any call
	FaultThrottled0   FaultKind = "throttled for 0 s"      // any call
	FaultThrottledDay FaultKind = "throttled for 24 h"     // any call
	FaultMidway       FaultKind = "error inside a listing" // list
	FaultIncomplete   FaultKind = "incomplete"             // begin, list, delta
	FaultExpired      FaultKind = "cursor expired"         // list, delta
	FaultTwice        FaultKind = "person on two pages"    // begin, list: the last one comes again on the next page
	FaultReplay       FaultKind = "page replayed"          // begin, list, delta: the next page is this one again
	FaultLoop         FaultKind = "cursor loops"           // begin, list: from now on the listing goes round and never ends
	FaultEmpty        FaultKind = "empty listing"          // begin: a complete listing of nobody
	FaultShort        FaultKind = "listing 30 % short"     // begin: a complete listing without about three in ten
)

// Reached is how often each fault changed an answer.
func (d *Directory) Reached() map[FaultKind]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.reached)
}

func (d *Directory) reach(kind FaultKind) {
	if d.reached == nil {
		d.reached = make(map[FaultKind]int)
	}
	d.reached[kind]++
}

// fail asks for the call's fault and is its error, where it is one that can strike any call.
func (d *Directory) fail(ctx context.Context, call Call) error {
	_, err := d.fault(ctx, call)
	return err
}

// fault asks for the call's fault. Those that are errors are counted and returned as such.
func (d *Directory) fault(ctx context.Context, call Call) (FaultKind, error) {
	if err := ctx.Err(); err != nil {
		return NoFault, directory.Errorf(directory.Unavailable, "the read was cancelled: %w", err)
	}
	if d.Fault == nil {
		return NoFault, nil
	}
	kind := d.Fault(call)
	err := failure(kind, call.Op)
	if err != nil {
		d.reach(kind)
	}
	return kind, err
}

// failure is the error that a fault is, and nil for one that spoils the answer, or that can't
// happen to this operation.
func failure(kind FaultKind, op Op) error {
	switch kind {
	case FaultUnavailable:
		return directory.Errorf(directory.Unavailable, "scripted: the directory is down")
	case FaultUnauthorized:
		return directory.Errorf(directory.Unauthorized, "scripted: the token was revoked")
	case FaultThrottled:
		return directory.Wait(30*time.Second, "scripted: throttled")
	case FaultThrottled0:
		return directory.Wait(0, "scripted: throttled")
	case FaultThrottledDay:
		return directory.Wait(24*time.Hour, "scripted: throttled")
	}
	switch {
	case kind == FaultMidway && op == OpList:
		return directory.Errorf(directory.Unavailable, "scripted: the listing broke off")
	case kind == FaultIncomplete && op != OpMember:
		return directory.Errorf(directory.Incomplete, "scripted: the listing can't be trusted")
	case kind == FaultExpired && (op == OpList || op == OpDelta):
		return expired()
	}
	return nil
}

func expired() error {
	return directory.Errorf(directory.Expired, "the cursor is not known any more; begin again")
}

// cursor says where a read goes on. It is bound to its tenant and group, so that nobody else's
// passes for one's own.
type cursor struct {
	Op     Op
	Tenant directory.TenantID
	Group  string
	Seq    int64  // changes after this one are still to be told
	After  string `json:",omitempty"` // in a listing: the last id that was told
	Short  int64  `json:",omitempty"` // in a listing: not zero, it leaves people out, by this number
	Loop   bool   `json:",omitempty"` // in a listing: it never ends
}

// text never fails: a cursor has strings, numbers and a bool.
func (c cursor) text() string {
	b, _ := json.Marshal(c)
	return string(b)
}

// Page implements [directory.Source].
func (d *Directory) Page(ctx context.Context, tenant directory.TenantID, groupID, from string) (directory.Page, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := cursor{Op: OpBegin, Tenant: tenant, Group: groupID}
	if from != "" {
		c.Op = ""
		if json.Unmarshal([]byte(from), &c) != nil || c.Op != OpList && c.Op != OpDelta {
			c.Op = ""
		}
	}
	call := Call{Op: c.Op, Tenant: tenant, Group: groupID}
	if c.Op == "" {
		call.Op = OpDelta
	}
	kind, err := d.fault(ctx, call)
	if err != nil {
		return directory.Page{}, err
	}
	p := d.tenant(tenant)
	g := p.groups[groupID]
	switch {
	case g == nil || !g.exists:
		return directory.Page{}, noGroup()
	case c.Op == OpBegin:
		p.listings++
		c.Op, c.Seq = OpList, p.seq
		return d.begin(p, g, c, kind), nil
	case c.Op == "" || c.Tenant != tenant || c.Group != groupID || c.Seq < g.since:
		return directory.Page{}, expired()
	case c.Op == OpList:
		return d.list(p, g, c, kind), nil
	}
	return d.delta(p, g, c, kind), nil
}

func (d *Directory) pageSize() int {
	if d.PageSize > 0 {
		return d.PageSize
	}
	return 100
}

// begin is the first page of a complete listing.
func (d *Directory) begin(p *people, g *group, c cursor, kind FaultKind) directory.Page {
	switch {
	case kind == FaultEmpty && len(g.ids) > 0:
		d.reach(kind)
		c.Op = OpDelta
		return directory.Page{Cursor: c.text(), Last: true, Whole: true}
	case kind == FaultShort:
		c.Short = p.listings
	}
	return d.list(p, g, c, kind)
}

// list is a page of a complete listing: those who belong now and come after the cursor. Who changes
// while it goes on is told by the delta that follows it.
func (d *Directory) list(p *people, g *group, c cursor, kind FaultKind) directory.Page {
	at, found := slices.BinarySearch(g.ids, c.After)
	if found {
		at++
	}
	to := min(at+d.pageSize(), len(g.ids))
	page := directory.Page{Whole: true, Last: to == len(g.ids)}
	short := false
	for _, id := range g.ids[at:to] {
		if c.Short != 0 && leftOut(c.Short, id) {
			short = true
			continue
		}
		if m, belongs := p.belongs(g, id); belongs {
			page.Members = append(page.Members, m)
		}
	}
	if short {
		d.reach(FaultShort)
	}
	next := c
	if to > at {
		next.After = g.ids[to-1]
	}
	switch {
	case kind == FaultLoop:
		d.reach(kind)
		next.Loop = true
	case kind == FaultReplay && !page.Last:
		d.reach(kind)
		next.After = c.After
	case kind == FaultTwice && !page.Last && to-at > 1:
		d.reach(kind)
		next.After = g.ids[to-2]
	}
	switch {
	case page.Last && next.Loop:
		page.Last, next.After = false, ""
	case page.Last:
		next = cursor{Op: OpDelta, Tenant: c.Tenant, Group: c.Group, Seq: c.Seq}
	}
	page.Cursor = next.text()
	return page
}

// leftOut picks about three in ten, others in each listing.
func leftOut(listing int64, id string) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte{byte(listing), byte(listing >> 8)})
	_, _ = h.Write([]byte(id))
	return h.Sum32()%10 < 3
}

// delta is a page of changes: each person once, as they are now.
func (d *Directory) delta(p *people, g *group, c cursor, kind FaultKind) directory.Page {
	at := sort.Search(len(g.log), func(i int) bool { return g.log[i].seq > c.Seq })
	page := directory.Page{Last: true}
	next := c
	for told := 0; at < len(g.log); at++ {
		entry := g.log[at]
		if g.last[entry.id] != entry.seq {
			continue
		}
		if told == d.pageSize() {
			page.Last = false
			break
		}
		told++
		next.Seq = entry.seq
		if m, belongs := p.belongs(g, entry.id); belongs {
			page.Members = append(page.Members, m)
		} else {
			page.Left = append(page.Left, directory.MemberID{Directory: d.Name, ID: entry.id})
		}
	}
	if kind == FaultReplay && !page.Last {
		d.reach(kind)
		next = c
	}
	page.Cursor = next.text()
	return page
}
