package directorytest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"rollcall/sync/directory"
)

var proposalCases = []storeCase{
	{"a proposal comes back whole", proposalWhole},
	{"versions of a proposal", proposalVersions},
	{"the newest first", proposalOrder},
	{"a line comes back whole", proposalLineWhole},
	{"a line is put", proposalLinePut},
	{"pages of lines", proposalPages},
	{"pages of some lines", proposalFiltered},
	{"the lines of links", proposalLinesOf},
	{"odd ids", proposalOdd},
	{"dropped with all its lines", proposalDropped},
	{"a line of no proposal", proposalNone},
}

func (d *desk) proposals() []directory.Proposal {
	d.t.Helper()
	proposals, err := d.Proposals(d.ctx(), d.tenant)
	d.ok("Proposals", err)
	return proposals
}

func (d *desk) lines(proposal string, query directory.LineQuery) []directory.ProposalLine {
	d.t.Helper()
	lines, err := d.ProposalLines(d.ctx(), d.tenant, proposal, query)
	d.ok("ProposalLines", err)
	return lines
}

// linesOf are a proposal's lines for links, in the order of the links' texts.
func (d *desk) linesOf(proposal string, keys ...directory.LinkKey) []directory.ProposalLine {
	d.t.Helper()
	lines, err := d.ProposalLinesOf(d.ctx(), d.tenant, proposal, keys...)
	d.ok("ProposalLinesOf", err)
	slices.SortFunc(lines, compareLines)
	return lines
}

func compareLines(x, y directory.ProposalLine) int {
	return cmp.Compare(x.Link.Text(), y.Link.Text())
}

// propose begins proposals.
func (d *desk) propose(ids ...string) {
	d.t.Helper()
	var change directory.Change
	for _, id := range ids {
		change.Proposals = append(change.Proposals, proposed(id, start))
	}
	d.commit(change)
}

func (d *desk) putLines(lines ...directory.ProposalLine) {
	d.t.Helper()
	d.commit(directory.Change{Lines: lines})
}

func proposalWhole(d *desk) {
	same(d, "none", d.proposals(), nil)
	want := fullProposal("ж/1")
	change := directory.Change{Proposals: []directory.ProposalChange{{Proposal: want}}}
	d.commit(change)
	want.Version = 1
	same(d, "the proposal", d.proposals(), []directory.Proposal{want})

	// What a caller does with its own maps afterwards is its own affair, and so with those it got.
	change.Proposals[0].Proposal.Counts[directory.IntentAsk] = 99
	d.proposals()[0].Drift[directory.IntentAsk] = 99
	same(d, "the proposal later", d.proposals(), []directory.Proposal{{
		ID: want.ID, Group: want.Group, State: want.State, At: want.At, By: want.By, Hash: want.Hash, Lines: want.Lines, Why: want.Why, Version: 1,
		Counts: fullProposal("").Counts, Drift: fullProposal("").Drift,
	}})
}

func proposalVersions(d *desk) {
	p := directory.Proposal{ID: "p", State: directory.ProposalMaking, At: start, Version: 7}
	put := func(version int64) directory.Change {
		return directory.Change{Proposals: []directory.ProposalChange{{Proposal: p, Version: version}}}
	}
	d.refuse(put(1), directory.Conflict)
	d.commit(put(0))
	d.refuse(put(0), directory.Conflict)
	p.State = directory.ProposalReady
	d.commit(put(1))
	d.refuse(put(1), directory.Conflict)
	p.Version = 2
	same(d, "the proposal", d.proposals(), []directory.Proposal{p})
}

func proposalOrder(d *desk) {
	for i, id := range []string{"c", "a", "e", "b", "d"} {
		d.commit(directory.Change{Proposals: []directory.ProposalChange{proposed(id, at(-tick*time.Duration([]int{3, 1, 5, 1, 4}[i])))}})
	}
	var got []string
	for _, p := range d.proposals() {
		got = append(got, p.ID)
	}
	same(d, "the order", got, []string{"a", "b", "c", "d", "e"})
}

func proposalLineWhole(d *desk) {
	d.propose("p/ж")
	want := fullLine("p/ж", "one")
	d.putLines(want)
	same(d, "ProposalLines", d.lines("p/ж", directory.LineQuery{}), []directory.ProposalLine{want})
	same(d, "ProposalLinesOf", d.linesOf("p/ж", want.Link), []directory.ProposalLine{want})
}

