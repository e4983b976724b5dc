package teamssim_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/adapters/teams/teamssim"
	"rollcall/cards/adaptive"
	"rollcall/cards/catalog"
)

func TestCards(t *testing.T) {
	t.Parallel()
	with := func(body, actions string) string {
		return `{"type":"AdaptiveCard","version":"1.5","body":[` + body + `],"actions":[` + actions + `]}`
	}
	text := `{"type":"TextBlock","text":"x"}`
	button := `{"type":"Action.Execute","title":"A","verb":"v","data":{"a":1}}`
	for _, tt := range []struct {
		name, card string
		fine       bool
	}{
		{"text", with(text, ""), true},
		{"six buttons", with(text, strings.Repeat(button+",", 5)+button), true},
		{"seven buttons", with(text, strings.Repeat(button+",", 6)+button), false},
		{"seven buttons, one in the menu", with(text, strings.Repeat(button+",", 6)+strings.Replace(button, "{", `{"mode":"secondary",`, 1)), true},
		{"version 1.6", strings.Replace(with(text, ""), "1.5", "1.6", 1), false},
		{"version 1.05", strings.Replace(with(text, ""), "1.5", "1.05", 1), false},
		{"version 2.0", strings.Replace(with(text, ""), "1.5", "2.0", 1), false},
		{"no version", `{"type":"AdaptiveCard","body":[` + text + `]}`, false},
		{"nothing in it", with("", ""), false},
		{"an unknown element", with(`{"type":"Badge","text":"x"}`, ""), false},
		{"media", with(`{"type":"Media","sources":[]}`, ""), false},
		{"an unknown property", with(`{"type":"TextBlock","text":"x","colour":"good"}`, ""), false},
		{"an unknown property of the card", strings.Replace(with(text, ""), `"body"`, `"msteams":{},"body"`, 1), false},
		{"a missing property", with(`{"type":"TextBlock"}`, ""), false},
		{"an element without a type", with(`{"text":"x"}`, ""), false},
		{"a text that is none", with(`{"type":"TextBlock","text":1}`, ""), false},
		{"a flag that is none", with(`{"type":"TextBlock","text":"x","wrap":"true"}`, ""), false},
		{"a value that there is not", with(`{"type":"TextBlock","text":"x","spacing":"huge"}`, ""), false},
		{"a value in capitals", with(`{"type":"TextBlock","text":"x","spacing":"Medium"}`, ""), true},
		{"a button in the body", with(button, ""), false},
		{"text among the buttons", with(text, text), false},
		{"a list that is none", `{"type":"AdaptiveCard","version":"1.5","body":` + text + `,"actions":[` + button + `]}`, false},
		{"too deep", with(strings.Repeat(`{"type":"Container","items":[`, 40)+text+strings.Repeat("]}", 40), ""), false},
		{"columns without types", with(`{"type":"ColumnSet","columns":[{"width":"auto","items":[`+text+`]}]}`, ""), true},
		{"a table", with(`{"type":"Table","columns":[{"width":1}],"rows":[{"cells":[{"items":[`+text+`]}]}]}`, ""), true},
		{"a text run in short", with(`{"type":"RichTextBlock","inlines":["x"]}`, ""), true},
		{"a background", strings.Replace(with(text, ""), `"body"`, `"backgroundImage":"https://x.example/a.png","body"`, 1), true},
		{"a submit", with(text, `{"type":"Action.Submit","title":"A","data":{"a":1}}`), true},
		{"a page", with(text, `{"type":"Action.OpenUrl","title":"A","url":"https://x.example/?a=b"}`), true},
		{"a page that is none", with(text, `{"type":"Action.OpenUrl","title":"A","url":"javascript:x"}`), false},
		{"a submit with a verb", with(text, `{"type":"Action.Submit","title":"A","verb":"v"}`), false},
		{"a submit that is switched off", with(text, `{"type":"Action.Submit","title":"A","isEnabled":false}`), false},
		{"data that is a text", with(text, `{"type":"Action.Submit","title":"A","data":"a"}`), false},
		{"no verb", with(text, `{"type":"Action.Execute","title":"A","data":{}}`), false},
		{"no title", with(text, `{"type":"Action.Submit","data":{}}`), false},
		{"an unknown button", with(text, `{"type":"Action.Http","title":"A"}`), false},
		{"a fallback", with(text, strings.Replace(button, "{", `{"fallback":{"type":"Action.Submit","title":"A","data":{}},`, 1)), true},
		{"a dropped fallback", with(text, strings.Replace(button, "{", `{"fallback":"drop",`, 1)), true},
		{"an odd fallback", with(text, strings.Replace(button, "{", `{"fallback":"keep",`, 1)), false},
		{"text as a button's fallback", with(text, strings.Replace(button, "{", `{"fallback":`+text+`,`, 1)), false},
		{"a broken fallback", with(text, strings.Replace(button, "{", `{"fallback":{"type":"Action.Submit","verb":"x"},`, 1)), false},
		{"a card in a card", with(text, `{"type":"Action.ShowCard","title":"A","card":{"type":"AdaptiveCard","body":[`+text+`]}}`), true},
		{"an input without an id", with(`{"type":"Input.Text"}`, ""), false},
		{"not a card", `{"type":"HeroCard"}`, false},
		{"null", `null`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			answer := w.ask("POST", w.chat(t, one, pat)+"/activities", withCard(tt.card))
			if (answer.Code == 201) != tt.fine {
				t.Errorf("%d: %s", answer.Code, answer.Body)
			}
		})
	}
}

