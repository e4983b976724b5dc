package entrasim

import (
	"encoding/json"
	"slices"
	"strings"
)

// query says what a property can be filtered by:
// https://learn.microsoft.com/graph/aad-advanced-queries
type query int

const (
	unfiltered query = iota
	plain            // by default
	advanced         // with "ConsistencyLevel: eventual" and $count=true
)

// property is one of an object's.
type property[T any] struct {
	name     string
	standard bool // shown where nothing is selected
	query    query
	indexed  bool                          // users can be looked up by it without looking at all
	value    func(T) any                   // a string, a bool, nil, or whatever is encoded
	elements func(T) []string              // of a collection of strings, instead of value
	set      func(T, json.RawMessage) bool // where it may be patched
}

func (p property[T]) shown(of T) any {
	if p.elements == nil {
		return p.value(of)
	}
	if all := p.elements(of); all != nil {
		return all
	}
	return []string{}
}

// properties are all of a type, with the type's name for messages.
type properties[T any] struct {
	kind string
	all  []property[T]
}

func (ps properties[T]) named(name string) (property[T], bool) {
	i := slices.IndexFunc(ps.all, func(p property[T]) bool { return p.name == name })
	if i < 0 {
		return property[T]{}, false
	}
	return ps.all[i], true
}

// standard are the names of those that are shown where nothing is selected.
func (ps properties[T]) standard() []string {
	var names []string
	for _, p := range ps.all {
		if p.standard {
			names = append(names, p.name)
		}
	}
	return names
}

func (ps properties[T]) names() []string {
	var names []string
	for _, p := range ps.all {
		names = append(names, p.name)
	}
	return names
}

// selected reads a $select. Names that the type has not are refused, but for the extra ones.
func (ps properties[T]) selected(text string, extra ...string) ([]string, result) {
	if text == "" {
		return nil, result{}
	}
	var names []string
	for _, name := range strings.Split(text, ",") {
		name = strings.TrimSpace(name)
		if _, ok := ps.named(name); !ok && !slices.Contains(extra, name) {
			return nil, refuse(400, "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, ps.kind)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, result{}
}

// show makes the JSON object of something: with the named properties, and nothing but nulls in them
// but for the id where the app may not read it.
func (ps properties[T]) show(of T, names []string, readable bool) map[string]any {
	if names == nil {
		names = ps.standard()
	}
	out := make(map[string]any, len(names)+1)
	for _, name := range names {
		p, ok := ps.named(name)
		if !ok {
			continue // a navigation property
		}
		if readable || name == "id" {
			out[name] = p.shown(of)
		} else {
			out[name] = nil
		}
	}
	return out
}

// orNull is how Graph shows a string that was never set.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
