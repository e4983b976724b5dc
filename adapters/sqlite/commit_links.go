package sqlite

import (
	"math"
	"net/url"
	"slices"
	"strings"

	"rollcall/sync/directory"
)

// stored is what a commit needs to know of a link as it was.
type stored struct {
	id                    int64 // 0: there is none
	version, fence, lease int64
	state, group          string
	held, nonces          string
	asked                 int
	parked, kept          int64
}

// written is a link as it will be, with the columns it is searched by.
type written struct {
	directory.Link
	key, account, counterpart string
	held, nonces              string
	before                    stored
}

// links writes links. All let go of what they held before any takes: who holds what is judged as it
// is after the whole change, so two links can swap accounts in one.
func (c commit) links(changes []directory.LinkChange) error {
	if len(changes) == 0 {
		return nil
	}
	links := make([]written, len(changes))
	seen := make(map[directory.LinkKey]bool, len(changes))
	for i := range changes {
		if seen[changes[i].Link.Key] {
			return directory.Errorf(directory.Conflict, "a link is in the change twice")
		}
		seen[changes[i].Link.Key] = true
		if err := c.check(&changes[i], &links[i]); err != nil {
			return err
		}
	}
	counts := make(map[[2]string]tallied)
	for i := range links {
		if err := c.letGo(&links[i]); err != nil {
			return err
		}
		l := &links[i]
		if was := l.before; was.id != 0 {
			of := [2]string{was.group, was.state}
			counts[of] = counts[of].add(-1, was.asked, was.parked, was.kept)
		}
		of := [2]string{string(l.Group), string(l.State)}
		counts[of] = counts[of].add(1, asked(&l.Link), bit(l.Waits()), bit(l.Kept()))
	}
	for i := range links {
		if err := c.put(&links[i]); err != nil {
			return err
		}
	}
	return c.count(counts)
}

// check reads the link as it is and works out what it will be.
func (c commit) check(change *directory.LinkChange, l *written) error {
	l.Link = change.Link
	l.key = change.Link.Key.Text()
	was := &l.before
	_, err := c.row(`
		SELECT id, version, fence, lease, state, grp, held, nonces, asked, parked, kept
		FROM links WHERE tenant = ? AND key = ?`, []any{c.tenant, l.key},
		&was.id, &was.version, &was.fence, &was.lease, &was.state, &was.group, &was.held, &was.nonces, &was.asked, &was.parked, &was.kept)
	if err != nil {
		return err
	}
	if was.id == 0 {
		was.lease = noTime
	}
	if err := guard(change.Version, was.version, change.Fence, was.fence); err != nil {
		return err
	}
	lease := was.lease
	if change.Fence != 0 && !change.Keep {
		lease = noTime
	}
	l.Version, l.Fence, l.Lease = was.version+1, was.fence, moment(lease)
	l.account, l.counterpart = accountText(l.Account), accountText(l.Counterpart)
	l.held = list(l.Holds(), directory.AccountID.Text)
	l.nonces = list(l.Nonces(), func(hash directory.NonceHash) string { return string(hash) })
	return nil
}

