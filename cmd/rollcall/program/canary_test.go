package program

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/csv"
	"rollcall/adapters/sim"
	"rollcall/adapters/slack/slacksim"
	"rollcall/adapters/webex/webexsim"
	"rollcall/cards"
	"rollcall/sync/directory"
)

// A story in which all that can go wrong does, told twice at the level debug: nothing that was
// logged, answered, or stands in an error or in the trail has a secret, a name or an address in it.
// People are there by their ids only.
func TestNobodyAndNoSecretIsEverLogged(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 2)
			w.config.Log.Format = format
			w.troubles()
			w.start()
			refusals := w.tell()
			trail := w.trail()
			seen := w.breakDown()
			seen["the directory's errors"], seen["the trail"] = strings.Join(refusals, "\n"), trail
			seen["the log"] = w.log.String()
			seen["answers"] = strings.Join(w.wire.answers, "\n")
			for _, needle := range []string{"a request was not signed", "a read failed", "outside", "outcome", "the webhooks could not be checked", "a step failed"} {
				if !strings.Contains(seen["the log"], needle) {
					t.Errorf("the log does not say %q: the story was not told", needle)
				}
			}
			for _, canary := range w.canaries() {
				for where, text := range seen {
					if i := strings.Index(strings.ToLower(text), strings.ToLower(canary)); i >= 0 {
						t.Errorf("%s has %q: …%s", where, canary, text[max(0, i-200):min(len(text), i+100)])
					}
				}
			}
		})
	}
}

// leaking is what a platform, or something in front of it, might answer: all of it about people.
var leaking = `{"ok":false,"message":"Ann ` + family + ` <ann@` + domain + `>","error":"Ann ` + family + `","errors":[{"description":"Bearer ` + webexToken + `"}]}`

// troubles are the platforms' faults from the start.
func (w *world) troubles() {
	for _, fault := range []struct {
		faults *sim.Faults
		rule   sim.Rule
	}{
		{&w.slack.Faults, sim.Rule{Route: "users.list", Times: 1, Fault: sim.Fault{Status: 500, Body: leaking}}},
		{&w.slack.Faults, sim.Rule{Route: "users.list", Times: 1, Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: leaking}}},
		{&w.slack.Faults, sim.Rule{Route: "users.lookupByEmail", Times: 1, Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: leaking}}},
		{&w.slack.Faults, sim.Rule{Route: "chat.postMessage", Times: 1, Fault: sim.Fault{Status: 403, Body: leaking}}},
		{&w.slack.Faults, sim.Rule{Route: "chat.update", Times: 1, Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: leaking}}},
		{&w.slack.Faults, sim.Rule{Route: "response_url", Fault: sim.Fault{Status: 404, Body: leaking}}},
		{&w.webex.Faults, sim.Rule{Route: "GET /people", Times: 1, Fault: sim.Fault{Status: 400, ContentType: "application/json", Body: leaking}}},
		{&w.webex.Faults, sim.Rule{Route: "POST /messages", Times: 1, Fault: sim.Fault{After: true}}},
		{&w.webex.Faults, sim.Rule{Route: "PUT /messages/{id}", Times: 1, Fault: sim.Fault{Status: 409, ContentType: "application/json", Body: leaking}}},
		{&w.webex.Faults, sim.Rule{Route: "POST /webhooks", Times: 1, Fault: sim.Fault{Status: 429, RetryAfter: "1", ContentType: "application/json", Body: leaking}}},
	} {
		fault.faults.Add(fault.rule)
	}
}

