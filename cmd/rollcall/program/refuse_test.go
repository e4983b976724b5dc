package program

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/adapters/webex/webexsim"
	"rollcall/sync/directory"
)

// attack is a request that must change nothing.
type attack struct {
	name   string
	send   request
	status int
	says   string   // in the answer; empty: it is empty
	calls  []string // what the program may look up; nil: nothing at all
	// refusal is the call by which the actor is told so. It follows the answer. Empty: nobody is told.
	refusal string
}

// repel sends attacks, one after the other, and compares the world before and after each.
func (w *world) repel(t *testing.T, attacks []attack) {
	t.Helper()
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			w := &world{T: t, clock: w.clock, slack: w.slack, webex: w.webex, wire: w.wire, config: w.config, main: w.main}
			before := w.state()
			slackSince, webexSince := w.slack.Calls.Len(), w.webex.Calls.Len()
			status, body := w.send(a.send)
			if status != a.status || !strings.Contains(body, a.says) || a.says == "" && body != "" {
				t.Errorf("answered %d %q, want %d %q", status, body, a.status, a.says)
			}
			if a.refusal != "" {
				w.until("the actor is told", func() bool { return slices.Contains(w.calls(slackSince, webexSince), a.refusal) })
			}
			w.quiet()
			if after := w.state(); after != before {
				t.Errorf("the store has changed:\n%s", cmp.Diff(strings.Split(before, "\n"), strings.Split(after, "\n")))
			}
			told := 0
			for _, route := range w.calls(slackSince, webexSince) {
				if route == a.refusal {
					told++
				} else if !slices.Contains(a.calls, route) {
					t.Errorf("it called %s", route)
				}
			}
			if told > 1 {
				t.Errorf("the actor was told %d times", told)
			}
		})
	}
}

// forged are the attacks of a stranger, who has no secret, and of a platform gone wrong, which has.
func (w *world) forged(h request) []attack {
	now := w.clock.Now()
	unsigned := func(h http.Header) {
		for _, name := range []string{"X-Slack-Signature", "X-Spark-Signature"} {
			h.Del(name)
		}
	}
	doubled := func(h http.Header) {
		for _, name := range []string{"X-Slack-Signature", "X-Spark-Signature"} {
			h[name] = append(h[name], h[name]...)
		}
	}
	bent := func(h http.Header) {
		for _, name := range []string{"X-Slack-Signature", "X-Spark-Signature"} {
			if s := h.Get(name); s != "" {
				last := byte('0')
				if s[len(s)-1] == last {
					last = '1'
				}
				h.Set(name, s[:len(s)-1]+string(last))
			}
		}
	}
	cut := h
	cut.body = h.body[:len(h.body)/2]
	longer := h
	longer.body = append(slices.Clone(h.body), ' ')
	return []attack{
		{name: "no signature", send: h.with(unsigned), status: 401},
		{name: "two signatures", send: h.with(doubled), status: 401},
		{name: "a wrong signature", send: h.with(bent), status: 401},
		{name: "another one's secret", send: h.with(func(header http.Header) {
			h.sign(header, h.body, "a-secret-that-somebody-else-has-made", now)
		}), status: 401},
		{name: "a space more than was signed", send: longer, status: 401},
		{name: "cut off", send: cut, status: 401},
		{name: "cut off and signed", send: h.signed(cut.body, now), status: 400},
		{name: "nothing, signed", send: h.signed(nil, now), status: 400},
		{name: "too long, signed", send: h.signed(bytes.Repeat([]byte(" "), 256<<10+1), now), status: 413},
		{name: "compressed", send: h.signed(zipped(h.body), now).with(func(h http.Header) { h.Set("Content-Encoding", "gzip") }), status: 415},
		{name: "compressed, not saying so", send: h.signed(zipped(h.body), now), status: 400},
	}
}

// untimely are the attacks with a request of another time, where times are signed.
func (w *world) untimely(h request) []attack {
	now := w.clock.Now()
	return []attack{
		{name: "expired", send: h.signed(h.body, now.Add(-5*time.Minute-10*time.Second)), status: 401},
		{name: "of the future", send: h.signed(h.body, now.Add(6*time.Minute)), status: 401},
		{name: "of no time", send: h.with(func(h http.Header) { h.Del("X-Slack-Request-Timestamp") }), status: 401},
		{name: "of two times", send: h.with(func(h http.Header) {
			h["X-Slack-Request-Timestamp"] = append(h["X-Slack-Request-Timestamp"], "0")
		}), status: 401},
	}
}

func zipped(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(body)
	_ = z.Close()
	return b.Bytes()
}

// asked is a world of two tenants in which everybody has been asked, and is quiet.
func asked(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, 2)
	w.start()
	for _, tenant := range []string{"acme", "globex"} {
		for _, person := range []string{"ann", "bob", "cleo"} {
			w.await(tenant, person, directory.Asking)
		}
	}
	w.quiet()
	return w
}

