package adaptive_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"rollcall/cards"
	"rollcall/cards/adaptive"
	"rollcall/cards/catalog"
)

func ExampleProfile_Render() {
	card, err := adaptive.Webex.Render(cards.Card{
		Summary: "Is this you?",
		Title:   "Is this you?",
		Actions: []cards.Action{{Label: "Yes", Press: cards.Press{Verb: "yes", Nonce: "unguessable"}, Style: cards.Primary}},
	})
	fmt.Println(string(card), err)
	// Output:
	// {"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.3","fallbackText":"Is this you?","speak":"Is this you?","body":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"Is this you?","size":"large","weight":"bolder"}]}],"actions":[{"type":"Action.Submit","title":"Yes","style":"positive","data":{"rollcall":"1.yes..unguessable"}}]} <nil>
}

func buttons(n int) []cards.Action {
	var list []cards.Action
	for i := range n {
		list = append(list, cards.Action{Label: "Yes", Press: cards.Press{Verb: "pick", Value: fmt.Sprint(i)}})
	}
	return list
}

// TestLimits shows for every limit a card that keeps it and one that breaks it.
func TestLimits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		part       string
		keep, over cards.Card
	}{
		{
			"buttons", "buttons",
			cards.Card{Summary: "s", Title: "t", Actions: buttons(5)},
			cards.Card{Summary: "s", Title: "t", Actions: buttons(6)},
		},
		{
			"bytes", "length in bytes",
			cards.Card{Summary: "s", Title: strings.Repeat("a ", 13_000)},
			cards.Card{Summary: "s", Title: strings.Repeat("a ", 13_500)},
		},
		{
			"bytes, not letters", "length in bytes",
			cards.Card{Summary: "s", Title: strings.Repeat("a ", 6_750)},
			cards.Card{Summary: "s", Title: strings.Repeat("é ", 9_000)},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := adaptive.Webex.Render(test.keep); err != nil {
				t.Errorf("got %v within the limit", err)
			}
			var limit *cards.LimitError
			out, err := adaptive.Webex.Render(test.over)
			if !errors.As(err, &limit) || limit.Part != test.part || limit.Platform != "Webex" || out != nil {
				t.Errorf("got %d bytes, %v, want Webex's limit of %s", len(out), err, test.part)
			}
		})
	}
}

func TestElementsThatAPlatformDoesNotDraw(t *testing.T) {
	t.Parallel()
	card := cards.Card{Summary: "s", Body: []cards.Block{cards.Facts{{Label: "l", Value: "v"}}}, Actions: buttons(5)}
	for i, missing := range adaptive.Webex.Elements {
		profile := adaptive.Webex
		profile.Elements = append(append([]string{}, profile.Elements[:i]...), profile.Elements[i+1:]...)
		if _, err := profile.Render(card); err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("got %v from a platform that draws no %s", err, missing)
		}
	}
}

func TestRenderRefusesABrokenCard(t *testing.T) {
	t.Parallel()
	if out, err := adaptive.Webex.Render(cards.Card{Title: "no summary"}); err == nil || out != nil {
		t.Errorf("got %s, %v", out, err)
	}
}

// TestRoundTrip: what a card carries is what comes back.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, sample := range catalog.Samples() {
		for _, mark := range []string{"", "m4rk"} {
			card := sample.Card
			card.Mark = mark
			out, err := adaptive.Webex.Render(card)
			if err != nil {
				t.Fatalf("%s: %v", sample.Name, err)
			}
			if got := adaptive.MarkOf(out); got != mark {
				t.Errorf("%s: got the mark %q, want %q", sample.Name, got, mark)
			}
			row, below := buttonsIn(t, out)
			if len(row)+len(below) != len(card.Actions) {
				t.Fatalf("%s: got %d buttons in a row and %d below, want %d", sample.Name, len(row), len(below), len(card.Actions))
			}
			for i, a := range append(row, below...) {
				if card.Actions[i].URL != "" {
					continue
				}
				if press, err := adaptive.PressOf(a.Data); err != nil || press != card.Actions[i].Press {
					t.Errorf("%s: got %+v, %v, want %+v", sample.Name, press, err, card.Actions[i].Press)
				}
			}
		}
	}
}

