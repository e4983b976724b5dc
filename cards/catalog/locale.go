package catalog

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// Language is one in which Rollcall speaks.
type Language struct {
	Tag  string // BCP 47
	Name string // as its speakers write it
}

// Languages are those that Rollcall speaks: English, then the others by their tags.
func Languages() []Language {
	var list []Language
	for _, l := range locales() {
		list = append(list, Language{Tag: l.tag.String(), Name: l.Name})
	}
	return list
}

// Speaks is the language of Languages in which somebody with this one is answered: BCP 47, also as the
// platforms write it ("de-AT", "fr_CA"). Empty or not spoken: English, and false.
func Speaks(lang string) (Language, bool) {
	l, _, ok := match(lang)
	return Language{Tag: l.tag.String(), Name: l.Name}, ok
}

// locale is a catalogue: a file of the folder locales.
type locale struct {
	layout
	Name    string                     `json:"name"`
	Regions map[string]json.RawMessage `json:"regions"` // what a region writes differently: parts of a layout
	Texts   map[string]forms           `json:"texts"`   // by the text in English

	tag      language.Tag
	regional map[string]*locale // the same as each region writes it
}

// layout is how a language writes what isn't a text.
type layout struct {
	Stop      string     `json:"stop"`      // between a title and a sentence that stand in one line
	Sentences string     `json:"sentences"` // between two sentences
	Units     string     `json:"units"`     // between the two units of a span
	Comma     string     `json:"comma"`     // between the parts of a list
	Colon     string     `json:"colon"`     // between what there is and why
	Semicolon string     `json:"semicolon"` // between two reasons
	Near      string     `json:"near"`      // a time of the coming days
	Far       string     `json:"far"`       // any time
	Clock     string     `json:"clock"`     // a time of day, as package time writes a layout
	First     string     `json:"first"`     // the first day of a month; empty: 1
	Weekdays  [7]string  `json:"weekdays"`  // from Sunday
	Months    [12]string `json:"months"`
}

// forms are a text in a language, by the names that CLDR gives to its plural forms. A text that depends
// on no number has the form "other" alone, and is a mere string in the file.
type forms map[string]string

// UnmarshalJSON reads a string, or an object of strings.
func (f *forms) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*f = forms{"other": text}
		return nil
	}
	return json.Unmarshal(data, (*map[string]string)(f))
}

//go:embed locales/*.json
var files embed.FS

// locales are all catalogues, English first. They are read once and never changed.
var locales = sync.OnceValue(func() []*locale {
	names, _ := fs.Glob(files, "locales/*.json")
	var list []*locale
	for _, name := range names {
		l, err := read(name)
		if err != nil {
			panic(fmt.Sprintf("a catalogue in this program is broken: %s: %v", name, err)) // what is embedded can't change
		}
		list = append(list, l)
	}
	slices.SortStableFunc(list, func(a, b *locale) int { return order(a) - order(b) })
	return list
})

func read(name string) (*locale, error) {
	l := &locale{tag: language.Make(strings.TrimSuffix(path.Base(name), ".json")), regional: make(map[string]*locale)}
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, l); err != nil {
		return nil, err
	}
	for region, own := range l.Regions {
		in := *l
		if err := json.Unmarshal(own, &in.layout); err != nil {
			return nil, err
		}
		l.regional[region] = &in
	}
	return l, nil
}

func order(l *locale) int {
	if l.tag == language.English {
		return 0
	}
	return 1
}

var matcher = sync.OnceValue(func() language.Matcher {
	var tags []language.Tag
	for _, l := range locales() {
		tags = append(tags, l.tag)
	}
	return language.NewMatcher(tags)
})

// maxTag is the longest tag that is looked at; real ones have a dozen letters.
const maxTag = 35

// match is the catalogue that somebody with a language reads, and the tag by which they write numbers.
func match(lang string) (*locale, language.Tag, bool) {
	english := locales()[0]
	if len(lang) > maxTag {
		return english, english.tag, false
	}
	want, err := language.Parse(lang)
	if err != nil || want.IsRoot() {
		return english, english.tag, false
	}
	_, i, confidence := matcher().Match(want)
	if confidence == language.No {
		return english, english.tag, false
	}
	l := locales()[i]
	base, _ := want.Base()
	region, exactly := want.Region()
	if own, _ := l.tag.Base(); own != base || exactly != language.Exact {
		return l, l.tag, true
	}
	tag, err := language.Compose(base, region)
	if err != nil {
		return l, l.tag, true
	}
	if in := l.regional[region.String()]; in != nil {
		l = in
	}
	return l, tag, true
}
