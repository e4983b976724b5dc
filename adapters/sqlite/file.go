package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"rollcall/sync/directory"
)

// findFile is the database's path in the one form by which its lock is found, whichever link leads
// to it. It refuses a path that can't be one.
func findFile(path string) (string, error) {
	if path == "" {
		return "", directory.Errorf(directory.Invalid, "the database needs a path")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", directory.Errorf(directory.Invalid, "the database's path %s: %v", path, err)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	folder := filepath.Dir(path)
	stat, err := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", directory.Errorf(directory.Invalid, "the database's folder %s does not exist: make it, or choose another path", folder)
	case err != nil:
		return "", directory.Errorf(directory.Unavailable, "the database's folder: %v", err)
	case !stat.IsDir():
		return "", directory.Errorf(directory.Invalid, "%s is not a folder: choose another path", folder)
	}
	return path, nil
}

// lockFile takes the lock beside the file. The kernel gives it back when the process ends, however
// it does; the .lock file itself stays, since removing it would race with somebody who opens it.
func lockFile(path string) (*os.File, error) {
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, directory.Errorf(directory.Unavailable, "the database's lock: %v", err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return lock, nil
	}
	_ = lock.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, directory.Errorf(directory.Conflict, "another rollcall has %s open: stop it, or choose another path", path)
	}
	return nil, directory.Errorf(directory.Unavailable, "locking %s.lock: %v", path, err)
}

// unlockFile gives the lock back. Closing would not do while another part of the program starts a
// process: until that has begun, it has the lock's file open as well.
func unlockFile(lock *os.File) error {
	return errors.Join(syscall.Flock(int(lock.Fd()), syscall.LOCK_UN), lock.Close())
}

// makeFile makes the database file with the mode that it is to have, since SQLite would make it
// with another, and gives its own files the same. It refuses files that others can read.
func makeFile(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case err == nil:
		return errors.Join(file.Close(), keep(filepath.Dir(path)))
	case !errors.Is(err, fs.ErrExist):
		return directory.Errorf(directory.Unavailable, "making the database: %v", err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		stat, err := os.Stat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist) && name == path:
			return directory.Errorf(directory.Invalid, "%s is a link that leads nowhere: remove it, or choose another path", name)
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return directory.Errorf(directory.Unavailable, "the database: %v", err)
		case !stat.Mode().IsRegular():
			return directory.Errorf(directory.Invalid, "%s is not a file: choose another path", name)
		case stat.Mode().Perm()&0o077 != 0:
			return directory.Errorf(directory.Invalid, "%s can be read by others (mode %04o): chmod 600 %s", name, stat.Mode().Perm(), name)
		}
	}
	return nil
}

// keep makes a new name in a folder outlive a power cut.
func keep(folder string) error {
	dir, err := os.Open(folder)
	if err != nil {
		return directory.Errorf(directory.Unavailable, "the database's folder: %v", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return directory.Errorf(directory.Unavailable, "the database's folder: %v", err)
	}
	return nil
}
