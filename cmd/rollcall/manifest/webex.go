package manifest

import (
	"slices"

	"rollcall/adapters/webex"
	"rollcall/manifests"
)

// integration are the scopes with which the Integration is registered: those of the administrators
// who sign in, and those of whoever runs Rollcall, who signs in to the same app.
func integration() []manifests.Scope { return scopes(webex.ForIntegration, webex.ForOperator) }

// service are the scopes of the Service App.
func service() []manifests.Scope { return scopes(webex.ForServiceApp) }

func scopes(holders ...webex.Holder) []manifests.Scope {
	var all []manifests.Scope
	for _, s := range webex.Table() {
		if slices.Contains(holders, s.For) {
			all = append(all, manifests.Scope{Name: s.Name, Serves: s.Serves, Optional: s.Optional})
		}
	}
	return all
}
