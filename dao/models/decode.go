package models

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// DecodeMessage reads the JSON form of a message, as an older program may have kept it. What
// [Message.AppendJSON] wrote without escapes, and almost all messages are, takes a quarter of the
// time of encoding/json; the rest, and all that was written otherwise, is left to that.
func DecodeMessage(text []byte) (Message, error) {
	m, ok := decodePlain(text)
	if !ok {
		m = Message{}
		if err := json.Unmarshal(text, &m); err != nil {
			return m, err
		}
	}
	m.Normalize()
	return m, nil
}

// decodePlain reads a message, perhaps with an offset before its other fields and a line break
// behind it.
func decodePlain(text []byte) (m Message, ok bool) {
	rest := bytes.TrimSuffix(text, []byte{'\n'})
	if after, found := bytes.CutPrefix(rest, []byte(`{"offset":`)); found {
		digits := 0
		for digits < min(len(after), 18) && '0' <= after[digits] && after[digits] <= '9' {
			digits++
		}
		if digits == 0 || digits > 1 && after[0] == '0' || digits == len(after) || after[digits] != ',' {
			return m, false
		}
		rest = after[digits+1:]
	} else if rest, found = bytes.CutPrefix(rest, []byte{'{'}); !found {
		return m, false
	}
	id, rest, ok1 := plainField(rest, `"_id":"`)
	user, rest, ok2 := plainField(rest, `,"user":"`)
	message, rest, ok3 := plainField(rest, `,"message":"`)
	at, rest, ok4 := plainField(rest, `,"createdAt":"`)
	by, end, written := plainField(rest, `,"by":"`)
	if written {
		rest = end
	}
	if !ok1 || !ok2 || !ok3 || !ok4 || string(rest) != "}" || len(id) != 24 || written && len(by) == 0 {
		return m, false
	}
	m.User, m.Message, m.By = string(user), string(message), string(by)
	if _, err := hex.Decode(m.ID[:], id); err != nil || hasUpper(string(id)) {
		return m, false
	}
	m.CreatedAt, ok = plainTime(at)
	return m, ok
}

// DecodeProduct does the same for a product as it stands in an array of [WriteArray], and packs it.
// Without escapes in its texts it takes a quarter of the time of encoding/json, which the rest is
// left to.
func DecodeProduct(text []byte) (Product, error) {
	p, ok := plainProduct(text)
	if !ok {
		p = Product{}
		if err := json.Unmarshal(text, &p); err != nil {
			return p, err
		}
		p = p.Packed()
	}
	p.Normalize()
	return p, nil
}

func plainProduct(text []byte) (p Product, ok bool) {
	r := plainReader{rest: text}
	id := r.text("{\n    \"_id\": \"")
	title := r.text(",\n    \"title\": \"")
	description := r.text(",\n    \"description\": \"")
	code := r.text(",\n    \"code\": \"")
	price := r.word(",\n    \"price\": ")
	status := r.word(",\n    \"status\": ")
	stock := r.number(",\n    \"stock\": ")
	category := r.text(",\n    \"category\": \"")
	thumbnails := r.texts(",\n    \"thumbnails\": [")
	created := r.text(",\n    \"createdAt\": \"")
	updated := r.text(",\n    \"updatedAt\": \"")
	rev := r.number(",\n    \"rev\": ")
	if r.bad || string(r.rest) != "\n  }" || len(id) != 24 || hasUpper(string(id)) || string(status) != "true" && string(status) != "false" {
		return p, false
	}
	_, badID := hex.Decode(p.ID[:], id)
	amount, badPrice := parseMoney(string(price))
	var ok1, ok2 bool
	p.CreatedAt, ok1 = plainTime(created)
	p.UpdatedAt, ok2 = plainTime(updated)
	p.Price, p.Status, p.Stock, p.Rev = amount, status[0] == 't', stock, rev
	pack(&p, title, description, code, category, thumbnails)
	return p, badID == nil && badPrice == "" && ok1 && ok2
}

// Packed returns a copy whose texts lie one after the other in memory. They are read together, and
// a processor fetches what lies together much faster than what is strewn about.
func (p Product) Packed() Product {
	pack(&p, p.Title, p.Description, p.Code, p.Category, p.Thumbnails)
	return p
}

