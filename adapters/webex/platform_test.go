package webex_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/bot"
	"rollcall/bot/bottest"
	"rollcall/sync/directory"
)

// The organisations of the tests.
const (
	orgA = "aaaaaaaa-0000-4000-8000-00000000000a"
	orgB = "bbbbbbbb-0000-4000-8000-00000000000b"
	orgC = "cccccccc-0000-4000-8000-00000000000c"
)

const (
	apiHost   = "webex.sim"
	publicURL = "https://rollcall.example"
	botToken  = "bot-token"
	secret    = "a secret of more than thirty-two bytes"
)

var (
	instA = directory.Installation{Tenant: "a", Platform: webex.Name, Workspace: orgA, Generation: 1}
	instB = directory.Installation{Tenant: "b", Platform: webex.Name, Workspace: orgB, Generation: 1}
)

// world is an adapter in front of a simulator with three organisations.
type world struct {
	sim     *webexsim.Sim
	clock   *sim.Clock
	adapter *webex.Adapter
	router  *mux.Router
}

// newWorld makes one. Webhooks go through client; nil: straight to the adapter.
func newWorld(t testing.TB, sink bot.Sink, client *http.Client, outbound func(http.RoundTripper) http.RoundTripper) *world {
	t.Helper()
	w := &world{clock: sim.StoppedClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)), router: mux.NewRouter()}
	if client == nil {
		client = &http.Client{Transport: &sim.Transport{Handlers: map[string]http.Handler{"rollcall.example": w.router}}}
	}
	w.sim = webexsim.New(webexsim.Config{Clock: w.clock, BotToken: botToken, Client: client, MaxPage: 3})
	for _, o := range []string{orgA, orgB, orgC} {
		w.sim.AddOrg(webexsim.Org{ID: o, Name: o, AdminToken: "admin of " + o})
	}
	var transport http.RoundTripper = &sim.Transport{Handlers: map[string]http.Handler{apiHost: w.sim}}
	if outbound != nil {
		transport = outbound(transport)
	}
	w.adapter = newAdapter(t, w.clock, transport)
	w.adapter.Mount(w.router, sink)
	return w
}

func newAdapter(t testing.TB, clock *sim.Clock, transport http.RoundTripper) *webex.Adapter {
	t.Helper()
	adapter, err := webex.New(testConfig(clock, transport))
	if err != nil {
		t.Fatal(err)
	}
	return adapter
}

func testConfig(clock *sim.Clock, transport http.RoundTripper) webex.Config {
	return webex.Config{
		Cloud:          webex.Loopback("https://"+apiHost, nil),
		BotToken:       directory.NewSecret(botToken),
		WebhookSecrets: []directory.Secret{directory.NewSecret(secret)},
		PublicURL:      publicURL,
		Admin: func(_ context.Context, inst directory.Installation) (directory.Secret, error) {
			return directory.NewSecret("admin of " + string(inst.Workspace)), nil
		},
		Now:       clock.Now,
		Transport: transport,
	}
}

func (w *world) person(org, name string) directory.AccountID {
	id := w.sim.PutPerson(org, webexsim.Person{Name: name, Email: strings.ToLower(name) + "@company.example"})
	return directory.AccountID{Platform: webex.Name, Workspace: directory.Workspace(org), User: id}
}

// hook makes the webhooks, after spaces were opened that are not to be announced. Another process
// does it, so that the calls of the adapter under test are only those that are tested.
func (w *world) hook(t testing.TB) {
	t.Helper()
	other := newAdapter(t, w.clock, &sim.Transport{Handlers: map[string]http.Handler{apiHost: w.sim}})
	report, err := other.CheckWebhooks(t.Context())
	if err != nil || report.Created != 3 {
		t.Fatalf("webhooks: %+v, %v", report, err)
	}
}

// button is the place of the button that carries a press.
func (w *world) button(t testing.TB, messageID, press string) int {
	t.Helper()
	for _, m := range w.sim.Messages(0) {
		if m.ID != messageID {
			continue
		}
		var card struct {
			Actions []struct{ Data map[string]any }
		}
		if err := json.Unmarshal(m.Card, &card); err != nil {
			t.Fatal(err)
		}
		for i, action := range card.Actions {
			for _, value := range action.Data {
				if value == press {
					return i
				}
			}
		}
	}
	t.Fatalf("no button carries that press")
	return 0
}

