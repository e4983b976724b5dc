package directorytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rollcall/sync/directory"
)

// sourceCases is the exam's table of contents.
var sourceCases = []sourceCase{
	{name: "an empty group", check: sourceEmptyGroup},
	{name: "a group of one", check: sourceGroupOfOne},
	{name: "no such group", check: sourceNoGroup},
	{name: "a group that is dropped", check: sourceDroppedGroup},
	{name: "pages cover everybody", check: sourcePages},
	{name: "cancelled at every page and resumed", check: sourceCancelledMidway},
	{name: "restarted at every page and resumed", check: sourceRestarted},
	{name: "the directory changes in the middle of a listing", check: sourceChangesMidway},
	{name: "complete, then an error", check: sourceFaultMidway},
	{name: "every fault leaves everything unanswered", check: sourceFaults},
	{name: "a strange cursor is an error", check: sourceStrangeCursor},
	{name: "nothing changed since the last read", check: sourceUnchanged},
	{name: "a change is seen", check: sourceChanges},
	{name: "a person in two groups", check: sourceTwoGroups},
	{name: "two people with one address", check: sourceSharedAddress},
	{name: "an address in odd case or decomposed", check: sourceOddAddress},
	{name: "a missing or unusable address", check: sourceNoAddress},
	{name: "odd names", check: sourceOddNames},
	{name: "disabled", check: sourceDisabled},
	{name: "exempt", trait: TraitExempt, check: sourceExempt},
	{name: "the point check is fresh", check: sourceMember},
	{name: "a cancelled point check is an error", check: sourceCancelled},
	{name: "two tenants", check: sourceTenants},
	{name: "many at once", check: sourceConcurrent},
}

func sourceEmptyGroup(ctx context.Context, h SourceHarness) error {
	s, err := h.first(ctx, Roster{Groups: []string{"g", "other"}, People: []RosterPerson{person("p1", "other")}}, "g")
	if err != nil {
		return err
	}
	if !s.last.whole || len(s.members) > 0 {
		return errors.New("it is not a complete listing of nobody")
	}
	return s.isOut(ctx, "p1")
}

func sourceGroupOfOne(ctx context.Context, h SourceHarness) error {
	roster := Roster{Groups: []string{"g"}, People: []RosterPerson{person("p1", "g")}}
	s, err := h.first(ctx, roster, "g")
	if err != nil {
		return err
	}
	if err := s.knows(roster); err != nil {
		return err
	}
	// The one leaves, the group stays.
	roster.People[0].Groups = nil
	h.Fill(h.Tenants[0], roster)
	if err := s.catchUp(ctx, roster); err != nil {
		return err
	}
	return s.isOut(ctx, "p1")
}

func sourceNoGroup(ctx context.Context, h SourceHarness) error {
	h.Fill(h.Tenants[0], h.crowd("other"))
	return h.open(h.Tenants[0], "g").hasNoGroup(ctx, "")
}

func sourceDroppedGroup(ctx context.Context, h SourceHarness) error {
	roster := h.crowd("g")
	s, err := h.first(ctx, roster, "g")
	if err != nil {
		return err
	}
	gone := Roster{Groups: []string{"other"}}
	for _, p := range roster.People {
		p.Groups = []string{"other"}
		gone.People = append(gone.People, p)
	}
	h.Fill(h.Tenants[0], gone)
	if err := s.hasNoGroup(ctx, ""); err != nil {
		return err
	}
	return s.hasNoGroup(ctx, s.cursor)
}

// hasNoGroup: a group that isn't there is an error for everybody, not a group that all have left.
func (s *sourceReader) hasNoGroup(ctx context.Context, cursor string) error {
	codes := []directory.Code{directory.NotFound}
	if cursor != "" {
		codes = append(codes, directory.Expired)
	}
	page, err := s.src.Page(ctx, s.tenant, s.group, cursor)
	if err := failedPage(page, err, codes); err != nil {
		return err
	}
	return noAnswer(s.member(ctx, "p000"), []directory.Code{directory.NotFound})
}

