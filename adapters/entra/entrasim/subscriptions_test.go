package entrasim_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/entra/entrasim"
)

// echo is a product that validates as it should, and takes what is delivered.
func (w *world) echo(taken *[]map[string]any) {
	w.product = func(answer http.ResponseWriter, r *http.Request, body string) {
		if token := r.URL.Query().Get("validationToken"); token != "" {
			answer.Header().Set("Content-Type", "text/plain; charset=utf-8")
			fmt.Fprint(answer, token)
			return
		}
		var in struct{ Value []map[string]any }
		if json.Unmarshal([]byte(body), &in) == nil {
			*taken = append(*taken, in.Value...)
		}
		answer.WriteHeader(http.StatusAccepted)
	}
}

func (w *world) subscription(pairs ...string) string {
	all := map[string]string{
		"resource": "groups/" + w.group + "/members", "changeType": "updated,deleted", "notificationUrl": "https://product.example/n",
		"lifecycleNotificationUrl": "https://product.example/l", "clientState": "state",
		"expirationDateTime": w.clock.Now().Add(24 * time.Hour).Format(time.RFC3339),
	}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestSubscribing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		pairs  []string
		status int
	}{
		{"a group's members", nil, 201},
		{"users", []string{"resource", "/users"}, 201},
		{"mail", []string{"resource", "me/messages"}, 400},
		{"a group that is none", []string{"resource", "groups/00000000-0000-4000-8000-000000000000"}, 404},
		{"what is created", []string{"changeType", "created"}, 400},
		{"not over TLS", []string{"notificationUrl", "http://product.example/n"}, 400},
		{"nowhere", []string{"notificationUrl", "https://nowhere.example/n"}, 400},
		{"no lifecycle there", []string{"lifecycleNotificationUrl", "https://nowhere.example/n"}, 400},
		{"a long state", []string{"clientState", strings.Repeat("x", 129)}, 400},
		{"over before it begins", []string{"expirationDateTime", "2027-03-01T09:00:00Z"}, 400},
		{"29 days", []string{"expirationDateTime", "2027-03-30T08:59:59Z"}, 201},
		{"longer", []string{"expirationDateTime", "2027-03-30T09:00:01Z"}, 400},
		{"for a minute", []string{"expirationDateTime", "2027-03-01T09:01:00Z"}, 201},
		{"no time", []string{"expirationDateTime", "soon"}, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var taken []map[string]any
			w.echo(&taken)
			answer := w.ask(http.MethodPost, "/subscriptions", w.subscription(tt.pairs...))
			if answer.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", answer.Code, tt.status, answer.Body)
			}
			subs := w.Subscriptions(w.acme)
			if len(subs) > 0 != (tt.status == 201) {
				t.Errorf("the subscriptions are %v", subs)
			}
			if tt.name == "for a minute" && subs[0].Until.Sub(w.clock.Now()) != 45*time.Minute {
				t.Errorf("it lasts until %v", subs[0].Until)
			}
		})
	}
}

// Nothing is made before the endpoint repeats the token as it should.
func TestValidation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer func(w http.ResponseWriter, token string)
		want   int
	}{
		{"repeated", func(w http.ResponseWriter, token string) {
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, token)
		}, 201},
		{"another", func(w http.ResponseWriter, token string) {
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, token+" ")
		}, 400},
		{"escaped as HTML", func(w http.ResponseWriter, token string) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, html.EscapeString(token))
		}, 400},
		{"202", func(w http.ResponseWriter, token string) {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(http.StatusAccepted)
			fmt.Fprint(w, token)
		}, 400},
		{"dropped", func(http.ResponseWriter, string) { panic(http.ErrAbortHandler) }, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			asked := 0
			w.product = func(answer http.ResponseWriter, r *http.Request, _ string) {
				asked++
				tt.answer(answer, r.URL.Query().Get("validationToken"))
			}
			if answer := w.ask(http.MethodPost, "/subscriptions", w.subscription()); answer.Code != tt.want {
				t.Errorf("status %d, want %d: %s", answer.Code, tt.want, answer.Body)
			}
			if want := map[int]int{201: 2, 400: 1}[tt.want]; asked != want {
				t.Errorf("asked %d times, want %d", asked, want)
			}
		})
	}
}

