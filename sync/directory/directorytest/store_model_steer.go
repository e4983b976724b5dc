package directorytest

import (
	"context"
	"strconv"

	"rollcall/sync/directory"
)

// plan is the id of a proposal.
func (g *gambler) plan() string { return of(g, "p", "p/", "q") }

func (g *gambler) intent() directory.Intent {
	return of(g, directory.IntentAsk, directory.IntentSuspend, directory.IntentNone)
}

// steer adds to a change what plans and platforms would.
func (g *gambler) steer(change *directory.Change) {
	plan := g.plan()
	for range of(g, 0, 0, 1, 1, 1, 2) {
		change.Proposals = append(change.Proposals, directory.ProposalChange{
			Proposal: directory.Proposal{ID: plan, At: g.now, Lines: g.IntN(100), Counts: map[directory.Intent]int{g.intent(): g.IntN(9)}},
			Version:  of[int64](g, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
		})
		if g.often(2) {
			plan = g.plan()
		}
	}
	if len(change.Proposals) > 0 || g.often(3) {
		for range g.IntN(6) {
			change.Lines = append(change.Lines, directory.ProposalLine{
				Proposal: plan, Link: g.key(), Intent: g.intent(), Name: strconv.Itoa(g.IntN(100)), Drift: of(g, "", "changed"),
			})
		}
	}
	if g.often(20) {
		change.Drop = []string{g.plan()}
	}
	for range g.IntN(3) {
		change.Reached = append(change.Reached, directory.Reach{
			Account: g.account(), State: of(g, directory.Unseen, directory.Reachable, directory.Blocked, directory.Guest), Since: g.now,
		})
	}
	if change.Reading != nil && g.often(2) {
		change.Reading.Reading.Job = &directory.Job{ID: "j", Done: g.IntN(9), Tell: []directory.AccountID{g.account()}}
	}
}

// allSteered is what a store says of plans, and of who can be written to.
func allSteered(ctx context.Context, s directory.Store, tenant directory.TenantID, account directory.AccountID) (any, error) {
	var said []any
	proposals, err := s.Proposals(ctx, tenant)
	if err != nil {
		return nil, err
	}
	for _, id := range []string{"p", "p/", "q"} {
		for _, query := range []directory.LineQuery{{}, {Intent: directory.IntentAsk, Limit: 2}, {Drifted: true}, {Intent: directory.IntentNone, Drifted: true, After: keyOf("b/c")}} {
			lines, err := s.ProposalLines(ctx, tenant, id, query)
			if err != nil {
				return nil, err
			}
			said = append(said, lines)
		}
	}
	for _, platform := range []directory.Platform{slack, webex} {
		counts, err := s.ReachCounts(ctx, tenant, platform)
		if err != nil {
			return nil, err
		}
		blocked, err := s.Unreached(ctx, tenant, platform, directory.Blocked, account, 2)
		if err != nil {
			return nil, err
		}
		said = append(said, counts, blocked)
	}
	reach, err := s.Reach(ctx, tenant, account, onSlack("1"))
	return append(said, proposals, reach), err
}
