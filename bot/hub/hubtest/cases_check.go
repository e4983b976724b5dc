package hubtest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// list is the connector's checklist, with what is wrong whatever is asked.
func (e *exam) list(ctx context.Context, connection directory.Connection) ([]hub.Finding, error) {
	findings := e.Connector.Check(ctx, connection)
	if len(findings) == 0 {
		return nil, errors.New("the checklist is empty")
	}
	seen := map[string]bool{}
	for _, f := range findings {
		switch {
		case !word.MatchString(f.ID) || seen[f.ID]:
			return nil, fmt.Errorf("the id %q of a finding is no word, or there twice", f.ID)
		case strings.TrimSpace(f.Title) == "":
			return nil, fmt.Errorf("%s has no title", f.ID)
		case !slices.Contains([]hub.State{hub.OK, hub.Bad, hub.Unknown, hub.Off}, f.State):
			return nil, fmt.Errorf("%s is %q, which is no state", f.ID, f.State)
		case f.State == hub.Bad && strings.TrimSpace(f.Mend) == "":
			return nil, fmt.Errorf("%s isn't ok, and nothing says what to do", f.ID)
		}
		seen[f.ID] = true
		e.said = append(e.said, f.Title, f.Mend)
	}
	return findings, e.leaks()
}

func ids(findings []hub.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, f.ID)
	}
	return out
}

// in are the ids of those in a state.
func in(findings []hub.Finding, state hub.State) []string {
	var out []string
	for _, f := range findings {
		if f.State == state {
			out = append(out, f.ID)
		}
	}
	return out
}

func checklist(ctx context.Context, fresh func() *exam) error {
	e := fresh()
	connection, err := e.connected(ctx)
	if err != nil {
		return err
	}
	first, err := e.list(ctx, connection)
	if err != nil {
		return err
	}
	again, err := e.list(ctx, connection)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(ids(first), ids(again)) {
		return fmt.Errorf("asked twice: %q and %q", ids(first), ids(again))
	}
	for _, f := range first {
		if f.State == hub.Bad || f.State == hub.Unknown && !slices.Contains(e.Unknown, f.ID) {
			return fmt.Errorf("just connected, and %s is %q: %s", f.ID, f.State, f.Mend)
		}
	}
	if len(in(first, hub.OK)) == 0 {
		return errors.New("nothing on the checklist is ok")
	}
	return nil
}

// checklistDown wants that an outage proves nothing: it isn't ok, and there is nothing to mend either.
func checklistDown(ctx context.Context, fresh func() *exam) error {
	for _, kind := range []Break{BreakDown, BreakCut, BreakThrottled} {
		e := fresh()
		connection, err := e.connected(ctx)
		if err != nil {
			return err
		}
		healthy, err := e.list(ctx, connection)
		if err != nil {
			return err
		}
		e.Break(kind, 0)
		down, err := e.list(ctx, connection)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", kind, err)
		case !reflect.DeepEqual(ids(healthy), ids(down)):
			return fmt.Errorf("%s: the lines are %q, and %q when all is well", kind, ids(down), ids(healthy))
		case len(in(down, hub.Bad)) > 0:
			return fmt.Errorf("%s: %q count as not ok, which nobody found out", kind, in(down, hub.Bad))
		case len(in(down, hub.Unknown)) <= len(in(healthy, hub.Unknown)):
			return fmt.Errorf("%s: no more is unknown than when all is well", kind)
		}
	}
	return nil
}

func checklistScopes(ctx context.Context, fresh func() *exam) error {
	for _, scope := range fresh().Scopes {
		e := fresh()
		connection, err := e.connected(ctx)
		if err != nil {
			return err
		}
		e.RemoveScope(scope)
		findings, err := e.list(ctx, connection)
		if err != nil {
			return err
		}
		if len(in(findings, hub.Bad)) == 0 {
			return fmt.Errorf("without the scope %s nothing is wrong: ok are %q", scope, in(findings, hub.OK))
		}
	}
	return nil
}

func checklistWithdrawn(ctx context.Context, fresh func() *exam) error {
	e := fresh()
	connection, err := e.connected(ctx)
	if err != nil {
		return err
	}
	if !e.Granted(connection.Installation.Workspace) {
		return errors.New("connected, and the platform doesn't know of it: the harness is wrong")
	}
	if err := e.Connector.Withdraw(ctx, connection.Installation); err != nil {
		return fmt.Errorf("Withdraw: %w", err)
	}
	if e.Granted(connection.Installation.Workspace) {
		return errors.New("withdrawn, and the platform still honours it")
	}
	findings, err := e.list(ctx, connection)
	if err == nil && len(in(findings, hub.Bad)) == 0 {
		err = errors.New("withdrawn, and nothing on the checklist is wrong")
	}
	return err
}

func withdraws(ctx context.Context, fresh func() *exam) error {
	e := fresh()
	connection, err := e.connected(ctx)
	if err != nil {
		return err
	}
	for range 2 {
		if err := e.Connector.Withdraw(ctx, connection.Installation); err != nil {
			return fmt.Errorf("Withdraw: %w", err)
		}
	}
	e = fresh()
	if connection, err = e.connected(ctx); err != nil {
		return err
	}
	e.Break(BreakDown, 0)
	if err := e.Connector.Withdraw(ctx, connection.Installation); err != nil {
		e.said = append(e.said, err.Error())
		if !directory.Is(err, directory.Unavailable) {
			return fmt.Errorf("Withdraw while the platform is down: %w, want Unavailable or nothing", err)
		}
	}
	return e.leaks()
}
