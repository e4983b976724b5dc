package entra_test

import (
	"net/http"
	"slices"
	"testing"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

func TestAccounts(t *testing.T) {
	t.Parallel()
	directorytest.RunAccounts(t, func(t *testing.T) directorytest.AccountsHarness {
		w := newWorld(t)
		return directorytest.AccountsHarness{
			Accounts: w.adapter, Installation: w.inst(0), Other: w.inst(1),
			Put: func(inst directory.Installation, seed directorytest.AccountSeed) directory.AccountID {
				return inst.Account(w.AddUser(string(inst.Workspace), userFrom(seed)))
			},
			Change: func(id directory.AccountID, seed directorytest.AccountSeed) {
				w.Change(string(id.Workspace), id.User, func(u *entrasim.User) {
					next := userFrom(seed)
					next.Unlicensed, next.CreationType = u.Unlicensed, u.CreationType
					*u = next
					u.UPN = seed.Email
				})
			},
			Delete: func(id directory.AccountID) { w.HardDelete(string(id.Workspace), id.User) },
			Break:  w.breaks(),
			Lacks: map[directorytest.Trait]string{
				directorytest.TraitBot:        "bots are no users in Entra",
				directorytest.TraitExternal:   "people of other directories are guests",
				directorytest.TraitInvited:    "only guests are invited",
				directorytest.TraitNoAddress:  "the user principal name stands in for a missing mail",
				directorytest.TraitUnverified: "domains are proved, not addresses",
				directorytest.TraitZone:       "a zone is a setting of the mailbox, behind a permission to read everybody's",
			},
			PageSize: 3,
		}
	})
}

func userFrom(seed directorytest.AccountSeed) entrasim.User {
	u := entrasim.User{
		Name: seed.Name, Mail: seed.Email, Language: seed.Locale, Disabled: seed.Status == directorytest.AccountDeactivated,
		Proxies: []string{"SMTP:" + seed.Email},
	}
	if seed.Kind == directory.KindGuest {
		u.Guest, u.ExternalState, u.UPN = true, "Accepted", uuid(seed.Email)+"#EXT#@exam.example"
	}
	return u
}

// breaks makes every request fail in a way, until it is called with BreakNothing.
func (w *world) breaks() func(directorytest.Break) {
	faults := map[directorytest.Break]sim.Fault{
		directorytest.BreakThrottled: entrasim.Throttled("7"),
		directorytest.BreakThrottle0: entrasim.Throttled(""),
		directorytest.BreakServer:    entrasim.Broken(http.StatusInternalServerError),
		directorytest.BreakGateway:   entrasim.Page(http.StatusServiceUnavailable),
		directorytest.BreakHTML:      entrasim.Page(http.StatusOK),
		directorytest.BreakTruncated: {Name: "half", Status: http.StatusOK, ContentType: "application/json", Body: `{"value":[{"id":`},
		directorytest.BreakReset:     entrasim.Dropped(false),
	}
	return func(kind directorytest.Break) {
		w.Faults.Heal()
		w.SetSecret(secret, w.clock.Now().AddDate(1, 0, 0))
		if fault, ok := faults[kind]; ok {
			w.Faults.Add(sim.Rule{Fault: fault})
		}
		if kind == directorytest.BreakRevoked {
			w.SetSecret("another", w.clock.Now())
			w.RevokeTokens(w.ids[0])
		}
	}
}

func address(t *testing.T, text string) directory.Address {
	t.Helper()
	a, err := directory.ParseAddress(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Which address finds whom, and what the directory vouches for.
func TestLookup(t *testing.T) {
	t.Parallel()
	pat := entrasim.User{Name: "Pat", Mail: "pat@exam.example", Proxies: []string{"SMTP:pat@exam.example", "smtp:Patricia@exam.example", "smtp:pat@unproved.example", "X500:/o=pat2@exam.example"}}
	for _, tt := range []struct {
		name      string
		user      entrasim.User
		address   string
		found     bool
		kind      directory.Kind
		ownership directory.Verification
	}{
		{"by mail", pat, "pat@exam.example", true, directory.KindPerson, directory.Verified},
		{"by an alias in a proved domain", pat, "patricia@exam.example", true, directory.KindPerson, directory.Verified},
		{"by an alias in a domain that nobody proved", pat, "pat@unproved.example", false, "", ""},
		{"by an alias that is no mail", pat, "pat2@exam.example", false, "", ""},
		{"by another mail, which people note down themselves", entrasim.User{Name: "Eve", Mail: "eve@exam.example", OtherMails: []string{"boss@exam.example"}}, "boss@exam.example", false, "", ""},
		{"by user principal name", entrasim.User{Name: "Kim", UPN: "kim@exam.example"}, "kim@exam.example", true, directory.KindPerson, directory.Verified},
		{"by mail in a domain that nobody proved", entrasim.User{Name: "Zed", Mail: "zed@unproved.example", UPN: "zed@exam.example"}, "zed@unproved.example", true, directory.KindPerson, directory.Unverified},
		{"by mail elsewhere", entrasim.User{Name: "Zed", Mail: "zed@home.example", UPN: "zed@exam.example"}, "zed@home.example", true, directory.KindPerson, directory.Unverified},
		{"an apostrophe", entrasim.User{Name: "O'Hara", Mail: "o'hara@exam.example"}, "o'hara@exam.example", true, directory.KindPerson, directory.Verified},
		{"a guest", entrasim.User{Name: "Gil", Mail: "gil@home.example", UPN: "gil_home.example#EXT#@exam.example", Guest: true}, "gil@home.example", true, directory.KindGuest, directory.Unverified},
		{"a member who signs in elsewhere", entrasim.User{Name: "Ext", Mail: "ext@home.example", UPN: "ext_home.example#EXT#@exam.example"}, "ext@home.example", true, directory.KindGuest, directory.Unverified},
		{"the made-up name of a guest", entrasim.User{Name: "Gil", UPN: "gil_home.example#EXT#@exam.example", Guest: true}, "gil_home.example#ext#@exam.example", false, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.AddUser(w.ids[0], tt.user)
			f := w.adapter.Lookup(t.Context(), w.inst(0), address(t, tt.address))
			if !tt.found {
				if !f.IsAbsent() {
					t.Errorf("%d found, %v", len(f.Accounts()), f.Err())
				}
				return
			}
			if len(f.Accounts()) != 1 {
				t.Fatalf("%d found, %v", len(f.Accounts()), f.Err())
			}
			got := f.Accounts()[0]
			if got.ID != w.inst(0).Account(id) || got.Kind != tt.kind || got.Ownership != tt.ownership || got.Email != address(t, tt.address) {
				t.Errorf("kind %q, ownership %q", got.Kind, got.Ownership)
			}
		})
	}
}

// An address that two people have is told of both.
func TestLookupFindsBoth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AddUser(w.ids[0], entrasim.User{Name: "Pat", Mail: "pat@exam.example"})
	w.AddUser(w.ids[0], entrasim.User{Name: "Other", Mail: "other@exam.example", Proxies: []string{"SMTP:other@exam.example", "smtp:pat@exam.example"}})
	f := w.adapter.Lookup(t.Context(), w.inst(0), address(t, "pat@exam.example"))
	if len(f.Accounts()) != 2 {
		t.Errorf("%d found, %v", len(f.Accounts()), f.Err())
	}
}

// Whether somebody may use Teams is in the listing, so that nobody is asked for one by one.
func TestLicences(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	with := w.AddUser(w.ids[0], entrasim.User{Name: "With", Mail: "with@exam.example"})
	without := w.AddUser(w.ids[0], entrasim.User{Name: "Without", Mail: "without@exam.example", Unlicensed: true})
	lost := w.AddUser(w.ids[0], entrasim.User{Name: "Lost", Mail: "lost@exam.example"})
	w.SetLicence(w.ids[0], lost, false)
	guest := w.AddUser(w.ids[0], entrasim.User{Name: "Guest", Mail: "guest@home.example", Guest: true})
	want := map[string]bool{with: false, without: true, lost: true, guest: false}
	for cursor, n := "", 0; ; n++ {
		page, err := w.adapter.Page(t.Context(), w.inst(0), cursor)
		if err != nil || n > 3 {
			t.Fatal(err, n)
		}
		for _, a := range page.Accounts {
			if unlicensed, ok := want[a.ID.User]; !ok || a.Unlicensed != unlicensed {
				t.Errorf("%s: unlicensed is %v", a.Name, a.Unlicensed)
			}
			delete(want, a.ID.User)
		}
		if cursor = page.Cursor; cursor == "" {
			break
		}
	}
	if len(want) > 0 {
		t.Errorf("%d are on no page", len(want))
	}
}

// An installation of another directory than the tenant's is nobody's.
func TestInstallationOfAnotherDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mixed := w.inst(0)
	mixed.Workspace = directory.Workspace(w.ids[1])
	_, err := w.adapter.Page(t.Context(), mixed, "")
	errs := []error{err, w.adapter.Lookup(t.Context(), mixed, address(t, "a@exam.example")).Err(), w.adapter.Account(t.Context(), mixed, mixed.Account(uuid("a"))).Err()}
	if slices.ContainsFunc(errs, func(err error) bool { return !directory.Is(err, directory.Invalid) }) || w.Calls.Len() > 0 {
		t.Errorf("%v, %d calls", errs, w.Calls.Len())
	}
}

// Somebody who was found and isn't shown is not nobody: neither for a person who may have an account,
// nor for a guest who may be there.
func TestFoundAndNotShown(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"without fields":   `{"value":[{"id":"` + uuid("x") + `","mail":null,"userPrincipalName":null,"accountEnabled":null,"userType":null}]}`,
		"without an id":    `{"value":[{"userPrincipalName":"p0@exam.example"}]}`,
		"null":             `{"value":[null]}`,
		"no object at all": `{"value":[1]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Faults.Add(sim.Rule{Route: "GET /users", Fault: sim.Fault{Name: "odd", Status: 200, ContentType: "application/json", Body: body}})
			found := w.adapter.Lookup(t.Context(), w.inst(0), address(t, "p0@exam.example"))
			if found.IsAbsent() || !directory.Is(found.Err(), directory.Incomplete) {
				t.Errorf("looked up: absent %v, %v", found.IsAbsent(), found.Err())
			}
			if _, _, err := w.adapter.Recover(t.Context(), w.inst(0), order(t, "ann@partner.example")); err == nil {
				t.Error("a guest is definitely not there")
			}
		})
	}
}
