package hubtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// tenant is whose platform the exam connects.
const tenant directory.TenantID = "exam"

// exam is one fresh platform, and all that the connector said of it.
type exam struct {
	Harness
	method string
	steps  int
	said   []string // errors, addresses, facts and findings
	hidden []string // secrets of the steps, and what the browser brought back
}

// trip is one way to the vendor and back.
type trip struct {
	step  hub.Step
	query url.Values
}

// walked is how a flow ended: with a grant, or with the connector's refusal.
type walked struct {
	trips   []trip
	grant   *hub.Grant
	refusal error
}

// longest is how many trips a flow may take: sign in, consent, and one to spare.
const longest = 3

// onReturn is a chance to change what the connector gets at the end of a trip, counted from 0. What it
// returns as an error is wrong.
type onReturn func(n int, at trip) (trip, error)

// walk goes through a whole flow as somebody. What it returns as its own error is wrong whoever walks.
func (e *exam) walk(ctx context.Context, as Person, change onReturn) (walked, error) {
	var w walked
	var facts map[string]string
	for n := range longest {
		step := e.step(facts)
		at, err := e.visit(ctx, step, as)
		if err != nil {
			return w, err
		}
		if change != nil {
			if at, err = change(n, at); err != nil {
				return w, fmt.Errorf("trip %d: %w", n+1, err)
			}
		}
		w.trips = append(w.trips, at)
		outcome, err := e.back(ctx, at)
		if err != nil {
			w.refusal = err
			return w, e.check(outcome, err)
		}
		if err := e.check(outcome, nil); err != nil {
			return w, err
		}
		if outcome.Grant != nil {
			w.grant = outcome.Grant
			return w, nil
		}
		facts = outcome.Again
	}
	return w, fmt.Errorf("after %d trips there is neither a grant nor an error", longest)
}

// granted walks as Home's admin, and wants a grant.
func (e *exam) granted(ctx context.Context) (walked, error) {
	w, err := e.walk(ctx, Admin, nil)
	if err == nil && w.refusal != nil {
		err = fmt.Errorf("an admin who grants everything gets: %w", w.refusal)
	}
	return w, err
}

// step is a new one, with a state and a secret that nobody has seen.
func (e *exam) step(facts map[string]string) hub.Step {
	e.steps++
	state, secret := canary("state", e.steps), canary("secret", e.steps)
	e.hidden = append(e.hidden, state, secret)
	return hub.Step{
		Method: e.method, State: state, Secret: directory.NewSecret(secret), Redirect: e.Redirect, Tenant: tenant, Facts: facts,
	}
}

func canary(kind string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, n))
	return hex.EncodeToString(sum[:])
}

// visit sends somebody's browser to the vendor, and waits for it to come back.
func (e *exam) visit(ctx context.Context, step hub.Step, as Person) (trip, error) {
	address, err := e.Connector.Begin(ctx, step)
	if err != nil {
		return trip{}, fmt.Errorf("Begin: %w", err)
	}
	query, err := e.Browse(ctx, address, as)
	if err != nil {
		return trip{}, fmt.Errorf("the harness can't browse: %w", err)
	}
	if query.Get("code") != "" {
		e.hidden = append(e.hidden, query.Get("code"))
	}
	return trip{step, query}, nil
}

// back is Return, on record.
func (e *exam) back(ctx context.Context, at trip) (hub.Outcome, error) {
	outcome, err := e.Connector.Return(ctx, at.step, at.query)
	if err != nil {
		e.said = append(e.said, err.Error())
	}
	for name, fact := range outcome.Again {
		e.said = append(e.said, name, fact)
	}
	return outcome, err
}

// check says whether an outcome is one.
func (e *exam) check(outcome hub.Outcome, err error) error {
	switch {
	case err != nil && (outcome.Grant != nil || outcome.Again != nil):
		return fmt.Errorf("Return fails and has an outcome all the same: %w", err)
	case err != nil && !coded(err):
		return fmt.Errorf("Return fails without a code of directory: %w", err)
	case err == nil && (outcome.Grant == nil) == (outcome.Again == nil):
		return fmt.Errorf("the outcome is both a grant and another trip, or neither: %+v", outcome)
	}
	return e.leaks()
}

func coded(err error) bool {
	var e *directory.Error
	return errors.As(err, &e)
}

// leaks finds a secret in what was said or logged until now.
func (e *exam) leaks() error {
	secrets := append(e.Secrets(), e.hidden...)
	for _, text := range append([]string{e.Logged()}, e.said...) {
		for _, secret := range secrets {
			if secret != "" && (strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret))) {
				return fmt.Errorf("a secret is in a log, an error, a fact or a finding: %q", shown(text, secret))
			}
		}
	}
	return nil
}

// shown is where the secret is, for whoever mends it.
func shown(text, secret string) string {
	if i := strings.Index(text, secret); i >= 0 {
		return text[max(0, i-80):min(len(text), i+len(secret))]
	}
	return text[:min(len(text), 200)]
}

// settle makes a connection of a grant, as the program does.
func (e *exam) settle(ctx context.Context, grant hub.Grant) (directory.Connection, error) {
	connection := directory.Connection{
		Installation: directory.Installation{Tenant: tenant, Platform: e.Connector.Platform(), Workspace: grant.Workspace, Generation: 1},
		State:        directory.ConnectionActive,
		By:           grant.By, Title: grant.Title, Method: e.method, Scopes: grant.Scopes,
		Bot: grant.Bot, Wide: grant.Wide, Workspaces: grant.Workspaces,
	}
	connection, err := e.Settle(ctx, connection, grant)
	if err != nil {
		err = fmt.Errorf("the harness can't settle: %w", err)
	}
	return connection, err
}

// connected walks as Home's admin and settles what was granted.
func (e *exam) connected(ctx context.Context) (directory.Connection, error) {
	w, err := e.granted(ctx)
	if err != nil {
		return directory.Connection{}, err
	}
	return e.settle(ctx, *w.grant)
}
