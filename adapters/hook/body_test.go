package hook

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"rollcall/sync/directory"
)

var update = flag.Bool("update", false, "write the golden files anew")

var moment = time.Date(2026, 3, 2, 10, 0, 0, 123000000, time.FixedZone("CET", 3600))

func address(t *testing.T, text string) directory.Address {
	t.Helper()
	a, err := directory.ParseAddress(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// samples are a change of each kind, about people of whom nothing may leave but ids.
func samples(t *testing.T) map[string]directory.Changed {
	slack := directory.AccountID{Platform: "slack", Workspace: "T1", User: "U1"}
	webex := directory.AccountID{Platform: "webex", Workspace: "O1", User: "P1"}
	link := directory.Link{
		Key:   directory.LinkKey{Member: directory.MemberID{Directory: "people", ID: "1001"}, Pair: directory.PairOf("slack", "webex")},
		State: directory.Linked, Why: "Canary Why", Group: "staff", Primary: "slack", Secondary: "webex", Account: slack, Counterpart: webex,
		Member:     directory.Member{Name: "Canary Name", Email: address(t, "canary@acme.example"), Active: true},
		Alias:      address(t, "canary-alias@acme.example"),
		Evidence:   "canary-evidence",
		Ask:        directory.Prompt{Nonce: "canary-nonce", Number: "42", Mark: "canary-mark"},
		Candidates: []directory.Candidate{{Account: directory.AccountID{Platform: "webex", Workspace: "O1", User: "canary-candidate"}}},
	}
	change := func(from, to directory.State, why string, with func(*directory.Link)) directory.Changed {
		l := link
		l.State = to
		if with != nil {
			with(&l)
		}
		return directory.Changed{ID: "acme-42", At: moment, Tenant: "acme", Link: l, From: from, To: to, Event: directory.Confirm, Why: why}
	}
	return map[string]directory.Changed{
		"linked": change(directory.Confirming, directory.Linked, "both accounts said yes", nil),
		"new": change("", directory.New, "listed in staff", func(l *directory.Link) {
			l.Account, l.Counterpart = directory.AccountID{}, directory.AccountID{}
		}),
		"suspended-later": change(directory.Linked, directory.Suspended, "left <staff> & gone", func(l *directory.Link) { l.State = directory.Unsynced }),
		"stand-in": change(directory.Unmatched, directory.Represented, "a stand-in was made", func(l *directory.Link) {
			l.Counterpart = directory.AccountID{}
			l.StandIn = directory.StandIn{Kind: directory.StandInGuest, Marker: "canarymarker", Account: directory.AccountID{Platform: "webex", Workspace: "O1", User: "G1"}, Is: directory.Active}
		}),
		"stand-in-making": change(directory.Unmatched, directory.Represented, "", func(l *directory.Link) {
			l.Counterpart = directory.AccountID{}
			l.StandIn = directory.StandIn{Kind: directory.StandInBot, Is: directory.Making}
		}),
		"addresses-as-ids": change(directory.Confirming, directory.Linked, "canary@acme.example said yes", func(l *directory.Link) {
			l.Key.Member.ID = "canary@acme.example"
			l.Account.User = "canary@acme.example"
		}),
	}
}

// Others' programs read these bodies: whoever changes a golden breaks them.
func TestBodies(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	for name, c := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := encode(c)
			if err != nil {
				t.Fatal(err)
			}
			var shown bytes.Buffer
			if err := json.Indent(&shown, body, "", "  "); err != nil {
				t.Fatal(err)
			}
			shown.WriteByte('\n')
			file := "testdata/" + name + ".json"
			if *update {
				if err := os.WriteFile(file, shown.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if shown.String() != string(want) {
				t.Errorf("%s: got %s, want %s", file, shown.String(), want)
			}
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(value); err != nil {
				t.Errorf("changed.schema.json: %v", err)
			}
			for _, secret := range []string{"canary", "42\"", "@"} {
				if strings.Contains(strings.ToLower(strings.Replace(string(body), "acme-42", "", 1)), secret) {
					t.Errorf("%q is in the body: %s", secret, body)
				}
			}
		})
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("changed.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// The schema refuses what the bodies never are, so that it says something.
func TestSchemaIsStrict(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	good, err := os.ReadFile("testdata/stand-in.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new string }{
		{"another field", `"why":`, `"name": "Pat", "why":`},
		{"another field of the link", `"state":`, `"email": "", "state":`},
		{"no id", `"id": "acme-42",`, ``},
		{"another type", `link.changed`, `link.gone`},
		{"a local time", `09:00:00.123Z`, `10:00:00.123+01:00`},
		{"no time", `2026-03-02T09:00:00.123Z`, `yesterday`},
		{"an address for a member", `"1001"`, `"pat@acme.example"`},
		{"an address for a user", `"U1"`, `"pat@acme.example"`},
		{"another kind of stand-in", `"guest"`, `"ghost"`},
		{"another presence", `"active"`, `"here"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			spoilt := strings.Replace(string(good), c.old, c.new, 1)
			if spoilt == string(good) {
				t.Fatalf("%q is not in the sample", c.old)
			}
			value, err := jsonschema.UnmarshalJSON(strings.NewReader(spoilt))
			if err != nil {
				t.Fatal(err)
			}
			if schema.Validate(value) == nil {
				t.Errorf("got no error for %s", spoilt)
			}
		})
	}
}
