package simulation

import (
	"context"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// records is the directory as one process reads it. It remembers what the product was really told,
// which is what a removal must rest on.
type records struct {
	directory *directorytest.Directory
	program   *program
}

// readID is a group, and where a read of it stands.
type readID struct {
	tenant directory.TenantID
	group  string
	cursor string
}

// read is what the product was told until it got to a cursor.
type read struct {
	listed int  // people named as present since the last complete listing began
	ended  bool // the read came to its end there
}

func (r *records) Page(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
	h := r.program.history
	r.program.pass(place{when: beforeCall, name: "before reading a page"})
	got, err := r.directory.Page(ctx, tenant, group, cursor)
	if err != nil {
		h.say("  a page of %s %s: %v", tenant, group, err)
	} else {
		at := read{ended: got.Last}
		if cursor != "" {
			at.listed = h.reads[readID{tenant, group, cursor}].listed
		}
		for _, m := range got.Members {
			if m.Active {
				at.listed++
			}
		}
		h.reads[readID{tenant, group, got.Cursor}] = at
	}
	r.program.pass(place{when: afterCall, name: "after reading a page"})
	return got, err
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
