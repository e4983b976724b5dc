package webexsim_test

import (
	"strings"
	"testing"

	"rollcall/adapters/webex/webexsim"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *webexsim.Config) { c.PerMinute, c.BusyPerMinute = -1, -1 })
	message := w.post(t)
	id, room := message["id"].(string), message["roomId"].(string)
	typed, err := w.Type(w.pat, "hello")
	if err != nil {
		t.Fatal(err)
	}
	group := w.Group(w.pat)
	to := `"toPersonId":"` + webexsim.PersonID(w.pat) + `"`
	deep := func(element string) string {
		return `{"type":"AdaptiveCard","version":"1.3","body":[{"type":"Container","items":[` + element + `]}]}`
	}
	for _, tt := range []struct {
		name, token, method, path, body string
		want                            int
	}{
		{"no token", "", "GET", "/people/me", "", 401},
		{"a wrong token", "x", "GET", "/people/me", "", 401},
		{"no such route", bot, "GET", "/teams", "", 404},
		{"an unknown query", bot, "GET", "/people?email=a&nope=1", "", 400},
		{"a repeated query", bot, "GET", "/people?email=a&email=b", "", 400},

		{"a bot that lists everybody", bot, "GET", "/people", "", 400},
		{"a max that is no number", admin, "GET", "/people?max=x", "", 400},
		{"a max of nothing", admin, "GET", "/people?max=0", "", 400},
		{"a strange cursor", admin, "GET", "/people?cursor=x", "", 400},
		{"a person that is none", admin, "GET", "/people/abc", "", 404},
		{"an admin without the scope", admin, "GET", "/messages/" + id, "", 403},
		{"an admin who posts", admin, "POST", "/messages", `{` + to + `,"text":"hi"}`, 403},

		{"no content type", bot, "POST", "/messages", "", 415},
		{"no JSON", bot, "POST", "/messages", `{`, 400},
		{"two documents", bot, "POST", "/messages", `{` + to + `,"text":"hi"}{}`, 400},
		{"an unknown field", bot, "POST", "/messages", `{` + to + `,"text":"hi","color":"red"}`, 400},
		{"no destination", bot, "POST", "/messages", `{"text":"hi"}`, 400},
		{"two destinations", bot, "POST", "/messages", `{` + to + `,"roomId":"` + room + `","text":"hi"}`, 400},
		{"no text", bot, "POST", "/messages", `{` + to + `}`, 400},
		{"a text of 7439 bytes", bot, "POST", "/messages", `{` + to + `,"text":"` + strings.Repeat("a", 7439) + `"}`, 200},
		{"a text of 7440 bytes", bot, "POST", "/messages", `{` + to + `,"text":"` + strings.Repeat("a", 7440) + `"}`, 400},
		{"a markdown of 7440 bytes", bot, "POST", "/messages", `{` + to + `,"markdown":"` + strings.Repeat("a", 7440) + `"}`, 400},
		{"nobody", bot, "POST", "/messages", `{"toPersonId":"abc","text":"hi"}`, 404},
		{"a room that is none", bot, "POST", "/messages", `{"roomId":"abc","text":"hi"}`, 404},
		{"an address", bot, "POST", "/messages", `{"toPersonEmail":"pat@company.example","text":"hi"}`, 200},
		{"a room", bot, "POST", "/messages", `{"roomId":"` + room + `","text":"hi"}`, 200},

		{"a card", bot, "POST", "/messages", withCard(to, card), 200},
		{"a card without text", bot, "POST", "/messages", strings.Replace(withCard(to, card), `"text":"hi",`, "", 1), 400},
		{"two cards", bot, "POST", "/messages", strings.Replace(withCard(to, card), `[{"contentType"`, `[{"contentType":"x","content":{}},{"contentType"`, 1), 400},
		{"another type of attachment", bot, "POST", "/messages", strings.Replace(withCard(to, card), "adaptive", "hero", 1), 400},
		{"a card of 1.4", bot, "POST", "/messages", withCard(to, strings.Replace(card, "1.3", "1.4", 1)), 400},
		{"a card of 1.10", bot, "POST", "/messages", withCard(to, strings.Replace(card, "1.3", "1.10", 1)), 400},
		{"a card without a version", bot, "POST", "/messages", withCard(to, strings.Replace(card, `"version":"1.3",`, "", 1)), 400},
		{"an empty card", bot, "POST", "/messages", withCard(to, `{"type":"AdaptiveCard","version":"1.3"}`), 400},
		{"a card that is text", bot, "POST", "/messages", withCard(to, `"hello"`), 400},
		{"a page that is none", bot, "POST", "/messages", withCard(to, strings.Replace(card, "https://b.example", "javascript:b", 1)), 400},
		{"a table", bot, "POST", "/messages", withCard(to, strings.Replace(card, `{"type":"TextBlock","text":"Hi"}`, `{"type":"Table","columns":[],"rows":[]}`, 1)), 400},
		{"four more actions in the body", bot, "POST", "/messages", withCard(to, strings.Replace(card, `{"type":"TextBlock","text":"Hi"}`, `{"type":"ActionSet","actions":[`+strings.TrimSuffix(strings.Repeat(`{"type":"Action.Submit","title":"A"},`, 4), ",")+`]}`, 1)), 400},
		{"a universal action", bot, "POST", "/messages", withCard(to, strings.Replace(card, "Action.Submit", "Action.Execute", 1)), 400},
		{"an unknown element", bot, "POST", "/messages", withCard(to, deep(`{"type":"Table"}`)), 400},
		{"a nested element", bot, "POST", "/messages", withCard(to, deep(`{"type":"TextBlock","text":"x"}`)), 200},
		{"five buttons", bot, "POST", "/messages", withCard(to, buttons(5)), 200},
		{"six buttons", bot, "POST", "/messages", withCard(to, buttons(6)), 400},
		{"a card of 81 kB", bot, "POST", "/messages", withCard(to, deep(`{"type":"TextBlock","text":"`+strings.Repeat("x", 81_000)+`"}`)), 400},

		{"an edit without the room", bot, "PUT", "/messages/" + id, withCard(`"markdown":"x"`, card), 400},
		{"an edit with another room", bot, "PUT", "/messages/" + id, withCard(`"roomId":"`+group+`"`, card), 400},
		{"an edit with html", bot, "PUT", "/messages/" + id, withCard(`"roomId":"`+room+`","html":"x"`, card), 400},
		{"an edit that drops the card", bot, "PUT", "/messages/" + id, `{"roomId":"` + room + `","text":"x"}`, 400},
		{"an edit of somebody else's", bot, "PUT", "/messages/" + typed, `{"roomId":"` + room + `","text":"x"}`, 403},
		{"an edit of nothing", bot, "PUT", "/messages/abc", `{"roomId":"` + room + `","text":"x"}`, 404},
		{"a deletion of somebody else's", bot, "DELETE", "/messages/" + typed, "", 403},
		{"a deletion of nothing", bot, "DELETE", "/messages/abc", "", 404},

		{"a group without mentionedPeople", bot, "GET", "/messages?roomId=" + group, "", 403},
		{"a group with mentionedPeople", bot, "GET", "/messages?roomId=" + group + "&mentionedPeople=me", "", 200},
		{"a list without a room", bot, "GET", "/messages", "", 404},
		{"a list before nothing", bot, "GET", "/messages?roomId=" + room + "&beforeMessage=abc", "", 404},
		{"a list before no time", bot, "GET", "/messages?roomId=" + room + "&before=abc", "", 400},
		{"direct messages of nobody", bot, "GET", "/messages/direct", "", 400},
		{"direct messages of two", bot, "GET", "/messages/direct?personId=a&personEmail=b", "", 400},
		{"direct messages without a space", bot, "GET", "/messages/direct?personId=" + webexsim.PersonID(w.eve), "", 404},
		{"an action that is none", bot, "GET", "/attachment/actions/abc", "", 404},
		{"a membership that is none", bot, "GET", "/memberships/abc", "", 404},
		{"memberships of no room", bot, "GET", "/memberships?roomId=abc", "", 404},

		{"a webhook without a name", bot, "POST", "/webhooks", `{"targetUrl":"https://a.example","resource":"messages","event":"created"}`, 400},
		{"a webhook without a target", bot, "POST", "/webhooks", `{"name":"n","resource":"messages","event":"created"}`, 400},
		{"a webhook to nowhere", bot, "POST", "/webhooks", `{"name":"n","targetUrl":"a","resource":"messages","event":"created"}`, 400},
		{"a webhook of an unknown event", bot, "POST", "/webhooks", `{"name":"n","targetUrl":"https://a.example","resource":"messages","event":"read"}`, 400},
		{"a webhook of the organisation", bot, "POST", "/webhooks", `{"name":"n","targetUrl":"https://a.example","resource":"messages","event":"created","ownedBy":"org"}`, 403},
		{"a webhook that begins inactive", bot, "POST", "/webhooks", `{"name":"n","targetUrl":"https://a.example","resource":"messages","event":"created","status":"inactive"}`, 400},
		{"a webhook that is none", bot, "PUT", "/webhooks/abc", `{"name":"n","targetUrl":"https://a.example"}`, 404},
		{"a deletion of no webhook", bot, "DELETE", "/webhooks/abc", "", 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := len(w.Messages(0))
			answer := w.ask(tt.token, tt.method, tt.path, tt.body)
			if answer.Code != tt.want {
				t.Fatalf("status %d, want %d: %s", answer.Code, tt.want, answer.Body)
			}
			if tt.want < 400 {
				return
			}
			refusal := fields(t, answer)
			if refusal["message"] == "" || refusal["trackingId"] == "" || len(refusal["errors"].([]any)) != 1 {
				t.Errorf("the refusal is %v", refusal)
			}
			if len(w.Messages(0)) != before {
				t.Error("a refused message was accepted")
			}
		})
	}
}

func buttons(n int) string {
	return `{"type":"AdaptiveCard","version":"1.3","body":[],"actions":[` +
		strings.TrimSuffix(strings.Repeat(`{"type":"Action.Submit","title":"A"},`, n), ",") + `]}`
}
