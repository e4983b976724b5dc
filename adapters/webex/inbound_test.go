package webex_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/bot"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// ledger is a sink that remembers.
type ledger struct {
	mu    sync.Mutex
	took  []string // the events, as text
	from  []directory.Origin
	reply bot.Reply
	err   error
}

func (l *ledger) Accept(_ context.Context, origin directory.Origin, event bot.Event) (bot.Reply, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, fmt.Sprintf("%T %+v", event, event))
	l.from = append(l.from, origin)
	return l.reply, l.err
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.took)
}

// inbox is a world whose webhooks are caught on their way.
type inbox struct {
	*world
	sink   *ledger
	pat    directory.AccountID
	col    directory.AccountID
	caught []sim.Delivery
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	sink := &ledger{}
	b := &inbox{world: newWorld(t, sink, nil, nil), sink: sink}
	b.pat, b.col = b.person(orgA, "Pat"), b.person(orgA, "Col")
	b.hook(t)
	b.sim.Outbox.Arrange = func(due []sim.Delivery) []sim.Delivery {
		b.caught = append(b.caught, due...)
		return nil
	}
	return b
}

// last is the webhook that was sent last.
func (b *inbox) last(t *testing.T) sim.Delivery {
	t.Helper()
	b.sim.Outbox.Pump(t.Context())
	if len(b.caught) == 0 {
		t.Fatal("no webhook was sent")
	}
	return b.caught[len(b.caught)-1]
}

func (b *inbox) deliver(d sim.Delivery) int { return b.post(d.URL, d.Header, d.Body) }

func (b *inbox) post(url string, header http.Header, body []byte) int {
	r := httptest.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	r.Header = header.Clone()
	w := httptest.NewRecorder()
	b.router.ServeHTTP(w, r)
	return w.Code
}

// sign delivers a body that Webex would have signed.
func (b *inbox) sign(t *testing.T, body string) int {
	t.Helper()
	url := b.last(t).URL
	return b.post(url, http.Header{"X-Spark-Signature": {webexsim.Sign(secret, []byte(body))}}, []byte(body))
}

var ask = cards.Card{
	Summary: "Is this you?", Title: "Sync", Mark: "mark1",
	Actions: []cards.Action{{Label: "Yes", Press: cards.Press{Verb: "sync", Nonce: "nonce1"}}},
}

func (b *inbox) ask(t *testing.T) directory.MessageRef {
	t.Helper()
	ref, err := b.adapter.Send(t.Context(), instA, b.pat, ask)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// pressed is the webhook of a press.
func (b *inbox) pressed(t *testing.T, by string, messageID string) sim.Delivery {
	t.Helper()
	if err := b.sim.Press(by, messageID, 0); err != nil {
		t.Fatal(err)
	}
	return b.last(t)
}

func (b *inbox) typed(t *testing.T, by, text string) sim.Delivery {
	t.Helper()
	if _, err := b.sim.Type(by, text); err != nil {
		t.Fatal(err)
	}
	return b.last(t)
}

// quiet reports that a webhook was acknowledged and led to nothing.
func (b *inbox) quiet(t *testing.T, status int) {
	t.Helper()
	if status != http.StatusOK {
		t.Errorf("status %d, want 200", status)
	}
	if n := b.sink.count(); n != 0 {
		t.Errorf("the sink took %q", b.sink.took)
	}
}

func TestForgedWebhooks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		forge func(d *sim.Delivery)
		want  int
	}{
		{"no signature", func(d *sim.Delivery) { d.Header.Del("X-Spark-Signature") }, 401},
		{"wrong signature", func(d *sim.Delivery) { d.Header.Set("X-Spark-Signature", strings.Repeat("0", 40)) }, 401},
		{"another secret", func(d *sim.Delivery) { d.Header.Set("X-Spark-Signature", webexsim.Sign("another", d.Body)) }, 401},
		{"a wrong second signature", func(d *sim.Delivery) { d.Header.Set("X-Webex-Signature", strings.Repeat("0", 64)) }, 401},
		{"tampered", func(d *sim.Delivery) { d.Body = bytes.Replace(d.Body, []byte("created"), []byte("deleted"), 1) }, 401},
		{"oversized", func(d *sim.Delivery) {
			d.Body = append(d.Body, bytes.Repeat([]byte(" "), 256<<10)...)
			d.Header.Set("X-Spark-Signature", webexsim.Sign(secret, d.Body))
		}, 413},
		{"compressed", func(d *sim.Delivery) { d.Header.Set("Content-Encoding", "gzip") }, 415},
		{"not JSON", func(d *sim.Delivery) {
			d.Body = []byte("id=1")
			d.Header.Set("X-Spark-Signature", webexsim.Sign(secret, d.Body))
		}, 400},
		{"the path of no secret", func(d *sim.Delivery) { d.URL = publicURL + "/webex/webhook/" + strings.Repeat("0", 32) }, 404},
		{"no path", func(d *sim.Delivery) { d.URL = publicURL + "/webex/webhook" }, 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newInbox(t)
			ref := b.ask(t)
			for kind, d := range map[string]sim.Delivery{
				"a press": b.pressed(t, b.pat.User, ref.ID), "a text": b.typed(t, b.pat.User, "help"),
			} {
				d.Header = d.Header.Clone()
				tt.forge(&d)
				calls := b.sim.Calls.Len()
				if got := b.deliver(d); got != tt.want {
					t.Errorf("%s: status %d, want %d", kind, got, tt.want)
				}
				if b.sink.count() != 0 || b.sim.Calls.Len() != calls {
					t.Errorf("%s: %d events, %d calls", kind, b.sink.count(), b.sim.Calls.Len()-calls)
				}
			}
		})
	}
}

