package directory

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// ids are parts of ids that a careless codec would mix up.
var ids = []string{
	"", "plain", "/", "%", "%2F", "a/b", "a%2Fb", "..", "+", " ", "a b", "ж", "e\u0301", "é", "\x00", "\xff", "\xfe", "\n",
	"名前", "👩‍👩‍👧", "\u202e", "?", "#", "&", ":", ";", "@", "~", "A", "a", strings.Repeat("long/", 100),
}

func TestAccountIDText(t *testing.T) {
	t.Parallel()
	seen := make(map[string]AccountID)
	for _, a := range ids {
		for _, b := range ids {
			for _, id := range []AccountID{{Platform(a), Workspace(b), "u"}, {"p", Workspace(a), b}} {
				text := id.Text()
				if got, err := ParseAccountID(text); err != nil || got != id {
					t.Errorf("ParseAccountID(%q): got %q, %v, want %q", text, got, err, id)
				}
				if other, twice := seen[text]; twice && other != id {
					t.Errorf("Text: got %q for %q and for %q, want two", text, other, id)
				}
				seen[text] = id
			}
		}
	}
}

func TestTextsThatNobodyWrote(t *testing.T) {
	t.Parallel()
	parsers := map[string]func(string) error{
		"account": func(s string) error { _, err := ParseAccountID(s); return err },
		"member":  func(s string) error { _, err := ParseMemberID(s); return err },
		"link":    func(s string) error { _, err := ParseLinkKey(s); return err },
	}
	for _, c := range []struct{ parser, text string }{
		{"account", ""},
		{"account", "a"},
		{"account", "a/b"},
		{"account", "a/b/c/d"},
		{"account", "a/b/c/"},
		{"account", "a/b/%"},
		{"account", "a/b/%2"},
		{"account", "a/b/%zz"},
		{"account", "a/b/%61"},   // an escaped letter
		{"account", "a/b/%2f"},   // a lower-case escape
		{"account", "a/b/c d"},   // a space that is not escaped
		{"account", "a/b/ж"},     // a letter that is not escaped
		{"account", "a/b/c?d"},   // a mark that is not escaped
		{"account", "a/b/c\x00"}, // a byte that is not escaped
		{"member", ""},
		{"member", "a"},
		{"member", "a/b/c"},
		{"member", "a/%c3%A9"},
		{"link", "d/m/slack"},
		{"link", "d/m/slack/webex/x"},
		{"link", "d/m/webex/slack"}, // the pair is not in order
		{"link", "d/m/slack/slack"}, // no pair
		{"link", "///"},             // nobody's
	} {
		if err := parsers[c.parser](c.text); !Is(err, Invalid) {
			t.Errorf("%s %q: got %v, want invalid", c.parser, c.text, err)
		}
	}
}

func FuzzAccountID(f *testing.F) {
	for i, s := range ids {
		f.Add(s, ids[len(ids)-1-i], "user")
	}
	f.Fuzz(func(t *testing.T, platform, workspace, user string) {
		want := AccountID{Platform(platform), Workspace(workspace), user}
		if got, err := ParseAccountID(want.Text()); err != nil || got != want {
			t.Errorf("ParseAccountID(%q): got %q, %v, want %q", want.Text(), got, err, want)
		}
		if got, err := ParseAccountID(platform); err == nil && got.Text() != platform {
			t.Errorf("a second spelling %q: got %q", platform, got.Text())
		}
	})
}

func FuzzMemberID(f *testing.F) {
	for i, s := range ids {
		f.Add(s, ids[len(ids)-1-i])
	}
	f.Add("people/1", "a/%C3%A9")
	f.Fuzz(func(t *testing.T, directory, id string) {
		want := MemberID{directory, id}
		if got, err := ParseMemberID(want.Text()); err != nil || got != want {
			t.Errorf("ParseMemberID(%q): got %q, %v, want %q", want.Text(), got, err, want)
		}
		if got, err := ParseMemberID(directory); err == nil && got.Text() != directory {
			t.Errorf("a second spelling %q: got %q", directory, got.Text())
		}
	})
}

