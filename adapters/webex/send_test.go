package webex_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/cards"
	"rollcall/sync/directory"
)

const refusal = `{"message":"m","errors":[{"description":"m"}],"trackingId":"T"}`

func face(summary string) cards.Card {
	return cards.Card{Summary: summary, Title: summary, Mark: "mark1"}
}

// standing are the messages of ours that are not deleted, by their summaries, and the last one's id.
func (w *world) standing() (summaries []string, id string) {
	for _, m := range w.messages() {
		if !m.Deleted {
			summary, _, _ := strings.Cut(m.Text, "\n")
			summaries, id = append(summaries, summary), m.ID
		}
	}
	return summaries, id
}

// wantStanding wants one message to stand, with this summary, at this reference.
func (w *world) wantStanding(t *testing.T, want string, ref directory.MessageRef) {
	t.Helper()
	if got, id := w.standing(); len(got) != 1 || got[0] != want || id != ref.ID {
		t.Fatalf("standing are %q, want %q alone, and the reference to name it", got, want)
	}
}

func TestUndeliverable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		spoil func(w *world, who directory.AccountID)
	}{
		{"the organisation blocks bots", func(w *world, _ directory.AccountID) {
			w.sim.AddOrg(webexsim.Org{ID: orgA, BlocksBots: true})
		}},
		{"deleted", func(w *world, who directory.AccountID) { w.sim.DeletePerson(who.User) }},
		{"disabled", func(w *world, who directory.AccountID) {
			w.sim.PutPerson(orgA, webexsim.Person{ID: who.User, Disabled: true})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil, nil, nil)
			pat := w.person(orgA, "Pat")
			tt.spoil(w, pat)
			_, err := w.adapter.Send(t.Context(), instA, pat, face("hello"))
			if !directory.Is(err, directory.Undeliverable) || directory.ReachOf(err) != directory.Disabled {
				t.Errorf("%v, reach %q, want Undeliverable, %q", err, directory.ReachOf(err), directory.Disabled)
			}
			if len(w.messages()) != 0 {
				t.Error("something was sent")
			}
		})
	}
}

// A policy against bots leaves the spaces that exist.
func TestBlockedLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	pat := w.person(orgA, "Pat")
	for range 2 {
		if _, err := w.adapter.Send(t.Context(), instA, pat, face("hello")); err != nil {
			t.Fatal(err)
		}
		w.sim.AddOrg(webexsim.Org{ID: orgA, BlocksBots: true})
	}
}

func TestLocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	w.sim.Faults.Add(sim.Rule{Route: "POST /messages", Fault: sim.Fault{
		Name: "locked", Status: http.StatusLocked, RetryAfter: "12", ContentType: "application/json", Body: refusal,
	}})
	_, err := w.adapter.Send(t.Context(), instA, w.person(orgA, "Pat"), face("hello"))
	if !directory.Is(err, directory.Throttled) || directory.RetryAfter(err) != 12*time.Second {
		t.Errorf("%v, after %v", err, directory.RetryAfter(err))
	}
}

// The simulator's own limit is respected as it says.
func TestThrottledByTheRate(t *testing.T) {
	t.Parallel()
	clock := sim.StoppedClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	s := webexsim.New(webexsim.Config{Clock: clock, BotToken: botToken, BusyPerMinute: 2})
	s.AddOrg(webexsim.Org{ID: orgA})
	pat := directory.AccountID{Platform: webex.Name, Workspace: orgA, User: s.PutPerson(orgA, webexsim.Person{Name: "Pat"})}
	adapter := newAdapter(t, clock, &sim.Transport{Handlers: map[string]http.Handler{apiHost: s}})
	clock.Advance(20 * time.Second)
	for i := range 4 {
		if i == 3 {
			clock.Advance(61 * time.Second)
		}
		_, err := adapter.Send(t.Context(), instA, pat, face("hello"))
		if i != 2 && err != nil {
			t.Errorf("post %d: %v", i+1, err)
		}
		if i == 2 && (!directory.Is(err, directory.Throttled) || directory.RetryAfter(err) != 61*time.Second) {
			t.Errorf("post %d: %v, after %v", i+1, err, directory.RetryAfter(err))
		}
	}
}

