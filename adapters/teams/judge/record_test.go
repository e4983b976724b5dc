// Package judge_test has the adapter and its simulator talk over TLS on this machine, through everything
// that either can say. judge.mjs runs it, and gives what was said to Microsoft's own SDK.
package judge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/teams"
	"rollcall/adapters/teams/teamssim"
	"rollcall/bot"
	"rollcall/cards/adaptive"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// TestRecord goes through all acts of the simulator and all calls of the adapter. Nobody may be refused
// but where that is the point. Where ROLLCALL_ACTIVITIES names a file, what was said is written there.
func TestRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	t.Run("installs", w.installs)
	t.Run("messages", w.messages)
	t.Run("cards", w.cards)
	t.Run("fallbacks", w.fallbacks)
	t.Run("first messages", w.firstMessages)
	t.Run("groups", w.groups)
	t.Run("refreshes", w.refreshes)
	t.Run("duplicates", w.duplicates)
	t.Run("departures", w.departures)
	w.product.Close()
	w.platform.Close()
	if complaints := w.sim.Complaints(); len(complaints) > 0 {
		t.Errorf("Teams would complain: %q", complaints)
	}
	for _, s := range w.tape.all() {
		refusable := strings.HasSuffix(s.Path, "/v3/conversations") // to ask whether somebody has the app
		if s.Status > 299 && !(refusable && s.Status == http.StatusForbidden) {
			t.Errorf("%s %s was answered with status %d: %s", s.Method, s.Path, s.Status, s.Body)
		}
	}
	if file := os.Getenv("ROLLCALL_ACTIVITIES"); file != "" {
		w.tape.write(t, file)
	}
}

func (w *world) installs(t *testing.T) {
	for _, how := range []teamssim.Announcing{
		{},
		{ConversationFirst: true},
		{Twice: true},
		{Upgrade: true},
		{Only: teamssim.OnlyInstallation},
		{Only: teamssim.OnlyConversation},
	} {
		must(t, w.sim.InstallAs(tenantA, ann, how))
		w.pump(t)
	}
	for _, user := range []string{bob, cyd} {
		must(t, w.sim.Install(tenantA, user))
	}
	must(t, w.sim.Install(tenantB, guv))
	w.sim.PumpTogether(t.Context())
}

func (w *world) messages(t *testing.T) {
	for _, user := range []string{ann, bob, cyd} {
		for _, text := range []string{"help", "two\nlines", "<b>&amp;</b> [a](https://a.example) {{DATE(x)}}", "مرحبا", "👩🏽‍🚀", strings.Repeat("long ", 2000)} {
			done(t, w.sim.Say, tenantA, user, text)
		}
	}
	done(t, w.sim.Say, tenantB, guv, "help")
	w.pump(t)
	w.sink.answer(bot.Reply{Card: new(catalog.Help(catalog.Reader{}))})
	done(t, w.sim.Say, tenantA, ann, "help")
	w.pump(t)
}

// cards sends every card of the catalogue, presses each of its buttons, and puts it in the place of another.
func (w *world) cards(t *testing.T) {
	samples := catalog.Samples()
	to := w.a.Account(ann)
	for i, sample := range samples {
		next := samples[(i+1)%len(samples)].Card
		ref, err := w.adapter.Send(t.Context(), w.a, to, sample.Card)
		must(t, err)
		for b, action := range sample.Card.Actions {
			if action.URL != "" {
				continue // it opens a page, and nobody hears of it
			}
			w.sink.answer([]bot.Reply{{}, {Word: "Done"}, {Card: &next, Word: "Done"}}[b%3])
			must(t, w.sim.Press(tenantA, ann, ref.Conversation, ref.ID, fmt.Sprint(b)))
			w.pump(t)
			must(t, w.sim.Look(tenantA, ann, ref.Conversation, ref.ID))
		}
		_, err = w.adapter.Edit(t.Context(), w.a, to, ref, next)
		must(t, err)
	}
}

// fallbacks is the same in a client that knows no Action.Execute.
func (w *world) fallbacks(t *testing.T) {
	for _, sample := range catalog.Samples() {
		ref, err := w.adapter.Send(t.Context(), w.a, w.a.Account(bob), sample.Card)
		must(t, err)
		for b, action := range sample.Card.Actions {
			if action.URL != "" {
				continue // it opens a page, and nobody hears of it
			}
			w.sink.answer(bot.Reply{Card: &sample.Card})
			must(t, w.sim.Press(tenantA, bob, ref.Conversation, ref.ID, fmt.Sprint(b)))
			w.pump(t)
		}
	}
}

// firstMessages are to people who were never heard of: one has the app, one gets it, and one is in the
// GCC, whose connector is another.
func (w *world) firstMessages(t *testing.T) {
	card := catalog.Samples()[0].Card
	must(t, w.sim.InstallAs(tenantA, dan, teamssim.Announcing{Silent: true}))
	must(t, w.sim.InstallAs(tenantB, gil, teamssim.Announcing{Silent: true}))
	for _, to := range []directory.AccountID{w.a.Account(dan), w.b.Account(gil), w.b.Account(guv)} {
		inst := w.a
		if to.Workspace == w.b.Workspace {
			inst = w.b
		}
		_, err := w.adapter.Send(t.Context(), inst, to, card)
		must(t, err)
	}
	// The app is installed for her, which takes a moment.
	if _, err := w.adapter.Send(t.Context(), w.a, w.a.Account(zoe), card); !directory.Is(err, directory.Unavailable) {
		t.Fatalf("somebody without the app was written to: %v", err)
	}
	w.pump(t)
	_, err := w.adapter.Send(t.Context(), w.a, w.a.Account(zoe), card)
	must(t, err)
}

