package directorytest

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

func TestDirectoryIsASource(t *testing.T) {
	RunSource(t, func(*testing.T) SourceHarness { return directoryHarness(honest) })
}

// honest is a Source that is not changed.
func honest(d *Directory) directory.Source { return d }

// directoryHarness is a Directory under exam, seen through a Source that may lie.
func directoryHarness(through func(*Directory) directory.Source) SourceHarness {
	now := time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)
	d := NewDirectory("toy", func() time.Time { return now })
	d.PageSize = 3
	script := func(kinds ...FaultKind) func(directory.TenantID) func() {
		return func(tenant directory.TenantID) func() {
			d.setFault(func(call Call) FaultKind {
				if call.Tenant != tenant {
					return NoFault
				}
				return kinds[0]
			})
			return func() { d.setFault(nil) }
		}
	}
	return SourceHarness{
		Source:   func() directory.Source { return through(d) },
		Name:     "toy",
		Tenants:  [2]directory.TenantID{"t1", "t2"},
		Fill:     d.fill,
		PageSize: 3,
		Faults: []SourceFault{
			{Name: "down", Break: script(FaultUnavailable), Codes: []directory.Code{directory.Unavailable}},
			{Name: "throttled", Break: script(FaultThrottledDay), Codes: []directory.Code{directory.Throttled}},
			{Name: "revoked", Break: script(FaultUnauthorized), Codes: []directory.Code{directory.Unauthorized}},
			{Name: "incomplete", Break: script(FaultIncomplete), Codes: []directory.Code{directory.Incomplete}, Strikes: StrikesPages},
			{Name: "expired", Break: script(FaultExpired), Codes: []directory.Code{directory.Expired}, Strikes: StrikesCursors},
		},
		Lacks: map[Trait]string{TraitDuplicate: "people are kept by id"},
	}
}

func (d *Directory) setFault(fault func(Call) FaultKind) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Fault = fault
}

// fill makes a tenant's directory be the roster by the smallest changes.
func (d *Directory) fill(tenant directory.TenantID, roster Roster) {
	listed := make(map[string]bool)
	for _, g := range roster.Groups {
		d.Group(tenant, g)
	}
	for _, p := range roster.People {
		listed[p.ID] = true
		d.Put(tenant, directory.Member{
			ID: directory.MemberID{ID: p.ID}, Name: p.Name, Email: address(p.Email),
			Active: !p.Disabled, Exempt: p.Exempt, Zone: p.Zone, Locale: p.Locale,
		})
	}
	for _, g := range d.groupNames(tenant) {
		if !slices.Contains(roster.Groups, g) {
			d.DropGroup(tenant, g)
		}
	}
	for _, id := range d.ids(tenant) {
		if !listed[id] {
			d.Delete(tenant, id)
		}
	}
	for _, p := range roster.People {
		for _, g := range roster.Groups {
			if slices.Contains(p.Groups, g) {
				d.Join(tenant, g, p.ID)
			} else {
				d.Leave(tenant, g, p.ID)
			}
		}
	}
}

func (d *Directory) groupNames(tenant directory.TenantID) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []string
	for name, g := range d.tenant(tenant).groups {
		if g.exists {
			names = append(names, name)
		}
	}
	return names
}

func (d *Directory) ids(tenant directory.TenantID) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var ids []string
	for id := range d.tenant(tenant).members {
		ids = append(ids, id)
	}
	return ids
}

