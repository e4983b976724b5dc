package page_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEntra goes through what only the second directory and Teams have.
func TestEntra(t *testing.T) {
	t.Parallel()
	f := serve(t, company(t))
	b := open(t, f.URL, desk)
	person := func(fields string) post {
		return post{"person", `{"tenant":"linden","directory":"entra",` + fields + `}`}
	}
	b.click(`#directories button:last-child`)
	b.until(`document.querySelector('#new-person').checkVisibility() === false && document.querySelectorAll('#people > li').length === 6`)
	texts := read[map[string]string](b, `Object.fromEntries([...document.querySelectorAll('#people > li')].map((li) => [li.dataset.key, li.querySelector('.flags')?.innerText ?? ""]))`)
	want := map[string]string{
		"mika": "", "vera": "A bot stands in on Webex", "dara": "no licence for Teams", "otto": "without the app on Teams", "bo": "blocks the app on Teams", "gone": "deleted",
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("how people stand (-want +got):\n%s", diff)
	}
	b.click(`[data-key="mika"] [data-part="group-teams-webex"]`)
	f.wants(b, person(`"do":"join","person":"mika","group":"teams-webex"`))
	b.click(`[data-key="gone"] [data-part=restore]`)
	f.wants(b, person(`"do":"restore","person":"gone"`))
	b.click(`[data-key="dara"] [data-part=license]`)
	f.wants(b, person(`"do":"license","person":"dara"`))
	b.click(`[data-key="vera"] [data-part=more]`)
	b.click(`#menu button:nth-child(4)`)
	f.wants(b, person(`"do":"unlicense","person":"vera"`))
	b.click(`[data-part=consent]`)
	f.wants(b, post{"consent", `{"tenant":"linden"}`})

	held := read[string](b, `document.querySelector('#link-list [data-key="dara"]').innerText`)
	if !strings.Contains(held, "Entra invites no address of its own people") || !strings.Contains(held, "What to do: give them a Teams licence") {
		t.Errorf("a held link says %q", held)
	}
	b.click(`[data-key="vera"] .who`)
	b.until(`document.querySelector('[data-pane=webex] .say-state').innerText.includes("stands in for Vera Novak")`)
	b.click(`[data-key="dara"] .who`)
	b.until(`document.querySelector('[data-pane=teams] .empty').innerText.includes("Dara Nwosu has no licence for Teams.")`)
	app := func(do, user string) post {
		return post{"app", fmt.Sprintf(`{"tenant":"linden","user":%q,"do":%q}`, user, do)}
	}
	b.click(`[data-key="otto"] .who`)
	b.click(`[data-pane=teams] [data-part=mend]`)
	f.wants(b, app("install", "Totto"))
	b.click(`[data-key="bo"] .who`)
	b.click(`[data-pane=teams] [data-part=mend]`)
	f.wants(b, app("unblock", "Tbo"))
	b.click(`[data-key="mika"] .who`)
	b.click(`[data-pane=teams] .pane-head > .icon`)
	b.click(`#menu button:nth-child(1)`)
	f.wants(b, app("block", "Tmika"))
	b.click(`#search`)
	b.keys("lovelace")
	b.click(`[data-part=elsewhere]`)
	b.until(`document.querySelector('#people > li')?.dataset.key === "ada"`)
}

// TestRoom: every platform is seen where there is room, and otherwise those that a person is about.
func TestRoom(t *testing.T) {
	t.Parallel()
	b := open(t, serve(t, company(t)).URL, desk)
	seen := func(want string) {
		t.Helper()
		b.until(fmt.Sprintf(`[...document.querySelectorAll('.pane')].filter((p) => p.checkVisibility()).map((p) => p.dataset.pane).join(" ") === %q`, want))
	}
	seen("slack webex teams")
	b.as(look{width: 1024, height: 768})
	seen("slack webex")
	b.click(`#directories button:last-child`)
	b.click(`[data-key="vera"] .who`)
	seen("webex teams")
	b.click(`#switch button:first-child`)
	seen("slack teams")
	b.as(look{width: 390, height: 844})
	b.click(`.views [data-view=chats]`)
	seen("slack")
	b.click(`#switch button:last-child`)
	seen("teams")
}
