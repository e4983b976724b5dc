package directory

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"plain", "someone@acme.example", "someone@acme.example"},
		{"upper case", "Some.One@ACME.example", "some.one@acme.example"},
		{"white space around", "\t someone@acme.example\n", "someone@acme.example"},
		{"a plus tag stays", "someone+tag@acme.example", "someone+tag@acme.example"},
		{"dots stay", "so.me.one@acme.example", "so.me.one@acme.example"},
		{"composed", "zoe\u0308@acme.example", "zoë@acme.example"},
		{"upper case, decomposed", "ZOE\u0308@acme.example", "zoë@acme.example"},
		{"a capital i with a dot and an accent", "İ\u0301@acme.example", "í@acme.example"},
		{"the Kelvin sign", "\u212Aelvin@acme.example", "kelvin@acme.example"},
		{"another script throughout", "иван@пример.example", ""},
		{"another script in the first part", "иван@acme.example", "иван@acme.example"},
		{"Latin and Japanese", "taro太郎@acme.example", "taro太郎@acme.example"},
		{"254 bytes", strings.Repeat("a", 241) + "@acme.example", strings.Repeat("a", 241) + "@acme.example"},

		{"empty", "", ""},
		{"white space", " \t", ""},
		{"no at sign", "someone.acme.example", ""},
		{"two at signs", "some@one@acme.example", ""},
		{"no name", "@acme.example", ""},
		{"no domain", "someone@", ""},
		{"255 bytes", strings.Repeat("a", 242) + "@acme.example", ""},
		{"a space inside", "some one@acme.example", ""},
		{"a no-break space inside", "some\u00a0one@acme.example", ""},
		{"a line break inside", "someone\n@acme.example", ""},
		{"a NUL", "someone\x00@acme.example", ""},
		{"a zero-width space", "some\u200bone@acme.example", ""},
		{"a soft hyphen", "some\u00adone@acme.example", ""},
		{"right to left", "\u202esomeone@acme.example", ""},
		{"no Unicode", "some\xffone@acme.example", ""},
		{"a list", "someone@acme.example,", ""},
		{"another list", "someone;@acme.example", ""},
		{"the Greek question mark", "someone\u037e@acme.example", ""},
		{"angle brackets", "<someone@acme.example>", ""},
		{"quoted", `"someone"@acme.example`, ""},
		{"a Cyrillic а among Latin letters", "s\u0430m@acme.example", ""},
		{"a Greek ο in the domain", "someone@acme.exampl\u03b5", ""},
	} {
		got, err := ParseAddress(c.in)
		if c.want == "" {
			if !Is(err, Invalid) || !got.IsZero() {
				t.Errorf("%s: got %q, %v, want invalid", c.name, got.Reveal(), err)
			}
			continue
		}
		if err != nil || got.Reveal() != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.name, got.Reveal(), err, c.want)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{
		"someone@acme.example", "Zoë+Tag@ACME.example", "İ\u0301@acme.example", "\u212A@x", "ς@σ", "ẞ@x", "ǅ@x", "a@b@c", " @ ", "s\u0430m@x", "e\u0301\u0323@x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(s)
		if err != nil {
			if !Is(err, Invalid) || !a.IsZero() {
				t.Errorf("ParseAddress(%q): got %q, %v, want invalid", s, a.Reveal(), err)
			}
			return
		}
		text := a.Reveal()
		if again, err := ParseAddress(text); err != nil || again != a {
			t.Errorf("ParseAddress(%q), which is normal: got %q, %v, want the same", text, again.Reveal(), err)
		}
		if other, err := ParseAddress(strings.ToUpper(text)); err == nil && strings.ToLower(strings.ToUpper(text)) == text && other != a {
			t.Errorf("ParseAddress(%q): got %q, want %q", strings.ToUpper(text), other.Reveal(), text)
		}
		if !norm.NFC.IsNormalString(text) || strings.ContainsFunc(text, unicode.IsSpace) || strings.Count(text, "@") != 1 || len(text) > 254 {
			t.Errorf("ParseAddress(%q): got %q, want its normal form", s, text)
		}
		var read Address
		if err := read.UnmarshalText([]byte(text)); err != nil || read != a {
			t.Errorf("UnmarshalText(%q): got %q, %v, want it back", text, read.Reveal(), err)
		}
		if masked := a.Masked(); strings.Contains(masked, strings.SplitN(text, "@", 2)[0]+"@") {
			t.Errorf("Masked(%q): got %q, want the name hidden", text, masked)
		}
	})
}

