package sqlite

import (
	"context"

	"rollcall/sync/directory"
)

// proposals writes proposals, then lines, and drops what is to go.
func (c commit) proposals(change directory.Change) error {
	written := make(map[string]bool, len(change.Proposals))
	for _, p := range change.Proposals {
		if written[p.Proposal.ID] {
			return directory.Errorf(directory.Conflict, "a proposal is in the change twice")
		}
		written[p.Proposal.ID] = true
		if err := c.propose(p); err != nil {
			return err
		}
	}
	for _, l := range change.Lines {
		if err := c.line(l); err != nil {
			return err
		}
	}
	for _, id := range change.Drop {
		for _, query := range []string{
			"DELETE FROM proposal_lines WHERE tenant = ? AND proposal = ?",
			"DELETE FROM proposals WHERE tenant = ? AND id = ?",
		} {
			if _, err := c.exec(query, string(c.tenant), id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c commit) propose(change directory.ProposalChange) error {
	p := change.Proposal
	var version int64
	if _, err := c.row("SELECT version FROM proposals WHERE tenant = ? AND id = ?", []any{string(c.tenant), p.ID}, &version); err != nil {
		return err
	}
	if err := guard(change.Version, version, 0, 0); err != nil {
		return err
	}
	p.Version = version + 1
	record, err := directory.Encode(p)
	if err != nil {
		return err
	}
	_, err = c.exec(`
		INSERT INTO proposals (tenant, id, at, version, record) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET at = excluded.at, version = excluded.version, record = excluded.record`,
		string(c.tenant), p.ID, nanos(p.At), p.Version, record)
	return err
}

// line puts a line of a proposal that is there.
func (c commit) line(l directory.ProposalLine) error {
	record, err := directory.Encode(l)
	if err != nil {
		return err
	}
	result, err := c.exec(`
		INSERT INTO proposal_lines (tenant, proposal, link, intent, drifted, record)
		SELECT tenant, id, ?3, ?4, ?5, ?6 FROM proposals WHERE tenant = ?1 AND id = ?2
		ON CONFLICT DO UPDATE SET intent = excluded.intent, drifted = excluded.drifted, record = excluded.record`,
		string(c.tenant), l.Proposal, l.Link.Text(), string(l.Intent), bit(l.Drift != ""), record)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return directory.Errorf(directory.Conflict, "no such proposal")
	}
	return nil
}

// Proposals implements [directory.Sources].
func (s *Store) Proposals(ctx context.Context, tenant directory.TenantID) ([]directory.Proposal, error) {
	return records[directory.Proposal](ctx, s, "SELECT record FROM proposals WHERE tenant = ? ORDER BY at DESC, id", string(tenant))
}

// ProposalLines implements [directory.Sources]. Each query names its index: without statistics SQLite
// would read all the lines for a page of those that drifted.
func (s *Store) ProposalLines(ctx context.Context, tenant directory.TenantID, proposal string, query directory.LineQuery) ([]directory.ProposalLine, error) {
	from, where := "proposal_lines", "tenant = ? AND proposal = ? AND link > ?"
	args := []any{string(tenant), proposal, keyText(query.After)}
	switch {
	case query.Drifted:
		from, where = "proposal_lines INDEXED BY proposal_lines_drifted", where+" AND drifted = 1 AND (?4 = '' OR intent = ?4)"
		args = append(args, string(query.Intent))
	case query.Intent != "":
		from, where = "proposal_lines INDEXED BY proposal_lines_intent", where+" AND intent = ?"
		args = append(args, string(query.Intent))
	}
	return records[directory.ProposalLine](ctx, s, "SELECT record FROM "+from+" WHERE "+where+" ORDER BY link LIMIT ?", append(args, limit(query.Limit))...)
}

// ProposalLinesOf implements [directory.Sources].
func (s *Store) ProposalLinesOf(ctx context.Context, tenant directory.TenantID, proposal string, keys ...directory.LinkKey) ([]directory.ProposalLine, error) {
	if len(keys) == 0 {
		return nil, s.usable()
	}
	return records[directory.ProposalLine](ctx, s, `
		SELECT record FROM proposal_lines WHERE tenant = ? AND proposal = ? AND link IN (SELECT value FROM json_each(?))`,
		string(tenant), proposal, texts(keys))
}
