package catalog

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"rollcall/cards"
)

// messages are all texts of the package, by their constants: whatever stands in a file texts*.go. A text of
// a list has no constant, and goes by itself.
func messages(t testing.TB) map[string]string {
	t.Helper()
	names, err := filepath.Glob("texts*.go")
	if err != nil || len(names) < 2 {
		t.Fatalf("found the files %v, %v", names, err)
	}
	found := make(map[string]string)
	for _, name := range names {
		maps.Copy(found, textsIn(t, name))
	}
	if len(found) < 100 {
		t.Fatalf("found %d texts only", len(found))
	}
	return found
}

// textsIn are the texts of a file.
func textsIn(t testing.TB, name string) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]string)
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			if len(n.Names) != 1 || len(n.Values) != 1 {
				t.Fatalf("%s: %s isn't one constant with one text", name, n.Names[0].Name)
			}
			found[n.Names[0].Name] = literal(t, name, n.Values[0])
		case *ast.CompositeLit:
			for _, text := range n.Elts {
				found[literal(t, name, text)] = literal(t, name, text)
			}
		}
		return true
	})
	return found
}

// literal is a constant's text.
func literal(t testing.TB, file string, e ast.Expr) string {
	t.Helper()
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return literal(t, file, e.X) + literal(t, file, e.Y)
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil {
			return text
		}
	}
	t.Fatalf("%s has a constant that isn't a text", file)
	return ""
}

// foreign are the languages that have a catalogue of texts: all but English.
func foreign() []*locale { return locales()[1:] }

func TestEnglishIsTheKey(t *testing.T) {
	t.Parallel()
	if english := locales()[0]; english.tag != language.English || len(english.Texts) > 0 {
		t.Errorf("the first catalogue is %v, with %d texts", english.tag, len(english.Texts))
	}
}

// TestCataloguesAreWhole: each has every text, and none that nobody says.
func TestCataloguesAreWhole(t *testing.T) {
	t.Parallel()
	keys := make(map[string]bool)
	for _, key := range messages(t) {
		keys[key] = true
	}
	for _, l := range foreign() {
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			if l.Texts[key] == nil {
				t.Errorf("%s lacks %q", l.tag, key)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(l.Texts)) {
			if !keys[key] {
				t.Errorf("%s has %q, which is no text", l.tag, key)
			}
		}
	}
}

// TestForms: a text that depends on a number has exactly the forms that the language's rules ask for.
func TestForms(t *testing.T) {
	t.Parallel()
	for _, l := range foreign() {
		asked := make(map[string]bool)
		for n := range 1000 {
			asked[formOf(l.tag, n)] = true
		}
		for key, f := range l.Texts {
			want := []string{"other"}
			if strings.Contains(key, "|") {
				want = slices.Sorted(maps.Keys(asked))
			}
			if got := slices.Sorted(maps.Keys(f)); !slices.Equal(got, want) {
				t.Errorf("%s: %q has the forms %v, want %v", l.tag, key, got, want)
			}
		}
	}
}

var placeholder = regexp.MustCompile(`{[^{}]*}`)

func placeholders(text string) []string {
	return slices.Compact(slices.Sorted(slices.Values(placeholder.FindAllString(text, -1))))
}

// TestPlaceholders: a translation says neither more nor less than the text. A form for one may leave out
// the number.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	for _, l := range foreign() {
		for key, f := range l.Texts {
			_, many, plural := strings.Cut(key, "|")
			if !plural {
				many = key
			}
			want := placeholders(many)
			for form, text := range f {
				got := placeholders(text)
				if form == "one" && plural && !slices.Contains(got, "{N}") {
					got = placeholders(text + "{N}")
				}
				if !slices.Equal(got, want) || strings.Count(text, "{") != len(placeholder.FindAllString(text, -1)) {
					t.Errorf("%s: %q has the placeholders %v, want %v", l.tag, text, got, want)
				}
			}
		}
	}
}

// fixed are the placeholders with which a text may begin: their values are ours, a platform's name or a
// number. See texts.go.
var fixed = []string{
	"{N}", "{All}", "{Number}", "{ID}", "{Here}", "{There}", "{From}", "{To}", "{Platform}", "{Until}", "{Time}", "{Why}",
}

var quoted = regexp.MustCompile(`"([^"{}]+)"`)

// loose is a sign that French sets apart, with a space at which a line may break.
var loose = regexp.MustCompile(` [:;?!»]|« `)

