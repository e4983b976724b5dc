package webexsim

import (
	"net/http"
	"slices"
	"time"

	"rollcall/adapters/sim"
)

// Use is one call of the API: with whose token it was made, and whose business it was. A call that is
// about another organisation than its token's is one across tenants, but for the bot's, and for those
// with which the makers ask for a service app's token.
type Use struct {
	At     time.Time
	Route  string
	Kind   Kind   // of the token; empty: none, or one that isn't good
	Client string // by which the token was got; empty: without OAuth
	Org    string // whose token it was, by UUID
	About  string // whose business it was, by UUID; empty: nobody's in particular
	Status int
}

// Uses are all calls of the API, oldest first.
func (s *Sim) Uses() []Use {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.uses)
}

// note records a call.
func (s *Sim) note(route string, x *exchange) {
	now := s.config.Clock.Now()
	s.Calls.Add(sim.Call{At: now, Route: route, Workspace: x.workspace(), Status: x.status, Detail: x.detail})
	use := Use{At: now, Route: route, Kind: x.who.kind, Client: x.who.client, Org: x.workspace(), Status: x.status}
	if x.about != nil {
		use.About = x.about.ID
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uses = append(s.uses, use)
}

// concerns records whose business a call is.
func concerns(r *http.Request, home *org) {
	if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok {
		x.about = home
	}
}

// concernsRoom records that a call is about the person who talks with the bot in a 1:1 space.
func (s *Sim) concernsRoom(r *http.Request, in *room) {
	if p := s.people[s.other(in)]; p != nil {
		concerns(r, p.org)
	}
}