// letGo takes a link's old holds and nonces out of the indexes, where they change.
func (c commit) letGo(l *written) error {
	was := &l.before
	if was.held != l.held {
		for account := range strings.FieldsSeq(was.held) {
			if _, err := c.exec("DELETE FROM holds WHERE tenant = ? AND pair = ? AND account = ? AND link = ?", c.tenant, pairText(l.Key.Pair), account, was.id); err != nil {
				return err
			}
		}
	}
	if was.nonces != l.nonces {
		for hash := range strings.FieldsSeq(was.nonces) {
			if _, err := c.exec("DELETE FROM nonces WHERE tenant = ? AND hash = ? AND link = ?", c.tenant, hash, was.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// put writes the link, and what it now holds and is asked with.
func (c commit) put(l *written) error {
	record, err := directory.Encode(l.Link)
	if err != nil {
		return err
	}
	args := []any{
		string(l.State), string(l.Group), l.account, l.counterpart, l.Member.Email.Reveal(), l.held, l.nonces,
		orNull(l.DueAt), leaves(&l.Link), bit(l.State == directory.Linked || l.Before == directory.Linked),
		asked(&l.Link), lot(&l.Link), nanos(l.Created),
		bit(l.Leaving.Approved), bit(l.Waits()), bit(l.Kept()), l.Version, l.Fence, nanos(l.Lease), record,
	}
	id := l.before.id
	if id != 0 {
		_, err = c.exec(`
			UPDATE links SET state = ?, grp = ?, account = ?, counterpart = ?, address = ?, held = ?, nonces = ?,
				due = ?, leaves = ?, was_linked = ?, asked = ?, lot = ?, created = ?,
				approved = ?, parked = ?, kept = ?, version = ?, fence = ?, lease = ?, record = ?
			WHERE id = ?`, append(args, id)...)
		if err != nil {
			return err
		}
	} else {
		result, err := c.exec(`
			INSERT INTO links (state, grp, account, counterpart, address, held, nonces,
				due, leaves, was_linked, asked, lot, created,
				approved, parked, kept, version, fence, lease, record, tenant, key)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, append(args, c.tenant, l.key)...)
		if err != nil {
			return err
		}
		if id, err = result.LastInsertId(); err != nil {
			return err
		}
	}
	return c.take(l, id)
}

func (c commit) take(l *written, id int64) error {
	if l.held != l.before.held {
		for account := range strings.FieldsSeq(l.held) {
			result, err := c.exec("INSERT INTO holds (tenant, pair, account, link) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
				c.tenant, pairText(l.Key.Pair), account, id)
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil {
				return err
			} else if n == 0 {
				return directory.Errorf(directory.Taken, "another link holds the account")
			}
		}
	}
	if l.nonces != l.before.nonces {
		for hash := range strings.FieldsSeq(l.nonces) {
			if _, err := c.exec("INSERT INTO nonces (tenant, hash, link) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", c.tenant, hash, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// tallied is by how much the counts of a group's links in a state change.
type tallied struct{ n, asked, failing, parked, kept int64 }

// add counts links that are all alike: of which asked says the same, and which wait for a plan, or are
// kept, or not.
func (t tallied) add(n int64, asked int, parked, kept int64) tallied {
	t.n += n
	t.parked += n * parked
	t.kept += n * kept
	if asked > 0 {
		t.asked += n
	}
	if asked == askedFailing {
		t.failing += n
	}
	return t
}

// count keeps the number of links of each group and state.
func (c commit) count(changes map[[2]string]tallied) error {
	for of, by := range changes {
		if by == (tallied{}) {
			continue
		}
		if _, err := c.exec(`
			INSERT INTO link_counts (tenant, grp, state, n, asked, failing, parked, kept) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET n = n + excluded.n, asked = asked + excluded.asked, failing = failing + excluded.failing,
				parked = parked + excluded.parked, kept = kept + excluded.kept`,
			c.tenant, of[0], of[1], by.n, by.asked, by.failing, by.parked, by.kept); err != nil {
			return err
		}
	}
	return nil
}

// leaves is until when a link counts as leaving: a nominated one for as long as it is, a suspended
// one since it was. Nobody else does: NULL.
func leaves(l *directory.Link) any {
	switch {
	case !l.Leaving.Since.IsZero():
		return int64(math.MaxInt64)
	case l.State == directory.Suspended:
		return nanos(l.SuspendedAt)
	}
	return nil
}

// askedFailing is what asked says of somebody who was asked, and to whom nothing gets through.
const askedFailing = 2

// asked is 0 for who was never asked, and 1 or askedFailing for who was.
func asked(l *directory.Link) int {
	switch {
	case l.Failing():
		return askedFailing
	case l.WasAsked():
		return 1
	}
	return 0
}

// lot is where a link is in line for its first question; NULL: it isn't.
func lot(l *directory.Link) any {
	if !l.InLine() {
		return nil
	}
	return l.Key.Lot()
}

// list is what a link has in an index, as its column keeps it: sorted texts, each once, a space
// between them. No text has one in it.
func list[T any](all []T, text func(T) string) string {
	var texts []string
	for _, one := range all {
		texts = append(texts, text(one))
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), " ")
}

func pairText(p directory.Pair) string {
	return url.PathEscape(string(p.A)) + "/" + url.PathEscape(string(p.B))
}

// accountText is empty for no account at all.
func accountText(a directory.AccountID) string {
	if a.IsZero() {
		return ""
	}
	return a.Text()
}

// keyText is empty for no link at all.
func keyText(k directory.LinkKey) string {
	if k == (directory.LinkKey{}) {
		return ""
	}
	return k.Text()
}
