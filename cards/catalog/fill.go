package catalog

import (
	"strings"

	"rollcall/cards"
)

// fill puts values into a text. What it puts in isn't looked at for placeholders in turn.
func fill(text string, value func(name string) (text string, strong bool)) []cards.Run {
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
		if name != "" {
			add(value(name))
		}
		text = after
	}
	return runs
}

// flat is a text without emphasis.
func flat(runs []cards.Run) string {
	var b strings.Builder
	for _, run := range runs {
		b.WriteString(run.Text)
	}
	return b.String()
}

func (p Prompt) speech() speech { return speak(p.Lang, p.Zone) }

// value is what stands for a placeholder, and whether it stands out. It is the one way by which a
// string from outside gets into a text, and cleans it.
func (p Prompt) value(name string) (text string, strong bool) {
	s := p.speech()
	switch name {
	case "Name":
		return s.clean(p.Name), false
	case "Other":
		return s.clean(p.Other), true
	case "Here":
		return clean(p.Here, maxName, s.say(noHere)), false
	case "There":
		return clean(p.There, maxName, s.say(noThere)), false
	case "Number":
		return clean(p.Number, maxName, ""), true
	case "Until":
		return s.soon(p.Until), false
	}
	return s.say(name), true // a button
}

// line is a text on one line without emphasis.
func (p Prompt) line(text string) string { return flat(fill(p.speech().say(text), p.value)) }

// say is a paragraph of sentences. Empty ones are left out, and so are those that name a time when
// there is none.
func (p Prompt) say(tone cards.Tone, sentences ...string) cards.Text {
	s := p.speech()
	var kept []string
	for _, sentence := range sentences {
		if sentence != "" && !(p.Until.IsZero() && strings.Contains(sentence, "{Until}")) {
			kept = append(kept, s.say(sentence))
		}
	}
	return cards.Text{Runs: fill(strings.Join(kept, s.Sentences), p.value), Tone: tone}
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
		Summary: p.speech().join(p.line(title), p.line(what)),
		Colon:   p.speech().Colon,
		Title:   p.line(title),
		Body:    append([]cards.Block{p.say(tone, what)}, more...),
	}
}

// account is who is at the other end, as far as that is known.
func (p Prompt) account() cards.Facts {
	facts := cards.Facts{{Label: p.line(labelName), Value: p.speech().clean(p.Other)}}
	if address := cleanAddress(p.Masked); address != "" {
		facts = append(facts, cards.Fact{Label: p.line(labelAddress), Value: address})
	}
	return facts
}

func (p Prompt) button(label, verb string, style cards.Style) cards.Action {
	return cards.Action{Label: p.line(label), Press: cards.Press{Verb: verb, Nonce: p.Nonce}, Style: style}
}
