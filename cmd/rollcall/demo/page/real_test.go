package page_test

import (
	"net/http/httptest"
	"testing"

	"rollcall/cmd/rollcall/demo"
)

// The page in front of the real demo: a visitor puts Rosa into a group, answers her in one chat,
// picks the number in the other, takes her out and puts her back.
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
	server := httptest.NewServer(w.Handler())
	t.Cleanup(server.CloseClientConnections) // the page listens for news for ever
	b := open(t, server.URL, desk)

	const (
		slack = `[data-pane=slack]`
		webex = `[data-pane=webex]`
		group = `[data-key="rosa"] [data-part="group-slack-primaries"]`
	)
	says := func(pane, text string) {
		t.Helper()
		b.until(`document.querySelector('` + pane + ` .log').innerText.includes(` + text + `)`)
	}
	b.click(`#guide .button`)
	says(slack, `"Is this Webex account yours?"`)
	b.shot("1440-real-1-asked")
	b.click(slack + ` [data-part=button-0]`)
	says(slack, `"One more step, in Webex"`)
	says(webex, `"Is this you?"`)
	b.shot("1440-real-2-number")
	read[bool](b, `(() => {
		const number = document.querySelector('`+slack+` .log').innerText.match(/Pick (\d\d)/)[1]
		const button = [...document.querySelectorAll('`+webex+` .card-button')].find((each) => each.innerText === number)
		button.click()
		return true
	})()`)
	says(slack, `"Your accounts are linked"`)
	says(webex, `"Your accounts are linked"`)
	b.shot("1440-real-3-linked")
	b.inspect("the real demo")
	b.click(group)
	says(slack, `"no longer linked"`)
	b.click(group)
	says(slack, `"Your accounts are linked"`)
	says(webex, `"Your accounts are linked"`)
	b.shot("1440-real-4-back")
}
