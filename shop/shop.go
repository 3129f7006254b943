// Package shop is the trade: what may go into a cart, what a total is, what may be said, and how
// the catalogue changes.
//
// # The model
//
// A [Shop] stands before a store. Whoever comes in by a door (the API, a page, a socket, an import)
// reads what there is through it, and changes it by verbs: [Shop.AddToCart], [Shop.Say],
// [Shop.CreateProduct]. Nothing that a door can reach writes to a collection by itself, so each
// rule stands once, and no two doors obey different ones.
//
// A verb reads what its rule needs, changes the store in one atomic step, and returns what is
// stored and the store's receipt. It publishes nothing: whoever wants to know follows the feed.
//
// # Refusals
//
// What a rule refuses is models.Invalid, with the fields as the JSON form spells them; what is not
// there is [Missing], which is dao.ErrNotFound; who comes too fast gets [TooFast]. All else is an
// error of the store. Each door puts them in its own form.
//
// A door may have conditions of its own: what a client says that it has seen, or that an act can be
// taken back. They are a [Check], asked in the step before any rule.
package shop

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/pictures"
)

// Options say how a shop is kept. Its zero value is a shop without limits.
type Options struct {
	MessagesPerMinute int                   // of one visit, person or key, a third of them at once; 0 for any number
	OrdersPerHour     int                   // of one network, a quarter of them of a visit; 0 for any number, of open ones too
	PasswordPasses    int                   // of argon2id; 0 for what the store says, measured at its first start
	Hash              Hasher                // makes the hashes of passwords; nil for Hash, in this process
	OpenAnyway        bool                  // ByCourse lets everybody in also where people and keys are
	Metrics           prometheus.Registerer // gets the figures about limits; nil for none
}

// Shop is the trade over one store. Its fields are for reading; what changes goes by its methods.
type Shop struct {
	Products Products
	Carts    Carts
	Messages Messages
	Feed     dao.Feed
	Presence dao.Presence // who is here at this moment, which is no trade
	Shared   bool         // as in dao.Store

	store dao.Store
	pace  *Limiter[string]       // of messages, by sender
	crowd *Limiter[netip.Prefix] // of those of all visits of a network
	staff staffNames

	orders     *orderIndex
	shelves    *shelfIndex
	orderPace  *orderPace
	openOrders int // that are unpaid, of one visit, telephone or address; 0 for any number

	openAnyway bool
	terms      lastTerms
	codes      atomic.Pointer[codes]
	making     chan struct{} // has room for the one who makes the shop's secrets
	spellings  spellings

	register  *register
	passwords *passwords
	attempts  *attempts
	maker     *pictures.Maker
}

// Products is the catalogue as doors see it, as in dao.Products.
type Products interface {
	List(context.Context, models.ProductQuery) (models.ProductPage, error)
	Categories(context.Context) ([]dao.Category, error)
	Get(context.Context, models.ID) (models.Product, error)
}

// Carts are the carts as doors see them, as in dao.Carts.
type Carts interface {
	List(ctx context.Context, page, limit int) (carts []models.Cart, total int, err error)
	Get(context.Context, models.ID) (models.Cart, error)
}

// Messages is the chat as doors see it, as in dao.Messages; ErrRoomClosed while the room is.
type Messages interface {
	Page(ctx context.Context, before models.ID, limit int) ([]models.Message, error)
}

// The three as they are made: no type assertion finds the writing half behind them, and what is not
// there is named.
type (
	products struct{ Products }
	carts    struct{ Carts }
	messages struct {
		Messages
		open func(context.Context) error
	}
)

func (p products) Get(ctx context.Context, id models.ID) (models.Product, error) {
	product, err := p.Products.Get(ctx, id)
	return product, missing("product", id, err)
}

func (c carts) Get(ctx context.Context, id models.ID) (models.Cart, error) {
	cart, err := c.Carts.Get(ctx, id)
	return cart, missing("cart", id, err)
}