// What is genuine and concerns nobody is acknowledged, so that Webex doesn't disable the webhook.
func TestWebhooksAboutNothing(t *testing.T) {
	t.Parallel()
	action := func(id string) string {
		return `{"resource":"attachmentActions","event":"created","data":{"id":"` + id + `"}}`
	}
	for _, tt := range []struct {
		name string
		send func(t *testing.T, b *inbox) int
	}{
		{"an action that doesn't exist", func(t *testing.T, b *inbox) int {
			return b.sign(t, action(base64.RawURLEncoding.EncodeToString([]byte("ciscospark://us/ATTACHMENT_ACTION/"+orgA))))
		}},
		{"an action whose id is a path", func(t *testing.T, b *inbox) int { return b.sign(t, action("../people/me")) }},
		{"an action without an id", func(t *testing.T, b *inbox) int { return b.sign(t, action("")) }},
		{"an event that we didn't ask for", func(t *testing.T, b *inbox) int {
			return b.sign(t, `{"resource":"rooms","event":"created","data":{"id":"abc"}}`)
		}},
		{"an empty object", func(t *testing.T, b *inbox) int { return b.sign(t, `{}`) }},
		{"our own message", func(t *testing.T, b *inbox) int { b.ask(t); return b.deliver(b.last(t)) }},
		{"the space that our own message made", func(t *testing.T, b *inbox) int {
			before := len(b.caught)
			b.ask(t)
			b.sim.Outbox.Pump(t.Context())
			status := 200
			for _, d := range b.caught[before:] {
				if d.Name == "memberships/created" {
					status = max(status, b.deliver(d))
				}
			}
			return status
		}},
		{"a press on a person's message", func(t *testing.T, b *inbox) int {
			id, err := b.sim.Type(b.pat.User, "look")
			if err != nil {
				t.Fatal(err)
			}
			if err := b.sim.PressRaw(b.pat.User, id, json.RawMessage(`{"rollcall":"1.sync..nonce1"}`)); err != nil {
				t.Fatal(err)
			}
			return b.deliver(b.last(t))
		}},
		{"a press on a message that is gone", func(t *testing.T, b *inbox) int {
			ref := b.ask(t)
			d := b.pressed(t, b.pat.User, ref.ID)
			b.sim.Erase(ref.ID)
			return b.deliver(d)
		}},
		{"a text that is gone", func(t *testing.T, b *inbox) int {
			d := b.typed(t, b.pat.User, "oops")
			for _, m := range b.sim.Messages(0) {
				b.sim.Erase(m.ID)
			}
			return b.deliver(d)
		}},
		{"somebody who is gone", func(t *testing.T, b *inbox) int {
			d := b.typed(t, b.pat.User, "bye")
			b.sim.DeletePerson(b.pat.User)
			return b.deliver(d)
		}},
		{"another bot", func(t *testing.T, b *inbox) int {
			id := b.sim.PutPerson(orgA, webexsim.Person{Name: "Build", Type: webexsim.TypeBot})
			return b.deliver(b.typed(t, id, "hello"))
		}},
		{"a group that the bot joins", func(t *testing.T, b *inbox) int {
			b.sim.Group(b.pat.User, b.col.User)
			return b.deliver(b.last(t))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newInbox(t)
			b.typed(t, b.col.User, "so that there is a webhook")
			b.quiet(t, tt.send(t, b))
		})
	}
}

