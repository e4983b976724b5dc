package entrasim

import (
	"strings"
	"time"
)

// Kind is a kind of group.
type Kind string

// The kinds of groups. Security groups are those whose members Rollcall may follow.
const (
	Security     Kind = "security"         // assigned members
	Dynamic      Kind = "dynamic security" // members by a rule
	Microsoft365 Kind = "Microsoft 365"
	// SecureMicrosoft365 is a Microsoft 365 group that may also grant access.
	SecureMicrosoft365 Kind = "Microsoft 365, security enabled"
	Distribution       Kind = "distribution"
	MailSecurity       Kind = "mail-enabled security"
)

// Group is a group as it is put into a directory. Its members are users, other groups, and whatever
// else a directory has.
type Group struct {
	ID      string // empty: a new one
	Name    string
	Kind    Kind   // empty: Security
	Rule    string // the membershipRule of a dynamic one
	Mail    string
	Members []string
}

type membership struct {
	n  int
	id string
}

type group struct {
	Group
	n       int
	created time.Time
	state   State
	members []membership // in the order in which they joined
	in      map[string]bool
}

func (g *group) has(id string) bool { return g.in[id] }

func (g *group) types() []string {
	switch g.Kind {
	case Dynamic:
		return []string{"DynamicMembership"}
	case Microsoft365, SecureMicrosoft365:
		return []string{"Unified"}
	}
	return []string{}
}

func (g *group) secure() bool {
	return g.Kind == Security || g.Kind == Dynamic || g.Kind == MailSecurity || g.Kind == SecureMicrosoft365
}

func (g *group) mailed() bool { return g.Kind != Security && g.Kind != Dynamic }

func fact(name string, standard bool, query query, value func(*group) any) property[*group] {
	return property[*group]{name: name, standard: standard, query: query, value: value}
}

var groupProperties = properties[*group]{"group", []property[*group]{
	fact("id", true, plain, func(g *group) any { return g.ID }),
	fact("displayName", true, plain, func(g *group) any { return g.Name }),
	fact("description", true, unfiltered, func(*group) any { return nil }),
	{name: "groupTypes", standard: true, query: plain, elements: (*group).types},
	fact("securityEnabled", true, plain, func(g *group) any { return g.secure() }),
	fact("mailEnabled", true, plain, func(g *group) any { return g.mailed() }),
	fact("mail", true, plain, func(g *group) any { return orNull(g.Mail) }),
	fact("mailNickname", true, plain, func(g *group) any { return strings.ReplaceAll(strings.ToLower(g.Name), " ", "") }),
	fact("membershipRule", true, unfiltered, func(g *group) any { return orNull(g.Rule) }),
	fact("membershipRuleProcessingState", true, unfiltered, func(g *group) any {
		if g.Kind == Dynamic {
			return "On"
		}
		return nil
	}),
	fact("createdDateTime", true, unfiltered, func(g *group) any { return stamp(g.created) }),
	fact("deletedDateTime", true, unfiltered, func(*group) any { return nil }),
	fact("onPremisesSyncEnabled", true, unfiltered, func(*group) any { return nil }),
	fact("visibility", true, unfiltered, func(*group) any { return nil }),
}}

// group is one that wasn't deleted.
func (t *tenant) group(id string) *group {
	g := t.groupByID[strings.ToLower(id)]
	if g == nil || g.state != Present {
		return nil
	}
	return g
}

// kind is the type of an object in use; "" where there is none.
func (t *tenant) kind(id string) string {
	if u := t.byID[id]; u != nil && u.State == Present {
		return "user"
	}
	if t.group(id) != nil {
		return "group"
	}
	return t.others[id].kind
}

// kindEver is the type of an object that is or was there.
func (t *tenant) kindEver(id string) string {
	switch {
	case t.byID[id] != nil:
		return "user"
	case t.groupByID[id] != nil:
		return "group"
	}
	return t.others[id].kind
}

// reaches are all ids below a group, however deep.
func (t *tenant) reaches(g *group) map[string]bool {
	all := make(map[string]bool)
	var walk func(g *group)
	walk = func(g *group) {
		for _, m := range g.members {
			if all[m.id] {
				continue
			}
			all[m.id] = true
			if below := t.group(m.id); below != nil {
				walk(below)
			}
		}
	}
	walk(g)
	return all
}

// shown makes the JSON object of anything in use, with its type. What the token may not read comes
// with its id only: https://learn.microsoft.com/graph/permissions-overview, "Limited information
// returned for inaccessible member objects".
func (c *call) shown(id string, selected []string, everything bool) map[string]any {
	kind := c.t.kind(id)
	var out map[string]any
	switch kind {
	case "user":
		if selected == nil && everything {
			selected = userProperties.names()
		}
		out = userProperties.show(c.t.byID[id], selected, c.may(readUsers))
	case "group":
		if selected == nil && everything {
			selected = groupProperties.names()
		}
		out = groupProperties.show(c.t.group(id), selected, c.may(readMembers))
	default:
		out = map[string]any{"id": id, "displayName": nil}
	}
	out["@odata.type"] = "#microsoft.graph." + kind
	return out
}
