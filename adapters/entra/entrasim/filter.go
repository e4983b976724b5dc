package entrasim

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// mostClauses is how many comparisons a filter may join by "or", those in an "in" counted one by one.
// Advanced queries may be as long as a URL may be.
const (
	mostClauses = 15
	longestURL  = 2048
)

// clause is one comparison: a property with any of some values.
type clause[T any] struct {
	property property[T]
	values   []string
	match    func(T) bool
}

// filter is clauses of which one must hold.
type filter[T any] []clause[T]

func (f filter[T]) match(of T) bool {
	return slices.ContainsFunc(f, func(c clause[T]) bool { return c.match(of) })
}

// find resolves a path of a filter to a property.
type find[T any] func(path string) (property[T], bool)

// parseFilter reads a $filter. Everything that it doesn't know is refused as Graph refuses what it
// doesn't support.
func parseFilter[T any](src string, lookup find[T], c *call) (filter[T], result) {
	eventual := c.advanced && c.query.Get("$count") == "true"
	words, ok := scan(src)
	p := &parser[T]{words: words, lookup: lookup}
	var f filter[T]
	if ok {
		f, ok = p.filter()
	}
	if p.unknown != "" {
		return nil, badRequest("Could not find a property named '%s'.", p.unknown)
	}
	if !ok {
		return nil, unsupported("Unsupported or invalid query filter clause specified for property or operator.")
	}
	n := 0
	for _, clause := range f {
		n += len(clause.values)
		if clause.property.query == unfiltered || clause.property.query == advanced && !eventual {
			return nil, unsupported("Unsupported Query. Property '%s' can't be filtered by, or not without 'ConsistencyLevel: eventual' and $count=true.", clause.property.name)
		}
	}
	if !eventual && n > mostClauses {
		return nil, unsupported("Too many child clauses specified in search filter expression containing 'OR' operators: %d. Max allowed: %d.", n, mostClauses)
	}
	if eventual && len(c.URL.RequestURI()) > longestURL {
		return nil, unsupported("The request URL is longer than %d characters.", longestURL)
	}
	return f, result{}
}

// word is a lexical element. Kind is 'w' for names and bare values, 's' for strings, or a sign itself.
type word struct {
	kind rune
	text string
}

func scan(src string) ([]word, bool) {
	var words []word
	for src != "" {
		r, size := utf8.DecodeRuneInString(src)
		switch {
		case r == ' ' || r == '\t':
			src = src[size:]
		case strings.ContainsRune("(),:", r):
			words, src = append(words, word{r, string(r)}), src[size:]
		case r == '\'':
			value, rest, ok := quoted(src[1:])
			if !ok {
				return nil, false
			}
			words, src = append(words, word{'s', value}), rest
		default:
			end := strings.IndexAny(src, " \t(),:'")
			if end < 0 {
				end = len(src)
			}
			words, src = append(words, word{'w', src[:end]}), src[end:]
		}
	}
	return words, true
}

// quoted reads a string up to its closing quote; a doubled one stands for itself.
func quoted(src string) (value, rest string, ok bool) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(src, "'")
		if !found {
			return "", "", false
		}
		b.WriteString(before)
		if !strings.HasPrefix(after, "'") {
			return b.String(), after, true
		}
		b.WriteByte('\'')
		src = after[1:]
	}
}

type parser[T any] struct {
	words   []word
	lookup  find[T]
	unknown string // a property that isn't there
}

func (p *parser[T]) next() word {
	if len(p.words) == 0 {
		return word{}
	}
	w := p.words[0]
	p.words = p.words[1:]
	return w
}

// keyword takes a word that is one of the language's.
func (p *parser[T]) keyword(want string) bool {
	w := p.next()
	return w.kind == 'w' && strings.EqualFold(w.text, want)
}

func (p *parser[T]) sign(want rune) bool { return p.next().kind == want }

func (p *parser[T]) filter() (filter[T], bool) {
	var f filter[T]
	for {
		one, ok := p.clause()
		if !ok {
			return nil, false
		}
		f = append(f, one)
		if len(p.words) == 0 {
			return f, true
		}
		if !p.keyword("or") {
			return nil, false
		}
	}
}

func (p *parser[T]) clause() (clause[T], bool) {
	path := p.next()
	if path.kind != 'w' || strings.EqualFold(path.text, "not") {
		return clause[T]{}, false
	}
	if name, ok := strings.CutSuffix(path.text, "/any"); ok {
		return p.any(name)
	}
	if len(p.words) > 0 && p.words[0].kind == '(' {
		return clause[T]{}, false // a function
	}
	one, ok := p.lookup(path.text)
	if !ok {
		p.unknown = path.text
		return clause[T]{}, false
	}
	if one.elements != nil {
		return clause[T]{}, false
	}
	var values []string
	switch op := p.next(); {
	case strings.EqualFold(op.text, "eq"):
		value := p.next()
		if value.kind != 's' && value.kind != 'w' {
			return clause[T]{}, false
		}
		values = []string{value.text}
	case strings.EqualFold(op.text, "in"):
		if values, ok = p.list(); !ok {
			return clause[T]{}, false
		}
	default:
		return clause[T]{}, false
	}
	return clause[T]{one, values, func(of T) bool {
		value := one.value(of)
		if value == nil {
			return false
		}
		return contains(values, fmt.Sprint(value))
	}}, true
}

func (p *parser[T]) list() ([]string, bool) {
	if !p.sign('(') {
		return nil, false
	}
	var values []string
	for {
		value := p.next()
		if value.kind != 's' {
			return nil, false
		}
		values = append(values, value.text)
		switch p.next().kind {
		case ')':
			return values, true
		case ',':
		default:
			return nil, false
		}
	}
}

// any reads what follows "p/any": "(x:x eq 'y')" of strings, or of plans
// "(x:x/servicePlanId eq y and x/capabilityStatus eq 'z')".
func (p *parser[T]) any(name string) (clause[T], bool) {
	one, ok := p.lookup(name)
	if !ok {
		p.unknown = name
		return clause[T]{}, false
	}
	if !p.sign('(') {
		return clause[T]{}, false
	}
	variable := p.next()
	if variable.kind != 'w' || !p.sign(':') {
		return clause[T]{}, false
	}
	if one.elements != nil {
		if !p.keyword(variable.text) || !p.keyword("eq") {
			return clause[T]{}, false
		}
		value := p.next()
		return clause[T]{one, []string{value.text}, func(of T) bool { return contains(one.elements(of), value.text) }},
			value.kind == 's' && p.sign(')')
	}
	want := make(map[string]string)
	for {
		field, ok := strings.CutPrefix(p.next().text, variable.text+"/")
		if !ok || field != "servicePlanId" && field != "capabilityStatus" || !p.keyword("eq") {
			return clause[T]{}, false
		}
		want[field] = p.next().text
		end := p.next()
		if end.kind == ')' {
			break
		}
		if !strings.EqualFold(end.text, "and") {
			return clause[T]{}, false
		}
	}
	if name != "assignedPlans" {
		return clause[T]{}, false
	}
	return clause[T]{one, []string{name}, func(of T) bool {
		for _, plan := range one.value(of).([]any) {
			fits := true
			for field, value := range want {
				fits = fits && strings.EqualFold(fmt.Sprint(plan.(map[string]any)[field]), value)
			}
			if fits {
				return true
			}
		}
		return false
	}}, true
}

// contains compares as Graph does, without regard to case.
func contains(all []string, value string) bool {
	return slices.ContainsFunc(all, func(one string) bool { return strings.EqualFold(one, value) })
}
