package csv

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

const unended = "id,name,email,groups\ne1,Ann Able,ann@corp.example,Sales\ne2,Bob Baker,bob@corp.example,Sales\n"

// desk is a Source, its file, and a clock that only the test moves. The clock begins at the
// machine's own time, which the file's times come from.
type desk struct {
	*Source
	t    *testing.T
	path string
	now  time.Time
}

func newDesk(t *testing.T, edit func(*Config)) *desk {
	t.Helper()
	d := &desk{t: t, path: filepath.Join(t.TempDir(), "people.csv"), now: time.Now()}
	cfg := Config{Tenant: "t1", Name: "people", Path: d.path, Now: func() time.Time { return d.now }}
	if edit != nil {
		edit(&cfg)
	}
	source, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	d.Source = source
	return d
}

// write makes the file say this in place, last changed at the desk's time.
func (d *desk) write(text string) {
	d.t.Helper()
	if err := os.WriteFile(d.path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	d.touch(d.now)
}

func (d *desk) touch(at time.Time) {
	d.t.Helper()
	if err := os.Chtimes(d.path, at, at); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) pass(span time.Duration) { d.now = d.now.Add(span) }

// page reads a page of Sales.
func (d *desk) page(cursor string) (directory.Page, error) {
	return d.Page(d.t.Context(), "t1", "Sales", cursor)
}

func (d *desk) mustPage(cursor string) directory.Page {
	d.t.Helper()
	page, err := d.page(cursor)
	if err != nil {
		d.t.Fatal(err)
	}
	return page
}

func (d *desk) member(id string) directory.Standing {
	return d.Member(d.t.Context(), "t1", "Sales", directory.MemberID{Directory: "people", ID: id})
}

// wants checks that neither a page nor the point check has an answer.
func (d *desk) refuses(code directory.Code, says string) {
	d.t.Helper()
	page, err := d.page("")
	if !directory.Is(err, code) || !strings.Contains(err.Error(), says) {
		d.t.Errorf("a page: %v, want %v and %q", err, code, says)
	}
	if page.Last || len(page.Members) > 0 {
		d.t.Error("a page came with the error")
	}
	if standing := d.member("e2"); !directory.Is(standing.Err(), code) || standing.IsOut() {
		d.t.Errorf("the point check: out %v, %v", standing.IsOut(), standing.Err())
	}
}

// A file that was cut off between two lines looks whole. Without an #end line it is believed only
// when nobody writes it any more.
func TestHalfWrittenIsWaitedOut(t *testing.T) {
	d := newDesk(t, nil)
	d.write(unended)
	d.refuses(directory.Unavailable, "written a moment ago")
	if _, err := d.page(""); !errors.Is(err, errBusy) {
		t.Errorf("the cause is not that it is busy: %v", err)
	}
	d.pass(settleTime - 1)
	d.refuses(directory.Unavailable, "written a moment ago")
	d.pass(1)
	if page := d.mustPage(""); len(page.Members) != 2 || !page.Last {
		t.Errorf("got %+v", page)
	}
	// Half of the next version: it is not believed while it grows.
	d.write(unended[:strings.Index(unended, "e2")])
	d.refuses(directory.Unavailable, "written a moment ago")
	d.pass(time.Second)
	d.write(unended + "e3,Cy,,Sales\n")
	d.pass(time.Second)
	d.refuses(directory.Unavailable, "written a moment ago")
	d.pass(time.Second)
	if page := d.mustPage(""); len(page.Members) != 3 {
		t.Errorf("got %+v", page)
	}
}

// The clock of a file server may be ahead: then it counts how long we have seen it still.
func TestHalfWrittenWithAClockAhead(t *testing.T) {
	d := newDesk(t, nil)
	d.write(unended)
	d.touch(d.now.Add(time.Hour))
	d.refuses(directory.Unavailable, "written a moment ago")
	d.pass(settleTime)
	d.mustPage("")
}

func TestHalfWrittenNeedsNoWaitWithAnEnd(t *testing.T) {
	d := newDesk(t, nil)
	d.write(unended + "#end 2\n")
	d.mustPage("")
	d.write(unended + "#end 3\n")
	d.refuses(directory.Incomplete, "says 3")
}

// Who once wrote an #end line goes on writing it: else a file that was cut off would be believed.
func TestEndIsRequiredOnceSeen(t *testing.T) {
	cut := unended[:strings.Index(unended, "e2")]
	for _, tt := range []struct {
		name string
		then func(d *desk, cursor string) (*desk, string)
	}{
		{"in this process", func(d *desk, cursor string) (*desk, string) { return d, cursor }},
		{"after a restart, by the cursor", func(d *desk, cursor string) (*desk, string) {
			again, err := New(d.cfg)
			if err != nil {
				d.t.Fatal(err)
			}
			d.Source = again
			return d, cursor
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, nil)
			d.write(unended + "#end 2\n")
			cursor := d.mustPage("").Cursor
			d, cursor = tt.then(d, cursor)
			d.write(cut)
			d.pass(time.Hour)
			if _, err := d.page(cursor); !directory.Is(err, directory.Incomplete) || !strings.Contains(err.Error(), "#end") {
				t.Errorf("from the cursor: %v", err)
			}
			d.refuses(directory.Incomplete, "no #end line")
			d.write(unended + "#end 2\n")
			if page := d.mustPage(cursor); !page.Last || page.Whole {
				t.Errorf("the same file again is not unchanged: %+v", page)
			}
		})
	}
	t.Run("by the configuration", func(t *testing.T) {
		d := newDesk(t, func(cfg *Config) { cfg.RequireEnd = true })
		d.write(unended)
		d.pass(time.Hour)
		d.refuses(directory.Incomplete, "no #end line")
	})
}

func TestTooLarge(t *testing.T) {
	d := newDesk(t, func(cfg *Config) { cfg.MaxBytes = int64(len(unended)) })
	d.write(unended)
	d.pass(time.Hour)
	d.mustPage("")
	d.write(unended + "\n")
	d.refuses(directory.Invalid, "raise the largest size")
}

// A call that waits for another one's look at the file gives up with its context.
func TestWaitingForTheTurnEndsWithTheContext(t *testing.T) {
	d := newDesk(t, nil)
	d.write(good)
	d.turn <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Page(ctx, "t1", "Sales", ""); !errors.Is(err, context.Canceled) || !directory.Is(err, directory.Unavailable) {
		t.Errorf("got %v", err)
	}
	<-d.turn
	d.mustPage("")
}
