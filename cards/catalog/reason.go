package catalog

import (
	"regexp"
	"strings"
	"sync"
)

// reason is a sentence of the engine's in the reader's language, with states and platforms called as people
// call them. One of which only a part is known is said in part, at a semicolon or a colon; what isn't known at
// all stays as it is.
func (s speech) reason(text string) string {
	for _, p := range patterns() {
		if values := p.form.FindStringSubmatch(text); values != nil {
			return flat(fill(s.say(p.key), func(name string) (string, bool) { return s.part(p, values, name), false }))
		}
	}
	if before, after, ok := strings.Cut(text, "; "); ok {
		return s.reason(before) + s.Semicolon + s.reason(after)
	}
	if before, after, ok := strings.Cut(text, ": "); ok {
		return s.reason(before) + s.Colon + s.reason(after)
	}
	return s.say(text)
}

// part is what stands for a placeholder in a sentence of the engine's.
func (s speech) part(p pattern, values []string, name string) string {
	i := p.form.SubexpIndex(name)
	switch {
	case i < 0:
		return name
	case name == "Share", name == "Most":
		return s.decimal(values[i])
	case name == "Platform":
		return s.title(values[i])
	case name == "State":
		return s.say(stateWord(values[i]))
	case name == "Why", name == "Then":
		return s.reason(values[i])
	}
	return values[i]
}

// pattern is one of the [reasons] as it is recognised.
type pattern struct {
	key  string
	form *regexp.Regexp
}

// patterns are all reasons, in their order. They are made once and never changed.
var patterns = sync.OnceValue(func() []pattern {
	value := regexp.MustCompile(`\\{(\w+)\\}`)
	var list []pattern
	for _, key := range append(reasons(), outside()...) {
		form := value.ReplaceAllStringFunc(regexp.QuoteMeta(key), func(quoted string) string {
			switch name := strings.Trim(quoted, `\{}`); name {
			case "N", "All", "Most":
				return `(?P<` + name + `>\d+)`
			case "Platform", "ID", "Event":
				return `(?P<` + name + `>\S+)`
			default:
				return `(?P<` + name + `>.+)`
			}
		})
		list = append(list, pattern{key, regexp.MustCompile(`^` + form + `$`)})
	}
	return list
})
