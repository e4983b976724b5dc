package catalog

import "strings"

// HintOf is the text of what should stand for an argument, by its name in a command's usage.
func HintOf(argument string) string {
	switch argument {
	case "PERSON":
		return hintPerson
	case "BATCH|PERSON":
		return hintEither
	case "ADDRESS":
		return hintAddress
	case "GROUP":
		return hintGroup
	case "NAME":
		return hintName
	case "PLAN":
		return hintPlan
	case "BATCH":
		return hintBatch
	case "STAGE":
		return hintStage
	case "FROM":
		return hintFrom
	case "ACCOUNT":
		return hintAccount
	case "CODE":
		return hintCode
	}
	return hintWord
}

// Example is a key with what can stand at it, as it is written; a bar stands between words of which one is meant.
func Example(key string) string {
	values := map[string]string{
		"removal": "suspend|unsync|delete", "grace": "14d", "quiet": "18-8|none", "quiet-days": "sat,sun|none", "zone": "Europe/Berlin",
		"language": "en|de|fr|es|ja", "per-hour": "200", "read-every": "15m", "ask-first": "yes|no",
		"directory": "entra", "group": "8f14e45f-ceea-467f-a8b0-b4c2ee6b1f2e", "name": "Sales", "primary": "PLATFORM", "secondary": "PLATFORM",
		"priority": "10", "policy": "suspend|unsync|delete|tenant",
	}
	return key + "=" + values[key]
}

// examples are those of several keys.
func examples(keys []string) string {
	list := make([]string, len(keys))
	for i, key := range keys {
		list[i] = Example(key)
	}
	return strings.Join(list, "; ")
}
