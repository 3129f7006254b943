package dbmanagers

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pulperia/dao"
	"pulperia/dao/models"
)

// attendanceID is the _id of the document in meta that says when the store was open.
const attendanceID = "open"

// attendance is that document. Turn is another one with each writing, so that of two processes none
// writes over what the other has noted, or has had forgotten.
type attendance struct {
	ID             string        `bson:"_id"`
	Turn           bson.ObjectID `bson:"turn"`
	dao.Attendance `bson:"inline"`
}

// Attend notes that the store has been open. Who is beaten by another process does not know since
// when.
func (e *engine) Attend(ctx context.Context, open, age time.Duration) (since models.Time, err error) {
	ctx, leave, err := e.enterWrite(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	var known attendance
	raw, err := findOne(ctx, e.meta, query{filter: bson.M{"_id": attendanceID}})
	if err == nil && raw != nil {
		err = bson.Unmarshal(raw, &known)
	}
	if err != nil {
		return 0, e.readError(ctx, "read when the shop was open", err)
	}
	next := attendance{ID: attendanceID, Turn: bson.NewObjectID()}
	next.Attendance, since = known.Note(e.feed.last().Epoch, now(), open, age)
	e.at("attending")
	how := write{replaceOne, bson.M{"_id": attendanceID, "turn": known.Turn}, next}
	if known.ID == "" {
		how = write{insertOne, nil, next}
	}
	did, err := e.meta.write(ctx, true, how)
	if mongo.IsDuplicateKeyError(err) || err == nil && did == 0 {
		return 0, nil
	}
	return since, writeError("note that the shop was open", err)
}

// forgetAttendance has Attend begin anew, in every process.
func (e *engine) forgetAttendance(ctx context.Context) error {
	if _, err := e.meta.write(ctx, true, write{deleteOne, bson.M{"_id": attendanceID}, nil}); err != nil {
		return fmt.Errorf("forget when the shop was open: %w: %w", dao.ErrUnavailable, err) // nothing of the load is written
	}
	return nil
}
