package directorytest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"rollcall/sync/directory"
)

// sourceReader is what a reader knows of a group after the reads so far.
type sourceReader struct {
	h       SourceHarness
	src     directory.Source
	tenant  directory.TenantID
	group   string
	members map[string]directory.Member // by id; who left is not in it
	cursor  string                      // where the next read begins
	last    wholeRead
}

// wholeRead is what one read said.
type wholeRead struct {
	whole    bool
	restarts int
	cursors  []string // used, in order
	members  map[string]directory.Member
	left     map[string]bool
}

// open is a reader who knows nothing yet.
func (h SourceHarness) open(tenant directory.TenantID, group string) *sourceReader {
	return &sourceReader{h: h, src: h.Source(), tenant: tenant, group: group, members: make(map[string]directory.Member)}
}

// first fills the first tenant's directory and reads a group of it.
func (h SourceHarness) first(ctx context.Context, roster Roster, group string) (*sourceReader, error) {
	h.Fill(h.Tenants[0], roster)
	s := h.open(h.Tenants[0], group)
	return s, s.read(ctx, nil)
}

// page asks for a page and checks what must hold for every one.
func (s *sourceReader) page(ctx context.Context, cursor string) (directory.Page, error) {
	page, err := s.src.Page(ctx, s.tenant, s.group, cursor)
	if err != nil {
		if !isNoPage(page) {
			return page, errors.New("an error came with a page")
		}
		return page, err
	}
	for _, m := range page.Members {
		if m.ID.Directory != s.h.Name || m.ID.ID == "" {
			return page, errors.New("a member's id does not name the directory and a person")
		}
	}
	switch {
	case page.Cursor == "":
		return page, errors.New("a page has no cursor")
	case page.Whole && len(page.Left) > 0:
		return page, errors.New("a page of a complete listing has people who left")
	case cursor == "" && !page.Whole:
		return page, errors.New("the empty cursor did not begin a complete listing")
	}
	return page, nil
}

// read reads once from the cursor to the end, and begins again where the cursor expired. before,
// where given, is called with each cursor before it is used, and with how many pages came before.
func (s *sourceReader) read(ctx context.Context, before func(cursor string, pages int) error) error {
	r := wholeRead{members: make(map[string]directory.Member), left: make(map[string]bool)}
	cursor := s.cursor
	for done := false; !done; {
		if slices.Contains(r.cursors, cursor) {
			return errors.New("a cursor came twice in one read")
		}
		if before != nil {
			if err := before(cursor, len(r.cursors)); err != nil {
				return fmt.Errorf("before page %d: %w", len(r.cursors)+1, err)
			}
		}
		page, err := s.page(ctx, cursor)
		if directory.Is(err, directory.Expired) && r.restarts < 3 && cursor != "" {
			r = wholeRead{restarts: r.restarts + 1, members: make(map[string]directory.Member), left: make(map[string]bool)}
			cursor = ""
			continue
		}
		if err != nil {
			return fmt.Errorf("page %d: %w", len(r.cursors)+1, err)
		}
		if len(r.cursors) > 0 && page.Whole != r.whole {
			return errors.New("the pages of one read disagree on Whole")
		}
		r.cursors, r.whole = append(r.cursors, cursor), page.Whole
		for _, m := range page.Members {
			r.members[m.ID.ID] = m
			delete(r.left, m.ID.ID)
		}
		for _, id := range page.Left {
			r.left[id.ID] = true
			delete(r.members, id.ID)
		}
		cursor, done = page.Cursor, page.Last
	}
	s.cursor, s.last = cursor, r
	if r.whole {
		clear(s.members)
	}
	maps.Copy(s.members, r.members)
	for id := range r.left {
		delete(s.members, id)
	}
	return nil
}

// catchUp reads until the reader knows the truth; what changed during a listing may come with the
// read after it.
func (s *sourceReader) catchUp(ctx context.Context, roster Roster) error {
	var err error
	for range 3 {
		if err = s.read(ctx, nil); err != nil {
			return err
		}
		if err = s.knows(roster); err == nil {
			return nil
		}
	}
	return err
}

// knows compares what the reader knows with the roster.
func (s *sourceReader) knows(roster Roster) error {
	count := 0
	for _, p := range roster.People {
		if !slices.Contains(p.Groups, s.group) {
			continue
		}
		count++
		m, ok := s.members[p.ID]
		if !ok {
			return fmt.Errorf("somebody who is in the group is on no page; %d of %d are", len(s.members), len(roster.People))
		}
		if err := s.h.same(m, p); err != nil {
			return err
		}
	}
	if len(s.members) > count {
		return fmt.Errorf("the group has %d people, the pages have %d", count, len(s.members))
	}
	return nil
}

