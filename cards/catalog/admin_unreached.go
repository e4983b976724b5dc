package catalog

import (
	"slices"
	"strconv"
	"time"

	"rollcall/cards"
)

// UnreachedView is one page of the people who can't be asked anywhere, or have to open the app first.
type UnreachedView struct {
	Voice
	Platform string // of the list, as a command names it; empty: all
	Counts   []PlatformReach
	List     []UnreachedPerson
	More     int
}

// PlatformReach is how many accounts of a platform can be written to, or can't, by the reason.
type PlatformReach struct {
	Platform string
	Counts   []Count
}

// gaps reports whether there is anybody on the platform who can't be written to.
func (p PlatformReach) gaps() bool {
	return slices.ContainsFunc(p.Counts, func(c Count) bool { return c.N > 0 && c.Kind != "reachable" })
}

// UnreachedPerson is somebody who can't be written to.
type UnreachedPerson struct {
	Name   string
	Handle string
	Waits  bool // for their first contact: nothing else has to be done
	Where  []UnreachedWhere
}

// UnreachedWhere is a place where somebody can't be written to.
type UnreachedWhere struct {
	Platform string
	State    string // as the engine calls it; empty: it isn't known
	Why      string // where the state isn't known
	Since    time.Time
}

// Unreached is the card of it. With one person alone it has the buttons for them.
func Unreached(v UnreachedView) cards.Card {
	s := v.sheet(unreachedTitle)
	if len(v.List) == 0 {
		none := unreachedNone
		if slices.ContainsFunc(v.Counts, PlatformReach.gaps) {
			none = unreachedRest
		}
		s.line(cards.Good, none)
	} else {
		s.line(cards.Normal, unreachedSome)
	}
	var counts []cards.Fact
	for _, p := range v.Counts {
		counts = append(counts, cards.Fact{Label: s.clean(p.Platform), Value: s.reaches(p.Counts)})
	}
	s.facts(counts...)
	var rows [][]string
	var helps []UnreachedWhere
	told := make(map[string]bool)
	for _, p := range v.List {
		for _, w := range p.Where {
			rows = append(rows, []string{s.clean(p.Name), s.cell(w.Platform), s.cell(s.unreachedWhy(p, w)), s.since(w.Since)})
			if !told[w.State] {
				told[w.State] = true
				helps = append(helps, w)
			}
		}
	}
	s.table([]string{labelPerson, labelPlatform, labelWhy, labelSince}, rows)
	if len(helps) > 0 {
		s.head(headHelps)
		for _, w := range helps {
			s.told(s.unreachedWord(w), s.text(reachHelp(w.State)))
		}
	}
	s.unreachedNext(v)
	return s.end()
}

// reaches is how many there are of each kind, in one line.
func (s *sheet) reaches(counts []Count) string {
	text := ""
	for _, c := range counts {
		if c.N <= 0 {
			continue
		}
		if text != "" {
			text += s.Comma
		}
		text += s.text(reachWord(c.Kind)) + s.Colon + s.number(c.N)
	}
	return text
}

func (s *sheet) unreachedWord(w UnreachedWhere) string {
	if w.State == "" {
		return s.cell(s.text(stateUnreachable))
	}
	return s.cell(s.text(reachWord(w.State)))
}

// unreachedWhy is why somebody can't be written to at a place.
func (s *sheet) unreachedWhy(p UnreachedPerson, w UnreachedWhere) string {
	switch {
	case w.State == "":
		return s.reason(w.Why)
	case p.Waits:
		return s.text(reachWord(w.State)) + s.Semicolon + s.text(unreachedWaits)
	}
	return s.text(reachWord(w.State))
}

// reachHelp is the text of what would help, by why somebody can't be written to.
func reachHelp(state string) string {
	switch state {
	case "app missing":
		return helpAppMissing
	case "blocked":
		return helpBlocked
	case "disabled":
		return helpDisabled
	case "guest":
		return helpGuest
	}
	return helpUnknown
}

// unreachedNext are the buttons: of one person what can be done, of several who they are.
func (s *sheet) unreachedNext(v UnreachedView) {
	if len(v.List) == 1 && v.More == 0 {
		p := v.List[0]
		s.next(ButtonWhy, "why "+p.Handle)
		if !p.Waits {
			s.next(ButtonRetry, "retry "+p.Handle)
		}
		return
	}
	for i, p := range v.List {
		if i < mostButtons-1 {
			s.nextOf(s.text(ButtonWhy)+s.Colon+s.clean(p.Name), "why "+p.Handle)
		}
	}
	if v.More > 0 {
		command := "unreached "
		if v.Platform != "" {
			command += v.Platform + " "
		}
		s.next(ButtonMore, command+strconv.Itoa(v.More))
	}
}
