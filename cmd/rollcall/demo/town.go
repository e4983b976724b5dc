package demo

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/adapters/csv"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/webex/webexsim"
)

// The groups of the demo's directory, by their ids there.
const (
	slackGroup = "slack-primaries"
	webexGroup = "webex-primaries"
	// slackTeamsGroup is in the file as well: which directory a group is in and where its people are
	// asked have nothing to do with each other.
	slackTeamsGroup = "slack-primaries-on-teams"
	// m365Group is a group of a kind that can't be used.
	m365Group = "everybody"
)

// account is how somebody stands on a platform.
type account string

const (
	nobody      account = ""
	regular     account = "regular"
	guest       account = "guest"
	invited     account = "invited"
	deactivated account = "deactivated"
	unconfirmed account = "unconfirmed"
	unlicensed  account = "unlicensed"  // in the directory, without the licence for Teams
	uninstalled account = "uninstalled" // doesn't have the app
	blocking    account = "blocking"    // has blocked the app
)

// resident is somebody of the demo's company: in the directory, on the platforms, and why they are
// interesting.
type resident struct {
	id, name, email string
	groups          []string
	slack, webex    account
	teams           account
	entra           bool     // is in the directory in Entra, and not in the file
	entraGroups     []string // there
	twice           bool     // has two accounts on Teams with one address
	disabled        bool
	exempt          bool
	admin           bool // administers every platform, as far as those say so
	zone            string
	note            string
	did             string // what they have done before the page opens: "linked", "later", "not me", "stop", "left"
}

// company is a believable small one, in which every interesting case exists.
func company() []resident {
	both := func(id, name, email, group string) resident {
		return resident{id: id, name: name, email: email, groups: []string{group}, slack: regular, webex: regular}
	}
	rosa := both("rosa", "Rosa Lindqvist", "rosa", "")
	rosa.groups, rosa.note = nil, "Start here: put her into a group."
	ben := both("ben", "Ben Okafor", "ben", slackGroup)
	ben.did = "linked"
	chiara := both("chiara", "Chiara Conti", "chiara", webexGroup)
	chiara.did = "linked"
	dmitri := both("dmitri", "Dmitri Orlov", "dmitri", slackGroup)
	dmitri.webex, dmitri.note = nobody, "Has no Webex account."
	emi := both("emi", "Emi Tanaka", "emi", slackGroup)
	emi.slack, emi.zone, emi.note = nobody, "Asia/Tokyo", "Is not on Slack yet."
	femi := both("femi", "Femi Adeyemi", "femi", webexGroup)
	femi.slack, femi.note = guest, "Is a guest on Slack."
	greta := both("greta", "Greta Vogel", "greta", slackGroup)
	greta.webex, greta.note = invited, "Was invited to Webex and never came."
	hugo := both("hugo", "Hugo Martin", "h.martin", slackGroup)
	hugo.note = "Shares an address with Hélène."
	helene := resident{id: "helene", name: "Hélène Martin", email: "h.martin", groups: []string{slackGroup}, note: "Shares an address with Hugo."}
	ines := both("ines", "Inês Duarte", "ines", webexGroup)
	ines.slack, ines.note = unconfirmed, "Has not confirmed her address on Slack."
	front := resident{id: "front-desk", name: "Front desk", email: "front-desk", groups: []string{slackGroup}, slack: regular, webex: regular, exempt: true, note: "A shared mailbox: exempt."}
	jonas := both("jonas", "Jonas Berg", "jonas", slackGroup)
	jonas.disabled, jonas.note = true, "Is disabled in the directory."
	kaya := both("kaya", "<!channel> *Kaya* [Demir](https://example.com)", "kaya", slackGroup)
	kaya.note = "Has a name that tries to be markup."
	liam := both("liam", "Liam Walsh", "LIAM", webexGroup)
	liam.note, liam.did = "Is written in capitals in the directory.", "later"
	mateo := both("mateo", "Mateo Ruiz", "mateo", slackGroup)
	mateo.groups, mateo.note = []string{slackGroup, webexGroup}, "Is in two groups."
	noor := both("noor", "Noor Haddad", "noor", webexGroup)
	noor.slack, noor.note = deactivated, "Has left Slack."
	olga := both("olga", "Olga Nowak", "olga", slackGroup)
	olga.did = "not me"
	priya := both("priya", "Priya Raman", "priya", slackGroup)
	priya.did, priya.zone = "stop", "Asia/Kolkata"
	quentin := both("quentin", "Quentin Roy", "quentin", slackGroup)
	quentin.did = "left"
	sofia := both("sofia", "Sofia Almeida", "sofia", slackGroup)
	tom := both("tom", "Tom Fischer", "tom", webexGroup)
	return append([]resident{
		rosa, ben, chiara, dmitri, emi, femi, greta, hugo, helene, ines, front, jonas, kaya, liam, mateo, noor, olga,
		priya, quentin, sofia, tom,
	}, colleagues()...)
}

