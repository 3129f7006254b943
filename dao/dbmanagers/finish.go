package dbmanagers

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// announce tells the feed of a change that this process has just made.
func (c *collection) announce(ctx context.Context, key bson.RawValue, id models.ID, rev int64, done *mutation) (dao.Receipt, error) {
	a := c.announcement(key, id, rev, dao.OpDelete, nil)
	if !done.gone {
		a = c.announcement(key, id, rev, dao.OpPut, done.tell(rev))
	}
	a = c.announcer.submit(a)
	if _, err := a.wait(ctx); err != nil {
		return dao.Receipt{}, fmt.Errorf("announce %s %s: %w: %w", c.Kind, id, dao.ErrUnknown, err)
	}
	if a.change.Rev != rev && !done.gone {
		done.tell(a.change.Rev) // the caller is to know it, too
	}
	return dao.Receipt{Position: a.place()}, nil
}

// finish claims and announces a document where that is missing, whoever has changed it, and returns
// the offset of its last change.
func (c *collection) finish(ctx context.Context, rec *record) (offset int64, err error) {
	if rec.stamp > 0 {
		return rec.stamp, nil
	}
	if !rec.ours {
		if err := c.claimOne(ctx, rec); err != nil {
			return 0, err
		}
	}
	offset, err = c.announcer.submit(c.announcementOf(*rec)).wait(ctx)
	if err != nil {
		return 0, fmt.Errorf("announce %s %s: %w: %w", c.Kind, rec.id, dao.ErrUnavailable, err)
	}
	return offset, nil
}

// announcementOf is what is to be told of a document that is not announced.
func (c *collection) announcementOf(rec record) *announcement {
	if rec.gone {
		return c.announcement(rec.key, rec.id, rec.rev, dao.OpDelete, nil)
	}
	return c.announcement(rec.key, rec.id, rec.rev, dao.OpPut, c.doc(rec.raw, rec.rev))
}

// remove finishes the deletion of a document that is marked as deleted.
func (c *collection) remove(ctx context.Context, rec record) error {
	if _, err := c.finish(ctx, &rec); err != nil {
		return err
	}
	filter := bson.M{"_id": rec.key, revField: rec.rev, goneField: true}
	err := insist(ctx, func() error { _, err := c.coll.DeleteOne(ctx, filter); return err })
	return c.readError(ctx, fmt.Sprintf("remove %s %s", c.Kind, rec.id), err) // nothing of the caller's own is written
}
