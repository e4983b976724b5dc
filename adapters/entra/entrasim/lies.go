package entrasim

import (
	"fmt"
	"maps"
	"net/http"
	"strings"

	"rollcall/adapters/sim"
)

// Falsehood is a way in which a page that comes with status 200 is wrong.
type Falsehood string

// The falsehoods.
const (
	Looped      Falsehood = "the nextLink is this page's own"
	Emptied     Falsehood = "nobody is on the page, and it is the last"
	Thinned     Falsehood = "three in ten are missing"
	Cut         Falsehood = "the list ends in the middle, without any link"
	Replayed    Falsehood = "the nextLink is new and leads to the same page"
	NoMembers   Falsehood = "members@delta is absent"
	NilMembers  Falsehood = "members@delta is null"
	ZeroMembers Falsehood = "members@delta is empty"
	Zipped      Falsehood = "compressed, though nobody asked for it"
)

// Lie is a falsehood that some pages get.
type Lie struct {
	Route  string // as in the route table; empty: every one that answers with a page
	Tenant string // empty: every one
	Kind   Falsehood
	Skip   int // how many such pages are true first
	Times  int // how many then are false; 0: all
}

// Lie adds a lie. The first one that concerns a page decides.
func (s *Sim) Lie(lie Lie) {
	defer s.lock()()
	s.lies = append(s.lies, &lie)
}

// Honest ends all lies.
func (s *Sim) Honest() {
	defer s.lock()()
	s.lies = nil
}

// Told is how many pages got each falsehood.
func (s *Sim) Told() map[Falsehood]int {
	defer s.lock()()
	return maps.Clone(s.told)
}

// distort applies the lie that a page gets, if it does.
func (s *Sim) distort(route string, t *tenant, l *listing) {
	for i, lie := range s.lies {
		if lie.Route != "" && lie.Route != route || lie.Tenant != "" && lie.Tenant != t.ID {
			continue
		}
		if lie.Skip > 0 {
			lie.Skip--
			continue
		}
		if lie.Times > 0 {
			if lie.Times--; lie.Times == 0 {
				s.lies = append(s.lies[:i:i], s.lies[i+1:]...)
			}
		}
		s.told[lie.Kind]++
		l.distort(lie.Kind)
		return
	}
}

func (l *listing) distort(kind Falsehood) {
	switch kind {
	case Looped:
		l.next, l.delta = l.here, ""
	case Emptied:
		l.value, l.next, l.delta = nil, "", l.end
	case Thinned:
		l.value = thinned(l.value)
	case Cut:
		l.value, l.next, l.delta = l.value[:(len(l.value)+1)/2], "", ""
	case Replayed:
		l.next, l.delta = l.again, ""
	case NoMembers, NilMembers, ZeroMembers:
		for _, object := range l.value {
			switch kind {
			case NoMembers:
				delete(object, membersDelta)
			case NilMembers:
				object[membersDelta] = nil
			default:
				object[membersDelta] = []any{}
			}
		}
	case Zipped:
		l.zipped = true
	}
}

const membersDelta = "members@delta"

// thinned leaves out three in ten: of the members on a page where it has any, or of the objects.
func thinned(value []map[string]any) []map[string]any {
	missing := func(i int) bool { return i%10 == 1 || i%10 == 4 || i%10 == 7 }
	n := 0
	for _, object := range value {
		if all, ok := object[membersDelta].([]any); ok {
			var kept []any
			for _, one := range all {
				if n++; !missing(n - 1) {
					kept = append(kept, one)
				}
			}
			object[membersDelta] = kept
		}
	}
	if n > 0 {
		return value
	}
	var kept []map[string]any
	for i, object := range value {
		if !missing(i) {
			kept = append(kept, object)
		}
	}
	return kept
}

// Throttled is a 429 with a Retry-After as it stands; empty: without one.
func Throttled(retryAfter string) sim.Fault {
	f := Broken(http.StatusTooManyRequests)
	f.Name, f.RetryAfter = strings.TrimSpace("throttled "+retryAfter), retryAfter
	return f
}

// Broken is an error of Graph's own with a status.
func Broken(status int) sim.Fault {
	code := map[int]string{
		http.StatusTooManyRequests: "TooManyRequests", http.StatusInternalServerError: "InternalServerError", http.StatusBadGateway: "BadGateway",
		http.StatusServiceUnavailable: "ServiceUnavailable", http.StatusGatewayTimeout: "UnknownError",
	}[status]
	if code == "" {
		code = "UnknownError"
	}
	return sim.Fault{
		Name: fmt.Sprintf("status %d", status), Status: status, ContentType: "application/json",
		Body: `{"error":{"code":"` + code + `","message":"","innerError":{"date":"2027-01-01T00:00:00","request-id":"0","client-request-id":"0"}}}`,
	}
}

// Dropped is a connection that is closed without an answer, after the call took effect or before.
func Dropped(after bool) sim.Fault { return sim.Fault{Name: "dropped", After: after} }

// Page is an error page of something in front of Graph, with any status.
func Page(status int) sim.Fault {
	return sim.Fault{
		Name: fmt.Sprintf("page %d", status), Status: status,
		Body: "<!DOCTYPE html><html><head><title>Service unavailable</title></head><body><h2>Our services aren't available right now</h2></body></html>",
	}
}

// Expired is what a delta link answers whose state Graph has forgotten.
func Expired() sim.Fault {
	return sim.Fault{
		Name: "state expired", Status: http.StatusGone, ContentType: "application/json",
		Body: `{"error":{"code":"syncStateNotFound","message":"The sync state generation is not found; a full synchronization is required.","innerError":{}}}`,
	}
}
