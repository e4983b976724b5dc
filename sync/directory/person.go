package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MemberID is a person in a directory: the directory's name in the configuration, and that
// directory's own immutable id of the person.
type MemberID struct {
	Directory string
	ID        string
}

// Text is m's form in the store. [ParseMemberID] reads it.
func (m MemberID) Text() string { return escape(m.Directory) + "/" + escape(m.ID) }

// ParseMemberID reads what [MemberID.Text] wrote, and fails on anything else.
func ParseMemberID(text string) (MemberID, error) {
	parts, err := unescape(text, 2)
	if err != nil {
		return MemberID{}, err
	}
	return MemberID{Directory: parts[0], ID: parts[1]}, nil
}

// Member is a person as the directory describes them.
type Member struct {
	ID     MemberID
	Name   string
	Email  Address
	Active bool   // false: disabled or soft-deleted, which counts as having left
	Exempt bool   // a bot, a shared mailbox, or marked so: never touched, never prompted
	Zone   string // IANA zone; empty where unknown
	Locale string // BCP 47; empty where unknown
}

// LogValue keeps a person's name and address out of logs.
func (m Member) LogValue() slog.Value { return m.ID.LogValue() }

// LogValue is the id, or a digest of it where a directory uses addresses as ids.
func (m MemberID) LogValue() slog.Value {
	if !strings.Contains(m.ID, "@") {
		return slog.StringValue(m.Text())
	}
	sum := sha256.Sum256([]byte(m.Text()))
	return slog.StringValue(escape(m.Directory) + "/sha256:" + hex.EncodeToString(sum[:6]))
}

// Kind says what sort of identity an account is.
type Kind string

// The kinds. Only a person can be linked.
const (
	KindPerson   Kind = "person"
	KindGuest    Kind = "guest"
	KindBot      Kind = "bot"
	KindExternal Kind = "external" // at home in another workspace
)

// Verification says whether the platform vouches that the account owns its address.
type Verification string

// The verifications. Unknown is enough for a candidate that is then proved from both sides.
const (
	Unknown    Verification = ""
	Verified   Verification = "verified"
	Unverified Verification = "unverified"
)

// Account is an identity on a platform, as the platform describes it.
type Account struct {
	ID         AccountID
	Name       string
	Email      Address
	Ownership  Verification // of Email
	Kind       Kind
	Active     bool // can sign in; false while invited, disabled or deleted
	Unlicensed bool // lacks the licence that the platform needs for chat, where it has such a thing
	Zone       string
	Locale     string
}

// LogValue keeps an account's name and address out of logs.
func (a Account) LogValue() slog.Value { return slog.StringValue(a.ID.Text()) }

// Address is an e-mail address in the one form in which two are compared: NFC, lower case, no
// white space around it. Plus tags and dots stay. Lower case throughout is safe because every
// platform here compares addresses so, and because two people whose addresses fold together are
// a dispute, not a match. It prints and logs as "[address]"; [Address.Reveal] is the only way to
// its text.
type Address struct{ text string }

// ParseAddress normalises an address, or says why it can't be one: no single @, a missing part,
// over 254 bytes, a space or control character, or letters of more than one script in one of its
// parts (look-alikes).
func ParseAddress(s string) (Address, error) {
	// Lower case first: that of "İ" and an accent is two characters of which NFC makes one.
	s = norm.NFC.String(strings.ToLower(strings.TrimSpace(s)))
	local, domain, ok := strings.Cut(s, "@")
	switch {
	case s == "":
		return Address{}, Errorf(Invalid, "the address is empty")
	case !ok || local == "" || domain == "" || strings.Contains(domain, "@"):
		return Address{}, Errorf(Invalid, "the address is not of the form name@domain")
	case len(s) > 254:
		return Address{}, Errorf(Invalid, "the address is longer than 254 bytes")
	case strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("<>\",;", r) || r == unicode.ReplacementChar
	}):
		return Address{}, Errorf(Invalid, "the address has a character that none may have")
	case mixesScripts(local) || mixesScripts(domain):
		return Address{}, Errorf(Invalid, "the address mixes scripts")
	}
	return Address{s}, nil
}

