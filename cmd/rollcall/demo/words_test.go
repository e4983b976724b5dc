package demo

import (
	"testing"

	"rollcall/sync/directory"
)

// What the program says is read by people on the page: a platform's id is its name, and a key of the
// configuration stays as it has to be written.
func TestReasonsAreReadByPeople(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, why, want string }{
		{"a platform", "nobody on webex has this person's address", "nobody on Webex has this person's address"},
		{"at the end of a sentence", "the account is on teams.", "the account is on Teams."},
		{"a key", "set an invitation domain (teams.invitation_domain)", "set an invitation domain (teams.invitation_domain)"},
		{"a wave", "wave 2", "asked twice"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := inWords(test.why); got != test.want {
				t.Errorf("it says %q, want %q", got, test.want)
			}
		})
	}
	if got, want := reason(directory.Entry{Event: "show", Why: string(directory.FaceNumber)}), "it shows the number"; got != want {
		t.Errorf("a card of which the number was shown: %q, want %q", got, want)
	}
}

// Whatever is in the trail begins as a sentence does.
func TestHeadlinesAreReadByPeople(t *testing.T) {
	t.Parallel()
	for event, want := range map[string]string{
		string(directory.Divert): "Asked on the other platform instead", string(directory.Unlink): "Link undone",
		"applied": "Applied", "rollout: pilot": "Rollout: pilot", "": "",
	} {
		if got := headline(directory.Entry{Event: event}); got != want {
			t.Errorf("%q is said as %q, want %q", event, got, want)
		}
	}
}