func TestPressOf(t *testing.T) {
	t.Parallel()
	want := cards.Press{Verb: "pick", Value: "47", Nonce: "n"}
	tests := []struct {
		name, inputs string
		ok           bool
	}{
		{"ours", `{"rollcall":"1.pick.47.n","mark":"m"}`, true},
		{"with a platform's own field", `{"rollcall":"1.pick.47.n","other":{"a":[1]}}`, true},
		{"nothing", ``, false},
		{"not JSON", `{"rollcall":`, false},
		{"not an object", `["1.pick.47.n"]`, false},
		{"null", `null`, false},
		{"no press", `{}`, false},
		{"a press of null", `{"rollcall":null}`, false},
		{"not a text", `{"rollcall":1}`, false},
		{"another case", `{"Rollcall":"1.pick.47.n"}`, false},
		{"not a press", `{"rollcall":"pick 47"}`, false},
		{"two after each other", `{"rollcall":"1.pick.47.n"}{}`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := adaptive.PressOf(json.RawMessage(test.inputs))
			if (err == nil) != test.ok || test.ok && got != want {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestMarkOf(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, card, want string }{
		{"in a button", `{"actions":[{"data":{"rollcall":"x","mark":"m1"}}]}`, "m1"},
		{"in an element", `{"body":[{"type":"RichTextBlock","id":"rollcall-m1"}]}`, "m1"},
		{"a button comes first", `{"body":[{"id":"rollcall-m2"}],"actions":[{"data":{"mark":"m1"}}]}`, "m1"},
		{"a button after a page", `{"body":[{"id":"rollcall-m2"}],"actions":[{"url":"x"},{"data":{"mark":"m1"}}]}`, "m1"},
		{"a page alone", `{"body":[{"id":"rollcall-m2"}],"actions":[{"url":"x"}]}`, "m2"},
		{"a button without one", `{"body":[{"id":"rollcall-m2"}],"actions":[{"data":{}}]}`, ""},
		{"another id", `{"body":[{"id":"m1"}]}`, ""},
		{"an id that is no text", `{"body":[{"id":7}]}`, ""},
		{"no id", `{"body":[{}]}`, ""},
		{"an id of null", `{"body":[null]}`, ""},
		{"not in the first element", `{"body":[{},{"id":"rollcall-m1"}]}`, ""},
		{"not a mark", `{"actions":[{"data":{"mark":"a b"}}]}`, ""},
		{"data that is a text", `{"actions":[{"data":"mark"}]}`, ""},
		{"no data", `{"actions":[{}]}`, ""},
		{"an empty card", `{}`, ""},
		{"not a card", `[]`, ""},
		{"not JSON", `{`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := adaptive.MarkOf(json.RawMessage(test.card)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzPressOf(f *testing.F) {
	for _, seed := range []string{`{"rollcall":"1.pick.47.n"}`, `{"rollcall":null}`, `[]`, `{"Rollcall":"1.a..b"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, inputs []byte) {
		press, err := adaptive.PressOf(inputs)
		if err != nil {
			return
		}
		text, err := press.Encode()
		if err != nil {
			t.Fatalf("%q was read as a press that can't be: %v", inputs, err)
		}
		again, err := json.Marshal(map[string]string{"rollcall": text})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := adaptive.PressOf(again); err != nil || got != press {
			t.Errorf("got %+v, %v, want %+v", got, err, press)
		}
	})
}

func FuzzMarkOf(f *testing.F) {
	for _, seed := range []string{
		`{"actions":[{"data":{"mark":"m1"}}]}`, `{"body":[{"id":"rollcall-m1"}]}`, `{"body":[{"id":"rollcall-"}]}`, `{"body":null}`, `7`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, card []byte) {
		if mark := adaptive.MarkOf(card); !cards.IsMark(mark) || !strings.Contains(string(card), mark) && !strings.Contains(string(card), `\`) {
			t.Errorf("%q has the mark %q", card, mark)
		}
	})
}

// TestPages: a button that opens a page carries nothing, and the mark is found all the same.
func TestPages(t *testing.T) {
	t.Parallel()
	page := cards.Action{Label: "Open", URL: "https://rollcall.example/?a=b"}
	for _, profile := range []adaptive.Profile{adaptive.Webex, adaptive.Teams} {
		for _, actions := range [][]cards.Action{{page}, append([]cards.Action{page}, buttons(1)...)} {
			out, err := profile.Render(cards.Card{Summary: "s", Title: "t", Mark: "m4rk", Actions: actions})
			if err != nil {
				t.Fatal(err)
			}
			want := `{"type":"Action.OpenUrl","title":"Open","url":"https://rollcall.example/?a=b"}`
			if !strings.Contains(string(out), want) || adaptive.MarkOf(out) != "m4rk" {
				t.Errorf("%s: got %s", profile.Platform, out)
			}
		}
	}
}

// TestFallbackText: no line of it begins a list.
func TestFallbackText(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"- a": `\- a`, "+ a": `\+ a`, " - a": ` \- a`, "1. a": `1\. a`, "12) a": `12\) a`, "# a": `\# a`, "a - b": "a - b", "-": `\-`,
	} {
		out, err := adaptive.Webex.Render(cards.Card{Summary: "s", Body: []cards.Block{cards.Say(line)}})
		if err != nil {
			t.Fatal(err)
		}
		var read struct{ FallbackText string }
		if err := json.Unmarshal(out, &read); err != nil || read.FallbackText != "s\n"+want {
			t.Errorf("%q: got %q, %v", line, read.FallbackText, err)
		}
	}
}

// TestLongWords: a word that would stand out of a card on a telephone may be broken, and no other.
func TestLongWords(t *testing.T) {
	t.Parallel()
	whole, long := strings.Repeat("a", 30), strings.Repeat("a", 31)
	for _, test := range []struct {
		name  string
		block cards.Block
		want  string
	}{
		{"a word that fits", cards.Say(whole + " " + whole), whole + " " + whole},
		{"one that doesn't", cards.Say(long), whole + "\u200ba"},
		{"wide letters", cards.Say(strings.Repeat("連", 16)), strings.Repeat("連", 15) + "\u200b連"},
		{"marks take no room", cards.Say(strings.Repeat("a\u0301", 30)), strings.Repeat("a\u0301", 30)},
		{"a label", cards.Facts{{Label: whole, Value: "v"}}, whole[:17] + "\u200b" + whole[17:]},
		{"a value", cards.Facts{{Label: "l", Value: long}}, whole + "\u200ba"},
		{"a value beside a long label", cards.Facts{{Label: whole, Value: whole}}, whole[:17] + "\u200b" + whole[17:]},
		{"a figure", cards.Figure{Label: "l", Value: whole}, whole[:17] + "\u200b" + whole[17:]},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out, err := adaptive.Webex.Render(cards.Card{Summary: "s", Body: []cards.Block{test.block}})
			if err != nil || !strings.Contains(string(out), `"text":"`+test.want+`"`) {
				t.Errorf("got %s, %v, want %q", out, err, test.want)
			}
		})
	}
}

// TestTableForms: a Table where it is drawn, columns where it isn't, and lines where they wouldn't fit.
func TestTableForms(t *testing.T) {
	t.Parallel()
	small := cards.Table{Heads: []string{"Group", "People"}, Rows: [][]string{{"Engineering", "12"}}}
	large := cards.Table{Heads: []string{"Person", "Address"}, Rows: [][]string{{"Ada", strings.Repeat("a", 30)}}}
	for _, test := range []struct {
		name    string
		profile adaptive.Profile
		table   cards.Table
		want    string
	}{
		{"on Teams", adaptive.Teams, small, `{"type":"Table","columns":[{"type":"TableColumnDefinition","width":14},{"type":"TableColumnDefinition","width":9}]`},
		{"on Webex", adaptive.Webex, small, `{"type":"ColumnSet","columns":[{"type":"Column","width":14,`},
		{"lines on Teams", adaptive.Teams, large, `{"type":"TextRun","text":"Ada","weight":"bolder"},{"type":"TextRun","text":" · Address: aaa`},
		{"lines on Webex", adaptive.Webex, large, `{"type":"TextRun","text":"Ada","weight":"bolder"},{"type":"TextRun","text":" · Address: aaa`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out, err := test.profile.Render(cards.Card{Summary: "s", Body: []cards.Block{test.table}})
			if err != nil || !strings.Contains(string(out), test.want) {
				t.Errorf("got %s, %v, want %s", out, err, test.want)
			}
		})
	}
}