// liar is a Source that changes what the one behind it says.
type liar struct {
	directory.Source
	page   func(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error)
	member func(ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing
}

func (l liar) Page(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
	if l.page == nil {
		return l.Source.Page(ctx, tenant, group, cursor)
	}
	return l.page(ctx, tenant, group, cursor)
}

func (l liar) Member(ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
	if l.member == nil {
		return l.Source.Member(ctx, tenant, group, id)
	}
	return l.member(ctx, tenant, group, id)
}

// editing lies about pages, after the fact.
func editing(edit func(p *directory.Page, err *error, cursor string)) func(*Directory) directory.Source {
	return func(d *Directory) directory.Source {
		return liar{Source: d, page: func(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
			p, err := d.Page(ctx, tenant, group, cursor)
			edit(&p, &err, cursor)
			return p, err
		}}
	}
}

// editingMembers lies about each member of a page.
func editingMembers(edit func(m *directory.Member) bool) func(*Directory) directory.Source {
	return editing(func(p *directory.Page, _ *error, _ string) {
		var kept []directory.Member
		for _, m := range p.Members {
			if edit(&m) {
				kept = append(kept, m)
			}
		}
		p.Members = kept
	})
}

// answering lies in the point check.
func answering(answer func(d *Directory, ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing) func(*Directory) directory.Source {
	return func(d *Directory) directory.Source {
		return liar{Source: d, member: func(ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
			return answer(d, ctx, tenant, group, id)
		}}
	}
}

// Every case of the exam catches the mistakes that it is there for.
func TestSourceExamCatches(t *testing.T) {
	for _, tt := range []struct {
		lie     string
		through func(*Directory) directory.Source
		by      []string // the cases that must catch it
	}{
		{"an error is an empty listing", editing(func(p *directory.Page, err *error, _ string) {
			if *err != nil {
				*p, *err = directory.Page{Cursor: "end", Last: true, Whole: true}, nil
			}
		}), []string{"every fault leaves everything unanswered", "complete, then an error", "no such group", "a group that is dropped", "cancelled at every page and resumed", "a strange cursor is an error"}},
		{"an error comes with a page", editing(func(p *directory.Page, err *error, cursor string) {
			if *err != nil {
				p.Last = true
			}
		}), []string{"every fault leaves everything unanswered", "complete, then an error"}},
		{"an error of another code", editing(func(_ *directory.Page, err *error, _ string) {
			if *err != nil {
				*err = context.DeadlineExceeded
			}
		}), []string{"every fault leaves everything unanswered", "no such group"}},
		{"somebody is left out", editing(func(p *directory.Page, _ *error, _ string) {
			if len(p.Members) == 3 {
				p.Members = p.Members[:2]
			}
		}), []string{"pages cover everybody", "restarted at every page and resumed"}},
		{"a group of one is empty", editing(func(p *directory.Page, _ *error, _ string) {
			if len(p.Members) == 1 {
				p.Members = nil
			}
		}), []string{"a group of one"}},
		{"an empty group is an error", editing(func(p *directory.Page, err *error, _ string) {
			if *err == nil && p.Whole && len(p.Members) == 0 {
				*p, *err = directory.Page{}, directory.Errorf(directory.NotFound, "nobody")
			}
		}), []string{"an empty group"}},
		{"only the first page says whole", editing(func(p *directory.Page, _ *error, cursor string) {
			p.Whole = p.Whole && cursor == ""
		}), []string{"pages cover everybody"}},
		{"a complete listing says who left", editing(func(p *directory.Page, err *error, _ string) {
			if *err == nil && p.Whole {
				p.Left = []directory.MemberID{{Directory: "toy", ID: "x"}}
			}
		}), []string{"pages cover everybody"}},
		{"ids of another directory", editingMembers(func(m *directory.Member) bool { m.ID.Directory = "x"; return true }), []string{"a group of one"}},
		{"disabled people are active", editingMembers(func(m *directory.Member) bool { m.Active = true; return true }), []string{"disabled"}},
		{"disabled people are left out", editingMembers(func(m *directory.Member) bool { return m.Active }), []string{"disabled"}},
		{"exempt is dropped", editingMembers(func(m *directory.Member) bool { m.Exempt = false; return true }), []string{"exempt"}},
		{"people without an address are left out", editingMembers(func(m *directory.Member) bool { return !m.Email.IsZero() }), []string{"a missing or unusable address"}},
		{"odd addresses are dropped", editingMembers(func(m *directory.Member) bool {
			if strings.ContainsFunc(m.Email.Reveal(), func(r rune) bool { return r > 127 }) {
				m.Email = directory.Address{}
			}
			return true
		}), []string{"an address in odd case or decomposed"}},
		{"people with one address are one", editing(func(p *directory.Page, _ *error, _ string) {
			seen := make(map[directory.Address]bool)
			p.Members = slices.DeleteFunc(p.Members, func(m directory.Member) bool {
				twice := seen[m.Email]
				seen[m.Email] = true
				return twice
			})
		}), []string{"two people with one address"}},
		{"names are trimmed at the comma", editingMembers(func(m *directory.Member) bool {
			m.Name, _, _ = strings.Cut(m.Name, ",")
			return true
		}), []string{"odd names"}},
		{"every read is a complete listing", func(d *Directory) directory.Source {
			return liar{Source: d, page: func(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
				if strings.Contains(cursor, `"delta"`) {
					cursor = ""
				}
				return d.Page(ctx, tenant, group, cursor)
			}}
		}, []string{"nothing changed since the last read"}},
		{"changes are never told", func(d *Directory) directory.Source {
			return liar{Source: d, page: func(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
				if strings.Contains(cursor, `"delta"`) {
					return directory.Page{Cursor: cursor, Last: true}, nil
				}
				return d.Page(ctx, tenant, group, cursor)
			}}
		}, []string{"a change is seen", "a person in two groups"}},
		{"pages by position", byPosition, []string{"the directory changes in the middle of a listing"}},
		{"cursors die with the process", func(d *Directory) directory.Source {
			known := make(map[string]bool)
			return liar{Source: d, page: func(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
				if cursor != "" && !known[cursor] {
					return directory.Page{}, directory.Errorf(directory.Internal, "unknown")
				}
				p, err := d.Page(ctx, tenant, group, cursor)
				known[p.Cursor] = true
				return p, err
			}}
		}, []string{"restarted at every page and resumed"}},
		{"every tenant is one", func(d *Directory) directory.Source {
			return liar{Source: d, page: func(ctx context.Context, _ directory.TenantID, group, cursor string) (directory.Page, error) {
				return d.Page(ctx, "t1", group, cursor)
			}}
		}, []string{"two tenants"}},
		{"an error is a no", answering(func(d *Directory, ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
			if s := d.Member(ctx, tenant, group, id); s.Err() == nil {
				return s
			}
			return directory.Out()
		}), []string{"every fault leaves everything unanswered", "a cancelled point check is an error", "no such group", "a group that is dropped", "the point check is fresh"}},
		{"no active check", answering(func(d *Directory, ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
			d.mu.Lock()
			m, belongs := d.tenant(tenant).belongs(d.group(d.tenant(tenant), group), id.ID)
			d.mu.Unlock()
			if belongs {
				return directory.In(m)
			}
			return d.Member(ctx, tenant, group, id)
		}), []string{"disabled", "the point check is fresh"}},
		{"the point check remembers", func() func(*Directory) directory.Source {
			memory := make(map[directory.MemberID]directory.Standing)
			return answering(func(d *Directory, ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
				if old, ok := memory[id]; ok {
					return old
				}
				memory[id] = d.Member(ctx, tenant, group, id)
				return memory[id]
			})
		}(), []string{"the point check is fresh"}},
		{"the point check forgets the group", answering(func(d *Directory, ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
			d.mu.Lock()
			m, exists := d.tenant(tenant).members[id.ID]
			d.mu.Unlock()
			if exists && m.Active {
				return directory.In(m)
			}
			return d.Member(ctx, tenant, group, id)
		}), []string{"an empty group", "a person in two groups", "the point check is fresh"}},
		{"the point check says too little", answering(func(d *Directory, ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
			if _, in := d.Member(ctx, tenant, group, id).IsIn(); in {
				return directory.In(directory.Member{ID: id, Active: true})
			}
			return d.Member(ctx, tenant, group, id)
		}), []string{"two tenants", "many at once"}},
	} {
		for _, by := range tt.by {
			t.Run(tt.lie+" by "+by, func(t *testing.T) {
				i := slices.IndexFunc(sourceCases, func(c sourceCase) bool { return c.name == by })
				if i < 0 {
					t.Fatalf("the exam has no case %q", by)
				}
				if err := sourceCases[i].check(t.Context(), directoryHarness(tt.through)); err == nil {
					t.Error("not caught")
				}
			})
		}
	}
}

// byPosition pages a listing by position in what the directory says now, as a naive adapter does.
func byPosition(d *Directory) directory.Source {
	return liar{Source: d, page: func(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
		if strings.HasPrefix(cursor, "{") {
			return d.Page(ctx, tenant, group, cursor)
		}
		position, end, _ := strings.Cut(cursor, " ")
		from, _ := strconv.Atoi(position)
		if cursor == "" {
			end = cursorAt(d, tenant, group)
		}
		all := d.Members(tenant, group)
		to := min(from+3, len(all))
		page := directory.Page{Members: all[min(from, to):to], Cursor: strconv.Itoa(to) + " " + end, Whole: true, Last: to == len(all)}
		if page.Last {
			page.Cursor = end
		}
		return page, nil
	}}
}

// cursorAt is the cursor for what changes after now.
func cursorAt(d *Directory, tenant directory.TenantID, group string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return cursor{Op: OpDelta, Tenant: tenant, Group: group, Seq: d.tenant(tenant).seq}.text()
}

func TestSourceHarnessMustBeComplete(t *testing.T) {
	for name, spoil := range map[string]func(*SourceHarness){
		"no Fill":                func(h *SourceHarness) { h.Fill = nil },
		"one tenant":             func(h *SourceHarness) { h.Tenants[1] = h.Tenants[0] },
		"no fault":               func(h *SourceHarness) { h.Faults = nil },
		"no fault of all":        func(h *SourceHarness) { h.Faults = h.Faults[3:] },
		"fault without a code":   func(h *SourceHarness) { h.Faults[0].Codes = nil },
		"no duplicates":          func(h *SourceHarness) { h.Lacks = nil },
		"lacks without a reason": func(h *SourceHarness) { h.Lacks = map[Trait]string{TraitDuplicate: ""} },
	} {
		t.Run(name, func(t *testing.T) {
			h := directoryHarness(honest)
			spoil(&h)
			if h.complete() == nil {
				t.Error("accepted")
			}
		})
	}
}