func FuzzLinkKey(f *testing.F) {
	for i, s := range ids {
		f.Add(s, ids[len(ids)-1-i], "slack", "webex")
	}
	f.Add("people/1/slack/webex", "people/1/webex/slack", "webex", "slack")
	f.Fuzz(func(t *testing.T, directory, id, x, y string) {
		want := LinkKey{MemberID{directory, id}, PairOf(Platform(x), Platform(y))}
		got, err := ParseLinkKey(want.Text())
		switch {
		case x == y && !Is(err, Invalid):
			t.Errorf("a link of %q with itself: got %v, %v, want invalid", x, got, err)
		case x != y && (err != nil || got != want):
			t.Errorf("ParseLinkKey(%q): got %q, %v, want %q", want.Text(), got, err, want)
		}
		if got, err := ParseLinkKey(directory); err == nil && got.Text() != directory {
			t.Errorf("a second spelling %q: got %q", directory, got.Text())
		}
	})
}

func FuzzLinkRecord(f *testing.F) {
	f.Add("people", "1", "someone@acme.example", "linked", int64(1_700_000_000_000_000_001), true, 3)
	f.Add("ж/", "\x00", "", "", int64(0), false, 0)
	f.Add("<&>", "\u2028", "zoë+tag@example.org", "found", int64(-1), true, -5)
	f.Fuzz(func(t *testing.T, directory, id, email, state string, nanos int64, flag bool, n int) {
		if !utf8.ValidString(directory) || !utf8.ValidString(id) || !utf8.ValidString(state) {
			t.Skip("records are JSON, which is Unicode")
		}
		address, _ := ParseAddress(email)
		moment := time.Unix(0, nanos).UTC()
		prompt := Prompt{
			To: AccountID{Platform(state), Workspace(directory), id}, Nonce: Nonce(id).Hash(), Tried: moment,
			Ref: MessageRef{id, directory, n}, Choices: []string{id, state}, Want: Face(state), Attempts: n,
		}
		want := Link{
			Key: LinkKey{MemberID{directory, id}, Pair{"slack", "webex"}}, State: State(state), Why: directory,
			Member: Member{ID: MemberID{directory, id}, Name: id, Email: address, Active: flag}, Group: GroupID(id),
			Account: prompt.To, Waves: n, LastWave: moment, Ask: prompt, Proof: Prompt{Used: prompt.Nonce, Expires: moment},
			Leaving: Leaving{Since: moment, Batch: id, Approved: flag}, Barred: []Bar{{prompt.To, moment}}, DueAt: moment,
			Version: int64(n), Fence: nanos, Lease: moment,
		}
		b, err := Encode(want)
		if err != nil {
			t.Fatalf("Encode: got %v, want no error", err)
		}
		if got, err := Decode[Link](b); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Decode(%s): got %+v, %v, want %+v", b, got, err, want)
		}
	})
}

