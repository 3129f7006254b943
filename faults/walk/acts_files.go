package walk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// fileActs are what hands do to the files of a shop that is stopped.
var fileActs = []act{
	{name: "editPrice", weight: 4, fits: editable, do: editPrice, restless: true},
	{name: "editProducts", weight: 3, fits: editable, do: editProducts, restless: true},
	{name: "editAfterHangUp", weight: 2, fits: editable, do: editAfterHangUp, restless: true},
	{name: "editWithBOM", weight: 1, fits: editable, do: editWithBOM},
	{name: "editCarts", weight: 2, fits: func(w *walk) bool { return onFiles(w) && hasCarts(w) }, do: editCarts},
	{name: "editMessages", weight: 2, fits: onFiles, do: editMessages},
	{name: "editBadBytes", weight: 1, fits: editable, do: editBadBytes},
	{name: "copyFolder", weight: 2, fits: onFiles, do: copyFolder},
	{name: "putFolderBack", weight: 4, fits: func(w *walk) bool { return onFiles(w) && w.backup != "" }, do: putFolderBack, restless: true},
}

// edit stops the shop and gives a file of JSON another content, as an editor does.
func (w *walk) edit(name string, signal syscall.Signal, change func(list []map[string]any) []map[string]any) {
	w.Helper()
	w.close(signal)
	w.rewrite(name, change)
}

// rewrite does so while the shop is stopped.
func (w *walk) rewrite(name string, change func(list []map[string]any) []map[string]any) {
	w.Helper()
	path := filepath.Join(w.store, name)
	was, err := os.ReadFile(path)
	var list []map[string]any
	decoder := json.NewDecoder(bytes.NewReader(was))
	decoder.UseNumber()
	if err == nil {
		err = decoder.Decode(&list)
	}
	if err != nil {
		w.Fatalf("after a stop %s cannot be read: %v", path, err)
	}
	is, err := json.MarshalIndent(change(list), "", "    ")
	if err == nil {
		err = os.WriteFile(path, is, 0o600)
	}
	if err != nil {
		w.Fatal(err)
	}
	w.model.epoch = ""
}

// fields is a product as it stands in a file.
func (p product) fields() (named map[string]any) {
	if err := json.Unmarshal([]byte(text(p)), &named); err != nil {
		panic(err) // it was written a moment ago
	}
	return named
}

// editPrice changes one price, which is all that most edits are.
func editPrice(w *walk) { w.editPriceAfter(syscall.SIGTERM) }

// editAfterHangUp does so after the window of the terminal was closed.
func editAfterHangUp(w *walk) { w.editPriceAfter(syscall.SIGHUP) }

func (w *walk) editPriceAfter(signal syscall.Signal) {
	w.Helper()
	p := w.anyProduct()
	p = p.priced(w.newPrice())
	w.edit("products.json", signal, func(list []map[string]any) []map[string]any {
		for _, one := range list {
			if one["_id"] == p.ID {
				one["price"] = p.Price
				if len(p.Variants) > 0 { // else nobody could say which of both is right
					one["variants"] = p.Variants
				}
			}
		}
		return list
	})
	w.model.put(p)
}

// editProducts takes one out, changes the title of another, and adds one without an id of its own.
func editProducts(w *walk) {
	out, changed, fresh := w.anyProduct(), w.anyProduct(), w.newProduct()
	changed.Title = fmt.Sprint("A mano ", w.act)
	w.edit("products.json", syscall.SIGTERM, func(list []map[string]any) (kept []map[string]any) {
		for _, one := range list {
			if one["_id"] == changed.ID {
				one["title"] = changed.Title
			}
			if one["_id"] != out.ID {
				kept = append(kept, one)
			}
		}
		return append(kept, fresh.fields())
	})
	w.model.put(changed)
	w.model.put(fresh)
	w.remove(out.ID)
}

// editWithBOM saves the file as Windows' editor does.
func editWithBOM(w *walk) {
	w.editPriceAfter(syscall.SIGTERM)
	path := filepath.Join(w.store, "products.json")
	was, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, append([]byte("\xef\xbb\xbf"), was...), 0o600)
	}
	if err != nil {
		w.Fatal(err)
	}
}

func editCarts(w *walk) {
	c := w.anyCart()
	if len(c.Products) == 0 {
		c = c.with(w.anyChoice(), 1)
	}
	c.Products[0].Quantity = int64(1 + w.random.IntN(4))
	w.edit("carts.json", syscall.SIGTERM, func(list []map[string]any) []map[string]any {
		for _, one := range list {
			if one["_id"] == c.ID {
				one["products"] = c.Products
			}
		}
		return list
	})
	w.model.carts[c.ID] = c
}

// editMessages takes the first message out and adds one at the end.
func editMessages(w *walk) {
	w.close(syscall.SIGTERM)
	path := filepath.Join(w.store, "messages.jsonl")
	was, err := os.ReadFile(path)
	if err != nil {
		w.Fatal(err)
	}
	if _, rest, more := strings.Cut(string(was), "\n"); more && len(w.model.messages) > 1 {
		was = []byte(rest)
		w.model.messages = append([]message{}, w.model.messages[1:]...)
	}
	m := w.newMessage()
	if err := os.WriteFile(path, append(was, text(m)+"\n"...), 0o600); err != nil {
		w.Fatal(err)
	}
	w.model.messages = append(w.model.messages, m)
	w.model.epoch = ""
}

// editBadBytes leaves bytes that are no UTF-8, as an editor of another age does: the start is
// refused by name, and no byte changes.
func editBadBytes(w *walk) {
	w.close(syscall.SIGTERM)
	path := filepath.Join(w.store, "products.json")
	was, err := os.ReadFile(path)
	if err != nil {
		w.Fatal(err)
	}
	bad := bytes.Replace(was, []byte("ñ"), []byte("\xf1"), 1)
	if err := os.WriteFile(path, bad, 0o600); err != nil {
		w.Fatal(err)
	}
	if s, err := w.start(w.store); err == nil {
		w.shop = s
		w.Fatalf("a file with bytes that are no UTF-8 is taken in:\n%s", s.Log.Tail())
	} else if !strings.Contains(err.Error(), "products.json") {
		w.Fatalf("the refusal does not name the file: %v", err)
	}
	if is, err := os.ReadFile(path); err != nil || !bytes.Equal(is, bad) {
		w.Fatalf("a start that was refused has changed products.json (%v)", err)
	}
	if err := os.WriteFile(path, was, 0o600); err != nil {
		w.Fatal(err)
	}
}

// copyFolder makes a backup as people do: the shop is stopped and the folder copied.
func copyFolder(w *walk) {
	w.close(syscall.SIGTERM)
	w.backup, w.was = filepath.Join(w.TempDir(), "copy"), w.model.clone()
	if err := os.CopyFS(w.backup, os.DirFS(w.store)); err != nil {
		w.Fatal(err)
	}
}

// putFolderBack has the shop go on from its backup, which nothing tells from the folder that it is
// a copy of: whoever is on the line hears that his position is none, but who sleeps over it would
// go on in a past that is not (faults/notes.go).
func putFolderBack(w *walk) {
	readerWakes(w)
	w.close(syscall.SIGTERM)
	w.store = filepath.Join(w.TempDir(), "store")
	if err := os.CopyFS(w.store, os.DirFS(w.backup)); err != nil {
		w.Fatal(err)
	}
	w.comeBack()
}

// comeBack has the model be what it was when the backup was made.
func (w *walk) comeBack() {
	w.model, w.gone = w.was.clone(), nil
}
