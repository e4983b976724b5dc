package slack

import (
	"net/http"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/bot/bottest"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

func TestAccounts(t *testing.T) {
	t.Parallel()
	directorytest.RunAccounts(t, func(t *testing.T) directorytest.AccountsHarness {
		h := newWorld(t, &bottest.Wire{}, nil, nil).accountsHarness(t)
		h.Lacks = map[directorytest.Trait]string{
			directorytest.TraitLocale: "users.lookupByEmail takes no include_locale; listings and users.info tell it",
		}
		return h
	})
}

// The people of an organisation pass the same exam, and whole: looking an address up is a listing.
func TestAccountsOfOrganisations(t *testing.T) {
	t.Parallel()
	directorytest.RunAccounts(t, func(t *testing.T) directorytest.AccountsHarness {
		return newOrganisations(t, &bottest.Wire{}, nil).accountsHarness(t)
	})
}

func (w *world) accountsHarness(t *testing.T) directorytest.AccountsHarness {
	here := w.insts[w.ids[0]]
	put := func(inst directory.Installation, id string, seed directorytest.AccountSeed) directory.AccountID {
		t.Helper()
		u := userOf(seed)
		u.ID = id
		if u.TeamID != "" && wide(inst.Workspace) {
			u.Teams = []string{"T" + string(inst.Workspace[1:]) + "W"} // as whom a channel is shared with
		}
		id, err := w.sim.PutUser(string(inst.Workspace), u)
		if err != nil {
			t.Fatal(err)
		}
		home := inst.Workspace
		if u.TeamID != "" {
			home = directory.Workspace(u.TeamID)
		}
		return directory.AccountID{Platform: Name, Workspace: home, User: id}
	}
	return directorytest.AccountsHarness{
		Accounts:     w.adapter,
		Installation: here,
		Other:        w.insts[w.ids[1]],
		Put: func(inst directory.Installation, seed directorytest.AccountSeed) directory.AccountID {
			return put(inst, "", seed)
		},
		Change: func(id directory.AccountID, seed directorytest.AccountSeed) {
			put(here, id.User, seed)
		},
		Delete: func(id directory.AccountID) {
			if err := w.sim.DeleteUser(string(here.Workspace), id.User); err != nil {
				t.Fatal(err)
			}
		},
		Break:    func(kind directorytest.Break) { w.breakAs(t, kind) },
		PageSize: 7,
	}
}

func userOf(seed directorytest.AccountSeed) slacksim.User {
	confirmed := !seed.Unverified
	u := slacksim.User{
		RealName: seed.Name, Email: seed.Email, TZ: seed.Zone, Locale: seed.Locale, Confirmed: &confirmed,
		Bot: seed.Kind == directory.KindBot, Restricted: seed.Kind == directory.KindGuest,
		Deleted: seed.Status == directorytest.AccountDeactivated, Invited: seed.Status == directorytest.AccountInvited,
	}
	if seed.Kind == directory.KindExternal {
		u.TeamID = "T0999"
	}
	return u
}

func (w *world) breakAs(t *testing.T, kind directorytest.Break) {
	t.Helper()
	w.sim.Faults.Heal()
	const json = "application/json; charset=utf-8"
	faults := map[directorytest.Break]sim.Fault{
		directorytest.BreakThrottled: {Status: http.StatusTooManyRequests, RetryAfter: "7"},
		directorytest.BreakThrottle0: {Status: http.StatusTooManyRequests},
		directorytest.BreakServer:    {Status: http.StatusInternalServerError},
		directorytest.BreakGateway:   {Status: http.StatusServiceUnavailable, Body: "<html>"},
		directorytest.BreakHTML:      {Status: http.StatusOK, Body: "<html>"},
		directorytest.BreakTruncated: {Status: http.StatusOK, ContentType: json, Body: `{"ok":true,"members":[{"id":"U0`},
		directorytest.BreakReset:     {},
		directorytest.BreakRevoked:   {Status: http.StatusOK, ContentType: json, Body: `{"ok":false,"error":"token_revoked"}`},
	}
	if kind == directorytest.BreakNothing {
		return
	}
	fault, ok := faults[kind]
	if !ok {
		t.Fatalf("no such break: %s", kind)
	}
	w.sim.Faults.Add(sim.Rule{Fault: fault})
}

// Locales are told by two of the three questions, which the exam can't tell apart.
func TestLocale(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &bottest.Wire{}, nil, nil)
	id, err := w.sim.PutUser("T0001", slacksim.User{RealName: "Lou", Email: "lou@exam.example", Locale: "de-DE"})
	if err != nil {
		t.Fatal(err)
	}
	found := w.adapter.Account(t.Context(), w.insts["T0001"], w.user("T0001", id)).Accounts()
	if len(found) != 1 || found[0].Locale != "de-DE" {
		t.Errorf("found %+v, want the locale de-DE", found)
	}
}

// The flags of a user are combined in many ways, and an absent one is not false.
func TestAccountOfUser(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for _, test := range []struct {
		name   string
		user   user
		kind   directory.Kind
		active bool
		owns   directory.Verification
	}{
		{"a person", user{ID: "U1", TeamID: "T1"}, directory.KindPerson, true, directory.Unknown},
		{"confirmed", user{ID: "U1", TeamID: "T1", EmailConfirmed: &yes}, directory.KindPerson, true, directory.Verified},
		{"unconfirmed", user{ID: "U1", TeamID: "T1", EmailConfirmed: &no}, directory.KindPerson, true, directory.Unverified},
		{"without a team", user{ID: "U1"}, directory.KindPerson, true, directory.Unknown},
		{"deleted", user{ID: "U1", TeamID: "T1", Deleted: true}, directory.KindPerson, false, directory.Unknown},
		{"invited", user{ID: "U1", TeamID: "T1", Invited: true}, directory.KindPerson, false, directory.Unknown},
		{"a guest", user{ID: "U1", TeamID: "T1", Restricted: true}, directory.KindGuest, true, directory.Unknown},
		{"a guest of one channel", user{ID: "U1", TeamID: "T1", UltraRestricted: true}, directory.KindGuest, true, directory.Unknown},
		{"a stranger", user{ID: "U1", TeamID: "T1", Stranger: true}, directory.KindExternal, true, directory.Unknown},
		{"of another organisation", user{ID: "U1", TeamID: "T2"}, directory.KindExternal, true, directory.Unknown},
		{"a guest of another organisation", user{ID: "U1", TeamID: "T2", Restricted: true}, directory.KindExternal, true, directory.Unknown},
		{"a bot", user{ID: "U1", TeamID: "T1", Bot: true}, directory.KindBot, true, directory.Unknown},
		{"a workflow", user{ID: "U1", TeamID: "T1", WorkflowBot: true}, directory.KindBot, true, directory.Unknown},
		{"another organisation's bot", user{ID: "U1", TeamID: "T2", Bot: true}, directory.KindBot, true, directory.Unknown},
		{"slackbot", user{ID: "USLACKBOT", TeamID: "T1"}, directory.KindBot, true, directory.Unknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := test.user.account("T1")
			if got.Kind != test.kind || got.Active != test.active || got.Ownership != test.owns {
				t.Errorf("kind %q, active %t, ownership %q; want %q, %t, %q", got.Kind, got.Active, got.Ownership, test.kind, test.active, test.owns)
			}
			if got.ID.User != test.user.ID || got.ID.Workspace == "" {
				t.Errorf("id %+v", got.ID)
			}
		})
	}
}