// A line that is put again is another one, wherever it is looked for.
func proposalLinePut(d *desk) {
	d.propose("p", "q")
	l := directory.ProposalLine{Proposal: "p", Link: keyOf("one"), Intent: directory.IntentAsk, Name: "before"}
	of := l
	of.Proposal = "q"
	d.putLines(l, of)
	l.Intent, l.Name, l.Drift = directory.IntentSuspend, "after", "they left"
	d.putLines(l)
	for _, c := range []struct {
		name  string
		query directory.LineQuery
		want  []directory.ProposalLine
	}{
		{"all", directory.LineQuery{}, []directory.ProposalLine{l}},
		{"of the intent that it had", directory.LineQuery{Intent: directory.IntentAsk}, nil},
		{"of the intent that it has", directory.LineQuery{Intent: directory.IntentSuspend}, []directory.ProposalLine{l}},
		{"left out", directory.LineQuery{Drifted: true}, []directory.ProposalLine{l}},
	} {
		same(d, c.name, d.lines("p", c.query), c.want)
	}
	same(d, "another proposal's", d.lines("q", directory.LineQuery{}), []directory.ProposalLine{of})
	l.Drift = ""
	d.putLines(l)
	same(d, "no longer left out", d.lines("p", directory.LineQuery{Drifted: true}), nil)
}

// thirty are lines of a proposal, in order: of three intents in turn, each fifth left out.
func (d *desk) thirty(proposal string) []directory.ProposalLine {
	d.t.Helper()
	intents := []directory.Intent{directory.IntentAsk, directory.IntentSuspend, directory.IntentNone}
	var lines []directory.ProposalLine
	for i, id := range numbered(30) {
		l := directory.ProposalLine{Proposal: proposal, Link: keyOf(id), Intent: intents[i%3]}
		if i%5 == 0 {
			l.Drift = "changed"
		}
		lines = append(lines, l)
	}
	shuffled := slices.Clone(lines)
	slices.Reverse(shuffled)
	d.putLines(append(shuffled[10:], shuffled[:10]...)...)
	return lines
}

// paged reads all that a query selects, by pages, and ends the case where one is longer than asked.
func (d *desk) paged(proposal string, query directory.LineQuery, size int) []directory.ProposalLine {
	d.t.Helper()
	var all []directory.ProposalLine
	query.Limit = size
	for {
		page := d.lines(proposal, query)
		if len(page) > size {
			d.t.Fatalf("a page of %d: got %d lines", size, len(page))
		}
		if len(page) == 0 || len(all) > 1000 {
			return all
		}
		all = append(all, page...)
		query.After = page[len(page)-1].Link
	}
}

func proposalPages(d *desk) {
	d.propose("p", "other")
	want := d.thirty("p")
	d.putLines(directory.ProposalLine{Proposal: "other", Link: keyOf("p0007x")})
	for _, size := range []int{1, 7, 30, 31} {
		same(d, "all", d.paged("p", directory.LineQuery{}, size), want)
	}
	same(d, "after one that isn't there", d.lines("p", directory.LineQuery{After: keyOf("p0007x"), Limit: 2}), want[8:10])
	same(d, "after the last", d.lines("p", directory.LineQuery{After: keyOf("p0029")}), nil)

	var many []directory.ProposalLine
	for _, id := range numbered(150) {
		many = append(many, directory.ProposalLine{Proposal: "p", Link: keyOf(id)})
	}
	d.putLines(many...)
	same(d, "without a limit", len(d.lines("p", directory.LineQuery{})), 100)
	same(d, "with a limit", len(d.lines("p", directory.LineQuery{Limit: 140})), 140)
}

func proposalFiltered(d *desk) {
	d.propose("p")
	all := d.thirty("p")
	where := func(is func(directory.ProposalLine) bool) []directory.ProposalLine {
		return slices.DeleteFunc(slices.Clone(all), func(l directory.ProposalLine) bool { return !is(l) })
	}
	for _, c := range []struct {
		name  string
		query directory.LineQuery
		is    func(directory.ProposalLine) bool
	}{
		{"by intent", directory.LineQuery{Intent: directory.IntentSuspend}, func(l directory.ProposalLine) bool { return l.Intent == directory.IntentSuspend }},
		{"left out", directory.LineQuery{Drifted: true}, func(l directory.ProposalLine) bool { return l.Drift != "" }},
		{"both", directory.LineQuery{Intent: directory.IntentAsk, Drifted: true}, func(l directory.ProposalLine) bool { return l.Intent == directory.IntentAsk && l.Drift != "" }},
		{"an intent that no line has", directory.LineQuery{Intent: directory.IntentStandIn}, func(directory.ProposalLine) bool { return false }},
	} {
		for _, size := range []int{1, 3, 100} {
			same(d, c.name, d.paged("p", c.query, size), where(c.is))
		}
	}
}

