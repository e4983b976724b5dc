package command

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"rollcall/cards"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// page is how many lines a card shows.
const page = catalog.PageLength

// position is where a page begins, by its argument: 0 where none was given.
func (t *turn) position(i int) int {
	n, _ := strconv.Atoi(t.call.Arg(i)) // the parser has read it
	return n
}

// group is the group that somebody named by its id or its name.
func (t *turn) group(ctx context.Context, name string) (directory.GroupOverview, directory.Overview, error) {
	overview, err := t.steering.Overview(ctx, t.caller.Tenant(), "")
	if err != nil {
		return directory.GroupOverview{}, overview, err
	}
	if g, ok := among(overview, name); ok {
		return g, overview, nil
	}
	var names []string
	for _, g := range overview.Groups {
		names = append(names, string(g.Group.ID))
	}
	var next []catalog.Next
	if near := nearest(strings.ToLower(name), names); near != "" {
		next = append(next, catalog.Next{Label: near, Command: t.call.Command + " " + near})
	}
	return directory.GroupOverview{}, overview, t.refuse(catalog.NoteNoGroup, "Group", name, append(next, catalog.Next{Label: catalog.ButtonGroups, Command: "groups"})...)
}

// among finds a group by its id, else by its name.
func among(o directory.Overview, name string) (directory.GroupOverview, bool) {
	for _, g := range o.Groups {
		if string(g.Group.ID) == name {
			return g, true
		}
	}
	for _, g := range o.Groups {
		if strings.EqualFold(string(g.Group.ID), name) || strings.EqualFold(g.Group.Name, name) {
			return g, true
		}
	}
	return directory.GroupOverview{}, false
}

// planning begins to make a plan, or shows one.
func planning(ctx context.Context, t *turn) (cards.Card, error) {
	name := t.call.Arg(0)
	var group directory.GroupID
	if name != "" {
		overview, err := t.steering.Overview(ctx, t.caller.Tenant(), "")
		if err != nil {
			return cards.Card{}, err
		}
		g, ok := among(overview, name)
		if !ok {
			return t.showPlan(ctx, name)
		}
		group = g.Group.ID
	}
	id, err := t.steering.Propose(ctx, t.caller.Tenant(), t.work(group))
	if err != nil {
		return cards.Card{}, err
	}
	return t.done(catalog.NotePlanning, "ID", id, catalog.Next{Label: catalog.ButtonShow, Command: "plan " + id}), nil
}

// plan is the one that somebody named.
func (t *turn) plan(ctx context.Context, id string) (directory.Proposal, error) {
	p, err := t.steering.Proposal(ctx, t.caller.Tenant(), id)
	if directory.Is(err, directory.NotFound) {
		if t.call.Command != "plan" { // what it names is no group either
			return p, t.refuse(catalog.NotePlanGone, "ID", id, catalog.Next{Label: catalog.ButtonPlan, Command: "plan"})
		}
		return p, t.refuse(catalog.NoteNoPlan, "ID", id, catalog.Next{Label: catalog.ButtonGroups, Command: "groups"})
	}
	return p, err
}

// showPlan shows a plan with examples, or one page of its lines.
func (t *turn) showPlan(ctx context.Context, id string) (cards.Card, error) {
	p, err := t.plan(ctx, id)
	if err != nil {
		return cards.Card{}, err
	}
	from := t.position(1)
	lines, more, err := t.planLines(ctx, p, from)
	if err != nil {
		return cards.Card{}, err
	}
	v := planView(p, lines)
	v.Voice, v.More = t.voice, more
	if v.Live, err = t.live(ctx, p.Group); err != nil {
		return cards.Card{}, err
	}
	return catalog.Plan(v), nil
}

// live reports whether no group that a plan concerns waits for one.
func (t *turn) live(ctx context.Context, group directory.GroupID) (bool, error) {
	overview, err := t.steering.Overview(ctx, t.caller.Tenant(), "")
	return !slices.ContainsFunc(overview.Groups, func(g directory.GroupOverview) bool {
		return g.Group.Draft && (group == "" || g.Group.ID == group)
	}), err
}