// TestTranslationsAreText: in a translation is what a reader sees, and nothing else; it ends as the text
// ends; what is to be typed is as it is.
func TestTranslationsAreText(t *testing.T) {
	t.Parallel()
	for _, l := range foreign() {
		for key, f := range l.Texts {
			for _, text := range f {
				if strings.TrimSpace(text) != text || strings.Contains(text, "  ") || text == "" {
					t.Errorf("%s: %q is empty or has loose space", l.tag, text)
				}
				if !norm.NFC.IsNormalString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }) {
					t.Errorf("%s: %+q isn't in NFC, or has an invisible character", l.tag, text)
				}
				if first := placeholder.FindString(text); first != "" && strings.HasPrefix(text, first) && !slices.Contains(fixed, first) {
					t.Errorf("%s: %q begins with what is filled in", l.tag, text)
				}
				if len(key) > len("No.") && ending(text) != ending(key) {
					t.Errorf("%s: %q doesn't end as %q does", l.tag, text, key)
				}
				if loose.MatchString(text) {
					t.Errorf("%s: %q may break before its sign: a no-break space belongs there", l.tag, text)
				}
				for _, word := range quoted.FindAllStringSubmatch(key, -1) {
					if !strings.Contains(text, word[1]) {
						t.Errorf("%s: %q doesn't say what to write: %s", l.tag, text, word[1])
					}
				}
				if strings.Contains(key, "Rollcall") && !strings.Contains(text, "Rollcall") && l.tag != language.Japanese {
					t.Errorf("%s: %q doesn't name Rollcall", l.tag, text)
				}
			}
		}
	}
}

// ending is the sign at the end of a text, in the form that it has in Latin letters.
func ending(text string) string {
	for _, sign := range []struct{ latin, wide string }{{".", "。"}, {":", "："}, {"?", "？"}} {
		if strings.HasSuffix(text, sign.latin) || strings.HasSuffix(text, sign.wide) {
			return sign.latin
		}
	}
	return ""
}

// alike are the texts that a language says as English does.
var alike = map[string][]string{
	"de": {"help", "hi", "CSV", "JSON", "Name", "Status", "Plan", "Plan {ID}", "Admin", "Person"},
	"es": {"help", "hi", "CSV", "JSON", "Plan", "Plan {ID}", "no"},
	"fr": {"help", "hi", "CSV", "JSON", "Plan", "Plan {ID}", "Admin", "{N} minute|{N} minutes"},
	"ja": {"help", "hi", "CSV", "JSON"},
}

func TestNothingIsLeftInEnglish(t *testing.T) {
	t.Parallel()
	for _, l := range foreign() {
		tag := l.tag.String()
		for key, f := range l.Texts {
			same := false
			for _, text := range f {
				same = same || text == key || slices.Contains(strings.Split(key, "|"), text)
			}
			if same != slices.Contains(alike[tag], key) {
				t.Errorf("%s: %q is %q: alike %v", tag, key, f["other"], same)
			}
		}
	}
}

// TestEveryCardIsInTheReadersLanguage: nothing that a card says is one of our texts in English.
func TestEveryCardIsInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	var all []string
	for _, key := range messages(t) {
		all = append(all, key)
	}
	for _, l := range foreign() {
		t.Run(l.tag.String(), func(t *testing.T) {
			t.Parallel()
			english := formsOf(all, alike[l.tag.String()])
			for _, sample := range SamplesIn(l.tag.String()) {
				for _, text := range spoken(sample.Card) {
					if english(text) {
						t.Errorf("the card %s says %q", sample.Name, text)
					}
				}
			}
		})
	}
}

// TestEveryCardHasTheColonOfItsLanguage: renderers set labels apart by it.
func TestEveryCardHasTheColonOfItsLanguage(t *testing.T) {
	t.Parallel()
	for _, l := range locales() {
		for _, sample := range SamplesIn(l.tag.String()) {
			if sample.Card.Colon != l.Colon {
				t.Errorf("the card %s in %s has the colon %q, want %q", sample.Name, l.tag, sample.Card.Colon, l.Colon)
			}
		}
	}
}

// formsOf recognises the texts of a list, whatever is filled in, but for some, and for those of a word or
// two, which say the same in several languages.
func formsOf(list, but []string) func(text string) bool {
	whole := make(map[string]bool)
	var filled []*regexp.Regexp
	for _, key := range list {
		if slices.Contains(but, key) {
			continue
		}
		for form := range strings.SplitSeq(key, "|") {
			whole[form] = true
			if parts := placeholder.Split(form, -1); len(parts) > 1 && len(strings.Join(parts, "")) > 20 {
				for i := range parts {
					parts[i] = regexp.QuoteMeta(parts[i])
				}
				filled = append(filled, regexp.MustCompile("^"+strings.Join(parts, ".+")+"$"))
			}
		}
	}
	return func(text string) bool {
		return whole[text] || slices.ContainsFunc(filled, func(form *regexp.Regexp) bool { return form.MatchString(text) })
	}
}

