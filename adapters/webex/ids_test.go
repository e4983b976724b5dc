package webex

import (
	"encoding/base64"
	"strings"
	"testing"
)

const (
	someUUID = "f5b36187-c8dd-4727-8b2f-f9c447f29046"
	// As the API's documentation has it.
	somePerson = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS9mNWIzNjE4Ny1jOGRkLTQ3MjctOGIyZi1mOWM0NDdmMjkwNDY"
)

func TestParseID(t *testing.T) {
	t.Parallel()
	spell := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for _, tt := range []struct {
		name, kind, id, want string
	}{
		{"of the API", kindPerson, somePerson, someUUID},
		{"padded", kindPerson, somePerson + "==", someUUID},
		{"of a webhook's envelope", kindOrg, spell(someUUID), someUUID},
		{"bare", kindOrg, someUUID, someUUID},
		{"in capitals", kindOrg, strings.ToUpper(someUUID), someUUID},
		{"of another region", kindPerson, spell("ciscospark://eu/PEOPLE/" + someUUID), someUUID},
		{"of another kind", kindOrg, somePerson, ""},
		{"without a region", kindPerson, spell("ciscospark:///PEOPLE/" + someUUID), ""},
		{"with more", kindPerson, spell("ciscospark://us/PEOPLE/" + someUUID + "/x"), ""},
		{"another scheme", kindPerson, spell("ciscospork://us/PEOPLE/" + someUUID), ""},
		{"no UUID", kindPerson, spell("ciscospark://us/PEOPLE/ann"), ""},
		{"a long UUID", kindPerson, someUUID + "0", ""},
		{"a UUID with a wrong letter", kindPerson, "g" + someUUID[1:], ""},
		{"a UUID with a moved dash", kindPerson, "f5b3618-7c8dd-4727-8b2f-f9c447f29046", ""},
		{"nonsense", kindPerson, "%%%", ""},
		{"nothing", kindPerson, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseID(tt.kind, tt.id)
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
	if got := encodeID(kindPerson, someUUID); got != somePerson {
		t.Errorf("encoded as %s, want %s", got, somePerson)
	}
	if w, err := Workspace(encodeID(kindOrg, someUUID)); err != nil || string(w) != someUUID {
		t.Errorf("workspace %q, %v", w, err)
	}
}

// An id has one form: what is read is a UUID in lower case, and is read again from every spelling.
func FuzzParseID(f *testing.F) {
	f.Add(somePerson)
	f.Add(someUUID)
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(someUUID)))
	f.Fuzz(func(t *testing.T, id string) {
		for _, kind := range []string{kindPerson, kindOrg} {
			uuid, err := parseID(kind, id)
			if err != nil {
				if uuid != "" {
					t.Error("an error came with an id")
				}
				continue
			}
			if canonical, ok := canonicalUUID(uuid); !ok || canonical != uuid {
				t.Errorf("read %q", uuid)
			}
			if again, err := parseID(kind, encodeID(kind, uuid)); err != nil || again != uuid {
				t.Errorf("%q became %q, %v", uuid, again, err)
			}
		}
		if opaque(id) && strings.ContainsAny(id, "/?#%. ") {
			t.Errorf("%q may stand in a path", id)
		}
	})
}
