package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"rollcall/sync/directory"
)

// keySize is that of AES-256, in bytes.
const keySize = 32

// Keys is a ring of keys: the first seals, and all of them open. The zero value has none. The keys
// themselves can't be got out of it again, and don't print.
type Keys struct{ ring []key }

type key struct {
	id   string
	aead cipher.AEAD // and not its bytes, so that nothing can print them
}

// ParseKeys reads a key ring from its text: lines of an id, a colon, and 32 bytes in base64, blank
// lines and lines that begin with # aside. Invalid: there is no key, one is too short or too long,
// or one is there twice. What it says names lines by their numbers and quotes nothing.
func ParseKeys(text string) (Keys, error) { return parseKeys("the keys", text) }

// parseKeys reads a key ring, and calls it by a name in its errors.
func parseKeys(name, text string) (Keys, error) {
	var keys Keys
	ids := make(map[string]bool)
	known := make(map[string]bool)
	for i, line := range strings.Split(text, "\n") {
		id, secret, err := parseLine(line)
		switch {
		case err != nil:
			return Keys{}, directory.Errorf(directory.Invalid, "line %d of %s %w", i+1, name, err)
		case id == "":
			continue
		case ids[id]:
			return Keys{}, directory.Errorf(directory.Invalid, "line %d of %s has an id that an earlier one has: remove one of them", i+1, name)
		case known[string(secret)]:
			return Keys{}, directory.Errorf(directory.Invalid, "line %d of %s has the same key as an earlier one: remove one of them", i+1, name)
		}
		ids[id], known[string(secret)] = true, true
		aead, err := newAEAD(secret)
		if err != nil {
			return Keys{}, err
		}
		keys.ring = append(keys.ring, key{id, aead})
	}
	if len(keys.ring) == 0 {
		return Keys{}, directory.Errorf(directory.Invalid, "there is no key in %s: make one", name)
	}
	return keys, nil
}

// parseLine is the id and the key of a line, and no id for a line that has none by right.
func parseLine(line string) (id string, secret []byte, err error) {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return "", nil, nil
	}
	id, encoded, ok := strings.Cut(line, ":")
	if !ok || !validID(id) {
		return "", nil, errors.New("is none: it has an id of letters, digits, dots and dashes, a colon, and the key in base64")
	}
	secret, err = base64.StdEncoding.Strict().DecodeString(encoded)
	switch {
	case err != nil:
		return "", nil, errors.New("has a key that is not in base64: copy it whole") // the cause would quote it
	case len(secret) != keySize:
		return "", nil, errors.New("has a key that is not 32 bytes long: make another one")
	}
	return id, secret, nil
}

// longestID is the length of the longest id of a key.
const longestID = 64

func validID(id string) bool {
	if id == "" || len(id) > longestID {
		return false
	}
	for _, c := range []byte(id) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// newAEAD is AES-256-GCM, with a random nonce in front of what it seals.
func newAEAD(secret []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, directory.Errorf(directory.Internal, "a key of %d bytes", len(secret))
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, directory.Errorf(directory.Internal, "the cipher: %w", err)
	}
	return aead, nil
}

// Current is the id of the key that seals; empty: there is none.
func (k Keys) Current() string {
	if len(k.ring) == 0 {
		return ""
	}
	return k.ring[0].id
}

// IDs are the ids of all keys, in the order of the ring.
func (k Keys) IDs() []string {
	ids := make([]string, len(k.ring))
	for i, key := range k.ring {
		ids[i] = key.id
	}
	return ids
}

// longestFile is how much of a key file is read: far more than a ring has.
const longestFile = 1 << 20

// ReadKeys reads the key ring of a file, by whichever link. Invalid, with what to do about it: group
// or others may read or write the file, it belongs to neither root nor the user that asks, or it is
// not as [ParseKeys] wants it. NotFound: there is no such file.
func ReadKeys(path string) (Keys, error) {
	text, err := readFile(path)
	if err != nil {
		return Keys{}, err
	}
	return parseKeys("the key file "+path, text)
}

// readFile reads a file that nobody else can have read or written.
func readFile(path string) (string, error) {
	// Without waiting: somebody could have put a pipe there.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", directory.Errorf(directory.NotFound, "there is no key file %s: make one, or put it back", path)
	case err != nil:
		return "", directory.Errorf(directory.Unavailable, "the key file: %w", err)
	}
	defer func() { _ = file.Close() }()
	// Of the open file, which nobody can exchange any more.
	stat, err := file.Stat()
	if err != nil {
		return "", directory.Errorf(directory.Unavailable, "the key file: %w", err)
	}
	if err := trusted(path, stat); err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(file, longestFile+1))
	switch {
	case err != nil:
		return "", directory.Errorf(directory.Unavailable, "the key file: %w", err)
	case len(text) > longestFile:
		return "", directory.Errorf(directory.Invalid, "the key file %s is too large for one: choose another path", path)
	}
	return string(text), nil
}

// trusted refuses a file that somebody else may have read or written.
func trusted(path string, stat fs.FileInfo) error {
	mode := stat.Mode()
	owner, ok := stat.Sys().(*syscall.Stat_t)
	switch {
	case !mode.IsRegular():
		return directory.Errorf(directory.Invalid, "the key file %s is not a file: choose another path", path)
	case mode.Perm()&0o077 != 0:
		return directory.Errorf(directory.Invalid, "the key file %s is open to others than its owner (mode %04o): chmod 600 %s, and rotate the key if somebody may have read it", path, mode.Perm(), path)
	case !ok:
		return directory.Errorf(directory.Unsupported, "the owner of the key file %s can't be found out here", path)
	case owner.Uid != 0 && int(owner.Uid) != os.Geteuid():
		return directory.Errorf(directory.Invalid, "the key file %s belongs to user %d, and this runs as user %d: run it as the file's owner, or, if Rollcall is to run as user %[3]d, chown the file to that one", path, owner.Uid, os.Geteuid())
	}
	return nil
}

// NewKey is the line of a new key for a key file. Its id has the day in it, and something random.
func NewKey(rand io.Reader, now time.Time) (line string, err error) {
	random := make([]byte, 4+keySize)
	if _, err := io.ReadFull(rand, random); err != nil {
		return "", directory.Errorf(directory.Unavailable, "a new key: %w", err)
	}
	id := "k" + now.UTC().Format("20060102") + "-" + hex.EncodeToString(random[:4])
	return id + ":" + base64.StdEncoding.EncodeToString(random[4:]), nil
}
