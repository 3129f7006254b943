package models

import (
	"encoding/hex"
	"strconv"
)

// AppendJSON appends the JSON form of an order, byte for byte what encoding/json makes of it: each
// order is encoded while others wait for its step.
func (o *Order) AppendJSON(b []byte) []byte {
	b = o.Head.append(b)
	b = strconv.AppendInt(append(b, `,"number":`...), o.Number, 10)
	b = appendText(append(b, `,"state":`...), string(o.State))
	b = hex.AppendEncode(append(b, `,"cart":"`...), o.Cart[:])
	b = appendText(append(b, `","requestHash":`...), o.RequestHash)
	b = appendText(append(b, `,"linkHash":`...), o.LinkHash)
	b = strconv.AppendInt(append(b, `,"links":`...), o.Links, 10)
	b = appendText(append(b, `,"by":`...), o.By)
	b = appendText(append(b, `,"network":`...), o.Network)
	b = o.Buyer.append(append(b, `,"buyer":`...))
	b = o.Delivery.append(append(b, `,"delivery":`...))
	b = appendText(append(b, `,"payment":{"way":`...), o.Payment.Way)
	b = strconv.AppendBool(append(b, `,"awaited":`...), o.Payment.Awaited)
	b = appendText(append(b, `},"note":`...), o.Note)
	b = appendText(append(b, `,"privateNote":`...), o.PrivateNote)
	b = appendText(append(b, `,"currency":`...), o.Currency)
	b = appendList(append(b, `,"lines":`...), o.Lines, (*OrderLine).append)
	b = o.Totals.append(append(b, `,"totals":`...))
	b = appendTime(append(b, `,"until":"`...), o.Until)
	b = appendList(append(b, `","ledger":`...), o.Ledger, (*Fact).append)
	b = appendList(append(b, `,"receipts":`...), o.Receipts, (*Receipt).append)
	b = appendList(append(b, `,"history":`...), o.History, (*Event).append)
	return append(b, '}')
}

// Request is what the buyer asks for, as JSON: a repetition is known by its hash, which is kept.
func (o *Order) Request() []byte {
	b := o.Cart.append(append(make([]byte, 0, 512), '['))
	b = o.Buyer.append(append(b, ','))
	b = appendText(append(b, ','), o.Delivery.Way)
	b = o.Delivery.Address.append(append(b, ','))
	b = appendText(append(b, ','), o.Payment.Way)
	b = appendText(append(b, ','), o.Note)
	return append(b, ']')
}

// AppendJSON appends the JSON form of a counter, byte for byte what encoding/json makes of it.
func (c *Counter) AppendJSON(b []byte) []byte {
	b = strconv.AppendInt(append(c.Head.append(b), `,"orders":`...), c.Orders, 10)
	return append(b, '}')
}

// AppendJSON appends the JSON form of who has unpaid orders, byte for byte what encoding/json makes
// of it.
func (o *OpenOrders) AppendJSON(b []byte) []byte {
	b = appendList(append(o.Head.append(b), `,"orders":`...), o.Orders, (*ID).append)
	return append(b, '}')
}

// append begins the JSON form of a value that embeds its head.
func (h *Head) append(b []byte) []byte {
	b = hex.AppendEncode(append(b, `{"_id":"`...), h.ID[:])
	b = strconv.AppendInt(append(b, `","rev":`...), h.Rev, 10)
	b = appendTime(append(b, `,"createdAt":"`...), h.CreatedAt)
	b = appendTime(append(b, `","updatedAt":"`...), h.UpdatedAt)
	return append(b, '"')
}

func (id *ID) append(b []byte) []byte {
	return append(hex.AppendEncode(append(b, '"'), id[:]), '"')
}

func (b *Buyer) append(to []byte) []byte {
	to = appendText(append(to, `{"name":`...), b.Name)
	to = appendText(append(to, `,"email":`...), b.Email)
	to = appendText(append(to, `,"phone":`...), b.Phone)
	return append(to, '}')
}

