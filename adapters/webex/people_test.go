package webex_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// answers is a platform that says whatever it is told, one answer after the other.
type answers struct {
	t     *testing.T
	list  []answer
	asked []string // path and query
}

type answer struct {
	link string
	body string
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	a.asked = append(a.asked, r.URL.RequestURI())
	if r.URL.Host != apiHost {
		a.t.Errorf("the token went to %s", r.URL.Host)
	}
	if len(a.list) == 0 {
		a.t.Fatalf("one request too many: %s", r.URL.RequestURI())
	}
	next := a.list[0]
	a.list = a.list[1:]
	header := http.Header{"Content-Type": {"application/json"}}
	if next.link != "" {
		header.Set("Link", next.link)
	}
	return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader(next.body)), Request: r}, nil
}

// someone is a person of organisation A as JSON, with fields changed.
func someone(change map[string]any) string {
	p := map[string]any{
		"id": webexsim.PersonID(orgC), "emails": []string{"pat@company.example"}, "displayName": "Pat",
		"orgId": webexsim.OrgID(orgA), "type": "person", "loginEnabled": true, "invitePending": false,
	}
	for name, value := range change {
		if p[name] = value; value == nil {
			delete(p, name)
		}
	}
	text, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func list(people ...string) string { return `{"items":[` + strings.Join(people, ",") + `]}` }

func asking(t *testing.T, list ...answer) (*answers, *webex.Adapter) {
	t.Helper()
	a := &answers{t: t, list: list}
	return a, newAdapter(t, sim.StoppedClock(sim.NewClock(nil).Now()), a)
}

var pat, _ = directory.ParseAddress("pat@company.example")

func next(query string) string {
	return "<https://" + apiHost + "/v1/people?" + query + `>; rel="next"`
}

// What the API may say of a person, and what it means.
func TestAccountFields(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change map[string]any
		check  func(directory.Account) bool
	}{
		{"as it should be", nil, func(a directory.Account) bool {
			return a.Active && a.Kind == directory.KindPerson && a.Ownership == directory.Verified && a.ID.User == orgC && a.Email == pat
		}},
		{"flags as text", map[string]any{"loginEnabled": "true", "invitePending": "false"}, func(a directory.Account) bool {
			return a.Active && a.Ownership == directory.Verified
		}},
		{"invited, as text", map[string]any{"invitePending": "true"}, func(a directory.Account) bool { return !a.Active && a.Ownership == directory.Unknown }},
		{"disabled, as text", map[string]any{"loginEnabled": "false"}, func(a directory.Account) bool { return !a.Active }},
		{"pending by status", map[string]any{"status": "pending"}, func(a directory.Account) bool { return !a.Active }},
		{"without what admins see", map[string]any{"loginEnabled": nil, "invitePending": nil}, func(a directory.Account) bool {
			return a.Active && a.Ownership == directory.Unknown
		}},
		{"flags of another type", map[string]any{"loginEnabled": 1, "invitePending": []int{}}, func(a directory.Account) bool {
			return a.Ownership == directory.Unknown
		}},
		{"a guest", map[string]any{"type": "appuser"}, func(a directory.Account) bool {
			return a.Kind == directory.KindGuest && a.Ownership == directory.Unknown
		}},
		{"a bot", map[string]any{"type": "bot"}, func(a directory.Account) bool { return a.Kind == directory.KindBot }},
		{"an unknown type", map[string]any{"type": "machine"}, func(a directory.Account) bool { return a.Kind == directory.KindBot }},
		{"no type", map[string]any{"type": nil}, func(a directory.Account) bool { return a.Kind == directory.KindBot }},
		{"another organisation", map[string]any{"orgId": webexsim.OrgID(orgB)}, func(a directory.Account) bool {
			return a.Kind == directory.KindExternal && a.ID.Workspace == orgB && a.Ownership == directory.Unknown
		}},
		{"an address that is none", map[string]any{"emails": []string{"pat"}}, func(a directory.Account) bool { return a.Email.IsZero() && a.Ownership == directory.Unknown }},
		{"no address", map[string]any{"emails": nil}, func(a directory.Account) bool { return a.Email.IsZero() }},
		{"a zone", map[string]any{"timezone": "Asia/Kolkata"}, func(a directory.Account) bool { return a.Zone == "Asia/Kolkata" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, adapter := asking(t, answer{body: list(someone(tt.change))})
			page, err := adapter.Page(t.Context(), instA, "")
			if err != nil || len(page.Accounts) != 1 || !tt.check(page.Accounts[0]) {
				t.Errorf("%+v, %v", page.Accounts, err)
			}
		})
	}
}

