package entra_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/mux"

	"rollcall/adapters/entra/entrasim"
	"rollcall/sync/directory"
)

// listening is a world whose product takes notifications.
func listening(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.config.NotificationURL, w.config.NotificationKey = "https://"+product, []byte(strings.Repeat("k", 32))
	w.listen()
	return w
}

// listen starts the product, as a start of the process does.
func (w *world) listen() {
	w.t.Helper()
	w.adapter = w.open()
	router := mux.NewRouter()
	w.adapter.Routes(router)
	w.transport.Handlers[product] = router
}

func (w *world) mustSubscribe() []entrasim.Subscription {
	w.t.Helper()
	if err := w.adapter.CheckSubscriptions(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return w.Subscriptions(w.ids[0])
}

// post sends the product something, and answers what it says.
func (w *world) post(at, body string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	u, err := url.Parse(at)
	if err != nil {
		w.t.Fatal(err)
	}
	w.transport.Handlers[product].ServeHTTP(answer, httptest.NewRequest(http.MethodPost, u.RequestURI(), strings.NewReader(body)))
	return answer
}

// Two subscriptions for each tenant are made, renewed, and made again when they are lost.
func TestSubscriptions(t *testing.T) {
	t.Parallel()
	w := listening(t)
	subs := w.mustSubscribe()
	if len(subs) != 2 || len(w.Subscriptions(w.ids[1])) != 2 || subs[0].ClientState == subs[1].ClientState || subs[0].URL == subs[1].URL {
		t.Fatalf("%+v", subs)
	}
	for _, s := range subs {
		if !strings.HasPrefix(s.URL, "https://"+product+"/") || s.LifecycleURL == "" || len(s.ClientState) < 32 || len(s.ClientState) > 128 ||
			strings.Contains(s.URL, s.ClientState) {
			t.Errorf("%+v", s)
		}
	}
	if n := w.count(func() { w.mustSubscribe() }); n != 2 {
		t.Errorf("with nothing to do it takes %d requests", n)
	}

	w.clock.Advance(5 * 24 * time.Hour)
	if renewed := w.mustSubscribe(); len(renewed) != 2 || renewed[0].ID != subs[0].ID || !renewed[0].Until.After(subs[0].Until) {
		t.Errorf("%+v", renewed)
	}
	w.EndSubscriptions(w.ids[0])
	if again := w.mustSubscribe(); len(again) != 2 || again[0].ClientState == subs[0].ClientState {
		t.Errorf("%+v", again)
	}

	// With another key the old ones are of no use.
	old := w.Subscriptions(w.ids[0])
	w.config.NotificationKey = []byte(strings.Repeat("j", 32))
	w.listen()
	if next := w.mustSubscribe(); len(next) != 2 || next[0].ID == old[0].ID || next[1].ID == old[1].ID {
		t.Errorf("%+v", next)
	}
}

// A tenant that doesn't let us subscribe is no worse off, and no other tenant is.
func TestSubscriptionsRefused(t *testing.T) {
	t.Parallel()
	w := listening(t)
	w.Withdraw(w.ids[0], "Group.Read.All", "Directory.Read.All")
	if err := w.adapter.CheckSubscriptions(t.Context()); err == nil {
		t.Error("it says that all is well")
	}
	if len(w.Subscriptions(w.ids[0])) != 1 || len(w.Subscriptions(w.ids[1])) != 2 {
		t.Errorf("%d and %d subscriptions", len(w.Subscriptions(w.ids[0])), len(w.Subscriptions(w.ids[1])))
	}
}

// The question whether an address is ours is answered as plain text, at our addresses only, and with
// nothing that isn't one line.
func TestValidation(t *testing.T) {
	t.Parallel()
	w := listening(t)
	at := w.mustSubscribe()[0].URL
	for _, tt := range []struct {
		name, url, token string
		status           int
	}{
		{"a token", at, "Validation: <b>&amp; 100%</b>", http.StatusOK},
		{"none", at, "", http.StatusBadRequest},
		{"a long one", at, strings.Repeat("x", 1025), http.StatusBadRequest},
		{"two lines", at, "a\r\nSet-Cookie: b", http.StatusBadRequest},
		{"no text", at, "\xff\xfe", http.StatusBadRequest},
		{"an address that we didn't make", at[:len(at)-1] + "x", "token", http.StatusNotFound},
		{"an address of another tenant", strings.Replace(at, w.ids[0], w.ids[1], 1), "token", http.StatusNotFound},
		{"an address with more to it", at + "/x", "token", http.StatusNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.post(tt.url+"?validationToken="+url.QueryEscape(tt.token), "")
			if answer.Code != tt.status {
				t.Fatalf("status %d, want %d", answer.Code, tt.status)
			}
			if tt.status != http.StatusOK {
				if strings.Contains(answer.Body.String(), "token") || strings.Contains(answer.Body.String(), "Cookie") {
					t.Error("what was refused is repeated")
				}
				return
			}
			if answer.Body.String() != tt.token || answer.Header().Get("Content-Type") != "text/plain; charset=utf-8" || answer.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.HasSuffix(answer.Header().Get("Content-Security-Policy"), "sandbox") {
				t.Errorf("%q, %v", answer.Body, answer.Header())
			}
		})
	}
}

// changes is what Watch told so far.
type changes struct {
	w    *world
	told []string
}

// watch runs the adapter's watch until the test ends. It is called in a bubble.
func (w *world) watch(ctx context.Context) *changes {
	c := &changes{w: w}
	go w.adapter.Watch(ctx, nil, func(tenant directory.TenantID, group string) { c.told = append(c.told, string(tenant)+" "+group) })
	synctest.Wait()
	return c
}

