package webex_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

const guestToken = "guests of " + orgA

var guestScopes = []string{webexsim.ScopeGuests, webexsim.ScopePeopleRead, webexsim.ScopePeopleWrite}

func (w *world) provisioner(pool ...string) *webex.Provisioner {
	return webex.NewProvisioner(w.adapter, webex.StandIns{
		Pool: func(context.Context, directory.Installation) ([]string, error) { return pool, nil },
		Guests: func(_ context.Context, inst directory.Installation) (directory.Secret, error) {
			return directory.NewSecret("guests of " + string(inst.Workspace)), nil
		},
	})
}

func botOrder(inUse ...directory.AccountID) directory.Order {
	return directory.Order{Kind: directory.StandInBot, Marker: "marker1", InUse: inUse}
}

func guestOrder(marker string) directory.Order {
	return directory.Order{Kind: directory.StandInGuest, Marker: marker, Member: directory.Member{Name: "Ada  Lovelace"}}
}

func standIn(order directory.Order, id directory.AccountID) directory.StandIn {
	return directory.StandIn{Kind: order.Kind, Platform: webex.Name, Marker: order.Marker, Account: id, Is: directory.Active}
}

func (w *world) poolBot(org, name string) directory.AccountID {
	id := w.sim.PutPerson(org, webexsim.Person{Name: name, Email: name + "@webex.bot", Type: webexsim.TypeBot})
	return directory.AccountID{Platform: webex.Name, Workspace: directory.Workspace(org), User: id}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	want := []directory.StandInKind{directory.StandInBot, directory.StandInGuest}
	if got := newWorld(t, nil, nil, nil).provisioner().Kinds(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The pool is handed out in its order, whichever way its bots are named.
func TestPool(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	one, two, three := w.poolBot(orgA, "one"), w.poolBot(orgA, "two"), w.poolBot(orgA, "three")
	foreign, pat := w.poolBot(orgB, "foreign"), w.person(orgA, "Pat")
	for _, tt := range []struct {
		name  string
		pool  []string
		inUse []directory.AccountID
		want  directory.AccountID
	}{
		{"by address", []string{"one@webex.bot", "two@webex.bot"}, nil, one},
		{"by address in capitals", []string{"Two@WEBEX.bot"}, nil, two},
		{"by the API's id", []string{webexsim.PersonID(three.User)}, nil, three},
		{"by UUID", []string{strings.ToUpper(three.User)}, nil, three},
		{"the first is taken", []string{"one@webex.bot", "two@webex.bot"}, []directory.AccountID{one}, two},
		{"one bot stands there twice", []string{"one@webex.bot", one.User, two.User}, []directory.AccountID{one}, two},
		{"a person stands there", []string{"pat@company.example", pat.User, "two@webex.bot"}, nil, two},
		{"a bot of another organisation", []string{foreign.User, "foreign@webex.bot", two.User}, nil, two},
		{"the product's own bot", []string{w.sim.Bot(), "rollcall@webex.bot", two.User}, nil, two},
		{"nobody", []string{"", "nonsense", "nobody@webex.bot", orgC, two.User}, nil, two},
		{"the same id elsewhere is taken", []string{one.User}, []directory.AccountID{instB.Account(one.User)}, one},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := w.provisioner(tt.pool...).Provision(t.Context(), instA, botOrder(tt.inUse...))
			if err != nil || got != tt.want {
				t.Errorf("got %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

// Where no bot can be had, the admin is told what to do.
func TestPoolWithoutABot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	one, pat := w.poolBot(orgA, "one"), w.person(orgA, "Pat")
	for _, tt := range []struct {
		name  string
		pool  []string
		inUse []directory.AccountID
		says  string
	}{
		{"empty", nil, nil, "no Webex bots are registered"},
		{"used up", []string{"one@webex.bot"}, []directory.AccountID{one}, "every bot of the Webex pool represents somebody (1 of 1)"},
		{"no bot among them", []string{pat.User, "one@webex.bot"}, []directory.AccountID{one}, "1 of its 2 entries are no bots"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := w.provisioner(tt.pool...).Provision(t.Context(), instA, botOrder(tt.inUse...))
			if !directory.Is(err, directory.Unsupported) || !got.IsZero() || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %+v, %v, want Unsupported and %q", got, err, tt.says)
			}
		})
	}
	t.Run("none configured", func(t *testing.T) {
		t.Parallel()
		_, err := webex.NewProvisioner(w.adapter, webex.StandIns{}).Provision(t.Context(), instA, botOrder())
		if !directory.Is(err, directory.Unsupported) {
			t.Errorf("got %v, want Unsupported", err)
		}
	})
}

// A pool of which most represent somebody is not looked up anew for each person; and a bot that was
// made again under its address is found.
func TestPoolIsRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	one, two := w.poolBot(orgA, "one"), w.poolBot(orgA, "two")
	p := w.provisioner("one@webex.bot", "two@webex.bot")
	for range 2 {
		if got, err := p.Provision(t.Context(), instA, botOrder(one)); err != nil || got != two {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	counts := map[string]int{}
	for _, call := range w.sim.Calls.All() {
		counts[call.Route]++
	}
	if counts["GET /people"] != 2 || counts["GET /people/{id}"] != 2 || counts["GET /people/me"] != 1 {
		t.Errorf("calls %v, want one look-up for each bot, and one check for each that is handed out", counts)
	}
	w.sim.DeletePerson(two.User)
	again := w.poolBot(orgA, "two")
	if _, err := p.Provision(t.Context(), instA, botOrder(one)); !directory.Is(err, directory.Unsupported) {
		t.Errorf("a bot that is gone: %v", err)
	}
	if got, err := p.Provision(t.Context(), instA, botOrder(one)); err != nil || got != again {
		t.Errorf("a bot that was made again: %+v, %v", got, err)
	}
}

// Handing out a bot changes nothing, so there is nothing to recover and nothing to take back.
func TestABotIsOnlyHandedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	one := w.poolBot(orgA, "one")
	before := w.sim.People(orgA)
	p, order := w.provisioner("one@webex.bot"), botOrder()
	got, err := p.Provision(t.Context(), instA, order)
	if err != nil || got != one {
		t.Fatal(got, err)
	}
	if same, found, err := p.Recover(t.Context(), instA, order); !found || same != one || err != nil {
		t.Errorf("recovered: %+v, %v, %v", same, found, err)
	}
	if _, found, err := p.Recover(t.Context(), instA, botOrder(one)); found || err != nil {
		t.Errorf("recovered where none is left: %v, %v", found, err)
	}
	s := standIn(order, got)
	for range 2 {
		for name, err := range map[string]error{
			"suspend": p.Suspend(t.Context(), instA, s), "resume": p.Resume(t.Context(), instA, s), "deprovision": p.Deprovision(t.Context(), instA, s),
		} {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if !slices.Equal(w.sim.People(orgA), before) {
		t.Error("something changed at Webex")
	}
}

func guestWorld(t *testing.T) (*world, *webex.Provisioner) {
	w := newWorld(t, nil, nil, nil)
	w.sim.AddServiceApp(orgA, guestToken, guestScopes...)
	return w, w.provisioner()
}

func TestAGuestsLife(t *testing.T) {
	t.Parallel()
	w, p := guestWorld(t)
	order := guestOrder("marker1")
	id, err := p.Provision(t.Context(), instA, order)
	if err != nil {
		t.Fatal(err)
	}
	guests := w.sim.Guests(orgA)
	if len(guests) != 1 || instA.Account(guests[0].ID) != id || guests[0].Subject != "marker1" || guests[0].Name != "Ada Lovelace" {
		t.Fatalf("made %+v as %+v", guests, id)
	}
	if a := w.adapter.Account(t.Context(), instA, id); len(a.Accounts()) != 1 || a.Accounts()[0].Kind != directory.KindGuest {
		t.Errorf("the guest is %+v, %v", a.Accounts(), a.Err())
	}
	s := standIn(order, id)
	if err := p.Suspend(t.Context(), instA, s); err != nil {
		t.Error(err)
	}
	if err := p.Resume(t.Context(), instA, s); err != nil {
		t.Error(err)
	}
	if err := p.Deprovision(t.Context(), instA, s); err != nil || len(w.sim.Guests(orgA)) != 0 {
		t.Errorf("%v, and there are %+v", err, w.sim.Guests(orgA))
	}
	if err := p.Deprovision(t.Context(), instA, s); !directory.Is(err, directory.NotFound) || len(w.sim.Guests(orgA)) != 0 {
		t.Errorf("again: %v, and there are %+v", err, w.sim.Guests(orgA))
	}
}

// However often a marker's guest is asked for, and whatever became of the answers, there is one.
func TestAMarkerHasOneGuest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault sim.Fault
		code  directory.Code
		made  int
	}{
		{"the answer was lost", sim.Fault{After: true}, directory.Uncertain, 1},
		{"the request was lost", sim.Fault{}, directory.Uncertain, 0},
		{"an error page", sim.Fault{Status: 502, Body: "<html>"}, directory.Uncertain, 0},
		{"half an answer", sim.Fault{Status: 200, ContentType: "application/json", Body: `{"id":"Y2`, After: true}, directory.Uncertain, 1},
		{"another's answer", sim.Fault{Status: 200, ContentType: "application/json", Body: `{"id":"` + webexsim.PersonID(orgC) + `","subject":"other"}`, After: true}, directory.Uncertain, 1},
		{"throttled", sim.Fault{Status: 429, RetryAfter: "7", ContentType: "application/json", Body: `{"message":"m"}`}, directory.Throttled, 0},
		{"a token that is not accepted", sim.Fault{Status: 401, ContentType: "application/json", Body: `{"message":"m"}`}, directory.Unauthorized, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, p := guestWorld(t)
			tt.fault.Name = tt.name
			w.sim.Faults.Add(sim.Rule{Route: "POST /guests/token", Times: 1, Fault: tt.fault})
			order := guestOrder("marker1")
			if _, err := p.Provision(t.Context(), instA, order); !directory.Is(err, tt.code) || len(w.sim.Guests(orgA)) != tt.made {
				t.Fatalf("%v, made %d, want %v and %d", err, len(w.sim.Guests(orgA)), tt.code, tt.made)
			}
			first, found, err := p.Recover(t.Context(), instA, order)
			if err != nil || !found {
				t.Fatalf("recovered %v, %v", found, err)
			}
			again, found, err := p.Recover(t.Context(), instA, order)
			if guests := w.sim.Guests(orgA); err != nil || !found || again != first || len(guests) != 1 || instA.Account(guests[0].ID) != first {
				t.Errorf("recovered %+v and %+v, %v; there are %+v", first, again, err, guests)
			}
			if other, err := p.Provision(t.Context(), instA, guestOrder("marker2")); err != nil || other == first {
				t.Errorf("another marker: %+v, %v", other, err)
			}
		})
	}
}

// What Webex doesn't grant is said in words that an admin can act on, and nothing is made.
func TestGuestsThatAreNotGranted(t *testing.T) {
	t.Parallel()
	const json = "application/json"
	for _, tt := range []struct {
		name   string
		scopes []string
		free   bool
		fault  *sim.Fault
		says   string
	}{
		{"without the scope", []string{webexsim.ScopePeopleRead, webexsim.ScopePeopleWrite}, false, nil, "guest-issuer:write"},
		{"a free plan", guestScopes, true, nil, "paid plan"},
		{"no such call", guestScopes, false, &sim.Fault{Status: 404, ContentType: json, Body: `{"message":"m"}`}, "Control Hub"},
		{"a bad request", guestScopes, false, &sim.Fault{Status: 400, ContentType: json, Body: `{"message":"m"}`}, "Control Hub"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil, nil, nil)
			w.sim.AddOrg(webexsim.Org{ID: orgA, Free: tt.free})
			w.sim.AddServiceApp(orgA, guestToken, tt.scopes...)
			if tt.fault != nil {
				w.sim.Faults.Add(sim.Rule{Route: "POST /guests/token", Fault: *tt.fault})
			}
			p := w.provisioner()
			if _, err := p.Provision(t.Context(), instA, guestOrder("m")); !directory.Is(err, directory.Unsupported) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want Unsupported and %q", err, tt.says)
			}
			// Whether an earlier one was made can't be said now.
			if _, found, err := p.Recover(t.Context(), instA, guestOrder("m")); found || !directory.Is(err, directory.Unauthorized) {
				t.Errorf("recovered %v, %v", found, err)
			}
			if got := w.sim.Guests(orgA); len(got) != 0 {
				t.Errorf("made %+v", got)
			}
		})
	}
	w := newWorld(t, nil, nil, nil)
	none := webex.NewProvisioner(w.adapter, webex.StandIns{})
	if _, err := none.Provision(t.Context(), instA, guestOrder("m")); !directory.Is(err, directory.Unsupported) || len(w.sim.Calls.All()) != 0 {
		t.Errorf("without a service app: %v, %d calls", err, len(w.sim.Calls.All()))
	}
}

