package page_test

import (
	"fmt"
	"net/http"
	"testing"
)

// A company that isn't connected has a way into the hub, in a new tab; another one has none.
func TestConnect(t *testing.T) {
	t.Parallel()
	s := company(t)
	s.Connect = true
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
