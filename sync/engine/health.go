package engine

import (
	"context"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// Health says whether a tenant's groups are kept up to date. What will end (subscriptions, tokens,
// secrets, consents) the engine doesn't know: whoever has them adds them. It blocks for the store only.
func (e *Engine) Health(ctx context.Context, tenant directory.TenantID) (directory.Health, error) {
	out := directory.Health{At: e.Now()}
	groups, err := e.groups(ctx, tenant)
	if err != nil {
		return out, err
	}
	readings, err := e.Store.Readings(ctx, tenant)
	if err != nil {
		return out, err
	}
	for _, g := range groups {
		r, _ := readingOf(readings, g.ID)
		out.Groups = append(out.Groups, directory.GroupHealth{
			Group: g, Event: r.Pulse.Event, P50: percentile(r.Pulse.Lags, 50), P95: percentile(r.Pulse.Lags, 95),
			Listed: r.Listed, Drift: r.Pulse.Drift, Trouble: r.Trouble,
		})
	}
	return out, nil
}

// percentile is the smallest sample that is not less than so many percent of them; zero: there is none.
func percentile(samples []time.Duration, percent int) time.Duration {
	if len(samples) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(samples))
	return sorted[(len(sorted)*percent+99)/100-1]
}

// wanted is a group's pulse as a read begins, or is tried again. A reading that is due before its turn
// was hastened: somebody told of a change.
func wanted(r directory.Reading, every time.Duration) directory.Pulse {
	p := r.Pulse
	if r.Underway() || !p.Since.IsZero() || r.Complete.IsZero() {
		return p
	}
	p.Since = r.DueAt
	p.Hinted = r.DueAt.Before(r.Complete.Add(every))
	if p.Hinted {
		p.Event = later(p.Event, p.Since)
	} else {
		p.Since = r.Complete.Add(r.DueAt.Sub(r.Complete) / 2)
	}
	return p
}

// opened notes, with the first page of a read, whether it is a listing whose finds are a drift. Where the
// read before was a listing too, the directory has no deltas, and what a hint led to was told.
func opened(p *directory.Pulse, r directory.Reading, page directory.Page) {
	if r.Midway || !page.Whole {
		return
	}
	p.Drift, p.Drifts = 0, !r.Listed.IsZero() && !(p.Hinted && r.Whole)
}

// took notes that changes were taken, and how many people came or went with them.
func took(p *directory.Pulse, people int, now time.Time) {
	if p.Drifts {
		p.Drift += people
	}
	if p.Since.IsZero() { // the first read of all: it shows everybody
		return
	}
	p.Event = later(p.Event, now)
	lags := append(slices.Clone(p.Lags), max(0, now.Sub(p.Since)))
	p.Lags = lags[max(0, len(lags)-directory.MostLags):]
}

// rested is a pulse after a read has come to its end.
func rested(p directory.Pulse) directory.Pulse {
	p.Since, p.Hinted, p.Drifts = time.Time{}, false, false
	return p
}

// arrivals counts whom a page's change put in, or brought back.
func arrivals(change directory.Change) int {
	n := 0
	for _, entry := range change.Audit {
		if entry.Event == "listed" || entry.Event == "listed again" {
			n++
		}
	}
	return n
}

// unknown counts the absent people who are not in the batch that is held already, and whom no admin kept:
// of those the directory has said it before.
func unknown(absent []directory.Link, held *directory.Batch) int {
	n := 0
	for _, l := range absent {
		if l.Leaving.Refused {
			continue
		}
		if held == nil || !slices.Contains(held.Members, l.Key.Member) {
			n++
		}
	}
	return n
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
