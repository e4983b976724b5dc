package catalog

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rollcall/cards"
)

// Voice is how somebody is answered: in their language, by the clock of their zone, and with the platforms
// called as people call them.
type Voice struct {
	Lang  string                       // BCP 47; empty: English
	Zone  *time.Location               // nil: UTC
	Title func(platform string) string // for the platforms that a sentence of the engine's names; nil: they stay as they are
}

// speech is how texts are said in this voice.
func (v Voice) speech() speech {
	s := speak(v.Lang, v.Zone)
	if v.Title != nil {
		s.title = v.Title
	}
	return s
}

// Next is a button that gives a command.
type Next struct {
	Label   string // a text of the catalogue
	Command string
}

// Count is how many links, or people, are of a kind. The kind is a state or an intent, as the engine calls it.
type Count struct {
	Kind string
	N    int
}

// The bounds of an answer that every platform takes: buttons on a card, lines on a page, letters of a sentence
// that the engine wrote.
const (
	mostButtons  = 5
	PageLength   = 10
	maxSentence  = 240
	maxCell      = 90
	maxSummary   = 600
	maxCardTitle = 75 // Slack takes 150 UTF-16 units, and a letter can have two
)

// sheet is an answer as it is put together.
type sheet struct {
	speech
	card cards.Card
}

// blank begins an answer without a title.
func (v Voice) blank() *sheet {
	s := &sheet{speech: v.speech()}
	s.card.Colon = s.Colon
	return s
}

// sheet begins an answer with its title.
func (v Voice) sheet(title string, pairs ...string) *sheet {
	s := v.blank()
	s.card.Title = cut(s.text(title, pairs...), maxCardTitle)
	return s
}

// line adds a paragraph of one text.
func (s *sheet) line(tone cards.Tone, text string, pairs ...string) {
	s.paragraph(tone, s.text(text, pairs...))
}

// lineOf is line for a text that depends on a number.
func (s *sheet) lineOf(tone cards.Tone, text string, n int, pairs ...string) {
	s.paragraph(tone, s.textOf(text, n, pairs...))
}

// paragraph adds what is in the reader's language already.
func (s *sheet) paragraph(tone cards.Tone, text string) {
	if text != "" {
		s.card.Body = append(s.card.Body, cards.Text{Runs: []cards.Run{{Text: text}}, Tone: tone})
	}
}

// head adds a heading within the card.
func (s *sheet) head(text string, pairs ...string) {
	s.card.Body = append(s.card.Body, cards.Text{Runs: []cards.Run{{Text: s.text(text, pairs...), Strong: true}}})
}

// sentence is what the engine says of something: in the reader's language where it is one of the catalogue's
// texts, and never more than a paragraph.
func (s *sheet) sentence(text string) string { return s.bound(clean(s.reason(text), maxSentence, "")) }

// because is sentence for a cell of a table. It is never blank.
func (s *sheet) because(text string) string { return s.bound(s.cell(s.reason(text))) }

// told adds a line of a list: what it is about, and what there is to say of it, which both are in the reader's
// language already.
func (s *sheet) told(about, text string) {
	s.card.Body = append(s.card.Body, cards.Text{Runs: []cards.Run{{Text: about, Strong: true}, {Text: " · " + text}}})
}

// stated adds a sentence of the engine's as a paragraph: with a capital, and with its full stop.
func (s *sheet) stated(tone cards.Tone, text string) {
	s.paragraph(tone, s.whole(s.sentence(text)))
}

// whole is a sentence with a capital, and with its full stop.
func (s speech) whole(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if last, _ := utf8.DecodeLastRuneInString(text); !strings.ContainsRune(".…!?:。！？：", last) {
		text += strings.TrimSpace(s.Stop)
	}
	return text
}

// cell is a value that stands in a table or beside a label. It is never blank.
func (s *sheet) cell(text string) string { return clean(text, maxCell, "–") }

// facts adds labels and values; a fact without a value is left out.
func (s *sheet) facts(list ...cards.Fact) {
	list = slices.DeleteFunc(list, func(f cards.Fact) bool { return f.Value == "" })
	if len(list) > 0 {
		s.card.Body = append(s.card.Body, cards.Facts(list))
	}
}

// fact is a label and a value that is clean already.
func (s *sheet) fact(label, value string) cards.Fact {
	return cards.Fact{Label: s.text(label), Value: value}
}

// table adds a table if it has rows. Its heads are texts, its cells are clean already.
func (s *sheet) table(heads []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	said := make([]string, len(heads))
	for i, head := range heads {
		said[i] = s.text(head)
	}
	s.card.Body = append(s.card.Body, cards.Table{Heads: said, Rows: rows[:min(len(rows), 2*PageLength)]})
}

