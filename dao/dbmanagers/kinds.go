package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Values = values{}

// values is the store's values of every kind but histories.
type values struct{ *engine }

// Update runs do as one step.
func (e *engine) Update(ctx context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	write, leave, err := e.enterWrite(ctx)
	if err != nil {
		return dao.Receipt{}, err
	}
	defer leave()
	receipt, err := e.commit(write, do)
	if err != nil && write.Err() != nil && errors.Is(err, write.Err()) && !errors.Is(err, dao.ErrUnknown) && !errors.Is(err, dao.ErrUnavailable) {
		err = fmt.Errorf("%w: the step was not committed within %s, and never will be", dao.ErrUnavailable, e.Timeout)
	}
	return receipt, err
}

// commit has the line run a step. What it is refused for may be old news, where other processes have
// committed since the last look: so it is looked again, and run again if they have.
func (e *engine) commit(ctx context.Context, do func(dao.Tx) error) (dao.Receipt, error) {
	for tries := 1; ; tries++ {
		known := e.feed.tail.lastOfOthers()
		receipt, err := e.line.Update(ctx, do)
		if err == nil || tries == 5 || errors.Is(err, dao.ErrUnknown) || errors.Is(err, dao.ErrUnavailable) || ctx.Err() != nil {
			return receipt, err
		}
		if e.feed.look(ctx) != nil || e.feed.tail.lastOfOthers() == known {
			return receipt, err
		}
	}
}

// Get returns one value.
func (e values) Get(ctx context.Context, s *dao.Schema, id models.ID) (models.Value, error) {
	leave, err := e.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	v, err := e.of(s).get(ctx, id)
	if err == nil && v.value == nil {
		return nil, s.Absent(id)
	}
	return v.value, err
}

// get returns what a value is now. What another program did to it is told before it is shown.
func (c *collection) get(ctx context.Context, id models.ID) (state, error) {
	what := fmt.Sprintf("read %s %s", c.Kind, id)
	told, began := c.readOnly, time.Now()
	for {
		looked := make(chan error, 1)
		go func() { looked <- c.feed.freshen(ctx, fresh) }()
		found := newStock()
		err := c.fetch(ctx, found, []models.ID{id}, nil)
		if err = errors.Join(err, <-looked); err != nil {
			return state{}, c.readError(ctx, what, err)
		}
		now, doubt := c.resolve(id, found.values[valueKey{c.Kind, id}])
		switch {
		case doubt == sure && now.value == nil && !now.foreign && c.feed.tail.state().lookAt.Before(began): // old news, perhaps
			err = c.feed.look(ctx)
		case doubt == sure && (!now.foreign || told):
			return now, nil
		case doubt == sure:
			told = true
			if _, bad := c.refused.Load(id); !bad {
				c.note(ctx, "tell what another program did", c.noticeSome(ctx, []models.ID{id}))
			}
		case doubt == behind:
			err = c.feed.look(ctx)
		case c.readOnly:
			last := c.feed.tail.of(valueKey{c.Kind, id})
			return state{value: last[len(last)-1].after(), last: last[len(last)-1].Rev}, nil
		default:
			err = errors.Join(c.feed.look(ctx), c.applier.bring(ctx, c.feed.tail.state().end))
		}
		if err != nil {
			return state{}, c.readError(ctx, what, err)
		}
	}
}

// noticeSome has steps tell what another program did to some values.
func (c *collection) noticeSome(ctx context.Context, ids []models.ID) error {
	_, err := c.engine.Update(ctx, func(tx dao.Tx) error {
		dao.Ask(tx, c.Schema, ids...)
		return nil
	})
	return err
}

// List answers from the indexes of the server.
func (e values) List(ctx context.Context, s *dao.Schema, q models.Query) (list []models.Value, total int, err error) {
	leave, err := e.enter(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer leave()
	c := e.of(s)
	order := orderOf(models.ProductQuery{Backwards: q.Backwards})
	if sort, by := c.Sort(q.Sort); by {
		order = append(bson.D{{Key: "pulperia." + sortKey(sort), Value: order[0].Value}}, order...)
	}
	page := max(q.Page, 1)
	choose := func(all []models.Value) []models.Value {
		q.Page, q.Limit = 1, max(1, len(all))
		all, _ = s.Select(all, q)
		return all
	}
	return c.list(ctx, listing{c.listed(nil), order, page, q.Limit, choose})
}

// list returns a page as it is at one position: all up to it is in the documents, and nothing of the
// kind has come since the query began. What has come is put into a list that was read whole. Of a
// longer one, while others write without end, the third page that was read is brought forward, too:
// its values are those of one position, not older than the one at which it began, but it may begin
// and end a few values away from where it would there.
// So may a page before which something stands that came after its deletion, until that is removed.
func (c *collection) list(ctx context.Context, l listing) (list []models.Value, total int, err error) {
	var late bson.A
	for tries := 1; ; tries++ {
		at, err := c.settled(ctx)
		if err != nil {
			return nil, 0, err
		}
		page, err := c.page(ctx, l.without(late), at)
		if err != nil {
			return nil, 0, err
		}
		if err := c.feed.freshen(ctx, 0); err != nil {
			return nil, 0, c.readError(ctx, "look at the feed", err)
		}
		came := c.came(at)
		if !page.whole() && len(came)+len(page.late) > 0 {
			if tries < 3 {
				late = append(late, page.late...)
				continue
			}
			c.at("list on the way")
		}
		if len(came) > 0 {
			if page.forward(l, came); page.short(l) && tries < 10 {
				continue
			}
		}
		return page.list, page.total, nil
	}
}

// settled returns when all that is known is in the documents, and up to where that is.
func (c *collection) settled(ctx context.Context) (at int64, err error) {
	if c.Shared {
		c.claimFirst(ctx)
	}
	if err = c.feed.freshen(ctx, fresh); err != nil {
		return 0, c.readError(ctx, "look at the feed", err)
	}
	if c.readOnly { // it brings nothing forward
		return c.feed.tail.state().applied, nil
	}
	if at = c.feed.tail.state().end; c.mutant != "list-unsettled" {
		err = c.applier.bring(ctx, at)
	}
	return at, c.readError(ctx, "bring documents forward", err)
}

// came is what the feed tells of the kind above an offset, up to its end: the values that were
// changed, as they are there, and nil for those that are gone.
func (c *collection) came(above int64) map[models.ID]models.Value {
	list := map[models.ID]models.Value{}
	for _, e := range c.feed.tail.from(above + 1) {
		for _, change := range e.Changes {
			if change.Kind != c.Kind {
				continue
			}
			if list[change.id()] = change.after(); change.Op.removes() {
				list[change.id()] = nil
			}
		}
	}
	return list
}

// Untouched looks by the dates of the values, and by when another program was last seen to have
// touched one.
func (e values) Untouched(ctx context.Context, s *dao.Schema, before models.Time) (old []models.ID, err error) {
	leave, err := e.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	c := e.of(s)
	if _, err := c.settled(ctx); err != nil {
		return nil, err
	}
	filter := c.listed(bson.D{
		{Key: updatedField, Value: bson.D{{Key: "$lt", Value: int64(before)}}},
		{Key: seenField, Value: bson.D{{Key: "$not", Value: bson.D{{Key: "$gte", Value: int64(before)}}}}},
	})
	err = c.each(ctx, query{filter: filter}, func(rec *record) error { old = append(old, rec.id); return nil })
	return old, c.readError(ctx, "read "+c.Plural, err)
}

func now() models.Time { return models.TimeOf(time.Now()) }
