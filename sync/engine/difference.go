package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"rollcall/sync/directory"
)

// mostJudged is how many links are judged one by one while somebody waits for the answer.
const mostJudged = 5_000

// Difference is what would happen at once if everything were on and not paused: how many links each intent
// concerns, and a digest of what people would notice of that. Drafts wait for their plans, and are left out,
// unless it is asked of one. Of more than mostJudged links it is what their states say, which may be more
// than comes of it, and its digest is the same for about as many: whoever shows it has three seconds on some
// platforms, and in so large a company something has changed until they press the button.
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
	if group == "" {
		groups = slices.DeleteFunc(groups, func(g directory.Group) bool { return g.Draft })
	}
	states, total, err := e.statesOf(ctx, tenant, groups)
	if err != nil {
		return nil, "", err
	}
	counts := make(map[directory.Intent]int)
	if total > mostJudged {
		err = e.estimate(ctx, t, groups, states, counts)
		return counts, digestOf(counts, about), err
	}
	err = e.judgeAll(ctx, t, groups, counts)
	return counts, digestOf(counts, exactly), err
}

// statesOf is how many links of these groups are in each state, and how many there are.
func (e *Engine) statesOf(ctx context.Context, tenant directory.TenantID, groups []directory.Group) (states map[directory.State]int, total int, err error) {
	states = make(map[directory.State]int)
	for _, g := range groups {
		counts, err := e.Store.Count(ctx, tenant, g.ID, e.Now())
		if err != nil {
			return nil, 0, err
		}
		for state, n := range counts.States {
			states[state] += n
			total += n
		}
	}
	return states, total, nil
}

// judgeAll counts the intents of all links, one by one.
func (e *Engine) judgeAll(ctx context.Context, t directory.Tenant, groups []directory.Group, counts map[directory.Intent]int) error {
	for _, g := range groups {
		query := directory.LinkQuery{Group: g.ID, Limit: 1000}
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
				break
			}
			query.After = links[len(links)-1].Key
		}
	}
	return nil
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

// digestOf is a digest of what people would notice, each number as precisely as it counts.
func digestOf(counts map[directory.Intent]int, precisely func(int) int) string {
	var text []byte
	for _, intent := range directory.Intents() {
		if intent.Acts() {
			text = fmt.Appendf(text, "%s %d\n", intent, precisely(counts[intent]))
		}
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

func exactly(n int) int { return n }

// about is the first two digits of a number, and zeros.
func about(n int) int {
	step := 1
	for n/step >= 100 {
		step *= 10
	}
	return n - n%step
}
