package entra_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

func TestSource(t *testing.T) {
	t.Parallel()
	directorytest.RunSource(t, func(t *testing.T) directorytest.SourceHarness {
		w := newWorld(t, func(c *entrasim.Config) { c.MaxPage = 3 })
		return directorytest.SourceHarness{
			Source:  func() directory.Source { return named{w.open().Source(), w.names()} },
			Name:    "entra",
			Tenants: tenants,
			Fill: func(tenant directory.TenantID, roster directorytest.Roster) {
				w.fill(w.ids[slices.Index(tenants[:], tenant)], roster)
			},
			PageSize: 3,
			Faults:   w.sourceFaults(),
			Lacks: map[directorytest.Trait]string{
				directorytest.TraitZone:      "a zone is a setting of the mailbox, behind a permission to read everybody's",
				directorytest.TraitDuplicate: "Entra has one object to an id",
			},
		}
	})
}

func (w *world) sourceFaults() []directorytest.SourceFault {
	broken := func(name string, fault sim.Fault, codes ...directory.Code) directorytest.SourceFault {
		return directorytest.SourceFault{Name: name, Codes: codes, Break: func(directory.TenantID) func() {
			w.Faults.Add(sim.Rule{Fault: fault})
			return w.Faults.Heal
		}}
	}
	return []directorytest.SourceFault{
		broken("500", entrasim.Broken(http.StatusInternalServerError), directory.Unavailable),
		broken("429", entrasim.Throttled("7"), directory.Throttled),
		broken("503 with a page of somebody in between", entrasim.Page(http.StatusServiceUnavailable), directory.Unavailable),
		broken("404 with a page of somebody in between", entrasim.Page(http.StatusNotFound), directory.Unavailable),
		broken("403 with a page of somebody in between", entrasim.Page(http.StatusForbidden), directory.Unavailable),
		broken("200 with a page of somebody in between", entrasim.Page(http.StatusOK), directory.Unavailable, directory.Incomplete),
		broken("an empty object", sim.Fault{Name: "empty", Status: 200, ContentType: "application/json", Body: "{}"}, directory.Unavailable, directory.Incomplete),
		broken("half of an answer", sim.Fault{Name: "half", Status: 200, ContentType: "application/json", Body: `{"value":[{"id":`}, directory.Unavailable),
		broken("a dropped connection", entrasim.Dropped(true), directory.Unavailable),
		{Name: "the secret has expired", Codes: []directory.Code{directory.Unauthorized}, Break: func(tenant directory.TenantID) func() {
			w.SetSecret("another", w.clock.Now())
			w.RevokeTokens(w.ids[slices.Index(tenants[:], tenant)])
			return func() { w.SetSecret(secret, w.clock.Now().AddDate(1, 0, 0)) }
		}},
		{Name: "the consent was withdrawn", Codes: []directory.Code{directory.Unauthorized}, Break: func(tenant directory.TenantID) func() {
			id := w.ids[slices.Index(tenants[:], tenant)]
			w.Withdraw(id)
			w.RevokeTokens(id)
			return func() { w.Grant(id, entrasim.Permissions()...) }
		}},
		{Name: "a permission was withdrawn", Codes: []directory.Code{directory.Unauthorized}, Strikes: directorytest.StrikesPages, Break: func(tenant directory.TenantID) func() {
			id := w.ids[slices.Index(tenants[:], tenant)]
			w.Withdraw(id, "GroupMember.Read.All", "Group.Read.All")
			w.RevokeTokens(id)
			return func() {
				w.Grant(id, entrasim.Permissions()...)
				w.clock.Advance(2 * time.Hour) // what was granted shows in the next token
			}
		}},
	}
}

