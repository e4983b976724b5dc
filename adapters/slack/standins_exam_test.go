package slack

import (
	"slices"
	"testing"

	"rollcall/adapters/slack/slacksim"
	"rollcall/bot/bottest"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

func TestProvisioner(t *testing.T) {
	t.Parallel()
	directorytest.RunProvisioner(t, func(t *testing.T) directorytest.ProvisionerHarness {
		w := newWorld(t, &bottest.Wire{}, nil, nil)
		return directorytest.ProvisionerHarness{
			Open: func() directory.Provisioner { return NewProvisioner(w.adapter) },
			Kind: directory.StandInPersona, Installation: w.insts["T0001"], Other: w.insts["T0002"],
			Break: func(kind directorytest.Break) { w.breakAs(t, kind) },
			Exhaust: func() {
				w.sim.Grant("T0001", slices.DeleteFunc(slacksim.Scopes(), func(s string) bool { return s == scopePersona }))
			},
			Lacks: map[directorytest.Trait]string{
				directorytest.TraitMade:      "Slack knows nothing of a persona",
				directorytest.TraitChanges:   "naming a persona changes nothing at Slack",
				directorytest.TraitParked:    "nothing is changed",
				directorytest.TraitRemovable: "nothing is changed",
				directorytest.TraitLookAlike: "a persona's id is made of its marker, and can't be another's",
			},
		}
	})
}
