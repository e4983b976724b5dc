package catalog

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"rollcall/cards"
)

func TestSamplesAreWholeCards(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, sample := range Samples() {
		if seen[sample.Name] {
			t.Errorf("two samples are called %s", sample.Name)
		}
		seen[sample.Name] = true
		if err := sample.Card.Validate(); err != nil {
			t.Errorf("%s: %v", sample.Name, err)
		}
	}
	if diff := cmp.Diff(Samples(), Samples()); diff != "" {
		t.Errorf("the samples differ from call to call:\n%s", diff)
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	p := sampleClaimed()
	tests := []struct {
		name string
		card cards.Card
		want []string // label, verb, value
	}{
		{"ask", Ask(p), []string{"Sync my accounts sync", "Later later", "Not me not-me", "Stop asking stop"}},
		{"later", Later(p), []string{"Sync now sync", "Stop asking stop"}},
		{"choose", Choose(chooser(3, 5)), []string{
			"1: a•••@example.com take a", "2: a•••@example.com take b", "3: l•••@difference-engine.example take c",
			"None of these none", "Later later",
		}},
		{"choose where there is room", Choose(chooser(3, 6)), []string{
			"1: a•••@example.com take a", "2: a•••@example.com take b", "3: l•••@difference-engine.example take c",
			"None of these none", "Later later", "Stop asking stop",
		}},
		{"choose where there is any room", Choose(chooser(2, 0)), []string{
			"1: a•••@example.com take a", "2: a•••@example.com take b", "None of these none", "Later later", "Stop asking stop",
		}},
		{"later after a choice", Later(chooser(3, 5)), []string{
			"1: a•••@example.com take a", "2: a•••@example.com take b", "3: l•••@difference-engine.example take c",
			"None of these none", "Stop asking stop",
		}},
		{"search", Search(p), []string{"I have none none", "Stop asking stop"}},
		{"searched", Searched(p), nil},
		{"named", Named(Reader{}), nil},
		{"number", Number(p), []string{"New number sync", "Not me not-me"}},
		{"missed", Missed(p), []string{"New number sync", "Not me not-me"}},
		{"lapsed", Lapsed(p), []string{"New number sync", "Not me not-me"}},
		{"prove", Prove(p), []string{"12 pick 12", "47 pick 47", "83 pick 83", "Not me not-me"}},
		{"spent", Spent(p), nil},
		{"linked", Linked(p), nil},
		{"declined", Declined(p), nil},
		{"stopped", Stopped(p), nil},
		{"replaced", Replaced(p), nil},
		{"over", Over(p), nil},
		{"withdrawn", Withdrawn(p), nil},
		{"review", Review(p), nil},
		{"suspended", Suspended(p), nil},
		{"welcome", Welcome(Reader{}), nil},
		{"hello", Hello(Reader{}), nil},
		{"help", Help(Reader{}), nil},
		{"unknown", Unknown(Reader{}), nil},
		{"twice", Twice(Reader{}), nil},
		{"late", Late(Reader{}), nil},
		{"foreign", Foreign(Reader{}), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, a := range test.card.Actions {
				got = append(got, strings.TrimSpace(a.Label+" "+a.Press.Verb+" "+a.Press.Value))
				if a.Press.Nonce != p.Nonce {
					t.Errorf("%s carries the nonce %q, want %q", a.Label, a.Press.Nonce, p.Nonce)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("buttons (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhatCardsSay holds what a reader must be told, whatever the words become.
func TestWhatCardsSay(t *testing.T) {
	t.Parallel()
	asked, claimed := sampleAsked(), sampleClaimed()
	silent := asked
	silent.Until, silent.Name, silent.Masked = time.Time{}, "", ""
	utc := asked
	utc.Zone = nil
	tests := []struct {
		name      string
		card      cards.Card
		want, not []string
	}{
		{
			"ask says whose account and until when", Ask(asked),
			[]string{"Ada King", "a•••@example.com", "Webex", "ignore", "until Tuesday 24 November, 14:00."},
			nil,
		},
		{"ask without a time, a name or an address", Ask(silent), []string{"Hello. "}, []string{"until", "0001", "Address", "someone"}},
		{"ask in a zone that isn't known", Ask(utc), []string{"13:00 UTC."}, nil},
		{"later says when", Later(asked), []string{"on Tuesday 24 November, 14:00."}, nil},
		{"later without a time", Later(silent), []string{"in a few days"}, []string{"0001"}},
		{
			"choose says among which", Choose(chooser(3, 5)),
			[]string{"1: a•••@example.com, Ada King", "3: l•••@difference-engine.example, Countess of Lovelace", "Webex", "ignore", "choose Later and then Stop asking."},
			nil,
		},
		{"choose where there is room", Choose(chooser(2, 5)), []string{"three times"}, []string{"Stop asking"}},
		{"later after a choice says when", Later(chooser(3, 5)), []string{"on Tuesday 24 November, 14:00.", "1: a•••@example.com"}, []string{"Sync now"}},
		{"search says what to do", Search(asked), []string{"Webex", "reply here with that address", "only once", "until Tuesday 24 November, 14:00."}, nil},
		{"searched", Searched(asked), []string{"Thank you", "Webex", "If you named an address", "nothing to do"}, nil},
		{"named says what follows", Named(Reader{}), []string{"Thank you", "looks for that address"}, nil},
		{"number says where to pick which", Number(asked), []string{"Open Webex.", "Pick 47."}, nil},
		{"prove says who asks", Prove(claimed), []string{"Ada Lovelace", "a•••@example.com", "Slack", "ignore"}, nil},
		{"linked says with whom", Linked(asked), []string{"Slack", "Webex", "Ada King"}, nil},
		{"replaced says where to look", Replaced(asked), []string{"newest message"}, nil},
		{"suspended says that it comes back", Suspended(asked), []string{"comes back", "Nothing has been deleted"}, nil},
		{"no platform is known", Linked(Prompt{}), []string{"this platform", "the other platform", "someone"}, nil},
		{"welcome says how to go on", Welcome(Reader{Name: "Ada", Here: "Slack"}), []string{"Hello Ada.", "only when it needs an answer", "help"}, nil},
		{"help names its words", Help(Reader{}), []string{"help: ", "hi: "}, nil},
		{"unknown says where to look", Unknown(Reader{}), []string{`Write "help" to see what Rollcall understands.`}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := everything(test.card)
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("%q isn't in:\n%s", want, text)
				}
			}
			for _, not := range test.not {
				if strings.Contains(text, not) {
					t.Errorf("%q is in:\n%s", not, text)
				}
			}
		})
	}
}

// chooser is somebody who is to choose among n accounts, where there is room for so many buttons.
func chooser(n, room int) Prompt {
	p := sampleClaimed()
	p.There, p.Here = p.Here, p.There
	p.Options, p.Room = sampleOptions()[:n], room
	return p
}

// TestOptionsAreToldApart: whatever the accounts are called, the buttons differ, and none is too long.
func TestOptionsAreToldApart(t *testing.T) {
	t.Parallel()
	for _, n := range sampleNames() {
		p := chooser(3, 5)
		for i := range p.Options {
			p.Options[i].Name, p.Options[i].Masked = n.text, ""
		}
		p.Options[2].Masked = "a•••@" + strings.Repeat("long-", 40) + ".example"
		seen := make(map[string]bool)
		for _, a := range Choose(p).Actions {
			if seen[a.Label] || len(utf16.Encode([]rune(a.Label))) > 75 {
				t.Errorf("%s: a button %q", n.name, a.Label)
			}
			seen[a.Label] = true
		}
		for _, fact := range p.accounts()[0].(cards.Facts) {
			if fact.Value == "" {
				t.Errorf("%s: account %s is nobody", n.name, fact.Label)
			}
		}
	}
	if text := everything(Choose(Prompt{})); strings.Contains(text, "1:") {
		t.Errorf("there is nothing to choose in:\n%s", text)
	}
}

func TestWavesAreCounted(t *testing.T) {
	t.Parallel()
	seen := make(map[string]int)
	for wave := range 5 {
		p := sampleAsked()
		p.Wave = wave
		seen[everything(Ask(p))]++
		p.Options = sampleOptions()
		seen[everything(Choose(p))]++
	}
	if len(seen) != 6 {
		t.Errorf("got %d different cards for waves 0 to 4, want 3 of each: first, second, last", len(seen))
	}
}

// TestProveKeepsTheNumber: the claimed account must not learn the number from its card.
func TestProveKeepsTheNumber(t *testing.T) {
	t.Parallel()
	p := sampleClaimed()
	p.Number, p.Choices = "61", []string{"12", "47", "83"}
	if text := everything(Prove(p)); strings.Contains(text, "61") {
		t.Errorf("the number is in:\n%s", text)
	}
}

// TestPlaceholdersInNames: what is filled in isn't filled in again.
func TestPlaceholdersInNames(t *testing.T) {
	t.Parallel()
	p := sampleAsked()
	p.Name, p.Other = "{Masked}", "{Number} {"
	text := everything(Ask(p))
	if !strings.Contains(text, "Hello {Masked}.") || !strings.Contains(text, "Name: {Number} {") {
		t.Errorf("a name was filled in:\n%s", text)
	}
}

// everything is all that a card shows.
func everything(c cards.Card) string {
	var b strings.Builder
	b.WriteString(c.Summary + "\n" + c.Title + "\n")
	for _, block := range c.Body {
		switch block := block.(type) {
		case cards.Text:
			for _, run := range block.Runs {
				b.WriteString(run.Text)
			}
		case cards.Facts:
			for _, fact := range block {
				b.WriteString(fact.Label + ": " + fact.Value + "\n")
			}
		case cards.Figure:
			b.WriteString(block.Label + ": " + block.Value)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestTexts holds every text to the manners of the product: plain words, no shouting, no words of the
// trade, and placeholders that exist.
func TestTexts(t *testing.T) {
	t.Parallel()
	known := []string{"Name", "Other", "Here", "There", "Number", "Until", "From", "To", "Word", "Language", "N"}
	for name, text := range texts(t) {
		if strings.HasPrefix(name, "button") {
			known = append(known, text)
		}
	}
	trade := regexp.MustCompile(`(?i)nonce|correlat|tenant|counterpart|primary|\bwave|token|verb|prompt|click|bot\b|candidate|!|  `)
	for name, text := range texts(t) {
		for _, placeholder := range regexp.MustCompile(`{([^}]*)}?`).FindAllStringSubmatch(text, -1) {
			if !slices.Contains(known, placeholder[1]) {
				t.Errorf("%s: nothing is called {%s}", name, placeholder[1])
			}
		}
		if word := trade.FindString(text); word != "" {
			t.Errorf("%s has %q in it", name, word)
		}
		if len(text) > 40 && !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, ":") {
			t.Errorf("%s is a sentence without an end", name)
		}
	}
}

// TestNoTextBeginsWithAName: see texts.go. The engine's sentences are no texts of their own.
func TestNoTextBeginsWithAName(t *testing.T) {
	t.Parallel()
	for name, text := range messages(t) {
		first := placeholder.FindString(text)
		if first != "" && strings.HasPrefix(text, first) && !slices.Contains(fixed, first) && !slices.Contains(reasons(), text) {
			t.Errorf("%s begins with what is filled in", name)
		}
	}
}

// texts are the constants that people read who are no admins.
func texts(t *testing.T) map[string]string {
	t.Helper()
	found := make(map[string]string)
	for _, name := range []string{"texts.go", "texts_own.go", "texts_mine.go", "texts_time.go"} {
		maps.Copy(found, textsIn(t, name))
	}
	return found
}
