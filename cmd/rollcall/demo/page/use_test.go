package page_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"rollcall/cards/catalog"
	"rollcall/cmd/rollcall/demo"
)

// wants checks what the page asked for since the last time.
func (f *fake) wants(b tab, want ...post) {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	for len(f.asked()) < len(want) && time.Now().Before(deadline) {
		read[bool](b, `new Promise((done) => setTimeout(done, 20, true))`)
	}
	if diff := cmp.Diff(want, f.asked()); diff != "" {
		b.t.Errorf("what the page asked for (-want +got):\n%s", diff)
	}
	f.mu.Lock()
	f.posts = nil
	f.mu.Unlock()
}

const adaPress = `{"tenant":"linden","pane":"webex","user":"Wada","message":"webex-1","button":1}`

func TestPress(t *testing.T) {
	t.Parallel()
	f := serve(t, company(t))
	b := open(t, f.URL+"/#person=ada", desk)
	answered := make(chan bool)
	f.answers(func(w http.ResponseWriter, _ post) {
		<-answered
		w.WriteHeader(http.StatusNoContent)
	})
	b.click(`[data-pane=webex] [data-part=button-1]`)
	b.until(`document.querySelectorAll('[data-pane=webex] .card-button[aria-disabled]').length === 4`)
	b.click(`[data-pane=webex] [data-part=button-2]`)
	answered <- true
	b.until(`document.querySelectorAll('[data-pane=webex] .card-button[aria-disabled]').length === 0`)
	f.wants(b, post{"press", adaPress})

	f.answers(func(w http.ResponseWriter, _ post) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"error": "This card is out of date."}`)
	})
	b.click(`[data-pane=slack] [data-part=button-0]`)
	b.until(`document.querySelector('.toast.error[role=alert]')?.innerText.includes("This card is out of date.")`)
	f.wants(b, post{"press", `{"tenant":"linden","pane":"slack","user":"Uada","message":"slack-5","button":0}`})
}

func TestKeyboard(t *testing.T) {
	t.Parallel()
	f := serve(t, company(t))
	b := open(t, f.URL, desk)
	tabTo := func(css string) {
		t.Helper()
		for range 60 {
			if read[bool](b, fmt.Sprintf(`document.activeElement.matches(%q)`, css)) {
				return
			}
			b.keys("\t")
		}
		t.Fatalf("sixty tabs don't lead to %s", css)
	}
	tabTo(`.skip a`)
	tabTo(`#search`)
	b.keys(kb.ArrowDown)
	b.keys(kb.ArrowDown)
	b.keys("\r")
	b.until(`document.querySelector('.person.chosen')?.dataset.key === "ada"`)
	if !read[bool](b, `document.activeElement.matches('[data-key="ada"] .who')`) {
		t.Error("choosing a row with Enter loses the focus")
	}
	tabTo(`[data-key="ada"] [data-part="group-webex-primaries"]`)
	b.keys(" ")
	tabTo(`[data-pane=slack] .picker input`)
	tabTo(`[data-pane=webex] [data-part=button-1]`)
	b.keys("\r")
	f.wants(b,
		post{"person", `{"tenant":"linden","directory":"staff","do":"join","person":"ada","group":"webex-primaries"}`},
		post{"press", adaPress})

	// The card's story ends while its button has the focus.
	f.change(func(s *demo.State) {
		m := &userIn(&s.Panes[1], "ada").Messages[0]
		*m = draw(t, &s.Panes[1], catalog.Linked(catalog.Prompt{Here: "Webex", There: "Slack", Other: "Ada"}), *m)
	})
	b.until(`document.activeElement.matches('[data-pane=webex] article')`)
}

