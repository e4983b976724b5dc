package demo

import (
	"context"
	"fmt"
	"slices"

	"rollcall/sync/directory"
)

// vendors are who connects what a pane shows.
var vendors = map[string]string{paneSlack: "Slack", paneTeams: "Microsoft", paneWebex: "Webex"}

// controlHub is the page on which a newcomer's administrator authorises Webex's service app; empty: there is none.
func (w *World) controlHub(f *firm) string {
	if w.options.SignedIn || !slices.Contains(w.newcomers, f) {
		return ""
	}
	return w.webexURL + "/control-hub/" + f.webexOrg + "/apps"
}

// connectedState marks the panes whose platforms aren't connected yet. Who isn't a newcomer has its tokens in the
// configuration.
func connectedState(ctx context.Context, store directory.Store, f *firm, s *State) error {
	if !s.Connect {
		return nil
	}
	connections, err := store.Connections(ctx, tenantID(f.id))
	if err != nil {
		return err
	}
	for i := range s.Panes {
		s.Panes[i].Unconnected = !slices.ContainsFunc(connections, func(c directory.Connection) bool {
			return string(c.Installation.Platform) == s.Panes[i].ID && c.Active()
		})
	}
	return nil
}

// readingTrouble adds which readings fail, and why. One of a platform that isn't connected can only wait.
func readingTrouble(ctx context.Context, store directory.Store, f *firm, s *State) error {
	readings, err := store.Readings(ctx, tenantID(f.id))
	if err != nil {
		return err
	}
	for _, r := range readings {
		if r.Trouble == "" {
			continue
		}
		text, pane := fmt.Sprintf("Reading %s failed %d times: %s", r.ID, r.Failures, r.Trouble), readFrom(r)
		if slices.ContainsFunc(s.Panes, func(p PaneView) bool { return p.ID == pane && p.Unconnected }) {
			text = fmt.Sprintf("Waits until %s is connected.", vendors[pane])
		}
		if !slices.Contains(s.Trouble, text) {
			s.Trouble = append(s.Trouble, text)
		}
	}
	return nil
}

// readFrom is the pane whose platform is asked in a reading; empty: none.
func readFrom(r directory.Reading) string {
	if isEntraGroup(string(r.Group)) {
		return paneTeams
	}
	return string(r.Of.Platform)
}
