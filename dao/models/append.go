package models

import (
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// AppendJSON appends the JSON form of a product, byte for byte what encoding/json makes of it but
// in a quarter of the time: listings are what a shop serves most.
func (p Product) AppendJSON(b []byte) []byte {
	b = hex.AppendEncode(append(b, `{"_id":"`...), p.ID[:])
	b = appendText(append(b, `","title":`...), p.Title)
	b = appendText(append(b, `,"description":`...), p.Description)
	b = appendText(append(b, `,"code":`...), p.Code)
	b = p.Price.append(append(b, `,"price":`...))
	b = strconv.AppendBool(append(b, `,"status":`...), p.Status)
	b = strconv.AppendInt(append(b, `,"stock":`...), p.Stock, 10)
	b = appendText(append(b, `,"category":`...), p.Category)
	b = appendTexts(append(b, `,"thumbnails":`...), p.Thumbnails)
	b = p.appendMore(b)
	b = appendTime(append(b, `,"createdAt":"`...), p.CreatedAt)
	b = appendTime(append(b, `","updatedAt":"`...), p.UpdatedAt)
	b = strconv.AppendInt(append(b, `","rev":`...), p.Rev, 10)
	return append(b, '}')
}

// appendMore appends what products of before do not have.
func (p *Product) appendMore(b []byte) []byte {
	if p.CompareAt != 0 {
		b = p.CompareAt.append(append(b, `,"compareAt":`...))
	}
	if p.Uncounted {
		b = p.Uncounted.append(append(b, `,"counted":`...))
	}
	b = appendHeld(b, p.Held)
	b = appendNonEmpty(b, `,"tax":`, p.Tax)
	if p.plain() {
		return b
	}
	if len(p.Tags) > 0 {
		b = appendTexts(append(b, `,"tags":`...), p.Tags)
	}
	b = appendNonEmpty(b, `,"vendor":`, p.Vendor)
	b = appendNonEmpty(b, `,"barcode":`, p.Barcode)
	for i := range p.Variants {
		if i == 0 {
			b = append(b, `,"variants":[`...)
		} else {
			b = append(b, ',')
		}
		b = p.Variants[i].append(b)
	}
	if len(p.Variants) > 0 {
		b = append(b, ']')
	}
	return b
}

func (v *Variant) append(b []byte) []byte {
	b = hex.AppendEncode(append(b, `{"_id":"`...), v.ID[:])
	b = appendText(append(b, `","code":`...), v.Code)
	b = v.Options.append(append(b, `,"options":`...))
	b = v.Price.append(append(b, `,"price":`...))
	b = strconv.AppendInt(append(b, `,"stock":`...), v.Stock, 10)
	b = appendHeld(v.Uncounted.append(append(b, `,"counted":`...)), v.Held)
	b = appendNonEmpty(b, `,"thumbnail":`, v.Thumbnail)
	return append(appendNonEmpty(b, `,"barcode":`, v.Barcode), '}')
}

func appendHeld(b []byte, held int64) []byte {
	if held == 0 {
		return b
	}
	return strconv.AppendInt(append(b, `,"held":`...), held, 10)
}

func appendNonEmpty(b []byte, name, text string) []byte {
	if text == "" {
		return b
	}
	return appendText(append(b, name...), text)
}

// AppendJSON appends the JSON form of a cart, byte for byte what encoding/json makes of it.
func (c Cart) AppendJSON(b []byte) []byte {
	b = hex.AppendEncode(append(b, `{"_id":"`...), c.ID[:])
	b = appendItems(append(b, `","products":`...), c.Products)
	b = appendTime(append(b, `,"createdAt":"`...), c.CreatedAt)
	b = appendTime(append(b, `","updatedAt":"`...), c.UpdatedAt)
	b = strconv.AppendInt(append(b, `","rev":`...), c.Rev, 10)
	return append(b, '}')
}

// AppendJSON appends the JSON form of a message, byte for byte what encoding/json makes of it.
func (m Message) AppendJSON(b []byte) []byte {
	b = hex.AppendEncode(append(b, `{"_id":"`...), m.ID[:])
	b = appendText(append(b, `","user":`...), m.User)
	b = appendText(append(b, `,"message":`...), m.Message)
	b = appendTime(append(b, `,"createdAt":"`...), m.CreatedAt)
	if m.By != "" {
		b = appendText(append(b, `","by":`...), m.By)
		return append(b, '}')
	}
	return append(b, `"}`...)
}

func appendItems(b []byte, items []Item) []byte {
	if items == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = hex.AppendEncode(append(b, `{"product":"`...), item.Product[:])
		if !item.Variant.IsZero() {
			b = hex.AppendEncode(append(b, `","variant":"`...), item.Variant[:])
		}
		b = append(strconv.AppendInt(append(b, `","quantity":`...), item.Quantity, 10), '}')
	}
	return append(b, ']')
}

