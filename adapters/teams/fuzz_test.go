package teams

import (
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"

	"rollcall/adapters/internal/outbound"
	"rollcall/bot"
	"rollcall/sync/directory"
)

func FuzzActivity(f *testing.F) {
	for _, seed := range []string{
		`{"type":"message","id":"1","text":"<at>Bot</at> help","from":{"id":"29:1","aadObjectId":"` + annID + `"},"recipient":{"id":"28:b"},
			"conversation":{"id":"a:1","conversationType":"personal","tenantId":"` + tenantA + `"},"channelData":{"tenant":{"id":"` + tenantA + `"}},
			"entities":[{"type":"mention","text":"<at>Bot</at>","mentioned":{"id":"28:b"}},{"type":"clientInfo","country":"GB"}]}`,
		`{"type":"message","id":"1","value":{"rollcall":"1.sync..n","verb":"sync"},"replyToId":"2"}`,
		`{"type":"invoke","id":"1","name":"adaptiveCard/action","value":{"action":{"type":"Action.Execute","verb":"sync","data":{"rollcall":"1.sync..n"}},"trigger":"manual"}}`,
		`{"type":"conversationUpdate","membersAdded":[{"id":"28:b"}],"recipient":{"id":"28:b"}}`,
		`{"type":"message","value":7,"entities":[1,null,"x"],"channelData":null}`,
		`{"type":"installationUpdate","action":"remove-upgrade"}`, `[]`, `{"type":null}`, `{"type":"message","text":5}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		act, err := parseActivity(body)
		if err != nil {
			return
		}
		if origin, err := act.origin(); err == nil {
			if id, ok := canonicalGUID(string(origin.Workspace)); !ok || id != string(origin.Workspace) {
				t.Errorf("the workspace is %q", origin.Workspace)
			}
			if user := origin.Actor.User; !origin.Actor.IsZero() && len(user) != 36 {
				t.Errorf("the actor is %q", user)
			}
		}
		for _, event := range []bot.Event{act.said(), act.pressed()} {
			if press, ok := event.(bot.Pressed); ok {
				if _, err := press.Press.Encode(); err != nil {
					t.Errorf("a press that can't be: %+v", press)
				}
			}
		}
		if act.installed() && act.removed() {
			t.Error("installed and removed at once")
		}
	})
}

func FuzzRefused(f *testing.F) {
	f.Add(403, []byte(`{"errorCode":209,"message":"{\"subCode\":\"MessageWritesBlocked\"}"}`), "5")
	f.Add(403, []byte(`{"error":{"code":"BotNotInConversationRoster","message":"x","innerHttpError":{"statusCode":403,"body":{"error":{"code":"a"}}}}}`), "")
	f.Add(404, []byte(`{"error":"ConversationNotFound"}`), "soon")
	f.Add(403, []byte(`{"error":{"code":7,"message":["x"]}}`), "-1")
	f.Add(412, []byte(``), "Mon, 02 Mar 2026 09:00:10 GMT")
	f.Add(502, []byte(`<html>`), "86400")
	f.Fuzz(func(t *testing.T, status int, body []byte, after string) {
		if status < 300 || status > 599 {
			return
		}
		wait := outbound.RetryAfter(after, began)
		if wait < 0 {
			t.Errorf("waits %v for %q", wait, after)
		}
		for _, lost := range []directory.Code{directory.Unavailable, directory.Uncertain} {
			err := refused(status, body, wait, lost)
			code := directory.CodeOf(err)
			if code == directory.Internal {
				t.Errorf("status %d has no code: %v", status, err)
			}
			if status >= 500 && code != lost {
				t.Errorf("status %d is %v, want %v", status, code, lost)
			}
			if got := directory.RetryAfter(err); got > 15*time.Minute {
				t.Errorf("waits %v", got)
			}
			if len(err.Error()) > 200 || !utf8.ValidString(err.Error()) {
				t.Errorf("the error quotes the answer: %q", err)
			}
		}
	})
}

func FuzzReference(f *testing.F) {
	f.Add(`{"serviceUrl":"https://smba.trafficmanager.net/emea","conversation":"a:1"}`)
	f.Add(`{"serviceUrl":"https://smba.trafficmanager.net@evil.example/","conversation":"a:1"}`)
	f.Add("D123")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		cloud := Public()
		ref, ok := cloud.parseReference(text)
		if !ok {
			if ref != (reference{}) {
				t.Errorf("%q is refused, and %+v", text, ref)
			}
			return
		}
		if again, ok := cloud.parseReference(ref.text()); !ok || again != ref {
			t.Errorf("%q is %+v, and then %+v", text, ref, again)
		}
	})
}

func FuzzWords(f *testing.F) {
	f.Add("<at>Bot</at>&nbsp;help", "<at>Bot</at>")
	f.Add("&lt;b&gt; \u00a0", "")
	f.Fuzz(func(t *testing.T, text, mention string) {
		entity, err := json.Marshal(map[string]any{"type": "mention", "text": mention, "mentioned": map[string]string{"id": "28:b"}})
		if err != nil {
			return
		}
		act := activity{Text: text, Recipient: account{ID: "28:b"}, Entities: []json.RawMessage{entity}}
		if mentioned, got := act.words(); !mentioned || len(got) > 2*len(text)+1 {
			t.Errorf("got %q of %q (mentioned: %t)", got, text, mentioned)
		}
	})
}
