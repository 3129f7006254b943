package walk

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// exported reads all that export writes, beside the open shop.
func exported(w *walk, _ *shop) error {
	out, log, err := w.run(w.store, "export", "-")
	if err != nil {
		return fmt.Errorf("%w: %s", err, log)
	}
	got, err := readExport(out)
	if err != nil {
		return err
	}
	if err := differs(w.model.products, got.products); err != nil {
		return err
	}
	if err := differs(w.model.carts, got.carts); err != nil {
		return err
	}
	return differs(append([]message{}, w.model.messages...), append([]message{}, got.messages...))
}

// readExport reads what export has written.
func readExport(out string) (*model, error) {
	got := newModel()
	for text := range strings.Lines(out) {
		var line struct {
			Product *product
			Cart    *cart
			Message *message
		}
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
		switch {
		case line.Product != nil:
			got.products[line.Product.ID] = *line.Product
		case line.Cart != nil:
			got.carts[line.Cart.ID] = *line.Cart
		case line.Message != nil:
			got.messages = append(got.messages, *line.Message)
		}
	}
	return got, nil
}

// checked has the program verify the store. What others wrote may be worth a note, and is no
// damage.
func checked(w *walk, _ *shop) error {
	out, log, err := w.run(w.store, "check")
	if err != nil || strings.Contains(log, "damage") {
		return fmt.Errorf("%v\n%s%s", err, out, log)
	}
	return nil
}

// askFiles looks at what a shop that was stopped has left: of a folder, the files alone are the
// whole truth.
func (w *walk) askFiles() {
	w.Helper()
	if err := exported(w, nil); err != nil {
		w.Fatalf("after the last stop: export: %v", err)
	}
	if w.onMongoDB() {
		return
	}
	var list []product
	file, err := os.ReadFile(filepath.Join(w.store, "products.json"))
	if err == nil {
		err = json.Unmarshal(file, &list)
	}
	if err != nil {
		w.Fatal(err)
	}
	got := map[string]product{}
	for _, one := range list {
		got[one.ID] = one
	}
	if err := differs(w.model.products, got); err != nil {
		w.Fatalf("after the last stop: products.json: %v", err)
	}
}