// wants waits for a while and compares.
func (c *changes) wants(t *testing.T, want ...string) {
	t.Helper()
	time.Sleep(time.Second) // in the bubble's time
	synctest.Wait()
	slices.Sort(want)
	slices.Sort(c.told)
	if !slices.Equal(slices.Compact(c.told), want) {
		t.Errorf("told %q, want %q", c.told, want)
	}
	c.told = nil
}

// A notification wakes the readers of the groups that it concerns, and of no others.
func TestNotifications(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := listening(t)
		group, people := w.crowd(3)
		inner := w.AddGroup(w.ids[0], entrasim.Group{Name: "Inner"})
		w.Join(w.ids[0], group, inner)
		other := w.AddGroup(w.ids[0], entrasim.Group{Name: "Other"})
		unread := w.AddGroup(w.ids[0], entrasim.Group{Name: "Unread"})
		c := w.watch(t.Context())
		w.reader(group).mustRead()
		w.reader(other).mustRead()
		deliver := func() {
			for w.Outbox.Pump(t.Context()) > 0 {
			}
		}
		one, two := "t1 "+group, "t1 "+other
		w.Leave(w.ids[0], group, people[0])
		deliver()
		c.wants(t, one)
		w.Join(w.ids[0], inner, people[0]) // a group within the group
		deliver()
		c.wants(t, one)
		w.Join(w.ids[0], unread, people[0])
		deliver()
		c.wants(t)
		w.Disable(w.ids[0], people[1]) // somebody, who may be in any
		deliver()
		c.wants(t, one, two)
		w.RenameGroup(w.ids[1], w.AddGroup(w.ids[1], entrasim.Group{Name: "Theirs"}), "Hers")
		deliver()
		c.wants(t)

		// A burst is told once at once and once after.
		for i := range 20 {
			if i%2 == 0 {
				w.Join(w.ids[0], group, people[0])
			} else {
				w.Leave(w.ids[0], group, people[0])
			}
			deliver()
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if len(c.told) == 0 || len(c.told) > 2 {
			t.Errorf("told %d times", len(c.told))
		}
		c.told = nil

		// Lifecycle events make the subscriptions good again, and wake everybody.
		for _, event := range []entrasim.Lifecycle{entrasim.ReauthorizationRequired, entrasim.Missed, entrasim.SubscriptionRemoved} {
			w.clock.Advance(time.Hour)
			w.Announce(w.ids[0], event)
			deliver()
			c.wants(t, one, two)
			subs := w.Subscriptions(w.ids[0])
			if len(subs) != 2 || !subs[0].Until.Equal(w.clock.Now().Add(7*24*time.Hour)) {
				t.Errorf("%s: %+v", event, subs)
			}
		}
		if w.Outbox.Len() > 0 {
			t.Errorf("%d deliveries were not taken", w.Outbox.Len())
		}
	})
}

// What is sent by anybody else wakes nobody.
func TestForgedNotifications(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := listening(t)
		group, _ := w.crowd(1)
		c := w.watch(t.Context())
		w.reader(group).mustRead()
		subs := w.Subscriptions(w.ids[0])
		at := slices.IndexFunc(subs, func(s entrasim.Subscription) bool { return s.Resource == "groups" })
		mine, users, theirs := subs[at], subs[1-at], w.Subscriptions(w.ids[1])[0]
		value := func(state, tenant string) string {
			text, err := json.Marshal(map[string]any{"value": []any{map[string]any{
				"clientState": state, "tenantId": tenant, "resourceData": map[string]any{"id": group}, "changeType": "updated",
			}}})
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		for _, tt := range []struct {
			name, url, body string
			status          int
		}{
			{"no state", mine.URL, value("", w.ids[0]), 403},
			{"a wrong state", mine.URL, value("x"+mine.ClientState[1:], w.ids[0]), 403},
			{"another subscription's state", mine.URL, value(users.ClientState, w.ids[0]), 403},
			{"another tenant's state", mine.URL, value(theirs.ClientState, w.ids[0]), 403},
			{"another tenant", mine.URL, value(mine.ClientState, w.ids[1]), 403},
			{"no tenant", mine.URL, value(mine.ClientState, ""), 403},
			{"an address that we didn't make", strings.Replace(mine.URL, "groups", "users", 1), value(mine.ClientState, w.ids[0]), 404},
			{"nothing", mine.URL, "", 400},
			{"no JSON", mine.URL, "<html>", 400},
			{"no value", mine.URL, "{}", 400},
			{"an empty value", mine.URL, `{"value":[]}`, 403},
			{"null", mine.URL, `{"value":[null]}`, 403},
			{"too long", mine.URL, `{"value":[` + strings.Repeat(" ", 5<<20) + `]}`, 400},
		} {
			if answer := w.post(tt.url, tt.body); answer.Code != tt.status || answer.Body.Len() > 64 {
				t.Errorf("%s: status %d, want %d", tt.name, answer.Code, tt.status)
			}
		}
		c.wants(t)
		if answer := w.post(mine.URL, value(mine.ClientState, w.ids[0])); answer.Code != http.StatusAccepted {
			t.Errorf("a genuine one: status %d", answer.Code)
		}
		c.wants(t, "t1 "+group)
	})
}

// Without an address nothing is served and nothing is subscribed to.
func TestWithoutNotifications(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	router := mux.NewRouter()
	w.adapter.Routes(router)
	answer := httptest.NewRecorder()
	router.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/entra/notifications/groups/x/y/z?validationToken=x", nil))
	if err := w.adapter.CheckSubscriptions(t.Context()); err != nil || answer.Code != http.StatusNotFound || w.Calls.Len() > 0 {
		t.Errorf("%v, status %d, %d calls", err, answer.Code, w.Calls.Len())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.adapter.Watch(ctx, nil, nil)
}