// spoken is what a card says in the reader's language: without mere values.
func spoken(c cards.Card) []string {
	list := []string{c.Summary}
	if c.Title != "" {
		list = append(list, c.Title)
	}
	for _, block := range c.Body {
		switch block := block.(type) {
		case cards.Text:
			list = append(list, flat(block.Runs))
		case cards.Facts:
			for _, fact := range block {
				if _, err := strconv.Atoi(fact.Label); err != nil {
					list = append(list, fact.Label)
				}
			}
		case cards.Figure:
			list = append(list, block.Label)
		case cards.Table:
			list = append(list, block.Heads...)
		}
	}
	for _, a := range c.Actions {
		if a.Press.Verb != VerbTake && a.Press.Verb != VerbPick {
			list = append(list, a.Label)
		}
	}
	return list
}

// maxButton is how wide a button's label may be, in letters of which a Chinese character takes two.
// Teams cuts a label at about that on a phone, where a card's buttons share a row. The button of a
// confirmation stands alone.
const (
	maxButton  = 24
	maxConfirm = 30
)

func TestButtonsAreShort(t *testing.T) {
	t.Parallel()
	for name, key := range messages(t) {
		most := maxButton
		switch {
		case strings.HasSuffix(name, "Button"):
			most = maxConfirm
		case !strings.HasPrefix(name, "button") && !strings.HasPrefix(name, "Button"):
			continue
		}
		for _, l := range locales() {
			text := placeholder.ReplaceAllString(speech{locale: l}.form(key, 2), "1,200")
			if wide := cards.Width(text); wide > most {
				t.Errorf("%s: the button %q takes %d letters of %d", l.tag, text, wide, most)
			}
		}
	}
}

// TestLayouts: each language, and each region of it, has all names and writes all of a date.
func TestLayouts(t *testing.T) {
	t.Parallel()
	for _, l := range locales() {
		all := append([]*locale{l}, slices.Collect(maps.Values(l.regional))...)
		for _, l := range all {
			seen := make(map[string]bool)
			for _, name := range append(l.Weekdays[:], l.Months[:]...) {
				if name == "" || seen[name] {
					t.Errorf("%s: a day or a month is called %q", l.tag, name)
				}
				seen[name] = true
			}
			if diff := cmp.Diff([]string{"{Clock}", "{Day}", "{Month}", "{Weekday}"}, placeholders(l.Near)); diff != "" {
				t.Errorf("%s: near (-want +got):\n%s", l.tag, diff)
			}
			if diff := cmp.Diff([]string{"{Clock}", "{Day}", "{Month}", "{Year}"}, placeholders(l.Far)); diff != "" {
				t.Errorf("%s: far (-want +got):\n%s", l.tag, diff)
			}
			if l.Name == "" || l.Stop == "" || l.Comma == "" || l.Colon == "" || l.Semicolon == "" || !strings.Contains(l.Clock, "04") {
				t.Errorf("%s has no name, no clock, or lacks a sign", l.tag)
			}
		}
		for region := range l.Regions {
			if _, err := language.ParseRegion(region); err != nil {
				t.Errorf("%s: %v", l.tag, err)
			}
		}
	}
}

// TestForeignNames: a name in another script than the reader's stands where it belongs, whole and once,
// and the card around it is what it is for any other name.
func TestForeignNames(t *testing.T) {
	t.Parallel()
	names := []string{"עדה לאבלייס", "محمد الفارسي", "山田 花子", "Þórunn Ólafsdóttir", "नेहा", "👩 Ada"}
	for _, l := range locales() {
		for _, name := range names {
			p := sampleAsked()
			p.Lang, p.Name = l.tag.String(), "Quux"
			want := spoken(Ask(p))
			for i := range want {
				want[i] = strings.ReplaceAll(want[i], p.Name, Clean(name))
			}
			p.Name = name
			if diff := cmp.Diff(want, spoken(Ask(p))); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", l.tag, name, diff)
			}
		}
	}
}

// FuzzSay: whatever a value is, it is one line of text, cleaned, and changes nothing around it; in every
// language, and wherever it stands.
func FuzzSay(f *testing.F) {
	for _, n := range sampleNames() {
		f.Add("de", n.text)
	}
	f.Add("ja", "{Other} {Sync now} {")
	f.Add("fr_CA", "}{}")
	f.Add("x-\x00", "14:00 http://evil.example\xff\u202e")
	keys := []string{hello, proveSummary, askSummary, linkedSummary}
	f.Fuzz(func(t *testing.T, lang, value string) {
		s := speak(lang, nil)
		clean := s.clean(value)
		for _, key := range keys {
			pairs := []string{"Name", value, "Other", value, "Here", value, "There", value}
			got := s.text(key, pairs...)
			want := s.say(key)
			parts := placeholder.Split(want, -1)
			if got != strings.Join(parts, clean) {
				t.Errorf("%s: %q with %+q becomes %+q", lang, want, value, got)
			}
		}
	})
}
