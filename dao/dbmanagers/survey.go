package dbmanagers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"pulperia/dao"
)

// Findings is what a survey found in the documents of other programs.
type Findings struct {
	Unknown map[string]int // how many documents have a field that our values have no place for, by its name: "products.color"
	Guessed int            // how many documents are not as we would write them, so that reading had to guess; Check names them
}

// Survey is Dump of a store that this package has opened. It looks at the documents on the way.
func Survey(ctx context.Context, s dao.Store, visit func(dao.Batch) error) (Findings, error) {
	found := Findings{Unknown: make(map[string]int)}
	e, ours := s.Engine.(*engine)
	if !ours {
		return found, errors.New("survey: the store is none of this engine")
	}
	_, err := e.dump(ctx, visit, func(c *collection, rec *record) {
		for _, field := range c.unknownFields(c.Schema, rec.raw) {
			found.Unknown[c.Plural+"."+field]++
		}
		if len(c.dirt(rec.raw)) > 0 {
			found.Guessed++
		}
	})
	return found, err
}

// SameDatabase says whether two URLs name one database of one server, as far as their texts tell.
func SameDatabase(a, b string) bool {
	p, _ := split(a)
	q, _ := split(b)
	one, err1 := p.database()
	other, err2 := q.database()
	if err1 != nil || err2 != nil || one != other {
		return false
	}
	hosts := q.hostNames()
	return slices.ContainsFunc(p.hostNames(), func(host string) bool { return slices.Contains(hosts, host) })
}

// hostNames returns the hosts, each with its port and in one spelling.
func (p parts) hostNames() []string {
	names := strings.Split(strings.ToLower(p.hosts), ",")
	for i, name := range names {
		if strings.LastIndex(name, ":") <= strings.LastIndex(name, "]") && !strings.EqualFold(p.scheme, "mongodb+srv") {
			name += ":27017"
		}
		for _, loopback := range []string{"127.0.0.1:", "[::1]:"} {
			if port, found := strings.CutPrefix(name, loopback); found {
				name = "localhost:" + port
			}
		}
		names[i] = name
	}
	return names
}

// NeedsPassword says whether a URL waits for a password that is given beside it.
func NeedsPassword(url string) bool {
	p, isURL := split(url)
	return isURL && !p.torn && (p.placeholder() || p.hasUser && p.password == "" && p.wantsPassword())
}