func TestPlatform(t *testing.T) { bottest.RunPlatform(t, newHarness) }

// The exam also holds where Webex does as it documents and edits no message with a card.
func TestPlatformThatRefusesEdits(t *testing.T) {
	bottest.RunPlatform(t, func(t *testing.T, wire *bottest.Wire, sink bot.Sink) *bottest.Harness {
		h, w := harness(t, wire, sink)
		w.sim.RefuseCardEdits(true)
		h.Exempt["limits/as many edits as stated, and more"] = "every edit moves the message here"
		return h
	})
}

func newHarness(t *testing.T, wire *bottest.Wire, sink bot.Sink) *bottest.Harness {
	h, _ := harness(t, wire, sink)
	return h
}

func harness(t *testing.T, wire *bottest.Wire, sink bot.Sink) (*bottest.Harness, *world) {
	w := newWorld(t, sink, wire.Client(), wire.Outbound)
	wire.Mount(w.router)
	h := &bottest.Harness{
		Platform: w.adapter, Installation: instA, Other: instB,
		Person: w.person(orgA, "Pat"), Colleague: w.person(orgA, "Col"), OtherPerson: w.person(orgB, "Pat"),
		Stranger: w.person(orgC, "Stranger"), Blocked: w.person(orgA, "Blocked"),
		Advance: w.clock.Advance, Now: w.clock.Now,
		Revoke: func() { w.sim.SetBotToken("another one") },
		Erase:  func(_ directory.Installation, ref directory.MessageRef) { w.sim.Erase(ref.ID) },
		Sign: func(header http.Header, body []byte, _ time.Time) {
			header.Set("X-Spark-Signature", webexsim.Sign(secret, body))
		},
		Signature: "X-Spark-Signature",
		BodyLimit: 256 << 10,
		Exempt: map[string]string{
			"refuse/stale":           "Webex signs no time",
			"refuse/from the future": "Webex signs no time",
			"refuse/replayed later":  "Webex signs no time: the same event has the same id, and a press its nonce",
		},
	}
	w.sim.DeletePerson(h.Blocked.User)
	// The first message of a person opens the space too, which is an event of its own.
	for _, who := range []directory.AccountID{h.Person, h.OtherPerson} {
		if _, err := w.sim.Open(who.User); err != nil {
			t.Fatal(err)
		}
	}
	w.hook(t)
	h.Messages = w.messages
	h.Fail = w.fail
	h.Act = w.act
	return h, w
}

func (w *world) messages() []bottest.Message {
	var all []bottest.Message
	for _, m := range w.sim.Messages(0) {
		if m.FromApp {
			all = append(all, bottest.Message{
				Workspace: directory.Workspace(m.Workspace), Conversation: m.Conversation, ID: m.ID, To: m.To, Text: m.Text,
				Card: string(m.Card), Edits: m.Edits, Deleted: m.Deleted, Alone: m.Direct,
			})
		}
	}
	return all
}

func (w *world) fail(call bottest.Call, fault bottest.Fault) {
	route := map[bottest.Call]string{
		bottest.Posting: "POST /messages", bottest.Editing: "PUT /messages/{id}", bottest.Reading: "GET /messages/direct",
	}[call]
	w.sim.Faults.Add(sim.Rule{Route: route, Times: 1, Fault: sim.Fault{
		Name: route, Status: fault.Status, RetryAfter: fault.RetryAfter, ContentType: fault.ContentType,
		Body: fault.Body, After: fault.After,
	}})
}

func (w *world) act(t *testing.T, act bottest.Act) {
	t.Helper()
	var err error
	switch act.Kind {
	case bottest.Push:
		press, encodeErr := act.Press.Encode()
		if encodeErr != nil {
			t.Fatal(encodeErr)
		}
		err = w.sim.Press(act.By.User, act.Message.ID, w.button(t, act.Message.ID, press))
	case bottest.Say:
		_, err = w.sim.Type(act.By.User, act.Text)
	case bottest.Meet:
		_, err = w.sim.Open(act.By.User)
	}
	if err != nil {
		t.Fatalf("%s: %v", act.Kind, err)
	}
	w.sim.Outbox.Pump(t.Context())
}