// fill makes a directory be what a roster says. Who comes back is restored.
func (w *world) fill(tenant string, roster directorytest.Roster) {
	states := make(map[string]entrasim.State)
	for _, u := range w.Users(tenant) {
		states[u.ID] = u.State
	}
	groups := make(map[string][]string)
	for _, g := range w.Groups(tenant) {
		groups[g.ID] = g.Members
	}
	wanted := make(map[string]bool)
	for _, name := range roster.Groups {
		wanted[uuid(name)] = true
		if _, ok := groups[uuid(name)]; !ok {
			w.AddGroup(tenant, entrasim.Group{ID: uuid(name), Name: name})
		}
	}
	people := make(map[string]bool)
	for _, p := range roster.People {
		people[uuid(p.ID)] = true
		want := userOf(p)
		switch state, known := states[want.ID]; {
		case !known:
			w.AddUser(tenant, want)
		case state == entrasim.Deleted:
			w.Restore(tenant, want.ID)
			fallthrough
		default:
			w.become(tenant, want)
		}
		for group := range wanted {
			is := slices.Contains(groups[group], want.ID)
			switch should := slices.ContainsFunc(p.Groups, func(name string) bool { return uuid(name) == group }); {
			case should && !is:
				w.Join(tenant, group, want.ID)
			case is && !should:
				w.Leave(tenant, group, want.ID)
			}
		}
	}
	for id, state := range states {
		if !people[id] && state == entrasim.Present {
			w.SoftDelete(tenant, id)
		}
	}
	for id := range groups {
		if !wanted[id] {
			w.DeleteGroup(tenant, id)
		}
	}
}

func userOf(p directorytest.RosterPerson) entrasim.User {
	u := entrasim.User{
		ID: uuid(p.ID), Name: p.Name, Mail: p.Email, UPN: uuid(p.ID) + "@exam.example", Language: p.Locale, Disabled: p.Disabled, Guest: p.Exempt,
	}
	if p.Email == "" { // or the user principal name would stand in for it
		u.UPN = uuid(p.ID) + "#EXT#@exam.example"
	}
	return u
}

// become changes what is different, so that only that is told of.
func (w *world) become(tenant string, want entrasim.User) {
	is := w.User(tenant, want.ID)
	if is.Name == want.Name && is.Mail == want.Mail && is.UPN == want.UPN && is.Language == want.Language && is.Disabled == want.Disabled && is.Guest == want.Guest {
		return
	}
	w.Change(tenant, want.ID, func(u *entrasim.User) {
		u.Name, u.Mail, u.UPN, u.Language, u.Disabled, u.Guest = want.Name, want.Mail, want.UPN, want.Language, want.Disabled, want.Guest
	})
}

// named lets the exam name people and groups as it likes, though Entra's ids are its own.
type named struct {
	directory.Source
	names func(id string) string
}

func (w *world) names() func(string) string {
	return func(id string) string {
		for _, name := range examNames {
			if uuid(name) == id {
				return name
			}
		}
		return id
	}
}

func (n named) Page(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
	page, err := n.Source.Page(ctx, tenant, uuid(group), cursor)
	for i := range page.Members {
		page.Members[i].ID.ID = n.names(page.Members[i].ID.ID)
	}
	for i := range page.Left {
		page.Left[i].ID = n.names(page.Left[i].ID)
	}
	return page, err
}

func (n named) Member(ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
	name := id.ID
	id.ID = uuid(id.ID)
	standing := n.Source.Member(ctx, tenant, uuid(group), id)
	if m, in := standing.IsIn(); in {
		m.ID.ID = name
		return directory.In(m)
	}
	return standing
}

// examNames are the names of people in the exam.
var examNames = func() []string {
	names := []string{"a000", "z000", "p900", "both", "g1", "k1", "only", "off", "stranger", "elsewhere"}
	for i := range 20 {
		names = append(names, person(i), "p"+string(rune('0'+i%10)), "o"+person(i))
	}
	return append(names, "p10")
}()

func person(i int) string {
	return "p0" + string(rune('0'+i/10)) + string(rune('0'+i%10))
}
