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

// ProvisionerHarness is what an adapter brings to the exam of its [directory.Provisioner]: the
// platform's simulator, which knows what is really there, and the adapter in front of it. Its funcs
// end the test themselves where the simulator fails them. What is needed for a trait that is lacked
// may be left out; everything else is required.
type ProvisionerHarness struct {
	// Open makes a Provisioner over the platform. A second call makes another one, as a restart of
	// the process does.
	Open func() directory.Provisioner

	// Kind is the kind of stand-in that is examined. A platform with two is examined twice.
	Kind directory.StandInKind

	// Installation is where stand-ins are made. Other is another tenant's, in another workspace.
	Installation, Other directory.Installation

	// Made are the stand-ins that really are there for an installation, made or taken by the app.
	// Those who were there without it don't count.
	Made func(inst directory.Installation) []directory.AccountID

	// State is what the platform itself says of a stand-in, or of anybody else: Active, Parked or
	// Missing.
	State func(id directory.AccountID) directory.Presence

	// LoseAnswers lets each request that changes something take effect and loses its answer, after
	// this many that go well; 0: from the first. Mend ends it.
	LoseAnswers func(after int) (mend func())

	// Cut loses each request that changes something before it takes effect, after this many that go
	// well: what was done until then is what a process that was killed there leaves behind.
	Cut func(after int) (mend func())

	// Steps is how many requests that change something it takes to make a stand-in.
	Steps int

	// Break makes every request from now on fail in this way, until Break(BreakNothing).
	Break func(kind Break)

	// Remove removes a stand-in behind our back, as the platform's admins can.
	Remove func(id directory.AccountID)

	// Plant puts somebody there who looks like the stand-in for a member, has the same address or
	// name, and isn't ours.
	Plant func(member directory.Member) directory.AccountID

	// Exhaust makes it impossible for the installation to have another stand-in, in a way that an
	// admin can do something about.
	Exhaust func()

	// Lacks are the traits that the kind does not have, each with the reason. They are the only
	// exceptions: nothing else is left out.
	Lacks map[Trait]string
}

// The traits that a kind of stand-in may lack.
const (
	TraitMade      Trait = "made"       // the platform has something for each one; Made, State
	TraitRequests  Trait = "requests"   // making one takes requests, which can fail; Break
	TraitChanges   Trait = "changes"    // some of them change something; Steps, LoseAnswers, Cut
	TraitAbsent    Trait = "absent"     // one can be looked for; otherwise Recover makes what is missing
	TraitParked    Trait = "suspended"  // the platform can keep one from being used
	TraitRemovable Trait = "removable"  // one can be deleted; Remove
	TraitLookAlike Trait = "look-alike" // somebody else can stand in the way; Plant
	TraitColleague Trait = "colleague"  // a colleague's address can't be used
	TraitExhausted Trait = "exhausted"  // there can be too few; Exhaust
)

// RunProvisioner is the exam of [directory.Provisioner]. It calls open once for each case, for a fresh
// workspace; open closes what it opened with t.Cleanup. The exam is the engine's side of the bargain:
// whatever goes wrong, it asks Recover before it orders again, and wants exactly one stand-in in the
// end, and nobody else touched.
func RunProvisioner(t *testing.T, open func(t *testing.T) ProvisionerHarness) {
	t.Helper()
	for _, c := range provisionerCases {
		t.Run(c.name, func(t *testing.T) {
			h := open(t)
			if err := h.complete(); err != nil {
				t.Fatal(err)
			}
			for _, trait := range c.traits {
				if reason, lacks := h.Lacks[trait]; lacks {
					t.Skipf("skipped: a %s has no trait %q: %s", h.Kind, trait, reason)
				}
			}
			if err := c.check(t.Context(), h); err != nil {
				t.Error(err)
			}
		})
	}
}

// provisionerCase is one question of the exam. It returns what is wrong, so that the exam itself can be
// examined with provisioners that lie.
type provisionerCase struct {
	name   string
	traits []Trait // left out where the kind lacks one
	check  func(ctx context.Context, h ProvisionerHarness) error
}

func (h ProvisionerHarness) lacks(t Trait) bool { _, ok := h.Lacks[t]; return ok }