// Where cards are not edited the card moves, and nothing on the way loses it or doubles it.
func TestReplacing(t *testing.T) {
	t.Parallel()
	post, remove := "POST /messages", "DELETE /messages/{id}"
	json := func(route string, status int, after bool) sim.Rule {
		return sim.Rule{Route: route, Times: 1, Fault: sim.Fault{Name: "f", Status: status, ContentType: "application/json", Body: refusal, After: after}}
	}
	for _, tt := range []struct {
		name  string
		rule  sim.Rule
		code  directory.Code // of the first edit
		after int            // how many messages stand then
	}{
		{"throttled post", json(post, 429, false), directory.Throttled, 1},
		{"refused post", json(post, 400, false), directory.Invalid, 1},
		{"blocked post", json(post, 403, false), directory.Undeliverable, 1},
		{"lost post", json(post, 500, false), directory.Uncertain, 1},
		{"lost answer of the post", json(post, 500, true), directory.Uncertain, 2},
		{"throttled deletion", json(remove, 429, false), directory.Uncertain, 2},
		{"lost deletion", json(remove, 500, false), directory.Uncertain, 2},
		{"lost answer of the deletion", json(remove, 500, true), directory.Uncertain, 1},
		{"look that fails", json("GET /messages/direct", 500, false), directory.Unavailable, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil, nil, nil)
			w.sim.RefuseCardEdits(true)
			pat := w.person(orgA, "Pat")
			ref, err := w.adapter.Send(t.Context(), instA, pat, face("ask"))
			if err != nil {
				t.Fatal(err)
			}
			w.sim.Faults.Add(tt.rule)
			if _, err := w.adapter.Edit(t.Context(), instA, pat, ref, face("done")); !directory.Is(err, tt.code) {
				t.Errorf("%v, want %v", err, tt.code)
			}
			if got, _ := w.standing(); len(got) != tt.after {
				t.Errorf("standing are %q, want %d", got, tt.after)
			}
			accepted := len(w.messages())
			again, err := w.adapter.Edit(t.Context(), instA, pat, ref, face("done"))
			if err != nil {
				t.Fatal(err)
			}
			w.wantStanding(t, "done", again)
			if accepted == 2 && len(w.messages()) != 2 {
				t.Error("the card was posted twice")
			}
			// And the reference that came back is good.
			if again, err = w.adapter.Edit(t.Context(), instA, pat, again, face("over")); err != nil {
				t.Fatal(err)
			}
			w.wantStanding(t, "over", again)
		})
	}
}

// A later face reaches the message that an interrupted edit left.
func TestReplacingWithAnotherFace(t *testing.T) {
	t.Parallel()
	for _, edits := range []bool{false, true} {
		w := newWorld(t, nil, nil, nil)
		w.sim.RefuseCardEdits(true)
		pat := w.person(orgA, "Pat")
		ref, err := w.adapter.Send(t.Context(), instA, pat, face("ask"))
		if err != nil {
			t.Fatal(err)
		}
		w.sim.Faults.Add(sim.Rule{Route: "POST /messages", Times: 1, Fault: sim.Fault{Name: "f", Status: 502, After: true}})
		if _, err := w.adapter.Edit(t.Context(), instA, pat, ref, face("done")); !directory.Is(err, directory.Uncertain) {
			t.Fatalf("%v, want Uncertain", err)
		}
		w.sim.Erase(ref.ID) // so that the reference leads nowhere
		w.sim.RefuseCardEdits(!edits)
		if ref, err = w.adapter.Edit(t.Context(), instA, pat, ref, face("withdrawn")); err != nil {
			t.Fatal(err)
		}
		w.wantStanding(t, "withdrawn", ref)
	}
}

// The same edit twice, where cards are not edited, moves the card once.
func TestReplacingTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	w.sim.RefuseCardEdits(true)
	pat := w.person(orgA, "Pat")
	ref, err := w.adapter.Send(t.Context(), instA, pat, face("ask"))
	for range 3 {
		if err == nil {
			ref, err = w.adapter.Edit(t.Context(), instA, pat, ref, face("done"))
		}
	}
	if err != nil || len(w.messages()) != 2 {
		t.Errorf("%d messages, %v", len(w.messages()), err)
	}
}

