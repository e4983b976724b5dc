package simulation

import (
	"context"
	"slices"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// records is the directory as one process reads it. It remembers what the product was really told,
// which is what a removal must rest on.
type records struct {
	directory *directorytest.Directory
	program   *program
}

// readID is a group of a tenant.
type readID struct {
	tenant directory.TenantID
	group  string
}

// told is the last page of a group that a process was given.
type told struct {
	readID
	from, to string // cursors
	present  []directory.MemberID
	gone     []directory.MemberID
	last     bool
	whole    bool // of a complete listing
}

// read is what the product has taken in of a group.
type read struct {
	listed int             // people named as present since the last complete listing began
	ended  bool            // the read came to its end
	whole  bool            // it is a complete listing
	names  map[string]bool // of those whom it listed
}

func (r *records) Page(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
	h := r.program.history
	r.program.pass(place{when: beforeCall, name: "before reading a page"})
	got, err := r.directory.Page(ctx, tenant, group, cursor)
	id := readID{tenant, group}
	delete(r.program.told, id)
	if err != nil {
		h.say("  a page of %s %s: %v", tenant, group, err)
	} else {
		page := told{readID: id, from: cursor, to: got.Cursor, last: got.Last, whole: got.Whole, gone: got.Left}
		for _, m := range got.Members {
			if m.Active {
				page.present = append(page.present, m.ID)
			} else {
				page.gone = append(page.gone, m.ID)
			}
		}
		r.program.told[id] = page
	}
	r.program.pass(place{when: afterCall, name: "after reading a page"})
	return got, err
}

// noteRead takes in what a commit says was read: what the process was really told, and nothing else.
func (h *history) noteRead(p *program, tenant directory.TenantID, before, after directory.Reading) {
	id := readID{tenant, string(after.Group)}
	told, heard := p.told[id]
	moved := after.Cursor != before.Cursor || after.Round != before.Round || after.Settle && !before.Settle
	switch {
	case after.Group == "" || !moved || before.Settle:
	case heard && told.from == before.Cursor && told.to == after.Cursor:
		h.checkCursor(told)
		now := read{ended: told.last, whole: told.whole, listed: len(told.present), names: make(map[string]bool)}
		if was := h.reads[id]; told.from != "" {
			now.listed += was.listed
			if now.whole = now.whole && was.whole && !was.ended; now.whole {
				now.names = was.names
			}
		}
		for _, m := range told.present {
			now.names[m.ID] = true
		}
		h.reads[id] = now
		if now.whole && now.ended {
			h.listings[id] = listing{h.clock.Now(), now.names}
		}
	case after.Cursor != "": // nobody told that
		h.reads[id] = read{}
	}
}

// checkCursor: where a cursor is durable, so is what its page said of everybody on it.
func (h *history) checkCursor(page told) {
	rows := make(map[directory.MemberID]directory.Membership)
	stored, err := h.memory.Memberships(context.Background(), page.tenant, slices.Concat(page.present, page.gone)...)
	must(err)
	for _, row := range stored {
		if string(row.Group) == page.group {
			rows[row.Member.ID] = row
		}
	}
	for _, id := range page.present {
		row, listed := rows[id]
		links, err := h.memory.Links(context.Background(), page.tenant, directory.LinkKey{Member: id, Pair: pair})
		must(err)
		if !listed || row.Gone || len(links) == 0 {
			h.violated("the cursor went past a page that lists %s, who is not stored", id.ID)
		}
	}
	for _, id := range page.gone {
		if row, listed := rows[id]; listed && !row.Gone && !slices.Contains(page.present, id) {
			h.violated("the cursor went past a page that says that %s left, which is not stored", id.ID)
		}
	}
}

func (r *records) Member(ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
	h := r.program.history
	r.program.pass(place{when: beforeCall, name: "before asking for one person"})
	answer := r.directory.Member(ctx, tenant, group, id)
	who := linkID{tenant, id.ID}
	switch _, in := answer.IsIn(); {
	case in:
		delete(h.checks, who)
	case answer.IsOut():
		h.checks[who] = h.clock.Now()
	}
	r.program.pass(place{when: afterCall, name: "after asking for one person"})
	return answer
}
