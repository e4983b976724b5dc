package page_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"rollcall/cmd/rollcall/demo"
)

// The page in front of the real demo: a visitor puts Rosa into a group, answers her in one chat,
// picks the number in the other, takes her out and puts her back. Then they go on with somebody in
// Entra, from Teams to Webex, and look at who is represented and who can't be reached.
func TestTheRealDemo(t *testing.T) {
	t.Parallel()
	w, err := demo.Start(demo.Options{Dir: t.TempDir(), Tenants: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if err := w.Launch(); err != nil {
		t.Fatal(err)
	}
	settle(t, w)
	server := httptest.NewServer(w.Handler())
	t.Cleanup(server.CloseClientConnections) // the page listens for news for ever
	b := open(t, server.URL, desk)

	const (
		slack = `[data-pane=slack]`
		webex = `[data-pane=webex]`
		teams = `[data-pane=teams]`
		group = `[data-key="rosa"] [data-part="group-slack-primaries"]`
	)
	says := func(pane, text string) {
		t.Helper()
		b.until(`document.querySelector('` + pane + ` .log').innerText.includes(` + text + `)`)
	}
	b.click(`#guide .button`)
	says(slack, `"Is this Webex account yours?"`)
	b.shot("1440-real-1-asked")
	prove := func(from, to, where string) {
		t.Helper()
		b.click(from + ` [data-part=button-0]`)
		says(from, `"One more step, in `+where+`"`)
		says(to, `"Is this you?"`)
		b.shot("1440-real-2-number-" + from[11:16])
		read[bool](b, `(() => {
			const number = document.querySelector('`+from+` .log').innerText.match(/Pick (\d\d)/)[1]
			const button = [...document.querySelectorAll('`+to+` .card-button')].find((each) => each.innerText === number)
			button.click()
			return true
		})()`)
		says(from, `"Your accounts are linked"`)
		says(to, `"Your accounts are linked"`)
	}
	prove(slack, webex, "Webex")
	b.shot("1440-real-3-linked")
	b.inspect("the real demo")
	b.click(group)
	says(slack, `"no longer linked"`)
	b.click(group)
	says(slack, `"Your accounts are linked"`)
	says(webex, `"Your accounts are linked"`)
	b.shot("1440-real-4-back")

	b.click(`#guide .button`) // go on with Teams
	b.until(`document.querySelector('#directories [aria-pressed=true]').innerText.includes("Entra")`)
	b.click(`.person.chosen [data-part="group-teams-webex"]`)
	says(teams, `"Is this Webex account yours?"`)
	prove(teams, webex, "Webex")
	b.shot("1440-real-5-teams")

	find := func(name string) {
		t.Helper()
		read[bool](b, `[...document.querySelectorAll('#people .who')].find((who) => who.innerText.includes("`+name+`")).click(), true`)
	}
	find("Zoë")
	b.until(`document.querySelector('.person.chosen .flags')?.innerText === "A bot stands in on Webex"`)
	b.until(`document.querySelector('.link.chosen .stands-in')?.innerText === "A bot stands in on Webex"`)
	says(webex, `"Nothing here."`)
	b.until(`document.querySelector('` + webex + ` .say-state').innerText === "This account stands in for Zoë Papadakis. Nobody reads or writes here."`)
	b.inspect("a stand-in")
	b.shot("1440-real-6-stand-in")

	find("Otto")
	b.until(`document.querySelector('.link.chosen .state').innerText === "asking"`) // on Webex: his Teams lacks the app
	b.shot("1440-real-7-without-the-app")
	says(webex, `"Is this Microsoft Teams account yours?"`)
	b.click(teams + ` [data-part=mend]`) // now Teams lets the app write to him, and he can prove it there
	prove(webex, teams, "Microsoft Teams")
	b.click(`[data-part=consent]`)
	b.until(`document.querySelector('#consent').innerText.includes("may install its app.")`)
	b.shot("1440-real-8-installed")
}

// settle lets the demo's time go by until everybody has been looked at and asked, so that nobody waits in
// the browser for the manners of prompting.
func settle(t *testing.T, w *demo.World) {
	t.Helper()
	deadline, ticker := time.After(patience), time.NewTicker(20*time.Millisecond)
	defer ticker.Stop()
	for ; ; w.Advance(500 * time.Millisecond) {
		s, err := w.State(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		busy := len(s.Links) == 0
		for _, l := range s.Links {
			busy = busy || l.State == "new" || l.State == "found" || l.Name == "Zoë Papadakis" && l.StandIn == ""
		}
		if !busy {
			return
		}
		select {
		case <-deadline:
			t.Fatal("the company was never asked")
		case <-ticker.C:
		}
	}
}