// complete reports what a harness forgot, so that no case passes for want of something to ask.
func (h ProvisionerHarness) complete() error {
	var missing []string
	for name, absent := range map[string]bool{
		"Open": h.Open == nil, "Kind": h.Kind == "",
		"Installation":         h.Installation.Workspace == "" || h.Installation.Tenant == "",
		"Other":                h.Other.Workspace == "" || h.Other.Tenant == "",
		"Made":                 h.Made == nil && !h.lacks(TraitMade),
		"State":                h.State == nil && !h.lacks(TraitMade),
		"Steps":                h.Steps < 1 && !h.lacks(TraitChanges),
		"LoseAnswers":          h.LoseAnswers == nil && !h.lacks(TraitChanges),
		"Cut":                  h.Cut == nil && !h.lacks(TraitChanges),
		"Break":                h.Break == nil && !h.lacks(TraitRequests),
		"Remove":               h.Remove == nil && !h.lacks(TraitRemovable),
		"Plant":                h.Plant == nil && !h.lacks(TraitLookAlike),
		"Exhaust":              h.Exhaust == nil && !h.lacks(TraitExhausted),
		"two separate tenants": h.Installation.Tenant == h.Other.Tenant || h.Installation.Workspace == h.Other.Workspace,
	} {
		if absent {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return fmt.Errorf("the harness has no %s", strings.Join(missing, ", "))
	}
	for trait, reason := range h.Lacks {
		if reason == "" {
			return fmt.Errorf("the harness gives no reason why it lacks %q", trait)
		}
	}
	return nil
}

// order is the n-th order of a case. Its member has an address of another company's.
func (h ProvisionerHarness) order(n int) directory.Order {
	return directory.Order{
		Kind:   h.Kind,
		Marker: fmt.Sprintf("exam%dm4rk3r%016x", n, 0x9e3779b97f4a7c15*uint64(n+1)),
		Member: directory.Member{
			ID:     directory.MemberID{Directory: "exam", ID: fmt.Sprintf("p%d", n)},
			Name:   fmt.Sprintf("Pat Example %d", n),
			Email:  address(fmt.Sprintf("pat%d@partner.example", n)),
			Active: true,
		},
	}
}

// standIn is what the engine keeps of an order that was carried out.
func standIn(order directory.Order, id directory.AccountID) directory.StandIn {
	return directory.StandIn{Kind: order.Kind, Platform: id.Platform, Marker: order.Marker, Account: id, Is: directory.Active}
}

// provision carries an order out and checks the answer.
func (h ProvisionerHarness) provision(ctx context.Context, p directory.Provisioner, order directory.Order) (directory.AccountID, error) {
	id, err := p.Provision(ctx, h.Installation, order)
	if err != nil {
		if !id.IsZero() {
			return id, errors.New("an error came with an account")
		}
		return id, refusal(err)
	}
	return id, h.isMine(id)
}

func (h ProvisionerHarness) isMine(id directory.AccountID) error {
	if id.Platform != h.Installation.Platform || id.Workspace != h.Installation.Workspace || id.User == "" {
		return errors.New("a stand-in's id does not name the installation's platform and workspace and a user")
	}
	return nil
}

// refusal wants an error that an operator can read, and that names nobody.
func refusal(err error) error {
	var e *directory.Error
	if !errors.As(err, &e) {
		return errors.New("an error has no code")
	}
	if strings.Contains(err.Error(), "@") || strings.Contains(err.Error(), ".example") || strings.Contains(err.Error(), "Pat Example") {
		return errors.New("the error's text has an address or a name")
	}
	return err
}

// recover asks what became of an order and checks the answer.
func (h ProvisionerHarness) recover(ctx context.Context, p directory.Provisioner, order directory.Order) (directory.AccountID, bool, error) {
	id, found, err := p.Recover(ctx, h.Installation, order)
	switch {
	case err != nil && (found || !id.IsZero()):
		return id, found, errors.New("an error came with an account")
	case err != nil:
		return id, found, refusal(err)
	case !found && !id.IsZero():
		return id, found, errors.New("not found came with an account")
	case found:
		return id, found, h.isMine(id)
	}
	return id, false, nil
}

// absent wants Recover to find nothing. Where it can't look without making what is missing, it isn't
// asked.
func (h ProvisionerHarness) absent(ctx context.Context, p directory.Provisioner, order directory.Order) error {
	if h.lacks(TraitAbsent) {
		return nil
	}
	_, found, err := h.recover(ctx, p, order)
	if err == nil && found {
		err = errors.New("it is recovered")
	}
	return err
}

// settle does what the engine does after an order that may have been carried out.
func (h ProvisionerHarness) settle(ctx context.Context, p directory.Provisioner, order directory.Order) (directory.AccountID, error) {
	id, found, err := h.recover(ctx, p, order)
	if err != nil {
		return id, fmt.Errorf("recover: %w", err)
	}
	if found {
		return id, nil
	}
	if id, err = h.provision(ctx, p, order); err != nil {
		return id, fmt.Errorf("ordered again: %w", err)
	}
	return id, nil
}

// has wants exactly these stand-ins to be there, in use.
func (h ProvisionerHarness) has(ids ...directory.AccountID) error {
	if h.lacks(TraitMade) {
		return nil
	}
	made := h.Made(h.Installation)
	if len(made) != len(ids) {
		return fmt.Errorf("%d stand-ins are there, want %d", len(made), len(ids))
	}
	for _, id := range ids {
		if !slices.Contains(made, id) {
			return errors.New("another stand-in is there than the one that was answered")
		}
		if is := h.State(id); is != directory.Active {
			return fmt.Errorf("a stand-in is %q, want %q", is, directory.Active)
		}
	}
	return nil
}