// A token that makes guests elsewhere makes none that stay: not for this tenant, and not for the other.
func TestATokenOfAnotherOrganisation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		route  string // that fails once; empty: none
		code   directory.Code
		remain int
	}{
		{"is found out", "", directory.Unsupported, 0},
		{"can't be found out yet", "GET /people/{id}", directory.Uncertain, 1},
		{"can't be put right yet", "DELETE /people/{id}", directory.Uncertain, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil, nil, nil)
			w.sim.AddServiceApp(orgB, "guests of "+orgB, guestScopes...)
			p := webex.NewProvisioner(w.adapter, webex.StandIns{
				Guests: func(context.Context, directory.Installation) (directory.Secret, error) {
					return directory.NewSecret("guests of " + orgB), nil
				},
			})
			if tt.route != "" {
				w.sim.Faults.Add(sim.Rule{Route: tt.route, Times: 1, Fault: sim.Fault{Name: "down", Status: 502}})
			}
			id, err := p.Provision(t.Context(), instA, guestOrder("marker1"))
			if !directory.Is(err, tt.code) || !id.IsZero() || len(w.sim.Guests(orgB)) != tt.remain {
				t.Errorf("%v, %v, and %d guests stay", id, err, len(w.sim.Guests(orgB)))
			}
			_, found, err := p.Recover(t.Context(), instA, guestOrder("marker1"))
			if found || !directory.Is(err, directory.Unauthorized) || len(w.sim.Guests(orgB)) != 0 {
				t.Errorf("recovered: %v, %v, and %d guests stay", found, err, len(w.sim.Guests(orgB)))
			}
		})
	}
}