// planLines are the lines to show, and where the next page begins: of the first card some of every kind that
// does something, or of those that were left out; of the others one page in order.
func (t *turn) planLines(ctx context.Context, p directory.Proposal, from int) ([]directory.ProposalLine, int, error) {
	query := directory.LineQuery{Drifted: p.State == directory.ProposalApplied}
	if from > 0 {
		query.Limit = from + page
		lines, err := t.steering.ProposalLines(ctx, t.caller.Tenant(), p.ID, query)
		if err != nil {
			return nil, 0, err
		}
		lines, more := cut(lines, from-1)
		if more > 0 {
			more++ // lines are counted from one
		}
		return lines, more, nil
	}
	if query.Drifted {
		query.Limit = page
		lines, err := t.steering.ProposalLines(ctx, t.caller.Tenant(), p.ID, query)
		return lines, 0, err
	}
	var kinds []directory.Intent
	for _, intent := range directory.Intents() {
		if p.Counts[intent] > 0 && intent.Acts() {
			kinds = append(kinds, intent)
		}
	}
	var lines []directory.ProposalLine
	for i, intent := range kinds {
		query.Intent, query.Limit = intent, (page-len(lines))/(len(kinds)-i)
		some, err := t.steering.ProposalLines(ctx, t.caller.Tenant(), p.ID, query)
		if err != nil {
			return nil, 0, err
		}
		lines = append(lines, some...)
	}
	if p.Lines > len(lines) {
		return lines, 1, nil
	}
	return lines, 0, nil
}

// cut is the page of a list that begins at a position, and where the next one begins; 0: there is none. The
// list needs one more than the page.
func cut[T any](list []T, from int) ([]T, int) {
	list = list[min(from, len(list)):]
	if len(list) > page {
		return list[:page], from + page
	}
	return list, 0
}

// apply begins to carry out a plan.
func apply(ctx context.Context, t *turn) (cards.Card, error) {
	p, err := t.plan(ctx, t.call.Arg(0))
	if err != nil {
		return cards.Card{}, err
	}
	n := acting(p.Counts)
	if t.seen == "" && p.State != directory.ProposalReady {
		return t.showPlan(ctx, p.ID)
	}
	t.call.Args = []string{p.ID}
	question := catalog.Confirmation{
		Title: catalog.ApplyTitle, Text: catalog.ApplyText, Button: catalog.ApplyButton, N: n, Pairs: []string{"ID", p.ID},
		Counts: counts(p.Counts, directory.Intents()),
	}
	if n == 0 { // a draft whose people are all as they should be goes on by it
		question.Text, question.Button = catalog.ApplyNobody, catalog.ButtonApply
	}
	card, ok, err := t.settle(ctx, digest(p.ID, p.Hash, string(p.State)), question)
	if !ok {
		return card, err
	}
	if err := t.steering.Apply(ctx, t.caller.Tenant(), p.ID, p.Hash, t.work(p.Group)); err != nil {
		return cards.Card{}, err
	}
	return t.done(catalog.NoteApplying, "ID", p.ID, catalog.Next{Label: catalog.ButtonShow, Command: "plan " + p.ID}), nil
}

// acting is how many people notice something.
func acting(counts map[directory.Intent]int) int {
	n := 0
	for intent, of := range counts {
		if intent.Acts() {
			n += of
		}
	}
	return n
}

// export answers where a file is fetched. It asks first: whatever is in it is out of our hands then.
func export(ctx context.Context, t *turn) (cards.Card, error) {
	what, id, text := "links", t.call.Arg(0), catalog.ExportLinks
	if id != "" {
		p, err := t.plan(ctx, id)
		if err != nil {
			return cards.Card{}, err
		}
		what, id, text = "plan", p.ID, catalog.ExportPlan
		t.call.Args = []string{id}
	}
	view := catalog.ExportView{Voice: t.voice, Plan: id}
	if !cards.IsURL(t.office.Download("")) { // nothing serves files at an address that a button may open
		return catalog.Export(view), nil
	}
	card, ok, err := t.settle(ctx, digest("export", what, id), catalog.Confirmation{
		Title: catalog.ExportTitle, Text: text, Button: catalog.ButtonDownload, Pairs: []string{"ID", id},
	})
	if !ok {
		return card, err
	}
	if view.CSV, err = t.download(ctx, what, id, "csv"); err != nil {
		return cards.Card{}, err
	}
	if view.JSON, err = t.download(ctx, what, id, "json"); err != nil {
		return cards.Card{}, err
	}
	return catalog.Export(view), nil
}

// download is the address of the page from which the caller fetches a file.
func (t *turn) download(ctx context.Context, what, plan, format string) (string, error) {
	text, err := t.ticket(ctx, ticketDownload, map[string]string{factWhat: what, factPlan: plan, factFormat: format})
	return t.office.Download(text), err
}
