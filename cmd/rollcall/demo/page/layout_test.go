package page_test

import (
	"cmp"
	_ "embed"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"rollcall/cmd/rollcall/demo"
)

// axe is the source of axe-core, and empty where it isn't installed. `make test` installs it where it
// can be had.
func axe(t *testing.T) string {
	t.Helper()
	named := os.Getenv("ROLLCALL_AXE")
	for _, file := range []string{named, "../../../../node_modules/axe-core/axe.min.js"} {
		source, err := os.ReadFile(file)
		if err == nil {
			return string(source)
		}
		if file == named && named != "" {
			t.Fatalf("ROLLCALL_AXE names no file that can be read: %v", err)
		}
	}
	return ""
}

// TestLooks opens the page in every size, light and dark, goes through all that can be opened in it,
// and looks at each.
func TestLooks(t *testing.T) {
	audit := axe(t)
	for _, l := range []look{{1440, 900, false}, {1024, 768, false}, {768, 1024, false}, {390, 844, false}} {
		t.Run(fmt.Sprintf("%dx%d", l.width, l.height), func(t *testing.T) {
			t.Parallel()
			f := serve(t, company(t))
			b := open(t, f.URL, l)
			audited := audit != "" && (l.width == 1440 || l.width == 390) // the others have nothing of their own
			if audited {
				b.do(chromedp.Evaluate[chromedp.Void](audit))
			}
			tour(f, b, func(stop, rules string) {
				b.inspect(stop)
				for _, l.dark = range []bool{false, true} {
					b.as(l)
					if audited && rules != "" {
						b.audit(stop, map[bool]string{true: colours, false: rules}[l.dark])
					}
					b.shot(fmt.Sprintf("%d-%s-%s", l.width, stop, map[bool]string{true: "dark", false: "light"}[l.dark]))
				}
			})
		})
	}
	if audit == "" {
		t.Log("skipped: axe-core, which is looked for in ROLLCALL_AXE and in node_modules beside the Makefile")
	}
}

// inspect fails the test on what is wrong with the layout.
func (b tab) inspect(stop string) {
	b.t.Helper()
	for _, wrong := range read[[]string](b, checks) {
		b.t.Errorf("%s: %s", stop, wrong)
	}
}

//go:embed testdata/look.js
var checks string

// What axe-core looks for: everything, or what another colour scheme can change.
const (
	everything = `{}`
	colours    = `{runOnly: ["color-contrast"]}`
)

// audit fails the test on what axe-core finds serious or critical.
func (b tab) audit(stop, options string) {
	b.t.Helper()
	for _, finding := range read[[]string](b, fmt.Sprintf(`axe.run(document, {resultTypes: ["violations"], ...%s}).then((r) => r.violations
		.filter((v) => ["serious", "critical"].includes(v.impact))
		.map((v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ") + " " + n.html.slice(0, 120)).slice(0, 3).join("; ")))`, options)) {
		b.t.Errorf("%s: %s", stop, finding)
	}
}

