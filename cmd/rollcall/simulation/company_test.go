package simulation

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/adapters/slack"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// The ids are the same in both tenants wherever they can be: of people, groups, accounts, chats and
// addresses. The names are not, so that a message tells whose it is.
const (
	slackGroup = "slack-first"
	webexGroup = "webex-first"
	domain     = "corp.example"
)

var pair = directory.PairOf(slack.Name, webex.Name)

// company is a tenant with its two workspaces.
type company struct {
	number int
	id     directory.TenantID
	mark   string // in the names of all of its people, and of nobody else
	team   string
	org    string
	humans []*human
	hired  int
	bots   []directory.AccountID  // of the pool
	slack  directory.Installation // of whichever generation
	webex  directory.Installation

	granted int // how many tokens it was given on Webex
}

// human is somebody with accounts: the one who presses. Whether a directory knows them, and in
// which groups, is the directory's affair.
type human struct {
	company  *company
	id       string // in the directory
	name     string
	mailbox  string // the address that the accounts had when they were made
	number   int
	accounts map[directory.Platform]directory.AccountID // that they use now
	owned    []directory.AccountID                      // and all that they ever had
	mood     mood
}

// mood is how somebody answers while things go wrong. When all is healed everybody answers.
type mood string

const (
	willing mood = "willing"
	lazy    mood = "lazy"
	fickle  mood = "fickle"
)

// standing is how somebody is on a platform.
type standing string

const (
	nobody      standing = ""
	regular     standing = "regular"
	guest       standing = "guest"
	invited     standing = "invited"
	deactivated standing = "deactivated"
)

// anyCompany is one of them; nil: one to which nothing is to happen.
func (h *history) anyCompany(d dice) *company {
	c := pick(d, h.companies)
	if h.profile.Only != "" && c.id != h.profile.Only {
		return nil
	}
	return c
}

func newCompany(number int, mark string) *company {
	c := &company{
		number: number, id: directory.TenantID(fmt.Sprintf("t%d", number)), mark: mark,
		team: fmt.Sprintf("T%04d", number), org: fmt.Sprintf("%08d-0000-4000-9000-000000000000", number),
	}
	c.slack = directory.Installation{Tenant: c.id, Platform: slack.Name, Workspace: directory.Workspace(c.team)}
	c.webex = directory.Installation{Tenant: c.id, Platform: webex.Name, Workspace: directory.Workspace(c.org)}
	return c
}

// installation is the company's on a platform.
func (c *company) installation(platform directory.Platform) directory.Installation {
	if platform == slack.Name {
		return c.slack
	}
	return c.webex
}

// settle makes a company's people, and puts most of them into its groups.
func (h *history) settle(c *company) {
	d := newDice(h.seed, "people", c.number)
	h.slack.AddWorkspace(slacksim.Workspace{ID: c.team, Name: c.mark, Users: []slacksim.User{{ID: installer, Name: "admin", RealName: "Admin " + c.mark, Email: "admin@" + domain, Admin: true}}})
	h.webex.AddOrg(webexsim.Org{ID: c.org, Name: c.mark})
	for _, group := range []string{slackGroup, webexGroup} {
		h.dir.Group(c.id, group)
	}
	for range 5 {
		h.hire(c, d, regular, regular, slackGroup)
	}
	for range 4 + h.profile.People {
		h.hire(c, d, regular, regular, webexGroup)
	}
	h.hire(c, d, regular, regular, slackGroup, webexGroup)
	h.hire(c, d, regular, nobody, slackGroup)
	h.hire(c, d, guest, regular, webexGroup)
	h.hire(c, d, regular, invited, slackGroup)
	h.hire(c, d, regular, regular) // in no group yet
	if h.profile.Several {
		for n := range 2 {
			p := h.hire(c, d, regular, regular, slackGroup)
			for range n + 1 {
				h.newWebex(p, "", p.mailbox, regular)
			}
		}
	}
	h.settleStandIns(c, newDice(h.seed, "more people", c.number))
}

// hire makes somebody with accounts, and lists them in groups.
func (h *history) hire(c *company, d dice, onSlack, onWebex standing, groups ...string) *human {
	c.hired++
	p := &human{
		company: c, number: c.hired, id: fmt.Sprintf("p%02d", c.hired), mailbox: fmt.Sprintf("p%02d@%s", c.hired, domain),
		accounts: make(map[directory.Platform]directory.AccountID),
		mood:     draw(d, []weighted[mood]{{6, willing}, {2, lazy}, {3, fickle}}),
	}
	p.name = fmt.Sprintf("P%02d %s", c.hired, c.mark)
	c.humans = append(c.humans, p)
	if onSlack != nobody {
		h.newSlack(p, fmt.Sprintf("U%04d", c.hired), p.mailbox, onSlack)
	}
	if onWebex != nobody {
		h.newWebex(p, fmt.Sprintf("%08d-0000-4000-8000-%012d", c.number, c.hired), p.mailbox, onWebex)
	}
	h.put(c, p.member(p.mailbox))
	for _, group := range groups {
		h.dir.Join(c.id, group, p.id)
	}
	return p
}

