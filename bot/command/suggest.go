package command

import "strings"

// nearest is the word of a list that is nearest to what was written; empty: none is near.
func nearest(written string, list []string) string {
	best, least := "", max(1, len([]rune(written))/4)+1
	for _, word := range list {
		if d := distance(written, word); d < least {
			best, least = word, d
		}
	}
	return best
}

// nearestCommand is the command that may have been meant, by its one or two first words.
func nearestCommand(tokens []token, all []Command) string {
	var names []string
	meant := make(map[string]string)
	for _, c := range all {
		if c.Topic == "" {
			continue
		}
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			names = append(names, name)
			meant[name] = c.Name
		}
	}
	for n := min(2, len(tokens)); n > 0; n-- {
		if written := spoken(tokens[:n]); len(written) <= 32 {
			if found := nearest(written, names); found != "" {
				return meant[found]
			}
		}
	}
	first := bare(tokens[0].text) + " "
	for _, name := range names {
		if strings.HasPrefix(name, first) { // "group" alone
			return meant[name]
		}
	}
	return ""
}

// distance is how many letters have to be put in, left out, changed, or swapped with their neighbour to make one word of another.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}