// mixesScripts reports whether a part has letters of two of the scripts whose letters look alike.
func mixesScripts(part string) bool {
	seen := 0
	for _, script := range []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee} {
		if strings.ContainsFunc(part, func(r rune) bool { return unicode.Is(script, r) }) {
			seen++
		}
	}
	return seen > 1
}

// IsZero reports whether there is no address.
func (a Address) IsZero() bool { return a.text == "" }

// Reveal is the address itself: for a look-up, a store or the wire, never for a log.
func (a Address) Reveal() string { return a.text }

// Masked is the address as it may be shown to somebody else: the first letter and the domain.
func (a Address) Masked() string {
	if a.text == "" {
		return ""
	}
	local, domain, _ := strings.Cut(a.text, "@")
	for _, r := range local {
		return string(r) + "•••@" + domain
	}
	return "•••@" + domain
}

// Obscured is an address whose very text is the masked one: it can be shown, and finds nobody.
func (a Address) Obscured() Address { return Address{a.Masked()} }

// String hides the address.
func (a Address) String() string { return "[address]" }

// GoString hides the address.
func (a Address) GoString() string { return "[address]" }

// LogValue hides the address.
func (a Address) LogValue() slog.Value { return slog.StringValue("[address]") }

// MarshalText reveals the address, for records in a store. Logs never reach it: every type that
// has an Address in it has a LogValue.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.text), nil }

// UnmarshalText reads a stored address. It must be in its normal form already.
func (a *Address) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*a = Address{}
		return nil
	}
	parsed, err := ParseAddress(string(text))
	if err != nil {
		return err
	}
	if parsed.text != string(text) {
		return Errorf(Invalid, "a stored address is not in its normal form")
	}
	*a = parsed
	return nil
}

// Finding is the answer to "which accounts have this address?". The zero value is a failure: only
// [Found] and [Absent] make an answer.
type Finding struct {
	answered bool
	accounts []Account
	err      error
}

// Found is the answer that there are such accounts. With none it is a failure, not an absence.
func Found(accounts ...Account) Finding {
	if len(accounts) == 0 {
		return Failed(Errorf(Internal, "found nothing without saying absent"))
	}
	return Finding{answered: true, accounts: slices.Clone(accounts)}
}

// Absent is the definite answer that there is none.
func Absent() Finding { return Finding{answered: true} }

// Failed is the answer that could not be had.
func Failed(err error) Finding {
	if err == nil {
		err = Errorf(Internal, "failed without saying why")
	}
	return Finding{err: err}
}

// Accounts are the accounts found: never empty when Found.
func (f Finding) Accounts() []Account { return f.accounts }

// IsAbsent reports a definite absence.
func (f Finding) IsAbsent() bool { return f.answered && len(f.accounts) == 0 }

// Err is why there is no answer, and nil where there is one.
func (f Finding) Err() error {
	if f.answered {
		return nil
	}
	if f.err == nil {
		return Errorf(Internal, "nobody was asked")
	}
	return f.err
}

// Standing is the answer to "is this person in this group?", asked of the directory for one
// person. The zero value is no answer.
type Standing struct {
	answered bool
	in       bool
	member   Member
	err      error
}

// In says that the person is in the group and active.
func In(m Member) Standing { return Standing{answered: true, in: true, member: m} }

// Out is a definite no: not a member, disabled, or deleted.
func Out() Standing { return Standing{answered: true} }

// NoAnswer says that the directory could not be asked, or contradicts itself.
func NoAnswer(err error) Standing {
	if err == nil {
		err = Errorf(Internal, "no answer without saying why")
	}
	return Standing{err: err}
}

// IsIn reports a definite yes; the member is as the directory describes them now.
func (s Standing) IsIn() (Member, bool) { return s.member, s.answered && s.in }

// IsOut reports a definite no.
func (s Standing) IsOut() bool { return s.answered && !s.in }

// Err is why there is no answer, and nil where there is one.
func (s Standing) Err() error {
	if s.answered {
		return nil
	}
	if s.err == nil {
		return Errorf(Internal, "nobody was asked")
	}
	return s.err
}

// Location is the zone in which a person's day is reckoned: the first of the names that is known.
func Location(zones ...string) *time.Location {
	for _, name := range zones {
		if name == "" {
			continue
		}
		if loc, err := time.LoadLocation(name); err == nil {
			return loc
		}
	}
	return time.UTC
}
