package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pulperia/dao/models"
)

// access counts whom what is brought into a shop lets in.
type access struct{ people, keys int }

// note counts a value, and says by name whom a shop lets in that gets it; "" for what lets in nobody.
func (a *access) note(v models.Value) string {
	switch v := v.(type) {
	case *models.Person:
		a.people++
		how := "with the password that belongs to it"
		if !v.Joined() {
			how = "once he has a new link (pulperia people reset), for he has no password yet"
		}
		return fmt.Sprintf("lets in %s %s, as %s, %s", v.Name, v.Email, v.Role, how)
	case *models.Key:
		a.keys++
		return fmt.Sprintf("lets in the key %q (%s), as %s", v.Name, v.ID, v.Role)
	case *models.Secrets:
		return "gets the key by which the other shop has signed visits: whoever brings such a cookie stays who he is"
	}
	return ""
}

// String says how many were let in, and what that takes of them; "" for nobody.
func (a access) String() string {
	if a == (access{}) {
		return ""
	}
	return fmt.Sprintf("access is given to %d people and %d keys; sessions and one-time links are in no file, so everybody signs in anew. "+
		"See who it is: pulperia people list, pulperia keys list", a.people, a.keys)
}

// differing says in what a value of a file differs from that of the shop, field by field, from this to
// that. Of a secret it says no more than that it does.
func differing(ours, files models.Value) string {
	was, is := contentOf(ours), contentOf(files)
	var parts []string
	for _, field := range slices.Sorted(maps.Keys(is)) {
		from, to := string(was[field]), string(is[field])
		switch {
		case from == to:
		case strings.HasSuffix(field, "Hash") || strings.HasSuffix(field, "Key"):
			parts = append(parts, field+" is another one")
		default:
			from, to = apart(from, to)
			parts = append(parts, field+" "+from+" → "+to)
		}
	}
	return strings.Join(parts, "; ")
}

// contentOf are the fields of a value that are its content, as JSON has them.
func contentOf(v models.Value) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	json.Unmarshal(models.JSON(v), &fields) // it is JSON of ours
	for _, head := range []string{"_id", "rev", "createdAt", "updatedAt", "__v"} {
		delete(fields, head)
	}
	return fields
}
