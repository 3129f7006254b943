package filemanagers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// attendanceFile is a dao.Attendance. Nothing depends on it: a store without it begins to count
// anew.
const attendanceFile = "open.json"

// Attend notes that the store has been open.
func (e *engine) Attend(ctx context.Context, open, age time.Duration) (models.Time, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := e.committer.open(); err != nil {
		return 0, err
	}
	e.compactor.mu.Lock()
	defer e.compactor.mu.Unlock()
	var known dao.Attendance
	text, err := readAll(e.compactor.disk, attendanceFile)
	if err == nil {
		err = json.Unmarshal(text, &known)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		e.compactor.log.Warn("cannot read when the shop was open; carts get all of their time again", "file", attendanceFile, "err", err)
		known = dao.Attendance{}
	}
	known, since := known.Note(e.feed.epoch, models.TimeOf(e.now()), open, age)
	text, _ = json.MarshalIndent(known, "", "  ") // of texts: never fails
	if err := replace(e.compactor.disk, attendanceFile, append(text, '\n')); err != nil {
		return 0, fmt.Errorf("write %s: %w", attendanceFile, err)
	}
	return since, nil
}

// forgetAttendance has Attend begin anew.
func (e *engine) forgetAttendance() error {
	e.compactor.mu.Lock()
	defer e.compactor.mu.Unlock()
	err := e.compactor.disk.Remove(attendanceFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, e.compactor.disk.Sync())
}
