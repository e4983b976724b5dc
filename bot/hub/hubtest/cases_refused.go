package hubtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"rollcall/sync/directory"
)

func member(ctx context.Context, fresh func() *exam) error {
	e := fresh()
	w, err := e.walk(ctx, Member, nil)
	switch {
	case err != nil:
		return err
	case w.refusal != nil:
		return fmt.Errorf("a member may grant something here, and gets: %w", w.refusal)
	case w.grant.Admin:
		return errors.New("somebody who administers nothing counts as an admin")
	case w.grant.By != e.Home.Member || w.grant.Workspace != e.Home.Workspace:
		return fmt.Errorf("granted by %v for %q, want %v for %q", w.grant.By, w.grant.Workspace, e.Home.Member, e.Home.Workspace)
	}
	return nil
}

func memberRefused(ctx context.Context, fresh func() *exam) error {
	e := fresh()
	w, err := e.walk(ctx, Member, nil)
	switch {
	case err != nil:
		return err
	case w.grant != nil && w.grant.Admin:
		return errors.New("somebody who administers nothing counts as an admin")
	case w.grant != nil && e.lacks(TraitMember):
		return errors.New("somebody who may grant nothing granted something")
	case w.refusal != nil && !directory.Is(w.refusal, directory.Unauthorized):
		return fmt.Errorf("refused with %w, want Unauthorized", w.refusal)
	}
	return nil
}

// expected lets the browser go where it likes, and demands the other workspace when it comes back.
func expected(ctx context.Context, fresh func() *exam) error {
	e := fresh()
	w, err := e.walk(ctx, Admin, func(_ int, at trip) (trip, error) {
		at.step.Expect = e.Other.Workspace
		return at, nil
	})
	return refused(w, err, directory.Invalid)
}

func refuses(ctx context.Context, fresh func() *exam) error {
	w, err := fresh().walk(ctx, Refuser, nil)
	return refused(w, err, directory.Unauthorized)
}

// refused wants that a walk ended without a grant, with one of the codes.
func refused(w walked, err error, codes ...directory.Code) error {
	if err != nil {
		return err
	}
	if w.grant != nil {
		return fmt.Errorf("there is a grant for %q", w.grant.Workspace)
	}
	for _, code := range codes {
		if directory.Is(w.refusal, code) {
			return nil
		}
	}
	return fmt.Errorf("refused with %w, want one of %v", w.refusal, codes)
}

// twice brings every trip back once more that had a code.
func twice(ctx context.Context, fresh func() *exam) error {
	e := fresh()
	w, err := e.granted(ctx)
	if err != nil {
		return err
	}
	codes := 0
	for n, at := range w.trips {
		if at.query.Get("code") == "" {
			continue
		}
		codes++
		if err := e.useless(ctx, at); err != nil {
			return fmt.Errorf("the code of trip %d for a second time: %w", n+1, err)
		}
	}
	if codes == 0 {
		return errors.New("no trip brought a code back: there is no proof of who granted")
	}
	return nil
}

// useless wants that coming back like this leads nowhere.
func (e *exam) useless(ctx context.Context, at trip) error {
	outcome, err := e.back(ctx, at)
	if bad := e.check(outcome, err); bad != nil {
		return bad
	}
	if !directory.Is(err, directory.Invalid) && !directory.Is(err, directory.Unauthorized) {
		return fmt.Errorf("outcome %+v, error %v, want none and Invalid or Unauthorized", outcome, err)
	}
	return nil
}

// unknown spoils the code of each trip in turn, in every way.
func unknown(ctx context.Context, fresh func() *exam) error {
	e := fresh()
	_, err := e.walk(ctx, Admin, func(_ int, at trip) (trip, error) {
		if at.query.Get("code") == "" {
			return at, nil
		}
		for _, spoil := range []func(url.Values){
			func(q url.Values) { q.Set("code", "not-a-code-that-was-given-out") },
			func(q url.Values) { q.Set("code", "") },
			func(q url.Values) { q.Del("code") },
			func(q url.Values) { clear(q) },
		} {
			spoilt := trip{at.step, cloned(at.query)}
			spoil(spoilt.query)
			if err := e.useless(ctx, spoilt); err != nil {
				return at, fmt.Errorf("with the query's keys %v: %w", slices.Sorted(maps.Keys(spoilt.query)), err)
			}
		}
		return at, nil
	})
	return err
}

