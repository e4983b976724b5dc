package cards_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/dlclark/regexp2"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"rollcall/cards/adaptive"
	"rollcall/cards/blockkit"
)

// TestPublishedSchemas holds what the renderers write to the platforms' own schemas. The one of
// Adaptive Cards is Microsoft's and closed: a misspelt property fails. The one of Slack's blocks is
// made from the types of Slack's SDK and structural only: it knows no lengths and no counts, which the
// renderer's own tests hold.
func TestPublishedSchemas(t *testing.T) {
	t.Parallel()
	card, blocks := schema(t, "adaptive-card-1.3.0.json"), schema(t, "slack-blocks.json")
	for _, sample := range samples() {
		t.Run(sample.Name, func(t *testing.T) {
			t.Parallel()
			out, err := adaptive.Webex.Render(sample.Card)
			if err != nil {
				t.Fatal(err)
			}
			if err := card.Validate(decode(t, out)); err != nil {
				t.Errorf("Adaptive Card: %v", err)
			}
			message, err := blockkit.Render(sample.Card)
			if err != nil {
				t.Fatal(err)
			}
			if err := blocks.Validate(decode(t, message.Blocks)); err != nil {
				t.Errorf("blocks: %v", err)
			}
		})
	}
}

// TestSchemasRefuse: a schema that takes anything would prove nothing.
func TestSchemasRefuse(t *testing.T) {
	t.Parallel()
	tests := []struct{ file, text string }{
		{"adaptive-card-1.3.0.json", `{"type":"AdaptiveCard","version":"1.3","body":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"a","wrap":true}]}]}`},
		{"adaptive-card-1.3.0.json", `{"type":"AdaptiveCard","version":"1.3","actions":[{"type":"Action.Execute","title":"a"}]}`},
		{"slack-blocks.json", `[{"type":"header","text":{"type":"mrkdwn","text":"a"}}]`},
		{"slack-blocks.json", `[{"type":"actions","elements":[{"type":"button","text":"a"}]}]`},
	}
	for _, test := range tests {
		if err := schema(t, test.file).Validate(decode(t, []byte(test.text))); err == nil {
			t.Errorf("%s takes %s", test.file, test.text)
		}
	}
}

// schema is one of the schemas in the folder ROLLCALL_SCHEMAS.
func schema(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	folder := os.Getenv("ROLLCALL_SCHEMAS")
	if folder == "" {
		t.Skip("skipped: ROLLCALL_SCHEMAS is not set")
	}
	text, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		t.Fatalf("ROLLCALL_SCHEMAS is set, and the schema isn't there: %v", err)
	}
	c := jsonschema.NewCompiler()
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) {
		re, err := regexp2.Compile(s, regexp2.ECMAScript)
		return (*expression)(re), err
	})
	if err := c.AddResource(file, decode(t, text)); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// expression has what Go's own regular expressions lack and these schemas use: look-ahead.
type expression regexp2.Regexp

var _ jsonschema.Regexp = (*expression)(nil)

func (e *expression) MatchString(s string) bool {
	ok, err := (*regexp2.Regexp)(e).MatchString(s)
	return err == nil && ok
}

func (e *expression) String() string { return (*regexp2.Regexp)(e).String() }

func decode(t *testing.T, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
