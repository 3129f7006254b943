package filemanagers

import (
	"log/slog"
	"reflect"
	"runtime"
	"testing"
	"weak"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
)

// Whatever a product has stays on the shelf, a field that somebody adds tomorrow included.
func TestShelvedIsWhole(t *testing.T) {
	kind := reflect.TypeFor[models.Product]()
	for i := range kind.NumField() {
		var p models.Product
		switch field := reflect.ValueOf(&p).Elem().Field(i); field.Kind() {
		case reflect.String:
			field.SetString("a")
		case reflect.Int64:
			field.SetInt(7)
		case reflect.Bool:
			field.SetBool(true)
		case reflect.Slice:
			field.Set(reflect.MakeSlice(field.Type(), 1, 1))
		case reflect.Array:
			field.Index(0).SetUint(7)
		default:
			t.Fatalf("no value for %s", kind.Field(i).Name)
		}
		if diff := cmp.Diff(p, shelve(&p).product()); diff != "" {
			t.Errorf("%s (-given +kept): %s", kind.Field(i).Name, diff)
		}
	}
}

// What was read of a store at its start is let go: it would be all values once more, also those that
// have changed since.
func TestNothingOfTheStartIsKept(t *testing.T) {
	d := newMemDisk()
	s, err := openDisk(d, 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	read, err := load(d)
	if err != nil {
		t.Fatal(err)
	}
	e := newEngine(read, Options{disk: d, Log: slog.New(slog.DiscardHandler)})
	kept := weak.Make(read)
	read = nil
	runtime.GC()
	if kept.Value() != nil {
		t.Error("the open store holds what it was opened from")
	}
	runtime.KeepAlive(e)
}
