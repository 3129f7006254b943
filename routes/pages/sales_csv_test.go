package pages

import "testing"

// No text of an order is a formula in a spreadsheet, wherever that divides the cells; any other text
// is as it was.
func TestHarmless(t *testing.T) {
	for text, want := range map[string]string{
		"Ana": "Ana", "Ana; Beto": "Ana; Beto", "a=b": "a=b", "": "", "2 × Yerba; 1 × Mate": "2 × Yerba; 1 × Mate",
		"=1+1": "'=1+1", " +54": "' +54", "＝1": "'＝1", "@x": "'@x",
		"Bea;=1+1;x": "Bea;'=1+1;x", "Calle 1; =cmd|'/C calc'!A0;": "Calle 1;' =cmd|'/C calc'!A0;",
	} {
		if got := harmless(text); got != want {
			t.Errorf("%q becomes %q, not %q", text, got, want)
		}
	}
}
