package vault

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"rollcall/sync/directory"
)

// here is a place.
var here = Place{directory.Installation{Tenant: "acme", Platform: "slack", Workspace: "T1", Generation: 1}, directory.FieldToken}

// sealIn seals a text.
func sealIn(t testing.TB, keys Keys, place Place, text string) directory.Sealed {
	t.Helper()
	sealed, err := keys.Seal(place, directory.NewSecret(text))
	must(t, err)
	return sealed
}

// opens wants what is sealed to open as a text.
func opens(t testing.TB, keys Keys, place Place, sealed directory.Sealed, want string) {
	t.Helper()
	got, err := keys.Open(place, sealed)
	must(t, err)
	if got.Reveal() != want {
		t.Errorf("Open: got %q, want %q", got.Reveal(), want)
	}
}

// closed wants what is sealed not to open, nor to be wrapped anew.
func closed(t testing.TB, what string, keys Keys, place Place, sealed directory.Sealed, code directory.Code) {
	t.Helper()
	got, err := keys.Open(place, sealed)
	refused(t, what, err, code)
	if !got.IsZero() || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("%s: got a secret, %v, want none", what, err)
	}
}

func TestSeal(t *testing.T) {
	t.Parallel()
	keys := keysOf(t, line("k2", 2)+line("k1", 1))
	for _, text := range []string{"", "x", "xoxb-CANARY", "ж\x00\xff", strings.Repeat("long", 5000)} {
		sealed := sealIn(t, keys, here, text)
		opens(t, keys, here, sealed, text)
		if sealed.Key != "k2" {
			t.Errorf("key: got %v, want the first", sealed.Key)
		}
		if len(text) > 1 && bytes.Contains(slices.Concat(sealed.Text, sealed.Wrapped), []byte(text)) {
			t.Errorf("%.10q: got it in what is sealed", text)
		}
		again := sealIn(t, keys, here, text)
		if bytes.Equal(again.Text, sealed.Text) || bytes.Equal(again.Wrapped, sealed.Wrapped) {
			t.Errorf("%.10q, sealed twice: got the same, want it to differ", text)
		}
	}
	_, err := Keys{}.Seal(here, directory.NewSecret("CANARY"))
	refused(t, "Seal without keys", err, directory.Invalid, "key file")
}

// What was sealed for one place opens in no other, whichever coordinate differs.
func TestSealedElsewhere(t *testing.T) {
	t.Parallel()
	keys := keysOf(t, line("k1", 1))
	for _, c := range []struct {
		name string
		move func(p *Place)
	}{
		{"tenant", func(p *Place) { p.Installation.Tenant = "other" }},
		{"platform", func(p *Place) { p.Installation.Platform = "webex" }},
		{"workspace", func(p *Place) { p.Installation.Workspace = "T2" }},
		{"generation", func(p *Place) { p.Installation.Generation = 2 }},
		{"field", func(p *Place) { p.Field = directory.FieldRefresh }},
		{"what ends one and begins the next", func(p *Place) { p.Installation.Tenant, p.Installation.Platform = "acmes", "lack" }},
		{"two exchanged", func(p *Place) { p.Installation.Platform, p.Installation.Workspace = "T1", "slack" }},
		{"an empty one", func(p *Place) { p.Installation.Workspace, p.Field = "", "T1token" }},
		{"nowhere", func(p *Place) { *p = Place{} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			there := here
			c.move(&there)
			sealed := sealIn(t, keys, here, "CANARY")
			closed(t, "moved", keys, there, sealed, directory.Invalid)
			_, err := keys.Rewrap(there, sealed)
			refused(t, "Rewrap", err, directory.Invalid)
			// Both layers are tied to the place: a data key that belongs there opens no text of here.
			mixed := sealIn(t, keys, there, "CANARY")
			mixed.Text = sealed.Text
			closed(t, "with a data key of there", keys, there, mixed, directory.Invalid)
			data, err := keys.unwrap(here, sealed)
			must(t, err)
			wrapped, err := keys.wrap(there, data, sealed.Text)
			must(t, err)
			closed(t, "with its own data key, wrapped for there", keys, there, wrapped, directory.Invalid)
		})
	}
}

func TestSealedChanged(t *testing.T) {
	t.Parallel()
	keys := keysOf(t, line("k1", 1)+line("k2", 2))
	sealed := sealIn(t, keys, here, "CANARY")
	for i := range 8 * len(sealed.Wrapped) {
		bad := sealed
		bad.Wrapped = bytes.Clone(sealed.Wrapped)
		bad.Wrapped[i/8] ^= 1 << (i % 8)
		closed(t, "a bit of the data key", keys, here, bad, directory.Invalid)
	}
	for i := range 8 * len(sealed.Text) {
		bad := sealed
		bad.Text = bytes.Clone(sealed.Text)
		bad.Text[i/8] ^= 1 << (i % 8)
		closed(t, "a bit of the text", keys, here, bad, directory.Invalid)
	}
	other := sealIn(t, keys, here, "CANARY 2")
	for name, bad := range map[string]directory.Sealed{
		"another's data key": {Key: "k1", Wrapped: other.Wrapped, Text: sealed.Text},
		"another key's id":   {Key: "k2", Wrapped: sealed.Wrapped, Text: sealed.Text},
		"exchanged":          {Key: "k1", Wrapped: sealed.Text, Text: sealed.Wrapped},
		"cut off":            {Key: "k1", Wrapped: sealed.Wrapped, Text: sealed.Text[:len(sealed.Text)-1]},
		"no text":            {Key: "k1", Wrapped: sealed.Wrapped},
		"no data key":        {Key: "k1", Text: sealed.Text},
	} {
		closed(t, name, keys, here, bad, directory.Invalid)
	}
	closed(t, "nothing", keys, here, directory.Sealed{}, directory.NotFound)
	opens(t, keys, here, sealed, "CANARY")
}

func TestRewrapSealed(t *testing.T) {
	t.Parallel()
	old := keysOf(t, line("k1", 1))
	both := keysOf(t, line("k2", 2)+line("k1", 1))
	sealed := sealIn(t, old, here, "CANARY")
	anew, err := both.Rewrap(here, sealed)
	must(t, err)
	if anew.Key != "k2" || !bytes.Equal(anew.Text, sealed.Text) || bytes.Equal(anew.Wrapped, sealed.Wrapped) {
		t.Errorf("Rewrap: got %v, want another data key's wrapping by k2, and the same text", anew.Key)
	}
	opens(t, both, here, sealed, "CANARY")
	opens(t, both, here, anew, "CANARY")
	opens(t, keysOf(t, line("k2", 2)), here, anew, "CANARY")
	closed(t, "the old key alone", old, here, anew, directory.NotFound)
	_, err = old.Open(here, anew)
	refused(t, "a missing key", err, directory.NotFound, `"k2"`, "put it back")
	closed(t, "another key of that id", keysOf(t, line("k2", 3)), here, anew, directory.Invalid)
	_, err = old.Rewrap(here, anew)
	refused(t, "Rewrap without the key", err, directory.NotFound, `"k2"`)
}