// Every card that the product has is taken.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *teamssim.Config) { c.Unlimited = true })
	chat := w.chat(t, one, pat)
	for _, sample := range catalog.Samples() {
		card, err := adaptive.Teams.Render(sample.Card)
		if err != nil {
			t.Fatalf("%s: %v", sample.Name, err)
		}
		if answer := w.ask("POST", chat+"/activities", withCard(string(card))); answer.Code != 201 {
			t.Errorf("%s: %d: %s", sample.Name, answer.Code, answer.Body)
		}
	}
}

// What the simulator knows of cards is what their published schema says, less what Teams doesn't
// draw, and more what it has besides.
func TestPublishedSchema(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("ROLLCALL_SCHEMAS")
	if folder == "" {
		t.Skip("skipped: ROLLCALL_SCHEMAS is not set")
	}
	text, err := os.ReadFile(filepath.Join(folder, "adaptive-card-1.5.0.json"))
	do(t, err)
	type definition struct {
		Properties map[string]any
		Required   []string
		AnyOf      []definition
	}
	var schema struct{ Definitions map[string]definition }
	do(t, json.Unmarshal(text, &schema))
	for kind, shape := range teamssim.Shapes() {
		published, there := schema.Definitions[kind]
		if !there {
			t.Errorf("there is no %s", kind)
			continue
		}
		for _, one := range published.AnyOf {
			if one.Properties != nil { // the long form of what also has a short one
				published = one
			}
		}
		want := []string{}
		for name := range published.Properties {
			want = append(want, strings.TrimSuffix(name, "?"))
		}
		if strings.HasPrefix(kind, "Action.") {
			want = slices.DeleteFunc(want, func(name string) bool { return name == "isEnabled" })
		}
		if kind == "Refresh" {
			want = append(want, "expires")
		}
		slices.Sort(want)
		slices.Sort(shape)
		if diff := cmp.Diff(slices.Compact(want), slices.Compact(shape)); diff != "" {
			t.Errorf("%s (-published +simulator):\n%s", kind, diff)
		}
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	want := "# What the simulator covers\n\nMade from its routes by `UPDATE=1 go test ./adapters/teams/teamssim -run Coverage`.\n\n" + teamssim.Coverage()
	if os.Getenv("UPDATE") != "" {
		do(t, os.WriteFile("COVERAGE.md", []byte(want), 0o644))
	}
	written, err := os.ReadFile("COVERAGE.md")
	do(t, err)
	if diff := cmp.Diff(want, string(written)); diff != "" {
		t.Errorf("COVERAGE.md is not of this simulator (-want +written):\n%s", diff)
	}
}
