package directorytest

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"rollcall/sync/directory"
)

// Directory is a [directory.Source] that keeps its people in this process and remembers who was in
// which group at which moment: the truth that a simulation compares the product with. It lists
// groups in pages, tells changes by deltas, and fails as [Directory.Fault] scripts it. It has no
// chance and no clock of its own, and lists in the order of ids, so the same calls get the same
// answers. Its point check never lies: it tells the truth or an error.
//
// A faulty listing ([FaultEmpty], [FaultShort]) ends in an ordinary delta cursor, as a real
// directory's does: whom it left out is heard of again at the next change or complete listing only.
type Directory struct {
	// Name is the directory's name in the ids of its members.
	Name string
	// PageSize is how many people or changes a page has. Zero means 100.
	PageSize int
	// Now is the time at which a change happens.
	Now func() time.Time
	// Fault is asked once for each call, and decides what is wrong with it. Nil: nothing ever is.
	// It must not call the Directory.
	Fault func(call Call) FaultKind

	mu      sync.Mutex
	tenants map[directory.TenantID]*people
	reached map[FaultKind]int
}

var _ directory.Source = (*Directory)(nil)

// people is one tenant's part of the directory.
type people struct {
	seq      int64 // counts changes
	listings int64 // counts complete listings
	members  map[string]directory.Member
	groups   map[string]*group
}

// group is a group with its past. It is kept after it was dropped, for the truth.
type group struct {
	exists bool
	since  int64    // the change that made it: older cursors mean an earlier group of this id
	ids    []string // who belongs to it, active or not, sorted
	stays  map[string][]Stay
	log    []change         // by seq; an entry that is not in last was superseded
	last   map[string]int64 // of each person, the newest change
}

type change struct {
	seq int64
	id  string
}

// Stay is a time during which somebody was in a group and active: from From on, up to and without
// To. A zero To: still.
type Stay struct{ From, To time.Time }

// covers reports whether the stay includes a moment.
func (s Stay) covers(at time.Time) bool {
	return !at.Before(s.From) && (s.To.IsZero() || at.Before(s.To))
}

// NewDirectory is an empty directory of that name, whose changes happen at now().
func NewDirectory(name string, now func() time.Time) *Directory {
	return &Directory{Name: name, Now: now}
}

// tenant is a tenant's part, made when it is first named.
func (d *Directory) tenant(id directory.TenantID) *people {
	if d.tenants == nil {
		d.tenants = make(map[directory.TenantID]*people)
	}
	p := d.tenants[id]
	if p == nil {
		p = &people{members: make(map[string]directory.Member), groups: make(map[string]*group)}
		d.tenants[id] = p
	}
	return p
}

// Put makes or changes a person. The person's id gets this directory's name.
func (d *Directory) Put(tenant directory.TenantID, m directory.Member) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m.ID.Directory = d.Name
	p := d.tenant(tenant)
	if p.members[m.ID.ID] == m {
		return
	}
	p.members[m.ID.ID] = m
	d.note(p, m.ID.ID)
}

// Delete removes a person from every group and from the directory.
func (d *Directory) Delete(tenant directory.TenantID, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.tenant(tenant)
	delete(p.members, id)
	d.note(p, id)
	for _, g := range p.groups {
		g.take(id)
	}
}

// Group makes an empty group, where there is none of that id.
func (d *Directory) Group(tenant directory.TenantID, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.group(d.tenant(tenant), id)
}

func (d *Directory) group(p *people, id string) *group {
	g := p.groups[id]
	if g == nil {
		g = &group{stays: make(map[string][]Stay), last: make(map[string]int64)}
		p.groups[id] = g
	}
	if !g.exists {
		p.seq++
		g.exists, g.since = true, p.seq
	}
	return g
}

// DropGroup deletes a group. A later one of the same id is another group: no cursor survives.
func (d *Directory) DropGroup(tenant directory.TenantID, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.tenant(tenant)
	g := p.groups[id]
	if g == nil || !g.exists {
		return
	}
	for _, member := range g.ids {
		g.stay(member, false, d.Now())
	}
	g.exists, g.ids, g.log = false, nil, nil
	clear(g.last)
}

// Join puts a person into a group, which is made where there is none.
func (d *Directory) Join(tenant directory.TenantID, groupID, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.tenant(tenant)
	g := d.group(p, groupID)
	if at, found := slices.BinarySearch(g.ids, id); !found {
		g.ids = slices.Insert(g.ids, at, id)
		d.noteIn(p, g, id)
	}
}

// Leave takes a person out of a group.
func (d *Directory) Leave(tenant directory.TenantID, groupID, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.tenant(tenant)
	if g := p.groups[groupID]; g != nil && g.take(id) {
		d.noteIn(p, g, id)
	}
}

