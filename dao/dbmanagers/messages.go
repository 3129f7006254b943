package dbmanagers

import (
	"context"
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Messages = messages{}

// messages is the chat.
type messages struct {
	dao.Appends
	*collection
}

func messageForm() form {
	f := typed[models.Message]{write: messageDoc, read: readMessage, keys: messageKeys}.form()
	f.dirt = messageDirt
	f.met = func(v models.Value, _ bson.DateTime) bson.D { // for a message that another program wrote without a time
		return bson.D{{Key: "created", Value: int64(v.GetHead().CreatedAt)}}
	}
	return f
}

// messageKeys is what stands in pulperia of a message: who wrote it is nothing that a mongoose
// application knows of.
func messageKeys(m models.Message) bson.D {
	if m.By == "" {
		return nil
	}
	return bson.D{{Key: byField, Value: m.By}}
}

const byField = "by"

// Page returns the messages before one. Their order is that of the feed, whose offsets they bear.
func (m messages) Page(ctx context.Context, before models.ID, limit int) ([]models.Message, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	at, err := m.settled(ctx)
	if err != nil {
		return nil, err
	}
	end := at + 1
	if m.readOnly {
		end = math.MaxInt64
	}
	if !before.IsZero() {
		if end, err = m.place(ctx, before); err != nil {
			return nil, err
		}
	}
	page := make([]models.Message, 0, max(0, min(limit, pageSize)))
	err = m.before(ctx, end, limit, func(rec *record) {
		if now, doubt := m.resolve(rec.id, fetched{rec: rec, applied: end}); doubt == sure && now.value != nil {
			page = append(page, *now.value.(*models.Message))
		}
	})
	slices.Reverse(page)
	return page, err
}

// place returns the offset of a message.
func (m messages) place(ctx context.Context, id models.ID) (int64, error) {
	now, err := m.get(ctx, id)
	switch {
	case err != nil:
		return 0, err
	case now.value == nil:
		return 0, m.Absent(id)
	case now.rec != nil && now.rec.ours:
		return now.rec.stamp, nil
	}
	told := m.feed.tail.of(valueKey{m.Kind, id})
	if len(told) == 0 { // another program's, and this process only reads
		return math.MaxInt64, nil
	}
	return told[len(told)-1].offset, nil
}

// before visits the last values of a history before an offset, the newest first. It looks for them
// in growing ranges of offsets: not every server reads an index in its order, and those that do not
// would sort all that there are.
func (c *collection) before(ctx context.Context, end int64, limit int, visit func(*record)) error {
	to, from := end, min(end, c.feed.tail.state().end+1)
	for width := 4 * int64(max(0, limit)); limit > 0; width *= 16 {
		from = max(0, from-width)
		q := query{
			filter: bson.D{{Key: stampField, Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: to}}}, {Key: markField, Value: c.mark()}},
			sort:   by("-" + stampField), limit: int64(limit),
		}
		err := c.each(ctx, q, func(rec *record) error {
			limit--
			visit(rec)
			return nil
		})
		if err != nil || from == 0 {
			return c.readError(ctx, "read "+c.Plural, err)
		}
		to = from
	}
	return nil
}
