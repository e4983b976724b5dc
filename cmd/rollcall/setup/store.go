package setup

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rollcall/adapters/vault"
)

// refuse says why nothing may be written to a folder, before anybody answers a question for nothing.
func refuse(folder string, force bool) error {
	path := filepath.Join(folder, "rollcall.yaml")
	switch at, err := os.Lstat(path); {
	case err == nil && at.IsDir():
		return fmt.Errorf("%s is a folder: name another one with --out", path)
	case err == nil && !force:
		return fmt.Errorf("%s is there already: give --force to replace it, or name another folder with --out", path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the folder can't be used: %w", err)
	}
	return nil
}

// store writes the files, and answers the paths of those that it wrote. Keys and secrets that are
// there are kept: what was sealed with a key can't be read with another one.
func store(folder string, config []byte, secrets []secret, random io.Reader, now time.Time) ([]string, error) {
	inside := filepath.Join(folder, "secrets")
	err := os.MkdirAll(folder, 0o755)
	if err == nil {
		err = os.MkdirAll(inside, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("the folder can't be made: %w: name another one with --out", err)
	}
	if err := os.Chmod(inside, 0o700); err != nil { // it may have been there
		return nil, err
	}
	var made []string
	once := func(path string, text func() (string, error)) error {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		if err != nil {
			return err
		}
		line, err := text()
		if err == nil {
			_, err = io.WriteString(file, line+"\n")
		}
		made = append(made, path)
		return errors.Join(err, file.Close())
	}
	err = once(filepath.Join(folder, "rollcall.keys"), func() (string, error) { return vault.NewKey(random, now) })
	for _, s := range secrets {
		if s.Made && err == nil {
			err = once(filepath.Join(inside, s.File), func() (string, error) { return newSecret(random) })
		}
	}
	if err != nil {
		return made, err
	}
	path := filepath.Join(folder, "rollcall.yaml")
	if err := replace(folder, path, config); err != nil {
		return made, err
	}
	return append(made, path), nil
}

// replace puts the configuration in its place as a whole: the one that it replaces may be in use.
func replace(folder, path string, data []byte) error {
	file, err := os.CreateTemp(folder, ".rollcall-*") // it is readable by its owner only
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

func newSecret(random io.Reader) (string, error) {
	text := make([]byte, 32)
	_, err := io.ReadFull(random, text)
	return hex.EncodeToString(text), err
}
