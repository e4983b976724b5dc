package csv

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Sheet is what a file says: its people in the order of its lines, and the groups that it declares
// beside those that people are in.
type Sheet struct {
	Groups []string
	People []Person
}

// Person is one line of a file.
type Person struct {
	ID     string // unique, and never given to anybody else
	Name   string
	Email  string // as typed; it need not be usable
	Groups []string
	Active bool // false: disabled, which counts as having left
	Exempt bool // never touched, never prompted
	Zone   string
	Locale string
}

// fold is the form in which names of groups and columns are compared: a case or an accent that was
// typed differently in one line must not take somebody out of a group.
func fold(name string) string {
	return strings.ToLower(clean(name))
}

// clean is the form of a cell: composed, without white space around it and with a space for a tab.
func clean(cell string) string {
	return strings.TrimSpace(strings.ReplaceAll(norm.NFC.String(cell), "\t", " "))
}