func TestLiveUpdate(t *testing.T) {
	t.Parallel()
	f := serve(t, company(t))
	b := open(t, f.URL+"/#person=ada", desk)
	b.click(`[data-pane=slack] .say input`)
	b.keys("help me, pl")
	b.click(`#search`)
	b.keys("o")
	read[bool](b, `document.querySelector('#people-scroll').scrollTop = 300, document.querySelector('[data-pane=slack] .log').scrollTop = 40, window.kept = document.querySelector('[data-key="markup"]'), true`)
	f.change(func(s *demo.State) {
		s.People[0].Name = "Rosa Lindqvist-Ödegaard"
		s.Links[0].State, s.Links[0].Tone = "linked", "good"
		say(&s.Panes[0], "ada", demo.MessageView{Text: "one more", At: noon})
		say(&s.Panes[1], "zoe", demo.MessageView{Text: "never mind", At: noon})
	})
	b.until(`document.querySelector('[data-key="rosa"] strong').textContent.includes("Ödegaard")`)
	got := read[map[string]any](b, `({
		focus: document.activeElement.id, search: document.querySelector('#search').value,
		draft: document.querySelector('[data-pane=slack] .say input').value,
		people: document.querySelector('#people-scroll').scrollTop, log: document.querySelector('[data-pane=slack] .log').scrollTop,
		same: window.kept.isConnected, newest: !document.querySelector('[data-pane=slack] .newest').hidden,
	})`)
	want := map[string]any{"focus": "search", "search": "o", "draft": "help me, pl", "people": 300.0, "log": 40.0, "same": true, "newest": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("after a live update (-want +got):\n%s", diff)
	}
	b.until(`document.querySelector('#said').textContent.includes("Ada Lovelace: linked.")`)
}

// TestNews: a message to somebody who isn't shown is seen at once, and a click goes there.
func TestNews(t *testing.T) {
	t.Parallel()
	f := serve(t, company(t))
	b := open(t, f.URL+"/#person=ada", desk)
	tell := func() {
		f.change(func(s *demo.State) {
			for _, id := range []string{"zoe", "p3", "p4", "p5", "p6"} {
				say(&s.Panes[0], id, blocks(t, catalog.Late(catalog.Reader{}), demo.MessageView{At: noon}))
			}
		})
	}
	tell()
	b.until(`document.querySelector('#said').textContent === "Rollcall wrote to Zoë 🦊 Ångström-Fernández, Yuki Tanaka and 3 others in Slack."`)
	b.until(`document.querySelectorAll('[data-pane=slack] .others button').length === 3`)
	b.inspect("news")
	b.shot("1440-f-news-light")
	b.click(`[data-pane=slack] .others button`)
	b.until(`document.querySelector('#be-slack').value.startsWith("Zoë") && document.querySelector('#be-webex').value.startsWith("Zoë")`)
	b.until(`document.querySelector('.person.chosen')?.dataset.key === "zoe" && location.hash.includes("person=zoe")`)
	b.until(`!document.querySelector('.others').innerText.includes("Zoë")`)
	b.as(look{width: 390, height: 844})
	b.click(`.views [data-view=trail]`)
	b.until(`document.querySelector('.views [data-view=chats] .badge')?.textContent === "4 new"`)
	tell()
	b.until(`document.querySelector('.toast')?.innerText.includes("Yuki Tanaka and 3 others in Slack.")`)
	b.shot("390-f-news-light")
	b.click(`.toast .button`)
	b.until(`document.querySelector('#be-slack').checkVisibility() && document.querySelector('.person.chosen')?.dataset.key === "zoe"`)
}

