package demo

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// TestInstallInBrowser installs everything as the companies' administrators would: with the mouse, from the
// operator's invitation to "Connected", and back to "Disconnected". Whoever connects something has a browser of
// their own, without a cookie from before.
func TestInstallInBrowser(t *testing.T) {
	chromium := startChromium(t)
	w, err := Start(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := w.Launch(); err != nil {
		t.Fatal(err)
	}
	one, two := w.newcomers[0], w.newcomers[1]
	for _, test := range []struct {
		name string
		play func(*testing.T, newcomer)
		firm *firm
	}{
		{"cancelled at the vendors", cancelEverywhere, one},
		{"webex", connectWebex, one},
		{"slack", connectSlack, one},
		{"microsoft, by the administrator", connectMicrosoft, one},
		{"microsoft, by a link", connectByLink, two},
		{"the way back in another browser", wayBackStolen, two},
		{"disconnected", disconnectSlack, one},
	} {
		if !t.Run(test.name, func(t *testing.T) { test.play(t, newcomer{w, test.firm, chromium}) }) {
			break // the later ones build on it
		}
	}
}

// newcomer is a company while it connects its platforms.
type newcomer struct {
	w        *World
	firm     *firm
	chromium context.Context
}

// invited is a browser that has accepted the operator's invitation.
func (n newcomer) invited(t *testing.T) tab {
	t.Helper()
	address, err := n.w.Invite(t.Context(), n.firm.id)
	if err != nil {
		t.Fatal(err)
	}
	b := profile(t, n.chromium)
	b.open(address)
	b.says("", "invites you to connect")
	b.look("1-invited")
	b.press("", "Accept")
	b.says("", "Connect at least two platforms")
	return b
}

// hub opens the page of the platforms.
func (n newcomer) hub(b tab) {
	b.t.Helper()
	b.open(n.w.config.PublicURL + "/connect")
}

// user is somebody's id on a platform.
func (n newcomer) user(id, pane string) string { return n.w.viewOf(n.firm, id).user(pane) }

// connection is the company's at a platform, as the program has it stored; zero: there is none.
func (n newcomer) connection(t *testing.T, pane string) directory.Connection {
	t.Helper()
	all, err := n.w.Program().Store.Connections(t.Context(), tenantID(n.firm.id))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if string(c.Installation.Platform) == pane {
			return c
		}
	}
	return directory.Connection{}
}

// unconnected fails the test if there is a connection, of whatever state.
func (n newcomer) unconnected(t *testing.T, pane string) {
	t.Helper()
	if c := n.connection(t, pane); c.State != "" {
		t.Errorf("%s is connected: %+v", pane, c)
	}
}

// await waits until the company's connection is in a state.
func (n newcomer) await(t *testing.T, pane string, state directory.ConnectionState) {
	t.Helper()
	n.until(t, func() (bool, string) {
		c := n.connection(t, pane)
		return c.State == state, fmt.Sprintf("%s is %q (%s), want %q", pane, c.State, c.Why, state)
	})
}

// until waits for something to be so, with patience for a busy machine.
func (n newcomer) until(t *testing.T, so func() (bool, string)) {
	t.Helper()
	if err := n.w.until(t.Context(), so); err != nil {
		t.Fatal(err)
	}
}

// tested presses "Test connection", and waits until the checklist shows. What has just been connected may still be
// making its arrangements with the platform: then it is tested again.
func (n newcomer) tested(b tab, pane string) {
	b.t.Helper()
	lines := fmt.Sprintf("#%s .lines", pane)
	for deadline := time.Now().Add(waitsFor); ; {
		read[bool](b, `window.before = true`)
		b.press(pane, "Test connection")
		b.until(fmt.Sprintf(`!window.before && document.querySelector(%q)`, lines+" .ok"))
		bad := read[[]string](b, fmt.Sprintf(`[...document.querySelectorAll(%q)].map((e) => e.innerText)`, lines+" .bad"))
		if len(bad) == 0 {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("connected, and %q", bad)
		}
	}
}

