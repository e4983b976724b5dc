package directorytest

import (
	"context"
	"maps"
	"slices"
	"strings"

	"rollcall/sync/directory"
)

// line is a proposal's line with its link's text.
type line struct {
	text string
	directory.ProposalLine
}

func byLink(l line, text string) int { return strings.Compare(l.text, text) }

// checkProposals judges the proposals that are written, and that each line has one.
func (b *book) checkProposals(change directory.Change) error {
	put := make(map[string]bool, len(change.Proposals))
	for _, c := range change.Proposals {
		if put[c.Proposal.ID] {
			return directory.Errorf(directory.Conflict, "a proposal is in the change twice")
		}
		put[c.Proposal.ID] = true
		if err := guard(c.Version, b.proposals[c.Proposal.ID].Version, 0, 0); err != nil {
			return err
		}
	}
	for _, l := range change.Lines {
		if _, known := b.proposals[l.Proposal]; !known && !put[l.Proposal] {
			return directory.Errorf(directory.Conflict, "no such proposal")
		}
	}
	return nil
}

func (b *book) propose(change directory.Change) {
	for _, c := range change.Proposals {
		p := cloneProposal(c.Proposal)
		p.Version = c.Version + 1
		b.proposals[p.ID] = p
	}
	for _, l := range change.Lines {
		b.putLine(line{l.Link.Text(), l})
	}
	for _, id := range change.Drop {
		delete(b.proposals, id)
		delete(b.lines, id)
	}
}

func (b *book) putLine(l line) {
	lines := b.lines[l.Proposal]
	at, known := slices.BinarySearchFunc(lines, l.text, byLink)
	if known {
		lines[at] = l
		return
	}
	b.lines[l.Proposal] = slices.Insert(lines, at, l)
}

// cloneProposal copies a proposal with everything that it points to.
func cloneProposal(p directory.Proposal) directory.Proposal {
	p.Counts, p.Drift = maps.Clone(p.Counts), maps.Clone(p.Drift)
	return p
}

// Proposals implements [directory.Sources].
func (m *Memory) Proposals(ctx context.Context, tenant directory.TenantID) ([]directory.Proposal, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	out := inOrder(m.book(tenant).proposals)
	for i := range out {
		out[i] = cloneProposal(out[i])
	}
	slices.SortStableFunc(out, func(x, y directory.Proposal) int { return y.At.Compare(x.At) })
	return out, nil
}

// ProposalLines implements [directory.Sources].
func (m *Memory) ProposalLines(ctx context.Context, tenant directory.TenantID, proposal string, query directory.LineQuery) ([]directory.ProposalLine, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	limit := query.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	lines := m.book(tenant).lines[proposal]
	from := 0
	if query.After != (directory.LinkKey{}) {
		at, exact := slices.BinarySearchFunc(lines, query.After.Text(), byLink)
		from = at + ifSo(exact)
	}
	var out []directory.ProposalLine
	for _, l := range lines[from:] {
		if len(out) == limit {
			break
		}
		if (query.Intent == "" || l.Intent == query.Intent) && (!query.Drifted || l.Drift != "") {
			out = append(out, l.ProposalLine)
		}
	}
	return out, nil
}

// ProposalLinesOf implements [directory.Sources].
func (m *Memory) ProposalLinesOf(ctx context.Context, tenant directory.TenantID, proposal string, keys ...directory.LinkKey) ([]directory.ProposalLine, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	lines := m.book(tenant).lines[proposal]
	var out []directory.ProposalLine
	for _, key := range distinct(keys) {
		if at, known := slices.BinarySearchFunc(lines, key.Text(), byLink); known {
			out = append(out, lines[at].ProposalLine)
		}
	}
	return out, nil
}
