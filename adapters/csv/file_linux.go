package csv

import (
	"io/fs"
	"syscall"
	"time"
)

// inodeChange is when anything about the file last changed; unlike the time of its content, no
// program can set it.
func inodeChange(info fs.FileInfo) time.Time {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(stat.Ctim.Unix())
	}
	return time.Time{}
}
