package demo

import (
	"bytes"
	"cmp"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/entra"
	"rollcall/adapters/sim"
)

// need is what a scope is needed for: the step that fails without it, and the steps before it, whose work that one
// goes on with, and which need it not.
type need struct {
	before []string
	step   string
	// patience is for how long the step is waited for that fails; zero: three seconds, more than a minute of the demo's.
	patience time.Duration
	// hidden says why no call is refused for want of the scope; empty: some call is.
	hidden string
}

// needs has a line for each scope that Rollcall asks for anywhere.
func needs() map[string]need {
	var (
		fromSlack = need{step: "pair.slack-webex"}
		fromWebex = need{step: "pair.webex-slack"}
		signedIn  = need{step: "withdraw.webex"}
		connected = need{step: "install.webex"}
		listed    = need{step: "doctor.says"}
		installed = need{step: "teams.not-installed"}
		atOnce    = need{step: "entra.at-once"}
		guests    = []string{"standin.webex", "standin.webex-pool-empty"}
	)
	withheld := func(n need, why string) need {
		n.hidden = why
		return n
	}
	return map[string]need{
		"slack chat:write":           fromSlack,
		"slack im:write":             fromSlack,
		"slack users:read":           {step: "primary.waiting"},
		"slack users:read.email":     fromWebex,
		"slack commands":             {step: "command.answers", hidden: "there is no such command"},
		"slack im:history":           {step: "help.answers", hidden: "what people write isn't delivered"},
		"slack chat:write.customize": {step: "standin.slack", hidden: "Slack is asked first what the app may do"},

		"webex bot spark:people_read":      fromWebex,
		"webex bot spark:messages_read":    fromWebex,
		"webex bot spark:messages_write":   fromWebex,
		"webex bot spark:memberships_read": {step: "opening.welcomes"},

		"webex integration spark:people_read":       signedIn,
		"webex integration spark-admin:people_read": withheld(signedIn, "Webex leaves the roles out of what it answers"),
		"webex integration spark-admin:roles_read":  signedIn,
		"webex integration identity:tokens_write":   signedIn,

		"webex operator spark:applications_token": connected,
		// The program looks by itself whether it was authorised; the webhook is the faster way.
		"webex operator application:webhooks_read":  listed,
		"webex operator application:webhooks_write": listed,

		"webex service app spark-admin:people_read":  fromSlack,
		"webex service app guest-issuer:write":       {before: guests[:1], step: guests[1]},
		"webex service app spark-admin:people_write": {before: guests, step: "standin.removed", patience: 8 * time.Second},

		"teams User.Read.All":                                 atOnce,
		"teams Group.Read.All":                                atOnce,
		"teams Organization.Read.All":                         {step: "pair.teams-webex"},
		"teams User.ReadWrite.All":                            {step: "standin.teams"},
		"teams AppCatalog.Read.All":                           installed,
		"teams TeamsAppInstallation.ReadWriteSelfForUser.All": installed,
		// Graph takes Group.Read.All for it as well, which is optional: without that one this is all there is.
		"teams GroupMember.Read.All": withheld(listed, "Group.Read.All is enough for each call"),
		// Graph takes User.ReadWrite.All for it as well; this is the least that it documents.
		"teams User.Invite.All": withheld(listed, "User.ReadWrite.All is enough for each call"),
	}
}

func TestScopes(t *testing.T) {
	wanted := needs()
	for scope := range wanted {
		if !slices.Contains(allScopes(), scope) {
			t.Errorf("%s is in no table of scopes: take it out of the test", scope)
		}
	}
	var whole []need // what passes with every scope
	inParallel := make(chan struct{}, 3)
	for i, scope := range allScopes() {
		need, there := wanted[scope]
		if !there {
			t.Errorf("%s serves nothing that a step of the check shows: find one, add one, or take it out of the table", scope)
			continue
		}
		if !slices.ContainsFunc(whole, need.like) {
			whole = append(whole, need)
		}
		t.Run("without "+scope, func(t *testing.T) {
			if testing.Short() && i%8 != 0 {
				t.Skip("skipped: without -short every scope is left out once")
			}
			t.Parallel()
			inParallel <- struct{}{}
			defer func() { <-inParallel }()
			withoutScope(t, scope, need)
		})
	}
	for _, need := range whole {
		t.Run("with all scopes "+need.step, func(t *testing.T) {
			if testing.Short() {
				t.Skip("skipped: -short leaves this to the test of the whole story")
			}
			t.Parallel()
			inParallel <- struct{}{}
			defer func() { <-inParallel }()
			var out bytes.Buffer
			if err := Check(t.Context(), &out, Options{Dir: shortDir(t), Only: need.steps()}); err != nil {
				t.Errorf("%v:\n%s", err, out.String())
			}
		})
	}
}

func (n need) steps() []string { return append(slices.Clone(n.before), n.step) }

func (n need) like(other need) bool { return slices.Equal(n.steps(), other.steps()) }

// withoutScope tells the steps in a world in which one scope isn't granted: the last one fails, and no other.
func withoutScope(t *testing.T, scope string, need need) {
	t.Helper()
	var out bytes.Buffer
	s, err := begin(Options{Dir: shortDir(t), Without: []string{scope}, Patience: cmp.Or(need.patience, 3*time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	steps, err := only(need.steps())
	if err != nil {
		t.Fatal(err)
	}
	_ = s.tell(t.Context(), &out, steps) // it fails
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i, step := range steps {
		want := "ok " + step.name
		if step.name == need.step {
			want = "FAIL " + step.name
		}
		if !strings.HasPrefix(lines[i], want+":") {
			t.Errorf("got %q, want %q", lines[i], want)
		}
	}
	refused := slices.ContainsFunc(append(s.own, s.w), func(w *World) bool { return w.refused(scope) })
	if (need.hidden == "") != refused {
		t.Errorf("a call was refused for want of the scope: %v; the test says %q of that:\n%s", refused, need.hidden, out.String())
	}
}

// shortDir is a folder whose path leaves room for that of a socket, which those that are named after tests don't.
func shortDir(t *testing.T) string {
	t.Helper()
	path, err := os.MkdirTemp("", "rollcall-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(path); err != nil {
			t.Error(err)
		}
	})
	return path
}

// refused reports whether a simulator refused a call for want of a scope that may have been this one.
func (w *World) refused(scope string) bool {
	platform, _, _ := strings.Cut(scope, " ")
	calls, refusal := w.Slack.Calls.All(), "missing_scope"
	switch platform {
	case paneWebex:
		calls, refusal = w.Webex.Calls.All(), "missing required scopes"
	case paneTeams:
		calls, refusal = w.Entra.Calls.All(), "Authorization_RequestDenied"
	}
	return slices.ContainsFunc(calls, func(c sim.Call) bool {
		// The demo's admins consent to installs late: see World.Consent.
		early := strings.Contains(c.Route, "/installedApps") && !strings.HasSuffix(scope, installs)
		return strings.Contains(c.Detail, refusal) && !early
	})
}

// The demo's admins grant what the table asks for, and nothing else.
func TestScopesOfTheDemo(t *testing.T) {
	var asked []string
	for _, p := range entra.Table() {
		asked = append(asked, p.Name)
	}
	slices.Sort(asked)
	if given := slices.Sorted(slices.Values(append(slices.Clone(granted), installs))); !slices.Equal(given, asked) {
		t.Errorf("granted in Entra are %v, want %v", given, asked)
	}
}