// A guest's access token is nobody's business: it is in no log and in no error. Nor is a name.
func TestTheGuestsTokenIsDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	var log bytes.Buffer
	config := testConfig(w.clock, &sim.Transport{Handlers: map[string]http.Handler{apiHost: w.sim}})
	config.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	adapter, err := webex.New(config)
	if err != nil {
		t.Fatal(err)
	}
	w.adapter = adapter
	w.sim.AddServiceApp(orgA, guestToken, guestScopes...)
	p := w.provisioner("pat@company.example", "nobody@webex.bot")
	w.person(orgA, "Pat")
	leak := `{"message":"m","id":"x","subject":"x","accessToken":"guest-token-1-of-canary","displayName":"Ada Lovelace"}`
	var errs []string
	say := func(err error) {
		if err != nil {
			errs = append(errs, err.Error())
		}
	}
	for _, status := range []int{200, 400, 403, 500} {
		w.sim.Faults.Add(sim.Rule{Route: "POST /guests/token", Times: 1, Fault: sim.Fault{Name: "leak", Status: status, ContentType: "application/json", Body: leak}})
		_, err := p.Provision(t.Context(), instA, guestOrder("marker1"))
		say(err)
	}
	id, err := p.Provision(t.Context(), instA, guestOrder("marker1"))
	say(err)
	say(p.Deprovision(t.Context(), instA, standIn(guestOrder("marker2"), id)))
	_, err = p.Provision(t.Context(), instA, botOrder())
	say(err)
	all := log.String() + strings.Join(errs, "\n")
	if len(errs) != 6 || !strings.Contains(all, "entry of the pool") {
		t.Fatalf("the story is another one: %s", all)
	}
	for _, hidden := range []string{"guest-token", "guests of", "admin of", "Ada", "Lovelace", "pat@", "nobody@", id.User} {
		if strings.Contains(all, hidden) {
			t.Errorf("%q is in:\n%s", hidden, all)
		}
	}
}

// Nothing is asked of Webex for another platform's installation.
func TestStandInsOfAnotherPlatform(t *testing.T) {
	t.Parallel()
	w, p := guestWorld(t)
	other := directory.Installation{Tenant: "a", Platform: "slack", Workspace: orgA}
	for _, order := range []directory.Order{botOrder(), guestOrder("m"), {Kind: directory.StandInPersona, Marker: "m"}} {
		if _, err := p.Provision(t.Context(), other, order); err == nil {
			t.Errorf("a %s was made", order.Kind)
		}
	}
	if _, err := p.Provision(t.Context(), instA, directory.Order{Kind: directory.StandInPersona, Marker: "m"}); !directory.Is(err, directory.Unsupported) {
		t.Errorf("a persona: %v", err)
	}
	if _, err := p.Provision(t.Context(), instA, guestOrder("")); !directory.Is(err, directory.Invalid) {
		t.Errorf("a guest without a marker: %v", err)
	}
	if len(w.sim.Calls.All()) != 0 {
		t.Errorf("%d calls", len(w.sim.Calls.All()))
	}
}
