package catalog

import (
	"strings"
	"time"

	"rollcall/cards"
)

// fill puts the view's values into a text. What it puts in isn't looked at for placeholders in turn.
func (p Prompt) fill(text string) []cards.Run {
	var runs []cards.Run
	add := func(text string, strong bool) {
		switch last := len(runs) - 1; {
		case text == "":
		case last >= 0 && runs[last].Strong == strong:
			runs[last].Text += text
		default:
			runs = append(runs, cards.Run{Text: text, Strong: strong})
		}
	}
	for text != "" {
		before, rest, _ := strings.Cut(text, "{")
		name, after, _ := strings.Cut(rest, "}")
		add(before, false)
		add(p.value(name))
		text = after
	}
	return runs
}

// value is what stands for a placeholder, and whether it stands out. It is the one way by which a
// string from outside gets into a text, and cleans it.
func (p Prompt) value(name string) (text string, strong bool) {
	switch name {
	case "Name":
		return Clean(p.Name), false
	case "Other":
		return Clean(p.Other), true
	case "Here":
		return clean(p.Here, maxName, noHere), false
	case "There":
		return clean(p.There, maxName, noThere), false
	case "Number":
		return clean(p.Number, maxName, ""), true
	case "Until":
		return p.until(), false
	}
	return name, true // a button
}

// until is p.Until as the reader's clock and calendar show it. Where the reader's zone isn't known
// it says which one is meant.
func (p Prompt) until() string {
	zone := p.Zone
	if zone == nil {
		zone = time.UTC
	}
	text := p.Until.In(zone).Format(dateForm)
	if zone.String() == time.UTC.String() {
		text += " " + zoneName
	}
	return text
}

// line is a text on one line without emphasis.
func (p Prompt) line(text string) string {
	var b strings.Builder
	for _, run := range p.fill(text) {
		b.WriteString(run.Text)
	}
	return b.String()
}

// say is a paragraph of sentences. Empty ones are left out, and so are those that name a time when
// there is none.
func (p Prompt) say(tone cards.Tone, sentences ...string) cards.Text {
	var kept []string
	for _, s := range sentences {
		if s != "" && !(p.Until.IsZero() && strings.Contains(s, "{Until}")) {
			kept = append(kept, s)
		}
	}
	return cards.Text{Runs: p.fill(strings.Join(kept, " ")), Tone: tone}
}

// greeting addresses the reader by name where there is one.
func (p Prompt) greeting() string {
	if clean(p.Name, maxName, "") == "" {
		return helloNobody
	}
	return hello
}

// end is a card without buttons: the end of a question, or of what came of it. Its summary is its
// title and its first paragraph.
func (p Prompt) end(title, what string, tone cards.Tone, more ...cards.Block) cards.Card {
	return cards.Card{
		Summary: p.line(title + ". " + what),
		Title:   p.line(title),
		Body:    append([]cards.Block{p.say(tone, what)}, more...),
	}
}

// account is who is at the other end, as far as that is known.
func (p Prompt) account() cards.Facts {
	facts := cards.Facts{{Label: labelName, Value: Clean(p.Other)}}
	if address := cleanAddress(p.Masked); address != "" {
		facts = append(facts, cards.Fact{Label: labelAddress, Value: address})
	}
	return facts
}

func (p Prompt) button(label, verb string, style cards.Style) cards.Action {
	return cards.Action{Label: label, Press: cards.Press{Verb: verb, Nonce: p.Nonce}, Style: style}
}