// A look-up says "absent" only when it has seen a whole answer.
func TestLookupAnswers(t *testing.T) {
	t.Parallel()
	nobody := list()
	for _, tt := range []struct {
		name    string
		answers []answer
		found   int
		code    directory.Code // Internal: none
	}{
		{"nobody", []answer{{body: nobody}}, 0, directory.Internal},
		{"an empty page before the last", []answer{{body: nobody, link: next("cursor=2")}, {body: list(someone(nil))}}, 1, directory.Internal},
		{"two people", []answer{{body: list(someone(nil), someone(map[string]any{"id": webexsim.PersonID(orgA)}))}}, 2, directory.Internal},
		{"somebody whose second address it is", []answer{{body: list(someone(map[string]any{"emails": []string{"p@company.example", "Pat@Company.Example"}}))}}, 1, directory.Internal},
		{"somebody with another address", []answer{{body: list(someone(map[string]any{"emails": []string{"patricia@company.example"}}))}}, 0, directory.Internal},
		{"no items", []answer{{body: `{}`}}, 0, directory.Incomplete},
		{"null items", []answer{{body: `{"items":null}`}}, 0, directory.Incomplete},
		{"a person who is not whole", []answer{{body: list(someone(map[string]any{"emails": nil, "errors": map[string]any{"emails": map[string]string{"code": "kms_failure"}}}))}}, 0, directory.Incomplete},
		{"a person without an organisation", []answer{{body: list(someone(map[string]any{"orgId": nil}))}}, 0, directory.Incomplete},
		{"a link that leads elsewhere", []answer{{body: nobody, link: `<https://evil.example/v1/people?cursor=2>; rel="next"`}}, 0, directory.Incomplete},
		{"what admins see comes by id", []answer{
			{body: list(someone(map[string]any{"loginEnabled": nil, "invitePending": nil}))}, {body: someone(map[string]any{"invitePending": true})},
		}, 1, directory.Internal},
		{"no end", []answer{
			{nextSelf, nobody},
			{nextSelf, nobody},
			{nextSelf, nobody},
			{nextSelf, nobody},
			{nextSelf, nobody},
			{nextSelf, nobody},
			{nextSelf, nobody},
			{nextSelf, nobody},
			{nextSelf, nobody},
			{nextSelf, nobody},
		}, 0, directory.Incomplete},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			platform, adapter := asking(t, tt.answers...)
			f := adapter.Lookup(t.Context(), instA, pat)
			if tt.code != directory.Internal {
				if !directory.Is(f.Err(), tt.code) || f.IsAbsent() {
					t.Errorf("%v, want %v", f.Err(), tt.code)
				}
				return
			}
			if f.Err() != nil || len(f.Accounts()) != tt.found || f.IsAbsent() != (tt.found == 0) {
				t.Errorf("%d found, %v, want %d", len(f.Accounts()), f.Err(), tt.found)
			}
			for _, a := range f.Accounts() {
				if a.Email != pat {
					t.Error("found with another address than the one that was asked for")
				}
			}
			if len(platform.list) != 0 {
				t.Errorf("%d answers were not asked for", len(platform.list))
			}
		})
	}
}

var nextSelf = next("cursor=1")

