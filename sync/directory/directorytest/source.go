// Package directorytest has the exams of the ports of package directory, and what stands in for the
// outside in a simulation. [RunSource], [RunAccounts] and [RunStore] are passed whole by every
// implementation: what a technology lacks is stated by its harness, with the reason, and nothing
// else is left out. [Directory] is a directory that knows the truth and fails as it is told to,
// [Memory] a store in memory. It asks for nothing but package directory, and never for a network.
// No shipped package imports it.
package directorytest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcall/sync/directory"
)

// SourceHarness is what an implementation brings to the exam of [directory.Source]: a directory
// that can be filled and broken, and the Source in front of it. Every field but Lacks is required.
// Its funcs end the test themselves where the directory fails them.
type SourceHarness struct {
	// Source makes a Source over the directory. A second call makes another one, as a restart of
	// the process does: cursors survive it.
	Source func() directory.Source

	// Name is the directory's name in the ids of its members.
	Name string

	// Tenants are two customers that the same Source serves.
	Tenants [2]directory.TenantID

	// Fill makes a tenant's directory be exactly this: what is not in the roster is deleted.
	Fill func(tenant directory.TenantID, roster Roster)

	// PageSize is how many people a page carries at most. Make it small: the exam fills groups with
	// a little more than two pages of them.
	PageSize int

	// Faults are the ways in which the directory can fail: at least one that strikes everything, and
	// one that is named [DuplicateID] unless the harness lacks it.
	Faults []SourceFault

	// Lacks are the traits that the technology does not have, each with the reason. They are the
	// only exceptions: nothing else is left out.
	Lacks map[Trait]string
}

// The traits that only a Source may lack; [TraitZone] and [TraitLocale] may be lacked too.
const (
	TraitExempt    Trait = "exempt"     // people marked as never to be touched
	TraitDuplicate Trait = "duplicates" // two people under one id
)

// Roster is the whole directory of one tenant.
type Roster struct {
	Groups []string // these exist, even if nobody is in them; no others do
	People []RosterPerson
}

// RosterPerson is a person as the directory spells them.
type RosterPerson struct {
	ID       string
	Name     string
	Email    string // as typed there; empty for none
	Groups   []string
	Disabled bool
	Exempt   bool
	Zone     string
	Locale   string
}

// DuplicateID is the name of the fault that puts two people under one id.
const DuplicateID = "duplicate id"

// SourceFault is a way in which a directory can fail.
type SourceFault struct {
	Name string
	// Break begins the fault for a tenant whose group "g" has people, and returns what ends it.
	Break func(tenant directory.TenantID) (mend func())
	// Codes are those that the error may have.
	Codes []directory.Code
	// Strikes says which questions fail.
	Strikes Strikes
}

// Strikes is what a fault makes fail. What it does not, may fail or be answered truly.
type Strikes int

// What faults strike.
const (
	StrikesAll     Strikes = iota // every page and every point check
	StrikesPages                  // every page
	StrikesCursors                // pages that are asked for with a cursor
)

// RunSource is the exam of [directory.Source]. It calls open once for each case, for a fresh
// directory; open closes what it opened with t.Cleanup. Every sentence of the port's docs is
// asked, but for how long a call blocks, which can't be seen from here.
func RunSource(t *testing.T, open func(t *testing.T) SourceHarness) {
	t.Helper()
	for _, c := range sourceCases {
		t.Run(c.name, func(t *testing.T) {
			h := open(t)
			if err := h.complete(); err != nil {
				t.Fatal(err)
			}
			if reason, lacks := h.Lacks[c.trait]; lacks {
				t.Skipf("skipped: the directory has no trait %q: %s", c.trait, reason)
			}
			if err := c.check(t.Context(), h); err != nil {
				t.Error(err)
			}
		})
	}
}

// sourceCase is one question of the exam. It returns what is wrong, so that the exam itself can be
// examined with sources that lie.
type sourceCase struct {
	name  string
	trait Trait // left out where the directory lacks it
	check func(ctx context.Context, h SourceHarness) error
}

// complete reports what a harness forgot, so that no case passes for want of something to ask.
func (h SourceHarness) complete() error {
	var missing []string
	for name, absent := range map[string]bool{
		"Source": h.Source == nil, "Name": h.Name == "", "Fill": h.Fill == nil, "PageSize": h.PageSize < 1,
		"two Tenants": h.Tenants[0] == "" || h.Tenants[0] == h.Tenants[1],
		"fault that strikes everything": !slices.ContainsFunc(h.Faults, func(f SourceFault) bool {
			return f.Strikes == StrikesAll
		}),
	} {
		if absent {
			missing = append(missing, name)
		}
	}
	if _, lacks := h.Lacks[TraitDuplicate]; !lacks && !slices.ContainsFunc(h.Faults, func(f SourceFault) bool { return f.Name == DuplicateID }) {
		missing = append(missing, "fault named "+DuplicateID)
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return fmt.Errorf("the harness has no %s", strings.Join(missing, ", "))
	}
	for _, f := range h.Faults {
		if f.Name == "" || f.Break == nil || len(f.Codes) == 0 {
			return errors.New("a fault has no name, no Break or no codes")
		}
	}
	for trait, reason := range h.Lacks {
		if reason == "" {
			return fmt.Errorf("the harness gives no reason why it lacks %q", trait)
		}
	}
	return nil
}
