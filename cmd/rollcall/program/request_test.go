package program

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// request is a platform's request, held back on its way to the program.
type request struct {
	path   string
	header http.Header
	body   []byte
	sign   func(h http.Header, body []byte, secret string, at time.Time)
}

// signed is the request with another body, or another time, and a signature that is right for it.
func (h request) signed(body []byte, at time.Time) request {
	h.header, h.body = h.header.Clone(), body
	h.sign(h.header, body, "", at)
	return h
}

// with is the request with other headers, whatever its signature then says.
func (h request) with(change func(http.Header)) request {
	h.header = h.header.Clone()
	change(h.header)
	return h
}

func signSlack(h http.Header, body []byte, secret string, at time.Time) {
	if secret == "" {
		secret = signingSecret
	}
	slacksim.Sign(h, secret, body, at)
}

func signWebex(h http.Header, body []byte, secret string, _ time.Time) {
	if secret == "" {
		secret = webhookSecret
	}
	h.Set("X-Spark-Signature", webexsim.Sign(secret, body))
}

// catch has something done on a platform, and holds back the one request that comes of it.
func (w *world) catch(outbox *sim.Outbox, act func() error) request {
	w.Helper()
	var mu sync.Mutex
	var caught []sim.Delivery
	outbox.Rearrange(func(due []sim.Delivery) []sim.Delivery {
		mu.Lock()
		defer mu.Unlock()
		caught = append(caught, due...)
		return nil
	})
	defer outbox.Rearrange(nil)
	if err := act(); err != nil {
		w.Fatal(err)
	}
	var all []sim.Delivery
	w.until("a request is on its way", func() bool {
		mu.Lock()
		defer mu.Unlock()
		all = slices.Clone(caught)
		return len(all) > 0 && outbox.Len() == 0
	})
	if len(all) != 1 {
		w.Fatalf("%d requests are on their way, want one", len(all))
	}
	target := must(url.Parse(all[0].URL))(w.T)
	h := request{path: target.Path, header: all[0].Header.Clone(), body: all[0].Body, sign: signSlack}
	if outbox == w.webex.Outbox {
		h.sign = signWebex
	}
	return h.signed(h.body, w.clock.Now())
}

// send sends a request to the program.
func (w *world) send(h request) (int, string) {
	w.Helper()
	r := w.request(http.MethodPost, h.path, string(h.body))
	r.Header = h.header
	resp, body := w.ask(r)
	return resp.StatusCode, body
}

// state is everything in the store that an answer, or a hint, could change.
func (w *world) state() string {
	w.Helper()
	var b bytes.Buffer
	ctx, store := w.Context(), w.main.Store
	fmt.Fprintln(&b, must(store.Tenants(ctx))(w.T))
	for _, tenant := range slices.Sorted(maps.Keys(w.config.Tenants)) {
		id := directory.TenantID(tenant)
		links := must(store.ListLinks(ctx, id, directory.LinkQuery{Limit: 1000}))(w.T)
		installations := must(store.Installations(ctx, id))(w.T)
		for _, l := range links {
			b.Write(must(json.Marshal(l))(w.T))
			for _, a := range []directory.AccountID{l.Account, l.Counterpart} {
				fmt.Fprintln(&b, must(store.Suppressed(ctx, id, a))(w.T))
				for _, inst := range installations {
					chat, _ := store.Conversation(ctx, inst, a)
					fmt.Fprintln(&b, chat)
				}
			}
		}
		fmt.Fprintln(&b, must(store.Trail(ctx, id, directory.TrailQuery{Limit: 1000}))(w.T))
		fmt.Fprintln(&b, must(store.Groups(ctx, id))(w.T), must(store.Readings(ctx, id))(w.T), must(store.Batches(ctx, id))(w.T), installations)
	}
	return b.String()
}

// calls are the routes that were called at the simulators since then.
func (w *world) calls(slackSince, webexSince int) []string {
	var routes []string
	for _, c := range append(w.slack.Calls.All()[slackSince:], w.webex.Calls.All()[webexSince:]...) {
		if !strings.Contains(c.Route, "/webhooks") {
			routes = append(routes, c.Route)
		}
	}
	return routes
}
