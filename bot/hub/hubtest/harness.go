package hubtest

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// Harness is what an adapter brings to the exam of its [hub.Connector]: the platform's simulator, and the
// connector in front of it. Everything is required, except what is needed for a trait that is lacked.
type Harness struct {
	Connector hub.Connector
	// Bare is the same connector without what the configuration needs for it (no client id, say).
	Bare hub.Connector
	// Redirect is the https address that the simulator lets browsers be sent back to.
	Redirect string
	// Hosts are those to which a browser may be sent, with the port where it isn't 443.
	Hosts []string

	// Home and Other are two workspaces of the platform, with nothing of the app in either.
	Home, Other Place

	// Browse is what a person does with the vendor's pages that begin at an address, until the vendor
	// sends the browser back: it returns the query that comes to Redirect. An error is the harness's
	// own failure, never the vendor's refusal, which comes as a query.
	Browse func(ctx context.Context, address string, as Person) (url.Values, error)
	// Settle does what the program does with a grant: it keeps its secrets where the connector asks for
	// them. Where the grant waits for something, that happens too. It returns the connection as it
	// then is.
	Settle func(ctx context.Context, connection directory.Connection, grant hub.Grant) (directory.Connection, error)

	// Calls is how many requests the platform's API has got; those of browsers don't count.
	Calls func() int
	// Break lets so many requests to the API go well, and has every later one fail in this way, until
	// Break(BreakNothing, 0). Browsers don't notice.
	Break func(kind Break, after int)

	// Scopes are those that the connector needs whatever is switched on.
	Scopes []string
	// RemoveScope takes one of them away from Home's grant, at the platform.
	RemoveScope func(scope string)
	// Unknown are the ids of findings that nobody can find out, and that are Unknown for ever.
	Unknown []string

	// Granted reports whether the platform still honours what a workspace granted.
	Granted func(workspace directory.Workspace) bool

	// Secrets are all that must not be seen anywhere, as far as the simulator knows: the app's own
	// secrets, and every code and token that it has given out until now.
	Secrets func() []string
	// Logged is all that the connector has logged, at every level.
	Logged func() string

	// Lacks are the traits that the platform does not have, each with the reason. They are the only
	// exceptions: nothing else is left out.
	Lacks map[Trait]string
}

// Place is a workspace and who is there.
type Place struct {
	Workspace directory.Workspace
	Title     string
	Admin     directory.AccountID // administers it
	Name      string              // what people call the admin: too long to be in a log by chance
	Member    directory.AccountID // is there, and administers nothing
}

// Person is who sits in front of the browser, and what they press.
type Person string

// The people of the exam. Whoever is asked to sign in, or to choose a workspace, takes their own.
const (
	Admin   Person = "admin"   // Home's Admin, who grants what is asked
	Member  Person = "member"  // Home's Member, who grants it as far as the platform lets them
	Refuser Person = "refuser" // Home's Admin, who says no where they are asked for consent
	Another Person = "another" // Other's Admin, who grants what is asked
)

// Break is a way in which the platform's API fails.
type Break string

// The ways to fail.
const (
	BreakNothing   Break = ""
	BreakDown      Break = "down"      // 503
	BreakCut       Break = "cut"       // the connection is dropped
	BreakThrottled Break = "throttled" // 429 with Retry-After: 7
)

// Trait is something that the exam expects of a platform, and that not every platform has.
type Trait string

// The traits that a platform may lack.
const (
	TraitMember   Trait = "member"   // who administers nothing may grant something all the same
	TraitBound    Trait = "bound"    // a code is of no use in a step with another secret
	TraitScopes   Trait = "scopes"   // the platform says what was granted; Scopes, RemoveScope
	TraitWithdraw Trait = "withdraw" // there is a call to give back what was granted; Granted
)

// RunConnector is the exam of [hub.Connector]: every question, for every method of the connector. It calls
// open for each, for a fresh platform; open closes what it opened with t.Cleanup.
func RunConnector(t *testing.T, open func(t *testing.T) Harness) {
	t.Helper()
	for _, c := range connectorCases {
		t.Run(c.name, func(t *testing.T) { ask(t, c, "", open) })
	}
	for _, method := range open(t).Connector.Methods() {
		t.Run(method.ID, func(t *testing.T) {
			for _, c := range methodCases {
				t.Run(c.name, func(t *testing.T) { ask(t, c, method.ID, open) })
			}
		})
	}
}

func ask(t *testing.T, c question, method string, open func(t *testing.T) Harness) {
	t.Helper()
	first := open(t)
	if err := first.complete(); err != nil {
		t.Fatal(err)
	}
	if reason, lacks := first.Lacks[c.trait]; lacks {
		t.Skipf("skipped: the platform has no trait %q: %s", c.trait, reason)
	}
	fresh := func() *exam {
		if h := first; h.Connector != nil {
			first = Harness{}
			return &exam{Harness: h, method: method}
		}
		return &exam{Harness: open(t), method: method}
	}
	if err := c.check(t.Context(), fresh); err != nil {
		t.Error(err)
	}
}

// question is one of the exam. It returns what is wrong, so that the exam itself can be examined with
// connectors that lie. It may ask for more than one fresh platform.
type question struct {
	name  string
	trait Trait // left out where the platform lacks it
	check func(ctx context.Context, fresh func() *exam) error
}

func (h Harness) lacks(t Trait) bool { _, ok := h.Lacks[t]; return ok }

// complete reports what a harness forgot, so that no question passes for want of something to ask.
func (h Harness) complete() error {
	var missing []string
	for name, absent := range map[string]bool{
		"Connector": h.Connector == nil, "Bare": h.Bare == nil, "Redirect": h.Redirect == "", "Hosts": len(h.Hosts) == 0,
		"Home": !h.Home.whole(), "Other": !h.Other.whole(), "two separate places": h.Home.Workspace == h.Other.Workspace,
		"Browse": h.Browse == nil, "Settle": h.Settle == nil, "Calls": h.Calls == nil, "Break": h.Break == nil,
		"Secrets": h.Secrets == nil, "Logged": h.Logged == nil,
		"Scopes":      len(h.Scopes) == 0 && !h.lacks(TraitScopes),
		"RemoveScope": h.RemoveScope == nil && !h.lacks(TraitScopes),
		"Granted":     h.Granted == nil && !h.lacks(TraitWithdraw),
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
		if strings.TrimSpace(reason) == "" || !slices.Contains([]Trait{TraitMember, TraitBound, TraitScopes, TraitWithdraw}, trait) {
			return fmt.Errorf("the harness lacks %q: there is no such trait, or no reason", trait)
		}
	}
	return nil
}

func (p Place) whole() bool {
	return p.Workspace != "" && p.Title != "" && len(p.Name) > 5 && !p.Admin.IsZero() && !p.Member.IsZero() && p.Admin != p.Member
}
