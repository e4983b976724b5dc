package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"rollcall/sync/directory"
)

// mostJudged is how many links are judged one by one while somebody waits for the answer.
const mostJudged = 5_000

// Difference is what would happen at once if everything were on, not paused and not a draft: how many
// links each intent concerns, and a digest of that. Of more than mostJudged links it is what their states
// say, which may be more than comes of it: whoever shows it has three seconds on some platforms.
func (e *Engine) Difference(ctx context.Context, tenant directory.TenantID, group directory.GroupID) (map[directory.Intent]int, string, error) {
	t, err := e.Store.Tenant(ctx, tenant)
	if err != nil {
		return nil, "", err
	}
	groups, err := e.concerned(ctx, tenant, group)
	if err != nil {
		return nil, "", err
	}
	if len(groups) == 0 && group != "" {
		return nil, "", noGroup(group)
	}
	known, err := e.Store.Count(ctx, tenant, group, e.Now())
	if err != nil {
		return nil, "", err
	}
	total := 0
	for _, n := range known.States {
		total += n
	}
	counts := make(map[directory.Intent]int)
	if total <= mostJudged {
		err = e.judgeAll(ctx, t, group, groups, counts)
	} else {
		err = e.estimate(ctx, t, groups, known.States, counts)
	}
	return counts, digestOf(counts), err
}

// judgeAll counts the intents of all links, one by one.
func (e *Engine) judgeAll(ctx context.Context, t directory.Tenant, group directory.GroupID, groups []directory.Group, counts map[directory.Intent]int) error {
	query := directory.LinkQuery{Group: group, Limit: 1000}
	for {
		links, err := e.Store.ListLinks(ctx, t.ID, query)
		if err != nil {
			return err
		}
		lines, err := e.linesOf(ctx, t, groups, links, e.Now())
		if err != nil {
			return err
		}
		for _, line := range lines {
			counts[line.Intent]++
		}
		if len(links) < query.Limit {
			return nil
		}
		query.After = links[len(links)-1].Key
	}
}

// estimate counts intents by states, and looks at nothing but who is absent.
func (e *Engine) estimate(ctx context.Context, t directory.Tenant, groups []directory.Group, states map[directory.State]int, counts map[directory.Intent]int) error {
	for state, n := range states {
		counts[stateIntent(state, t.Settings)] += n
	}
	rounds, err := e.listedRounds(ctx, t.ID)
	if err != nil {
		return err
	}
	for _, g := range groups {
		var after directory.MemberID
		for {
			rows, err := e.Store.Unseen(ctx, t.ID, g.ID, rounds[g.ID], after, 1000)
			if err != nil {
				return err
			}
			counts[directory.IntentSuspend] += len(rows)
			if len(rows) < 1000 {
				break
			}
			after = rows[len(rows)-1].Member.ID
		}
	}
	return nil
}

// stateIntent is what is in mind for most links of a state.
func stateIntent(state directory.State, settings directory.Settings) directory.Intent {
	switch state {
	case directory.Matched:
		return directory.IntentAsk
	case directory.Unmatched:
		if settings.AskFirst {
			return directory.IntentSearch
		}
		return directory.IntentStandIn
	case directory.Disputed, directory.Held:
		return directory.IntentDecide
	case directory.Linked, directory.Represented, directory.Exempt, directory.Declined, directory.Stopped, directory.Unanswered,
		directory.Unlinked, directory.Suspended, directory.Unsynced:
		return directory.IntentNone
	}
	return directory.IntentWait
}

func digestOf(counts map[directory.Intent]int) string {
	var text []byte
	for _, intent := range directory.Intents() {
		text = fmt.Appendf(text, "%s %d\n", intent, counts[intent])
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
