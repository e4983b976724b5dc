package webex_test

import (
	"net/http"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

func TestAccounts(t *testing.T) {
	for _, bare := range []bool{false, true} {
		t.Run(map[bool]string{false: "listings with everything", true: "listings without what admins see"}[bare], func(t *testing.T) {
			directorytest.RunAccounts(t, func(t *testing.T) directorytest.AccountsHarness { return accountsHarness(t, bare) })
		})
	}
}

func accountsHarness(t *testing.T, bare bool) directorytest.AccountsHarness {
	w := newWorld(t, nil, nil, nil)
	w.sim.BareLists(bare)
	put := func(org string, id string, seed directorytest.AccountSeed) directory.AccountID {
		id = w.sim.PutPerson(org, webexsim.Person{
			ID: id, Name: seed.Name, Email: seed.Email, Zone: seed.Zone,
			Type:     map[directory.Kind]string{directory.KindBot: webexsim.TypeBot, directory.KindGuest: webexsim.TypeGuest}[seed.Kind],
			Disabled: seed.Status == directorytest.AccountDeactivated, Invited: seed.Status == directorytest.AccountInvited,
		})
		return directory.AccountID{Platform: instA.Platform, Workspace: directory.Workspace(org), User: id}
	}
	h := directorytest.AccountsHarness{
		Accounts: w.adapter, Installation: instA, Other: instB, PageSize: 3,
		Put: func(inst directory.Installation, seed directorytest.AccountSeed) directory.AccountID {
			if seed.Kind == directory.KindExternal {
				return put(orgC, "", seed)
			}
			return put(string(inst.Workspace), "", seed)
		},
		Change: func(id directory.AccountID, seed directorytest.AccountSeed) { put(string(id.Workspace), id.User, seed) },
		Delete: func(id directory.AccountID) { w.sim.DeletePerson(id.User) },
		Break:  func(kind directorytest.Break) { breakAccounts(w.sim, kind) },
		Lacks: map[directorytest.Trait]string{
			directorytest.TraitUnverified: "an organisation's admin vouches for its people's addresses; none is known to be unconfirmed",
			directorytest.TraitLocale:     "people have no language in the API",
		},
	}
	if bare {
		const reason = "such a listing does not say who can sign in; asked by id or address it is known"
		h.Lacks[directorytest.TraitInvited] = reason
		h.Lacks[directorytest.TraitDeactivated] = reason
	}
	return h
}

// breakAccounts makes every request fail.
func breakAccounts(s *webexsim.Sim, kind directorytest.Break) {
	s.Faults.Heal()
	const problem = `{"message":"problem","errors":[{"description":"problem"}],"trackingId":"T"}`
	fault, ok := map[directorytest.Break]sim.Fault{
		directorytest.BreakThrottled: {Status: http.StatusTooManyRequests, RetryAfter: "7", ContentType: "application/json", Body: problem},
		directorytest.BreakThrottle0: {Status: http.StatusTooManyRequests, ContentType: "application/json", Body: problem},
		directorytest.BreakServer:    {Status: http.StatusInternalServerError, ContentType: "application/json", Body: problem},
		directorytest.BreakGateway:   {Status: http.StatusServiceUnavailable, Body: "<html>away</html>"},
		directorytest.BreakHTML:      {Status: http.StatusOK, Body: "<html>maintenance</html>"},
		directorytest.BreakTruncated: {Status: http.StatusOK, ContentType: "application/json", Body: `{"items":[{"id":"Y2l`},
		directorytest.BreakReset:     {},
		directorytest.BreakRevoked:   {Status: http.StatusUnauthorized, ContentType: "application/json", Body: problem},
	}[kind]
	if ok {
		fault.Name = string(kind)
		s.Faults.Add(sim.Rule{Fault: fault})
	}
}
