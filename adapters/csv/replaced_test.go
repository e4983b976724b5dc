package csv

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// saves are the ways in which programs save a file.
var saves = []struct {
	name string
	save func(d *desk, text string)
}{
	{"in place", func(d *desk, text string) { d.write(text) }},
	{"moved into place", func(d *desk, text string) {
		beside := filepath.Join(filepath.Dir(d.path), "new")
		d.do(os.WriteFile(beside, []byte(text), 0o600))
		d.do(os.Rename(beside, d.path))
	}},
	{"the old one kept as a backup, then a new one", func(d *desk, text string) {
		_ = os.Remove(d.path + "~")
		if _, err := os.Stat(d.path); err == nil {
			d.do(os.Rename(d.path, d.path+"~"))
		}
		d.write(text)
	}},
	{"removed, then a new one", func(d *desk, text string) {
		_ = os.Remove(d.path)
		d.write(text)
	}},
	{"a link turned", func(d *desk, text string) {
		folder := filepath.Dir(d.path)
		for n := 0; ; n++ {
			target := filepath.Join(folder, "version"+strconv.Itoa(n))
			if _, err := os.Stat(target); err == nil {
				continue
			}
			d.do(os.WriteFile(target, []byte(text), 0o600))
			d.do(os.Symlink(target, d.path+".link"))
			d.do(os.Rename(d.path+".link", d.path))
			return
		}
	}},
	{"with the time of the old one", func(d *desk, text string) {
		info, err := os.Stat(d.path)
		d.write(text)
		if err == nil {
			d.touch(info.ModTime())
		}
	}},
}

func (d *desk) do(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// However a file is saved, and at once after it was read: the next call sees it. The versions have
// the same size.
func TestReplacedIsSeen(t *testing.T) {
	for _, tt := range saves {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, nil)
			for n := range 20 {
				id := "e" + strconv.Itoa(10+n)
				tt.save(d, "id,name,email,groups\n"+id+",Ann,,Sales\n#end 1\n")
				if _, in := d.member(id).IsIn(); !in {
					t.Fatalf("version %d: the point check does not see it", n)
				}
				if page := d.mustPage(""); len(page.Members) != 1 || page.Members[0].ID.ID != id {
					t.Fatalf("version %d: a page does not see it", n)
				}
			}
		})
	}
}

// Watch tells once of each version, waits while a file is being written, and tells of a file that
// is lost and of one that is found.
func TestWatchTellsOfEverySave(t *testing.T) {
	for _, tt := range saves {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, nil)
			tt.save(d, good)
			w := &watcher{d: d}
			w.wants(1, "the first look")
			w.wants(0, "nothing new")
			tt.save(d, strings.Replace(good, "Ann", "Eve", 1))
			w.wants(1, "a new version")
			w.wants(0, "nothing new")
			d.touch(d.now.Add(time.Second))
			w.wants(0, "touched, and not changed")
		})
	}
}

// Between two ticks somebody reads another version, and the one that was told of comes back.
func TestWatchTellsOfAVersionThatIsBack(t *testing.T) {
	d := newDesk(t, nil)
	d.write(good)
	w := &watcher{d: d}
	w.wants(1, "the first look")
	d.write(strings.Replace(good, "Ann", "Eve", 1))
	if _, err := d.Page(t.Context(), "t1", "Sales", ""); err != nil {
		t.Fatal(err)
	}
	d.write(good)
	w.wants(1, "as it was, and read otherwise meanwhile")
	w.wants(0, "nothing new")
}

func TestWatchWaitsOutAWriter(t *testing.T) {
	d := newDesk(t, nil)
	d.write(unended)
	w := &watcher{d: d}
	w.wants(0, "just written, without an end")
	d.pass(settleTime)
	w.wants(1, "still")
	d.write("id,name\n")
	w.wants(1, "damaged")
	w.wants(0, "still damaged")
	d.do(os.Remove(d.path))
	w.wants(1, "gone")
	w.wants(0, "still gone")
	d.write(good)
	w.wants(1, "back")
}

func TestWatchEndsWithItsTicks(t *testing.T) {
	d := newDesk(t, nil)
	d.write(good)
	ticks := make(chan time.Time, 3)
	for range cap(ticks) {
		ticks <- d.now
	}
	close(ticks)
	told := 0
	d.Watch(t.Context(), ticks, func() { told++ })
	if told != 1 {
		t.Errorf("told %d times in three ticks, want 1", told)
	}
}

func TestWatchEndsWithItsContext(t *testing.T) {
	d := newDesk(t, nil)
	d.write(good)
	ctx, cancel := context.WithCancel(t.Context())
	ticks := make(chan time.Time, 1)
	ticks <- d.now
	d.Watch(ctx, ticks, cancel)
}

// watcher is a Watch, tick by tick.
type watcher struct {
	d    *desk
	told string
}

// wants ticks once.
func (w *watcher) wants(times int, when string) {
	w.d.t.Helper()
	got := 0
	w.told = w.d.tell(w.d.t.Context(), w.told, func() { got++ })
	if got != times {
		w.d.t.Errorf("%s: told %d times, want %d", when, got, times)
	}
}

// A finished read of a file that has not changed costs a look at its times, whatever its size.
func TestUnchangedIsNotReadAgain(t *testing.T) {
	d := newDesk(t, nil)
	d.write(large(20_000))
	d.now = time.Now().Add(time.Hour) // long after the inode was last changed
	cursor := ""
	for {
		page, err := d.Page(t.Context(), "t1", "g0", cursor)
		if err != nil {
			t.Fatal(err)
		}
		if cursor = page.Cursor; page.Last {
			break
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 10 {
		page, err := d.Page(t.Context(), "t1", "g0", cursor)
		if err != nil || !page.Last || page.Whole || page.Cursor != cursor {
			t.Fatalf("got %+v, %v", page, err)
		}
		d.Member(t.Context(), "t1", "g0", directory.MemberID{Directory: "people", ID: "e000001"})
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 200_000 {
		t.Errorf("twenty calls allocated %d bytes: the file was read again", used)
	}
}
