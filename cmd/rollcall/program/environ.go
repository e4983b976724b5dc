package program

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// prefix begins the names of the variables that are ours to read.
const prefix = "ROLLCALL_"

// overlay puts the values of the environment into the tree of the file.
func (p *problems) overlay(root *yaml.Node, environ []string) {
	known := keysOf(reflect.TypeFor[Config]())
	for _, variable := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(variable, "=")
		path, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		parts := strings.Split(strings.ToLower(path), "__")
		if _, ours := known[parts[0]]; ours {
			place(root, parts, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, LineComment: name})
		} else if meant := misspelt(path); meant != "" {
			p.report(name, "is unknown: did you mean %s?", meant)
		}
	}
}

// place puts a value at a path of the tree. Where the file has something there that is no mapping,
// that is wrong, and is said when it is decoded.
func place(at *yaml.Node, parts []string, value *yaml.Node) {
	for _, part := range parts[:len(parts)-1] {
		if at = child(at, part, value.LineComment); at.Kind == 0 || empty(at) {
			*at = yaml.Node{Kind: yaml.MappingNode, LineComment: value.LineComment}
		}
		if at.Kind != yaml.MappingNode {
			return
		}
	}
	*child(at, parts[len(parts)-1], value.LineComment) = *value
}

// child is the value that a mapping has at a part of a variable's name, in which a dash is an
// underscore. Where it has none it is made.
func child(at *yaml.Node, part, variable string) *yaml.Node {
	dashed := -1
	for i := 0; i+1 < len(at.Content); i += 2 {
		switch key := at.Content[i].Value; {
		case key == part:
			return at.Content[i+1]
		case strings.ReplaceAll(key, "-", "_") == part:
			dashed = i
		}
	}
	if dashed >= 0 {
		return at.Content[dashed+1]
	}
	key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: part, LineComment: variable}
	value := new(yaml.Node)
	at.Content = append(at.Content, key, value)
	return value
}

// misspelt is the variable that is meant by one whose underscores are wrong; empty: none is.
func misspelt(path string) string {
	for _, name := range variables(reflect.TypeFor[Config](), nil) {
		if single(name) == single(path) {
			return prefix + name
		}
	}
	return ""
}

func single(name string) string { return strings.ReplaceAll(name, "__", "_") }

// variables are the names, without the prefix, of the values whose paths are fixed.
func variables(t reflect.Type, at []string) []string {
	var all []string
	for i := range t.NumField() {
		field := t.Field(i)
		path := append(slices.Clone(at), strings.ToUpper(field.Tag.Get("yaml")))
		switch field.Type.Kind() {
		case reflect.Struct:
			all = append(all, variables(field.Type, path)...)
		case reflect.Map: // its keys are the configuration's own
		default:
			all = append(all, strings.Join(path, "__"))
		}
	}
	return all
}
