package command

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"rollcall/sync/directory"
)

// Call is a command as somebody gave it, in the one form in which it is carried out and written again.
type Call struct {
	Command string   // its name in the table
	Args    []string // each in its normal form; those that were left out at the end are missing
	Fields  []Field  // in the order in which they were written
}

// Field is a key and the value that it is to have.
type Field struct{ Key, Value string }

// Arg is an argument; empty: it was left out.
func (c Call) Arg(i int) string {
	if i >= len(c.Args) {
		return ""
	}
	return c.Args[i]
}

// Problem is what is wrong with a text that is no command.
type Problem int

// The problems.
const (
	Unknown    Problem = iota // no such command
	TooLong                   // nobody writes so much
	Unclosed                  // a quotation has no end
	Missing                   // an argument is missing
	Surplus                   // there is one too many
	Malformed                 // an argument isn't of its kind
	UnknownKey                // there is no such key
	Repeated                  // a key stands there twice
	NoFields                  // nothing is to be set
)

// Mistake is why a text isn't a command. It repeats nothing of the text.
type Mistake struct {
	Problem Problem
	Command string // that was meant as far as it is known; empty: it isn't
	Name    string // of the argument, or the key
	Nearest string // of what there is, to what was written; empty: nothing is near
}

var _ error = (*Mistake)(nil)

func (m *Mistake) Error() string { return "not a command: problem " + strconv.Itoa(int(m.Problem)) }

// Parse reads what somebody wrote. Every error is a [*Mistake]. White space around words doesn't count, nor
// does the case of a command, and neither a slash nor "rollcall" before it.
func Parse(text string) (Call, error) {
	if len(text) > maxText {
		return Call{}, &Mistake{Problem: TooLong}
	}
	tokens, closed := lex(tidy(text))
	if !closed {
		return Call{}, &Mistake{Problem: Unclosed}
	}
	command, rest, err := verb(tokens)
	if err != nil {
		return Call{}, err
	}
	return arguments(command, rest)
}

// verb finds the command with which a line begins. A line without a word asks for help.
func verb(tokens []token) (Command, []token, error) {
	for len(tokens) > 0 && (bare(tokens[0].text) == "" || bare(tokens[0].text) == "rollcall") {
		tokens = tokens[1:]
	}
	if len(tokens) == 0 {
		return *find("help"), nil, nil
	}
	all := Commands()
	for n := min(2, len(tokens)); n > 0; n-- {
		written := spoken(tokens[:n])
		for _, c := range all {
			if c.Name == written || slices.Contains(c.Aliases, written) {
				return c, tokens[n:], nil
			}
		}
	}
	return Command{}, nil, &Mistake{Problem: Unknown, Nearest: nearestCommand(tokens, all)}
}

func spoken(tokens []token) string {
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = bare(t.text)
	}
	return strings.Join(words, " ")
}

// topic is what somebody asks about: words alone, with one space between them.
func topic(tokens []token) string {
	var words []string
	for _, t := range tokens {
		words = append(words, strings.FieldsFunc(strings.ToLower(t.text), func(r rune) bool {
			return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		})...)
	}
	return strings.Join(words, " ")
}

// arguments reads what follows a command.
func arguments(c Command, tokens []token) (Call, error) {
	call := Call{Command: c.Name}
	if c.loose {
		return call, nil
	}
	if len(c.Args) > 0 && c.Args[0].Kind == Topic {
		if words := topic(tokens); words != "" {
			call.Args = []string{words}
		}
		return call, nil
	}
	for _, t := range tokens {
		if len(c.Fields) > 0 && t.eq > 0 {
			if err := call.set(c, t); err != nil {
				return Call{}, err
			}
			continue
		}
		if len(call.Args) == len(c.Args) {
			return Call{}, &Mistake{Problem: Surplus, Command: c.Name}
		}
		argument := c.Args[len(call.Args)]
		normal, ok := argument.Kind.normal(t.text)
		if !ok {
			return Call{}, &Mistake{Problem: Malformed, Command: c.Name, Name: argument.Name}
		}
		call.Args = append(call.Args, normal)
	}
	if n := len(call.Args); n < len(c.Args) && !c.Args[n].Optional {
		return Call{}, &Mistake{Problem: Missing, Command: c.Name, Name: c.Args[n].Name}
	}
	if len(c.Fields) > 0 && len(call.Fields) == 0 {
		return Call{}, &Mistake{Problem: NoFields, Command: c.Name}
	}
	return call, nil
}

// set takes a key=value.
func (c *Call) set(command Command, t token) error {
	key := strings.ToLower(t.text[:t.eq])
	if !slices.Contains(command.Fields, key) {
		return &Mistake{Problem: UnknownKey, Command: command.Name, Nearest: nearest(key, command.Fields)}
	}
	if slices.ContainsFunc(c.Fields, func(f Field) bool { return f.Key == key }) {
		return &Mistake{Problem: Repeated, Command: command.Name, Name: key}
	}
	c.Fields = append(c.Fields, Field{key, t.text[t.eq+1:]})
	return nil
}

// maxPosition bounds paging: whoever wants more takes the file.
const maxPosition = 1000

// normal is a word in the one form that its kind has, and whether it is of that kind.
func (k Kind) normal(word string) (string, bool) {
	switch k {
	case Address:
		address, err := directory.ParseAddress(word)
		return address.Reveal(), err == nil
	case Subject:
		return subject(word)
	case Either:
		if name, ok := subject(word); ok {
			return name, true
		}
	case Stage:
		return stage(word)
	case Position:
		n, err := strconv.Atoi(word)
		return strconv.Itoa(n), err == nil && n >= 0 && n <= maxPosition
	}
	return word, strings.TrimSpace(word) != ""
}

func stage(word string) (string, bool) {
	word = strings.ToLower(word)
	if word == "5" || word == "25" {
		word += "%"
	}
	return word, slices.Contains([]string{"pilot", "5%", "25%", "all"}, word)
}

// Format writes a call so that [Parse] reads the same.
func Format(c Call) string {
	words := []string{c.Command}
	if command := find(c.Command); command != nil && len(command.Args) > 0 && command.Args[0].Kind == Topic {
		return strings.Join(append(words, c.Args...), " ")
	}
	for _, arg := range c.Args {
		words = append(words, quote(arg))
	}
	for _, f := range c.Fields {
		words = append(words, f.Key+"="+quote(f.Value))
	}
	return strings.Join(words, " ")
}
