package slack

import (
	"cmp"
	"encoding/json"
	"net/url"
	"testing"

	"rollcall/bot"
	"rollcall/cards"
)

// Whatever is taken from a payload, encoding/json reads the same: no second reader of these bytes
// can be shown another person, workspace or button.
func FuzzInteraction(f *testing.F) {
	f.Add(url.Values{"payload": {payload}}.Encode())
	f.Add(url.Values{"payload": {`{"type":"block_actions","Type":"x"}`}}.Encode())
	f.Add(url.Values{"payload": {`{"type":"block_actions","user":{"id":"U0ANN"},"team":{"id":"T0001"},"trigger_id":"1.2.3","container":{"type":"view"},` +
		`"view":{"type":"home"},"actions":[{"type":"button","value":"1.run.status."}]}`}}.Encode())
	f.Add("payload=%7B%7D&payload=%7B%7D")
	f.Add("payload=null")
	f.Fuzz(func(t *testing.T, body string) {
		press, err := parseInteraction([]byte(body))
		if err != nil {
			return
		}
		form, err := url.ParseQuery(body)
		if err != nil || len(form["payload"]) != 1 {
			t.Fatal("taken from a body that is no form with one payload")
		}
		var want struct {
			Type string
			User struct {
				ID     string
				TeamID string `json:"team_id"`
			}
			Team struct {
				ID string
				Of string `json:"enterprise_id"`
			}
			Enterprise struct{ ID string }
			OrgWide    bool `json:"is_enterprise_install"`
			View       struct{ Type string }
			Container  struct {
				Type      string
				ChannelID string `json:"channel_id"`
				MessageTS string `json:"message_ts"`
				Ephemeral bool   `json:"is_ephemeral"`
			}
			Actions []struct{ Value string }
		}
		if err := json.Unmarshal([]byte(form.Get("payload")), &want); err != nil {
			t.Fatalf("encoding/json refuses it: %v", err)
		}
		workspace, home := want.Team.ID, want.User.TeamID
		switch {
		case want.OrgWide:
			workspace = want.Enterprise.ID
			if home != "" && home == want.Team.ID && want.Team.Of == workspace {
				home = workspace
			}
		case home == "":
			home = workspace
		}
		if want.Container.Type == "view" && want.View.Type == "home" {
			want.Container.ChannelID, want.Container.Ephemeral = atHome, true
		}
		o := press.origin
		if want.Type != "block_actions" || o.Actor.User != want.User.ID || string(o.Actor.Workspace) != home ||
			string(o.Workspace) != workspace || o.Conversation != want.Container.ChannelID ||
			o.Actor.User == "" || workspace == "" || o.Direct && want.Container.Ephemeral {
			t.Fatalf("%+v, encoding/json says %+v", o, want)
		}
		value, err := press.event.Press.Encode()
		if err != nil || len(want.Actions) != 1 || want.Actions[0].Value != value {
			t.Fatalf("%q, encoding/json says %+v", value, want.Actions)
		}
	})
}

func FuzzEnvelope(f *testing.F) {
	f.Add(event(authorized, `{"type":"message","channel_type":"im","channel":"D1","user":"U0ANN","text":"hi"}`))
	f.Add(event(authorized, `{"type":"app_home_opened","user":"U0ANN","channel":"D1","tab":"messages"}`))
	f.Add(event(authorized, `{"type":"app_home_opened","user":"U0ANN","channel":"D1","tab":"home"}`))
	f.Add(event(authorized, `{"type":"user_change","user":{"id":"U0ANN","team_id":"T0001","profile":{"email":"a@b.example","fields":[]}}}`))
	f.Add(event(`"team_id":"T0001"`, `{"type":"tokens_revoked","tokens":{"bot":["U"]}}`))
	f.Add(event(`"team_id":null,"enterprise_id":"E1"`, `{"type":"app_uninstalled"}`))
	f.Add(event(`"authorizations":[{"enterprise_id":"E1","team_id":null,"is_enterprise_install":true}]`, `{"type":"team_access_granted","team_ids":["T1"]}`))
	f.Add(`{"type":"url_verification","challenge":"x"}`)
	f.Fuzz(func(t *testing.T, body string) {
		e, err := parseEnvelope([]byte(body))
		if err != nil {
			return
		}
		origin, got, err := e.read()
		if err != nil {
			return
		}
		var want struct {
			TeamID         string `json:"team_id"`
			EnterpriseID   string `json:"enterprise_id"`
			Authorizations []struct {
				TeamID       string `json:"team_id"`
				EnterpriseID string `json:"enterprise_id"`
				OrgWide      bool   `json:"is_enterprise_install"`
			}
			Event json.RawMessage
		}
		if err := json.Unmarshal([]byte(body), &want); err != nil {
			t.Fatalf("encoding/json refuses it: %v", err)
		}
		workspace := ""
		if len(want.Authorizations) > 0 {
			if workspace = want.Authorizations[0].TeamID; want.Authorizations[0].OrgWide {
				workspace = want.Authorizations[0].EnterpriseID
			}
		}
		if _, gone := got.(bot.Gone); gone {
			workspace = cmp.Or(workspace, want.TeamID, want.EnterpriseID)
		}
		if string(origin.Workspace) != workspace || workspace == "" {
			t.Fatalf("from %q, encoding/json says %q", origin.Workspace, workspace)
		}
		var said struct{ User, Channel string }
		switch got.(type) {
		case bot.Said, bot.Met, bot.Opened:
			if err := json.Unmarshal(want.Event, &said); err != nil || said.User != origin.Actor.User || said.Channel != origin.Conversation || said.User == "" {
				t.Fatalf("by %+v in %s, encoding/json says %+v, %v", origin.Actor, origin.Conversation, said, err)
			}
		}
	})
}

