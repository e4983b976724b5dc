package csv

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rollcall/sync/directory"
)

// roll is one version of the file as a Source answers from it. It never changes.
type roll struct {
	version  string // of the content
	nth      int    // which of the contents it is that were taken in, one after the other
	ended    bool
	members  []directory.Member // in the order of the file
	byID     map[string]int32   // places in members
	groups   map[string][]int32 // by folded name, each in the order of the file
	unusable int                // how many have an address that can't be used
}

func newRoll(name string, t *table, sum [sha256.Size]byte) *roll {
	r := &roll{
		version: fmt.Sprintf("%x", sum[:16]),
		ended:   t.ended,
		members: make([]directory.Member, len(t.People)),
		byID:    t.byID,
		groups:  make(map[string][]int32),
	}
	for _, group := range t.Groups {
		r.groups[fold(group)] = nil
	}
	folded := make(map[string]string)
	for i, p := range t.People {
		// An address that can't be used is none: the person can be shown as without one, and
		// nobody else suffers for it.
		email, err := directory.ParseAddress(p.Email)
		if err != nil && p.Email != "" {
			r.unusable++
		}
		r.members[i] = directory.Member{
			ID: directory.MemberID{Directory: name, ID: p.ID}, Name: p.Name, Email: email,
			Active: p.Active, Exempt: p.Exempt, Zone: p.Zone, Locale: p.Locale,
		}
		for _, group := range p.Groups {
			key, known := folded[group]
			if !known {
				key = fold(group)
				folded[group] = key
			}
			r.groups[key] = append(r.groups[key], int32(i))
		}
	}
	for _, rows := range r.groups {
		slices.Sort(rows)
	}
	return r
}

// position is where a cursor is: a row of a group in one version of the file, or the end of it.
type position struct {
	scope   string // of the group and the configuration
	version string
	row     int
	done    bool
	ended   bool // the version had an #end line
}

func (p position) text() string {
	row, end := strconv.Itoa(p.row), "open"
	if p.done {
		row = "done"
	}
	if p.ended {
		end = "ended"
	}
	return strings.Join([]string{"1", p.scope, p.version, row, end}, ".")
}

// parsePosition reads a cursor of this scope. The empty cursor is the zero position.
func parsePosition(cursor, scope string) (p position, known bool) {
	if cursor == "" {
		return position{}, true
	}
	parts := strings.Split(cursor, ".")
	if len(parts) != 5 || parts[1] != scope {
		return position{}, false
	}
	p = position{scope: scope, version: parts[2], done: parts[3] == "done", ended: parts[4] == "ended"}
	if !p.done {
		p.row, _ = strconv.Atoi(parts[3])
	}
	// One position has one text.
	if p.version == "" || p.row < 0 || p.text() != cursor {
		return position{}, false
	}
	return p, true
}
