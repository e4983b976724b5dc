package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/goleak"

	"rollcall/sync/directory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start is a moment.
var start = time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("got %v, want no error", err)
	}
}

// refused wants an error with a code, and with all of the texts in it.
func refused(t testing.TB, what string, err error, code directory.Code, says ...string) {
	t.Helper()
	if !directory.Is(err, code) {
		t.Fatalf("%s: got %v, want %v", what, err, code)
	}
	for _, text := range says {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%s: got %q, want it to say %q", what, err, text)
		}
	}
}

// secretOf are the 32 bytes of a key.
func secretOf(b byte) []byte { return bytes.Repeat([]byte{b}, keySize) }

// line is a line of a key file.
func line(id string, b byte) string {
	return id + ":" + base64.StdEncoding.EncodeToString(secretOf(b)) + "\n"
}

func keysOf(t testing.TB, text string) Keys {
	t.Helper()
	keys, err := ParseKeys(text)
	must(t, err)
	return keys
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		text string
		want []string
	}{
		{"one", line("k1", 1), []string{"k1"}},
		{"no newline at the end", strings.TrimSpace(line("k1", 1)), []string{"k1"}},
		{"the first is the first", line("k2", 2) + line("k1", 1), []string{"k2", "k1"}},
		{"comments and blanks", "# ours\n\n  \n" + line("k1", 1) + "\t# old: " + line("k0", 0) + line("k.2_-", 2), []string{"k1", "k.2_-"}},
		{"another system's lines", strings.ReplaceAll(line("k1", 1)+line("k2", 2), "\n", "\r\n"), []string{"k1", "k2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			keys := keysOf(t, c.text)
			if got := keys.IDs(); !slices.Equal(got, c.want) || keys.Current() != c.want[0] {
				t.Errorf("got %v and %v, want %v", got, keys.Current(), c.want)
			}
		})
	}
}

func TestParseKeysRefuses(t *testing.T) {
	t.Parallel()
	encoded := base64.StdEncoding.EncodeToString
	for _, c := range []struct {
		name, text, says string
	}{
		{"nothing", "", "no key"},
		{"comments only", "# " + line("k1", 1), "no key"},
		{"no id", encoded(secretOf(1)), "line 1"},
		{"an empty id", ":" + encoded(secretOf(1)), "line 1"},
		{"an odd id", line("k1", 1) + line("k 2", 2), "line 2"},
		{"a long id", line(strings.Repeat("k", longestID+1), 1), "line 1"},
		{"the other way round", encoded(secretOf(1)) + ":k1", "line 1"},
		{"a short key", "k1:" + encoded(secretOf(1)[:31]), "32 bytes"},
		{"a long key", "k1:" + encoded(append(secretOf(1), 1)), "32 bytes"},
		{"an empty key", "k1:", "32 bytes"},
		{"hexadecimal", "k1:" + hex.EncodeToString(secretOf(1)), "line 1"},
		{"cut off", "k1:" + encoded(secretOf(1))[:40], "line 1"},
		{"something behind", "k1:" + encoded(secretOf(1)) + " k2", "base64"},
		{"an id twice", line("k1", 1) + "\n" + line("k1", 2), "line 3"},
		{"a key twice", line("k1", 1) + line("k2", 1), "line 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseKeys(c.text)
			refused(t, "ParseKeys", err, directory.Invalid, c.says)
			if strings.Contains(err.Error(), encoded(secretOf(1))[:8]) {
				t.Errorf("got %q, want nothing of the key in it", err)
			}
		})
	}
}

func FuzzParseKeys(f *testing.F) {
	for _, text := range []string{"", "#", ":", "k1:", line("k1", 1), "# c\r\n" + line("k1", 1) + line("k2", 2), line("k1", 1) + line("k1", 1), "k1:AAAA", "\x00:\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := ParseKeys(text)
		if err != nil {
			if !directory.Is(err, directory.Invalid) || len(keys.IDs()) != 0 {
				t.Fatalf("got %v and %v, want invalid and no keys", err, keys.IDs())
			}
			return
		}
		ids := keys.IDs()
		if len(ids) == 0 || len(ids) > strings.Count(text, "\n")+1 || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(ids) {
			t.Fatalf("ids: got %v, want some, each once", ids)
		}
		for _, id := range ids {
			if !validID(id) || !strings.Contains(text, id+":") {
				t.Fatalf("id: got %q, want one of the text", id)
			}
		}
	})
}