// groups have somebody of another tenant in them, who presses what somebody forwards.
func (w *world) groups(t *testing.T) {
	anns, eves := teamssim.Member{Tenant: tenantA, User: ann}, teamssim.Member{Tenant: tenantC, User: eve}
	group, err := w.sim.Group(anns, eves)
	must(t, err)
	for _, by := range []teamssim.Member{anns, eves} {
		done(t, w.sim.Mention, by, group, "help <me> & others")
	}
	ref, err := w.adapter.Send(t.Context(), w.a, w.a.Account(ann), catalog.Samples()[0].Card)
	must(t, err)
	copied, err := w.sim.Forward(anns, ref.Conversation, ref.ID, group)
	must(t, err)
	w.sink.answer(bot.Reply{Word: "Not yours"})
	must(t, w.sim.Press(tenantC, eve, group, copied, "0"))
	w.pump(t)
}

// refreshes are invokes that nobody pressed. The adapter asks for none, so the card is another bot's.
func (w *world) refreshes(t *testing.T) {
	text, err := adaptive.Teams.Render(catalog.Samples()[0].Card)
	must(t, err)
	var card map[string]any
	must(t, json.Unmarshal(text, &card))
	card["refresh"] = map[string]any{"action": map[string]any{"type": "Action.Execute", "title": "Refresh", "verb": "refresh", "data": map[string]any{}}}
	chat := w.sim.Conversation(tenantA, ann)
	answer := w.direct(t, "/teams/v3/conversations/"+url.PathEscape(chat)+"/activities", encoded(t, map[string]any{
		"type": "message", "attachments": []any{map[string]any{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}},
	}))
	w.clock.Advance(refreshAge)
	must(t, w.sim.Look(tenantA, ann, chat, answer["id"].(string)))
	w.pump(t)
}

// duplicates are activities that Teams delivers again, and presses that come twice.
func (w *world) duplicates(t *testing.T) {
	ref, err := w.adapter.Send(t.Context(), w.a, w.a.Account(ann), catalog.Samples()[0].Card)
	must(t, err)
	press, err := w.sim.Payload(tenantA, ann, ref.Conversation, ref.ID, "0")
	must(t, err)
	must(t, w.sim.SendRaw(press))
	must(t, w.sim.SendRaw(press))
	done(t, w.sim.Say, tenantA, ann, "help")
	w.sim.Outbox.Rearrange(func(due []sim.Delivery) []sim.Delivery { return append(slices.Clone(due), due...) })
	w.pump(t)
	w.sim.Outbox.Rearrange(nil)
}

func (w *world) departures(t *testing.T) {
	for _, how := range []teamssim.Announcing{{}, {ConversationFirst: true, Twice: true}, {Upgrade: true}} {
		must(t, w.sim.Install(tenantA, ann))
		must(t, w.sim.UninstallAs(tenantA, ann, how))
		w.pump(t)
	}
	must(t, w.sim.DeleteUser(tenantA, cyd))
	w.pump(t)
}

// direct asks the simulator for something as another program with the bot's secret would.
func (w *world) direct(t *testing.T, path string, body []byte) map[string]any {
	t.Helper()
	post := func(path, kind, token string, body io.Reader) map[string]any {
		r := httptest.NewRequest(http.MethodPost, "https://teams.test"+path, body)
		r.Header.Set("Content-Type", kind)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		answer := httptest.NewRecorder()
		w.sim.ServeHTTP(answer, r)
		var out map[string]any
		if err := json.Unmarshal(answer.Body.Bytes(), &out); err != nil || answer.Code > 299 {
			t.Fatalf("%s: status %d: %s", path, answer.Code, answer.Body)
		}
		return out
	}
	login := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {appSecret}, "scope": {"https://api.botframework.com/.default"},
	}
	token := post("/"+homeTenant+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", "", strings.NewReader(login.Encode()))
	return post(path, "application/json; charset=utf-8", token["access_token"].(string), bytes.NewReader(body))
}

// installer installs the app as Graph would.
type installer struct{ sim *teamssim.Sim }

var _ teams.Installer = installer{}

func (i installer) InstallApp(_ context.Context, inst directory.Installation, user string) (bool, error) {
	return true, i.sim.Install(string(inst.Workspace), user)
}

// sink takes everything and answers what it was told to, once.
type sink struct {
	mu    sync.Mutex
	reply bot.Reply
}

var _ bot.Sink = (*sink)(nil)

func (s *sink) answer(reply bot.Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reply = reply
}

func (s *sink) Accept(context.Context, directory.Origin, bot.Event) (bot.Reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	reply := s.reply
	s.reply = bot.Reply{}
	return reply, nil
}
