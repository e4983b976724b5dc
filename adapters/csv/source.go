package csv

import (
	"context"
	"crypto/sha256"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// Source reads one file. It is safe for concurrent use: one call at a time looks at the file, the
// others wait for it.
type Source struct {
	cfg  Config
	turn chan struct{} // holds one token while somebody looks at the file

	// What follows belongs to who holds the turn.
	stamp   stamp     // of the version below
	since   time.Time // when this stamp was first seen
	tells   bool      // the stamp belongs to this version only
	sum     [sha256.Size]byte
	taken   int   // how many contents were taken in so far
	roll    *roll // nil where refused says why
	refused error
	mustEnd bool // an #end line was seen once, and is expected from then on
}

var _ directory.Source = (*Source)(nil)

// New is a Source for a file, which need not be there yet. Invalid: the configuration is wrong; the
// error tells everything at once.
func New(cfg Config) (*Source, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	return &Source{cfg: cfg, turn: make(chan struct{}, 1), mustEnd: cfg.RequireEnd}, nil
}

// Page implements [directory.Source]. A read is always a complete listing, or of nothing where the
// file has not changed since the last one; then it costs one look at the file's times. Blocks for
// one read of the file where it changed.
func (s *Source) Page(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
	if tenant != s.cfg.Tenant {
		return directory.Page{}, unknownTenant()
	}
	scope := s.cfg.scope(group)
	at, known := parsePosition(cursor, scope)
	r, err := s.load(ctx, at.ended)
	if err != nil {
		return directory.Page{}, err
	}
	rows, exists := r.groups[fold(group)]
	switch {
	case !exists:
		return directory.Page{}, unknownGroup()
	case !known:
		return directory.Page{}, expired()
	case at.version == r.version && at.done:
		return directory.Page{Cursor: cursor, Last: true}, nil
	case at.done || at.version == "":
		at = position{scope: scope, version: r.version, ended: r.ended}
	case at.version != r.version || at.row > len(rows):
		return directory.Page{}, expired()
	}
	to := min(at.row+s.cfg.PageSize, len(rows))
	page := directory.Page{Members: make([]directory.Member, 0, to-at.row), Whole: true, Last: to == len(rows)}
	for _, row := range rows[at.row:to] {
		page.Members = append(page.Members, r.members[row])
	}
	at.row, at.done = to, page.Last
	page.Cursor = at.text()
	return page, nil
}

// Member implements [directory.Source]. It looks at the file each time, and reads it again where it
// changed. A group that the file does not name is no answer, not a no.
func (s *Source) Member(ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
	if tenant != s.cfg.Tenant {
		return directory.NoAnswer(unknownTenant())
	}
	if id.Directory != s.cfg.Name {
		return directory.NoAnswer(directory.Errorf(directory.Invalid, "the id is another directory's"))
	}
	r, err := s.load(ctx, false)
	if err != nil {
		return directory.NoAnswer(err)
	}
	rows, exists := r.groups[fold(group)]
	if !exists {
		return directory.NoAnswer(unknownGroup())
	}
	row, exists := r.byID[id.ID]
	if !exists {
		return directory.Out()
	}
	if _, belongs := slices.BinarySearch(rows, row); !belongs || !r.members[row].Active {
		return directory.Out()
	}
	return directory.In(r.members[row])
}

func unknownTenant() error {
	return directory.Errorf(directory.NotFound, "the tenant has no such directory")
}

func unknownGroup() error {
	return directory.Errorf(directory.NotFound, "the file does not name the group; if it is to be empty, declare it with a line %s and its name", groupLine)
}

func expired() error {
	return directory.Errorf(directory.Expired, "the file, or how it is read, has changed: begin again")
}

// load is what the file says now. ended says that a version of it is known to have had an #end
// line.
func (s *Source) load(ctx context.Context, ended bool) (*roll, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil {
		return nil, directory.Errorf(directory.Unavailable, "the read was cancelled: %w", err)
	}
	s.mustEnd = s.mustEnd || ended
	now := s.cfg.Now()
	seen, err := look(s.cfg.Path)
	if err != nil {
		return nil, err
	}
	if !s.tells || !s.stamp.same(seen) {
		if err := s.read(now); err != nil {
			return nil, err
		}
	}
	return s.believe(now)
}

// read reads the file again. What the bytes say is kept, and refused with them; that they could not
// be read is not.
func (s *Source) read(now time.Time) error {
	c, err := readFile(s.cfg.Path, s.cfg.MaxBytes)
	if err != nil {
		return err
	}
	if !s.stamp.same(c.stamp) {
		s.since = now
	}
	known := s.stamp.file != nil && s.sum == c.sum
	s.stamp, s.sum, s.tells = c.stamp, c.sum, c.stamp.tells(now)
	if known {
		return nil
	}
	s.roll = nil // makes room
	s.taken++
	t, err := parse(c.text, s.cfg.Columns, s.cfg.Delimiter)
	if s.refused = err; err != nil {
		return nil
	}
	s.roll = newRoll(s.cfg.Name, t, c.sum)
	s.roll.nth = s.taken
	s.cfg.Logger.Info("directory file read", "directory", s.cfg.Name,
		"people", len(s.roll.members), "groups", len(s.roll.groups), "version", s.roll.version)
	if n := s.roll.unusable; n > 0 {
		s.cfg.Logger.Warn("addresses can't be used", "directory", s.cfg.Name, "people", n)
	}
	return nil
}

// believe is what was read, unless the file may be half of one. An #end line vouches for the whole;
// without one the file must have been left alone for a moment.
func (s *Source) believe(now time.Time) (*roll, error) {
	switch {
	case s.refused != nil:
		return nil, s.refused
	case s.roll.ended:
		s.mustEnd = true
	case s.mustEnd:
		return nil, directory.Errorf(directory.Incomplete, "the file has no %s line: end it with %s and how many people it has", endLine, endLine)
	case now.Sub(s.stamp.file.ModTime()) < settleTime && now.Sub(s.since) < settleTime:
		return nil, directory.Errorf(directory.Unavailable, "the file was written a moment ago and has no %s line: %w", endLine, errBusy)
	}
	return s.roll, nil
}