// A message that can't be deleted stays, and the new one counts.
func TestReplacedMessageThatStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	w.sim.RefuseCardEdits(true)
	pat := w.person(orgA, "Pat")
	ref, err := w.adapter.Send(t.Context(), instA, pat, face("ask"))
	if err != nil {
		t.Fatal(err)
	}
	w.sim.Faults.Add(sim.Rule{Route: "DELETE /messages/{id}", Fault: sim.Fault{Name: "f", Status: 403, ContentType: "application/json", Body: refusal}})
	for _, summary := range []string{"done", "over"} {
		if ref, err = w.adapter.Edit(t.Context(), instA, pat, ref, face(summary)); err != nil {
			t.Fatal(err)
		}
	}
	if m := w.messages(); m[len(m)-1].ID != ref.ID || !strings.HasPrefix(m[len(m)-1].Text, "over") {
		t.Errorf("the reference names another message than the last")
	}
}

func TestEditRefusesStrangeReferences(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	pat := w.person(orgA, "Pat")
	for _, ref := range []directory.MessageRef{{}, {ID: "abc"}, {Conversation: "room"}, {Conversation: "room", ID: "../people/me"}, {Conversation: "room", ID: "a?b"}} {
		if _, err := w.adapter.Edit(t.Context(), instA, pat, ref, face("x")); !directory.Is(err, directory.Invalid) {
			t.Errorf("%+v: %v, want Invalid", ref, err)
		}
	}
	if n := w.sim.Calls.Len(); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// A text that would be too long beside the card is cut to the summary.
func TestLongText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil, nil)
	card := face(strings.Repeat("s", 300))
	card.Body = []cards.Block{cards.Say(strings.Repeat("b", 7000))}
	if _, err := w.adapter.Send(t.Context(), instA, w.person(orgA, "Pat"), card); err != nil {
		t.Fatal(err)
	}
	if m := w.messages()[0]; m.Text != card.Summary {
		t.Errorf("a text of %d bytes", len(m.Text))
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	clock := sim.StoppedClock(time.Now())
	if err := testConfig(clock, nil).Validate(); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
	for _, tt := range []struct {
		name     string
		spoil    func(*webex.Config)
		problems int
	}{
		{"nothing at all", func(c *webex.Config) { *c = webex.Config{} }, 5},
		{"public", func(c *webex.Config) { c.Cloud = webex.Public() }, 0},
		{"a cloud without https", func(c *webex.Config) { c.Cloud = webex.Loopback("http://127.0.0.1:1", nil) }, 1},
		{"short secrets", func(c *webex.Config) {
			c.WebhookSecrets = []directory.Secret{directory.NewSecret("short"), directory.NewSecret("shorter")}
		}, 2},
		{"three secrets", func(c *webex.Config) {
			c.WebhookSecrets = []directory.Secret{c.WebhookSecrets[0], c.WebhookSecrets[0], c.WebhookSecrets[0]}
		}, 1},
		{"a public URL with a path", func(c *webex.Config) { c.PublicURL = "https://a.example/b" }, 1},
		{"a public URL with a slash at the end", func(c *webex.Config) { c.PublicURL = "https://a.example/" }, 0},
		{"a public URL with a user part", func(c *webex.Config) { c.PublicURL = "https://a:b@a.example" }, 1},
		{"a public URL without https", func(c *webex.Config) { c.PublicURL = "http://a.example" }, 1},
		{"http on loopback", func(c *webex.Config) { c.PublicURL = "http://127.0.0.1:8080" }, 0},
		{"http on loopback, in the public cloud", func(c *webex.Config) { c.Cloud, c.PublicURL = webex.Public(), "http://127.0.0.1:8080" }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config := testConfig(clock, nil)
			tt.spoil(&config)
			var joined interface{ Unwrap() []error }
			got := 0
			err := config.Validate()
			if errors.As(err, &joined) {
				got = len(joined.Unwrap())
			}
			if got != tt.problems {
				t.Errorf("%d problems, want %d: %v", got, tt.problems, err)
			}
			if _, newErr := webex.New(config); (newErr == nil) != (err == nil) {
				t.Errorf("New says %v", newErr)
			}
		})
	}
}
