package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// fields are what linkFrom reads.
const fields = "version, fence, lease, record"

// linkFrom reads a link from a row whose columns end with fields.
func linkFrom(row scanner, before ...any) (directory.Link, error) {
	var record sql.RawBytes
	var version, fence, lease int64
	if err := row.Scan(append(before, &version, &fence, &lease, &record)...); err != nil {
		return directory.Link{}, err
	}
	l, err := directory.Decode[directory.Link](record)
	l.Version, l.Fence, l.Lease = version, fence, moment(lease)
	return l, err
}

func (s *Store) links(ctx context.Context, query string, args ...any) ([]directory.Link, error) {
	var links []directory.Link
	err := s.read(ctx, query, args, func(row scanner) error {
		l, err := linkFrom(row)
		links = append(links, l)
		return err
	})
	return links, err
}

// ClaimLinks implements [directory.Ledger].
func (s *Store) ClaimLinks(ctx context.Context, tenant directory.TenantID, now, until time.Time, max int) ([]directory.Link, error) {
	if max <= 0 {
		return nil, s.usable()
	}
	type claim struct {
		key  string
		due  int64
		link directory.Link
	}
	var claims []claim
	err := s.write(ctx, func(t tx) error {
		return t.each(`
			UPDATE links SET fence = fence + 1, lease = ?
			WHERE id IN (SELECT id FROM links WHERE tenant = ? AND due <= ? AND lease <= ? ORDER BY due, key LIMIT ?)
			RETURNING key, due, `+fields,
			[]any{nanos(until), tenant, nanos(now), nanos(now), max},
			func(row scanner) (err error) {
				var c claim
				c.link, err = linkFrom(row, &c.key, &c.due)
				claims = append(claims, c)
				return err
			})
	})
	if err != nil {
		return nil, err
	}
	// RETURNING promises no order.
	slices.SortFunc(claims, func(x, y claim) int { return cmp.Or(cmp.Compare(x.due, y.due), strings.Compare(x.key, y.key)) })
	var links []directory.Link
	for i := range claims {
		links = append(links, claims[i].link)
	}
	return links, nil
}

// NextDue implements [directory.Ledger]. It looks at few links: those that are leased, and one more.
func (s *Store) NextDue(ctx context.Context, tenant directory.TenantID) (time.Time, error) {
	next := int64(math.MaxInt64)
	some := false
	look := func(row scanner) error {
		var due, lease int64
		if err := row.Scan(&due, &lease); err != nil {
			return err
		}
		if some && due >= next {
			return errEnough
		}
		some, next = true, min(next, max(due, lease))
		return nil
	}
	for _, query := range []string{
		"SELECT due, lease FROM links WHERE tenant = ? AND due IS NOT NULL ORDER BY due",
		"SELECT due, lease FROM readings WHERE tenant = ? AND due IS NOT NULL ORDER BY due",
	} {
		if err := s.read(ctx, query, []any{tenant}, look); err != nil {
			return time.Time{}, err
		}
	}
	if !some {
		return time.Time{}, nil
	}
	return moment(next), nil
}

// Links implements [directory.Ledger].
func (s *Store) Links(ctx context.Context, tenant directory.TenantID, keys ...directory.LinkKey) ([]directory.Link, error) {
	if len(keys) == 0 {
		return nil, s.usable()
	}
	return s.links(ctx, "SELECT "+fields+" FROM links WHERE tenant = ? AND key IN (SELECT value FROM json_each(?))", tenant, texts(keys))
}

// LinkByNonce implements [directory.Ledger].
func (s *Store) LinkByNonce(ctx context.Context, tenant directory.TenantID, hash directory.NonceHash) (directory.Link, error) {
	links, err := s.links(ctx, `
		SELECT `+fields+` FROM links WHERE id = (SELECT link FROM nonces WHERE tenant = ? AND hash = ? LIMIT 1)`, tenant, string(hash))
	return only(links, err, "no link has this nonce")
}

// LinkHolding implements [directory.Ledger].
func (s *Store) LinkHolding(ctx context.Context, tenant directory.TenantID, pair directory.Pair, account directory.AccountID) (directory.Link, error) {
	links, err := s.links(ctx, `
		SELECT `+fields+` FROM links WHERE id = (SELECT link FROM holds WHERE tenant = ? AND pair = ? AND account = ?)`, tenant, pairText(pair), account.Text())
	return only(links, err, "no link holds this account")
}

// LinksWith implements [directory.Ledger].
func (s *Store) LinksWith(ctx context.Context, tenant directory.TenantID, account directory.AccountID) ([]directory.Link, error) {
	text := accountText(account)
	return s.links(ctx, `
		SELECT `+fields+` FROM links WHERE id IN (
			SELECT id FROM links WHERE tenant = ?1 AND account = ?2 AND account <> ''
			UNION SELECT id FROM links WHERE tenant = ?1 AND counterpart = ?2 AND counterpart <> '')
		ORDER BY key`, tenant, text)
}

// LinksByAddress implements [directory.Ledger].
func (s *Store) LinksByAddress(ctx context.Context, tenant directory.TenantID, address directory.Address) ([]directory.Link, error) {
	return s.links(ctx, "SELECT "+fields+" FROM links INDEXED BY links_address WHERE tenant = ? AND address = ? AND address <> '' ORDER BY key", tenant, address.Reveal())
}

