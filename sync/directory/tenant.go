package directory

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// TenantID names one customer. It is our own id, found only from a verified installation and
// never from a field of a request body.
type TenantID string

// Platform names a chat platform, as its adapter does. Opaque to everything but cmd.
type Platform string

// Workspace is the platform's own immutable id of where the app is installed: a workspace, an
// organisation, a tenant of the platform. Unique within its platform.
type Workspace string

// Tenant is a customer and the settings that decide how its people are treated.
type Tenant struct {
	ID       TenantID
	Name     string
	Settings Settings
	// SignedUp says that the tenant came by installing the app, and not with the configuration.
	SignedUp bool
	// Configured is what the configuration last said of the settings; a command's change stands until
	// the configuration says something else of the same.
	Configured string
	Version    int64 // grows with every change; 0: not stored yet
}

// Settings are a tenant's policies.
type Settings struct {
	// On is the tenant's switch. While it is off nothing is read and nobody is asked.
	On bool
	// Removal says what leaving a group does to a link, where the group itself says nothing.
	Removal Removal
	// Grace is how long a link stays suspended before it is unsynced. Zero means seven days.
	Grace time.Duration
	// QuietFrom and QuietTo are the hours of the person's own day between which nobody is
	// prompted (18 and 8: from six in the evening to eight in the morning). Equal: no quiet hours.
	QuietFrom, QuietTo int
	// QuietDays are the days of the person's own week on which nobody is prompted.
	QuietDays []time.Weekday
	// Zone is the IANA zone for people of whom no zone is known. Empty means UTC.
	Zone string
	// Locale is the BCP 47 language for people of whom none is known. Empty means English.
	Locale string
	// PerHour is how many prompts the tenant's people get in an hour at most. Zero: no limit.
	PerHour int
	// ReadEvery is the longest time between two reads of a group. Zero means 15 minutes.
	ReadEvery time.Duration
	// AskFirst has somebody who wasn't found asked once for another address, before a stand-in
	// is made.
	AskFirst bool
	// StandIns are, for a platform, the kinds of stand-ins that are made there, the preferred one
	// first. A platform that isn't named has those of its Provisioner; one with none has none.
	StandIns map[Platform][]StandInKind
}

// Removal is a tenant's policy for people who leave.
type Removal string

// The removal policies. Every one suspends at once and reversibly.
const (
	RemovalSuspend Removal = "suspend" // then unsync after the grace period (the default)
	RemovalUnsync  Removal = "unsync"  // stay suspended for ever
	RemovalDelete  Removal = "delete"  // unsync as soon as the evidence allows
)

// Removals are all policies, the default first.
func Removals() []Removal { return []Removal{RemovalSuspend, RemovalUnsync, RemovalDelete} }

// Of are the settings for the people of a group: what it has of its own stands above the tenant's.
func (s Settings) Of(g Group) Settings {
	if g.Removal != "" {
		s.Removal = g.Removal
	}
	return s
}

// Installation is the app as installed in one workspace for one tenant. Generation grows with each
// re-install, so that late events of an earlier one are recognised.
type Installation struct {
	Tenant     TenantID
	Platform   Platform
	Workspace  Workspace
	Generation int64
}

// Account is the id of a user of this installation's workspace.
func (i Installation) Account(user string) AccountID {
	return AccountID{Platform: i.Platform, Workspace: i.Workspace, User: user}
}

// Origin says where a verified request came from. An adapter fills it from facts that the platform
// vouches for, and from nothing else.
type Origin struct {
	Platform     Platform
	Workspace    Workspace // the installation that was addressed
	Actor        AccountID // who acted; the zero value where nobody did. Its Workspace is the actor's home
	Conversation string    // where
	Direct       bool      // whether Conversation is the actor's own 1:1 chat with the app
}

// AccountID is an identity on a platform: the platform, the workspace that the user is at home in,
// and the platform's immutable user id.
type AccountID struct {
	Platform  Platform
	Workspace Workspace
	User      string
}

// IsZero reports whether a is no account at all.
func (a AccountID) IsZero() bool { return a == AccountID{} }

// Text is a's form in the store: the parts path-escaped and joined by "/". [ParseAccountID] reads it.
func (a AccountID) Text() string {
	return escape(string(a.Platform)) + "/" + escape(string(a.Workspace)) + "/" + escape(a.User)
}

// ParseAccountID reads what [AccountID.Text] wrote, and fails on anything else.
func ParseAccountID(text string) (AccountID, error) {
	parts, err := unescape(text, 3)
	if err != nil {
		return AccountID{}, fmt.Errorf("account id: %w", err)
	}
	return AccountID{Platform: Platform(parts[0]), Workspace: Workspace(parts[1]), User: parts[2]}, nil
}

func escape(s string) string { return url.PathEscape(s) }

// unescape splits text into exactly n parts and refuses any spelling that escape would not have
// produced, so that one id never has two forms.
func unescape(text string, n int) ([]string, error) {
	parts := strings.Split(text, "/")
	if len(parts) != n {
		return nil, Errorf(Invalid, "%d parts instead of %d", len(parts), n)
	}
	for i, part := range parts {
		plain, err := url.PathUnescape(part)
		if err != nil || escape(plain) != part {
			return nil, Errorf(Invalid, "part %d is not in its canonical form", i+1)
		}
		parts[i] = plain
	}
	return parts, nil
}