// next adds a button that gives a command, where a button can carry it.
func (s *sheet) next(label, command string, pairs ...string) {
	s.nextOf(s.text(label, pairs...), command)
}

// nextOf is next with a label that is clean and no text of the catalogue: somebody's or something's name.
func (s *sheet) nextOf(name, command string) {
	if action := run(label(name), command); action.Label != "" {
		s.act(action)
	}
}

func (s *sheet) nexts(list []Next) {
	for _, n := range list {
		s.next(n.Label, n.Command)
	}
}

// page adds a button that opens a page, where there is one.
func (s *sheet) page(label, url string) {
	if url != "" {
		s.act(cards.Action{Label: s.text(label), URL: url})
	}
}

func (s *sheet) act(action cards.Action) {
	if len(s.card.Actions) < mostButtons {
		s.card.Actions = append(s.card.Actions, action)
	}
}

// end is the card, with its summary: the title, and what stands in the first paragraph.
func (s *sheet) end() cards.Card {
	s.card.Summary = s.card.Title
	for _, block := range s.card.Body {
		if text, ok := block.(cards.Text); ok {
			var b strings.Builder
			for _, run := range text.Runs {
				b.WriteString(run.Text)
			}
			s.card.Summary = cut(s.join(s.card.Title, b.String()), maxSummary)
			break
		}
	}
	return s.card
}

// since is a moment in a table, or beside a label that always stands there.
func (s *sheet) since(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return s.moment(t)
}

// time is a moment; empty: there is none.
func (s *sheet) time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return s.moment(t)
}

// length is a length of time; empty: there is none.
func (s *sheet) length(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return s.span(d)
}

// counts adds a fact for each kind of which there is something.
func (s *sheet) counts(list []Count, word func(string) string) {
	var facts []cards.Fact
	for _, c := range list {
		if c.N > 0 {
			facts = append(facts, cards.Fact{Label: s.text(word(c.Kind)), Value: s.number(c.N)})
		}
	}
	s.facts(facts...)
}

// ways is between which platforms a group links.
func (s *sheet) ways(from, to string) string { return s.cell(from) + " → " + s.cell(to) }

// textOf is a text, which depends on a number if it has a "|".
func (s *sheet) textOf(key string, n int, pairs ...string) string {
	if strings.Contains(key, "|") {
		return s.count(key, n, pairs...)
	}
	return s.text(key, pairs...)
}

// Note is a short answer: one text with its values, and what can be done next.
type Note struct {
	Voice
	Tone  cards.Tone
	Text  string // a text of the catalogue; with "|" in it, it depends on N
	N     int
	Pairs []string // names of placeholders and their values
	Say   string   // a sentence of the engine's that stands below; empty: none
	Next  []Next
}

// Noted is the card of a note.
func Noted(n Note) cards.Card {
	s := n.blank()
	text := s.textOf(n.Text, n.N, n.Pairs...)
	s.paragraph(n.Tone, text)
	s.stated(cards.Normal, n.Say)
	s.nexts(n.Next)
	s.card.Summary = text
	return s.card
}

// Confirmation asks whether a command is to be carried out as it was shown.
type Confirmation struct {
	Voice
	Title, Text, Button string // texts of the catalogue; those with "|" depend on N
	N                   int
	Pairs               []string
	Say                 string      // a sentence of the engine's
	Counts              []Count     // what would happen, by intent; those of which nobody notices anything aren't shown
	State               string      // that something goes back to, as the engine calls it: {State} of the text
	Trail               []TrailLine // what was done
	Nonce               string
}

// Confirm is the card of a confirmation.
func Confirm(c Confirmation) cards.Card {
	s := c.sheet(c.Title, c.Pairs...)
	if c.State != "" {
		c.Pairs = append(slices.Clone(c.Pairs), "State", s.text(stateWord(c.State)))
	}
	s.lineOf(cards.Normal, c.Text, c.N, c.Pairs...)
	s.trail(c.Trail)
	s.stated(cards.Normal, c.Say)
	s.counts(slices.DeleteFunc(slices.Clone(c.Counts), func(c Count) bool { return !c.acts() }), intentWord)
	s.line(cards.Subtle, confirmHow)
	s.act(cards.Action{
		Label: label(s.textOf(c.Button, c.N, c.Pairs...)),
		Press: cards.Press{Verb: VerbConfirm, Nonce: c.Nonce}, Style: cards.Danger,
	})
	return s.end()
}

// Text is one text of the catalogue, as it stands alone.
func Text(v Voice, text string) string { return v.speech().text(text) }