// TestChanges goes through everything that the page can ask for.
func TestChanges(t *testing.T) {
	t.Parallel()
	second := company(t)
	second.Tenant, second.Company = "birch", "Birch & Daughters Shipping"
	f := serve(t, company(t), second)
	b := open(t, f.URL, desk)
	person := func(fields string) post {
		return post{"person", `{"tenant":"linden","directory":"staff",` + fields + `}`}
	}

	b.click(`#guide .button`)
	f.wants(b, person(`"do":"join","person":"rosa","group":"slack-primaries"`))
	b.click(`[data-key="ada"] [data-part="group-slack-primaries"]`)
	f.wants(b, person(`"do":"leave","person":"ada","group":"slack-primaries"`))
	closed := func() { b.until(`!document.querySelector('dialog').open`) }
	pick := func(menu string, item int) {
		b.t.Helper()
		closed()
		b.click(menu)
		b.click(fmt.Sprintf(`#menu button:nth-child(%d)`, item))
	}
	pick(`[data-key="rosa"] [data-part=more]`, 3)
	f.wants(b, person(`"do":"disable","person":"rosa"`))
	pick(`[data-key="rosa"] [data-part=more]`, 2)
	b.keys("Rosa Nilsson\r")
	f.wants(b, person(`"do":"rename","person":"rosa","name":"Rosa Nilsson"`))
	closed()
	b.until(`document.activeElement.matches('[data-key="rosa"] [data-part=more]')`)
	pick(`[data-key="rosa"] [data-part=more]`, 4)
	b.click(`dialog .danger`)
	f.wants(b, person(`"do":"delete","person":"rosa"`))
	pick(`#directory-menu`, 2)
	b.click(`dialog .danger`)
	f.wants(b, person(`"do":"empty","group":"slack-primaries"`))
	closed()
	b.click(`#new-person`)
	b.keys("Nia Novak\tnia@linden.example\r")
	f.wants(b, person(`"do":"create","name":"Nia Novak","email":"nia@linden.example"`))
	f.change(func(s *demo.State) {
		s.People = append(s.People, demo.PersonView{ID: "nia", Directory: "staff", Name: "Nia Novak", Email: "nia@linden.example", Active: true})
	})
	b.until(`document.querySelector('.person.chosen')?.dataset.key === "nia"`)
	b.click(`#forward button:nth-child(2)`)
	f.wants(b, post{"clock", `{"hours":72}`})
	b.click(`.held [data-part=reject]`)
	b.until(`!document.querySelector('.held [aria-disabled]')`)
	b.click(`.held [data-part=release]`)
	f.wants(b, post{"batch", `{"tenant":"linden","id":"batch-1","hash":"9f2c","do":"reject"}`}, post{"batch", `{"tenant":"linden","id":"batch-1","hash":"9f2c","do":"release"}`})
	b.click(`#be-slack`)
	b.keys("zoë\r")
	b.until(`document.querySelector('.person.chosen')?.dataset.key === "zoe"`)
	b.click(`[data-pane=slack] .say input`)
	b.keys("  hi there \r")
	f.wants(b, post{"say", `{"tenant":"linden","pane":"slack","user":"Uzoe","text":"hi there"}`})
	b.until(`document.querySelector('[data-pane=slack] .say input').value === ""`)
	read[bool](b, `Object.assign(document.querySelector('#tenant'), {value: "birch"}).dispatchEvent(new Event("change", {bubbles: true}))`)
	b.until(`location.hash.includes("tenant=birch") && !document.querySelector('.person.chosen')`)
	b.click(`[data-key="rosa"] [data-part="group-slack-primaries"]`)
	f.wants(b, post{"person", `{"tenant":"birch","directory":"staff","do":"join","person":"rosa","group":"slack-primaries"}`})
}