func TestNotifications(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var taken []map[string]any
	w.echo(&taken)
	made := fields(t, w.ask(http.MethodPost, "/subscriptions", w.subscription()))
	if made["clientState"] != "state" {
		t.Errorf("it was made with %v", made["clientState"])
	}
	if answer := w.ask(http.MethodPost, "/subscriptions", w.subscription("clientState", "other")); answer.Code != http.StatusConflict {
		t.Errorf("the same again: status %d", answer.Code)
	}
	w.ask(http.MethodPost, "/subscriptions", w.subscription("resource", "users", "clientState", "users"))
	path := "/subscriptions/" + made["id"].(string)
	if one := w.get(t, path); one["clientState"] != nil || len(values(w.get(t, "/subscriptions"))) != 2 {
		t.Errorf("it shows %v", one)
	}
	other := w.AddGroup(w.acme, entrasim.Group{Name: "Other"})

	for _, tt := range []struct {
		name string
		act  func()
		want []string
	}{
		{"who joins", func() { w.Join(w.acme, w.group, w.eve) }, []string{"state updated Groups/" + w.group}},
		{"who joins again", func() { w.Join(w.acme, w.group, w.eve) }, nil},
		{"another group", func() { w.Join(w.acme, other, w.eve) }, nil},
		{"another tenant", func() { w.AddUser(w.beta, entrasim.User{Name: "Bo"}) }, nil},
		{"a user", func() { w.Disable(w.acme, w.eve) }, []string{"users updated Users/" + w.eve}},
		{"softly deleted", func() { w.SoftDelete(w.acme, w.eve) }, []string{"users updated Users/" + w.eve}},
		{"for good", func() { w.HardDelete(w.acme, w.eve) }, []string{"state updated Groups/" + w.group, "users deleted Users/" + w.eve}},
		{"lifecycle", func() { w.Announce(w.acme, entrasim.ReauthorizationRequired) }, []string{"state reauthorizationRequired", "users reauthorizationRequired"}},
		{"renewed", func() {
			until := w.clock.Now().Add(48 * time.Hour).Format(time.RFC3339)
			if answer := w.ask(http.MethodPatch, path, `{"expirationDateTime":"`+until+`"}`); answer.Code != 200 {
				t.Errorf("status %d: %s", answer.Code, answer.Body)
			}
			w.clock.Advance(25 * time.Hour) // the other one is over
			w.Leave(w.acme, w.group, w.pat)
			w.Disable(w.acme, w.pat)
		}, []string{"state updated Groups/" + w.group}},
		{"removed", func() { w.Announce(w.acme, entrasim.SubscriptionRemoved); w.Join(w.acme, w.group, w.pat) }, []string{"state subscriptionRemoved"}},
	} {
		taken = nil
		tt.act()
		w.Outbox.Pump(t.Context())
		var got []string
		for _, one := range taken {
			if one["tenantId"] != w.acme {
				t.Errorf("%s: of tenant %v", tt.name, one["tenantId"])
			}
			if one["lifecycleEvent"] != nil {
				got = append(got, fmt.Sprint(one["clientState"], " ", one["lifecycleEvent"]))
				continue
			}
			got = append(got, fmt.Sprint(one["clientState"], " ", one["changeType"], " ", one["resource"]))
		}
		if fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	w.token = w.sign(t, w.acme)
	if answer := w.ask(http.MethodDelete, path, ""); answer.Code != 404 {
		t.Errorf("the removed one: status %d", answer.Code)
	}
}

// What isn't taken is sent again.
func TestRedelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var taken []map[string]any
	w.echo(&taken)
	w.ask(http.MethodPost, "/subscriptions", w.subscription())
	good := w.product
	w.product = func(answer http.ResponseWriter, _ *http.Request, _ string) { answer.WriteHeader(503) }
	w.Join(w.acme, w.group, w.eve)
	w.Outbox.Pump(t.Context())
	w.product = good
	w.clock.Advance(10 * time.Second)
	w.Outbox.Pump(t.Context())
	if len(taken) != 1 || w.Outbox.Len() != 0 {
		t.Errorf("taken were %v", taken)
	}
}
