package dbmanagers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Messages = messages{}

type messages struct{ *collection }

func messageForm() form {
	f := typed[models.Message]{write: messageDoc, read: readMessage}.form()
	f.dirt = messageDirt
	f.met = func(doc bson.Raw) bson.D { // for a message that another program wrote without a time
		return bson.D{{Key: "created", Value: int64(readMessage(doc).CreatedAt)}}
	}
	return f
}

// Append stores a message, together with those that wait for the same.
func (m messages) Append(ctx context.Context, message models.Message) (models.Message, dao.Receipt, error) {
	message.Normalize()
	if err := message.Check(); err != nil {
		return models.Message{}, dao.Receipt{}, err
	}
	ctx, leave, err := m.enterWrite(ctx)
	if err != nil {
		return models.Message{}, dao.Receipt{}, err
	}
	defer leave()
	message.CreatedAt = m.clock.Next(now())
	if message.ID.IsZero() {
		message.ID = models.NewID(message.CreatedAt.Std())
	}
	announced, err := m.appender.append(ctx, message)
	if errors.Is(err, errTaken) {
		return m.appended(ctx, message)
	}
	if err != nil {
		return models.Message{}, dao.Receipt{}, fmt.Errorf("append message: %w", err)
	}
	if _, err := announced.wait(ctx); err != nil {
		return models.Message{}, dao.Receipt{}, fmt.Errorf("append message: %w: %w", dao.ErrUnknown, err)
	}
	return message, dao.Receipt{Position: announced.place()}, nil
}

// appended is the answer to an append whose id is taken.
func (m messages) appended(ctx context.Context, message models.Message) (stored models.Message, receipt dao.Receipt, err error) {
	rec, err := m.lookUp(ctx, message.ID)
	for errors.Is(err, dao.ErrNotFound) && ctx.Err() == nil { // not a majority has it yet
		sleep(ctx, 10*time.Millisecond)
		rec, err = m.lookUp(ctx, message.ID)
	}
	if err != nil { // it may be this very message, from an earlier attempt
		return models.Message{}, dao.Receipt{}, unknown("append message", err)
	}
	conflict := dao.Conflict{Field: "_id", Value: message.ID.String()}
	if !rec.exists() {
		return models.Message{}, dao.Receipt{}, conflict
	}
	receipt, err = m.repeated(ctx, rec, func(rec record) error {
		if stored = readMessage(rec.raw); !stored.Same(message) {
			return conflict
		}
		return nil
	})
	if err != nil {
		return models.Message{}, receipt, fmt.Errorf("append message: %w", err)
	}
	return stored, receipt, nil
}

// Page returns the messages before one. Their order is that of the feed, so those that have no
// place in it yet get one first; otherwise a page would lack messages that the feed tells of
// already.
func (m messages) Page(ctx context.Context, before models.ID, limit int) ([]models.Message, error) {
	leave, err := m.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	end := int64(math.MaxInt64)
	if !before.IsZero() {
		rec, err := m.find(ctx, before)
		if err != nil {
			return nil, err
		}
		if !m.readOnly {
			end, err = m.finish(ctx, &rec)
		} else if rec.stamp > 0 {
			end = rec.stamp
		}
		if err != nil {
			return nil, err
		}
	}
	page, err := m.placeAll(ctx)
	if err != nil {
		return nil, err
	}
	if err := m.stampedBefore(ctx, end, limit, page); err != nil {
		return nil, err
	}
	return lastOf(page, end, limit), nil
}

// stampedBefore adds the last messages before an offset to found. It looks for them in growing
// ranges of offsets: not every server reads an index in its order, and those that do not would sort
// all messages that there are.
func (m *collection) stampedBefore(ctx context.Context, end int64, limit int, found map[models.ID]record) error {
	_, head := m.feed.bounds()
	to, from := end, min(end, head+1)
	for width := 4 * int64(max(0, limit)); limit > 0; width *= 16 {
		from = max(0, from-width)
		find := options.Find().SetSort(bson.M{stampField: -1}).SetLimit(int64(limit)).SetBatchSize(int32(min(limit, pageSize)))
		err := m.each(ctx, bson.M{stampField: bson.M{"$gt": from, "$lt": to}}, find, func(rec record) error {
			limit--
			found[rec.id] = rec
			return nil
		})
		if err != nil || from == 0 {
			return err
		}
		to = from + 1
	}
	return nil
}

// placeAll gives a place to the values of a history without one that are made up to now, and
// returns them by id. Those of other programs, and of loads under way, are not in the feed before
// they are claimed or shown: they come later.
func (m *collection) placeAll(ctx context.Context) (map[models.ID]record, error) {
	placed := make(map[models.ID]record)
	if m.readOnly {
		return placed, nil
	}
	head := m.feed.last().Offset
	for {
		waiting, err := m.placeable(ctx)
		if err != nil {
			return nil, err
		}
		begun := make([]*announcement, len(waiting))
		for i, rec := range waiting {
			begun[i] = m.announcer.submit(m.announcementOf(rec))
		}
		more := false
		for i, rec := range waiting {
			if rec.stamp, err = begun[i].wait(ctx); err != nil {
				return nil, fmt.Errorf("announce %s: %w: %w", m.Plural, dao.ErrUnavailable, err)
			}
			_, known := placed[rec.id]
			more = more || !known && rec.stamp <= head
			placed[rec.id] = rec
		}
		if len(waiting) < pageSize || !more { // what may be behind these came into the feed after we began
			return placed, nil
		}
	}
}

// placeable returns values of a history that only wait for being announced, the first of them.
// Those of a load count when all of it is shown: they are looked for once more after its record is
// gone.
func (m *collection) placeable(ctx context.Context) ([]record, error) {
	filter := bson.M{revField: bson.M{"$gt": 0}}
	list, err := m.unannounced(ctx, filter)
	shown := map[string]bool{"": true}
	for _, rec := range list {
		shown[rec.load] = true
	}
	if err != nil || len(shown) == 1 {
		return list, err
	}
	underWay, err := m.readLoads(ctx)
	if err != nil {
		return nil, m.readError(ctx, "read meta", err)
	}
	maps.DeleteFunc(shown, func(name string, _ bool) bool { _, waits := underWay[name]; return waits })
	list, err = m.unannounced(ctx, filter)
	return slices.DeleteFunc(list, func(rec record) bool { return !shown[rec.load] }), err
}

// lastOf returns the last messages that stand before end.
func lastOf(records map[models.ID]record, end int64, limit int) []models.Message {
	list := make([]record, 0, len(records))
	for _, rec := range records {
		if rec.stamp < end {
			list = append(list, rec)
		}
	}
	slices.SortFunc(list, func(a, b record) int { return cmp.Compare(a.stamp, b.stamp) })
	list = list[max(0, len(list)-max(0, limit)):]
	page := make([]models.Message, len(list))
	for i, rec := range list {
		page[i] = readMessage(rec.raw)
	}
	return page
}
