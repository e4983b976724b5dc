package directorytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"rollcall/sync/directory"
)

// edits are what can happen to p000 of group g, by name.
var edits = []struct {
	name string
	edit func(p *RosterPerson) bool // false: deleted
	out  bool                       // afterwards
}{
	{"renamed", func(p *RosterPerson) bool { p.Name = "New Name"; return true }, false},
	{"given another address", func(p *RosterPerson) bool { p.Email = "new@exam.example"; return true }, false},
	{"deprived of the address", func(p *RosterPerson) bool { p.Email = ""; return true }, false},
	{"disabled", func(p *RosterPerson) bool { p.Disabled = true; return true }, true},
	{"enabled", func(p *RosterPerson) bool { p.Disabled = false; return true }, false},
	{"taken out of the group", func(p *RosterPerson) bool { p.Groups = nil; return true }, true},
	{"put back", func(p *RosterPerson) bool { p.Groups = []string{"g"}; return true }, false},
	{"deleted", func(*RosterPerson) bool { return false }, true},
}

func sourceChanges(ctx context.Context, h SourceHarness) error {
	roster := h.crowd("g")
	s, err := h.first(ctx, roster, "g")
	if err != nil {
		return err
	}
	for _, e := range edits {
		roster = roster.change("p000", e.edit)
		h.Fill(s.tenant, roster)
		if err := s.read(ctx, nil); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		if err := s.knows(roster); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	roster = roster.with(person("p900", "g"))
	h.Fill(s.tenant, roster)
	if err := s.read(ctx, nil); err != nil {
		return err
	}
	return s.knows(roster)
}

// sourceMember makes the same changes, and never reads a page between them.
func sourceMember(ctx context.Context, h SourceHarness) error {
	roster := h.crowd("g").with(person("elsewhere", "other"))
	roster.Groups = append(roster.Groups, "other")
	s, err := h.first(ctx, roster, "g")
	if err != nil {
		return err
	}
	for _, id := range []string{"elsewhere", "unknown", "p00", "P000"} {
		if err := s.isOut(ctx, id); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	if err := s.isIn(ctx, roster.People[0]); err != nil {
		return err
	}
	foreign := s.src.Member(ctx, s.tenant, s.group, directory.MemberID{Directory: "another", ID: "p000"})
	if err := noAnswer(foreign, []directory.Code{directory.Invalid, directory.NotFound}); err != nil {
		return fmt.Errorf("an id of another directory: %w", err)
	}
	for _, e := range edits {
		roster = roster.change("p000", e.edit)
		h.Fill(s.tenant, roster)
		if e.out {
			err = s.isOut(ctx, "p000")
		} else {
			err = s.isIn(ctx, roster.People[0])
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return nil
}

func sourceCancelled(ctx context.Context, h SourceHarness) error {
	s, err := h.first(ctx, h.crowd("g"), "g")
	if err != nil {
		return err
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	for _, id := range []string{"p000", "unknown"} {
		if err := noAnswer(s.member(cancelled, id), nil); err != nil {
			return err
		}
	}
	return nil
}

func sourceTwoGroups(ctx context.Context, h SourceHarness) error {
	roster := Roster{Groups: []string{"g", "k"}, People: []RosterPerson{
		person("both", "g", "k"), person("g1", "g"), person("k1", "k"),
	}}
	h.Fill(h.Tenants[0], roster)
	g, k := h.open(h.Tenants[0], "g"), h.open(h.Tenants[0], "k")
	if err := errors.Join(g.catchUp(ctx, roster), k.catchUp(ctx, roster)); err != nil {
		return err
	}
	// Who leaves one of two groups stays in the other.
	roster = roster.change("both", func(p *RosterPerson) bool { p.Groups = []string{"k"}; return true })
	h.Fill(h.Tenants[0], roster)
	return errors.Join(g.catchUp(ctx, roster), k.catchUp(ctx, roster), g.isOut(ctx, "both"), k.isIn(ctx, roster.People[0]))
}

// people is a check that a group of such people is read, point by point as well.
func (h SourceHarness) people(ctx context.Context, people ...RosterPerson) error {
	roster := Roster{Groups: []string{"g"}, People: people}
	s, err := h.first(ctx, roster, "g")
	if err != nil {
		return err
	}
	if err := s.knows(roster); err != nil {
		return err
	}
	for _, p := range people {
		if p.Disabled {
			err = s.isOut(ctx, p.ID)
		} else {
			err = s.isIn(ctx, p)
		}
		if err != nil {
			return fmt.Errorf("%q: %w", p.Name, err)
		}
	}
	return nil
}

// named is a person with a name and an address.
func named(id, name, email string) RosterPerson {
	p := person(id, "g")
	p.Name, p.Email = name, email
	return p
}

// sourceSharedAddress: it is no error here. Correlation disputes it.
func sourceSharedAddress(ctx context.Context, h SourceHarness) error {
	return h.people(ctx, named("p1", "Ann", "ann@exam.example"), named("p2", "Other Ann", "ANN@exam.example"), person("p3", "g"))
}

func sourceOddAddress(ctx context.Context, h SourceHarness) error {
	return h.people(ctx,
		named("p1", "Upper", "Ann.ABLE+Tag@Exam.EXAMPLE"),
		named("p2", "Decomposed", "jo\u0308rg@exam.example"),
		named("p3", "Dotted I", "\u0130nci@exam.example"),
	)
}

// sourceNoAddress: one bad address is nobody else's trouble.
func sourceNoAddress(ctx context.Context, h SourceHarness) error {
	return h.people(ctx,
		named("p1", "Missing", ""),
		named("p2", "No At", "exam.example"),
		named("p3", "Two Ats", "a@b@exam.example"),
		named("p4", "No Local Part", "@exam.example"),
		named("p5", "Inner Space", "a b@exam.example"),
		named("p6", "Look-alike", "\u0430nn@exam.example"),
		named("p7", "Too Long", strings.Repeat("a", 300)+"@exam.example"),
		named("p8", "Good", "good@exam.example"),
	)
}

func sourceOddNames(ctx context.Context, h SourceHarness) error {
	var people []RosterPerson
	for i, name := range []string{
		"O'Brien, Ann \"Annie\"", "#hash", "=1+1", "-2", "李小龍", "Zoë", "عائشة", "a;b|c", "👩‍👩‍👧 Ng", "<b>Bold</b>", "null",
	} {
		people = append(people, named(fmt.Sprintf("p%d", i), name, fmt.Sprintf("p%d@exam.example", i)))
	}
	return h.people(ctx, people...)
}

func sourceDisabled(ctx context.Context, h SourceHarness) error {
	off := person("p1", "g")
	off.Disabled = true
	return h.people(ctx, off, person("p2", "g"))
}

func sourceExempt(ctx context.Context, h SourceHarness) error {
	exempt := person("p1", "g")
	exempt.Exempt = true
	return h.people(ctx, exempt, person("p2", "g"))
}

// sourceTenants: two customers with the same group and the same ids, who see their own people.
func sourceTenants(ctx context.Context, h SourceHarness) error {
	one, two := h.crowd("g"), Roster{Groups: []string{"g"}, People: []RosterPerson{
		named("p000", "Their Name", "theirs@exam.example"), named("only", "Only There", "only@exam.example"),
	}}
	h.Fill(h.Tenants[0], one)
	h.Fill(h.Tenants[1], two)
	a, b := h.open(h.Tenants[0], "g"), h.open(h.Tenants[1], "g")
	b.src = a.src
	if err := errors.Join(a.catchUp(ctx, one), b.catchUp(ctx, two)); err != nil {
		return err
	}
	if err := errors.Join(a.isOut(ctx, "only"), b.isOut(ctx, "p001"), a.isIn(ctx, one.People[0]), b.isIn(ctx, two.People[0])); err != nil {
		return err
	}
	// One tenant's cursor says nothing of it to the other.
	for _, cursor := range append(slices.Clone(a.last.cursors), a.cursor) {
		if cursor == "" {
			continue
		}
		page, err := b.src.Page(ctx, b.tenant, b.group, cursor)
		if err := failedPage(page, err, []directory.Code{directory.Expired, directory.Invalid}); err != nil {
			return fmt.Errorf("another tenant's cursor: %w", err)
		}
	}
	// One tenant's removals are not the other's.
	h.Fill(h.Tenants[1], two.without("p000"))
	if err := errors.Join(a.catchUp(ctx, one), a.isIn(ctx, one.People[0]), b.isOut(ctx, "p000")); err != nil {
		return err
	}
	page, err := a.src.Page(ctx, "nobody's tenant", "g", "")
	if err := failedPage(page, err, []directory.Code{directory.NotFound}); err != nil {
		return fmt.Errorf("an unknown tenant: %w", err)
	}
	return noAnswer(a.src.Member(ctx, "nobody's tenant", "g", directory.MemberID{Directory: h.Name, ID: "p000"}), []directory.Code{directory.NotFound})
}

// sourceConcurrent reads and asks from several goroutines while the directory changes. Run with the
// race detector it also finds what is shared.
func sourceConcurrent(ctx context.Context, h SourceHarness) error {
	roster := h.crowd("g")
	h.Fill(h.Tenants[0], roster)
	src := h.Source()
	errs := make([]error, 4)
	var readers sync.WaitGroup
	for i := range errs {
		readers.Go(func() {
			s := h.open(h.Tenants[0], "g")
			s.src = src
			for range 10 {
				s.cursor = ""
				if errs[i] = s.read(ctx, nil); errs[i] != nil && !directory.Is(errs[i], directory.Expired) {
					return
				}
				// p001 stays all the time.
				if errs[i] = s.isIn(ctx, roster.People[1]); errs[i] != nil {
					return
				}
			}
		})
	}
	for i := range 5 {
		next := roster
		if i%2 == 0 {
			next = roster.without("p000")
		}
		h.Fill(h.Tenants[0], next)
	}
	readers.Wait()
	return errors.Join(errs...)
}
