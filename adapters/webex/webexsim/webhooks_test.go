package webexsim_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"rollcall/adapters/webex/webexsim"
)

func TestFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hook(t, "messages", "personId="+webexsim.PersonID(w.pat)+"&roomType=direct")
	for _, id := range []string{w.pat, w.eve} {
		if _, err := w.Type(id, "hello"); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.Outbox.Pump(t.Context()); n != 1 {
		t.Errorf("%d webhooks, want 1", n)
	}
}

// A hundred failures within five minutes disable a webhook; activated again, the next one does.
func TestDisabling(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		every  time.Duration
		failed int
		want   string
	}{
		{"99 failures", time.Second, 99, "active"},
		{"100 failures", time.Second, 100, "inactive"},
		{"150 failures over a longer time", 4 * time.Second, 150, "active"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.hook(t, "messages", "")
			w.status = http.StatusInternalServerError
			say := func() {
				if _, err := w.Type(w.pat, "hello"); err != nil {
					t.Fatal(err)
				}
				w.Outbox.Pump(context.Background())
				w.clock.Advance(tt.every)
			}
			for range tt.failed {
				say()
			}
			status := func() any { return fields(t, w.ask(bot, "GET", "/webhooks/"+id, ""))["status"] }
			if got := status(); got != tt.want {
				t.Fatalf("the webhook is %v, want %s", got, tt.want)
			}
			if tt.want == "active" {
				return
			}
			w.ask(bot, "PUT", "/webhooks/"+id, `{"name":"n","targetUrl":"https://product.example/in","status":"active"}`)
			if got := status(); got != "active" {
				t.Errorf("after its activation it is %v", got)
			}
			say()
			if got := status(); got != "inactive" {
				t.Errorf("after the next failure it is %v", got)
			}
		})
	}
}
