package csv

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// A program that sets back the time of a file that it changed in place, by as many bytes, is seen
// all the same: the system keeps the time of the inode, which nobody sets.
func TestSetBackTimeIsSeen(t *testing.T) {
	d := newDesk(t, nil)
	d.write(good)
	d.now = time.Now().Add(time.Hour) // long after, so that the stamp is trusted
	d.mustPage("")
	before, err := look(d.path)
	d.do(err)
	// Until the file system's clock has gone on.
	for after := before; after.changed.Equal(before.changed); {
		d.do(os.WriteFile(d.path, []byte(strings.Replace(good, "e2,", "e9,", 1)), 0o600))
		d.touch(before.file.ModTime())
		after, err = look(d.path)
		d.do(err)
	}
	if _, in := d.member("e1").IsIn(); !in {
		t.Fatal("the point check has no answer")
	}
	if page := d.mustPage(""); page.Members[1].ID.ID != "e9" {
		t.Error("the change is not seen")
	}
}

// A stamp says nothing while another version could still get the same.
func TestStampTells(t *testing.T) {
	d := newDesk(t, nil)
	d.write(good)
	seen, err := look(d.path)
	d.do(err)
	old := seen.changed.Add(-time.Hour)
	d.touch(old)
	seen, err = look(d.path)
	d.do(err)
	for _, tt := range []struct {
		name string
		at   time.Time
		want bool
	}{
		{"at once", seen.changed, false},
		{"a moment before it has settled", seen.changed.Add(settleTime - 1), false},
		{"settled", seen.changed.Add(settleTime), true},
		{"a clock behind", seen.changed.Add(-time.Minute), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := seen.tells(tt.at); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// A file whose content is not as long as it says is being written. Those of /proc always are.
func TestGrowingFileIsBusy(t *testing.T) {
	if _, err := readFile("/proc/self/status", 1<<20); !errors.Is(err, errBusy) {
		t.Errorf("got %v, want busy", err)
	}
}