// replayed delivers a request, waits for the call that replies to it, where there is one, and
// delivers it once more.
func (w *world) replayed(t *testing.T, h request, says, reply string, looks ...string) {
	t.Helper()
	slackSince, webexSince := w.slack.Calls.Len(), w.webex.Calls.Len()
	if status, body := w.send(h); status != 200 || !strings.Contains(body, says) {
		t.Fatalf("the genuine request was answered %d %q", status, body)
	}
	if reply != "" {
		w.until("a reply", func() bool { return slices.Contains(w.calls(slackSince, webexSince), reply) })
	}
	w.quiet()
	w.repel(t, []attack{{name: "replayed", send: h, status: 200, calls: looks}})
}

func TestSlackEventsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := asked(t)
	h := w.catch(w.slack.Outbox, func() error { return w.slack.Type("T0001", "U0", "help") })
	now := w.clock.Now()
	edited := func(change func(envelope, event map[string]any)) request {
		var envelope map[string]any
		if err := json.Unmarshal(h.body, &envelope); err != nil {
			t.Fatal(err)
		}
		change(envelope, envelope["event"].(map[string]any))
		return h.signed(must(json.Marshal(envelope))(t), now)
	}
	twice := append([]byte(`{"authorizations":[{"team_id":"T0002"}],`), h.body[1:]...)
	w.repel(t, slices.Concat(w.forged(h), w.untimely(h), []attack{
		{name: "a key twice", send: h.signed(twice, now), status: 400},
		{name: "a key twice, in capitals", send: h.signed(append([]byte(`{"Authorizations":[{"team_id":"T0002"}],`), h.body[1:]...), now), status: 400},
		{name: "of no workspace of ours", send: edited(func(e, _ map[string]any) {
			e["authorizations"] = []any{map[string]any{"team_id": "T0999"}}
		}), status: 200},
		{name: "of no workspace", send: edited(func(e, _ map[string]any) { delete(e, "authorizations") }), status: 200},
		{
			name: "by somebody of the other tenant", status: 200, refusal: "chat.postMessage",
			send: edited(func(e, event map[string]any) {
				e["event_id"], event["user_team"], event["source_team"] = "Ev-foreign", "T0002", "T0002"
			}),
		},
		{name: "by the app itself", send: edited(func(_, event map[string]any) { event["bot_id"] = "B1" }), status: 200},
	}))
	w.replayed(t, h, "", "chat.postMessage")
}

func TestSlackCommandsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := asked(t)
	h := w.catch(w.slack.Outbox, func() error { return w.slack.Command("T0001", "U0", "help") })
	now := w.clock.Now()
	form := must(url.ParseQuery(string(h.body)))(t)
	edited := func(change func(url.Values)) request {
		f := make(url.Values)
		for key, values := range form {
			f[key] = slices.Clone(values)
		}
		change(f)
		return h.signed([]byte(f.Encode()), now)
	}
	w.repel(t, slices.Concat(w.forged(h), w.untimely(h), []attack{
		{name: "a field twice", send: edited(func(f url.Values) { f.Add("team_id", "T0002") }), status: 400},
		{name: "nobody", send: edited(func(f url.Values) { f.Del("user_id") }), status: 400},
		{name: "of no workspace of ours", send: edited(func(f url.Values) { f.Set("team_id", "T0999") }), status: 200, says: "not set up"},
		{name: "in the address instead", send: func() request {
			moved := h.signed(nil, now)
			moved.path += "?" + string(h.body)
			return moved
		}(), status: 400},
		// It is that tenant's own command then, and changes nothing there either.
		{name: "of the other tenant", send: edited(func(f url.Values) { f.Set("team_id", "T0002") }), status: 200, says: "Rollcall"},
	}))
	w.replayed(t, h, "Rollcall", "")
}

func TestSlackInteractionsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := asked(t)
	ann := w.link("acme", "ann").Account
	m, place := w.prompt(ann, directory.VerbSync, "")
	payload := must(w.slack.Payload("T0001", ann.User, m.Conversation, m.ID, fmt.Sprint(place)))(t)
	h := w.catch(w.slack.Outbox, func() error { w.slack.PressRaw(payload); return nil })
	now := w.clock.Now()
	raw := string(must(json.Marshal(payload))(t))
	press := func(text string) request { return h.signed([]byte(url.Values{"payload": {text}}.Encode()), now) }
	edited := func(change func(map[string]any)) request {
		var p map[string]any
		if err := json.Unmarshal([]byte(raw), &p); err != nil {
			t.Fatal(err)
		}
		p["trigger_id"] = fmt.Sprintf("%p", change)
		change(p)
		return press(string(must(json.Marshal(p))(t)))
	}
	w.repel(t, slices.Concat(w.forged(h), w.untimely(h), []attack{
		{name: "two payloads", send: h.signed(append(slices.Clone(h.body), "&"+string(h.body)...), now), status: 400},
		{name: "a key twice", send: press(`{"user":{"id":"U2","team_id":"T0001"},` + raw[1:]), status: 400},
		{name: "a key twice, in capitals", send: press(`{"User":{"id":"U2","team_id":"T0001"},` + raw[1:]), status: 400},
		{name: "in the address instead", send: func() request {
			moved := h.signed(nil, now)
			moved.path += "?" + string(h.body)
			return moved
		}(), status: 400},
		{name: "of no workspace of ours", status: 200, send: edited(func(p map[string]any) {
			p["team"] = map[string]any{"id": "T0999"}
			p["user"] = map[string]any{"id": ann.User, "team_id": "T0999"}
		})},
		{name: "of the other tenant, by the same id", status: 200, refusal: "response_url", send: edited(func(p map[string]any) {
			p["team"] = map[string]any{"id": "T0002"}
			p["user"] = map[string]any{"id": ann.User, "team_id": "T0002"}
		})},
		{name: "by somebody of the other tenant", status: 200, refusal: "response_url", send: edited(func(p map[string]any) {
			p["user"] = map[string]any{"id": ann.User, "team_id": "T0002"}
		})},
		{name: "by a colleague", status: 200, refusal: "response_url", send: edited(func(p map[string]any) {
			p["user"] = map[string]any{"id": "U2", "team_id": "T0001"}
		})},
		{name: "in another chat", status: 200, refusal: "response_url", send: edited(func(p map[string]any) {
			p["container"] = map[string]any{"type": "message", "message_ts": m.ID, "channel_id": "C1", "is_ephemeral": false}
			p["channel"] = map[string]any{"id": "C1"}
		})},
		{name: "a reply to elsewhere", status: 200, send: edited(func(p map[string]any) {
			p["user"] = map[string]any{"id": "U2", "team_id": "T0001"}
			p["response_url"] = "https://elsewhere.example/hooks/1"
		})},
		{name: "a nonce that never was", status: 200, refusal: "response_url", send: edited(func(p map[string]any) {
			p["actions"] = []any{map[string]any{"type": "button", "action_id": "a", "block_id": "b", "value": "1.sync..AAAAAAAAAAAAAAAAAAAAAA"}}
		})},
	}))
	w.replayed(t, h, "", "")
	if l := w.link("acme", "ann"); l.State != directory.Proving {
		t.Errorf("after the genuine press the link is %s", l.State)
	}
}

func TestWebexWebhooksThatAreRefused(t *testing.T) {
	t.Parallel()
	w := asked(t)
	w.webex.AddOrg(webexsim.Org{ID: orgOf(8), Name: "Nobody's"})
	stranger := w.webex.PutPerson(orgOf(8), webexsim.Person{Name: "Stranger", Email: "stranger@nobody.example"})
	bob := w.link("acme", "bob").Account
	m, place := w.prompt(bob, directory.VerbSync, "")
	h := w.catch(w.webex.Outbox, func() error { return w.webex.Press(bob.User, m.ID, place) })
	by := func(person string) request {
		return w.catch(w.webex.Outbox, func() error { return w.webex.Press(person, m.ID, place) })
	}
	inputs := func(text string) request {
		return w.catch(w.webex.Outbox, func() error { return w.webex.PressRaw(bob.User, m.ID, json.RawMessage(text)) })
	}
	now := w.clock.Now()
	looks := []string{"GET /attachment/actions/{id}", "GET /messages/{id}", "GET /people/{id}", "GET /people/me"}
	edited := func(old, new string) request {
		if bytes.Count(h.body, []byte(old)) != 1 {
			t.Fatalf("%s does not stand in %s once", old, h.body)
		}
		return h.signed(bytes.Replace(h.body, []byte(old), []byte(new), 1), now)
	}
	w.repel(t, slices.Concat(w.forged(h), []attack{
		{name: "a stronger signature that is wrong", status: 401, send: h.with(func(h http.Header) { h.Set("X-Webex-Signature", strings.Repeat("0", 64)) })},
		{name: "an id that isn't there", send: edited(`"data":{"id":"`, `"data":{"id":"x`), status: 200, calls: looks},
		// The last one counts, and whatever it names is looked up.
		{name: "a key twice", send: h.signed(append(slices.Clone(h.body[:len(h.body)-1]), `,"data":{"id":"gone"}}`...), now), status: 200, calls: looks},
		{name: "of another kind", send: edited(`"resource":"attachmentActions"`, `"resource":"rooms"`), status: 200, calls: looks},
		{name: "an id that leads elsewhere", send: edited(`"data":{"id":"`, `"data":{"id":"../people/me?x=`), status: 200},
		{name: "by a colleague", send: by(webexOf(0, 2)), status: 200, calls: looks, refusal: "POST /messages"},
		{name: "by somebody of the other tenant", send: by(webexOf(1, 1)), status: 200, calls: looks, refusal: "POST /messages"},
		{name: "by somebody of no tenant", send: by(stranger), status: 200, calls: looks},
		{name: "a nonce that never was", send: inputs(`{"rollcall":"1.sync..AAAAAAAAAAAAAAAAAAAAAA"}`), status: 200, calls: looks, refusal: "POST /messages"},
		{name: "no press at all", send: inputs(`{"rollcall":["1"]}`), status: 200, calls: looks},
	}))
	w.replayed(t, h, "", "", looks...)
	if l := w.link("acme", "bob"); l.State != directory.Proving {
		t.Errorf("after the genuine press the link is %s", l.State)
	}
}
