package entrasim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// The plans that users have. TeamsPlan is Microsoft Teams in its commercial cloud.
const (
	TeamsPlan    = "57ff2da0-773e-42df-b2af-ffb7a2317929"
	exchangePlan = "9aaf7827-d63c-4b61-89c3-182f06f82e5c"
)

// State says where a directory has a user.
type State string

// The states.
const (
	Present State = ""        // in use
	Deleted State = "deleted" // among the deleted items, for 30 days
	Gone    State = "gone"    // for good
)

// User is a user as it is put into a directory, and read from it.
type User struct {
	ID         string // empty: a new one
	Name       string // displayName
	GivenName  string
	Surname    string
	Mail       string
	UPN        string   // userPrincipalName; empty: Mail, or one that is made from the name
	Proxies    []string // proxyAddresses, "SMTP:" before the primary one; nil: Mail
	OtherMails []string
	Guest      bool
	Disabled   bool
	Unlicensed bool // has no plan for Teams

	CreationType  string // "Invitation" of guests who were invited
	ExternalState string // "PendingAcceptance" or "Accepted" of guests
	Language      string // preferredLanguage
	Location      string // usageLocation
	Title         string
	Department    string
	Company       string
	Office        string
	EmployeeID    string
	EmployeeType  string
	Phone         string
	Extensions    [15]string // extensionAttribute1 to 15
	HiddenFromGAL bool       // showInAddressList is false

	// What the directory says of it, which nobody sets.
	State   State
	Created time.Time
	Invited bool // an invitation of the app made it
}

type user struct {
	User
	n         int // the order in which they came
	deletedAt time.Time
	planned   time.Time // when the plan for Teams was given or taken; zero: there never was one
	keys      []string  // in the tenant's index
}

func (u *user) guest() string {
	if u.Guest {
		return "Guest"
	}
	return "Member"
}

// snapshot is the user as it may leave the lock.
func (u *user) snapshot() User {
	out := u.User
	out.Proxies, out.OtherMails = slices.Clone(u.Proxies), slices.Clone(u.OtherMails)
	return out
}

// principal is the userPrincipalName as it is shown: that of a deleted user is changed, so that
// somebody else may have it.
func (u *user) principal() string {
	if u.State == Present {
		return u.UPN
	}
	return strings.ReplaceAll(u.ID, "-", "") + u.UPN
}

func (u *user) plans() []any {
	plans := []any{}
	if u.Guest && u.planned.IsZero() {
		return plans
	}
	plan := func(id, service, status string, at time.Time) map[string]any {
		return map[string]any{"assignedDateTime": stamp(at), "capabilityStatus": status, "service": service, "servicePlanId": id}
	}
	if !u.Guest {
		plans = append(plans, plan(exchangePlan, "exchange", "Enabled", u.Created))
	}
	switch {
	case !u.Unlicensed:
		plans = append(plans, plan(TeamsPlan, "TeamspaceAPI", "Enabled", u.planned))
	case !u.planned.IsZero(): // a licence that was taken away stays in the list
		plans = append(plans, plan(TeamsPlan, "TeamspaceAPI", "Deleted", u.planned))
	}
	return plans
}

// line makes a property of a string that may be patched. Empty is null.
func line(name string, standard bool, query query, field func(*user) *string) property[*user] {
	return property[*user]{
		name: name, standard: standard, query: query,
		value: func(u *user) any { return orNull(*field(u)) },
		set: func(u *user, raw json.RawMessage) bool {
			value, ok := text(raw)
			if ok {
				*field(u) = value
			}
			return ok
		},
	}
}

func setBool(field func(*user, bool)) func(*user, json.RawMessage) bool {
	return func(u *user, raw json.RawMessage) bool {
		var value bool
		if json.Unmarshal(raw, &value) != nil || string(raw) == "null" {
			return false
		}
		field(u, value)
		return true
	}
}

// fixed makes a property that nobody patches.
func fixed(name string, standard bool, query query, value func(*user) any) property[*user] {
	return property[*user]{name: name, standard: standard, query: query, value: value}
}

func indexed(p property[*user]) property[*user] {
	p.indexed = true
	return p
}

// userProperties are those that the simulator has: which ones Graph shows by default and filters by
// is as in https://learn.microsoft.com/graph/api/resources/user and its page on advanced queries.
var userProperties = properties[*user]{"user", []property[*user]{
	indexed(fixed("id", true, plain, func(u *user) any { return u.ID })),
	line("displayName", true, plain, func(u *user) *string { return &u.Name }),
	line("givenName", true, plain, func(u *user) *string { return &u.GivenName }),
	line("surname", true, plain, func(u *user) *string { return &u.Surname }),
	indexed(fixed("mail", true, plain, func(u *user) any { return orNull(u.Mail) })),
	indexed(fixed("userPrincipalName", true, plain, func(u *user) any { return u.principal() })),
	line("jobTitle", true, plain, func(u *user) *string { return &u.Title }),
	line("officeLocation", true, advanced, func(u *user) *string { return &u.Office }),
	line("preferredLanguage", true, advanced, func(u *user) *string { return &u.Language }),
	line("mobilePhone", true, advanced, func(u *user) *string { return &u.Phone }),
	{name: "businessPhones", standard: true, elements: func(*user) []string { return nil }},
	{
		name: "accountEnabled", query: plain, value: func(u *user) any { return !u.Disabled },
		set: setBool(func(u *user, on bool) { u.Disabled = !on }),
	},
	fixed("userType", false, plain, func(u *user) any { return u.guest() }),
	fixed("creationType", false, plain, func(u *user) any { return orNull(u.CreationType) }),
	fixed("externalUserState", false, plain, func(u *user) any { return orNull(u.ExternalState) }),
	fixed("createdDateTime", false, unfiltered, func(u *user) any { return stamp(u.Created) }),
	fixed("deletedDateTime", false, unfiltered, func(u *user) any {
		if u.deletedAt.IsZero() {
			return nil
		}
		return stamp(u.deletedAt)
	}),
	line("department", false, plain, func(u *user) *string { return &u.Department }),
	line("companyName", false, advanced, func(u *user) *string { return &u.Company }),
	line("employeeId", false, plain, func(u *user) *string { return &u.EmployeeID }),
	line("employeeType", false, advanced, func(u *user) *string { return &u.EmployeeType }),
	line("usageLocation", false, plain, func(u *user) *string { return &u.Location }),
	fixed("mailNickname", false, plain, func(u *user) any {
		name, _, _ := strings.Cut(u.UPN, "@")
		return name
	}),
	{
		name: "showInAddressList", value: func(u *user) any { return !u.HiddenFromGAL },
		set: setBool(func(u *user, on bool) { u.HiddenFromGAL = !on }),
	},
	{name: "proxyAddresses", query: plain, indexed: true, elements: func(u *user) []string { return u.Proxies }},
	{
		name: "otherMails", query: plain, indexed: true, elements: func(u *user) []string { return u.OtherMails },
		set: func(u *user, raw json.RawMessage) bool {
			var all []string
			if json.Unmarshal(raw, &all) != nil || all == nil {
				return false
			}
			u.OtherMails = all
			return true
		},
	},
	fixed("assignedPlans", false, plain, func(u *user) any { return u.plans() }),
	{
		name: "onPremisesExtensionAttributes", set: patchExtensions,
		value: func(u *user) any {
			out := make(map[string]any, len(u.Extensions))
			for i, value := range u.Extensions {
				out[extension(i)] = orNull(value)
			}
			return out
		},
	},
}}
