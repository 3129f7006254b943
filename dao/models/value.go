package models

// Head is what values of every kind have. A new kind embeds it, so that its fields come first.
type Head struct {
	ID        ID    `json:"_id"`
	Rev       int64 `json:"rev"` // 1 when made, +1 at every change
	CreatedAt Time  `json:"createdAt"`
	UpdatedAt Time  `json:"updatedAt"`
}

// GetHead returns it.
func (h *Head) GetHead() Head { return *h }

// SetHead sets all of it.
func (h *Head) SetHead(head Head) { *h = head }

// Value is a value of any kind, by a pointer to it.
type Value interface {
	GetHead() Head
	SetHead(Head)
	Normalize()   // makes texts normal ones, and missing lists empty ones; engines call it before Check, and of what they read
	Check() error // [Invalid] with every field that breaks a rule, or nil
}

// Of is what a kind of values knows to do, by its type.
type Of[T any] interface {
	*T
	Value
	Clone() T    // a copy that shares nothing
	Same(T) bool // whether both hold the same content: all but the revision and the times
}

// GetHead returns what a product has as every value.
func (p *Product) GetHead() Head { return Head{p.ID, p.Rev, p.CreatedAt, p.UpdatedAt} }

// SetHead sets it.
func (p *Product) SetHead(h Head) {
	p.ID, p.Rev, p.CreatedAt, p.UpdatedAt = h.ID, h.Rev, h.CreatedAt, h.UpdatedAt
}

// GetHead returns what a cart has as every value.
func (c *Cart) GetHead() Head { return Head{c.ID, c.Rev, c.CreatedAt, c.UpdatedAt} }

// SetHead sets it.
func (c *Cart) SetHead(h Head) {
	c.ID, c.Rev, c.CreatedAt, c.UpdatedAt = h.ID, h.Rev, h.CreatedAt, h.UpdatedAt
}

// GetHead returns what a message has as every value. It never changes, so it is always at its first
// revision.
func (m *Message) GetHead() Head { return Head{m.ID, 1, m.CreatedAt, m.CreatedAt} }

// SetHead sets id and time; a message has no more.
func (m *Message) SetHead(h Head) { m.ID, m.CreatedAt = h.ID, h.CreatedAt }

// Clone returns a copy.
func (m Message) Clone() Message { return m }
