package command

import (
	"strings"

	"rollcall/sync/directory"
)

// subject is how a person was named, in its normal form: an address, a directory's id as its text, or a
// mention. A button names them by [handle].
func subject(word string) (string, bool) {
	if isMention(word) {
		return word, true
	}
	if coded, ok := strings.CutPrefix(word, handlePrefix); ok {
		if text, ok := decode(coded); ok {
			word = text
		}
	}
	if member, err := directory.ParseMemberID(word); err == nil && member.Directory != "" && member.ID != "" {
		return member.Text(), true
	}
	address, err := directory.ParseAddress(strings.TrimSuffix(strings.TrimPrefix(word, "<"), ">"))
	return address.Reveal(), err == nil
}

// named is whom a normal form names. A mention is of somebody in the caller's own workspace.
func named(word string, inst directory.Installation) Name {
	if isMention(word) {
		return Name{Account: inst.Account(word[2 : len(word)-1])}
	}
	if member, err := directory.ParseMemberID(word); err == nil {
		return Name{Member: member}
	}
	address, _ := directory.ParseAddress(word) // it is in its normal form
	return Name{Address: address}
}

// mentioned is how an account of the caller's own workspace is named.
func mentioned(account directory.AccountID) string { return "<@" + account.User + ">" }

// handlePrefix begins what stands for a person in a button, which carries letters, digits and dashes only.
const handlePrefix = "id-"

// handle is a member's id as a button carries it; empty: it can't be carried, or there is none.
func handle(member directory.MemberID) string {
	if member == (directory.MemberID{}) {
		return ""
	}
	var b strings.Builder
	b.WriteString(handlePrefix)
	for _, r := range member.Text() {
		switch {
		case r == '-', r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r < 'Z':
			b.WriteRune(r)
		default:
			code, ok := escapes[r]
			if !ok {
				return ""
			}
			b.WriteString("Z" + string(code))
		}
	}
	return b.String()
}

// decode reads what handle wrote after its prefix.
func decode(coded string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(coded); i++ {
		if c := coded[i]; c != 'Z' {
			if c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
				return "", false
			}
			b.WriteByte(c)
			continue
		}
		i++
		if i == len(coded) {
			return "", false
		}
		found := false
		for r, code := range escapes {
			if byte(code) == coded[i] {
				b.WriteRune(r)
				found = true
			}
		}
		if !found {
			return "", false
		}
	}
	return b.String(), true
}

// escapes are the letters that stand, after a Z, for what a button can't carry. Never written to.
var escapes = map[rune]rune{
	'Z': 'z', '/': 's', '_': 'u', '.': 'd', '@': 'a', '%': 'p', '=': 'e', '+': 'l', '~': 't', ':': 'c', '$': 'r', '&': 'n',
}