// atSlack chooses a workspace and a person on Slack's page.
func (n newcomer) atSlack(b tab, id string) {
	b.t.Helper()
	b.choose("#workspace", n.firm.slack())
	b.click("#switch")
	b.until(fmt.Sprintf(`new URLSearchParams(location.search).get("workspace") === %q`, n.firm.slack()))
	b.choose("#person", n.user(id, paneSlack))
}

// atMicrosoft chooses a person on one of Microsoft's pages, which says something that the one before it doesn't.
func (n newcomer) atMicrosoft(b tab, id string, consents bool) {
	b.t.Helper()
	b.until(fmt.Sprintf(`location.pathname.endsWith("/adminconsent") === %t && document.querySelector("#accept")`, consents))
	b.choose("#person", n.firm.entra+"/"+n.user(id, paneTeams))
}

// cancelEverywhere: whoever changes their mind at a vendor comes back, is told so, and nothing is connected.
func cancelEverywhere(t *testing.T, n newcomer) {
	b := n.invited(t)
	b.look("2-platforms")
	for _, test := range []struct{ pane, press, cancel, says string }{
		{paneSlack, "Add to Slack", "#cancel", "Slack says that the app was not allowed"},
		{paneTeams, "Authorize", "#cancel", "nothing was granted"},
		{paneWebex, "Sign in to Webex", "#cancel", "was declined"},
	} {
		n.hub(b)
		b.press(test.pane, test.press)
		b.click(test.cancel)
		b.says("", "It wasn't granted")
		b.until(fmt.Sprintf(`document.querySelector("main").innerText.toLowerCase().includes(%q)`, strings.ToLower(test.says)))
		b.look("3-cancelled-" + test.pane)
		n.unconnected(t, test.pane)
		b.press("", "To the platforms")
		b.says(test.pane, "Not connected")
	}
}

// connectWebex: an administrator signs in, and authorises the service app in Control Hub, in another tab.
func connectWebex(t *testing.T, n newcomer) {
	b := n.invited(t)
	b.press(paneWebex, "Sign in to Webex")
	b.choose("#person", n.user(boss, paneWebex))
	b.shot("4-webex-vendor")
	b.click("#allow")
	b.says(paneWebex, "Pending")
	b.says(paneWebex, "In Control Hub")
	b.look("4-webex-pending")

	control := b.beside()
	control.open(n.w.webexURL + "/control-hub/" + n.firm.webexOrg + "/apps")
	control.choose("#person", n.user(boss, paneWebex))
	control.click("#authorize")
	control.until(`document.querySelector("#status")?.textContent === "authorized"`)
	n.await(t, paneWebex, directory.ConnectionActive)
	control.shut()
	n.hub(b)
	b.says(paneWebex, "Connected")
	n.tested(b, paneWebex)
	b.look("4-webex-tested")
}

// connectSlack: an admin adds the app; then somebody who is put into the group is asked.
func connectSlack(t *testing.T, n newcomer) {
	b := n.invited(t)
	b.press(paneSlack, "Add to Slack")
	n.atSlack(b, boss)
	b.shot("5-slack-vendor")
	b.click("#allow")
	b.says(paneSlack, "Connected")
	b.says(paneSlack, n.firm.name)
	b.look("5-slack-connected")
	n.tested(b, paneSlack)
	b.look("5-slack-tested")
	b.click("#slack summary")
	b.look("5-slack-menu")
	b.open(n.w.config.PublicURL + "/connect/slack/settings")
	b.says("", "chat:write")
	b.look("5-slack-settings")

	rosa := n.w.viewOf(n.firm, clerk)
	if err := n.w.Change(PersonChange{Tenant: n.firm.id, Do: "join", Person: clerk, Group: slackGroup}); err != nil {
		t.Fatal(err)
	}
	n.until(t, func() (bool, string) {
		prompts := len(rosa.prompts(paneSlack))
		return prompts == 1, fmt.Sprintf("Slack has %d prompts to rosa, want 1", prompts)
	})
}