func sourcePages(ctx context.Context, h SourceHarness) error {
	roster := h.crowd("g")
	s, err := h.first(ctx, roster, "g")
	if err != nil {
		return err
	}
	if len(s.last.cursors) < 3 {
		return fmt.Errorf("%d people came on %d pages; PageSize is %d", len(roster.People), len(s.last.cursors), h.PageSize)
	}
	if err := s.knows(roster); err != nil {
		return err
	}
	// The same cursor asked twice says the same or more.
	said := make(map[string]bool)
	for i, cursor := range s.last.cursors {
		again, err := s.page(ctx, cursor)
		if err != nil {
			return fmt.Errorf("page %d asked again: %w", i+1, err)
		}
		for _, m := range again.Members {
			said[m.ID.ID] = true
		}
		if again.Last != (i == len(s.last.cursors)-1) || !again.Whole {
			return fmt.Errorf("page %d asked again says something else of itself", i+1)
		}
	}
	if len(said) != len(roster.People) {
		return fmt.Errorf("asked again, the pages have %d of %d people", len(said), len(roster.People))
	}
	return nil
}

func sourceCancelledMidway(ctx context.Context, h SourceHarness) error {
	roster := h.crowd("g")
	h.Fill(h.Tenants[0], roster)
	s := h.open(h.Tenants[0], "g")
	if err := s.read(ctx, func(cursor string, _ int) error {
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		page, err := s.src.Page(cancelled, s.tenant, s.group, cursor)
		return failedPage(page, err, nil)
	}); err != nil {
		return err
	}
	return s.knows(roster)
}

func sourceRestarted(ctx context.Context, h SourceHarness) error {
	roster := h.crowd("g")
	h.Fill(h.Tenants[0], roster)
	s := h.open(h.Tenants[0], "g")
	if err := s.read(ctx, func(string, int) error {
		s.src = h.Source()
		return nil
	}); err != nil {
		return err
	}
	if err := s.knows(roster); err != nil {
		return err
	}
	s.src = h.Source()
	return s.catchUp(ctx, roster)
}

// sourceChangesMidway changes the directory before each page of a listing in turn. The listing may
// expire, or must still have everybody who was there all the time.
func sourceChangesMidway(ctx context.Context, h SourceHarness) error {
	roster := h.crowd("g")
	first, last := roster.People[0].ID, roster.People[len(roster.People)-1].ID
	stay := roster.without(first).without(last)
	for _, c := range []struct {
		name  string
		after Roster
	}{
		{"one leaves", roster.without(first)},
		{"the last leaves", roster.without(last)},
		{"some join", roster.with(person("a000", "g"), person("z000", "g"))},
		{"one is renamed", roster.change(stay.People[0].ID, func(p *RosterPerson) bool { p.Name = "New Name"; return true })},
		{"all at once", stay.with(person("a000", "g"), person("z000", "g"))},
	} {
		for at := 1; at <= 2; at++ {
			h.Fill(h.Tenants[0], roster)
			s := h.open(h.Tenants[0], "g")
			if err := s.read(ctx, func(cursor string, pages int) error {
				if cursor != "" && pages == at {
					h.Fill(h.Tenants[0], c.after)
				}
				return nil
			}); err != nil {
				return fmt.Errorf("%s after page %d: %w", c.name, at, err)
			}
			for _, p := range stay.People {
				if _, ok := s.members[p.ID]; !ok {
					return fmt.Errorf("%s after page %d: the listing lacks somebody who was in the group all the time", c.name, at)
				}
			}
			if err := s.catchUp(ctx, c.after); err != nil {
				return fmt.Errorf("%s after page %d, and read again: %w", c.name, at, err)
			}
		}
	}
	return nil
}