// What is decoded at all is what Encode would write of it.
func FuzzDecodeLink(f *testing.F) {
	whole, err := Encode(Link{Key: LinkKey{Member: MemberID{"people", "1"}, Pair: Pair{"slack", "webex"}}, State: Linked})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte(`{"v":1,"r":{"State":"linked","DueAt":"2026-03-02T09:00:00.123456789+01:00"}}`))
	f.Add([]byte(`{"v":1,"r":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := Decode[Link](b)
		if err != nil {
			if !Is(err, Invalid) {
				t.Errorf("Decode(%q): got %v, want invalid", b, err)
			}
			return
		}
		again, err := Encode(first)
		if err != nil {
			t.Fatalf("Encode of what was decoded from %q: got %v, want no error", b, err)
		}
		second, err := Decode[Link](again)
		if err != nil {
			t.Fatalf("Decode(%q): got %v, want no error", again, err)
		}
		if third, err := Encode(second); err != nil || string(third) != string(again) {
			t.Errorf("encoded again: got %s, %v, want %s", third, err, again)
		}
	})
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, record string }{
		{"nothing", ``},
		{"no JSON", `linked`},
		{"another shape", `[]`},
		{"null", `null`},
		{"no version", `{"r":{"State":"linked"}}`},
		{"an older version than any", `{"v":0,"r":{}}`},
		{"a newer version", `{"v":2,"r":{}}`},
		{"a field that is not known", `{"v":1,"r":{"State":"linked","Colour":"red"}}`},
		{"a field beside the record", `{"v":1,"r":{},"x":1}`},
		{"cut off", `{"v":1,"r":{"State":"linked"`},
		{"another kind of value", `{"v":1,"r":{"State":7}}`},
		{"an address that is none", `{"v":1,"r":{"Member":{"Email":"nobody"}}}`},
		{"an address in another form", `{"v":1,"r":{"Member":{"Email":"Someone@acme.example"}}}`},
		{"something behind it", `{"v":1,"r":{}}{"v":1,"r":{}}`},
		{"rubbish behind it", `{"v":1,"r":{}} x`},
	} {
		if got, err := Decode[Link]([]byte(c.record)); !Is(err, Invalid) {
			t.Errorf("%s: got %v, %v, want invalid", c.name, got, err)
		}
	}
}

// An error of a record never quotes it: records name people.
func TestDecodeErrorsAreDiscreet(t *testing.T) {
	t.Parallel()
	for _, record := range []string{
		`{"v":1,"r":{"Member":{"Email":"Canary@acme.example"}}}`, `{"v":1,"r":{"Member":{"Name":7,"canary":1}}}`, `canary`,
	} {
		if _, err := Decode[Link]([]byte(record)); err == nil || strings.Contains(strings.ToLower(err.Error()), "canary") {
			t.Errorf("Decode(%s): got %v, want an error that does not quote it", record, err)
		}
	}
}

// Records that were stored before a field came are read: it is empty then, and means what it meant
// before it was there: not parked, no draft, no limit, no job.
func TestDecodeReadsOlderRecords(t *testing.T) {
	t.Parallel()
	if l, err := Decode[Link]([]byte(`{"v":1,"r":{"State":"linked","Barred":null,"Version":3}}`)); err != nil || !reflect.DeepEqual(l, Link{State: Linked, Version: 3}) {
		t.Errorf("a link: got %+v, %v", l, err)
	}
	if g, err := Decode[Group]([]byte(`{"v":1,"r":{"ID":"staff","Paused":true,"Retired":false}}`)); err != nil || g != (Group{ID: "staff", Paused: true}) {
		t.Errorf("a group: got %+v, %v", g, err)
	}
	if r, err := Decode[Reading]([]byte(`{"v":1,"r":{"ID":"group/staff","Cursor":"c"}}`)); err != nil || !reflect.DeepEqual(r, Reading{ID: "group/staff", Cursor: "c"}) {
		t.Errorf("a reading: got %+v, %v", r, err)
	}
	want := Tenant{ID: "acme", Settings: Settings{On: true, QuietFrom: 18, QuietTo: 8}, SignedUp: true}
	if got, err := Decode[Tenant]([]byte(`{"v":1,"r":{"ID":"acme","SignedUp":true,"Settings":{"On":true,"QuietFrom":18,"QuietTo":8,"StandIns":null}}}`)); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("a tenant: got %+v, %v", got, err)
	}
}

// The form of a stored link. When this changes, links that are stored already can't be read any
// more, unless the new release reads the old form too: see recordVersion.
func TestLinkRecordGolden(t *testing.T) {
	t.Parallel()
	l := Link{
		Key: LinkKey{MemberID{"people", "1"}, Pair{"slack", "webex"}}, State: Asking,
		Member: Member{ID: MemberID{"people", "1"}, Name: "Zoë", Email: Address{"zoë@acme.example"}, Active: true},
		DueAt:  time.Date(2026, 3, 2, 9, 0, 0, 1000, time.UTC),
	}
	b, err := Encode(l)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"v":1,"r":{"Key":{"Member":{"Directory":"people","ID":"1"},"Pair":{"A":"slack","B":"webex"}},"State":"asking",`,
		`"Name":"Zoë","Email":"zoë@acme.example","Active":true`,
		`"DueAt":"2026-03-02T09:00:00.000001Z"`,
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("Encode: got %s, want %s in it", b, want)
		}
	}
}
