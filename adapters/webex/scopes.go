package webex

import "slices"

// Holder is whose token has a scope.
type Holder string

// The holders. An integration is registered with the scopes of ForIntegration and, where there is a
// service app, of ForOperator; each of the two signs in for its own only.
const (
	ForBot         Holder = "bot"
	ForIntegration Holder = "integration" // an administrator who signs in
	ForOperator    Holder = "operator"    // whoever runs Rollcall, and has registered the apps
	ForServiceApp  Holder = "service app" // authorised in an organisation's Control Hub
)

// Feature is something that an optional scope serves.
type Feature string

// The features.
const (
	FeatureServiceApp Feature = "service-app" // people are read without anybody's account
	FeatureGuests     Feature = "guests"      // guests stand in for people
	FeatureWithdraw   Feature = "withdraw"    // disconnecting ends the integration's tokens at Webex as well
)

// Scope is one scope and what it is for.
type Scope struct {
	Name     string
	For      Holder
	Feature  Feature // that needs it; empty: everything does
	Optional bool    // it is only asked for where its feature is switched on
	Serves   string
}

// Table are all scopes that Rollcall uses (https://developer.webex.com/docs/integration-scopes). A bot has
// its scopes implicitly: nobody chooses or grants them.
func Table() []Scope {
	return []Scope{
		{Name: "spark:people_read", For: ForBot, Serves: "seeing who wrote, and from which organisation"},
		{Name: "spark:messages_read", For: ForBot, Serves: "reading what is written to the bot, presses of its buttons, and its own messages"},
		{Name: "spark:messages_write", For: ForBot, Serves: "asking people, and correcting or deleting what was asked"},
		{Name: "spark:memberships_read", For: ForBot, Serves: "noticing that somebody opened a chat with the bot"},

		{Name: "spark:people_read", For: ForIntegration, Serves: "seeing who signed in, and from which organisation"},
		{Name: "spark-admin:people_read", For: ForIntegration, Serves: "seeing the roles of who signed in; without a service app also reading the organisation's people"},
		{Name: "spark-admin:roles_read", For: ForIntegration, Serves: "telling a full administrator by the name of the role"},
		{Name: "identity:tokens_write", For: ForIntegration, Feature: FeatureWithdraw, Optional: true, Serves: "ending what the administrator granted"},

		{Name: "spark:applications_token", For: ForOperator, Feature: FeatureServiceApp, Optional: true, Serves: "getting the service app's token of an organisation that authorised it"},
		{Name: "application:webhooks_read", For: ForOperator, Feature: FeatureServiceApp, Optional: true, Serves: "checking the webhooks of the service app"},
		{Name: "application:webhooks_write", For: ForOperator, Feature: FeatureServiceApp, Optional: true, Serves: "hearing that an organisation authorised the service app, or deauthorised it"},

		{Name: "spark-admin:people_read", For: ForServiceApp, Feature: FeatureServiceApp, Serves: "reading the organisation's people"},
		{Name: "guest-issuer:write", For: ForServiceApp, Feature: FeatureGuests, Optional: true, Serves: "making guests that stand in for people"},
		{Name: "spark-admin:people_write", For: ForServiceApp, Feature: FeatureGuests, Optional: true, Serves: "deleting those guests"},
	}
}

// Scopes are the names of a holder's scopes: those that are always needed, and those of the features.
func Scopes(of Holder, features ...Feature) []string {
	var names []string
	for _, s := range Table() {
		if s.For == of && (!s.Optional || slices.Contains(features, s.Feature)) {
			names = append(names, s.Name)
		}
	}
	return names
}