// A key doesn't print, however somebody tries.
func TestKeysDontPrint(t *testing.T) {
	t.Parallel()
	secret := []byte("a key that is 32 characters long")
	keys := keysOf(t, "k1:"+base64.StdEncoding.EncodeToString(secret))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		got := fmt.Sprintf(verb, keys)
		for _, form := range []string{string(secret), hex.EncodeToString(secret), base64.StdEncoding.EncodeToString(secret), strings.Trim(fmt.Sprint(secret), "[]")} {
			if strings.Contains(got, form[:12]) {
				t.Errorf("%s: got %q, want nothing of the key", verb, got)
			}
		}
	}
}

func TestNewKey(t *testing.T) {
	t.Parallel()
	random := append([]byte{0x1a, 0x2b, 0x3c, 0x4d}, secretOf(7)...)
	got, err := NewKey(bytes.NewReader(random), start.In(time.FixedZone("", 3600))) // there it is the next day
	must(t, err)
	if want := strings.TrimSpace(line("k20261122-1a2b3c4d", 7)); got != want {
		t.Errorf("NewKey: got %q, want %q", got, want)
	}
	keysOf(t, got)
	for _, rand := range []*bytes.Reader{bytes.NewReader(nil), bytes.NewReader(random[:35])} {
		_, err = NewKey(rand, start)
		refused(t, "NewKey without chance", err, directory.Unavailable)
	}
	_, err = NewKey(iotest.ErrReader(errors.New("no")), start)
	refused(t, "NewKey without chance", err, directory.Unavailable)
}

// keyFile writes a file with a mode.
func keyFile(t testing.TB, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	must(t, os.Chmod(path, mode))
	return path
}

func TestReadKeysMode(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o600, 0o400, 0o700} {
		if keys, err := ReadKeys(keyFile(t, line("k1", 1), mode)); err != nil || keys.Current() != "k1" {
			t.Errorf("mode %04o: got %v, %v, want k1", mode, keys.Current(), err)
		}
	}
	for _, mode := range []os.FileMode{0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666, 0o444} {
		path := keyFile(t, line("k1", 1), mode)
		for what, path := range map[string]string{"the file": path, "a link to it": link(t, path)} {
			keys, err := ReadKeys(path)
			refused(t, fmt.Sprintf("%s, mode %04o", what, mode), err, directory.Invalid, "chmod 600 "+path, fmt.Sprintf("%04o", mode))
			if keys.Current() != "" {
				t.Errorf("mode %04o: got keys, want none", mode)
			}
		}
	}
}

// link makes a link to a path.
func link(t testing.TB, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(path, to))
	return to
}

func TestReadKeysRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe")
	must(t, syscall.Mkfifo(pipe, 0o600))
	for _, c := range []struct {
		name, path string
		code       directory.Code
		says       string
	}{
		{"none", filepath.Join(folder, "none"), directory.NotFound, "none"},
		{"a link to none", link(t, filepath.Join(folder, "none")), directory.NotFound, "no key file"},
		{"a folder", folder, directory.Invalid, "not a file"},
		{"a pipe", pipe, directory.Invalid, "not a file"},
		{"a device", "/dev/null", directory.Invalid, "not a file"},
		{"a bad line", keyFile(t, "k1:AAAA", 0o600), directory.Invalid, "line 1 of the key file " + os.TempDir()},
		{"empty", keyFile(t, "", 0o600), directory.Invalid, "no key"},
		{"huge", keyFile(t, strings.Repeat("#\n", longestFile), 0o600), directory.Invalid, "too large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadKeys(c.path)
			refused(t, "ReadKeys", err, c.code, c.says)
		})
	}
	path := keyFile(t, line("k1", 1), 0o600)
	if keys, err := ReadKeys(link(t, path)); err != nil || keys.Current() != "k1" {
		t.Errorf("a link to a good one: got %v, %v, want k1", keys.Current(), err)
	}
}

func TestReadKeysOwner(t *testing.T) {
	t.Parallel()
	path := keyFile(t, line("k1", 1), 0o600)
	if err := os.Chown(path, 65534, -1); err != nil {
		t.Skip("skipped: only root can give a file away")
	}
	_, err := ReadKeys(path)
	refused(t, "somebody else's file", err, directory.Invalid, "65534", "chown")
}
