package cards

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

const (
	maxMark = 64   // letters
	maxURL  = 2048 // bytes: what every browser opens, and less than any platform takes

	minColumns = 2
	maxColumns = 4
	maxRows    = 20
)

// Sign is what stands before a paragraph of this tone, since colour alone says nothing to some.
// Empty for the tones that need none.
func (t Tone) Sign() string {
	switch t {
	case Good:
		return "✓"
	case Caution:
		return "⚠"
	}
	return ""
}

// LimitError says which limit of a platform a card breaks. That is a defect of the card, never of
// the person it is about: names are cut long before they reach a limit.
type LimitError struct {
	Platform   string // whose limit
	Part       string // what is too large
	Have, Most int    // how large it is, and may be
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("the card's %s: %d, and %s takes %d", e.Part, e.Have, e.Platform, e.Most)
}

// Within is a [*LimitError] if there is more than a platform takes, and nil otherwise.
func Within(platform, part string, have, most int) error {
	if have <= most {
		return nil
	}
	return &LimitError{Platform: platform, Part: part, Have: have, Most: most}
}

// Validate reports everything that is wrong with c on every platform: a missing summary, nothing to
// show, an empty part, a table that is too large for a phone, a divider that divides nothing, a button
// that can't be read back, opens no page or stands there twice, two primary buttons, a mark that isn't one. Renderers call it before they add their
// own limits. Its errors quote nothing of the card.
func (c Card) Validate() error {
	var errs []error
	if c.Summary == "" {
		errs = append(errs, errors.New("the card has no summary"))
	}
	if c.Title == "" && len(c.Body) == 0 {
		errs = append(errs, errors.New("the card shows nothing"))
	}
	if !IsMark(c.Mark) {
		errs = append(errs, errors.New("the card's mark isn't of at most 64 letters and digits"))
	}
	return errors.Join(append(errs, c.validateBody(), c.validateActions())...)
}

func (c Card) validateBody() error {
	var errs []error
	for i, block := range c.Body {
		if !whole(block) {
			errs = append(errs, fmt.Errorf("block %d is empty, or of no known kind", i+1))
		}
		if _, ok := block.(Divider); ok && !c.divides(i) {
			errs = append(errs, fmt.Errorf("block %d divides nothing", i+1))
		}
	}
	return errors.Join(errs...)
}

// divides reports whether block i has something before and after it, and no other divider after it.
func (c Card) divides(i int) bool {
	if i+1 == len(c.Body) || i == 0 && c.Title == "" {
		return false
	}
	_, again := c.Body[i+1].(Divider)
	return !again
}

func whole(block Block) bool {
	switch b := block.(type) {
	case Text:
		return len(b.Runs) > 0 && !slices.ContainsFunc(b.Runs, func(r Run) bool { return r.Text == "" })
	case Facts:
		return len(b) > 0 && !slices.ContainsFunc(b, func(f Fact) bool { return f.Label == "" || f.Value == "" })
	case Figure:
		return b.Value != "" && b.Label != ""
	case Table:
		return b.whole()
	case Bar:
		return b.Done >= 0 && b.Total >= 0 && b.Label != ""
	case Divider:
		return true
	}
	return false
}

func (t Table) whole() bool {
	if len(t.Heads) < minColumns || len(t.Heads) > maxColumns || len(t.Rows) == 0 || len(t.Rows) > maxRows {
		return false
	}
	return !slices.ContainsFunc(append([][]string{t.Heads}, t.Rows...), func(row []string) bool {
		return len(row) != len(t.Heads) || slices.ContainsFunc(row, blank)
	})
}

// blank reports whether there is nothing to see in a text.
func blank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}

func (c Card) validateActions() error {
	type act struct { // what a button does
		press Press
		url   string
	}
	var errs []error
	primary := 0
	seen := make(map[act]bool)
	for i, a := range c.Actions {
		if a.Label == "" {
			errs = append(errs, fmt.Errorf("button %d has no label", i+1))
		}
		if err := a.validate(); err != nil {
			errs = append(errs, fmt.Errorf("button %d: %w", i+1, err))
		}
		if seen[act{a.Press, a.URL}] {
			errs = append(errs, fmt.Errorf("button %d does what another one does", i+1))
		}
		seen[act{a.Press, a.URL}] = true
		if a.Style == Primary {
			primary++
		}
	}
	if primary > 1 {
		errs = append(errs, errors.New("the card has more than one primary button"))
	}
	return errors.Join(errs...)
}

// validate reports whether the button either presses or opens a page.
func (a Action) validate() error {
	if a.URL == "" {
		_, err := a.Press.Encode()
		return err
	}
	switch {
	case a.Press != (Press{}):
		return errors.New("it opens a page and presses as well")
	case !IsURL(a.URL):
		return errors.New("what it opens is no address of a page")
	}
	return nil
}

// IsURL reports whether a button may open s: an address of a page under https, with a host, without a
// user, of at most 2048 characters, all of them such as stand in an address.
func IsURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= maxURL && strings.HasPrefix(s, "https://") && u.Hostname() != "" && u.User == nil &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("<>\"\\^`{|}", r) })
}

// IsMark reports whether s can be a card's mark, or is empty.
func IsMark(s string) bool {
	return len(s) <= maxMark && !slices.ContainsFunc([]byte(s), func(c byte) bool { return !letterOrDigit(c) })
}
