package webexsim_test

import (
	"testing"

	"rollcall/adapters/webex/webexsim"
)

func TestGuests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AddServiceApp(home, "app", webexsim.ScopeGuests, webexsim.ScopePeopleRead, webexsim.ScopePeopleWrite)
	w.AddServiceApp(elsewhere, "other app", webexsim.ScopeGuests, webexsim.ScopePeopleWrite)
	guest := func(token, subject, name string) map[string]any {
		t.Helper()
		answer := w.ask(token, "POST", "/guests/token", `{"subject":"`+subject+`","displayName":"`+name+`"}`)
		if answer.Code != 200 {
			t.Fatalf("status %d: %s", answer.Code, answer.Body)
		}
		return fields(t, answer)
	}
	one, again := guest("app", "s1", "Ada"), guest("app", "s1", "Ada King")
	if one["id"] != again["id"] || again["displayName"] != "Ada King" || one["accessToken"] == again["accessToken"] || one["subject"] != "s1" {
		t.Errorf("%v\nand then\n%v", one, again)
	}
	two, foreign := guest("app", "s2", "Bob"), guest("other app", "s1", "Eve")
	if two["id"] == one["id"] || foreign["id"] == one["id"] {
		t.Error("two subjects, or two organisations, have one guest")
	}
	guests := w.Guests(home)
	if len(guests) != 2 || guests[0].Tokens != 2 || guests[0].Name != "Ada King" || guests[0].Type != webexsim.TypeGuest || guests[1].Subject != "s2" {
		t.Errorf("there are %+v", guests)
	}
	id := one["id"].(string)
	if person := fields(t, w.ask("app", "GET", "/people/"+id, "")); person["type"] != "appuser" || person["displayName"] != "Ada King" {
		t.Errorf("the guest is shown as %v", person)
	}
	for _, want := range []int{204, 404} {
		if got := w.ask("app", "DELETE", "/people/"+id, "").Code; got != want {
			t.Errorf("deleted: status %d, want %d", got, want)
		}
	}
	if guest("app", "s1", "Ada")["id"] == id {
		t.Error("a deleted guest is back")
	}
	if len(w.Guests("nowhere")) != 0 {
		t.Error("an unknown organisation has guests")
	}
}

func TestGuestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AddServiceApp(home, "app", webexsim.ScopeGuests, webexsim.ScopePeopleWrite)
	w.AddServiceApp(home, "reader", webexsim.ScopePeopleRead)
	w.AddServiceApp(elsewhere, "other app", webexsim.ScopePeopleWrite)
	w.AddOrg(webexsim.Org{ID: "free", Free: true})
	w.AddServiceApp("free", "free app", webexsim.ScopeGuests)
	machine := w.PutPerson(home, webexsim.Person{Name: "Bot", Type: webexsim.TypeBot})
	whole := `{"subject":"s","displayName":"d"}`
	for _, tt := range []struct {
		name, token, method, path, body string
		want                            int
	}{
		{"a bot", bot, "POST", "/guests/token", whole, 403},
		{"an admin", admin, "POST", "/guests/token", whole, 403},
		{"an app without the scope", "reader", "POST", "/guests/token", whole, 403},
		{"a free plan", "free app", "POST", "/guests/token", whole, 403},
		{"no subject", "app", "POST", "/guests/token", `{"displayName":"d"}`, 400},
		{"an empty subject", "app", "POST", "/guests/token", `{"subject":" ","displayName":"d"}`, 400},
		{"no name", "app", "POST", "/guests/token", `{"subject":"s"}`, 400},
		{"an unknown field", "app", "POST", "/guests/token", `{"subject":"s","displayName":"d","email":"e"}`, 400},
		{"an app that can't read people", "app", "GET", "/people/" + webexsim.PersonID(w.pat), "", 403},
		{"an app that reads people", "reader", "GET", "/people/" + webexsim.PersonID(w.pat), "", 200},
		{"a deletion by a bot", bot, "DELETE", "/people/" + webexsim.PersonID(w.pat), "", 403},
		{"a deletion by an admin who may read", admin, "DELETE", "/people/" + webexsim.PersonID(w.pat), "", 403},
		{"a deletion by an app that may read", "reader", "DELETE", "/people/" + webexsim.PersonID(w.pat), "", 403},
		{"a deletion elsewhere", "other app", "DELETE", "/people/" + webexsim.PersonID(w.pat), "", 404},
		{"a deletion of a bot", "app", "DELETE", "/people/" + webexsim.PersonID(machine), "", 403},
		{"a deletion of nobody", "app", "DELETE", "/people/abc", "", 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := w.ask(tt.token, tt.method, tt.path, tt.body); got.Code != tt.want {
				t.Errorf("status %d, want %d: %s", got.Code, tt.want, got.Body)
			}
		})
	}
	if len(w.Guests(home))+len(w.Guests("free")) != 0 || len(w.People(home)) != 2 {
		t.Errorf("something happened: %+v", w.People(home))
	}
}
