package webex_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

// Find goes back as far as it is told, over any number of pages, and says "no" only when it has
// seen everything.
func TestFindFarBack(t *testing.T) {
	t.Parallel()
	for _, between := range []int{0, 48, 49, 50, 51, 52, 53, 120} {
		t.Run(fmt.Sprintf("%d messages since", between), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil, nil, nil)
			pat := w.person(orgA, "Pat")
			since := w.clock.Now()
			ref, err := w.adapter.Send(t.Context(), instA, pat, face("ask"))
			if err != nil {
				t.Fatal(err)
			}
			for range between {
				w.clock.Advance(30 * time.Second)
				if _, err := w.sim.Type(pat.User, "chat"); err != nil {
					t.Fatal(err)
				}
			}
			got, found, err := w.adapter.Find(t.Context(), instA, pat, "mark1", since)
			if err != nil || !found || got != ref {
				t.Errorf("%+v, %t, %v, want %+v", got, found, err, ref)
			}
			if _, found, err := w.adapter.Find(t.Context(), instA, pat, "other", since); found || err != nil {
				t.Errorf("another mark: %t, %v", found, err)
			}
		})
	}
}

// It stops where it may: what is older than since, and than two clocks differ, is not asked for.
func TestFindStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	pat := w.person(orgA, "Pat")
	for range 200 {
		if _, err := w.sim.Type(pat.User, "chat"); err != nil {
			t.Fatal(err)
		}
	}
	w.clock.Advance(time.Hour)
	if _, err := w.sim.Type(pat.User, "chat"); err != nil {
		t.Fatal(err)
	}
	before := w.sim.Calls.Len()
	if _, found, err := w.adapter.Find(t.Context(), instA, pat, "mark1", w.clock.Now()); found || err != nil {
		t.Errorf("%t, %v", found, err)
	}
	if n := w.sim.Calls.Len() - before; n != 2 { // who am I, and the newest
		t.Errorf("%d calls, want 2", n)
	}
}

// A clock that is ahead of the platform's makes no message invisible.
func TestFindWithSkew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	pat := w.person(orgA, "Pat")
	ref, err := w.adapter.Send(t.Context(), instA, pat, face("ask"))
	if err != nil {
		t.Fatal(err)
	}
	got, found, err := w.adapter.Find(t.Context(), instA, pat, "mark1", w.clock.Now().Add(time.Minute))
	if err != nil || !found || got != ref {
		t.Errorf("%+v, %t, %v", got, found, err)
	}
}

// A failure on any page is no "no".
func TestFindFailsMidway(t *testing.T) {
	t.Parallel()
	refused := sim.Fault{Name: "f", Status: 404, ContentType: "application/json", Body: refusal}
	for _, tt := range []struct {
		name  string
		fault sim.Fault
		code  directory.Code
	}{
		{"500", sim.Fault{Name: "f", Status: 500}, directory.Unavailable},
		{"429", sim.Fault{Name: "f", Status: 429}, directory.Throttled},
		{"dropped", sim.Fault{Name: "f"}, directory.Unavailable},
		{"an empty object", sim.Fault{Name: "f", Status: 200, ContentType: "application/json", Body: `{}`}, directory.Unavailable},
		{"a message without ids", sim.Fault{Name: "f", Status: 200, ContentType: "application/json", Body: `{"items":[{}]}`}, directory.Unavailable},
		{"the message that it stands at is gone", refused, directory.Unavailable},
	} {
		for skip := range 3 {
			t.Run(fmt.Sprintf("%s on page %d", tt.name, skip+2), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, nil, nil, nil)
				pat := w.person(orgA, "Pat")
				since := w.clock.Now()
				for range 70 {
					if _, err := w.sim.Type(pat.User, "chat"); err != nil {
						t.Fatal(err)
					}
				}
				w.sim.Faults.Add(sim.Rule{Route: "GET /messages", Skip: skip, Times: 1, Fault: tt.fault})
				_, found, err := w.adapter.Find(t.Context(), instA, pat, "mark1", since)
				if found || !directory.Is(err, tt.code) {
					t.Errorf("%t, %v, want %v", found, err, tt.code)
				}
			})
		}
	}
}

// Only Webex's own 404 says that there is no space.
func TestFindWithoutASpace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	pat := w.person(orgA, "Pat")
	if _, found, err := w.adapter.Find(t.Context(), instA, pat, "mark1", w.clock.Now()); found || err != nil {
		t.Errorf("no space yet: %t, %v", found, err)
	}
	w.sim.Faults.Add(sim.Rule{Route: "GET /messages/direct", Times: 1, Fault: sim.Fault{Name: "f", Status: http.StatusNotFound, Body: "<html>"}})
	if _, found, err := w.adapter.Find(t.Context(), instA, pat, "mark1", w.clock.Now()); found || !directory.Is(err, directory.Unavailable) {
		t.Errorf("a strange 404: %t, %v", found, err)
	}
	if _, _, err := w.adapter.Find(t.Context(), instA, pat, "", w.clock.Now()); !directory.Is(err, directory.Invalid) {
		t.Errorf("no mark: %v", err)
	}
	if _, _, err := w.adapter.Find(t.Context(), instB, pat, "mark1", w.clock.Now()); !directory.Is(err, directory.Invalid) {
		t.Errorf("another installation: %v", err)
	}
}