// TestGuide follows the first steps by what the demo shows.
func TestGuide(t *testing.T) {
	t.Parallel()
	f := serve(t, company(t))
	b := open(t, f.URL, desk)
	at := func(step int, says string) {
		t.Helper()
		b.until(fmt.Sprintf(`document.querySelectorAll('.steps .done').length === %d && document.querySelector('.guide-text').textContent.includes(%q)`, step, says))
	}
	at(0, "put Rosa Lindqvist into Slack primaries")
	f.change(func(s *demo.State) { s.People[0].Groups = []string{"slack-primaries"} })
	at(1, "is looking for the accounts")
	f.change(func(s *demo.State) {
		say(&s.Panes[0], "rosa", blocks(t, catalog.Ask(catalog.Prompt{Name: "Rosa", Here: "Slack", There: "Webex", Nonce: "n"}), demo.MessageView{At: noon}))
		asks(&s.Panes[0], "rosa", 1)
	})
	at(1, "Press “Sync my accounts” there")
	b.click(`#guide .button`)
	b.until(`document.activeElement.matches('[data-pane=slack] [data-part=button-0]')`)
	f.change(func(s *demo.State) { asks(&s.Panes[1], "rosa", 1) })
	at(2, "pick that number there")
	f.change(func(s *demo.State) {
		asks(&s.Panes[1], "rosa", 0)
		s.Links = append(s.Links, demo.LinkView{Person: "rosa", Name: "Rosa Lindqvist", From: "slack", To: "webex", State: "linked", Tone: "good"})
	})
	at(4, "go on: from Teams to Webex")
	stands := func(state, tone string, groups ...string) {
		f.change(func(s *demo.State) {
			s.People[0].Groups = groups
			s.Links[len(s.Links)-1].State, s.Links[len(s.Links)-1].Tone = state, tone
		})
	}
	stands("suspended", "quiet")
	at(0, "nothing was deleted. Put Rosa back")
	stands("linked", "good", "slack-primaries")
	at(4, "go on: from Teams to Webex")
	b.click(`#guide .button`)
	at(0, "Now put Mika Rautio, who is in Entra, into Teams primaries on Webex.")
	b.until(`document.querySelector('.person.chosen')?.dataset.key === "mika"`)
	f.change(func(s *demo.State) {
		userIn(&s.Panes[2], "mika").Person = "mika"
		for i := range s.People {
			if s.People[i].ID == "mika" {
				s.People[i].Groups = []string{"teams-webex"}
			}
		}
		s.Links = append(s.Links, demo.LinkView{Person: "mika", Name: "Mika Rautio", From: "teams", To: "webex", State: "linked", Tone: "good"})
	})
	at(4, "is linked")
	b.click(`#guide .button`)
	b.until(`document.querySelector('#guide').hidden && localStorage.getItem("rollcall-demo-guide").includes("closed")`)
}

func TestGone(t *testing.T) {
	t.Parallel()
	f := serve(t, company(t))
	b := open(t, f.URL, desk)
	b.until(`document.querySelector('#gone').hidden`)
	f.stop()
	b.until(`!document.querySelector('#gone').hidden && document.querySelector('#gone').innerText.includes("doesn’t answer")`)
	b.click(`[data-key="rosa"] [data-part="group-slack-primaries"]`)
	b.until(`document.querySelector('.toast.error')?.innerText.includes("nothing was changed")`)
	f.restart(t)
	b.until(`document.querySelector('#gone').hidden`)
}

// TestTrail: what happened to many is one line, and so is what was said twice.
func TestTrail(t *testing.T) {
	t.Parallel()
	f := serve(t, company(t))
	b := open(t, f.URL, desk)
	entries := read[[]string](b, `[...document.querySelectorAll('#trail-list > *')].map((e) => e.innerText.replace(/\s+/g, " ").trim())`)
	for i, want := range []string{"Sunday 22 November", "14:02 Ada Lovelace Said yes asking became proving the person said yes Card updated (2 times): it shows the number Asked", "14:00 Held: removals", "13:59 9 people Found on both platforms", "13:59 Wolf", "13:58 Vera Novak Represented by a stand-in unmatched became stand-in A stand-in was made: a bot", "Saturday 21 November", "12:03 مريم", "11:03 Kim"} {
		if i >= len(entries) || !strings.HasPrefix(entries[i], want) {
			t.Errorf("entry %d: got %q, want %q", i+1, entries[min(i, len(entries)-1)], want)
		}
	}
	b.click(`#trail button.name`)
	b.until(`document.querySelectorAll('#trail .happened').length === 1 && document.querySelector('.person.chosen').dataset.key === "ada"`)
	b.click(`#trail-of button`)
	b.until(`document.querySelectorAll('#trail .happened').length === 7`)
	// What is done at once may be stored in another order: the same minute, told twice, is one entry.
	f.change(func(s *demo.State) {
		i := slices.IndexFunc(s.Trail, func(l demo.TrailView) bool { return l.Person == "wolf" })
		late := s.Trail[i]
		late.Seq, late.Event = 2000, "Left alone"
		s.Trail = slices.Insert(s.Trail, 0, late)
	})
	b.until(`document.querySelector('#trail').innerText.includes("Left alone") && document.querySelectorAll('#trail .happened').length === 7`)
}

