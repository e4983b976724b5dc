package program

import (
	"encoding/json"
	"slices"

	"rollcall/sync/directory"
)

// configured is what the configuration says of a tenant that commands change as well.
type configured struct {
	Settings directory.Settings
	Admins   []string // their accounts' texts
}

func (t TenantConfig) configured() configured {
	c := configured{Settings: t.settings()}
	for _, account := range t.admins() {
		c.Admins = append(c.Admins, account.Text())
	}
	return c
}

// remember is the stored form of what the configuration says.
func remember(said any) string {
	text, err := json.Marshal(said)
	if err != nil {
		panic(err) // of plain values
	}
	return string(text)
}

// remembered is what the configuration said last; false: nothing yet. What a later release wrote and this one doesn't
// know is left out, and what an earlier one didn't know is empty, as where it isn't configured.
func remembered[T any](text string) (said T, known bool) {
	known = text != "" && json.Unmarshal([]byte(text), &said) == nil
	return said, known
}

// amend brings what is stored up to date with the configuration: what that says other than before, and nothing else. It
// answers what that is, and what of it commands had set.
func amend[T any](stored, before, now T) (is T, changed, overruled []string) {
	_, set := directory.Merge(stored, before, stored)
	is, changed = directory.Merge(stored, before, now)
	for _, field := range changed {
		if slices.Contains(set, field) {
			overruled = append(overruled, field)
		}
	}
	return is, changed, overruled
}

// logAmended says what the configuration has changed, by the names of the fields.
func (m *Main) logAmended(tenant directory.TenantID, group directory.GroupID, changed, overruled []string) {
	of := []any{"tenant", tenant, "fields", changed}
	if group != "" {
		of = append(of, "group", string(group))
	}
	switch {
	case len(overruled) > 0:
		m.logger.Warn("the configuration says something else than before: that takes the place of what commands have set", append(of, "set by commands", overruled)...)
	case len(changed) > 0:
		m.logger.Info("the configuration says something else than before", of...)
	}
}