// Only the exact text of one of our buttons is a press; who builds the request by hand gets no
// further with anything else.
func TestTamperedInputs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, inputs string }{
		{"nothing", `{}`},
		{"no text", `{"rollcall":1}`},
		{"null", `{"rollcall":null}`},
		{"a list", `["1.sync..nonce1"]`},
		{"another version", `{"rollcall":"2.sync..nonce1"}`},
		{"another case", `{"Rollcall":"1.sync..nonce1"}`},
		{"too many parts", `{"rollcall":"1.sync..nonce1.x"}`},
		{"a space", `{"rollcall":" 1.sync..nonce1"}`},
		{"long", `{"rollcall":"1.sync..` + strings.Repeat("n", 65) + `"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newInbox(t)
			if err := b.sim.PressRaw(b.pat.User, b.ask(t).ID, json.RawMessage(tt.inputs)); err != nil {
				t.Fatal(err)
			}
			b.quiet(t, b.deliver(b.last(t)))
		})
	}
}

// A webhook that comes ten times leads to the same event ten times: being done once is the bot's.
func TestWebhookTenTimes(t *testing.T) {
	t.Parallel()
	b := newInbox(t)
	ref := b.ask(t)
	for _, d := range []sim.Delivery{b.pressed(t, b.pat.User, ref.ID), b.typed(t, b.pat.User, "help")} {
		b.sink.took, b.sink.from = nil, nil
		for range 10 {
			if status := b.deliver(d); status != http.StatusOK {
				t.Fatalf("status %d", status)
			}
		}
		for i := range b.sink.took {
			if b.sink.took[i] != b.sink.took[0] || b.sink.from[i] != b.sink.from[0] {
				t.Errorf("first %q from %+v, then %q from %+v", b.sink.took[0], b.sink.from[0], b.sink.took[i], b.sink.from[i])
			}
		}
		if n := b.sink.count(); n != 10 {
			t.Errorf("%d events, want 10", n)
		}
	}
}

// The tenant is the actor's organisation, whatever the webhook says; ids and addresses of another
// change nothing.
func TestOriginIsTheActors(t *testing.T) {
	t.Parallel()
	b := newInbox(t)
	there := b.person(orgB, "Pat") // the same name and address
	b.deliver(b.typed(t, there.User, "help"))
	b.deliver(b.typed(t, b.pat.User, "help"))
	want := []directory.AccountID{there, b.pat}
	for i, from := range b.sink.from {
		if from.Actor != want[i] || from.Workspace != want[i].Workspace || !from.Direct || from.Platform != webex.Name {
			t.Errorf("event %d is from %+v, want %+v", i, from, want[i])
		}
	}
	if len(b.sink.from) != 2 {
		t.Fatalf("%d events, want 2", len(b.sink.from))
	}
	if b.sink.from[0].Conversation == b.sink.from[1].Conversation {
		t.Error("two people have one space")
	}
}

// A person who has moved to another organisation acts from there.
func TestOriginAfterAMove(t *testing.T) {
	t.Parallel()
	b := newInbox(t)
	d := b.typed(t, b.pat.User, "help")
	b.sim.PutPerson(orgB, webexsim.Person{ID: b.pat.User, Name: "Pat", Email: "pat@elsewhere.example"})
	if status := b.deliver(d); status != http.StatusOK || b.sink.count() != 1 {
		t.Fatalf("status %d, %d events", status, b.sink.count())
	}
	if from := b.sink.from[0]; from.Workspace != orgB || from.Actor.Workspace != orgB {
		t.Errorf("from %+v, want organisation B", from)
	}
}

// Whatever is answered to somebody in a group is shown in their own space.
func TestReplyLeavesTheGroup(t *testing.T) {
	t.Parallel()
	b := newInbox(t)
	b.sink.reply = bot.Reply{Card: &ask}
	room := b.sim.Group(b.pat.User, b.col.User)
	if _, err := b.sim.Mention(b.pat.User, room, "", "status"); err != nil {
		t.Fatal(err)
	}
	if status := b.deliver(b.last(t)); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	all := b.messages()
	if len(all) != 1 || !all[0].Alone || all[0].To != b.pat.User || all[0].Conversation == room {
		t.Errorf("the reply is %+v", all)
	}
	if b.sink.from[0].Direct || b.sink.from[0].Conversation != room {
		t.Errorf("said in %+v, want the group", b.sink.from[0])
	}
}

// A failing fetch leaves the webhook undone; a 404 that passes is waited for, once.
func TestFetching(t *testing.T) {
	t.Parallel()
	const refusal = `{"message":"m","trackingId":"T"}`
	fault := func(status int, times int) sim.Rule {
		return sim.Rule{Times: times, Fault: sim.Fault{Name: "f", Status: status, ContentType: "application/json", Body: refusal}}
	}
	for _, tt := range []struct {
		name   string
		rule   sim.Rule
		status int
		events int
	}{
		{"one 404", fault(404, 1), 200, 1},
		{"two 404", fault(404, 2), 200, 0},
		{"404 from in between", sim.Rule{Times: 1, Fault: sim.Fault{Name: "f", Status: 404, Body: "<html>"}}, 503, 0},
		{"forbidden", fault(403, 1), 200, 0},
		{"too many", fault(429, 1), 503, 0},
		{"locked", fault(423, 1), 503, 0},
		{"internal", fault(500, 1), 503, 0},
		{"unauthorized", fault(401, 1), 503, 0},
		{"dropped", sim.Rule{Times: 1, Fault: sim.Fault{Name: "f"}}, 503, 0},
		{"an HTML page", sim.Rule{Times: 1, Fault: sim.Fault{Name: "f", Status: 200, Body: "<html>"}}, 503, 0},
		{"an empty object", sim.Rule{Times: 1, Fault: sim.Fault{Name: "f", Status: 200, ContentType: "application/json", Body: `{}`}}, 200, 0},
	} {
		for _, route := range []string{"GET /attachment/actions/{id}", "GET /messages/{id}", "GET /people/{id}"} {
			t.Run(tt.name+" of "+route, func(t *testing.T) {
				t.Parallel()
				b := newInbox(t)
				d := b.pressed(t, b.pat.User, b.ask(t).ID)
				rule := tt.rule
				rule.Route = route
				b.sim.Faults.Add(rule)
				if got := b.deliver(d); got != tt.status {
					t.Errorf("status %d, want %d", got, tt.status)
				}
				if got := b.sink.count(); got != tt.events {
					t.Errorf("%d events, want %d", got, tt.events)
				}
				b.sim.Faults.Heal()
				if tt.status == 503 {
					if got := b.deliver(d); got != http.StatusOK || b.sink.count() != 1 {
						t.Errorf("delivered again: status %d, %d events", got, b.sink.count())
					}
				}
			})
		}
	}
}

// Before the bot knows who it is, it takes nothing.
func TestUnknownSelf(t *testing.T) {
	t.Parallel()
	b := newInbox(t)
	d := b.typed(t, b.pat.User, "help")
	for _, status := range []int{404, 500} {
		b.sim.Faults.Add(sim.Rule{Route: "GET /people/me", Times: 1, Fault: sim.Fault{
			Name: "me", Status: status, ContentType: "application/json", Body: `{"message":"m"}`,
		}})
		if got := b.deliver(d); got != http.StatusServiceUnavailable {
			t.Errorf("status %d, want 503", got)
		}
	}
	if got := b.deliver(d); got != http.StatusOK || b.sink.count() != 1 {
		t.Errorf("then: status %d, %d events", got, b.sink.count())
	}
}

// While a secret is being replaced both paths take webhooks, each with either secret.
func TestRotation(t *testing.T) {
	t.Parallel()
	b := newInbox(t)
	before := b.typed(t, b.pat.User, "help")
	next := newRotated(t, b)
	report, err := next.CheckWebhooks(t.Context())
	if err != nil || report != (webex.WebhookReport{Created: 3, Deleted: 3}) {
		t.Fatalf("%+v, %v", report, err)
	}
	next.Mount(b.router, b.sink)
	after := b.typed(t, b.pat.User, "help")
	if before.URL == after.URL {
		t.Error("the new webhooks are at the old path")
	}
	for _, d := range []sim.Delivery{before, after} {
		if status := b.deliver(d); status != http.StatusOK {
			t.Errorf("status %d", status)
		}
	}
	if b.sink.count() != 2 {
		t.Errorf("%d events, want 2", b.sink.count())
	}
}

func newRotated(t *testing.T, b *inbox) *webex.Adapter {
	t.Helper()
	config := testConfig(b.clock, &sim.Transport{Handlers: map[string]http.Handler{apiHost: b.sim}})
	config.WebhookSecrets = []directory.Secret{directory.NewSecret("a new secret of more than thirty-two"), directory.NewSecret(secret)}
	adapter, err := webex.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return adapter
}