// tell pairs people in both tenants, in spite of everything, and of everybody. It answers what the
// directory refused.
func (w *world) tell() (refusals []string) {
	w.Helper()
	w.until("the webhooks are made", func() bool { return w.webexCalls("POST /webhooks", 200) == 3 })
	for _, tenant := range []string{"acme", "globex"} {
		for _, person := range []string{"ann", "bob"} {
			l := w.await(tenant, person, directory.Asking)
			w.press(l.Account, directory.VerbSync, "")
			l = w.await(tenant, person, directory.Proving)
			w.press(l.Counterpart, directory.VerbPick, l.Proof.Number)
			w.await(tenant, person, directory.Linked)
		}
	}
	w.meddle()
	refusals = w.mistake()
	w.revoke()
	return refusals
}

// meddle sends what strangers send, and what colleagues do.
func (w *world) meddle() {
	w.Helper()
	webex := w.webexPath()
	body := leaking + signingSecret
	for _, path := range []string{"/slack/events", "/slack/commands", "/slack/interactions", webex} {
		w.send(request{path: path, header: http.Header{}, body: []byte(body)})
		signed := http.Header{"X-Spark-Signature": {webexsim.Sign(webhookSecret, []byte(body))}, "Authorization": {"Bearer " + webexToken}}
		slacksim.Sign(signed, signingSecret, []byte(body), w.clock.Now())
		w.send(request{path: path, header: signed, body: []byte(body)})
	}
	_ = w.slack.Type("T0001", "U0", "I am Ann "+family)
	_ = w.slack.Command("T0001", "U0", "find ann@"+domain)
	w.webex.Faults.Add(sim.Rule{Route: "GET /people/{id}", Times: 1, Fault: sim.Fault{Status: 200, ContentType: "application/json", Body: leaking + leaking}})
	_, _ = w.webex.Type(webexOf(0, 0), "ann@"+domain)
	_, _ = w.webex.Type(webexOf(0, 0), "help")
	cleo := w.await("acme", "cleo", directory.Asking)
	m, place := w.prompt(cleo.Account, directory.VerbSync, "")
	_ = w.slack.Press("T0001", "U0", m.Conversation, m.ID, fmt.Sprint(place))
	payload := must(w.slack.Payload("T0001", "U0", m.Conversation, m.ID, "0"))(w.T)
	payload["actions"] = []any{map[string]any{"type": "button", "action_id": "a", "block_id": "b", "value": "1." + family + "." + family + "." + family}}
	w.slack.PressRaw(payload)
	payload["response_url"] = "https://elsewhere.example/" + family
	w.slack.PressRaw(payload)
	w.until("everything was delivered", func() bool { return w.slack.Outbox.Len()+w.webex.Outbox.Len() == 0 })
}

// mistake spoils the directory's file in the ways that people do.
func (w *world) mistake() (refusals []string) {
	w.Helper()
	source, _ := w.main.source("acme", "staff")
	path := filepath.Join(w.dir, "acme.csv")
	whole := string(must(os.ReadFile(path))(w.T))
	for _, spoiled := range []string{
		strings.Replace(whole, "bob,", "ann,", 1), // an id twice
		strings.Replace(whole, "ann@"+domain, `"ann@`+domain, 1),
		strings.Replace(whole, "Ann "+family, "Ann "+family+","+family, 1),
		strings.Replace(whole, "ann@"+domain, "ann@"+domain+"@"+domain, 1),
		strings.Replace(whole, "id,name", family+",name", 1),
		strings.Replace(whole, ",active", ","+family, 1),
		whole[:len(whole)/2], "",
	} {
		write(w.T, path+".new", spoiled)
		if err := os.Rename(path+".new", path); err != nil {
			w.Fatal(err)
		}
		if _, err := source.Page(w.Context(), "acme", "slack-first", ""); err != nil {
			refusals = append(refusals, err.Error())
		}
	}
	if len(refusals) < 7 {
		w.Errorf("the directory's file was refused only for: %q", refusals)
	}
	w.until("the program notices", func() bool { return strings.Contains(w.log.String(), "the file is empty") })
	write(w.T, path, whole)
	w.edit("acme", func(s *csv.Sheet) { s.People[0].Groups = nil })
	w.await("acme", "ann", directory.Suspended)
	return refusals
}