func TestAddressIsHidden(t *testing.T) {
	t.Parallel()
	a, err := ParseAddress("canary@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	member := Member{ID: MemberID{"people", "1"}, Name: "Canary", Email: a}
	account := Account{ID: AccountID{"slack", "T1", "U1"}, Name: "Canary", Email: a}
	link := Link{Key: LinkKey{Member: member.ID, Pair: Pair{"slack", "webex"}}, Member: member, State: Linked}
	logger.Info("test", "address", a, "member", member, "account", account, "link", link, "nonce", Nonce("canary"))
	for what, text := range map[string]string{
		"String": a.String(), "%v": fmt.Sprint(a), "%+v": fmt.Sprintf("%+v", a), "%#v": fmt.Sprintf("%#v", a), "%q": fmt.Sprintf("%q", a),
		"%s of what has one": fmt.Sprintf("%s", []Address{a}), "%v of an account's": fmt.Sprint(Account{Email: a}),
		"the log": log.String(),
	} {
		if strings.Contains(strings.ToLower(text), "canary") {
			t.Errorf("%s: got %q, want the address hidden", what, text)
		}
	}
	for in, want := range map[string]string{"canary@acme.example": "c•••@acme.example", "é@acme.example": "é•••@acme.example"} {
		if a, err := ParseAddress(in); err != nil || a.Masked() != want {
			t.Errorf("Masked(%s): got %q, %v, want %q", in, a.Masked(), err, want)
		}
	}
	if got := (Address{}).Masked(); got != "" {
		t.Errorf("Masked of none: got %q, want nothing", got)
	}
}

// Only Found and Absent are answers: a finding that somebody forgot to fill in is a failure.
func TestThreeAnswers(t *testing.T) {
	t.Parallel()
	down := Errorf(Unavailable, "down")
	for _, c := range []struct {
		name    string
		finding Finding
		absent  bool
		found   int
		err     Code
		failed  bool
	}{
		{"found", Found(Account{}, Account{}), false, 2, 0, false},
		{"absent", Absent(), true, 0, 0, false},
		{"failed", Failed(down), false, 0, Unavailable, true},
		{"failed without saying why", Failed(nil), false, 0, Internal, true},
		{"found nothing", Found(), false, 0, Internal, true},
		{"nobody was asked", Finding{}, false, 0, Internal, true},
	} {
		err := c.finding.Err()
		if c.finding.IsAbsent() != c.absent || len(c.finding.Accounts()) != c.found || (err != nil) != c.failed || c.failed && CodeOf(err) != c.err {
			t.Errorf("%s: got absent %v, %v accounts, %v, want %v, %v, %v", c.name, c.finding.IsAbsent(), len(c.finding.Accounts()), err, c.absent, c.found, c.err)
		}
	}
	for _, c := range []struct {
		name     string
		standing Standing
		in, out  bool
		failed   bool
	}{
		{"in", In(Member{Name: "x"}), true, false, false},
		{"out", Out(), false, true, false},
		{"no answer", NoAnswer(down), false, false, true},
		{"no answer without saying why", NoAnswer(nil), false, false, true},
		{"nobody was asked", Standing{}, false, false, true},
	} {
		_, in := c.standing.IsIn()
		if in != c.in || c.standing.IsOut() != c.out || (c.standing.Err() != nil) != c.failed {
			t.Errorf("%s: got in %v, out %v, %v, want %v, %v, %v", c.name, in, c.standing.IsOut(), c.standing.Err(), c.in, c.out, c.failed)
		}
	}
}

func TestLocation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		zones []string
		want  string
	}{
		{"none", nil, "UTC"},
		{"unknown ones", []string{"", "Nowhere/Atlantis"}, "UTC"},
		{"the first that is known", []string{"", "Nowhere/Atlantis", "Europe/Zurich", "Asia/Tokyo"}, "Europe/Zurich"},
	} {
		if got := Location(c.zones...); got.String() != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	if Location() != time.UTC {
		t.Errorf("Location(): got %v, want %v", Location(), time.UTC)
	}
}
