package models

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
)

// JSON writes a value of this package as the API, the files and the feed show it: compact, with <,
// > and & as they are.
func JSON(value any) json.RawMessage {
	const usual, short, item = 512, 256, 64 // bytes: most values fit
	switch v := value.(type) {              // by type and not by method, which a struct that embeds one of them would inherit
	case Product:
		return v.AppendJSON(make([]byte, 0, usual))
	case *Product:
		return v.AppendJSON(make([]byte, 0, usual))
	case Cart:
		return v.AppendJSON(make([]byte, 0, short+item*len(v.Products)))
	case *Cart:
		return v.AppendJSON(make([]byte, 0, short+item*len(v.Products)))
	case Message:
		return v.AppendJSON(make([]byte, 0, short))
	case *Message:
		return v.AppendJSON(make([]byte, 0, short))
	}
	return encode(value)
}

// AppendJSON appends what JSON makes of a value.
func AppendJSON(b []byte, value any) []byte {
	switch v := value.(type) {
	case *Product:
		return v.AppendJSON(b)
	case *Cart:
		return v.AppendJSON(b)
	case *Message:
		return v.AppendJSON(b)
	}
	return append(b, JSON(value)...)
}

// AppendText appends what JSON makes of a text.
func AppendText(b []byte, text string) []byte { return appendText(b, text) }

func encode(value any) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // these values are texts, numbers and lists: they always have a JSON form
	}
	return b.Bytes()[:b.Len()-1]
}

// WriteArray writes values as products.json and carts.json hold them: a JSON array, indented by two
// spaces, that ends with a line break. The same values always give the same bytes.
func WriteArray[T any](w io.Writer, values iter.Seq[T]) error {
	var b bytes.Buffer
	b.WriteByte('[')
	separator := "\n  "
	for value := range values {
		b.WriteString(separator)
		if err := json.Indent(&b, JSON(value), "  ", "  "); err != nil {
			return err
		}
		if _, err := b.WriteTo(w); err != nil {
			return err
		}
		separator = ",\n  "
	}
	if separator != "\n  " {
		b.WriteByte('\n')
	}
	b.WriteString("]\n")
	_, err := b.WriteTo(w)
	return err
}
