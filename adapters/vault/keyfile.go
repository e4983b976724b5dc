package vault

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// Rotate puts a new key in front of those of a file, in one step that a crash can't halve. What is
// sealed already is so with the earlier keys until [Vault.Rewrap]; a process that runs seals with
// them until it reads the file again, for [Vault.Use]. Errors are those of [ReadKeys], and Conflict:
// another process is changing the file.
func Rotate(path string) error {
	return change(path, func(lines, _ []string) ([]string, error) {
		line, err := NewKey(rand.Reader, time.Now())
		first := slices.IndexFunc(lines, func(line string) bool { return idOf(line) != "" })
		return slices.Insert(lines, first, line), err
	})
}

// Prune removes the keys from a file that neither seal nor are among those to be kept, which
// [Vault.KeysInUse] tells, and returns their ids. NotFound: one of those to be kept is not in the
// file; nothing is removed then. Else its errors are those of [Rotate].
func Prune(path string, keep []string) (removed []string, err error) {
	err = change(path, func(lines, ids []string) ([]string, error) {
		for _, id := range keep {
			if !slices.Contains(ids, id) {
				return nil, errMissing(id)
			}
		}
		return slices.DeleteFunc(lines, func(line string) bool {
			id := idOf(line)
			gone := id != "" && id != ids[0] && !slices.Contains(keep, id)
			if gone {
				removed = append(removed, id)
			}
			return gone
		}), nil
	})
	if err != nil {
		return nil, err
	}
	return removed, nil
}

func idOf(line string) string {
	id, _, _ := parseLine(line)
	return id
}

// change edits the lines of a key file, of which it also tells the ids of the keys. A file that would
// not be read afterwards is not written.
func change(path string, edit func(lines, ids []string) ([]string, error)) error {
	path, err := filepath.EvalSymlinks(path) // so that a link stays one
	if errors.Is(err, fs.ErrNotExist) {
		return directory.Errorf(directory.NotFound, "there is no key file there: make one, or put it back")
	}
	if err != nil {
		return directory.Errorf(directory.Unavailable, "the key file: %w", err)
	}
	return rewrite(path, func() (string, error) {
		text, err := readFile(path)
		if err != nil {
			return "", err
		}
		keys, err := parseKeys("the key file "+path, text)
		if err != nil {
			return "", err
		}
		lines, err := edit(strings.Split(text, "\n"), keys.IDs())
		if err != nil {
			return "", err
		}
		text = strings.Join(lines, "\n")
		_, err = ParseKeys(text)
		return text, err
	})
}

// rewrite makes a file what text says, whole or not at all, and durably. The file beside it under
// which it does so also keeps others from doing the same meanwhile.
func rewrite(path string, text func() (string, error)) error {
	draft := path + ".new"
	file, err := os.OpenFile(draft, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return directory.Errorf(directory.Conflict, "somebody else is changing the key file, or was interrupted in it: remove %s if nobody is", draft)
	case err != nil:
		return directory.Errorf(directory.Unavailable, "the key file: %w", err)
	}
	content, err := text()
	if err == nil {
		_, err = file.WriteString(content)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(draft, path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(draft))
	} else {
		err = keepName(filepath.Dir(path))
	}
	var ours *directory.Error
	if err == nil || errors.As(err, &ours) {
		return err
	}
	return directory.Errorf(directory.Unavailable, "the key file: %w", err)
}

// keepName makes a new name in a folder outlive a power cut.
func keepName(folder string) error {
	dir, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
