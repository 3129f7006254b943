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
	const long, usual, short, item = 2048, 512, 256, 64 // bytes: most values fit
	switch v := value.(type) {                          // by type and not by method, which a struct that embeds one of them would inherit
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
	case *Order:
		return v.AppendJSON(make([]byte, 0, long))
	case *Counter:
		return v.AppendJSON(make([]byte, 0, short))
	case *OpenOrders:
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
	case *Order:
		return v.AppendJSON(b)
	case *Counter:
		return v.AppendJSON(b)
	case *OpenOrders:
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
	var compact, b []byte
	separator := "[\n  "
	for value := range values {
		compact = AppendJSON(compact[:0], value)
		b = AppendIndented(append(b[:0], separator...), compact)
		if _, err := w.Write(b); err != nil {
			return err
		}
		separator = ",\n  "
	}
	end := "\n]\n"
	if b == nil {
		end = "[]\n"
	}
	_, err := io.WriteString(w, end)
	return err
}

// AppendIndented appends what JSON has made of a value as an element of such an array. It is what
// json.Indent makes of it, in a fraction of the time: nothing has to be checked.
func AppendIndented(b, compact []byte) []byte {
	depth := 1
	line := func() {
		b = append(b, '\n')
		for range depth {
			b = append(b, ' ', ' ')
		}
	}
	for i := 0; i < len(compact); i++ {
		switch c := compact[i]; c {
		case '"':
			end := endOfText(compact, i)
			b = append(b, compact[i:end]...)
			i = end - 1
		case '{', '[':
			b = append(b, c)
			if closing := c + 2; compact[i+1] == closing {
				b = append(b, closing)
				i++
				continue
			}
			depth++
			line()
		case '}', ']':
			depth--
			line()
			b = append(b, c)
		case ',':
			b = append(b, c)
			line()
		case ':':
			b = append(b, c, ' ')
		default:
			b = append(b, c)
		}
	}
	return b
}