func TestInvitedIsSeenByID(t *testing.T) {
	t.Parallel()
	_, adapter := asking(t,
		answer{body: list(someone(map[string]any{"loginEnabled": nil, "invitePending": nil}))},
		answer{body: someone(map[string]any{"invitePending": true})})
	f := adapter.Lookup(t.Context(), instA, pat)
	if len(f.Accounts()) != 1 || f.Accounts()[0].Active {
		t.Errorf("%+v, %v: an invited account passes for an active one", f.Accounts(), f.Err())
	}
}

func TestPageAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		cursor string
		answer answer
		code   directory.Code
	}{
		{"a page that leads to itself", "cursor=1", answer{nextSelf, list()}, directory.Incomplete},
		{"a link to another host", "", answer{`<https://evil.example/v1/people?cursor=2>; rel="next"`, list()}, directory.Incomplete},
		{"a link to another path", "", answer{"<https://" + apiHost + `/v1/messages?cursor=2>; rel="next"`, list()}, directory.Incomplete},
		{"a broken link", "", answer{`next`, list()}, directory.Incomplete},
		{"no items", "", answer{"", `{"people":[]}`}, directory.Incomplete},
		{"a person without an id", "", answer{"", list(someone(map[string]any{"id": nil}))}, directory.Incomplete},
		{"a list of something else", "", answer{"", `{"items":[1]}`}, directory.Unavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, adapter := asking(t, tt.answer)
			page, err := adapter.Page(t.Context(), instA, tt.cursor)
			if !directory.Is(err, tt.code) || page.Cursor != "" || len(page.Accounts) != 0 {
				t.Errorf("%+v, %v, want %v", page, err, tt.code)
			}
		})
	}
}

// An account is who, at home where: somebody who moved is not the same account.
func TestAccountThatMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	who := w.person(orgA, "Pat")
	w.sim.PutPerson(orgB, webexsim.Person{ID: who.User, Name: "Pat", Email: "pat@company.example"})
	if f := w.adapter.Account(t.Context(), instA, who); !f.IsAbsent() {
		t.Errorf("%+v, %v, want absent", f.Accounts(), f.Err())
	}
	if f := w.adapter.Account(t.Context(), instB, instB.Account(who.User)); len(f.Accounts()) != 1 {
		t.Errorf("not found in the new organisation: %v", f.Err())
	}
}

// A 404 that isn't Webex's own is no absence.
func TestAccountOnAnErrorPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	who := w.person(orgA, "Pat")
	w.sim.Faults.Add(sim.Rule{Fault: sim.Fault{Name: "f", Status: http.StatusNotFound, Body: "<html>no such page"}})
	if f := w.adapter.Account(t.Context(), instA, who); f.IsAbsent() || !directory.Is(f.Err(), directory.Unavailable) {
		t.Errorf("absent: %t, %v", f.IsAbsent(), f.Err())
	}
}

// Without a tenant's token nothing is asked, least of all with another one.
func TestNoAdminToken(t *testing.T) {
	t.Parallel()
	clock := sim.StoppedClock(sim.NewClock(nil).Now())
	platform := &answers{t: t}
	for name, none := range map[string]error{"an error": directory.Errorf(directory.Unauthorized, "none"), "an empty token": nil} {
		config := testConfig(clock, platform)
		config.Admin = func(context.Context, directory.Installation) (directory.Secret, error) {
			return directory.Secret{}, none
		}
		adapter, err := webex.New(config)
		if err != nil {
			t.Fatal(err)
		}
		_, pageErr := adapter.Page(t.Context(), instA, "")
		for _, err := range []error{
			pageErr, adapter.Lookup(t.Context(), instA, pat).Err(), adapter.Account(t.Context(), instA, instA.Account(orgC)).Err(),
		} {
			if !directory.Is(err, directory.Unauthorized) {
				t.Errorf("%s: %v, want Unauthorized", name, err)
			}
		}
	}
	if len(platform.asked) != 0 {
		t.Errorf("asked %q", platform.asked)
	}
}
