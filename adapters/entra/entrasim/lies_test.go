package entrasim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
)

// Each lie does what it is called, with status 200, and once.
func TestLies(t *testing.T) {
	t.Parallel()
	const list, delta = "GET /users", "GET /groups/delta"
	members := func(page map[string]any) string {
		value, there := values(page)[0]["members@delta"]
		return fmt.Sprint(there, value)
	}
	for _, tt := range []struct {
		kind  entrasim.Falsehood
		route string
		check func(page, truth map[string]any) bool
	}{
		{entrasim.Looped, list, func(page, _ map[string]any) bool {
			return strings.HasSuffix(page["@odata.nextLink"].(string), "/users?$top=5")
		}},
		{entrasim.Looped, delta, func(page, _ map[string]any) bool {
			return strings.Contains(page["@odata.nextLink"].(string), "/groups/delta?") && page["@odata.deltaLink"] == nil
		}},
		{entrasim.Emptied, list, func(page, _ map[string]any) bool {
			return len(values(page)) == 0 && page["@odata.nextLink"] == nil
		}},
		{entrasim.Emptied, delta, func(page, truth map[string]any) bool {
			return len(values(page)) == 0 && page["@odata.deltaLink"] != nil
		}},
		{entrasim.Thinned, list, func(page, truth map[string]any) bool { return len(values(page)) == 3 && len(values(truth)) == 5 }},
		{entrasim.Thinned, delta, func(page, truth map[string]any) bool {
			return len(values(page)[0]["members@delta"].([]any)) == 7 && len(values(truth)[0]["members@delta"].([]any)) == 10
		}},
		{entrasim.Cut, list, func(page, truth map[string]any) bool {
			return len(values(page)) == 3 && page["@odata.nextLink"] == nil && truth["@odata.nextLink"] != nil
		}},
		{entrasim.Replayed, list, func(page, truth map[string]any) bool {
			return page["@odata.nextLink"] != truth["@odata.nextLink"]
		}},
		{entrasim.NoMembers, delta, func(page, _ map[string]any) bool { return members(page) == "false <nil>" }},
		{entrasim.NilMembers, delta, func(page, _ map[string]any) bool { return members(page) == "true <nil>" }},
		{entrasim.ZeroMembers, delta, func(page, _ map[string]any) bool { return members(page) == "true []" }},
	} {
		t.Run(string(tt.kind)+" "+tt.route, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			for i := range 9 {
				w.Join(w.acme, w.group, w.AddUser(w.acme, entrasim.User{Name: fmt.Sprint("U", i)}))
			}
			path := map[string]string{list: "/users?$top=5", delta: "/groups/delta?$select=members"}[tt.route]
			w.Lie(entrasim.Lie{Route: tt.route, Kind: tt.kind, Times: 1})
			page := w.get(t, path)
			truth := w.get(t, path)
			if !tt.check(page, truth) {
				t.Errorf("the page is %v", page)
			}
			if got := w.Told()[tt.kind]; got != 1 {
				t.Errorf("told %d times", got)
			}
			if tt.kind == entrasim.Replayed {
				again := w.get(t, page["@odata.nextLink"].(string))
				if fmt.Sprint(again["value"]) != fmt.Sprint(truth["value"]) || again["@odata.nextLink"] == page["@odata.nextLink"] {
					t.Errorf("the page after it is %v", again)
				}
			}
		})
	}
}

// Lies keep to their tenant, wait, and end.
func TestLieScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	count := func() int { return len(values(w.get(t, "/users"))) }
	w.Lie(entrasim.Lie{Tenant: w.beta, Kind: entrasim.Emptied})
	w.Lie(entrasim.Lie{Tenant: w.acme, Kind: entrasim.Emptied, Skip: 1, Times: 2})
	if got := fmt.Sprint(count(), count(), count(), count()); got != "2 0 0 2" {
		t.Errorf("pages of %s", got)
	}
	w.Lie(entrasim.Lie{Kind: entrasim.Emptied})
	w.Honest()
	if got := count(); got != 2 {
		t.Errorf("a page of %d", got)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, tt := range []struct {
		fault  sim.Fault
		status int
		after  string
		kind   string
	}{
		{entrasim.Throttled("3"), 429, "3", "application/json"},
		{entrasim.Throttled(""), 429, "", "application/json"},
		{entrasim.Throttled("999999999999"), 429, "999999999999", "application/json"},
		{entrasim.Broken(503), 503, "", "application/json"},
		{entrasim.Page(502), 502, "", "text/html; charset=utf-8"},
		{entrasim.Page(200), 200, "", "text/html; charset=utf-8"},
		{entrasim.Expired(), 410, "", "application/json"},
	} {
		w.Faults.Add(sim.Rule{Route: "GET /users", Times: 1, Fault: tt.fault})
		answer := w.ask(http.MethodGet, "/users", "")
		if answer.Code != tt.status || answer.Header().Get("Retry-After") != tt.after || answer.Header().Get("Content-Type") != tt.kind {
			t.Errorf("%s: status %d, %v", tt.fault.Name, answer.Code, answer.Header())
		}
	}
	client := &http.Client{Transport: &sim.Transport{Handlers: map[string]http.Handler{"entra.sim": w}}}
	w.Faults.Add(sim.Rule{Route: "DELETE /users/{id}", Times: 1, Fault: entrasim.Dropped(true)})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, "https://entra.sim/v1.0/users/"+w.pat, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	if resp, err := client.Do(r); err == nil {
		resp.Body.Close()
		t.Error("the connection wasn't dropped")
	}
	if got := w.User(w.acme, w.pat).State; got != entrasim.Deleted {
		t.Errorf("the user is %q", got)
	}
	calls := w.Calls.All()
	if last := calls[len(calls)-1]; last.Route != "DELETE /users/{id}" || last.Workspace != w.acme {
		t.Errorf("the last call is %+v", last)
	}
}