func appendTexts(b []byte, texts []string) []byte {
	if texts == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i, text := range texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, text)
	}
	return append(b, ']')
}

// appendText leaves what is rare (control characters, broken text, line separators) to
// encoding/json.
func appendText(b []byte, text string) []byte {
	begin := len(b)
	b = append(b, '"')
	copied := 0
	for i := plain(text, 0); i < len(text); i = plain(text, i) {
		switch c := text[i]; {
		case c == '"', c == '\\':
			b = append(append(b, text[copied:i]...), '\\', c)
			i++
			copied = i
		case c == '\n':
			b = append(append(b, text[copied:i]...), '\\', 'n')
			i++
			copied = i
		case c < ' ':
			return append(b[:begin], encode(text)...)
		case c < utf8.RuneSelf:
			i++
		default:
			if next := accented(text, i); next > i {
				i = next
				continue
			}
			r, size := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && size == 1 || r == '\u2028' || r == '\u2029' {
				return append(b[:begin], encode(text)...)
			}
			i += size
		}
	}
	return append(append(b, text[copied:]...), '"')
}

// plain returns the first place from i on that may need care: a quote, a backslash, a control
// character or the begin of a character beyond ASCII. It looks at eight bytes at a time: in each of
// them a subtraction reaches the highest bit when the byte is too small. It may stop too early,
// never too late.
func plain(text string, i int) int {
	const each, highest = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(text); i += 8 {
		w := binary.LittleEndian.Uint64([]byte(text[i : i+8]))
		if found := (w | (w - each*' ') | ((w ^ each*'"') - each) | ((w ^ each*'\\') - each)) & highest; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(text) && ' ' <= text[i] && text[i] < utf8.RuneSelf && text[i] != '"' && text[i] != '\\' {
		i++
	}
	return i
}

// accented is plain for a text with accents: it goes on over characters of two bytes, and stops
// where less than eight bytes are left. With plain alone, each accent would be a branch that no
// processor foresees.
func accented(text string, i int) int {
	const each, highest = 0x0101010101010101, 0x8080808080808080
	if text[i] >= 0xE0 {
		return i
	}
	begin, open := i, uint64(0) // open: the next byte must go on with a character
	for ; i+8 <= len(text); i += 8 {
		w := binary.LittleEndian.Uint64([]byte(text[i : i+8]))
		lead, follow := w&(w<<1)&highest, w&^(w<<1)&highest // 11… begins a character, 10… goes on with it
		stop := ((w - each*' ') | ((w ^ each*'"') - each) | ((w ^ each*'\\') - each)) &^ w
		stop |= follow ^ (lead<<8 | open)
		stop |= lead & (w<<2 | ^(w&(each*0x1E) + each*0x7E)) // 111… begins three bytes or more, 1100000… nothing
		if stop &= highest; stop != 0 {
			i += bits.TrailingZeros64(stop) / 8
			break
		}
		open = lead >> 56
	}
	if i > begin && text[i-1] >= 0xC0 {
		i-- // to where the character begins
	}
	return i
}

// appendTime writes a time of the years 0 to 9999 digit by digit; time.Format takes four times as
// long.
func appendTime(b []byte, t Time) []byte {
	std := t.Std()
	year, month, day := std.Date()
	if year < 0 || year > 9999 {
		return std.AppendFormat(b, timeForm)
	}
	hour, minute, second := std.Clock()
	ms := std.Nanosecond() / 1_000_000
	b = appendTwo(appendTwo(b, year/100), year%100)
	b = appendTwo(append(b, '-'), int(month))
	b = appendTwo(append(b, '-'), day)
	b = appendTwo(append(b, 'T'), hour)
	b = appendTwo(append(b, ':'), minute)
	b = appendTwo(append(b, ':'), second)
	return append(appendTwo(append(b, '.'), ms/10), byte('0'+ms%10), 'Z')
}

func appendTwo(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }
