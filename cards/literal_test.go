package cards_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rollcall/cards"
	"rollcall/cards/adaptive"
	"rollcall/cards/blockkit"
	"rollcall/cards/catalog"
	"rollcall/cards/plain"
)

// These tests hold that a string from outside is never more than text. They read what the renderers
// write as the clients do, with a tokenizer for each of the markups that some field is read in. Each is
// stricter than any client: what might be live in one of them counts as live.

var (
	// autolink is what clients make a link of in text that has no markup.
	autolink = regexp.MustCompile(`\b[A-Za-z][A-Za-z0-9+.-]*:[^\s]|\b[Ww]{3}\.[^\s]|[\pL\pN]\.\pL{2}`)
	// masked is a masked address, whose domain is shown as it is on purpose.
	masked = regexp.MustCompile(`•••@[\pL\pN.-]+`)
	// dateMacro is the one markup in a TextRun.
	dateMacro = regexp.MustCompile(`\{\{(DATE|TIME)\(`)
	// slackToken is a mention, a link or a date in mrkdwn; a bare & there could begin an entity.
	slackToken = regexp.MustCompile("<|>|[*_~`]|&(?:[^agl]|$)|&(?:a[^m]|g[^t]|l[^t])|(?m:^\\s*(?:&gt;|(?:•|-|\\d+\\.)(?:\\s|$)))|:[a-z0-9_+-]+:")
	// escaped is a character that is escaped in markdown.
	escaped = regexp.MustCompile("\\\\[!-/:-@\\[-`{-~]")
	// markdownToken is anything that opens, or could open, a format, a link, a mention, an entity, HTML
	// or a list.
	markdownToken = regexp.MustCompile("[*_~`\\[\\]<>|\\\\]|&|(?m:^\\s*(?:[#+-]|\\d+[.)])\\s)")
	speechToken   = regexp.MustCompile(`[<>&]`)
)

var unspaced = strings.NewReplacer(" ", "", "\u200b", "")

func liveAsText(text string) string { return autolink.FindString(masked.ReplaceAllString(text, "")) }

func liveInMarkdown(text string) string {
	if token := markdownToken.FindString(escaped.ReplaceAllString(text, "·")); token != "" {
		return token
	}
	return liveAsText(text)
}

func liveInMrkdwn(text string) string {
	if token := slackToken.FindString(text); token != "" {
		return token
	}
	return liveAsText(text)
}

// TestTokenizers: what finds nothing anywhere would prove nothing.
func TestTokenizers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		live        func(string) string
		found, none []string
	}{
		{
			"text", liveAsText,
			[]string{"http://evil", "see www.e", "evil.example", "mailto:a", "a@evil.example"},
			[]string{"14:00.", "J. R. Hartley", "a•••@example.com", "on 24 November, 14:00 UTC."},
		},
		{
			"markdown", liveInMarkdown,
			[]string{"[a](b)", "*x*", "_x_", "`x`", "~x~", "<b>", "<@all>", "# a", "1. a", "- a", "&lt;", `\`, `\\*x*`, "evil.example"},
			[]string{`\*x\*`, `\[a\]\(b\)`, `\<@all\>`, `\&lt;`, `\\\*`, "a - b", "Is it you? 14:00."},
		},
		{
			"mrkdwn", liveInMrkdwn,
			[]string{"<!channel>", "<@U1>", "a > b", "*x*", "_x_", "~x~", "`x`", "&", "a & b", "&copy;", "&gt; quoted", ":tada:", "- a", "http://evil"},
			[]string{"&lt;!channel&gt;", "a &amp; b", "Is it you? 14:00."},
		},
	}
	for _, test := range tests {
		for _, text := range test.found {
			if test.live(text) == "" {
				t.Errorf("%s: nothing is found in %q", test.name, text)
			}
		}
		for _, text := range test.none {
			if token := test.live(text); token != "" {
				t.Errorf("%s: %q is found in %q", test.name, token, text)
			}
		}
	}
}

// outside is a string as it may come from a directory or a platform.
var outside = rapid.Custom(func(t *rapid.T) string {
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"Ada", " ", "\n", "<!channel>", "<!here|x>", "<@U123>", "<#C1|c>", "<https://evil|Confirm>", "<@all>", "<@personEmail:a@b.example|c>",
		"<at>x</at>", "[a](http://evil)", "[a]: http://evil", "![i](http://evil/i)", "*b*", "_i_", "~s~", "`c`", "```", "> q", "# h", "- l", "1. l",
		"http://evil.example", "www.evil.example", "evil.example", "mailto:a@evil.example", "tel:1", "x@evil.example", ":tada:",
		"{{DATE(2017-02-14T06:08:39Z, SHORT)}}", "{{{TIME(2017-02-14T06:08:39Z)}}}", "{", "}", "${x}", "{Name}", "{Number}",
		"&lt;!channel&gt;", "&amp;", "&", "\\", "\\[", "|", "!", "\u202e", "\u200b", "\x00", "</speak>", "<break time='9s'/>", "•••@", "a•••@example.com",
	}))
	return strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "")
})

// hostile is a card of the catalogue that shows strings from outside, and one of them.
func hostile(t *rapid.T) (cards.Card, string) {
	p := catalog.Prompt{
		Name: outside.Draw(t, "name"), Other: outside.Draw(t, "other"), Masked: outside.Draw(t, "masked"),
		Here: "Slack", There: "Webex", Number: "47", Choices: []string{"12", "47", "83"}, Nonce: "n", Wave: 1, Room: 5,
	}
	options := []catalog.Option{
		{Value: "a", Name: p.Other, Masked: p.Masked}, {Value: "b", Name: p.Name}, {Value: "c", Masked: p.Masked},
	}
	switch rapid.SampledFrom([]string{"ask", "prove", "choose", "choose-later", "search", "linked", "hello", "welcome", "blocks"}).Draw(t, "card") {
	case "ask":
		return catalog.Ask(p), catalog.Clean(p.Other)
	case "prove":
		return catalog.Prove(p), catalog.Clean(p.Other)
	case "choose":
		p.Options = options
		return catalog.Choose(p), ""
	case "choose-later":
		p.Options = options
		return catalog.Later(p), ""
	case "search":
		return catalog.Search(p), ""
	case "linked":
		return catalog.Linked(p), catalog.Clean(p.Other)
	case "blocks":
		return everyBlock(catalog.Clean(p.Name), catalog.Clean(p.Other)), catalog.Clean(p.Other)
	case "hello":
		return catalog.Hello(catalog.Reader{Name: p.Name, Here: p.Here}), ""
	}
	return catalog.Welcome(catalog.Reader{Name: p.Name, Here: p.Here}), ""
}

// everyBlock shows two names in every place where a name can be.
func everyBlock(one, two string) cards.Card {
	table := cards.Table{Heads: []string{"Person", "Found as"}, Rows: [][]string{{one, two}, {two, one}}}
	return cards.Card{
		Summary: one + " and " + two, Title: one,
		Body: []cards.Block{
			cards.Say(two),
			cards.Text{Runs: []cards.Run{{Text: one}}, Tone: cards.Subtle},
			cards.Figure{Value: one, Label: two},
			cards.Facts{{Label: "Name", Value: two}},
			table, table,
			cards.Bar{Done: 1, Total: 2, Label: two},
		},
	}
}

func TestNothingIsLiveInAdaptiveCards(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		card, name := hostile(t)
		out, err := adaptive.Webex.Render(card)
		if err != nil {
			t.Fatal(err)
		}
		shown := false
		walk(t, out, func(object map[string]any, key, text string) {
			var token string
			switch {
			case key == "text" && object["type"] == "TextRun":
				shown = shown || unspaced.Replace(text) == unspaced.Replace(name) // "{{" is kept apart, and long words may be broken
				if token = dateMacro.FindString(text); token == "" {
					token = liveAsText(text)
				}
			case key == "fallbackText":
				token = liveInMarkdown(text)
			case key == "speak":
				token = speechToken.FindString(text)
			case key == "type" && (text == "TextBlock" || text == "FactSet" || strings.HasPrefix(text, "Input.")):
				token = text
			case key == "text" || strings.HasSuffix(key, "rl") || key == "placeholder" || key == "label":
				token = key
			}
			if token != "" {
				t.Fatalf("%q is live in %s: %q", token, key, text)
			}
		})
		if name != "" && !shown {
			t.Fatalf("%q isn't shown as it is in %s", name, out)
		}
	})
}

func TestNothingIsLiveInSlack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		card, name := hostile(t)
		message, err := blockkit.Render(card)
		if err != nil {
			t.Fatal(err)
		}
		if token := liveInMrkdwn(message.Text); token != "" {
			t.Fatalf("%q is live in the fallback %q", token, message.Text)
		}
		shown := false
		literal := map[any]bool{
			"header": true, "context": true, "divider": true, "rich_text": true, "rich_text_section": true, "actions": true, "table": true,
			"button": true, "plain_text": true, "text": true,
		}
		walk(t, message.Blocks, func(object map[string]any, key, text string) {
			switch {
			case !literal[object["type"]]:
				t.Fatalf("there is a %s", object["type"])
			case object["type"] == "plain_text" && object["emoji"] != false:
				t.Fatalf("emoji are live in %q", text)
			case key == "text":
				shown = shown || text == name
				if token := liveAsText(text); token != "" {
					t.Fatalf("%q is live in %q", token, text)
				}
			}
		})
		if name != "" && !shown {
			t.Fatalf("%q isn't shown as it is in %s", name, message.Blocks)
		}
	})
}

func TestNothingIsLiveInPlainText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		card, name := hostile(t)
		text, err := plain.Render(card)
		if err != nil {
			t.Fatal(err)
		}
		if token := liveAsText(text); token != "" {
			t.Fatalf("%q is live in %q", token, text)
		}
		if !strings.Contains(text, name) {
			t.Fatalf("%q isn't shown in %q", name, text)
		}
	})
}

// walk calls see for every text in a JSON document, with the object that it is in.
func walk(t *rapid.T, text []byte, see func(object map[string]any, key, text string)) {
	var document any
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				visit(e)
			}
		case map[string]any:
			for key, e := range v {
				if s, ok := e.(string); ok {
					see(v, key, s)
				} else {
					visit(e)
				}
			}
		}
	}
	visit(document)
}
