package teams

import (
	"encoding/json"
	"testing"
)

func TestWords(t *testing.T) {
	t.Parallel()
	const ours = `{"type":"mention","text":"<at>Rollcall</at>","mentioned":{"id":"28:b","name":"Rollcall"}}`
	tests := []struct {
		name, text string
		entities   []string
		mentioned  bool
		want       string
	}{
		{"plain", "help", nil, false, "help"},
		{"mentioned", "<at>Rollcall</at> help", []string{ours}, true, "help"},
		{"mentioned in the middle", "hi <at>Rollcall</at>, help", []string{ours}, true, "hi  , help"},
		{"an unbreakable space", "<at>Rollcall</at>&nbsp;help\u00a0", []string{ours}, true, "help"},
		{"escaped", "Help &amp; &lt;me&gt;", nil, false, "Help & <me>"},
		{"not escaped", "Help & <me>", nil, false, "Help & <me>"},
		{"somebody else", "<at>Ann</at> help", []string{`{"type":"mention","text":"<at>Ann</at>","mentioned":{"id":"29:a"}}`}, false, "<at>Ann</at> help"},
		{"somebody of our name", "<at>Rollcall</at> help", []string{`{"type":"mention","text":"<at>Rollcall</at>","mentioned":{"id":"29:a"}}`}, false, "<at>Rollcall</at> help"},
		{"a mention of nobody", "help", []string{`{"type":"mention","mentioned":{}}`}, false, "help"},
		{"without a text", "help", []string{`{"type":"mention","text":null,"mentioned":{"id":"28:b"}}`}, true, "help"},
		{"odd entities", "help", []string{`7`, `null`, `{"type":"mention","text":7,"mentioned":{"id":"28:b"}}`, `{"type":"clientInfo"}`}, false, "help"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			act := activity{Text: test.text, Recipient: account{ID: "28:b"}}
			for _, e := range test.entities {
				act.Entities = append(act.Entities, json.RawMessage(e))
			}
			if mentioned, got := act.words(); mentioned != test.mentioned || got != test.want {
				t.Errorf("got %q (mentioned: %t), want %q", got, mentioned, test.want)
			}
		})
	}
}
