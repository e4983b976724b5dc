package page_test

import (
	"fmt"
	"net/http"
	"testing"

	"rollcall/cmd/rollcall/demo"
)

// A company that isn't connected has a way into the hub, in a new tab; another one has none.
func TestConnect(t *testing.T) {
	t.Parallel()
	s := company(t)
	s.Connect, s.ControlHub = true, "https://webex.example/control-hub/linden/apps"
	s.Panes[0].Unconnected, s.Panes[1].Unconnected = true, true
	f := serve(t, s)
	b := open(t, f.URL, desk)
	f.answers(func(w http.ResponseWriter, _ post) {
		_, _ = fmt.Fprint(w, `{"url": "https://rollcall.example/connect/invite/once"}`)
	})
	b.until(`document.querySelector('#connect').innerText.includes("certificate is the demo’s own")`)
	b.inspect("a company that isn't connected")
	read[bool](b, `(() => { window.open = (...asked) => { window.opened = asked.join(' ') }; return true })()`)
	b.click(`[data-part=connect]`)
	b.until(`window.opened === "https://rollcall.example/connect/invite/once _blank noopener"`)
	f.wants(b, post{"invite", `{"tenant":"linden"}`})
	b.until(`document.querySelector('[data-part=control-hub]').matches('[target=_blank][rel=noopener][href="https://webex.example/control-hub/linden/apps"]')`)
}

// The first step of a company that isn't connected is to connect; nothing can happen before that.
func TestConnectFirst(t *testing.T) {
	t.Parallel()
	s := company(t)
	s.Connect, s.ControlHub = true, "https://webex.example/control-hub/linden/apps"
	s.Held = nil // on a phone it comes before the first steps
	s.Panes[0].Unconnected, s.Panes[1].Unconnected = true, true
	f := serve(t, s)
	b := open(t, f.URL, desk)
	f.answers(func(w http.ResponseWriter, _ post) {
		_, _ = fmt.Fprint(w, `{"url": "https://rollcall.example/connect/invite/once"}`)
	})
	at := func(done int, step, says string) {
		t.Helper()
		b.until(fmt.Sprintf(`document.querySelectorAll('.steps .done').length === %d && document.querySelector('.steps .current').innerText.includes(%q) &&
			document.querySelector('.guide-text').textContent.includes(%q)`, done, step, says))
	}
	at(0, "Connect the platforms", "connect Slack and Webex in the hub")
	for _, l := range []look{{1024, 768, false}, {390, 844, false}, desk} {
		b.as(l)
		b.inspect(fmt.Sprintf("the first step is to connect, %d wide", l.width))
		b.shot(fmt.Sprintf("%d-connect-first", l.width))
	}
	if read[bool](b, `!!document.querySelector('.chip.first')`) {
		t.Error("a group is offered as the first step, where nothing can happen")
	}
	read[bool](b, `(() => { window.open = (...asked) => { window.opened = asked.join(' ') }; return true })()`)
	b.click(`#guide .button`)
	b.until(`window.opened === "https://rollcall.example/connect/invite/once _blank noopener"`)
	f.wants(b, post{"invite", `{"tenant":"linden"}`})
	f.change(func(s *demo.State) { s.Panes[0].Unconnected = false })
	at(0, "Connect the platforms", "connect Webex in the hub")
	f.change(func(s *demo.State) { s.Panes[1].Unconnected = false })
	at(1, "Into Slack primaries", "put Rosa Lindqvist into Slack primaries")
	b.until(`!!document.querySelector('.chip.first')`)
	b.inspect("the second step, of five")
}

func TestConnectedAlready(t *testing.T) {
	t.Parallel()
	f := serve(t, company(t))
	b := open(t, f.URL, desk)
	b.until(`document.querySelectorAll('#people > li').length > 0`)
	if read[bool](b, `document.querySelector('#connect').checkVisibility()`) {
		t.Error("a company that is connected is led into the hub")
	}
}
