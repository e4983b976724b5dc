package engine

import (
	"context"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// reportOf is what a job's message shows now.
func (e *Engine) reportOf(ctx context.Context, t *task, over bool) (directory.Report, error) {
	r := directory.Report{Job: t.job, Over: over}
	if spent := t.now.Sub(t.job.Began); spent >= time.Second && t.job.Done > 0 {
		r.Rate = float64(t.job.Done) / spent.Seconds()
		r.Left = time.Duration(float64(max(t.job.Total-t.job.Done, 0)) / r.Rate * float64(time.Second)).Round(time.Second)
	}
	if err := e.readerOf(ctx, t, t.job.To, &r); err != nil {
		return r, err
	}
	if t.job.Group != "" {
		group, err := e.group(ctx, t.tenant.ID, t.job.Group)
		if err != nil {
			return r, err
		}
		r.Group = group
	}
	switch t.job.Kind {
	case directory.JobPlan, directory.JobApply:
		return r, e.reportProposal(ctx, t, &r)
	case directory.JobWhatIf:
		if t.job.Trouble == gaveUp {
			return r, nil
		}
		return r, e.reportWhatIf(ctx, t, &r)
	case directory.JobUndo:
		batches, err := e.Store.Batches(ctx, t.tenant.ID)
		if i := slices.IndexFunc(batches, func(b directory.Batch) bool { return b.ID == t.job.Subject }); i >= 0 {
			r.Batch = batches[i]
		}
		return r, err
	}
	return r, nil
}

// readerOf notes in which language, and in which zone, somebody reads a report.
func (e *Engine) readerOf(ctx context.Context, t *task, to directory.AccountID, r *directory.Report) error {
	preference, err := e.Store.Preference(ctx, t.tenant.ID, to)
	if err != nil {
		return err
	}
	accounts, err := e.Store.AccountsByID(ctx, t.tenant.ID, to)
	if err != nil {
		return err
	}
	var known directory.Account
	if len(accounts) > 0 {
		known = accounts[0]
	}
	settings := t.tenant.Settings
	r.Lang, r.Zone = first(preference.Locale, known.Locale, settings.Locale), first(known.Zone, settings.Zone)
	return nil
}

// reportProposal adds a proposal and some of its lines: of a plan some of each intent, and of one that
// is applied some of those that were left out.
func (e *Engine) reportProposal(ctx context.Context, t *task, r *directory.Report) error {
	proposals, err := e.Store.Proposals(ctx, t.tenant.ID)
	i := slices.IndexFunc(proposals, func(p directory.Proposal) bool { return p.ID == t.job.Subject })
	if err != nil || i < 0 {
		return err
	}
	r.Proposal = proposals[i]
	if !r.Over {
		return nil
	}
	if t.job.Kind == directory.JobApply {
		r.Examples, err = e.Store.ProposalLines(ctx, t.tenant.ID, t.job.Subject, directory.LineQuery{Drifted: true, Limit: examples})
		return err
	}
	for _, most := range []int{2, examples} { // first a few of each, so that each is seen
		for _, intent := range directory.Intents() {
			if r.Proposal.Counts[intent] == 0 || intent == directory.IntentNone {
				continue
			}
			lines, err := e.Store.ProposalLines(ctx, t.tenant.ID, t.job.Subject, directory.LineQuery{Intent: intent, Limit: most})
			if err != nil {
				return err
			}
			for _, line := range lines {
				seen := slices.ContainsFunc(r.Examples, func(l directory.ProposalLine) bool { return l.Link == line.Link })
				if !seen && len(r.Examples) < examples {
					r.Examples = append(r.Examples, line)
				}
			}
		}
	}
	order := directory.Intents()
	slices.SortStableFunc(r.Examples, func(a, b directory.ProposalLine) int {
		return slices.Index(order, a.Intent) - slices.Index(order, b.Intent)
	})
	return nil
}