// connectMicrosoft: the Global Administrator signs in, and consents.
func connectMicrosoft(t *testing.T, n newcomer) {
	b := n.invited(t)
	b.press(paneTeams, "Authorize")
	n.atMicrosoft(b, boss, false)
	b.shot("6-microsoft-vendor-signin")
	b.click("#accept")
	n.atMicrosoft(b, boss, true)
	b.shot("6-microsoft-vendor-consent")
	b.click("#accept")
	b.until(fmt.Sprintf(`location.href.startsWith(%q)`, n.w.config.PublicURL))
	b.look("6-microsoft-back")
	n.await(t, paneTeams, directory.ConnectionActive)
	n.hub(b)
	b.says(paneTeams, "Connected")
	b.says(paneTeams, n.firm.name)
	n.tested(b, paneTeams)
	b.look("6-microsoft-tested")
}

// connectByLink: an admin who may not consent makes a link for the Global Administrator, whom nobody knows here.
func connectByLink(t *testing.T, n newcomer) {
	b := n.invited(t)
	b.press(paneTeams, "Make a link")
	b.says("", "A link for another administrator")
	b.look("7-link")
	link := read[string](b, `document.querySelector(".copy").textContent`)
	b.press("", "Back")

	other := profile(t, n.chromium)
	other.open(link)
	other.says("", "asks you to connect")
	other.look("7-link-opened")
	other.press("", "Go on to Microsoft Teams and Entra")
	n.atMicrosoft(other, boss, false)
	other.click("#accept")
	n.atMicrosoft(other, boss, true)
	other.click("#accept")
	other.says("", "You can close this one")
	other.look("7-link-done")
	n.await(t, paneTeams, directory.ConnectionActive)
	other.open(n.w.config.PublicURL + "/connect")
	other.says("", "Connect, or sign in") // the link lets nobody in
	other.look("7-stranger")

	n.hub(b)
	b.says(paneTeams, "Connected")
	other.open(link)
	other.says("", "doesn't work any more")
}

// wayBackStolen: the address that leads back from a vendor counts in the browser that was sent there, and in no other.
func wayBackStolen(t *testing.T, n newcomer) {
	b := n.invited(t)
	b.press(paneWebex, "Sign in to Webex")
	b.until(`document.querySelector("#allow")`)
	back, err := n.w.Webex.Allow(read[string](b, `location.href`), n.user(boss, paneWebex)) // and the browser doesn't follow
	if err != nil {
		t.Fatal(err)
	}

	thief := profile(t, n.chromium)
	thief.open(back)
	thief.says("", "opened in another browser than it began in")
	thief.look("8-stolen")
	n.unconnected(t, paneWebex)
	colleague := n.invited(t) // the same company doesn't make it the same browser
	colleague.open(back)
	colleague.says("", "opened in another browser than it began in")
	n.unconnected(t, paneWebex)

	b.open(back)
	b.says(paneWebex, "Pending")
	b.open(back)
	b.says("", "It was used already")
}

// disconnectSlack: it is confirmed first, and the app is gone from the workspace afterwards.
func disconnectSlack(t *testing.T, n newcomer) {
	b := n.invited(t)
	b.click("#slack summary")
	b.press(paneSlack, "Disconnect…")
	b.says("", "Disconnect Slack?")
	b.look("9-disconnect")
	b.press("", "Keep it connected")
	b.says(paneSlack, "Connected")
	b.click("#slack summary")
	b.press(paneSlack, "Disconnect…")
	b.press("", "Disconnect")
	b.says(paneSlack, "Disconnected")
	b.says(paneSlack, "Its links are kept")
	b.look("9-disconnected")
	if c := n.connection(t, paneSlack); c.State != directory.ConnectionGone {
		t.Errorf("the connection is %q, want %q", c.State, directory.ConnectionGone)
	}
	b.says(paneWebex, "Connected")
}
