package catalog

import (
	"strconv"
	"time"

	"rollcall/cards"
)

// HeldView are the removals that wait for an admin, or were decided lately.
type HeldView struct {
	Voice
	Batches []BatchView
}

// BatchView is a set of removals that was held back as a whole.
type BatchView struct {
	Voice
	ID     string
	Group  string
	Why    string
	State  string
	At     time.Time
	By     string // who decided; empty: nobody has
	Asked  string // who proposed to release it: another admin has to agree. Empty: nobody
	Own    bool   // the reader proposed it, and may not agree
	Size   int
	People []string // one page of their names
	More   int      // where the next page begins
}

// Held is the list of the batches.
func Held(v HeldView) cards.Card {
	s := v.sheet(heldTitle)
	waiting := 0
	var rows [][]string
	for _, b := range v.Batches {
		if b.State == "held" {
			waiting++
		}
		rows = append(rows, []string{s.cell(b.ID), s.clean(b.Group), s.number(b.Size), s.text(batchWord(b.State))})
	}
	if waiting == 0 {
		s.line(cards.Good, heldNone)
	} else {
		s.lineOf(cards.Caution, heldSome, waiting)
	}
	s.table([]string{labelBatch, labelGroup, labelPeople, labelState}, rows)
	for _, b := range v.Batches {
		if b.State == "held" {
			s.next(buttonBatch, "held "+b.ID, "ID", b.ID)
		}
	}
	return s.end()
}

// Batch is one batch, with who is in it, and the buttons to decide.
func Batch(v BatchView) cards.Card {
	s := v.sheet(batchTitle, "ID", v.ID)
	if v.State == "held" {
		s.lineOf(cards.Caution, batchWaits, v.Size, "Group", v.Group)
	} else {
		s.line(cards.Normal, batchWas, "State", s.text(batchWord(v.State)))
	}
	s.facts(
		s.fact(labelGroup, s.clean(v.Group)),
		s.fact(labelPeople, s.number(v.Size)),
		s.fact(labelWhy, s.sentence(v.Why)),
		s.fact(labelSince, s.time(v.At)),
		s.fact(labelBy, clean(s.who(v.By), maxName, "")),
	)
	if v.Asked != "" {
		s.line(cards.Caution, batchProposed, "Name", s.who(v.Asked))
	}
	var rows [][]string
	for i, name := range v.People {
		rows = append(rows, []string{strconv.Itoa(i + 1), s.clean(name)})
	}
	s.table([]string{labelNumberOf, labelPerson}, rows)
	switch v.State {
	case "held":
		if !v.Own {
			s.next(ButtonRelease, "release "+v.ID)
		}
		s.next(ButtonReject, "reject "+v.ID)
	case "released", "done":
		s.next(ButtonUndo, "undo "+v.ID)
	}
	if v.More > 0 {
		s.next(ButtonMore, "held "+v.ID+" "+strconv.Itoa(v.More))
	}
	return s.end()
}