// defaultLimit is how much a query without a limit answers.
const defaultLimit = 100

// ListLinks implements [directory.Ledger].
func (s *Store) ListLinks(ctx context.Context, tenant directory.TenantID, query directory.LinkQuery) ([]directory.Link, error) {
	where, args := "tenant = ? AND key > ?", []any{tenant, keyText(query.After)}
	if query.State != "" {
		where, args = where+" AND state = ?", append(args, string(query.State))
	}
	switch {
	case query.Group != "" && query.State != "":
		// The plus keeps to the index of the states, which are rarer than groups are.
		where, args = where+" AND +grp = ?", append(args, string(query.Group))
	case query.Group != "":
		where, args = where+" AND grp = ?", append(args, string(query.Group))
	}
	return s.links(ctx, "SELECT "+fields+" FROM links WHERE "+where+" ORDER BY key LIMIT ?", append(args, limit(query.Limit))...)
}

func limit(asked int) int {
	if asked <= 0 {
		return defaultLimit
	}
	return asked
}

// Count implements [directory.Ledger]. It is one query, so that all numbers are of one moment.
func (s *Store) Count(ctx context.Context, tenant directory.TenantID, group directory.GroupID, since time.Time) (directory.Counts, error) {
	counts := directory.Counts{States: make(map[directory.State]int), Asked: make(map[directory.State]int)}
	err := s.read(ctx, `
		SELECT grp, state, n, asked, failing, parked, kept FROM link_counts WHERE tenant = ?1 AND n <> 0
		UNION ALL
		SELECT grp, '', sum(leaves = ?3), sum(leaves <> ?3), sum(approved = 0), sum(approved = 0 AND was_linked), 0
		FROM links WHERE tenant = ?1 AND leaves >= ?2 GROUP BY grp`,
		[]any{tenant, nanos(since), int64(math.MaxInt64)}, func(row scanner) error {
			var of directory.GroupID
			var state directory.State
			var n [5]int
			if err := row.Scan(&of, &state, &n[0], &n[1], &n[2], &n[3], &n[4]); err != nil {
				return err
			}
			if state == "" {
				tallyLeaving(&counts, group != "" && of == group, n[0], n[1], n[2], n[3])
				return nil
			}
			tally(&counts, group, of, state, n[0])
			if group != "" && of != group {
				return nil
			}
			if n[1] > 0 {
				counts.Asked[state] += n[1]
			}
			counts.Failing, counts.Parked, counts.Kept = counts.Failing+n[2], counts.Parked+n[3], counts.Kept+n[4]
			return nil
		})
	return counts, err
}

// LotAt implements [directory.Ledger].
func (s *Store) LotAt(ctx context.Context, tenant directory.TenantID, line directory.Line, place int) (int64, bool, error) {
	var lot int64
	there := false
	if place < 0 {
		return 0, false, s.usable()
	}
	err := s.read(ctx, `
		SELECT lot FROM links INDEXED BY links_line
		WHERE tenant = ? AND grp = ? AND lot IS NOT NULL AND (state <> ? OR created > ?) AND (state <> ? OR ?)
		ORDER BY lot LIMIT 1 OFFSET ?`,
		[]any{tenant, string(line.Group), string(directory.New), nanos(line.Since), string(directory.Unmatched), line.Search, place},
		func(row scanner) error {
			there = true
			return row.Scan(&lot)
		})
	return lot, there, err
}

// tallyLeaving counts those of a group who are leaving, or left.
func tallyLeaving(counts *directory.Counts, mine bool, going, gone, unapproved, linked int) {
	counts.Going, counts.Gone = counts.Going+going, counts.Gone+gone
	counts.Leaving, counts.LeavingLinked = counts.Leaving+unapproved, counts.LeavingLinked+linked
	if mine {
		counts.GroupGoing, counts.GroupGone = counts.GroupGoing+going, counts.GroupGone+gone
	}
}

func tally(counts *directory.Counts, asked, of directory.GroupID, state directory.State, n int) {
	mine := asked != "" && of == asked
	if state.Live() {
		counts.Live += n
		if mine {
			counts.GroupLive += n
		}
	}
	if state == directory.Linked {
		counts.Linked += n
		if mine {
			counts.GroupLinked += n
		}
	}
	if mine || asked == "" {
		counts.States[state] += n
	}
}

// Trail implements [directory.Ledger].
func (s *Store) Trail(ctx context.Context, tenant directory.TenantID, query directory.TrailQuery) ([]directory.Entry, error) {
	where, args := "tenant = ? AND seq > ?", []any{tenant, query.After}
	if query.Link != (directory.LinkKey{}) {
		where, args = where+" AND link = ? AND link <> ''", append(args, keyText(query.Link))
	}
	var entries []directory.Entry
	err := s.read(ctx, "SELECT seq, record FROM trail WHERE "+where+" ORDER BY seq LIMIT ?", append(args, limit(query.Limit)), func(row scanner) error {
		var seq int64
		var record sql.RawBytes
		if err := row.Scan(&seq, &record); err != nil {
			return err
		}
		e, err := directory.Decode[directory.Entry](record)
		e.Seq = seq
		entries = append(entries, e)
		return err
	})
	return entries, err
}
