package filemanagers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// restoreFile is in a folder as long as its restoration is not finished.
const restoreFile = "migration.json"

// restoreRecord is migration.json.
type restoreRecord struct {
	Source  string           `json:"source"`          // for people
	Content string           `json:"content"`         // what is to be in the store in the end; "" while it is being discarded
	Done    int              `json:"done"`            // how many values are in
	Sizes   map[string]int64 `json:"sizes"`           // how many bytes they take, by file; an older program wrote a list
	Store   *meta            `json:"store,omitempty"` // what store.json is to be, once all are in
}

func (r restoreRecord) write(d disk) error {
	text, _ := json.MarshalIndent(r, "", "  ") // of texts and numbers: never fails
	if err := replace(d, restoreFile, append(text, '\n')); err != nil {
		return fmt.Errorf("write %s: %w", restoreFile, err)
	}
	return nil
}

// readRestoreRecord returns nil without an error when no restoration is under way.
func readRestoreRecord(d disk) (*restoreRecord, error) {
	text, err := readAll(d, restoreFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	r := new(restoreRecord)
	if err == nil {
		err = json.Unmarshal(text, r)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", restoreFile, err)
	}
	return r, nil
}

// refuseUnfinished returns an error while a restoration is not finished.
func refuseUnfinished(d disk) error {
	there, err := readRestoreRecord(d)
	if err != nil || there == nil {
		return err
	}
	return fmt.Errorf("a migration from %s into it was not finished (%d values are in): "+
		"run the same pulperia migrate again to go on, or with --restart to begin anew", there.Source, there.Done)
}

// restorable returns the record to begin or to go on with, or an error when the folder is neither
// empty nor under the same restoration.
func restorable(d disk, source, content string) (restoreRecord, error) {
	there, err := readRestoreRecord(d)
	switch {
	case err != nil:
		return restoreRecord{}, err
	case there == nil:
		return restoreRecord{Source: source, Content: content, Sizes: map[string]int64{}}, wantEmpty(d)
	case there.Content != content && there.Source != source:
		err = fmt.Errorf("a migration from %s into it was not finished: go on with that one, or begin anew with --restart", there.Source)
	case there.Content != content || there.Sizes == nil:
		err = fmt.Errorf("a migration into it was not finished, and %s has changed since: begin anew with --restart", there.Source)
	}
	return *there, err
}

// wantEmpty returns an error when a folder holds values, or files that are none of a store.
func wantEmpty(d disk) error {
	if names, err := d.List(); errors.Is(err, fs.ErrNotExist) || err == nil && len(names) == 0 {
		return nil
	}
	if err := wantOwnFolder(d); err != nil {
		return err
	}
	c, err := load(reading{d})
	if err != nil {
		return err
	}
	there := c.count()
	if err := c.close(); err != nil {
		return err
	}
	if there.Total() > 0 {
		return fmt.Errorf("it holds %s: name a folder that is empty or not there yet", there)
	}
	return nil
}

// clearStore removes the files of a store, but not what says that a restoration is under way.
func clearStore(d disk) error {
	names, err := d.List()
	if err != nil {
		return err
	}
	for _, name := range names {
		_, isSegment := segmentFirst(name)
		if name != metaFile && !isSegment && !isOfKind(name) && !isLeftover(name) {
			continue
		}
		if err := d.Remove(name); err != nil {
			return err
		}
	}
	if err := (&images{disk: d}).clear(true); err != nil {
		return err
	}
	return d.Sync()
}

// Discard removes what an unfinished restoration has put into a folder, so that it can begin anew.
// Where there is none, nothing is done.
func Discard(ctx context.Context, dir string, o Options) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o = o.withDefaults(dir)
	if there, err := readRestoreRecord(o.disk); err != nil || there == nil {
		return err
	}
	lock, err := takeLock(dir)
	if err != nil {
		return fmt.Errorf("clear %s: %w", dir, err)
	}
	if err = discard(o.disk); err != nil {
		err = fmt.Errorf("clear %s: %w", dir, err)
	}
	return errors.Join(err, lock.Unlock())
}

func discard(d disk) error {
	there, err := readRestoreRecord(d)
	if err != nil || there == nil {
		return err
	}
	if err := (restoreRecord{Source: there.Source}).write(d); err != nil { // of no content: nobody goes on with it
		return err
	}
	if err := clearStore(d); err != nil {
		return err
	}
	if err := d.Remove(restoreFile); err != nil {
		return err
	}
	return d.Sync()
}
