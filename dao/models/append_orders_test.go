package models

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// filler draws what values are made of, whatever fields they have: a field that somebody adds and
// AppendJSON does not write is found.
type filler struct{ text *rapid.Generator[string] }

func (f filler) fill(t *rapid.T, v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(t, v.Field(i), name+"."+v.Type().Field(i).Name)
		}
	case reflect.Slice:
		n := rapid.IntRange(-1, 2).Draw(t, name)
		if n < 0 {
			return // nil
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.fill(t, v.Index(i), name)
		}
	case reflect.Array: // an id
		v.Index(v.Len() - 1).SetUint(uint64(rapid.Byte().Draw(t, name)))
	case reflect.String:
		v.SetString(f.text.Draw(t, name))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, name))
	case reflect.Int64:
		v.SetInt(f.number(t, v.Type(), name))
	default:
		t.Fatalf("%s is a %s, of which nothing is drawn", name, v.Type())
	}
}

func (f filler) number(t *rapid.T, of reflect.Type, name string) int64 {
	if of == reflect.TypeFor[Time]() {
		return rapid.Int64Range(-80_000_000_000_000, 300_000_000_000_000).Draw(t, name)
	}
	return rapid.Int64Range(-1_000_000, 1_000_000_000_000).Draw(t, name)
}

// Hashes of requests are kept: what they are made of must not change.
func TestRequest(t *testing.T) {
	f := filler{rapid.OneOf(rapid.String(), rapid.SampledFrom(pieces))}
	rapid.Check(t, func(t *rapid.T) {
		var o Order
		f.fill(t, reflect.ValueOf(&o).Elem(), "")
		want := string(encode([]any{o.Cart, o.Buyer, o.Delivery.Way, o.Delivery.Address, o.Payment.Way, o.Note}))
		if got := string(o.Request()); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func TestAppendJSONOfOrders(t *testing.T) {
	f := filler{rapid.OneOf(rapid.String(), rapid.SampledFrom(pieces))}
	rapid.Check(t, func(t *rapid.T) {
		for _, v := range []interface{ AppendJSON([]byte) []byte }{&Order{}, &Counter{}, &OpenOrders{}} {
			f.fill(t, reflect.ValueOf(v).Elem(), "")
			want := string(encode(v))
			for by, got := range map[string]string{
				"AppendJSON": string(AppendJSON([]byte("x"), v))[1:], "JSON": string(JSON(v)),
			} {
				if got != want {
					t.Fatalf("by %s of %T\ngot  %s\nwant %s", by, v, got, want)
				}
			}
		}
	})
}
