package dbmanagers

import (
	"cmp"
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pulperia/dao"
	"pulperia/dao/models"
)

// giveHistory hands out the values of a history up to the dump's position, in the order of the
// feed; those without a place come last.
func (d *dumping) giveHistory(ctx context.Context, c *collection) error {
	placed, known, err := d.placed(ctx, c)
	if err != nil {
		return err
	}
	given := make(map[models.ID]bool)
	// giveBefore hands out those of placed that stand before an offset.
	giveBefore := func(end int64) error {
		for len(placed) > 0 && placed[0].stamp < end {
			rec := placed[0]
			if placed = placed[1:]; !given[rec.id] {
				if err := d.giveOne(c, rec); err != nil {
					return err
				}
			}
		}
		return nil
	}
	// In ranges of offsets, for the reason of messages.Page.
	for from := int64(0); from < d.at.Offset; from += 10 * pageSize {
		to := min(from+10*pageSize, d.at.Offset)
		inOrder := options.Find().SetSort(bson.M{stampField: 1}).SetBatchSize(pageSize)
		err := c.each(ctx, bson.M{stampField: bson.M{"$gt": from, "$lte": to}}, inOrder, func(rec record) error {
			if known[rec.id] { // stamped since
				given[rec.id] = true
			}
			if err := giveBefore(rec.stamp); err != nil {
				return err
			}
			return d.giveOne(c, rec)
		})
		if err != nil {
			return err
		}
	}
	if err := giveBefore(d.at.Offset + 1); err != nil {
		return err
	}
	if err := d.giveUnplaced(ctx, c, known); err != nil {
		return err
	}
	return d.give()
}

// giveUnplaced hands out the values that nobody has put into the feed yet. Who writes has done
// that before.
func (d *dumping) giveUnplaced(ctx context.Context, c *collection, placed map[models.ID]bool) error {
	if !d.readOnly {
		return nil
	}
	byID := options.Find().SetSort(bson.M{"_id": 1}).SetBatchSize(pageSize)
	return c.each(ctx, bson.M{stampField: nil}, byID, func(rec record) error {
		if placed[rec.id] {
			return nil
		}
		return d.giveOne(c, rec)
	})
}

func (d *dumping) giveOne(c *collection, rec record) error {
	d.look(c, rec)
	return d.add(c, rec)
}

// placed returns the values that have a place in the feed, up to the dump's position, and do not
// bear it yet: their process was killed, or is about to stamp them. Who only reads cannot stamp
// them either, and must put them where they belong all the same.
func (d *dumping) placed(ctx context.Context, c *collection) (list []record, known map[models.ID]bool, err error) {
	known = make(map[models.ID]bool)
	if !d.readOnly {
		return nil, known, nil
	}
	var waiting []record
	byID := options.Find().SetSort(bson.M{"_id": 1}).SetBatchSize(pageSize)
	ours := bson.M{stampField: nil, revField: bson.M{"$gt": 0}}
	err = c.each(ctx, ours, byID, func(rec record) error { waiting = append(waiting, rec); return nil })
	if err != nil {
		return nil, nil, err
	}
	names := make([]*announcement, len(waiting))
	for i, rec := range waiting {
		names[i] = c.announcementOf(rec)
	}
	places := make(map[changeKey]dao.Change)
	if err := d.announcer.ask(ctx, names, places); err != nil {
		return nil, nil, d.readError(ctx, "read the feed", err)
	}
	for i, rec := range waiting {
		if told, is := places[names[i].name()]; is && told.Offset <= d.at.Offset {
			rec.stamp, known[rec.id] = told.Offset, true
			list = append(list, rec)
		}
	}
	slices.SortFunc(list, func(a, b record) int { return cmp.Compare(a.stamp, b.stamp) })
	return list, known, nil
}
