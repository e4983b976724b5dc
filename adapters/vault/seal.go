package vault

import (
	"crypto/rand"
	"encoding/binary"
	"slices"

	"rollcall/sync/directory"
)

// Place is where a secret belongs. What was sealed for one place opens in no other.
type Place struct {
	Installation directory.Installation
	Field        directory.Field
}

// Seal encrypts a secret with a data key of its own, and that with the ring's first key. Invalid:
// the ring is empty.
func (k Keys) Seal(place Place, secret directory.Secret) (directory.Sealed, error) {
	data := make([]byte, keySize)
	defer clear(data)
	_, _ = rand.Read(data) // never fails
	aead, err := newAEAD(data)
	if err != nil {
		return directory.Sealed{}, err
	}
	return k.wrap(place, data, aead.Seal(nil, nil, []byte(secret.Reveal()), place.bind("secret", "")))
}

// wrap encrypts a data key with the ring's first key.
func (k Keys) wrap(place Place, data, text []byte) (directory.Sealed, error) {
	if len(k.ring) == 0 {
		return directory.Sealed{}, directory.Errorf(directory.Invalid, "there is no key to seal a secret with: make a key file, and name it in the configuration")
	}
	first := k.ring[0]
	return directory.Sealed{Key: first.id, Wrapped: first.aead.Seal(nil, nil, data, place.bind("data key", first.id)), Text: text}, nil
}

// Open decrypts what was sealed for this place. NotFound: the key that it names is not in the ring.
// Invalid: it was changed, or sealed for another place or with another key of that id.
func (k Keys) Open(place Place, sealed directory.Sealed) (directory.Secret, error) {
	data, err := k.unwrap(place, sealed)
	if err != nil {
		return directory.Secret{}, err
	}
	defer clear(data)
	aead, err := newAEAD(data)
	if err != nil {
		return directory.Secret{}, err
	}
	text, err := aead.Open(nil, nil, sealed.Text, place.bind("secret", ""))
	if err != nil {
		return directory.Secret{}, errChanged()
	}
	return directory.NewSecret(string(text)), nil
}

// Rewrap encrypts a secret's data key with the ring's first key instead of the one that it was
// encrypted with. The secret itself is neither opened nor changed. Errors are those of [Keys.Open].
func (k Keys) Rewrap(place Place, sealed directory.Sealed) (directory.Sealed, error) {
	data, err := k.unwrap(place, sealed)
	if err != nil {
		return directory.Sealed{}, err
	}
	defer clear(data)
	return k.wrap(place, data, sealed.Text)
}

// unwrap decrypts a data key.
func (k Keys) unwrap(place Place, sealed directory.Sealed) ([]byte, error) {
	i := slices.IndexFunc(k.ring, func(key key) bool { return key.id == sealed.Key })
	if i < 0 {
		return nil, errMissing(sealed.Key)
	}
	data, err := k.ring[i].aead.Open(nil, nil, sealed.Wrapped, place.bind("data key", sealed.Key))
	if err != nil {
		return nil, errChanged()
	}
	return data, nil
}

func errMissing(id string) error {
	return directory.Errorf(directory.NotFound, "the key %.64q isn't in the key file: put it back", id)
}

func errChanged() error {
	return directory.Errorf(directory.Invalid, "a stored secret doesn't open: it was changed, or it belongs elsewhere, or its key was: restore a backup, or connect anew")
}

// bind is what a layer of the envelope is tied to: all the coordinates, each with its length before
// it, so that no two places have the same.
func (p Place) bind(layer, key string) []byte {
	inst := p.Installation
	var b []byte
	for _, part := range []string{"rollcall 1 " + layer, string(inst.Tenant), string(inst.Platform), string(inst.Workspace), string(p.Field), key} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(part)))
		b = append(b, part...)
	}
	return binary.BigEndian.AppendUint64(b, uint64(inst.Generation))
}
