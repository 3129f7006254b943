package filemanagers

import (
	"testing"

	"pgregory.net/rapid"

	"pulperia/dao/models"
)

// Places are those of a map from each id to where it stood last.
func TestPlacesAreThoseOfAMap(t *testing.T) {
	id := rapid.Custom(func(t *rapid.T) models.ID { // of a few, so that some come twice
		n := rapid.IntRange(0, 3_000).Draw(t, "n")
		return models.ID{0x66, 10: byte(n >> 8), 11: byte(n)}
	})
	rapid.Check(t, func(t *rapid.T) {
		var list []models.ID
		places, model := newPlaces(), map[models.ID]int{}
		for _, id := range rapid.SliceOfN(id, 0, 3_000).Draw(t, "ids") {
			list = append(list, id)
			places.put(list)
			model[id] = len(list) - 1
		}
		for n := range 3_001 {
			id := models.ID{0x66, 10: byte(n >> 8), 11: byte(n)}
			i, found := places.find(list, id)
			want, there := model[id]
			if found != there || found && i != want {
				t.Fatalf("id %s is found at %d (%v), not at %d (%v)", id, i, found, want, there)
			}
		}
	})
}