func FuzzCommand(f *testing.F) {
	f.Add(vectorBody)
	f.Add(command("text=help"))
	f.Add(command("is_enterprise_install=true&enterprise_id=E1"))
	f.Add(command("team_id=T0002"))
	f.Fuzz(func(t *testing.T, body string) {
		origin, said, err := parseCommand([]byte(body))
		if err != nil {
			return
		}
		form, err := url.ParseQuery(body)
		if err != nil {
			t.Fatal("taken from what is no form")
		}
		for _, name := range []string{"team_id", "user_id", "trigger_id", "channel_id"} {
			if len(form[name]) != 1 || form.Get(name) == "" {
				t.Fatalf("taken with %d of %s", len(form[name]), name)
			}
		}
		if origin.Actor.User != form.Get("user_id") || origin.Direct || said.ID != form.Get("trigger_id") {
			t.Fatalf("%+v %+v from %v", origin, said, form)
		}
	})
}

// A reply's card may hold anything that is legal in a card.
func FuzzAlone(f *testing.F) {
	f.Add("Hello", "<!channel> & *x*")
	f.Fuzz(func(t *testing.T, summary, body string) {
		answer, err := alone(cards.Card{Summary: summary, Body: []cards.Block{cards.Say(body)}})
		if err == nil && !json.Valid(answer) {
			t.Fatalf("not JSON: %q", answer)
		}
	})
}

// A command that a socket brings is the command that a form would have brought.
func FuzzCommandJSON(f *testing.F) {
	f.Add(`{"team_id":"T0001","channel_id":"C1","user_id":"U0ANN","command":"/rollcall","trigger_id":"1.2.3","text":"help"}`)
	f.Add(`{"team_id":"T0001","channel_id":"C1","user_id":"U0ANN","command":"/rollcall","trigger_id":"1.2.3","is_enterprise_install":true,"enterprise_id":"E1"}`)
	f.Add(`{"team_id":"T0001","Team_ID":"T0002"}`)
	f.Add(`{"team_id":{"id":"T0001"}}`)
	f.Fuzz(func(t *testing.T, payload string) {
		origin, said, err := parseCommandJSON([]byte(payload))
		if err != nil {
			return
		}
		var want map[string]any
		if err := json.Unmarshal([]byte(payload), &want); err != nil {
			t.Fatalf("encoding/json refuses it: %v", err)
		}
		if want["user_id"] != origin.Actor.User || want["trigger_id"] != said.ID || origin.Direct || origin.Actor.Workspace != origin.Workspace {
			t.Fatalf("%+v %+v from %v", origin, said, want)
		}
		in := want["team_id"]
		if wide(origin.Workspace) && in != string(origin.Workspace) {
			in = want["enterprise_id"]
		}
		if in != string(origin.Workspace) {
			t.Fatalf("%+v from %v", origin, want)
		}
	})
}

// Nothing that is read of a socket's message is read otherwise by encoding/json.
func FuzzSocketMessage(f *testing.F) {
	f.Add(`{"type":"hello","num_connections":1}`)
	f.Add(`{"type":"disconnect","reason":"warning"}`)
	f.Add(`{"envelope_id":"a","type":"events_api","payload":{"type":"event_callback"},"accepts_response_payload":false}`)
	f.Add(`{"type":"hello","Type":"disconnect"}`)
	f.Fuzz(func(t *testing.T, message string) {
		m, err := parseSocketMessage([]byte(message))
		if err != nil {
			return
		}
		var want struct {
			Type, Reason string
			ID           string `json:"envelope_id"`
			Accepts      bool   `json:"accepts_response_payload"`
		}
		if err := json.Unmarshal([]byte(message), &want); err != nil {
			t.Fatalf("encoding/json refuses it: %v", err)
		}
		if m.kind != want.Type || m.reason != want.Reason || m.id != want.ID || m.accepts != want.Accepts {
			t.Fatalf("%+v, encoding/json says %+v", m, want)
		}
	})
}
