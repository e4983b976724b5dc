package sim

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// Fault is one way in which a call goes wrong.
type Fault struct {
	Name string // for the record of what was reached
	// Status is answered instead of the platform's answer. Zero: the connection is dropped.
	Status      int
	RetryAfter  string // a Retry-After header, as it stands
	ContentType string // empty: text/html with Status
	Body        string
	// After lets the call take effect first, so that only its answer is lost.
	After bool
	// Latency delays the call, by the wall clock, before anything else. With Status zero and
	// Slow the call is then answered normally.
	Latency time.Duration
	Slow    bool
}

// Rule applies a fault to some calls of a route.
type Rule struct {
	Route string // as in the simulator's route table; empty: every route
	Skip  int    // how many matching calls go well first
	Times int    // how many then fail; 0: all
	Fault Fault
}

// Faults is a simulator's script of faults. The zero value has none. Safe for concurrent use.
type Faults struct {
	mu      sync.Mutex
	rules   []*Rule
	decide  func(route string) (Fault, bool)
	reached map[string]int
}

// Add appends a rule. The first rule that has something to say about a call decides.
func (f *Faults) Add(rule Rule) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = append(f.rules, &rule)
}

// Decide sets a function that is asked about every call that no rule decides. It is called by one
// call at a time.
func (f *Faults) Decide(decide func(route string) (Fault, bool)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.decide = decide
}

// Heal removes every rule, and the function.
func (f *Faults) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules, f.decide = nil, nil
}

// Reached is how often each fault, by name, was applied to a call.
func (f *Faults) Reached() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make(map[string]int, len(f.reached))
	for name, n := range f.reached {
		out[name] = n
	}
	return out
}

func (f *Faults) next(route string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fault, ok := f.scripted(route)
	if !ok && f.decide != nil {
		fault, ok = f.decide(route)
	}
	if ok {
		if f.reached == nil {
			f.reached = make(map[string]int)
		}
		f.reached[fault.Name]++
	}
	return fault, ok
}

func (f *Faults) scripted(route string) (Fault, bool) {
	for i, rule := range f.rules {
		if rule.Route != "" && rule.Route != route {
			continue
		}
		if rule.Skip > 0 {
			rule.Skip--
			continue
		}
		if rule.Times > 0 {
			if rule.Times--; rule.Times == 0 {
				f.rules = append(f.rules[:i:i], f.rules[i+1:]...)
			}
		}
		return rule.Fault, true
	}
	return Fault{}, false
}

// Wrap puts the script before a route's handler.
func (f *Faults) Wrap(route string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, ok := f.next(route)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		if fault.Latency > 0 {
			select {
			case <-time.After(fault.Latency):
			case <-r.Context().Done():
			}
		}
		if fault.Slow {
			next.ServeHTTP(w, r)
			return
		}
		if fault.After {
			next.ServeHTTP(discard{http.Header{}}, r)
		}
		if fault.Status == 0 {
			panic(http.ErrAbortHandler) // the server drops the connection
		}
		kind := fault.ContentType
		if kind == "" {
			kind = "text/html; charset=utf-8"
		}
		w.Header().Set("Content-Type", kind)
		if fault.RetryAfter != "" {
			w.Header().Set("Retry-After", fault.RetryAfter)
		}
		w.WriteHeader(fault.Status)
		io.WriteString(w, fault.Body)
	})
}

// discard takes an answer that nobody will see.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}
