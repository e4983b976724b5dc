package teamssim

import "slices"

// Shapes are the properties that the simulator lets each type of a card have.
func Shapes() map[string][]string {
	all := make(map[string][]string)
	for kind, s := range shapes {
		all[kind] = slices.Clone(s.has)
	}
	return all
}