func proposalLinesOf(d *desk) {
	d.propose("p", "q")
	all := d.thirty("p")
	d.putLines(directory.ProposalLine{Proposal: "q", Link: keyOf("only in q")})
	same(d, "none asked for", d.linesOf("p"), nil)
	same(d, "some", d.linesOf("p", keyOf("p0003"), keyOf("only in q"), keyOf("p0001"), keyOf("p0003")), []directory.ProposalLine{all[1], all[3]})
	other := keyOf("p0003")
	other.Pair = directory.PairOf(slack, teams)
	same(d, "of another pair", d.linesOf("p", other), nil)
	same(d, "of no proposal", d.linesOf("nowhere", keyOf("p0003")), nil)
}

func proposalOdd(d *desk) {
	d.propose(odd...)
	for _, id := range odd {
		for _, who := range odd {
			d.putLines(directory.ProposalLine{Proposal: id, Link: keyOf(who), Name: id + who, Intent: directory.IntentAsk})
		}
	}
	same(d, "Proposals", len(d.proposals()), len(odd))
	for _, id := range odd {
		lines := d.paged(id, directory.LineQuery{Intent: directory.IntentAsk}, 7)
		same(d, "in order", slices.IsSortedFunc(lines, compareLines), true)
		same(d, "lines of "+id, len(lines), len(odd))
		for _, l := range lines {
			same(d, "a line of "+id, l.Name, id+l.Link.Member.ID)
		}
	}
}

func proposalDropped(d *desk) {
	d.propose("p", "q")
	all := d.thirty("p")
	kept := []directory.ProposalLine{{Proposal: "q", Link: keyOf("p0001"), Intent: directory.IntentAsk, Drift: "changed"}}
	d.putLines(kept...)
	d.commit(directory.Change{Drop: []string{"p", "nowhere", "p"}})
	for _, query := range []directory.LineQuery{{}, {Intent: directory.IntentAsk}, {Drifted: true}} {
		same(d, "the lines of what is dropped", d.lines("p", query), nil)
		same(d, "the lines of another", d.lines("q", query), kept)
	}
	same(d, "ProposalLinesOf", d.linesOf("p", all[0].Link), nil)
	same(d, "Proposals", len(d.proposals()), 1)

	// It begins anew, without a line of the old one.
	d.refuse(directory.Change{Proposals: []directory.ProposalChange{{Proposal: directory.Proposal{ID: "p"}, Version: 1}}}, directory.Conflict)
	d.propose("p")
	same(d, "the lines of the new one", d.lines("p", directory.LineQuery{}), nil)

	// What is dropped by the change that writes it isn't there.
	d.commit(directory.Change{Proposals: []directory.ProposalChange{proposed("r", start)}, Lines: []directory.ProposalLine{{Proposal: "r", Link: keyOf("one")}}, Drop: []string{"r"}})
	same(d, "Proposals", len(d.proposals()), 2)
	same(d, "its lines", d.lines("r", directory.LineQuery{}), nil)
}

func proposalNone(d *desk) {
	l := directory.ProposalLine{Proposal: "p", Link: keyOf("one")}
	d.refuse(directory.Change{Lines: []directory.ProposalLine{l}}, directory.Conflict)
	same(d, "ProposalLines", d.lines("p", directory.LineQuery{}), nil)
	d.propose("p")
	same(d, "ProposalLines of a new one", d.lines("p", directory.LineQuery{}), nil)
	d.putLines(l)
	d.commit(directory.Change{Drop: []string{"p"}})
	d.refuse(directory.Change{Lines: []directory.ProposalLine{l}}, directory.Conflict) // whoever still makes it is told
}

func concurrentProposals(d *desk) {
	p := directory.Proposal{ID: "p", At: start}
	for version := range int64(5) {
		i := d.winner(8, directory.Conflict, func(i int) error {
			mine := p
			mine.Lines = i
			line := directory.ProposalLine{Proposal: "p", Link: keyOf("one"), Name: fmt.Sprint(i)}
			return d.Commit(d.ctx(), d.tenant, directory.Change{
				Proposals: []directory.ProposalChange{{Proposal: mine, Version: version}}, Lines: []directory.ProposalLine{line},
			})
		})
		same(d, "the proposal", d.proposals()[0].Lines, i)
		same(d, "its line", d.lines("p", directory.LineQuery{})[0].Name, fmt.Sprint(i))
	}
}
