package csv

import (
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// settleTime is how long a file must have been still before its times say anything: some file
// systems give out a time for two seconds (FAT), others for a tick of some milliseconds, and two
// versions of a file within one such span look alike.
const settleTime = 2 * time.Second

// stamp is what one look at a file costs, and tells it from another version. Its zero value is no
// file.
type stamp struct {
	file    fs.FileInfo
	changed time.Time // of its inode, where the system tells; nobody can set it back
}

func (s stamp) same(other stamp) bool {
	return s.file != nil && other.file != nil && os.SameFile(s.file, other.file) &&
		s.file.Size() == other.file.Size() && s.file.ModTime().Equal(other.file.ModTime()) && s.changed.Equal(other.changed)
}

// tells reports whether at that time a stamp like this could belong to this version only.
func (s stamp) tells(now time.Time) bool {
	latest := s.file.ModTime()
	if s.changed.After(latest) {
		latest = s.changed
	}
	return now.Sub(latest) >= settleTime
}

// errBusy is the cause of errors that pass by themselves in a moment.
var errBusy = errors.New("it is being written")

// look is the stamp of the file at path, which must be an ordinary one.
func look(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, unreadable(err)
	}
	return stampOf(info)
}

func stampOf(info fs.FileInfo) (stamp, error) {
	if !info.Mode().IsRegular() {
		return stamp{}, directory.Errorf(directory.Invalid, "the path names no ordinary file: name the CSV file itself")
	}
	return stamp{info, inodeChange(info)}, nil
}

// unreadable is the error of a file that can't be read, without its path.
func unreadable(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return directory.Errorf(directory.Unavailable, "the file is not there: put it back, or correct the path")
	}
	return directory.Errorf(directory.Unavailable, "the file can't be read: %w", withoutPath(err))
}

// withoutPath is what the system said, without the path that it said it of.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}

// content is a file as it was at one moment.
type content struct {
	text  string
	sum   [sha256.Size]byte
	stamp stamp
}

// readFile reads a file that does not change meanwhile.
func readFile(path string, maxBytes int64) (content, error) {
	// A named pipe would block in Open.
	if _, err := look(path); err != nil {
		return content{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return content{}, unreadable(err)
	}
	defer f.Close()
	before, err := lookAt(f)
	if err != nil {
		return content{}, err
	}
	size := before.file.Size()
	if size > maxBytes {
		return content{}, directory.Errorf(directory.Invalid, "the file has %d bytes, and %d are allowed: raise the largest size if that is right", size, maxBytes)
	}
	var b strings.Builder
	b.Grow(int(size))
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(&b, hash), io.LimitReader(f, size+1))
	if err != nil {
		return content{}, unreadable(err)
	}
	after, err := lookAt(f)
	if err != nil {
		return content{}, err
	}
	// Being replaced by another file does not change this one's content.
	if n != size || after.file.Size() != size || !after.file.ModTime().Equal(before.file.ModTime()) {
		return content{}, directory.Errorf(directory.Unavailable, "the file changed while it was read: %w", errBusy)
	}
	return content{b.String(), [sha256.Size]byte(hash.Sum(nil)), before}, nil
}

func lookAt(f *os.File) (stamp, error) {
	info, err := f.Stat()
	if err != nil {
		return stamp{}, unreadable(err)
	}
	return stampOf(info)
}
