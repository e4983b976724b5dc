package catalog

import (
	"strings"
	"time"

	"rollcall/cards"
)

// Sample is a card with a name that a file can have.
type Sample struct {
	Name string
	Card cards.Card
}

// Samples is every card of the catalogue, and those that show names once more with the names that
// people, and those who mean no good, really have. Always the same, in the same order: goldens, the
// simulators' tests and drawings are made from it. They are in English.
func Samples() []Sample { return SamplesIn("") }

// SamplesIn is Samples in another of the [Languages].
func SamplesIn(lang string) []Sample {
	var samples []Sample
	add := func(name string, card cards.Card) { samples = append(samples, Sample{name, card}) }

	asked, claimed := sampleAsked(), sampleClaimed()
	asked.Lang, claimed.Lang = lang, lang
	add("ask", marked(Ask(asked)))
	second, last := asked, asked
	second.Wave, last.Wave, last.Zone, last.Masked = 2, 3, nil, ""
	add("ask-second", Ask(second))
	add("ask-last", Ask(last))
	add("later", Later(asked))
	add("later-last", Later(last))
	choose, two, lastChoice := asked, asked, last
	choose.Options, lastChoice.Options, two.Options = sampleOptions(), sampleOptions(), sampleOptions()[:2]
	add("choose", marked(Choose(choose)))
	add("choose-two", Choose(two))
	add("choose-last", Choose(lastChoice))
	add("choose-later", Later(choose))
	add("choose-later-last", Later(lastChoice))
	add("search", marked(Search(asked)))
	add("searched", Searched(asked))
	add("number", Number(asked))
	add("open", Open(asked))
	add("missed", Missed(asked))
	add("lapsed", Lapsed(asked))
	add("prove", marked(Prove(claimed)))
	add("spent", Spent(claimed))
	add("linked", marked(Linked(asked)))
	add("linked-claimed", Linked(claimed))
	add("declined", Declined(asked))
	add("stopped", Stopped(asked))
	add("replaced", Replaced(asked))
	add("over", Over(asked))
	add("withdrawn", Withdrawn(asked))
	add("review", Review(asked))
	add("suspended", Suspended(asked))
	add("unlinked", Unlinked(asked))

	reader := Reader{Name: asked.Name, Here: asked.Here, Lang: lang}
	add("welcome", Welcome(reader))
	add("help", Help(reader))
	add("hello", Hello(reader))
	add("unknown", Unknown(reader))
	add("named", Named(reader))
	add("twice", Twice(reader))
	add("late", Late(reader))
	add("foreign", Foreign(reader))

	for _, n := range sampleNames() {
		asked, claimed := asked, claimed
		asked.Name, asked.Other, claimed.Name, claimed.Other = n.text, n.text, n.text, n.text
		asked.Options = []Option{{Value: "a", Name: n.text}, {Value: "b", Name: n.text, Masked: "a•••@example.com"}}
		add("ask-"+n.name, Ask(asked))
		add("choose-"+n.name, Choose(asked))
		add("prove-"+n.name, Prove(claimed))
		add("hello-"+n.name, Hello(Reader{Name: n.text, Here: asked.Here, Lang: lang}))
	}
	return append(samples, adminSamples(lang)...)
}

func sampleAsked() Prompt {
	zone := time.FixedZone("CET", 60*60)
	return Prompt{
		Name: "Ada Lovelace", Other: "Ada King", Masked: "a•••@example.com", Here: "Slack", There: "Webex",
		Number: "47", Until: time.Date(2026, time.November, 24, 14, 0, 0, 0, zone), Zone: zone,
		Wave: 1, Nonce: "nonce-of-the-first-sample", Room: 5,
	}
}

// sampleOptions are as many accounts as there are ever to choose among, two of which look the same.
func sampleOptions() []Option {
	return []Option{
		{Value: "a", Name: "Ada King", Masked: "a•••@example.com"},
		{Value: "b", Name: "Ada King", Masked: "a•••@example.com"},
		{Value: "c", Name: "Countess of Lovelace", Masked: "l•••@difference-engine.example"},
	}
}

func sampleClaimed() Prompt {
	p := sampleAsked()
	p.Name, p.Other, p.Here, p.There, p.Number = p.Other, p.Name, p.There, p.Here, ""
	p.Choices, p.Nonce = []string{"12", "47", "83"}, "nonce-of-the-second-sample"
	return p
}

// marked is a card as it is sent where the conversation can be read back.
func marked(c cards.Card) cards.Card {
	c.Mark = "mark7f3a"
	return c
}

func sampleNames() []struct{ name, text string } {
	return []struct{ name, text string }{
		{"markup", "<!channel> *x* _y_ ~z~ `c` [a](http://evil.example) <@all> <at>b</at> & \u202egpj.exe\nhi"},
		{"long", strings.Repeat("Wolfeschlegelsteinhausen ", 12)},
		{"rtl", "עדה \u200fלאבלייס محمد"},
		{"emoji", "👩\u200d💻 Ada :tada: {{DATE(2026-11-24T13:00:00Z)}}"},
		{"marks", "A" + strings.Repeat("\u0301", 40) + "da"},
		{"empty", " \u200b\t"},
	}
}