// TestManyPeople: only what can be read is drawn, and the rest can be reached.
func TestManyPeople(t *testing.T) {
	t.Parallel()
	s := company(t)
	for i := range 500 {
		s.People = append(s.People, person(fmt.Sprintf("x%d", i), fmt.Sprintf("Extra Person %d", i), ""))
	}
	s.Panes[0].Users = users("U", s.People, "")
	b := open(t, serve(t, s).URL, desk)
	rows := func() int { return read[int](b, `document.querySelectorAll('#people > li').length`) }
	if n := rows(); n != 60 {
		t.Errorf("got %d rows at first, want 60", n)
	}
	b.click(`#people-end button`)
	b.until(`document.querySelectorAll('#people > li').length === 120`)
	b.click(`#search`)
	b.keys("person 499")
	b.until(`document.querySelectorAll('#people > li').length === 1`)
	b.click(`#be-slack`)
	b.until(`document.querySelectorAll('#be-slack-list li').length === 50`)
}

// TestCards: nothing of a golden is lost on the way to the screen, and nothing of it becomes markup.
func TestCards(t *testing.T) {
	t.Parallel()
	s := company(t)
	b := open(t, serve(t, s).URL, desk)
	for _, pane := range s.Panes {
		t.Run(pane.ID, func(t *testing.T) {
			b := tab{t, b.ctx, b.quiet}
			b.click("#be-" + pane.ID)
			b.keys("gil\r")
			log := fmt.Sprintf(`document.querySelector('[data-pane=%s] .log')`, pane.ID)
			user := userIn(&pane, "guest")
			b.until(fmt.Sprintf(`%s.children.length === %d`, log, len(user.Messages)))
			drawn := read[[]struct {
				Text    string
				Buttons int
			}](b, fmt.Sprintf(`[...%s.children].map((m) => ({Text: m.querySelector('.content').textContent, Buttons: m.querySelectorAll('.card-button').length}))`, log))
			for i, m := range user.Messages {
				texts, buttons := inCard(t, m.Card)
				for _, text := range texts {
					if !strings.Contains(drawn[i].Text, text) {
						t.Errorf("card %d doesn't show %q", i, text)
					}
				}
				if drawn[i].Buttons != buttons {
					t.Errorf("card %d has %d buttons, want %d", i, drawn[i].Buttons, buttons)
				}
			}
			if n := read[int](b, log+`.querySelectorAll('a:not(.card-button), img, script, iframe, b').length`); n > 0 {
				t.Errorf("%d elements in the cards that no card has", n)
			}
		})
	}
	if said := read[string](b, `document.querySelector('[data-pane=slack] .cannot').textContent`); said != "This page can’t draw video." {
		t.Errorf("an unknown block says %q", said)
	}
}

// inCard is what people read in a card, and how many buttons it has.
func inCard(t *testing.T, card json.RawMessage) (texts []string, buttons int) {
	var whole any
	if err := json.Unmarshal(card, &whole); err != nil {
		t.Fatal(err)
	}
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, inner := range v {
				visit(inner)
			}
		case map[string]any:
			kind, _ := v["type"].(string)
			if kind == "button" || strings.HasPrefix(kind, "Action.") {
				buttons++
				delete(v, "fallback") // for clients that don't know the button
			}
			for key, inner := range v {
				if text, ok := inner.(string); ok && (key == "text" || key == "title") {
					texts = append(texts, text)
				}
				visit(inner)
			}
		}
	}
	visit(whole)
	return texts, buttons
}
