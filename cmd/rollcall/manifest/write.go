package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"rollcall/manifests"
)

// write puts files into a folder, which it makes if it isn't there, and says so for each.
func write(folder string, files []manifests.File, out io.Writer) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("the folder can't be made: %w: name another one with --out", err)
	}
	for _, file := range files {
		path := filepath.Join(folder, file.Name)
		word := "Wrote"
		switch old, err := os.Lstat(path); {
		case err == nil && old.IsDir():
			return fmt.Errorf("%s is a folder: take it away, or name another folder with --out", path)
		case err == nil:
			word = "Replaced"
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("the folder can't be written to: %w", err)
		}
		if err := replace(folder, path, file.Data); err != nil {
			return fmt.Errorf("the folder can't be written to: %w: name another one with --out", err)
		}
		if _, err := fmt.Fprintln(out, word, path); err != nil {
			return err
		}
	}
	return nil
}

// replace puts a whole file in its place: nobody uploads half of one.
func replace(folder, path string, data []byte) error {
	file, err := os.CreateTemp(folder, ".rollcall-*")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
