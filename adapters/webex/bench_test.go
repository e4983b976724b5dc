package webex_test

import (
	"net/http"
	"testing"

	"github.com/gorilla/mux"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// A simulation makes thousands of such calls a second.
func BenchmarkPress(b *testing.B) {
	sink := &ledger{}
	clock, router := sim.StoppedClock(sim.NewClock(nil).Now()), mux.NewRouter()
	s := webexsim.New(webexsim.Config{
		Clock: clock, BotToken: botToken, PerMinute: -1, BusyPerMinute: -1,
		Client: &http.Client{Transport: &sim.Transport{Handlers: map[string]http.Handler{"rollcall.example": router}}},
	})
	s.AddOrg(webexsim.Org{ID: orgA})
	adapter := newAdapter(b, clock, &sim.Transport{Handlers: map[string]http.Handler{apiHost: s}})
	who := directory.AccountID{Platform: webex.Name, Workspace: orgA, User: s.PutPerson(orgA, webexsim.Person{Name: "Pat"})}
	adapter.Mount(router, sink)
	if _, err := adapter.CheckWebhooks(b.Context()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		ref, err := adapter.Send(b.Context(), instA, who, ask)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Press(who.User, ref.ID, 0); err != nil {
			b.Fatal(err)
		}
		s.Outbox.Pump(b.Context())
	}
	if sink.count() != b.N {
		b.Errorf("%d presses were taken, want %d", sink.count(), b.N)
	}
}
