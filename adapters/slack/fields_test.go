package slack

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		json string
		want string // of "team"
		err  error
	}{
		{"there", `{"a":1,"team":"T1","b":[{"team":"T2"}]}`, `"T1"`, nil},
		{"with spaces", " {\t\"team\" :\n \"T1\" , \"a\":{} } ", `"T1"`, nil},
		{"an object", `{"team":{"id":"T1","x":["}",{"y":"\"]"}]}}`, `{"id":"T1","x":["}",{"y":"\"]"}]}`, nil},
		{"a number before it", `{"n":-1.5e3,"team":true}`, `true`, nil},
		{"last", `{"n":null,"team":7}`, `7`, nil},
		{"null", `{"team":null}`, ``, nil},
		{"absent", `{}`, ``, nil},
		{"escaped", `{"t\u0065am":"T1"}`, `"T1"`, nil},
		{"twice", `{"team":"T1","team":"T2"}`, ``, errAmbiguous},
		{"twice, first null", `{"team":null,"team":"T2"}`, ``, errAmbiguous},
		{"twice, once escaped", `{"team":"T1","t\u0065am":"T2"}`, ``, errAmbiguous},
		{"another case beside it", `{"team":"T1","Team":"T2"}`, ``, errAmbiguous},
		{"another case alone", `{"TEAM":"T1"}`, ``, errAmbiguous},
		{"another case, escaped", `{"\u0054eam":"T1"}`, ``, errAmbiguous},
		{"an array", `["team"]`, ``, errSyntax},
		{"a string", `"team"`, ``, errSyntax},
		{"too deep", `{"a":` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + `}`, ``, errDepth},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var team []byte
			err := members([]byte(test.json), member{"team", &team})
			if !errors.Is(err, test.err) || err == nil && string(team) != test.want {
				t.Errorf("team %s, error %v; want %s, %v", team, err, test.want, test.err)
			}
		})
	}
}

// The reader agrees with encoding/json about everything that it doesn't refuse.
func FuzzMembers(f *testing.F) {
	for _, seed := range []string{
		`{"team":"T1"}`, `{"Team":"T1","a":{"team":"x"}}`, `[1,{"team":2},"a,b"]`, `{"team":[],"\u0074eam":{}}`, ` { "team" : 1e5 } `,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw := []byte(text)
		if !json.Valid(raw) {
			return
		}
		var team []byte
		if members(raw, member{"team", &team}) == nil {
			var want struct {
				Team json.RawMessage `json:"team"`
			}
			if err := json.Unmarshal(raw, &want); err != nil {
				t.Fatalf("encoding/json refuses %q: %v", text, err)
			}
			if string(want.Team) == "null" {
				want.Team = nil
			}
			if string(team) != string(want.Team) {
				t.Fatalf("team %q, encoding/json says %q", team, want.Team)
			}
		}
		if parts, err := elements(raw); err == nil {
			var want []json.RawMessage
			if err := json.Unmarshal(raw, &want); err != nil || len(want) != len(parts) {
				t.Fatalf("%d elements, encoding/json says %d, %v", len(parts), len(want), err)
			}
			for i := range parts {
				if string(parts[i]) != string(want[i]) {
					t.Fatalf("element %d is %q, encoding/json says %q", i, parts[i], want[i])
				}
			}
		}
		if s, err := textOf(raw); err == nil {
			var want string
			if json.Unmarshal(raw, &want) != nil || s != want {
				t.Fatalf("text %q, encoding/json says %q", s, want)
			}
		}
	})
}

func textOf(raw []byte) (string, error) {
	return text([]byte(strings.TrimSpace(string(raw))))
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{"plain", "help me", "help me"},
		{"empty", "", ""},
		{"escaped", "a &amp; b &lt;c&gt;", "a & b <c>"},
		{"escaped twice", "&amp;lt;", "&lt;"},
		{"an address", "<mailto:a@b.example|a@b.example>", "a@b.example"},
		{"an address without a label", "<mailto:a@b.example>", "a@b.example"},
		{"a link", "see <https://x.example|x> now", "see x now"},
		{"a link without a label", "<https://x.example>", "https://x.example"},
		{"a mention", "<@U0ANN> hi", "<@U0ANN> hi"},
		{"a mention with a name", "why <@U0ANN|ann>", "why <@U0ANN|ann>"},
		{"a mention of a group", "why <!subteam^S1|@crew>", "why @crew"},
		{"an empty label", "<https://x.example|>", "https://x.example"},
		{"not closed", "a <b", "a <b"},
		{"several", "<a|1><b|2>3", "123"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := plainText(test.in); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
