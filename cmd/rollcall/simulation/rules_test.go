package simulation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// rule is what a tenant's admins have said, and since when that certainly holds: a command whose answer they
// have. What is being changed holds for nobody.
type rule struct {
	admins  []directory.AccountID
	off     mark // zero: it is on, or that isn't certain
	paused  map[directory.GroupID]mark
	drafts  map[directory.GroupID]mark
	staged  map[directory.GroupID]mark // since when its rollout goes by stages
	turned  map[directory.GroupID]mark // when it became a draft, or none any more
	late    mark                       // when the third group was added
	plans   map[string]*shownPlan
	asked   int                 // commands so far
	engaged map[string][]string // who released a batch
}

// mark is since when something certainly holds.
type mark struct {
	at     time.Time
	moment int64
}

func (m mark) isZero() bool { return m.at.IsZero() }

// mark is now.
func (h *history) mark() mark {
	h.moment++
	return mark{h.clock.Now(), h.moment}
}

// shownPlan is a plan as it was when it was ready.
type shownPlan struct {
	directory.Proposal
	lines     map[directory.LinkKey]directory.ProposalLine
	confirmed bool // by an admin, who saw its hash
}

func newRule() *rule {
	return &rule{
		turned: make(map[directory.GroupID]mark),
		paused: make(map[directory.GroupID]mark), drafts: make(map[directory.GroupID]mark),
		staged: make(map[directory.GroupID]mark), plans: make(map[string]*shownPlan),
		engaged: make(map[string][]string),
	}
}

// appoint makes a company's admins: whoever installed the app at Slack, and a deputy at Webex. Neither is
// in the directory.
func (h *history) appoint(c *company) {
	r := newRule()
	h.rules[c.id] = r
	h.dir.Group(c.id, lateGroup)
	if !h.profile.Steering.On {
		return
	}
	deputy := c.webex.Account(h.webex.PutPerson(c.org, webexsim.Person{
		ID: fmt.Sprintf("%08d-0000-4000-8000-999999999999", c.number), Name: "Deputy " + c.mark, Email: "deputy@" + domain,
	}))
	h.byUser[deputy.User] = deputy
	r.admins = []directory.AccountID{c.slack.Account(installer), deputy}
	for _, account := range r.admins {
		must(h.memory.PutAdmin(context.Background(), c.id, directory.Admin{Account: account, Name: "Admin " + c.mark, Since: h.clock.Now(), By: "installer"}))
	}
	d := newDice(h.seed, "late people", c.number)
	for range 3 {
		h.hire(c, d, regular, regular, lateGroup)
	}
	for _, p := range c.humans[:2] {
		h.dir.Join(c.id, lateGroup, p.id)
	}
	if h.profile.Steering.Stage != directory.StageAll {
		for range 6 { // more than the first stage asks
			h.hire(c, d, regular, regular, slackGroup)
		}
	}
}

// scope are the groups of the directory that are configured.
func (h *history) scope(tenant directory.TenantID) []string {
	if !h.rules[tenant].late.isZero() {
		return append(slices.Clone(bothGroups), lateGroup)
	}
	return bothGroups
}

// keepers are the groups that may keep somebody: the one that decides for them, and the others but drafts.
func (h *history) keepers(tenant directory.TenantID, decides directory.GroupID) []string {
	groups, err := h.memory.Groups(context.Background(), tenant)
	must(err)
	var keep []string
	for _, g := range groups {
		turned := h.rules[tenant].turned[g.ID]
		if g.ID == decides || !g.Draft && (turned.isZero() || h.clock.Now().Sub(turned.at) > frozenAtMost) {
			keep = append(keep, g.External)
		}
	}
	return keep
}

// noteGroup takes in that a group was written.
func (h *history) noteGroup(p *program, tenant directory.TenantID, group directory.Group) {
	groups, err := h.memory.Groups(context.Background(), tenant)
	must(err)
	i := slices.IndexFunc(groups, func(g directory.Group) bool { return g.ID == group.ID })
	if i < 0 || groups[i].Draft != group.Draft {
		h.rules[tenant].turned[group.ID] = h.mark()
	}
	if i >= 0 && groups[i].Rollout.Stage != group.Rollout.Stage && !p.doing().ordered {
		h.checkOpened(tenant, group)
	}
}