// same compares a member with the person that the directory was given.
func (h SourceHarness) same(got directory.Member, want RosterPerson) error {
	lacks := func(t Trait) bool { _, ok := h.Lacks[t]; return ok }
	switch {
	case got.ID != directory.MemberID{Directory: h.Name, ID: want.ID}:
		return errors.New("a member has another id")
	case got.Name != want.Name:
		return fmt.Errorf("a member's name is %q, want %q", got.Name, want.Name)
	case got.Email != address(want.Email):
		return fmt.Errorf("the address of %q is another, or not in its normal form", want.Name)
	case got.Active == want.Disabled:
		return fmt.Errorf("active is %v of %q, who is disabled: %v", got.Active, want.Name, want.Disabled)
	case got.Exempt != want.Exempt && !lacks(TraitExempt):
		return fmt.Errorf("exempt is %v, want %v", got.Exempt, want.Exempt)
	case got.Zone != want.Zone && !lacks(TraitZone):
		return fmt.Errorf("the zone is %q, want %q", got.Zone, want.Zone)
	case got.Locale != want.Locale && !lacks(TraitLocale):
		return fmt.Errorf("the locale is %q, want %q", got.Locale, want.Locale)
	}
	return nil
}

// member asks the point check.
func (s *sourceReader) member(ctx context.Context, id string) directory.Standing {
	return s.src.Member(ctx, s.tenant, s.group, directory.MemberID{Directory: s.h.Name, ID: id})
}

// isIn wants a definite yes and the person as they are.
func (s *sourceReader) isIn(ctx context.Context, want RosterPerson) error {
	standing := s.member(ctx, want.ID)
	m, in := standing.IsIn()
	if !in {
		return fmt.Errorf("the point check does not say In: out %v, error %w", standing.IsOut(), orNone(standing.Err()))
	}
	return s.h.same(m, want)
}

// isOut wants a definite no.
func (s *sourceReader) isOut(ctx context.Context, id string) error {
	standing := s.member(ctx, id)
	if !standing.IsOut() {
		_, in := standing.IsIn()
		return fmt.Errorf("the point check does not say Out: in %v, error %w", in, orNone(standing.Err()))
	}
	return nil
}

var errNone = errors.New("none")

func orNone(err error) error {
	if err == nil {
		return errNone
	}
	return err
}

// noAnswer wants an error with one of the codes, and neither yes nor no. Without codes the error is
// the one of a cancelled context.
func noAnswer(s directory.Standing, codes []directory.Code) error {
	if s.IsOut() {
		return errors.New("an error became a definite no")
	}
	if m, in := s.IsIn(); in || m != (directory.Member{}) {
		return errors.New("an error came with a yes, or with a member")
	}
	return rightError(s.Err(), codes)
}

// failedPage wants an error with one of the codes, and nothing beside it. Without codes the error
// is the one of a cancelled context.
func failedPage(page directory.Page, err error, codes []directory.Code) error {
	if err == nil {
		return fmt.Errorf("a page of %d members came instead of an error (last %v, whole %v)", len(page.Members), page.Last, page.Whole)
	}
	if !isNoPage(page) {
		return errors.New("an error came with a page")
	}
	return rightError(err, codes)
}

func isNoPage(p directory.Page) bool {
	return len(p.Members) == 0 && len(p.Left) == 0 && p.Cursor == "" && !p.Last && !p.Whole
}

// crowd is a group with a little more than two pages of people.
func (h SourceHarness) crowd(group string) Roster {
	roster := Roster{Groups: []string{group}}
	for i := range 2*h.PageSize + 1 {
		roster.People = append(roster.People, person(fmt.Sprintf("p%03d", i), group))
	}
	return roster
}

// person is somebody with all fields.
func person(id string, groups ...string) RosterPerson {
	return RosterPerson{
		ID: id, Name: "Name " + id, Email: id + "@exam.example", Groups: groups, Zone: "Europe/Berlin", Locale: "de-DE",
	}
}

// without is the roster without a person.
func (r Roster) without(id string) Roster {
	return r.change(id, func(*RosterPerson) bool { return false })
}

// with is the roster with these people too.
func (r Roster) with(people ...RosterPerson) Roster {
	return Roster{Groups: r.Groups, People: append(slices.Clone(r.People), people...)}
}

// change is the roster with one person changed, or left out where edit says false.
func (r Roster) change(id string, edit func(p *RosterPerson) bool) Roster {
	out := Roster{Groups: r.Groups}
	for _, p := range r.People {
		if p.ID != id || edit(&p) {
			out.People = append(out.People, p)
		}
	}
	return out
}