func cloned(query url.Values) url.Values {
	out := url.Values{}
	for name, values := range query {
		out[name] = append([]string(nil), values...)
	}
	return out
}

// bound takes another person's code into a step of one's own: the state fits, the secret doesn't.
func bound(ctx context.Context, fresh func() *exam) error {
	e := fresh()
	w, err := e.walk(ctx, Admin, func(_ int, at trip) (trip, error) {
		if at.query.Get("code") != "" {
			other := e.step(at.step.Facts)
			at.step.Secret = other.Secret
		}
		return at, nil
	})
	return refused(w, err, directory.Invalid, directory.Unauthorized)
}

// claims adds to what the vendor sent back the names of another workspace, as anybody can in the
// address bar. It may be refused, or have no effect.
func claims(ctx context.Context, fresh func() *exam) error {
	for _, replace := range []bool{true, false} {
		e := fresh()
		w, err := e.walk(ctx, Admin, func(_ int, at trip) (trip, error) {
			at.query = e.claiming(at.query, replace)
			return at, nil
		})
		if err != nil {
			return err
		}
		if w.refusal != nil && !directory.Is(w.refusal, directory.Invalid) {
			return fmt.Errorf("refused with %w, want Invalid or the workspace that was proved", w.refusal)
		}
		if w.grant == nil {
			continue
		}
		if err := e.right(*w.grant, e.Home); err != nil {
			return err
		}
	}
	return nil
}

// claimed are the names under which the platforms' queries name a workspace or a person.
var claimed = []string{
	"tenant", "tenant_id", "tid", "team", "team_id", "enterprise", "enterprise_id", "org", "org_id", "orgId", "organization", "workspace",
}

// claiming has the query name Other wherever a query could name a workspace.
func (e *exam) claiming(query url.Values, replace bool) url.Values {
	query = cloned(query)
	for _, name := range claimed {
		if _, there := query[name]; there && !replace {
			query.Add(name, string(e.Other.Workspace))
			continue
		}
		query.Set(name, string(e.Other.Workspace))
	}
	query.Set("admin", "true")
	query.Set("user", e.Other.Admin.User)
	return query
}

// requests is more than one Return makes.
const requests = 30

// fails has every single request of every trip fail, in turn: only the last try goes well.
func fails(kind Break, want directory.Code) func(context.Context, func() *exam) error {
	return func(ctx context.Context, fresh func() *exam) error {
		for n := range longest {
			done, err := failsOn(ctx, fresh, kind, want, n)
			if done || err != nil {
				return err
			}
		}
		return nil
	}
}

// failsOn does so on one trip, counted from 0, and reports whether that is the last one.
func failsOn(ctx context.Context, fresh func() *exam, kind Break, want directory.Code, n int) (bool, error) {
	for after := range requests {
		e := fresh()
		begun, spent := 0, -1
		w, err := e.walk(ctx, Admin, func(now int, at trip) (trip, error) {
			switch now {
			case n:
				begun = e.Calls()
				e.Break(kind, after)
			case n + 1:
				spent = e.Calls() - begun
				e.Break(BreakNothing, 0)
			}
			return at, nil
		})
		switch {
		case err != nil:
			return false, err
		case len(w.trips) <= n:
			return true, nil
		case spent < 0:
			spent = e.Calls() - begun
		}
		if w.refusal == nil { // more requests than these it doesn't make
			if spent > after {
				return false, fmt.Errorf("trip %d: request %d fails, and it goes on all the same", n+1, after+1)
			}
			return w.grant != nil && len(w.trips) == n+1, nil
		}
		if !directory.Is(w.refusal, want) {
			return false, fmt.Errorf("trip %d, request %d fails: %w, want %v", n+1, after+1, w.refusal, want)
		}
		if wait := directory.RetryAfter(w.refusal); kind == BreakThrottled && wait != 7*time.Second {
			return false, fmt.Errorf("trip %d, request %d: it asks to wait %v, the platform for 7s", n+1, after+1, wait)
		}
	}
	return false, fmt.Errorf("trip %d makes more than %d requests", n+1, requests)
}