func (d *OrderDelivery) append(b []byte) []byte {
	b = appendText(append(b, `{"way":`...), d.Way)
	b = appendText(append(b, `,"name":`...), d.Name)
	b = strconv.AppendBool(append(b, `,"pickup":`...), d.Pickup)
	b = appendText(append(b, `,"place":`...), d.Place)
	b = appendText(append(b, `,"hours":`...), d.Hours)
	return append(d.Address.append(append(b, `,"address":`...)), '}')
}

func (a *Address) append(b []byte) []byte {
	b = appendText(append(b, `{"street":`...), a.Street)
	b = appendText(append(b, `,"city":`...), a.City)
	b = appendText(append(b, `,"province":`...), a.Province)
	b = appendText(append(b, `,"postcode":`...), a.Postcode)
	b = appendText(append(b, `,"country":`...), a.Country)
	return append(b, '}')
}

func (l *OrderLine) append(b []byte) []byte {
	b = hex.AppendEncode(append(b, `{"product":"`...), l.Product[:])
	b = hex.AppendEncode(append(b, `","variant":"`...), l.Variant[:])
	b = appendText(append(b, `","code":`...), l.Code)
	b = appendText(append(b, `,"title":`...), l.Title)
	b = appendText(append(b, `,"options":`...), l.Options)
	b = appendText(append(b, `,"thumbnail":`...), l.Thumbnail)
	b = strconv.AppendInt(append(b, `,"quantity":`...), l.Quantity, 10)
	b = l.Unit.append(append(b, `,"unit":`...))
	b = l.Total.append(append(b, `,"total":`...))
	b = appendText(append(b, `,"tax":{"name":`...), l.Tax.Name)
	b = strconv.AppendInt(append(b, `,"rate":`...), l.Tax.Rate, 10)
	b = l.Tax.Amount.append(append(b, `,"amount":`...))
	b = strconv.AppendInt(append(b, `},"refunded":`...), l.Refunded, 10)
	b = strconv.AppendInt(append(b, `,"restocked":`...), l.Restocked, 10)
	return append(b, '}')
}

func (t *Totals) append(b []byte) []byte {
	b = t.Items.append(append(b, `{"items":`...))
	b = t.Delivery.append(append(b, `,"delivery":`...))
	b = t.Tax.append(append(b, `,"tax":`...))
	b = t.Total.append(append(b, `,"total":`...))
	return append(b, '}')
}

func (f *Fact) append(b []byte) []byte {
	b = appendText(append(b, `{"_id":`...), f.ID)
	b = appendTime(append(b, `,"at":"`...), f.At)
	b = appendText(append(b, `","by":`...), f.By)
	b = appendText(append(b, `,"kind":`...), string(f.Kind))
	b = f.Amount.append(append(b, `,"amount":`...))
	b = appendText(append(b, `,"reference":`...), f.Reference)
	return append(b, '}')
}

func (r *Receipt) append(b []byte) []byte {
	b = hex.AppendEncode(append(b, `{"_id":"`...), r.ID[:])
	b = appendTime(append(b, `","at":"`...), r.At)
	b = appendText(append(b, `","type":`...), r.Type)
	b = appendText(append(b, `,"upload":`...), string(r.Upload))
	b = appendText(append(b, `,"sha256":`...), string(r.SHA256))
	return append(b, '}')
}

func (e *Event) append(b []byte) []byte {
	b = appendTime(append(b, `{"at":"`...), e.At)
	b = appendText(append(b, `","by":`...), e.By)
	b = appendText(append(b, `,"what":`...), e.What)
	b = appendText(append(b, `,"note":`...), e.Note)
	return append(b, '}')
}

// appendList appends a JSON array of what appendOne makes of each element; null of nil.
func appendList[T any](b []byte, list []T, appendOne func(*T, []byte) []byte) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendOne(&list[i], b)
	}
	return append(b, ']')
}
