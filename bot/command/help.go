package command

import (
	"context"
	"slices"

	"rollcall/cards"
	"rollcall/cards/catalog"
)

func hello(_ context.Context, t *turn) (cards.Card, error) {
	return catalog.Hello(catalog.Reader{Here: t.here(), Lang: t.caller.Lang}), nil
}

// here is what people call the caller's platform; empty: it is the command line.
func (t *turn) here() string {
	if t.caller.Installation.Platform == "" {
		return ""
	}
	return t.title(t.caller.Installation.Platform)
}

// help is the manual, or one of its entries. Whoever is no admin isn't shown what they can't do, but may ask
// about it.
func help(ctx context.Context, t *turn) (cards.Card, error) {
	if t.steering == nil {
		return catalog.Help(catalog.Reader{Here: t.here(), Lang: t.caller.Lang}), nil
	}
	all := Commands()
	if topic := t.call.Arg(0); topic != "" {
		for _, c := range all {
			if c.Name == topic || slices.Contains(c.Aliases, topic) {
				return catalog.Entry(catalog.EntryView{
					Voice: t.voice, Usage: c.Usage(), Aliases: c.Aliases, Does: c.Does, Fields: c.Fields, Confirms: c.Confirms, Long: c.Long,
					Admin: c.Role == Admin,
				}), nil
			}
		}
	}
	admin, _ := t.administers(ctx) // who can't be checked is shown what anybody may do
	view := catalog.ManualView{Voice: t.voice, Here: t.here()}
	for _, c := range all {
		personal := c.Topic == catalog.TopicMine && c.Name != "help" // who has no account has none to speak of
		if c.Topic == "" || c.Role == Admin && !admin || personal && t.caller.Actor.IsZero() {
			continue
		}
		title := c.Topic
		if !admin {
			title = catalog.TopicMine
		}
		if n := len(view.Topics); n == 0 || view.Topics[n-1].Title != title {
			view.Topics = append(view.Topics, catalog.ManualTopic{Title: title})
		}
		last := &view.Topics[len(view.Topics)-1]
		last.Commands = append(last.Commands, catalog.ManualLine{Usage: c.Usage(), Does: c.Does})
	}
	return catalog.Manual(view), nil
}

// mistaken says what is wrong with what somebody wrote. Of an admin's command it tells only admins.
func (d *Desk) mistaken(ctx context.Context, caller Caller, m *Mistake) cards.Card {
	if m.Problem == Unknown && m.Nearest == "" {
		return catalog.Unknown(catalog.Reader{Lang: caller.Lang})
	}
	t := &turn{Desk: d, caller: caller, voice: d.title.voice(caller.Lang, caller.Zone)}
	if near := find(m.Nearest); m.Problem == Unknown && near != nil && near.Role == Admin {
		if admin, err := t.administers(ctx); err != nil || !admin {
			return catalog.Unknown(catalog.Reader{Lang: caller.Lang})
		}
	}
	view := catalog.MistakeView{Voice: t.voice, Text: m.text(), Name: m.Name, Nearest: m.Nearest, Hint: m.hint()}
	if c := find(m.Command); c != nil {
		t.command = *c
		if refusal := t.refusal(ctx); refusal != nil {
			return *refusal
		}
		view.Usage, view.Fields = c.Usage(), c.Fields
	}
	return catalog.Mistaken(view)
}

// hint is what the catalogue says should stand there.
func (m *Mistake) hint() string {
	c := find(m.Command)
	if c == nil || m.Problem != Missing && m.Problem != Malformed {
		return ""
	}
	for _, a := range c.Args {
		if a.Name == m.Name {
			return catalog.HintOf(a.Name)
		}
	}
	return ""
}

// text is what the catalogue says of a mistake.
func (m *Mistake) text() string {
	switch m.Problem {
	case TooLong:
		return catalog.MistakeLong
	case Unclosed:
		return catalog.MistakeUnclosed
	case Missing:
		return catalog.MistakeMissing
	case Surplus:
		return catalog.MistakeSurplus
	case Malformed:
		return catalog.MistakeMalformed
	case UnknownKey:
		return catalog.MistakeKey
	case Repeated:
		return catalog.MistakeRepeated
	case NoFields:
		return catalog.MistakeNoFields
	}
	return catalog.MistakeUnknown
}