func sourceFaultMidway(ctx context.Context, h SourceHarness) error {
	for _, f := range h.Faults {
		roster := h.crowd("g")
		h.Fill(h.Tenants[0], roster)
		s := h.open(h.Tenants[0], "g")
		if err := s.read(ctx, func(cursor string, _ int) error {
			if cursor == "" && f.Strikes == StrikesCursors {
				return nil
			}
			mend := f.Break(s.tenant)
			defer mend()
			page, err := s.src.Page(ctx, s.tenant, s.group, cursor)
			return failedPage(page, err, f.Codes)
		}); err != nil {
			return fmt.Errorf("fault %q: %w", f.Name, err)
		}
		if err := s.catchUp(ctx, roster); err != nil {
			return fmt.Errorf("after the fault %q: %w", f.Name, err)
		}
	}
	return nil
}

// sourceFaults breaks a directory whose group was read whole, and asks everything of everybody.
func sourceFaults(ctx context.Context, h SourceHarness) error {
	for _, f := range h.Faults {
		roster := h.crowd("g").with(person("stranger"), RosterPerson{ID: "off", Name: "Off", Groups: []string{"g"}, Disabled: true})
		s, err := h.first(ctx, roster, "g")
		if err != nil {
			return err
		}
		mend := f.Break(s.tenant)
		err = s.failsBy(ctx, f)
		mend()
		if err != nil {
			return fmt.Errorf("fault %q: %w", f.Name, err)
		}
		if err := s.catchUp(ctx, roster); err != nil {
			return fmt.Errorf("after the fault %q: %w", f.Name, err)
		}
		if err := s.isIn(ctx, roster.People[0]); err != nil {
			return fmt.Errorf("after the fault %q: %w", f.Name, err)
		}
	}
	return nil
}

// failsBy asks every question while the directory is broken.
func (s *sourceReader) failsBy(ctx context.Context, f SourceFault) error {
	cursors := []string{s.cursor}
	if f.Strikes != StrikesCursors {
		cursors = append(cursors, "")
	}
	for _, cursor := range cursors {
		page, err := s.src.Page(ctx, s.tenant, s.group, cursor)
		if err := failedPage(page, err, f.Codes); err != nil {
			return err
		}
	}
	for _, id := range []string{"p000", "off", "stranger", "nobody"} {
		standing := s.member(ctx, id)
		if standing.Err() == nil && f.Strikes != StrikesAll {
			if _, in := standing.IsIn(); in != (id == "p000") {
				return errors.New("the point check was spared, and lies")
			}
			continue
		}
		if err := noAnswer(standing, f.Codes); err != nil {
			return fmt.Errorf("point check of %s: %w", id, err)
		}
	}
	return nil
}

func sourceStrangeCursor(ctx context.Context, h SourceHarness) error {
	roster := h.crowd("g")
	for _, p := range h.crowd("other").People {
		p.ID = "o" + p.ID
		roster.People = append(roster.People, p)
	}
	roster.Groups = append(roster.Groups, "other")
	s, err := h.first(ctx, roster, "g")
	if err != nil {
		return err
	}
	other := h.open(h.Tenants[0], "other")
	if err := other.read(ctx, nil); err != nil {
		return err
	}
	strange := append(slices.Clone(other.last.cursors[1:]), other.cursor, "x", "0", "{}", "\x00", strings.Repeat("9", 4096), s.cursor+"x")
	for _, cursor := range strange {
		page, err := s.src.Page(ctx, s.tenant, s.group, cursor)
		if err := failedPage(page, err, []directory.Code{directory.Expired, directory.Invalid}); err != nil {
			return err
		}
	}
	return nil
}

func sourceUnchanged(ctx context.Context, h SourceHarness) error {
	roster := h.crowd("g")
	s, err := h.first(ctx, roster, "g")
	if err != nil {
		return err
	}
	for range 2 {
		page, err := s.page(ctx, s.cursor)
		if err != nil {
			return err
		}
		if !page.Last || page.Whole || len(page.Members)+len(page.Left) > 0 || page.Cursor != s.cursor {
			return fmt.Errorf("last %v, whole %v, %d members, %d left, same cursor %v; want last alone, and the same cursor",
				page.Last, page.Whole, len(page.Members), len(page.Left), page.Cursor == s.cursor)
		}
	}
	return nil
}
