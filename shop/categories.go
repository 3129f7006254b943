package shop

import (
	"context"
	"strings"
	"sync"
	"time"

	"pulperia/dao/models"
)

// spellingsAge is how long the names of the categories are remembered: a shop that is filled asks for
// them now and then.
const spellingsAge = 10 * time.Second

// spellings are the names of the categories as they were a moment ago, with those that are coming.
// Two processes on one database may still make two spellings at once; these stay until somebody
// changes one.
type spellings struct {
	mu     sync.Mutex
	read   time.Time
	names  map[string]bool
	coming map[string]string // by its folded form, what products are being made in
}

// unspelled says of a change that the spelling of its category is to be looked up before it.
type unspelled struct {
	category string
	was      models.Product
}

func (unspelled) Error() string { return "the spelling of the category is to be looked up" }

// alike is the same of all spellings of a name.
func alike(name string) string { return strings.Join(strings.Fields(models.Fold(name)), " ") }

// Spelling returns how the shop would write a category: that of a product which comes in, or the one
// that was, which is there, is to get.
func (s *Shop) Spelling(ctx context.Context, category string, was models.Product) (string, error) {
	if models.NormalName(category) == was.Category {
		return was.Category, nil
	}
	return s.spell(ctx, category, was)
}

// spell returns how the shop writes a category: as it stands in other products, where these write it
// as it is given or differ from that only in case, accents and spaces. What several spellings have
// become by other programs stays; a new one is that of most. was is the product that is changed.
func (s *Shop) spell(ctx context.Context, category string, was models.Product) (string, error) {
	name := models.NormalName(category)
	if models.CheckCategory(name) != nil { // it is refused as it was given
		return category, nil
	}
	folded, known := alike(name), &s.spellings
	known.mu.Lock()
	defer known.mu.Unlock()
	fresh := time.Since(known.read) < spellingsAge
	if fresh && known.names[name] {
		return category, nil
	}
	all, err := s.store.Products.Categories(ctx)
	if err != nil {
		return "", err
	}
	if !fresh {
		known.read, known.coming = time.Now(), map[string]string{}
	}
	known.names = make(map[string]bool, len(all))
	spelling, most := name, 0
	for _, one := range all {
		known.names[one.Name] = true
		others := one.Products
		if one.Name == was.Category {
			others--
		}
		if others > most && alike(one.Name) == folded {
			spelling, most = one.Name, others
		}
	}
	switch coming, is := known.coming[folded]; {
	case known.names[name]:
		spelling = name
	case most == 0 && is && was.ID.IsZero():
		spelling = coming
	}
	if !was.ID.IsZero() {
		delete(known.names, was.Category) // it may have been the last one
	}
	known.names[spelling], known.coming[folded] = true, spelling
	return spelling, nil
}
