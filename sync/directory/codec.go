package directory

import (
	"bytes"
	"encoding/json"
)

// recordVersion is the version of the stored form. A reader accepts its own and the one before.
const recordVersion = 1

// record is how anything is stored: its version beside it, so that two releases can share a store
// while one replaces the other.
type record[T any] struct {
	V int `json:"v"`
	R T   `json:"r"`
}

// Encode is the stored form of a value of this package (Link, Reading, Batch, …). Stores keep it
// beside the columns that they search by.
func Encode[T any](value T) ([]byte, error) {
	b, err := json.Marshal(record[T]{recordVersion, value})
	if err != nil {
		return nil, Errorf(Internal, "encoding a record: %w", err)
	}
	return b, nil
}

// Decode reads what [Encode] wrote. Invalid: the record is damaged, of an unknown version, or has
// a field that this release doesn't know (and so would lose).
func Decode[T any](b []byte) (T, error) {
	var r record[T]
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || dec.InputOffset() != int64(len(b)) {
		// The cause would quote the record, which names people.
		return r.R, Errorf(Invalid, "a stored record is damaged")
	}
	if r.V != recordVersion {
		return r.R, Errorf(Invalid, "a stored record has version %d; this release reads %d", r.V, recordVersion)
	}
	return r.R, nil
}
