package slack

// Feature is something that needs a scope of its own, and may be switched off.
type Feature string

// The features that are switched. Everything else is needed.
const (
	// FeatureReadBack reads what is in the 1:1 chats with the app: what people write there, and
	// whether a message whose answer was lost is there.
	FeatureReadBack Feature = "read-back"
	// FeaturePersonas posts under the names of people who have no account.
	FeaturePersonas Feature = "personas"
)

// Features are those that are switched on.
type Features struct{ ReadBack, Personas bool }

// AllFeatures are all features, switched on.
func AllFeatures() Features { return Features{ReadBack: true, Personas: true} }

// Has reports whether a feature is on; what has no name can't be switched off.
func (f Features) Has(feature Feature) bool {
	switch feature {
	case FeatureReadBack:
		return f.ReadBack
	case FeaturePersonas:
		return f.Personas
	}
	return true
}

// Scope is a permission of the app: https://docs.slack.dev/reference/scopes.
type Scope struct {
	Name     string
	Feature  Feature // empty: Rollcall doesn't work without it
	Optional bool    // it serves a feature that may be off
	Serves   string  // what it is for, as a phrase
}

const (
	scopePost    = "chat:write"
	scopeOpen    = "im:write"
	scopePeople  = "users:read"
	scopeEmail   = "users:read.email"
	scopeCommand = "commands"
	scopeHistory = "im:history"
	// scopePersona: https://docs.slack.dev/reference/scopes/chat.write.customize.
	scopePersona = "chat:write.customize"
)

// Table says which scope serves what. The app's manifest and the request for consent are made from
// it, and nothing else is ever asked for.
func Table() []Scope {
	return []Scope{
		{Name: scopePost, Serves: "posting and changing messages"},
		{Name: scopeOpen, Serves: "opening the 1:1 chat with a person"},
		{Name: scopePeople, Serves: "listing the workspace's people, and hearing who joins or changes"},
		{Name: scopeEmail, Serves: "finding people by their address"},
		{Name: scopeCommand, Serves: "the slash command"},
		{Name: scopeHistory, Feature: FeatureReadBack, Optional: true, Serves: "reading what people write to the app, and whether a message arrived"},
		{Name: scopePersona, Feature: FeaturePersonas, Optional: true, Serves: "posting under the names of people without an account"},
	}
}

// Scopes are the names of those that the features need, in the table's order.
func Scopes(features Features) []string {
	var names []string
	for _, scope := range Table() {
		if features.Has(scope.Feature) {
			names = append(names, scope.Name)
		}
	}
	return names
}

// Events are the bot events that the features need: https://docs.slack.dev/reference/events.
func Events(features Features) []string {
	names := []string{eventHome, eventUninstalled, eventRevoked, eventJoined, eventChanged, eventGranted, eventTaken}
	if features.ReadBack {
		names = append(names, eventDirect)
	}
	return names
}

// The events that are read, as they name themselves.
const (
	eventHome        = "app_home_opened"
	eventUninstalled = "app_uninstalled"
	eventRevoked     = "tokens_revoked"
	eventJoined      = "team_join"
	eventChanged     = "user_change"
	eventGranted     = "team_access_granted"
	eventTaken       = "team_access_revoked"
	eventDirect      = "message.im" // subscribed to under this name, and delivered as:
	eventMessage     = "message"
)
