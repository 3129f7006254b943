package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao/models"
)

// Forms that scripts send name what stands further in by brackets: products[0][quantity]=2. Left
// aside as unknown fields they would be lost without a word.

// maxDepth is how far in such a name may lead.
const maxDepth = 6

// nested is a field of a form: what it says itself, or what stands in it by name or number.
type nested struct {
	said  json.RawMessage
	inner map[string]*nested
}

// put takes in what a name says; it is not ok where something else has been said there.
func (n *nested) put(path []string, said json.RawMessage) (ok bool) {
	if len(path) == 0 {
		ok, n.said = n.said == nil && n.inner == nil, said
		return ok
	}
	if n.said != nil {
		return false
	}
	if n.inner == nil {
		n.inner = map[string]*nested{}
	}
	next := n.inner[path[0]]
	if next == nil {
		next = &nested{}
		n.inner[path[0]] = next
	}
	return next.put(path[1:], said)
}

// json returns it as it would stand in a body of JSON: numbers from 0 on are those of a list.
func (n *nested) json() json.RawMessage {
	if n.inner == nil {
		return n.said
	}
	list := make([]json.RawMessage, len(n.inner))
	for i := range list {
		entry := n.inner[strconv.Itoa(i)]
		if entry == nil {
			fields := map[string]json.RawMessage{}
			for name, one := range n.inner {
				fields[name] = one.json()
			}
			return models.JSON(fields)
		}
		list[i] = entry.json()
	}
	return models.JSON(list)
}

// pathOf splits the name of a field: products[0][quantity]. One that has no such form is a name as it
// stands.
func pathOf(name string) []string {
	first, rest, has := strings.Cut(name, "[")
	if !has || first == "" || !strings.HasSuffix(rest, "]") {
		return []string{name}
	}
	inner := strings.Split(strings.TrimSuffix(rest, "]"), "][")
	if len(inner) > maxDepth || slices.ContainsFunc(inner, func(part string) bool { return part == "" || strings.ContainsAny(part, "[]") }) {
		return []string{name}
	}
	return append([]string{first}, inner...)
}

// nest puts fields that are named by brackets into those that they stand in.
func nest(flat map[string]json.RawMessage, wrong *models.Invalid) map[string]json.RawMessage {
	var root nested
	for _, name := range slices.Sorted(maps.Keys(flat)) {
		path := pathOf(name)
		if !root.put(path, flat[name]) {
			wrong.Add(shown([]byte(path[0])), models.Twice, nil, "")
		}
	}
	fields := make(map[string]json.RawMessage, len(root.inner))
	for name, one := range root.inner {
		fields[name] = one.json()
	}
	return fields
}
