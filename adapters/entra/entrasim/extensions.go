package entrasim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// extension is the name of an extension attribute, counted from 0.
func extension(i int) string { return fmt.Sprintf("extensionAttribute%d", i+1) }

// extensionOf is the number of one by its name, from 0.
func extensionOf(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, "extensionAttribute")
	n, err := strconv.Atoi(digits)
	return n - 1, ok && err == nil && n >= 1 && n <= 15 && digits == strconv.Itoa(n)
}

// patchExtensions changes the attributes that are named, and leaves the others.
func patchExtensions(u *user, raw json.RawMessage) bool {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil || all == nil {
		return false
	}
	for name, one := range all {
		if strings.HasPrefix(name, "@odata.") {
			continue
		}
		i, known := extensionOf(name)
		value, ok := text(one)
		if !known || !ok {
			return false
		}
		u.Extensions[i] = value
	}
	return true
}

// extensionProperty is what a filter means by "onPremisesExtensionAttributes/extensionAttribute1".
func extensionProperty(path string) (property[*user], bool) {
	name, ok := strings.CutPrefix(path, "onPremisesExtensionAttributes/")
	i, known := extensionOf(name)
	if !ok || !known {
		return property[*user]{}, false
	}
	return property[*user]{name: path, query: advanced, value: func(u *user) any { return orNull(u.Extensions[i]) }}, true
}