// take removes an id from those who belong, and reports whether it was there.
func (g *group) take(id string) bool {
	at, found := slices.BinarySearch(g.ids, id)
	if found {
		g.ids = slices.Delete(g.ids, at, at+1)
	}
	return found
}

// note records that something about a person changed, in every group that they belong to.
func (d *Directory) note(p *people, id string) {
	for _, name := range slices.Sorted(maps.Keys(p.groups)) {
		g := p.groups[name]
		if _, belongs := slices.BinarySearch(g.ids, id); belongs {
			d.noteIn(p, g, id)
		}
	}
}

func (d *Directory) noteIn(p *people, g *group, id string) {
	p.seq++
	g.log = append(g.log, change{p.seq, id})
	g.last[id] = p.seq
	if len(g.log) > 2*len(g.last)+64 {
		g.log = slices.DeleteFunc(g.log, func(c change) bool { return g.last[c.id] != c.seq })
	}
	g.stay(id, p.in(g, id), d.Now())
}

// belongs is the person, if the group has them, active or not.
func (p *people) belongs(g *group, id string) (directory.Member, bool) {
	m, exists := p.members[id]
	_, found := slices.BinarySearch(g.ids, id)
	return m, exists && found
}

// in reports whether a person is in a group and active.
func (p *people) in(g *group, id string) bool {
	m, belongs := p.belongs(g, id)
	return belongs && m.Active
}

// stay opens or closes the person's stay. One that would have lasted no time is forgotten.
func (g *group) stay(id string, in bool, now time.Time) {
	stays := g.stays[id]
	open := len(stays) > 0 && stays[len(stays)-1].To.IsZero()
	switch {
	case in && !open:
		g.stays[id] = append(stays, Stay{From: now})
	case !in && open && stays[len(stays)-1].From.Equal(now):
		g.stays[id] = stays[:len(stays)-1]
	case !in && open:
		stays[len(stays)-1].To = now
	}
}

// Members are those who are in the group and active, by id: the truth of this moment.
func (d *Directory) Members(tenant directory.TenantID, groupID string) []directory.Member {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.tenant(tenant)
	g := p.groups[groupID]
	if g == nil {
		return nil
	}
	var in []directory.Member
	for _, id := range g.ids {
		if m, belongs := p.belongs(g, id); belongs && m.Active {
			in = append(in, m)
		}
	}
	return in
}

// Stays is when a person was in a group and active, oldest first: the truth of all time.
func (d *Directory) Stays(tenant directory.TenantID, groupID, id string) []Stay {
	d.mu.Lock()
	defer d.mu.Unlock()
	if g := d.tenant(tenant).groups[groupID]; g != nil {
		return slices.Clone(g.stays[id])
	}
	return nil
}

// WasIn reports whether a person was in a group and active at a moment.
func (d *Directory) WasIn(tenant directory.TenantID, groupID, id string, at time.Time) bool {
	return slices.ContainsFunc(d.Stays(tenant, groupID, id), func(s Stay) bool { return s.covers(at) })
}

// WasOut reports whether there was a moment from from to to, both included, at which a person was
// in none of the groups: what a suspension must be able to point at.
func (d *Directory) WasOut(tenant directory.TenantID, groups []string, id string, from, to time.Time) bool {
	var stays []Stay
	for _, groupID := range groups {
		stays = append(stays, d.Stays(tenant, groupID, id)...)
	}
	// A time of absence begins where a stay ends, or it has begun before from.
	moments := []time.Time{from}
	for _, s := range stays {
		if !s.To.IsZero() && s.To.After(from) && !s.To.After(to) {
			moments = append(moments, s.To)
		}
	}
	return slices.ContainsFunc(moments, func(at time.Time) bool {
		return !slices.ContainsFunc(stays, func(s Stay) bool { return s.covers(at) })
	})
}

// Member tells the truth, or the error that was scripted.
func (d *Directory) Member(ctx context.Context, tenant directory.TenantID, groupID string, id directory.MemberID) directory.Standing {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fail(ctx, Call{OpMember, tenant, groupID}); err != nil {
		return directory.NoAnswer(err)
	}
	p := d.tenant(tenant)
	g := p.groups[groupID]
	switch {
	case g == nil || !g.exists:
		return directory.NoAnswer(noGroup())
	case id.Directory != d.Name:
		return directory.NoAnswer(directory.Errorf(directory.Invalid, "the id is another directory's"))
	case p.in(g, id.ID):
		return directory.In(p.members[id.ID])
	}
	return directory.Out()
}

func noGroup() error { return directory.Errorf(directory.NotFound, "there is no such group") }