func (m messages) Page(ctx context.Context, before models.ID, limit int) ([]models.Message, error) {
	if err := m.open(ctx); err != nil {
		return nil, err
	}
	page, err := m.Messages.Page(ctx, before, limit)
	return page, missing("message", before, err)
}

// New returns the shop over a store, which stays its caller's to close.
func New(store dao.Store, o Options) *Shop {
	s := &Shop{
		Products: products{store.Products},
		Carts:    carts{store.Carts},
		Feed:     store.Feed,
		Presence: store.Presence,
		Shared:   store.Shared,
		store:    store,
		pace:     NewLimiter[string]("messages", o.MessagesPerMinute, o.Metrics),
		crowd: NewLimiter[netip.Prefix](
			"messages of the visits of a network", networkVisits*o.MessagesPerMinute, o.Metrics),

		orders:    newOrderIndex(store),
		shelves:   newShelfIndex(store),
		orderPace: newOrderPace(o.OrdersPerHour, o.Metrics),

		openAnyway: o.OpenAnyway,
		making:     make(chan struct{}, 1),

		register:  newRegister(store),
		passwords: newPasswords(o.PasswordPasses, o.Hash),
		attempts:  newAttempts(o.Metrics),
		maker:     pictures.NewMaker(),
	}
	if o.OrdersPerHour > 0 {
		s.openOrders = maxOpenOrders
	}
	s.Messages = messages{store.Messages, s.RoomOpen}
	s.passwords.count(o.Metrics)
	return s
}

// Ready returns nil when the store answers and can write, as in dao.Engine.
func (s *Shop) Ready(ctx context.Context) error { return s.store.Ready(ctx) }

// Identity names the store for good, as in dao.Engine.
func (s *Shop) Identity() string { return s.store.Identity() }

// Stats returns the figures about the store.
func (s *Shop) Stats() []dao.Stat { return s.store.Stats() }

// Dump hands out the whole store, as in dao.Engine.
func (s *Shop) Dump(ctx context.Context, visit func(dao.Batch) error) (dao.Position, error) {
	return s.store.Dump(ctx, visit)
}

// Image returns bytes by their hash, as in dao.Images.
func (s *Shop) Image(ctx context.Context, hash models.Hash) ([]byte, error) {
	return s.store.Images.Get(ctx, hash)
}

// Check is a door's own condition. It is asked about a value as it was and as it would become, in
// the step that changes it, and may be asked more than once. Its error is returned as it is, and
// nothing is stored. What is to be deleted becomes the zero value.
type Check[T any] func(was, now T) error

func pass[T any](checks []Check[T], was, now T) error {
	for _, check := range checks {
		if err := check(was, now); err != nil {
			return err
		}
	}
	return nil
}

// Missing is the dao.ErrNotFound that says what there is not.
type Missing struct {
	Kind     string // "product", "cart", "message", "person", "session", "key" or "order"
	ID       models.ID
	Problems models.Invalid // the fields that name what is missing, and whatever else is refused
}

// Error names it.
func (m Missing) Error() string { return fmt.Sprintf("there is no %s %s", m.Kind, m.ID) }

// Unwrap returns dao.ErrNotFound.
func (m Missing) Unwrap() error { return dao.ErrNotFound }

// missing says what is not there, where the store does not; any other error passes.
func missing(kind string, id models.ID, err error) error {
	if _, said := errors.AsType[Missing](err); said || !errors.Is(err, dao.ErrNotFound) {
		return err
	}
	return Missing{Kind: kind, ID: id}
}

// TooFast refuses what comes too soon after what its sender sent before.
type TooFast struct {
	What       string // "messages"
	RetryAfter time.Duration
}

// Error says when to come back.
func (t TooFast) Error() string {
	return fmt.Sprintf("too many %s in a short time: send it again in %s", t.What, t.RetryAfter)
}