// colleagues are those whose other platform, or own one, is Teams. Most are in the directory in Entra.
func colleagues() []resident {
	in := func(id, name, group string, slack, webex account) resident {
		return resident{id: id, name: name, email: id, slack: slack, webex: webex, teams: regular, entra: true, entraGroups: []string{group}}
	}
	vera := in("vera", "Vera Novak", "teams-webex", nobody, regular)
	yann := in("yann", "Yann Moreau", "teams-slack", regular, nobody)
	walt := in("walt", "Walt Becker", "webex-teams", nobody, regular)
	zoe := in("zoe", "Zoë Papadakis", "teams-webex", nobody, nobody)
	zoe.note = "Has no Webex account."
	abel := in("abel", "Abel Santos", "", nobody, nobody)
	abel.entraGroups, abel.note = nil, "Has no Webex account, and the pool has no bot left."
	nils := in("nils", "Nils Aaltonen", "teams-slack", nobody, nobody)
	nils.note = "Has no Slack account."
	dara := in("dara", "Dara Nwosu", "webex-teams", nobody, regular)
	dara.teams = unlicensed
	otto := in("otto", "Otto Lindgren", "teams-webex", nobody, regular)
	otto.teams = uninstalled
	pia := in("pia", "Pia Schneider", "", nobody, regular)
	pia.teams, pia.entraGroups, pia.note = uninstalled, nil, "Gets the app from Rollcall, once it may install it."
	bo := in("bo", "Bo Wikström", "teams-webex", nobody, regular)
	bo.teams = blocking
	kim := in("kim", "Kim Sato", "teams-webex", nobody, regular)
	mika := in("mika", "Mika Rautio", "", regular, regular)
	mika.entraGroups, mika.note = nil, "Go on here: put her into a group."
	xenia := resident{id: "xenia", name: "Xenia Petrova", email: "xenia", groups: []string{slackTeamsGroup}, slack: regular, teams: regular}
	cleo := resident{id: "cleo", name: "Cleo Fontana", email: "cleo@freelance.example", groups: []string{slackTeamsGroup}, slack: regular, note: "Is a freelance, without a Teams account."}
	lena := resident{id: "lena", name: "Lena Fischer", email: "lena", groups: []string{slackTeamsGroup}, slack: regular, teams: regular}
	ida := resident{id: "ida", name: "Ida Holm", email: "ida", groups: []string{slackTeamsGroup}, slack: regular, teams: regular, twice: true, note: "Has two accounts on Teams."}
	return []resident{mika, zoe, dara, otto, bo, pia, vera, yann, walt, abel, nils, kim, xenia, cleo, lena, ida}
}

// crowd is n more people with both accounts, half of them in each group.
func crowd(n int) []resident {
	first := []string{"Ada", "Bruno", "Clara", "Deniz", "Elif", "Felix", "Gina", "Henrik", "Ivana", "Jamal", "Katja", "Luca", "Maya", "Nils", "Oumar", "Paula", "Rafael", "Signe", "Tariq", "Uma", "Viktor", "Wanda", "Yusuf", "Zoe"}
	last := []string{"Abel", "Bianchi", "Costa", "Diaz", "Eriksen", "Fontaine", "Gruber", "Hansen", "Ibrahim", "Jansen", "Kowalski", "Larsen", "Meyer", "Novak", "Olsen", "Petit", "Rossi", "Silva", "Toth", "Urban", "Varga", "Weber", "Young", "Zimmer"}
	people := make([]resident, n)
	for i := range people {
		group := slackGroup
		if i%2 == 1 {
			group = webexGroup
		}
		id := fmt.Sprintf("p%05d", i+1)
		people[i] = resident{
			id: id, name: first[i%len(first)] + " " + last[(i/len(first)+i)%len(last)], email: id,
			groups: []string{group}, slack: regular, webex: regular,
		}
	}
	return people
}

// The domain is the same for every tenant, and so are the ids of people: tenants of the demo collide
// wherever ids can.
const domain = "larkspur.example"

func (r resident) address() string {
	if strings.Contains(r.email, "@") {
		return r.email
	}
	return r.email + "@" + domain
}

// person is the resident's row in the directory.
func (r resident) person() csv.Person {
	return csv.Person{
		ID: r.id, Name: r.name, Email: r.address(), Groups: slices.Clone(r.groups), Active: !r.disabled, Exempt: r.exempt, Zone: r.zone,
	}
}

// slackUser is the resident on Slack, and whether they are there.
func (r resident) slackUser(number int) (slacksim.User, bool) {
	yes, no := true, false
	u := slacksim.User{
		ID: fmt.Sprintf("U%04d", number+1), Name: r.id, RealName: r.name, Email: r.address(), Confirmed: &yes, TZ: r.zone,
		Deleted: r.slack == deactivated, Restricted: r.slack == guest, Invited: r.slack == invited,
	}
	if r.slack == unconfirmed {
		u.Confirmed = &no
	}
	return u, r.slack != nobody
}

// webexPerson is the resident on Webex, and whether they are there. Webex ids are the same in no
// two organisations, so the tenant's number is in them.
func (r resident) webexPerson(tenant, number int) (webexsim.Person, bool) {
	p := webexsim.Person{
		ID: webexID(tenant, number+1), Name: r.name, Email: r.address(), Zone: r.zone,
		Disabled: r.webex == deactivated, Invited: r.webex == invited,
	}
	if r.webex == guest {
		p.Type = webexsim.TypeGuest
	}
	return p, r.webex != nobody
}

func webexID(tenant, number int) string {
	return fmt.Sprintf("%08d-0000-4000-8000-%012d", tenant+1, number)
}
