package pages

import (
	"testing"

	"pulperia/dao/models"
)

// What stands in a link is read as it was written; what nobody has written is no place.
func TestEndingInLinks(t *testing.T) {
	id, _ := models.ParseID("665f1c2ab0e84d3f9a7c1e54")
	for _, e := range []ending{{id, 0, 1}, {id, 99_999_999_99, 1_700_000_000_000}, {id, 5, -62_135_596_800_000}} {
		if got := parseEnding(e.String()); got != e {
			t.Errorf("%v is read as %v", e, got)
		}
	}
	for _, text := range []string{"", "x", "665f1c2ab0e84d3f9a7c1e54.1", "665f1c2ab0e84d3f9a7c1e54.1.x", "665f1c2ab0e84d3f9a7c1e54.1.2.3", "665f1c2ab0e84d3f9a7c1e54..", ".1.2"} {
		if got := parseEnding(text); !got.id.IsZero() {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
