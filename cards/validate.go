package cards

import (
	"errors"
	"fmt"
	"slices"
)

// maxMark is the longest mark.
const maxMark = 64

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
// show, an empty part, a divider that divides nothing, a button that can't be read back or stands
// there twice, two primary buttons, a mark that isn't one. Renderers call it before they add their
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
	case Divider:
		return true
	}
	return false
}

func (c Card) validateActions() error {
	var errs []error
	primary := 0
	seen := make(map[Press]bool)
	for i, a := range c.Actions {
		if a.Label == "" {
			errs = append(errs, fmt.Errorf("button %d has no label", i+1))
		}
		if _, err := a.Press.Encode(); err != nil {
			errs = append(errs, fmt.Errorf("button %d: %w", i+1, err))
		}
		if seen[a.Press] {
			errs = append(errs, fmt.Errorf("button %d does what another one does", i+1))
		}
		seen[a.Press] = true
		if a.Style == Primary {
			primary++
		}
	}
	if primary > 1 {
		errs = append(errs, errors.New("the card has more than one primary button"))
	}
	return errors.Join(errs...)
}

// IsMark reports whether s can be a card's mark, or is empty.
func IsMark(s string) bool {
	return len(s) <= maxMark && !slices.ContainsFunc([]byte(s), func(c byte) bool { return !letterOrDigit(c) })
}