// tour shows one after the other what there is to see. inspect gets the name of the stop, and what
// axe-core is to look for: it takes its time, so that it doesn't look at everything again.
func tour(f *fake, b tab, inspect func(stop, rules string)) {
	inspect("1-first", "")
	read[bool](b, `location.hash = "", document.querySelector('[data-key="ada"] .who').click(), true`)
	b.until(`document.querySelectorAll('.message').length > 4`)
	inspect("2-person", everything)
	everythingAtOnce := !read[bool](b, `document.querySelector('.views').checkVisibility()`)
	view := func(name string) {
		read[bool](b, fmt.Sprintf(`document.querySelector('.views [data-view=%s]')?.click(), true`, name))
	}
	inspectView := func(stop string) {
		if !everythingAtOnce { // then it looks as before
			inspect(stop, "")
		}
	}
	view("chats")
	inspectView("3-chats")
	read[bool](b, `document.querySelector('#switch button:last-child').click(), true`)
	inspectView("4-other-pane")
	view("links")
	inspectView("5-links")
	view("trail")
	inspectView("6-trail")
	read[bool](b, `document.querySelector('#trail-of button').click(), [...document.querySelectorAll('#trail details')].forEach((d) => d.open = true), true`)
	inspect("7-all-trail", "")
	view("chats")
	read[bool](b, `document.querySelector('#switch button:nth-child(2)').click(), true`)
	b.until(`document.querySelector('#be-webex').checkVisibility()`)
	read[bool](b, `document.querySelector('#be-webex').focus(), document.querySelector('#be-webex').click(), true`)
	b.until(`document.querySelectorAll('#be-webex-list li').length === 50`)
	inspect("8-picker", everything)
	b.keys("gil\r")
	b.until(`document.querySelector('.cannot')`)
	inspect("9-all-cards", everything)
	read[bool](b, `document.querySelector('[data-pane=webex] .log').scrollTop = 0, document.querySelector('#switch button:last-child').click(), true`)
	b.click(`#be-teams`)
	b.keys("gil\r")
	b.until(`document.querySelectorAll('[data-pane=teams] .message').length > 50`)
	inspect("a-teams-cards", everything)
	b.click(`#be-teams`)
	b.keys("otto\r")
	b.until(`document.querySelector('[data-pane=teams] [data-part=mend]')`)
	view("directory")
	inspect("b-entra", everything)
	view("links")
	inspectView("c-entra-links")
	view("chats")
	inspectView("d-without-the-app")
	view("directory")
	b.click("#directories button")
	b.click("#directory-menu")
	b.until(`document.querySelector('#menu button')?.checkVisibility()`)
	inspect("e-menu", "")
	b.keys("\r")
	b.until(`document.querySelector('#dialog').open`)
	inspect("f-dialog", everything)
	b.keys("\x1b")
	read[bool](b, `document.querySelector('#search').value = "zzzz", document.querySelector('#search').dispatchEvent(new Event("input")), true`)
	inspect("g-nobody", "")
	f.change(func(s *demo.State) { s.Held, s.Trouble = nil, nil })
	b.until(`!document.querySelector('.held')`)
	inspect("h-calm", "")
	view("chats")
	inspectView("i-calm-chats")
}

// TestInspectionSees shows what inspect finds in a page in which it is wrong.
func TestInspectionSees(t *testing.T) {
	b := open(t, serve(t, company(t)).URL, desk)
	tests := []struct{ name, spoil, want string }{
		{"nothing", ``, ""},
		{"a wide element", `document.querySelector('.top').style.width = '2000px'`, "the page is"},
		{"a cut word", `Object.assign(document.querySelector('#new-person').style, {width: '40px', overflow: 'hidden', whiteSpace: 'nowrap'})`, "cut off by"},
		{"a cut line", `Object.assign(document.querySelector('.what').style, {height: '24px', overflow: 'hidden'})`, "cut off by"},
		{"an ellipsis without a title", `Object.assign(document.querySelector('.what').style, {overflow: 'hidden', whiteSpace: 'nowrap', textOverflow: 'ellipsis', maxWidth: '90px'})`, "cut off by"},
		{"a list that scrolls sideways", `document.querySelector('.person').style.width = '500px'`, "scrolls sideways"},
		{"a small button", `Object.assign(document.querySelector('#new-person').style, {minHeight: '0', height: '20px'})`, "only "},
		{"a covered button", `Object.assign(document.querySelector('.brand').style, {position: 'fixed', inset: '0'})`, "lies under"},
		{"a long placeholder", `document.querySelector('#search').placeholder = 'x'.repeat(99)`, "doesn't fit"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := tab{t, b.ctx, b.quiet}
			b.do(chromedp.Reload(), chromedp.WaitReady(chromedp.CSS("#people > li")))
			read[bool](b, "("+cmp.Or(test.spoil, "0")+", true)")
			found := strings.Join(read[[]string](b, checks), "; ")
			if (found == "") != (test.want == "") || !strings.Contains(found, test.want) {
				t.Errorf("got %q, want %q", short(found), test.want)
			}
		})
	}
}

// TestEmpty looks at a demo in which there is nothing yet.
func TestEmpty(t *testing.T) {
	s := company(t)
	s.People, s.Links, s.Trail, s.Held, s.Trouble, s.Tenants, s.Ahead = nil, nil, nil, nil, nil, s.Tenants[:1], ""
	for i := range s.Panes {
		s.Panes[i].Users = nil
	}
	for i := range s.Groups {
		s.Groups[i].Size = 0
	}
	b := open(t, serve(t, s).URL, desk)
	b.shot("1440-empty")
	text := read[string](b, `document.body.innerText`)
	for _, want := range []string{
		"Nobody is in the directory yet. Add a new person.", "There are no links yet. Put somebody into a group.",
		"Nothing has happened yet. Put somebody into a group.", "Choose above whom you want to be here.", "Linden Hospital",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("an empty demo doesn't say %q", want)
		}
	}
}