// PackedLike is Packed of what has become of a product that is packed. Where its texts are as they
// were, as they mostly are, they stay those of old.
func (p Product) PackedLike(old *Product) (packed Product, stay bool) {
	if !p.samePacked(old) {
		return p.Packed(), false
	}
	p.Title, p.Description, p.Code, p.Category, p.Thumbnails = old.Title, old.Description, old.Code, old.Category, old.Thumbnails
	return p, true
}

// samePacked says whether two products have the same texts, of those that are packed.
func (p *Product) samePacked(o *Product) bool {
	return p.Title == o.Title && p.Description == o.Description && p.Code == o.Code && p.Category == o.Category &&
		slices.Equal(p.Thumbnails, o.Thumbnails)
}

// pack sets the texts of a product.
func pack[T string | []byte](p *Product, title, description, code, category T, thumbnails []T) {
	var space [1 << 10]byte // enough for most
	all := append(append(append(append(space[:0], title...), description...), code...), category...)
	for _, one := range thumbnails {
		all = append(all, one...)
	}
	texts := string(all)
	cut := func(n int) (text string) {
		text, texts = texts[:n], texts[n:]
		return text
	}
	p.Title, p.Description, p.Code, p.Category = cut(len(title)), cut(len(description)), cut(len(code)), cut(len(category))
	if thumbnails == nil {
		return
	}
	p.Thumbnails = make([]string, len(thumbnails))
	for i, one := range thumbnails {
		p.Thumbnails[i] = cut(len(one))
	}
}

// plainReader reads JSON that is indented as [WriteArray] does it, and has no escapes. When it
// meets anything else it is bad.
type plainReader struct {
	rest []byte
	bad  bool
}

// text reads a text that follows what is before it.
func (r *plainReader) text(before string) (value []byte) {
	value, rest, ok := plainField(r.rest, before)
	r.rest, r.bad = rest, r.bad || !ok
	return value
}

// word reads digits, points and small letters.
func (r *plainReader) word(before string) (value []byte) {
	rest, ok := bytes.CutPrefix(r.rest, []byte(before))
	n := 0
	for n < len(rest) && (rest[n] == '.' || '0' <= rest[n] && rest[n] <= '9' || 'a' <= rest[n] && rest[n] <= 'z') {
		n++
	}
	r.rest, r.bad = rest[n:], r.bad || !ok
	return rest[:n]
}

// number reads a whole number that is not negative.
func (r *plainReader) number(before string) int64 {
	word := r.word(before)
	n, err := strconv.ParseInt(string(word), 10, 64)
	r.bad = r.bad || err != nil || len(word) > 1 && word[0] == '0'
	return n
}

// texts reads a list of texts, of which before has the bracket.
func (r *plainReader) texts(before string) [][]byte {
	rest, ok := bytes.CutPrefix(r.rest, []byte(before))
	r.rest, r.bad = rest, r.bad || !ok
	list := [][]byte{}
	for before := "\n      \""; bytes.HasPrefix(r.rest, []byte(before)); before = ",\n      \"" {
		list = append(list, r.text(before))
	}
	end := "]"
	if len(list) > 0 {
		end = "\n    ]"
	}
	r.rest, ok = bytes.CutPrefix(r.rest, []byte(end))
	r.bad = r.bad || !ok
	return list
}

// plainField cuts off a field whose value is a text that stands for itself.
func plainField(text []byte, before string) (value, rest []byte, ok bool) {
	text, ok = bytes.CutPrefix(text, []byte(before))
	if !ok {
		return nil, nil, false
	}
	end := bytes.IndexByte(text, '"')
	if end < 0 {
		return nil, nil, false
	}
	value = text[:end]
	for _, c := range value {
		if c < ' ' || c == '\\' {
			return nil, nil, false
		}
	}
	return value, text[end+1:], utf8.Valid(value)
}

// plainTime reads a time just as appendTime writes it.
func plainTime(text []byte) (Time, bool) {
	if len(text) != len(timeForm) {
		return 0, false
	}
	number := func(from, to int) (n int) {
		for _, c := range text[from:to] {
			n = 10*n + int(c-'0') // what is no digit makes another time
		}
		return n
	}
	t := TimeOf(time.Date(number(0, 4), time.Month(number(5, 7)), number(8, 10), number(11, 13), number(14, 16), number(17, 19),
		number(20, 23)*int(time.Millisecond), time.UTC))
	var space [len(timeForm)]byte
	return t, bytes.Equal(appendTime(space[:0], t), text)
}