// revoke takes the program's tokens away.
func (w *world) revoke() {
	w.Helper()
	w.slack.Uninstall("T0001")
	w.webex.AddOrg(webexsim.Org{ID: orgOf(0), Name: "Canaryorg", AdminToken: adminTokens + "new"})
	w.webex.SetBotToken(webexToken + "-new")
	w.edit("acme", func(s *csv.Sheet) { s.People[3].Groups = []string{"slack-first"} })
	failed := func() int { return strings.Count(w.log.String(), "unauthorized") }
	before := failed()
	w.until("the program hears of it", func() bool {
		w.clock.Advance(time.Hour)
		w.main.Engine.Wake()
		return failed() > before+1 && w.slack.Outbox.Len() == 0
	})
}

// trail is what the store says has happened, and why.
func (w *world) trail() string {
	w.Helper()
	var b strings.Builder
	for tenant := range w.config.Tenants {
		entries := must(w.main.Store.Trail(w.Context(), directory.TenantID(tenant), directory.TrailQuery{Limit: 10_000}))(w.T)
		b.Write(must(json.Marshal(entries))(w.T))
		for _, r := range must(w.main.Store.Readings(w.Context(), directory.TenantID(tenant)))(w.T) {
			b.WriteString(r.Trouble + "\n")
		}
	}
	return b.String()
}

// breakDown takes the store away, asks once more, and says which errors a new start has.
func (w *world) breakDown() map[string]string {
	w.Helper()
	_, second := New(w.Context(), w.config, w.options())
	if err := w.main.Store.Close(); err != nil {
		w.Fatal(err)
	}
	form := url.Values{"team_id": {"T0001"}, "user_id": {"U0"}, "user_name": {family}, "trigger_id": {"1"}, "channel_id": {"D1"}, "command": {"/rollcall"}, "text": {"ann@" + domain}}.Encode()
	h := request{path: "/slack/commands", header: http.Header{}, body: []byte(form), sign: signSlack}
	w.send(h.signed(h.body, w.clock.Now()))
	w.until("a step fails", func() bool {
		w.main.Engine.Wake()
		return strings.Contains(w.log.String(), "a step failed")
	})
	w.stop()
	w.change("acme", func(t *TenantConfig) { t.Webex.Organisation = "" })
	w.change("globex", func(t *TenantConfig) { t.Slack.Workspace = "T0001" })
	m, third := New(w.Context(), w.config, w.options())
	if second == nil || third == nil {
		m.Close()
		w.Fatalf("started: %v, %v", second, third)
	}
	return map[string]string{"a second start": second.Error(), "a wrong start": third.Error()}
}

// canaries are all that must not be seen: what the world was made with, and what it has made since.
func (w *world) canaries() []string {
	all := []string{
		signingSecret, webexToken, webhookSecret, slackTokens, adminTokens, family, domain,
		"Canaryteam", "Canaryorg", "Canarytenant", "Canarygroup", "/hooks/", "elsewhere.example",
	}
	w.wire.mu.Lock()
	all = append(all, w.wire.signatures...)
	for _, path := range w.wire.paths {
		if secret, ok := strings.CutPrefix(path, "/webex/webhook/"); ok {
			all = append(all, secret)
		}
	}
	w.wire.mu.Unlock()
	nonces := 0
	for _, m := range append(w.slack.Messages(0), w.webex.Messages(0)...) {
		for _, presses := range m.Presses {
			for _, text := range presses {
				if p, err := cards.ParsePress(text); err == nil && p.Nonce != "" {
					all = append(all, p.Nonce, string(directory.Nonce(p.Nonce).Hash()))
					nonces++
				}
			}
		}
	}
	if nonces < 10 || len(w.wire.signatures) < 10 {
		w.Errorf("only %d nonces and %d signatures were seen", nonces, len(w.wire.signatures))
	}
	return all
}
