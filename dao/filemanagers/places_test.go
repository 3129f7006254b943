package filemanagers

import (
	"testing"

	"pgregory.net/rapid"

	"pulperia/dao/models"
)

// Places are those of a map from each id to where it stood last, over many tables and growths of a
// table.
func TestPlacesAreThoseOfAMap(t *testing.T) {
	id := func(n int) models.ID { return models.ID{3: byte(n % 7), 10: byte(n >> 8), 11: byte(n)} }
	const ids = 2_000 // few, so that some come twice
	rapid.Check(t, func(t *rapid.T) {
		places, model := newPlaces(), map[models.ID]int{}
		places.most = rapid.IntRange(1, 800).Draw(t, "most")
		var list []models.ID
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, ids-1), 0, 2_000).Draw(t, "list") {
			list = append(list, id(n))
			places.put(list)
			model[id(n)] = len(list) - 1
		}
		for n := range ids {
			i, found := places.find(list, id(n))
			if want, there := model[id(n)]; found != there || found && i != want {
				t.Fatalf("id %d is found at %d (%v), not at %d (%v)", n, i, found, want, there)
			}
		}
	})
}
