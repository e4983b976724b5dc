package demo

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/adapters/entra"
	"rollcall/adapters/slack"
	"rollcall/adapters/webex"
)

// allScopes are all scopes and permissions that Rollcall asks for, as [Options.Without] writes them: the platform, on
// Webex whose token has it, and its name there.
func allScopes() []string {
	var all []string
	for _, s := range slack.Table() {
		all = append(all, paneSlack+" "+s.Name)
	}
	for _, s := range webex.Table() {
		all = append(all, ofWebex(s.For)+" "+s.Name)
	}
	for _, p := range entra.Table() {
		all = append(all, paneTeams+" "+p.Name)
	}
	return all
}

// ofWebex says whose a scope of Webex's is.
func ofWebex(holder webex.Holder) string { return paneWebex + " " + string(holder) }

// checkWithout refuses what can't be left out.
func (o Options) checkWithout() error {
	for _, scope := range o.Without {
		if !slices.Contains(allScopes(), scope) {
			return fmt.Errorf("there is no scope %q that could be left out", scope)
		}
	}
	return nil
}

// left are those scopes of somebody's that aren't left out.
func (o Options) left(whose string, scopes []string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool { return slices.Contains(o.Without, whose+" "+scope) })
}

// out are the names of those scopes of somebody's that are left out.
func (o Options) out(whose string) []string {
	var names []string
	for _, scope := range o.Without {
		if name, his := strings.CutPrefix(scope, whose+" "); his {
			names = append(names, name)
		}
	}
	return names
}

// limitScopes takes what is left out from the tokens of Webex that nobody is asked for. Those in the configuration of a
// tenant have what the service app's have that others connect.
func (w *World) limitScopes() {
	for _, scope := range w.options.out(ofWebex(webex.ForBot)) {
		w.Webex.TakeScope(w.config.Webex.BotToken, scope)
	}
	for _, scope := range w.options.out(ofWebex(webex.ForOperator)) {
		w.Webex.TakeScope(webexRefresh, scope)
	}
	app := w.options.left(ofWebex(webex.ForServiceApp), webex.Scopes(webex.ForServiceApp, webex.FeatureGuests))
	for _, f := range w.companies {
		t := w.config.Tenants[f.id].Webex
		w.Webex.Grant(t.AdminToken, app...)
		w.Webex.Grant(t.GuestToken, app...)
	}
}
