package hubtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// connectorCases are asked once.
var connectorCases = []question{
	{name: "methods can be shown and named in a path", check: methods},
	{name: "without its configuration there is no method", check: bare},
}

// methodCases are asked for every method.
var methodCases = []question{
	{name: "Begin leads to the platform and asks nothing", check: begins},
	{name: "an admin's consent is a grant", check: grants},
	{name: "two flows at once don't mix", check: mixes},
	{name: "somebody who administers nothing is no admin", trait: TraitMember, check: member},
	{name: "somebody who may grant nothing gets nothing", check: memberRefused},
	{name: "another workspace than the expected one is refused", check: expected},
	{name: "a refusal is a refusal", check: refuses},
	{name: "a code counts once", check: twice},
	{name: "a code that the platform doesn't know counts for nothing", check: unknown},
	{name: "a code counts in its own step only", trait: TraitBound, check: bound},
	{name: "what the browser claims counts for nothing", check: claims},
	{name: "a platform that is down grants nothing", check: fails(BreakDown, directory.Unavailable)},
	{name: "an answer that is lost grants nothing", check: fails(BreakCut, directory.Unavailable)},
	{name: "a platform that asks to wait grants nothing", check: fails(BreakThrottled, directory.Throttled)},
	{name: "the checklist of a good connection is good", check: checklist},
	{name: "the checklist of a platform that is down is unknown", check: checklistDown},
	{name: "the checklist misses a scope", trait: TraitScopes, check: checklistScopes},
	{name: "the checklist sees what was withdrawn", trait: TraitWithdraw, check: checklistWithdrawn},
	{name: "Withdraw may be called twice", check: withdraws},
}

var word = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

func methods(_ context.Context, fresh func() *exam) error {
	e := fresh()
	c := e.Connector
	if !word.MatchString(string(c.Platform())) || strings.TrimSpace(c.Title()) == "" {
		return fmt.Errorf("platform %q, title %q", c.Platform(), c.Title())
	}
	all := c.Methods()
	if len(all) == 0 || !reflect.DeepEqual(all, c.Methods()) {
		return errors.New("there is no method, or other ones each time")
	}
	seen := map[string]bool{}
	for _, m := range all {
		switch {
		case !word.MatchString(m.ID) || seen[m.ID]:
			return fmt.Errorf("the id %q is no word for a path, or not the only one", m.ID)
		case m.Title == "" || m.Text == "" || m.Button == "":
			return fmt.Errorf("method %s has no title, no text or no button", m.ID)
		}
		seen[m.ID] = true
	}
	return nil
}

func bare(ctx context.Context, fresh func() *exam) error {
	e := fresh()
	if got := e.Bare.Methods(); len(got) > 0 {
		return fmt.Errorf("got %d methods, want none", len(got))
	}
	for _, m := range e.Connector.Methods() {
		e.method = m.ID
		if _, err := e.Bare.Begin(ctx, e.step(nil)); !directory.Is(err, directory.Invalid) {
			return fmt.Errorf("Begin of %s answers %w, want Invalid", m.ID, err)
		}
	}
	return nil
}

func begins(ctx context.Context, fresh func() *exam) error {
	e := fresh()
	wrong := e.step(nil)
	wrong.Method = "no-such-method"
	if _, err := e.Connector.Begin(ctx, wrong); !directory.Is(err, directory.Invalid) {
		return fmt.Errorf("a method that isn't there: %w, want Invalid", err)
	}
	w, err := e.granted(ctx)
	if err != nil {
		return err
	}
	addresses := map[string]bool{}
	for _, at := range w.trips {
		before := e.Calls()
		address, err := e.Connector.Begin(ctx, at.step)
		if err != nil {
			return err
		}
		if n := e.Calls() - before; n != 0 {
			return fmt.Errorf("Begin asks the platform %d times", n)
		}
		if err := e.address(address, at.step); err != nil {
			return err
		}
		addresses[address] = true
	}
	if len(addresses) != len(w.trips) {
		return errors.New("two trips begin at the same address: the state isn't in it")
	}
	return nil
}

// address says what is wrong with one to which a browser is sent.
func (e *exam) address(address string, step hub.Step) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Fragment != "" || !slices.Contains(e.Hosts, u.Host) {
		return fmt.Errorf("not an https address of %v: %v", e.Hosts, address)
	}
	query := u.Query()
	if got := query["state"]; len(got) != 1 || got[0] != step.State {
		return fmt.Errorf("the state is %q, want the step's and no other", got)
	}
	if got := query["redirect_uri"]; len(got) != 1 || got[0] != step.Redirect {
		return fmt.Errorf("redirect_uri is %q, want %q", got, step.Redirect)
	}
	for _, secret := range append(e.Secrets(), step.Secret.Reveal()) {
		if secret != "" && strings.Contains(address, secret) {
			return errors.New("a secret is in the address that the browser is sent to")
		}
	}
	return nil
}

func grants(ctx context.Context, fresh func() *exam) error {
	e := fresh()
	w, err := e.granted(ctx)
	if err != nil {
		return err
	}
	return e.right(*w.grant, e.Home)
}

// right compares a grant with a place whose admin gave it.
func (e *exam) right(grant hub.Grant, place Place) error {
	switch {
	case grant.Workspace != place.Workspace || grant.Title != place.Title:
		return fmt.Errorf("workspace %q called %q, want %q called %q", grant.Workspace, grant.Title, place.Workspace, place.Title)
	case grant.By != place.Admin || !grant.Admin:
		return fmt.Errorf("granted by %v (admin: %v), want %v, who is one", grant.By, grant.Admin, place.Admin)
	}
	if grant.Name != place.Name || strings.Contains(e.Logged(), place.Name) {
		return fmt.Errorf("granted by somebody called %q, want %q, and the name in no log", grant.Name, place.Name)
	}
	for _, scope := range e.Scopes {
		if !slices.Contains(grant.Scopes, scope) {
			return fmt.Errorf("the scopes are %q, without %q", grant.Scopes, scope)
		}
	}
	for field, secret := range grant.Secrets {
		if secret.IsZero() {
			return fmt.Errorf("the secret %q is empty", field)
		}
	}
	if text := grant.Waiting; text != "" && !strings.HasSuffix(text, ".") {
		return fmt.Errorf("it waits for %q, which is no sentence", text)
	}
	return e.leaks()
}

// mixes has two admins in front of two browsers, one trip each in turn.
func mixes(ctx context.Context, fresh func() *exam) error {
	e := fresh()
	places := map[Person]Place{Admin: e.Home, Another: e.Other}
	facts := map[Person]map[string]string{}
	for range longest {
		var under []trip
		var who []Person
		for _, person := range []Person{Admin, Another} {
			if _, underWay := places[person]; !underWay {
				continue
			}
			at, err := e.visit(ctx, e.step(facts[person]), person)
			if err != nil {
				return err
			}
			under, who = append(under, at), append(who, person)
		}
		for i := len(under) - 1; i >= 0; i-- {
			outcome, err := e.back(ctx, under[i])
			if err := e.check(outcome, err); err != nil {
				return err
			}
			if err != nil {
				return fmt.Errorf("%s: %w", who[i], err)
			}
			facts[who[i]] = outcome.Again
			if outcome.Grant == nil {
				continue
			}
			if err := e.right(*outcome.Grant, places[who[i]]); err != nil {
				return fmt.Errorf("%s: %w", who[i], err)
			}
			delete(places, who[i])
		}
	}
	if len(places) > 0 {
		return errors.New("not everybody came to an end")
	}
	return nil
}
