package catalog

import (
	"strings"

	"rollcall/cards"
)

// ManualView are the commands that somebody can give.
type ManualView struct {
	Voice
	Here   string // what people call the platform; empty: the command line
	Topics []ManualTopic
}

// ManualTopic are commands that belong together.
type ManualTopic struct {
	Title    string // a text of the catalogue
	Commands []ManualLine
}

// ManualLine is a command: how it is written, and what it does.
type ManualLine struct {
	Usage string
	Does  string // a text of the catalogue
}

// Manual says what Rollcall does and which commands it understands.
func Manual(v ManualView) cards.Card {
	p := Prompt{Here: v.Here, Lang: v.Lang}
	s := v.sheet(helpTitle)
	s.line(cards.Normal, helpWhat)
	s.line(cards.Normal, helpHow)
	for _, t := range v.Topics {
		s.head(t.Title)
		var facts cards.Facts
		for _, c := range t.Commands {
			facts = append(facts, cards.Fact{Label: c.Usage, Value: s.text(c.Does)})
		}
		s.facts(facts...)
	}
	s.card.Body = append(s.card.Body, cards.Divider{}, p.say(cards.Subtle, helpIgnore, passesNothing))
	if len(v.Topics) > 1 {
		s.next(ButtonStatus, "status")
		s.next(ButtonPlan, "help plan")
	}
	return s.end()
}

// EntryView is one command in full.
type EntryView struct {
	Voice
	Usage    string
	Aliases  []string
	Does     string
	Fields   []string
	Confirms bool
	Long     bool
	Admin    bool
}

// Entry is the help about one command.
func Entry(v EntryView) cards.Card {
	s := v.sheet(entryTitle, "Usage", v.Usage)
	s.line(cards.Normal, v.Does)
	s.facts(
		s.fact(labelKeys, examples(v.Fields)),
		s.fact(labelAlso, strings.Join(v.Aliases, ", ")),
	)
	if v.Confirms {
		s.line(cards.Normal, entryConfirms)
	}
	if v.Long {
		s.line(cards.Normal, entryLong)
	}
	if v.Admin {
		s.line(cards.Subtle, entryAdmin)
	}
	return s.end()
}

// MistakeView is why something that was written is no command.
type MistakeView struct {
	Voice
	Text    string // a text of the catalogue
	Name    string // of an argument, or a key
	Usage   string // of the command that was meant; empty: it isn't known
	Nearest string // what may have been meant
	Fields  []string
	Hint    string // what should stand there: a text of the catalogue; empty: nothing to say
}

// Mistaken says so, and what would have been right.
func Mistaken(v MistakeView) cards.Card {
	s := v.blank()
	s.line(cards.Normal, v.Text, "Name", v.Name)
	s.card.Summary = s.text(v.Text, "Name", v.Name)
	if v.Hint != "" {
		s.line(cards.Normal, v.Hint)
	}
	if v.Nearest != "" {
		s.line(cards.Normal, mistakeNearest, "Name", v.Nearest)
	}
	s.facts(
		s.fact(labelUsage, v.Usage),
		s.fact(labelKeys, examples(v.Fields)),
	)
	if v.Nearest != "" && v.Nearest != "help" && v.Usage == "" {
		s.next(mistakeTry, "help "+v.Nearest, "Name", v.Nearest)
	}
	s.next(ButtonHelp, "help")
	return s.card
}
