package program

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// The configuration is decoded here, and not by a library's own decoder, for three reasons: every
// mistake is named by its path and line, all of them at once; no error quotes a value, which may be
// a secret; and a token or an id of digits stays the text that it is.

// readTree reads a YAML file: one list of keys with values, or nothing.
func readTree(path string) (*yaml.Node, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the file can't be read: %w: write one, or name another with --config", err)
	}
	var document, another yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is not YAML: %s", path, unquoted(err))
	}
	if err := decoder.Decode(&another); err == nil {
		return nil, fmt.Errorf("%s has a second document: keep one", path)
	}
	root := &yaml.Node{Kind: yaml.MappingNode}
	if len(document.Content) > 0 && !empty(document.Content[0]) {
		root = document.Content[0]
	}
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s has no keys: write the configuration as key: value", path)
	}
	return root, nil
}

var quoted = regexp.MustCompile("['`\"][^'`\"]*['`\"]")

// unquoted is a parser's error without what it quotes of the file: an asterisk before a token makes
// it the name of an anchor.
func unquoted(err error) string {
	return quoted.ReplaceAllString(strings.TrimPrefix(err.Error(), "yaml: "), "…")
}

// empty reports a key without a value, which is as good as none.
func empty(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// fill decodes a tree into what into points to.
func (p *problems) fill(tree *yaml.Node, into any) {
	p.fillValue("", tree, reflect.ValueOf(into).Elem())
}

func (p *problems) fillValue(at string, n *yaml.Node, into reflect.Value) {
	switch {
	case empty(n):
	case n.Kind == yaml.AliasNode:
		p.report(at, "%s is an alias: write the value itself", where(n))
	case into.Kind() == reflect.Struct:
		p.fillStruct(at, n, into)
	case into.Kind() == reflect.Map:
		p.fillMap(at, n, into)
	case into.Kind() == reflect.Slice:
		p.fillList(at, n, into)
	case n.Kind != yaml.ScalarNode:
		p.report(at, "%s must be a single value", where(n))
	default:
		p.fillScalar(at, n, into)
	}
}

func (p *problems) fillStruct(at string, n *yaml.Node, into reflect.Value) {
	known := keysOf(into.Type())
	p.each(at, n, func(key string, name, value *yaml.Node) {
		field, ok := known[key]
		if !ok {
			p.report(join(at, key), "%s is unknown: %s", where(name), suggest(key, slices.Sorted(maps.Keys(known))))
			return
		}
		p.fillValue(join(at, key), value, into.Field(field))
	})
}

func (p *problems) fillMap(at string, n *yaml.Node, into reflect.Value) {
	into.Set(reflect.MakeMap(into.Type()))
	p.each(at, n, func(key string, _, value *yaml.Node) {
		element := reflect.New(into.Type().Elem()).Elem()
		p.fillValue(join(at, key), value, element)
		into.SetMapIndex(reflect.ValueOf(key), element)
	})
}

// fillList decodes a list of texts: one of YAML, or, as a variable has it, with commas between them.
func (p *problems) fillList(at string, n *yaml.Node, into reflect.Value) {
	texts := []string{}
	switch n.Kind {
	case yaml.SequenceNode:
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode || empty(item) {
				p.report(at, "%s must be a list of single values", where(item))
				continue
			}
			texts = append(texts, item.Value)
		}
	case yaml.ScalarNode:
		for text := range strings.SplitSeq(n.Value, ",") {
			if text = strings.TrimSpace(text); text != "" {
				texts = append(texts, text)
			}
		}
	default:
		p.report(at, "%s must be a list", where(n))
	}
	into.Set(reflect.ValueOf(texts))
}

// each goes through the keys of a mapping, in the order of the file.
func (p *problems) each(at string, n *yaml.Node, visit func(key string, name, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		p.report(at, "%s must have keys of its own", where(n))
		return
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if seen[name.Value] {
			p.report(join(at, name.Value), "%s stands twice: keep one of them", where(name))
			continue
		}
		seen[name.Value] = true
		visit(name.Value, name, value)
	}
}

func (p *problems) fillScalar(at string, n *yaml.Node, into reflect.Value) {
	switch into.Interface().(type) {
	case string:
		into.SetString(n.Value)
	case time.Duration:
		d, err := time.ParseDuration(n.Value)
		p.check(err == nil, at, "%s must be a duration with its unit, such as 15m or 168h, which is a week", where(n))
		into.SetInt(int64(d))
	case int:
		i, err := strconv.Atoi(n.Value)
		p.check(err == nil, at, "%s must be a whole number", where(n))
		into.SetInt(int64(i))
	case bool:
		truth, ok := parseTruth(n.Value)
		p.check(ok, at, "%s must be true or false", where(n))
		into.SetBool(truth)
	}
}

// parseTruth knows the words of YAML, old and new.
func parseTruth(text string) (truth, ok bool) {
	switch strings.ToLower(text) {
	case "true", "yes", "on":
		return true, true
	case "false", "no", "off":
		return false, true
	}
	return false, false
}

// keysOf are the keys that a struct has in YAML, with the indices of their fields.
func keysOf(t reflect.Type) map[string]int {
	keys := make(map[string]int)
	for i := range t.NumField() {
		keys[t.Field(i).Tag.Get("yaml")] = i
	}
	return keys
}

func join(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

// where says where a value stands: on a line of the file, or in a variable of the environment.
func where(n *yaml.Node) string {
	if n.Line == 0 {
		return "(" + n.LineComment + ")"
	}
	return fmt.Sprintf("(line %d)", n.Line)
}

// sentence is what is wrong with the value at a path.
func sentence(at, format string, args ...any) error {
	return fmt.Errorf("%s "+format, append([]any{at}, args...)...)
}

// suggest names the known key that was probably meant, or all of them.
func suggest(key string, known []string) string {
	nearest, least := "", min(3, len(key)/2+1) // what is further apart would be a guess
	for _, k := range known {
		if d := distance(key, k); d < least {
			nearest, least = k, d
		}
	}
	if nearest != "" {
		return "did you mean " + nearest + "?"
	}
	return choose(known)
}

func choose(words []string) string {
	if len(words) == 1 {
		return "use " + words[0]
	}
	return "use one of " + strings.Join(words, ", ")
}

// distance is how many characters must be put in, left out or changed to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
