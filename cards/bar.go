package cards

import "strings"

// The characters of a bar. They differ in shape, not in colour, and are as wide as each other.
const (
	barLength = 10
	barFull   = "█"
	barEmpty  = "░"
)

// Characters is the bar as a row of ten characters. It is empty only while nothing is done, and full only
// when all is.
func (b Bar) Characters() string {
	full := 0
	switch {
	case b.Total <= 0 || b.Done <= 0:
	case b.Done >= b.Total:
		full = barLength
	default:
		full = max(1, int(float64(b.Done)/float64(b.Total)*barLength))
	}
	return strings.Repeat(barFull, full) + strings.Repeat(barEmpty, barLength-full)
}
