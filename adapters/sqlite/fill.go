package sqlite

import (
	"context"
	"database/sql"

	"rollcall/sync/directory"
)

// fillLinks is the fifth change of the schema: it says of links that an earlier release has written whether
// their people were asked, where they are in line, whether they left by an approved batch, wait for a plan
// or are kept, which only their records tell.
func fillLinks(ctx context.Context, t *sql.Tx) error {
	for after := int64(0); ; {
		var err error
		if after, err = fillSome(ctx, t, after); err != nil {
			return err
		}
		if after == 0 {
			break
		}
	}
	_, err := t.ExecContext(ctx, `
		UPDATE link_counts SET
			asked = (SELECT count(*) FROM links l WHERE l.tenant = link_counts.tenant AND l.grp = link_counts.grp AND l.state = link_counts.state AND l.asked > 0),
			failing = (SELECT count(*) FROM links l WHERE l.tenant = link_counts.tenant AND l.grp = link_counts.grp AND l.state = link_counts.state AND l.asked = ?),
			parked = (SELECT count(*) FROM links l WHERE l.tenant = link_counts.tenant AND l.grp = link_counts.grp AND l.state = link_counts.state AND l.parked = 1),
			kept = (SELECT count(*) FROM links l WHERE l.tenant = link_counts.tenant AND l.grp = link_counts.grp AND l.state = link_counts.state AND l.kept = 1)`,
		askedFailing)
	return err
}

// fillSome fills in the links after one, and answers after which to go on; 0: there are no more.
func fillSome(ctx context.Context, t *sql.Tx, after int64) (int64, error) {
	const some = 1000
	rows, err := t.QueryContext(ctx, "SELECT id, record FROM links WHERE id > ? ORDER BY id LIMIT ?", after, some)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	ids, links := make([]int64, 0, some), make([]directory.Link, 0, some)
	for rows.Next() {
		var id int64
		var record sql.RawBytes
		if err := rows.Scan(&id, &record); err != nil {
			return 0, err
		}
		l, err := directory.Decode[directory.Link](record)
		if err != nil {
			return 0, err
		}
		ids, links = append(ids, id), append(links, l)
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	for i := range links {
		l := &links[i]
		if _, err := t.ExecContext(ctx, `
			UPDATE links SET asked = ?, lot = ?, created = ?, leaves = ?, approved = ?, parked = ?, kept = ? WHERE id = ?`,
			asked(l), lot(l), nanos(l.Created), leaves(l), bit(l.Leaving.Approved), bit(l.Waits()), bit(l.Kept()), ids[i]); err != nil {
			return 0, err
		}
	}
	if len(ids) < some {
		return 0, nil
	}
	return ids[len(ids)-1], nil
}
