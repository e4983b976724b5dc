package setup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// question is something that has to be known. What a flag says is not asked.
type question struct {
	flag  string
	help  string // of the flag
	text  string // what is asked
	value *string
	// fallback is what is meant by an empty answer.
	fallback func() string
	// check answers the value in the form in which it is kept. Its errors say what is wanted.
	check func(string) (string, error)
	// when says whether it is to be asked at all; nil: always.
	when func() bool
}

// dialogue is how questions are answered: by flags, by defaults, or by somebody at a terminal.
type dialogue struct {
	in    *bufio.Scanner
	out   io.Writer
	yes   bool // take the defaults
	given func(flag string) bool
}

func newDialogue(in io.Reader, out io.Writer, yes bool, given func(string) bool) dialogue {
	return dialogue{in: bufio.NewScanner(in), out: out, yes: yes, given: given}
}

// errNobody says that the questions were not answered to their end.
var errNobody = errors.New("nobody answers: give --yes to take the defaults, or answer with flags (rollcall init --help)")

// ask has one question answered. A bad answer is asked for again; a bad flag is an error.
func (d dialogue) ask(q question) error {
	if q.when != nil && !q.when() {
		return nil
	}
	keep := func(text string) error {
		value, err := q.check(strings.TrimSpace(text))
		if err == nil {
			*q.value = value
		}
		return err
	}
	if q.flag != "" && d.given(q.flag) {
		if err := keep(*q.value); err != nil {
			return fmt.Errorf("--%s: %w", q.flag, err)
		}
		return nil
	}
	fallback := q.fallback()
	if d.yes {
		return keep(fallback)
	}
	for {
		shown := ""
		if fallback != "" {
			shown = " [" + fallback + "]"
		}
		if _, err := fmt.Fprintf(d.out, "%s%s: ", q.text, shown); err != nil {
			return err
		}
		if !d.in.Scan() {
			return errors.Join(errNobody, d.in.Err())
		}
		text := d.in.Text()
		if strings.TrimSpace(text) == "" {
			text = fallback
		}
		err := keep(text)
		if err == nil {
			return nil
		}
		if _, err := fmt.Fprintf(d.out, "  That can't be: %v.\n", err); err != nil {
			return err
		}
	}
}
