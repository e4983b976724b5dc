package entra_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"rollcall/adapters/entra"
	"rollcall/sync/directory"
)

// asks are the calls that a function leads to, of Graph and for tokens.
func (w *world) asks(do func()) []string {
	before := w.Calls.Len()
	do()
	var all []string
	for _, call := range w.Calls.All()[before:] {
		all = append(all, call.Workspace+" "+call.Route)
	}
	return all
}

// Tenants come, move and go while the program runs.
func TestTenantsComeAndGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, _ := w.crowd(2)
	read := func() error {
		_, err := w.adapter.Source().Page(t.Context(), "new", group, "")
		return err
	}
	if asked := w.asks(func() {
		if err := read(); !directory.Is(err, directory.NotFound) {
			t.Errorf("before it is connected: %v", err)
		}
	}); len(asked) > 0 {
		t.Errorf("for nobody %q was asked", asked)
	}
	w.tenants["new"] = entra.Tenant{Directory: strings.ToUpper(w.ids[0])}
	if err := read(); err != nil {
		t.Error(err)
	}
	tokens := w.tokens()
	if err := read(); err != nil || w.tokens() != tokens {
		t.Errorf("%v, and %d tokens more", err, w.tokens()-tokens)
	}
	// It moves to another directory: with that one's token, and not with the one in hand.
	w.tenants["new"] = entra.Tenant{Directory: w.ids[1]}
	for _, call := range w.asks(func() {
		if err := read(); !directory.Is(err, directory.NotFound) { // of a group that the other has
			t.Error(err)
		}
	}) {
		if !strings.HasPrefix(call, w.ids[1]+" ") {
			t.Errorf("after it moved: %s", call)
		}
	}
	delete(w.tenants, "new")
	if asked := w.asks(func() {
		if err := read(); !directory.Is(err, directory.NotFound) {
			t.Errorf("after it left: %v", err)
		}
		if f := w.adapter.Account(t.Context(), directory.Installation{Tenant: "new", Platform: entra.Name, Workspace: directory.Workspace(w.ids[1])}, directory.AccountID{}); !directory.Is(f.Err(), directory.NotFound) {
			t.Error(f.Err())
		}
	}); len(asked) > 0 {
		t.Errorf("for who has left %q was asked", asked)
	}
}

// Where nobody can say whether a tenant is connected, nothing is asked for it, and nobody is out.
func TestNobodyKnowsTheTenant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, _ := w.crowd(1)
	w.config.Find = func(context.Context, directory.TenantID) (entra.Tenant, error) {
		return entra.Tenant{}, http.ErrHandlerTimeout
	}
	w.adapter = w.open()
	if asked := w.asks(func() {
		if _, err := w.adapter.Source().Page(t.Context(), tenants[0], group, ""); !directory.Is(err, directory.Unavailable) {
			t.Error(err)
		}
	}); len(asked) > 0 {
		t.Errorf("%q was asked", asked)
	}
}

// Changes are told of for the tenants that are connected, and for those that come, and no more for those
// that leave, whose subscriptions are removed.
func TestSubscriptionsComeAndGo(t *testing.T) {
	t.Parallel()
	w := listening(t)
	delete(w.tenants, tenants[1])
	if subs := w.mustSubscribe(); len(subs) != 2 || len(w.Subscriptions(w.ids[1])) != 0 {
		t.Errorf("%d subscriptions, and %d of who isn't connected", len(subs), len(w.Subscriptions(w.ids[1])))
	}
	w.tenants[tenants[1]] = entra.Tenant{Directory: w.ids[1]}
	w.mustSubscribe()
	if len(w.Subscriptions(w.ids[1])) != 2 {
		t.Errorf("%d subscriptions of who came", len(w.Subscriptions(w.ids[1])))
	}
	connector, err := entra.NewConnector(w.adapter, entra.App{})
	if err != nil {
		t.Fatal(err)
	}
	group, _ := w.crowd(1)
	w.reader(group).mustRead()
	delete(w.tenants, tenants[0])
	if err := connector.Withdraw(t.Context(), w.inst(0)); err != nil {
		t.Fatal(err)
	}
	if asked := w.asks(func() { w.mustSubscribe() }); len(w.Subscriptions(w.ids[0])) > 0 || len(w.Subscriptions(w.ids[1])) != 2 || strings.Contains(strings.Join(asked, "|"), w.ids[0]) {
		t.Errorf("%d subscriptions of who left, %d of who stays, and %q", len(w.Subscriptions(w.ids[0])), len(w.Subscriptions(w.ids[1])), asked)
	}
	// An administrator who removed the app left nothing to give back.
	w.Withdraw(w.ids[1])
	if err := connector.Withdraw(t.Context(), w.inst(1)); err != nil {
		t.Error(err)
	}
	if err := connector.Withdraw(t.Context(), directory.Installation{Platform: "another"}); !directory.Is(err, directory.Invalid) {
		t.Error(err)
	}
}

// Who leaves is forgotten with the token, however that is noticed: who comes back begins anew.
func TestLeavingForgets(t *testing.T) {
	t.Parallel()
	for name, notice := range map[string]func(w *world) error{
		"by a question": func(w *world) error {
			if _, err := w.adapter.Source().Page(w.t.Context(), tenants[0], uuid("g"), ""); !directory.Is(err, directory.NotFound) {
				return err
			}
			return nil
		},
		"by the subscriptions": func(w *world) error { return w.adapter.CheckSubscriptions(w.t.Context()) },
		"by Withdraw": func(w *world) error {
			connector, err := entra.NewConnector(w.adapter, entra.App{})
			if err != nil {
				return err
			}
			return connector.Withdraw(w.t.Context(), w.inst(0))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := listening(t)
			group, _ := w.crowd(1)
			read := func() {
				t.Helper()
				if _, err := w.adapter.Source().Page(t.Context(), tenants[0], group, ""); err != nil {
					t.Fatal(err)
				}
			}
			read()
			there := w.tenants[tenants[0]]
			delete(w.tenants, tenants[0])
			if err := notice(w); err != nil {
				t.Fatal(err)
			}
			w.tenants[tenants[0]] = there
			before := w.tokens()
			if read(); w.tokens() != before+1 {
				t.Errorf("%d tokens more: the old one serves again", w.tokens()-before)
			}
		})
	}
}
