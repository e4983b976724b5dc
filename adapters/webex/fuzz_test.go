package webex_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/bot/hub"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// Whatever a genuine webhook says, and whatever inputs somebody sends, nothing panics, nothing is
// posted, and what reaches the sink is a press that reads back as itself.
func FuzzWebhook(f *testing.F) {
	f.Add(`{"resource":"messages","event":"created","data":{"id":"abc"}}`, `{"rollcall":"1.sync..nonce1"}`)
	f.Add(`{"resource":"attachmentActions","event":"created","data":{"id":"../x","personId":"y"}}`, `{"Rollcall":"1.sync..n"}`)
	f.Add(`{"resource":"memberships","event":"created","actorId":1}`, `{"rollcall":"1.pick.42.nonce1","mark":"m"}`)
	f.Add(`[[[[`, `{`)
	f.Fuzz(func(t *testing.T, body, inputs string) {
		sink := &ledger{}
		b := &inbox{world: newWorld(t, sink, nil, nil), sink: sink}
		b.pat = b.person(orgA, "Pat")
		b.hook(t)
		id, err := b.adapter.Send(t.Context(), instA, b.pat, ask)
		if err != nil {
			t.Fatal(err)
		}
		b.sim.Outbox.Pump(t.Context())
		posted := len(b.sim.Messages(0))
		target := b.hooks(t)[0]["targetUrl"].(string)
		status := b.post(target, http.Header{"X-Spark-Signature": {webexsim.Sign(secret, []byte(body))}}, []byte(body))
		if status != http.StatusOK && status != http.StatusBadRequest {
			t.Errorf("status %d", status)
		}
		if json.Valid([]byte(inputs)) {
			if err := b.sim.PressRaw(b.pat.User, id.ID, json.RawMessage(inputs)); err != nil {
				t.Fatal(err)
			}
			b.sim.Outbox.Pump(t.Context())
		}
		if n := len(b.sim.Messages(0)); n != posted {
			t.Errorf("%d messages were posted", n-posted)
		}
		for _, took := range sink.took {
			checkPress(t, took)
		}
	})
}

// Whatever a browser brings back without a code that Webex gave out, nothing is connected.
func FuzzReturn(f *testing.F) {
	f.Add("state=state&code=abc")
	f.Add("state=state&code=abc&error=")
	f.Add("state=state&error=access_denied&code=abc")
	f.Add("state=state&state=state&code=%00&orgId=" + orgA)
	f.Add("code=" + clientSecret)
	f.Fuzz(func(t *testing.T, raw string) {
		query, err := url.ParseQuery(raw)
		if err != nil {
			t.Skip("not a query")
		}
		o := newOffice(t, withServiceApp(), &ledger{})
		step := hub.Step{Method: webex.MethodServiceApp, State: "state", Secret: directory.NewSecret("s"), Redirect: redirectURL, Tenant: "a"}
		outcome, err := o.connector.Return(t.Context(), step, query)
		if outcome.Grant != nil || !directory.Is(err, directory.Invalid) && !directory.Is(err, directory.Unauthorized) {
			t.Errorf("%+v, %v", outcome, err)
		}
		if code := query.Get("code"); len(code) > 20 && strings.Contains(err.Error()+o.log.String(), code) {
			t.Error("the code is in an error or a log")
		}
	})
}

// checkPress reads a press back from how the ledger wrote it.
func checkPress(t *testing.T, took string) {
	t.Helper()
	_, rest, ok := strings.Cut(took, "Press:{Verb:")
	fields, _, closed := strings.Cut(rest, "}")
	verb, rest, hasValue := strings.Cut(fields, " Value:")
	value, nonce, hasNonce := strings.Cut(rest, " Nonce:")
	if !ok || !closed || !hasValue || !hasNonce {
		t.Fatalf("took %q", took)
	}
	if _, err := (cards.Press{Verb: verb, Value: value, Nonce: nonce}).Encode(); err != nil {
		t.Errorf("took %q", took)
	}
}