// put and remove change a directory, and keep what it says now.
func (h *history) put(c *company, m directory.Member) {
	h.dir.Put(c.id, m)
	h.listed[linkID{c.id, m.ID.ID}] = m
}

func (h *history) remove(c *company, p *human) {
	h.dir.Delete(c.id, p.id)
	delete(h.listed, linkID{c.id, p.id})
}

// member is the person as a directory describes them.
func (p *human) member(mailbox string) directory.Member {
	return directory.Member{ID: directory.MemberID{Directory: "hr", ID: p.id}, Name: p.name, Email: address(mailbox), Active: true}
}

func address(mailbox string) directory.Address {
	a, err := directory.ParseAddress(mailbox)
	if err != nil {
		panic(err)
	}
	return a
}

// newSlack gives somebody an account, which from then on is the one that they use.
func (h *history) newSlack(p *human, id, mailbox string, as standing) {
	yes := true
	id, err := h.slack.PutUser(p.company.team, slacksim.User{
		ID: id, Name: p.id, RealName: p.name, Email: mailbox, Confirmed: &yes,
		Restricted: as == guest, Invited: as == invited, Deleted: as == deactivated,
	})
	if err != nil {
		return // another account has the address
	}
	h.own(p, p.company.slack.Account(id))
}

func (h *history) newWebex(p *human, id, mailbox string, as standing) {
	person := webexsim.Person{ID: id, Name: p.name, Email: mailbox, Disabled: as == deactivated, Invited: as == invited}
	if as == guest {
		person.Type = webexsim.TypeGuest
	}
	h.own(p, p.company.webex.Account(h.webex.PutPerson(p.company.org, person)))
}

// own notes whose account it is, for ever.
func (h *history) own(p *human, account directory.AccountID) {
	p.accounts[account.Platform] = account
	p.owned = append(p.owned, account)
	h.owners[account] = p
	if account.Platform == webex.Name {
		h.byUser[account.User] = account
	}
	h.noteUsable(account)
}

func (h *history) scopes() []string {
	scopes := slacksim.Scopes()
	if !h.profile.ReadBack {
		scopes = slices.DeleteFunc(scopes, func(s string) bool { return s == "im:history" })
	}
	if h.profile.StandIns.On && !h.profile.StandIns.Personas {
		scopes = slices.DeleteFunc(scopes, func(s string) bool { return s == "chat:write.customize" })
	}
	return scopes
}

// slackUser and webexPerson are an account as its platform has it.
func (h *history) slackUser(account directory.AccountID) (slacksim.User, bool) {
	for _, u := range h.slack.Users(string(account.Workspace)) {
		if u.ID == account.User {
			return u, true
		}
	}
	return slacksim.User{}, false
}

func (h *history) webexPerson(account directory.AccountID) (webexsim.Person, bool) {
	for _, p := range h.webex.People(string(account.Workspace)) {
		if p.ID == account.User {
			return p, true
		}
	}
	return webexsim.Person{}, false
}

// platformTruth is what counts of an account: its address, and whether it may be linked.
func (h *history) platformTruth(account directory.AccountID) (mailbox string, usable bool) {
	if account.Platform == slack.Name {
		u, ok := h.slackUser(account)
		return u.Email, ok && usableUser(u)
	}
	p, ok := h.webexPerson(account)
	return p.Email, ok && usablePerson(p)
}

func usableUser(u slacksim.User) bool {
	return !u.Deleted && !u.Invited && !u.Bot && !u.Restricted && !u.UltraRestricted && !u.Stranger && u.Confirmed != nil && *u.Confirmed
}

func usablePerson(p webexsim.Person) bool { return p.Type == webexsim.TypePerson && p.Active() }

// candidates are a company's usable accounts on a platform that have an address.
func (h *history) candidates(c *company, platform directory.Platform, mailbox directory.Address) []directory.AccountID {
	var found []directory.AccountID
	has := func(email string) bool { return strings.EqualFold(email, mailbox.Reveal()) }
	if platform == slack.Name {
		for _, u := range h.slack.Users(c.team) {
			if has(u.Email) && usableUser(u) {
				found = append(found, c.slack.Account(u.ID))
			}
		}
		return found
	}
	for _, p := range h.webex.People(c.org) {
		if has(p.Email) && usablePerson(p) {
			found = append(found, c.webex.Account(p.ID))
		}
	}
	return found
}
