package catalog

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"plain", "Ada Lovelace", "Ada Lovelace"},
		{"empty", "", "someone"},
		{"white space only", " \t\r\n\u00a0\u3000\u2800", "someone"},
		{"invisible only", "\u200b\u2060\ufeff\u3164\u00ad\ufe0f\U000e0041", "someone"},
		{"marks only", "\u0301\u0302", "someone"},
		{"spaces collapse", "  Ada \n\n Love\u00a0lace\t", "Ada Love lace"},
		{"line separators", "Ada\u2028Love\u2029lace", "Ada Love lace"},
		{"composed", "Ame\u0301lie", "Amélie"},
		{"composed across a zero width joiner", "Ame\u200d\u0301lie", "Amélie"},
		{"bidirectional controls", "\u202eada\u2066\u2069\u200f", "ada"},
		{"control characters", "A\x00d\x1ba\x7f", "Ada"},
		{"broken UTF-8", "A\xffda\xc3", "Ada"},
		{"private use", "Ada \uf8ff", "Ada"},
		{"marks pile up", "A\u0316\u0317\u0318\u0319\u031cda", "A\u0316\u0317\u0318\u0319da"},
		{"a mark on a space", "Ada \u0301Love", "Ada Love"},
		{"Hebrew with points", "שָׁלוֹם", norm.NFC.String("שָׁלוֹם")},
		{"Devanagari", "अनुष्का", "अनुष्का"},
		{"emoji", "Ada 👩🏽", "Ada 👩🏽"},
		{"markup stays", "<!channel> *x* & [a]", "<!channel> *x* & [a]"},
		{"scheme", "see http://evil now", "see http∶//evil now"},
		{"host", "www.evil.example", "www․evil․example"},
		{"a host of one letter", "www.e WWW.1", "www․e WWW․1"},
		{"mail", "ada@example.org", "ada@example․org"},
		{"emoji by name", ":tada: Ada", "∶tada: Ada"},
		{"initials", "J. R. R. Hartley", "J. R. R. Hartley"},
		{"initials without spaces", "J.R.R. Hartley Ph.D.", "J.R.R. Hartley Ph.D."},
		{"a colon at the end", "Ada:", "Ada∶"},
		{"a colon before a space", "Team: Ada", "Team: Ada"},
		{"a time of day", "24 November, 14:00 UTC (9:05)", "24 November, 14:00 UTC (9:05)"},
		{"a time of day at both ends", "9:05, 14:00", "9:05, 14:00"},
		{"an emoji of digits", ":10:00: 1:100:1 a9:05 14:00:15 9:05:", "∶10∶00: 1∶100∶1 a9∶05 14∶00∶15 9∶05∶"},
		{"80 runes", strings.Repeat("é", 80), strings.Repeat("é", 80)},
		{"81 runes", strings.Repeat("é", 81), strings.Repeat("é", 79) + "…"},
		{"cut at a space", strings.Repeat("a", 78) + " bcd", strings.Repeat("a", 78) + "…"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := Clean(test.in); got != test.want {
				t.Errorf("got %+q, want %+q", got, test.want)
			}
		})
	}
}

func TestCleanAddress(t *testing.T) {
	t.Parallel()
	long := "a•••@" + strings.Repeat("long-label.", 20) + "example.com"
	tests := []struct{ name, in, want string }{
		{"masked", "a•••@example.com", "a•••@example.com"},
		{"international", "é•••@bücher.example", "é•••@bücher.example"},
		{"not cut like a name", long, long},
		{"none", "", ""},
		{"no first letter", "•••@example.com", "•••@example.com"},
		{"a host before it", "www.evil.example•••@x", "www․evil․example•••@x"},
		{"not masked", "ada@example.com", "ada@example․com"},
		{"markup", "a•••@[x](http://evil)", "a•••@[x](http∶//evil)"},
		{"an invisible letter", "a•••@ex\u3164ample.com", "a•••@example․com"},
		{"two lines", "a•••@example.com\nhi", "a•••@example․com hi"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := cleanAddress(test.in); got != test.want {
				t.Errorf("got %+q, want %+q", got, test.want)
			}
		})
	}
}

// link is what chat clients turn into a link by themselves, at its widest.
var link = regexp.MustCompile(`[\pL\pN]:[^\s]|[Ww]{3}\.[^\s]|[^\s]\.\pL\pL`)

// clocks are times of day, whose colons are no part of a link.
var clocks = regexp.MustCompile(`(^|[^\pL\pN:∶.@/+_-]|\p{Han}|\p{Hiragana})\d{1,2}:\d\d($|[^\pL\pN:.@/+_-]|\p{Han}|\p{Hiragana})`)

// complain says what is wrong with a cleaned name; empty: nothing.
func complain(got string) string {
	switch {
	case !utf8.ValidString(got):
		return "is not UTF-8"
	case !norm.NFC.IsNormalString(got):
		return "is not in NFC"
	case got == "" || strings.TrimSpace(got) != got || strings.Contains(got, "  "):
		return "is empty or has loose space"
	case utf8.RuneCountInString(got) > 80:
		return "is longer than 80 runes"
	case strings.ContainsFunc(got, func(r rune) bool { return r != ' ' && unicode.In(r, unicode.Z, unicode.C) }):
		return "has an invisible character"
	// Twice, since what is between two times of day belongs to the first of them.
	case link.MatchString(clocks.ReplaceAllString(clocks.ReplaceAllString(got, "$1 $2"), "$1 $2")):
		return "has a link"
	case Clean(got) != got:
		return "changes when it is cleaned again"
	}
	return ""
}

func TestCleanAlways(t *testing.T) {
	t.Parallel()
	piece := rapid.OneOf(
		rapid.String(),
		rapid.StringOf(rapid.RuneFrom(nil, unicode.M, unicode.Cf, unicode.Z, unicode.Hangul)),
		rapid.SampledFrom([]string{" ", ".", ":", "://", "a.bc", "\u0301", "\u1100\u1161\u11a8", "\u0958", "\xff", "…", "\u2024"}),
	)
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
		if complaint := complain(Clean(in)); complaint != "" {
			t.Fatalf("%+q becomes %+q, which %s", in, Clean(in), complaint)
		}
	})
}

func FuzzClean(f *testing.F) {
	for _, n := range sampleNames() {
		f.Add(n.text)
	}
	f.Add("http://evil.example\xff\u202e")
	f.Fuzz(func(t *testing.T, in string) {
		if complaint := complain(Clean(in)); complaint != "" {
			t.Errorf("%+q becomes %+q, which %s", in, Clean(in), complaint)
		}
	})
}
