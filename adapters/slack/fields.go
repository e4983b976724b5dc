package slack

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// Requests are read member by member instead of into structs. encoding/json takes the last of
// "team_id", "Team_ID" and "team_id" without a word, so that two readers of one body can see two
// tenants; here a member that is read stands there once, in exactly its spelling, or the request is
// refused. It is also what makes a large payload cheap, of which little is used.

var (
	errSyntax    = errors.New("not the JSON that was expected")
	errAmbiguous = errors.New("a member stands there twice, or in another spelling")
	errDepth     = errors.New("JSON nested too deeply")
)

// deepest is how far JSON may be nested.
const deepest = 64

// member is a member of an object that is wanted, and where its JSON goes; an absent one leaves
// nil there, and so does null.
type member struct {
	name string
	into *[]byte
}

// members reads members of an object. The JSON must have been found valid.
func members(object []byte, wanted ...member) error {
	s := scanner{rest: object}
	if s.next() != '{' {
		return errSyntax
	}
	var seen uint64
	for {
		switch s.peek() {
		case '}':
			return nil
		case ',':
			s.next()
		}
		key, err := s.value()
		if err != nil {
			return err
		}
		if bytes.IndexByte(key, '\\') >= 0 {
			var plain string
			if json.Unmarshal(key, &plain) != nil {
				return errSyntax
			}
			key = []byte(`"` + plain + `"`)
		}
		if s.next() != ':' {
			return errSyntax
		}
		value, err := s.value()
		if err != nil {
			return err
		}
		for i, want := range wanted {
			if !strings.EqualFold(string(key[1:len(key)-1]), want.name) {
				continue
			}
			if seen&(1<<i) != 0 || string(key[1:len(key)-1]) != want.name {
				return errAmbiguous
			}
			seen |= 1 << i
			if string(value) != "null" {
				*want.into = value
			}
		}
	}
}

// elements are the elements of an array. The JSON must have been found valid.
func elements(array []byte) ([][]byte, error) {
	s := scanner{rest: array}
	if s.next() != '[' {
		return nil, errSyntax
	}
	var all [][]byte
	for {
		switch s.peek() {
		case ']':
			return all, nil
		case ',':
			s.next()
		}
		value, err := s.value()
		if err != nil {
			return nil, err
		}
		all = append(all, value)
	}
}

// text is a string's text, and empty for nil.
func text(value []byte) (string, error) {
	if value == nil {
		return "", nil
	}
	if len(value) < 2 || value[0] != '"' {
		return "", errSyntax
	}
	if inner := value[1 : len(value)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner), nil
	}
	var s string
	if json.Unmarshal(value, &s) != nil {
		return "", errSyntax
	}
	return s, nil
}

// truth is a boolean, and false for nil.
func truth(value []byte) (bool, error) {
	switch string(value) {
	case "true":
		return true, nil
	case "false", "":
		return false, nil
	}
	return false, errSyntax
}

// scanner walks over valid JSON.
type scanner struct{ rest []byte }

// peek is the next byte that is not white space, and 0 at the end.
func (s *scanner) peek() byte {
	for i, c := range s.rest {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			s.rest = s.rest[i:]
			return c
		}
	}
	s.rest = nil
	return 0
}

// next takes the byte that peek sees.
func (s *scanner) next() byte {
	c := s.peek()
	if c != 0 {
		s.rest = s.rest[1:]
	}
	return c
}

// value takes a whole value.
func (s *scanner) value() ([]byte, error) {
	s.peek()
	depth, quoted := 0, false
	for i := 0; i < len(s.rest); i++ {
		c := s.rest[i]
		end := i
		switch {
		case quoted && c == '\\':
			i++
			continue
		case c == '"':
			quoted = !quoted
			end = i + 1
		case quoted:
			continue
		case c == '{' || c == '[':
			if depth++; depth > deepest {
				return nil, errDepth
			}
			continue
		case c == '}' || c == ']':
			depth--
			end = i + 1
			if depth < 0 { // the end of what a bare value stands in
				depth, end = 0, i
			}
		case c == ',' || c == ':' || c == ' ' || c == '\t' || c == '\n' || c == '\r':
		default:
			end = 0 // within a number or a literal
		}
		if depth > 0 || quoted || end == 0 {
			continue
		}
		value := s.rest[:end]
		s.rest = s.rest[end:]
		return value, nil
	}
	if depth > 0 || quoted || len(s.rest) == 0 {
		return nil, errSyntax
	}
	value := s.rest
	s.rest = nil
	return value, nil
}
