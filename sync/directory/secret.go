package directory

import (
	"encoding/json"
	"log/slog"
)

// Secret is a token, a password or a signing key. It prints, logs and marshals as "[secret]";
// [Secret.Reveal] is the only way to its text.
type Secret struct{ text string }

// NewSecret wraps a secret's text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal is the secret itself: for the wire, never for a log.
func (s Secret) Reveal() string { return s.text }

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.text == "" }

// String hides the secret.
func (s Secret) String() string { return "[secret]" }

// GoString hides the secret.
func (s Secret) GoString() string { return "[secret]" }

// LogValue hides the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// MarshalJSON hides the secret: secrets are sealed before they are stored, never marshalled.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal("[secret]") }
