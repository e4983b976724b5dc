package entra

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"rollcall/sync/directory"
)

// cursorVersion changes with the meaning of a cursor. One of another version is begun again.
const cursorVersion = 1

// The phases of a read.
type phase string

const (
	minting phase = "mint"  // a complete listing: delta links are made
	listing phase = "list"  // a complete listing: people are read
	waiting phase = "wait"  // the read has ended; the next one reads the deltas
	reading phase = "delta" // a delta: its pages are read
	blind   phase = "blind" // the read has ended, and nothing can be watched: the next one is a listing
)

// cursor is where a read of a group stands. It holds no host: references only, which are checked
// again when they are used.
type cursor struct {
	Version int    `json:"v"`
	Of      string `json:"of"` // of which group it is
	Phase   phase  `json:"phase"`

	Nested []string `json:"nested,omitempty"` // the groups within the group, all watched with it
	Groups stream   `json:"groups,omitzero"`
	Users  stream   `json:"users,omitzero"`
	Minted int64    `json:"minted,omitempty"` // when the links were made, in Unix seconds

	List   string `json:"list,omitempty"` // the next page of the listing; empty: its first
	Total  int64  `json:"total,omitempty"`
	Seen   int64  `json:"seen,omitempty"`
	Direct bool   `json:"direct,omitempty"` // the delta named people, so that the listing can't be empty

	Changed []string `json:"changed,omitempty"` // people to be looked up

	Pages int    `json:"pages,omitempty"`
	Mark  string `json:"mark,omitempty"`
}

// stream is a delta query under way or, when Done, the link with which the next round begins.
type stream struct {
	Ref  string `json:"ref"`
	Done bool   `json:"done,omitempty"`
}

// told reports whether both deltas were read to their ends.
func (c cursor) told() bool { return c.Groups.Done && c.Users.Done }

// longestCursor is far above what the largest delta read needs.
const longestCursor = 256 << 10

func (c cursor) text() string {
	b, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return string(b)
}

// parseCursor reads what text wrote for the same group. Everything else is Expired, and read from the
// beginning.
func parseCursor(text, of string) (cursor, error) {
	var c cursor
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.DisallowUnknownFields()
	if len(text) > longestCursor || dec.Decode(&c) != nil || dec.InputOffset() != int64(len(text)) ||
		c.Version != cursorVersion || c.Of != of || !c.sound() {
		return cursor{}, expired("the cursor is not of this group's reads")
	}
	return c, nil
}

// sound reports whether a cursor could have been written.
func (c cursor) sound() bool {
	switch c.Phase {
	case minting, waiting, reading:
		if !c.Groups.of("groups/") || !c.Users.of("users/") {
			return false
		}
	case listing:
		if c.List != "" && !strings.HasPrefix(c.List, "groups/") {
			return false
		}
	case blind:
	default:
		return false
	}
	bad := func(id string) bool { return !isObjectID(id) }
	return !slices.ContainsFunc(c.Nested, bad) && !slices.ContainsFunc(c.Changed, bad) &&
		len(c.Nested) <= mostWatched && len(c.Changed) <= mostChanges && c.Seen >= 0 && c.Pages >= 0
}

func (s stream) of(collection string) bool { return strings.HasPrefix(s.Ref, collection) }

// step counts a page and finds a circle in what leads from page to page: the place is compared with
// the one at the last power of two, which finds every circle with no more memory than that.
func (c *cursor) step(place ...string) error {
	sum := sha256.Sum256([]byte(strings.Join(place, "\n")))
	digest := hex.EncodeToString(sum[:12])
	if digest == c.Mark || c.Pages >= mostPages || c.Phase == reading && c.Pages >= mostChanges {
		return directory.Errorf(directory.Incomplete, "entra: the pages go in a circle, or don't end")
	}
	c.Pages++
	if c.Pages&(c.Pages-1) == 0 {
		c.Mark = digest
	}
	return nil
}

// mostPages bounds one phase of a read. A delta has a change on each page, and not more of those than
// mostChanges.
const mostPages = 10_000

// scope is a digest of what a cursor belongs to.
func scope(name, tenant, group string) string {
	sum := sha256.Sum256([]byte(name + "\x00" + tenant + "\x00" + strings.ToLower(group)))
	return hex.EncodeToString(sum[:12])
}

func expired(why string) error { return directory.Errorf(directory.Expired, "entra: %s", why) }
