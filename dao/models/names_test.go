package models

import (
	"encoding/json"
	"testing"
)

// A name that an object has twice is told by where it stands; names of different objects and texts
// that look like names are none.
func TestCheckNames(t *testing.T) {
	for text, want := range map[string]string{
		`{"price":1,"price":999}`:                                   "price is given twice",
		`{"price":1,"PRICE":999}`:                                   "", // another name (RFC 8259, section 4)
		`{"price":1,"pr\u0069ce":999}`:                              "price is given twice",
		`{"a":{"b":[1,{"c":1,"d":"x","c":2}]}}`:                     "a.b[1].c is given twice",
		`{"products":[{"quantity":1},{"quantity":1,"quantity":2}]}`: "products[1].quantity is given twice",
		`{"a":1,"b":2,"a":3,"b":4,"a":5}`:                           "a is given twice; b is given twice",
		`[{"a":1,"a":2}]`:                                           "[0].a is given twice",
		`{"a":"a","b":["a","a"],"c":{"a":"\"a\":"},"d":[{},{}]}`:    "",
		`{}`: "", `[]`: "", `"a"`: "", `1`: "", `}],`: "", `{"a`: "", `{"`: "",
	} {
		err := CheckNames([]byte(text))
		if err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// Whatever the bytes, the scan ends; of valid JSON whose objects keep their number of names it says
// nothing.
func FuzzCheckNames(f *testing.F) {
	f.Add([]byte(`{"a":[{"b":"\"","b":1}],"c":{}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		err := CheckNames(text)
		var flat map[string]int
		if json.Unmarshal(text, &flat) == nil && len(flat) == 1 && err == nil {
			again, _ := json.Marshal(flat)
			if len(again) > len(text)+64 {
				t.Errorf("%q", text)
			}
		}
	})
}
