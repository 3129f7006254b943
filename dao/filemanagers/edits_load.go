package filemanagers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// loadEdits reads the files that somebody wrote by hand. They count if the folded files were the
// whole truth, as they are after a clean stop, and after a crash that left nothing to compact; else
// nobody can say whether they or the journal are right.
func (c *contents) loadEdits(d disk) error {
	now := models.TimeOf(time.Now())
	for _, one := range c.kinds {
		added, err := one.added(d, c.unfolded)
		if err != nil {
			return err
		}
		if added {
			c.edited = append(c.edited, one.File())
		}
		if !slices.Contains(c.edited, one.File()) {
			continue
		}
		if c.unfolded > 0 {
			return &Damage{File: one.File(), Byte: -1,
				Wrong: fmt.Sprintf("it is not what the shop wrote, and %d changes stand only in the journal, for the shop was not stopped cleanly: "+
					"nobody can say which is right", c.unfolded),
				Remedy: "Put back the file as it was, start and stop the shop once, and edit then; " +
					"or put back the store's folder from a backup"}
		}
		text, err := readEdit(d, one.File())
		if err != nil {
			return err
		}
		var undated map[models.ID]bool
		if one.values, undated, err = editedValues(one.Schema, text, now, c.currency()); err != nil {
			return err
		}
		c.sums = append(c.sums, c.sumUp(one, undated))
	}
	return c.keepsUnit()
}

// keepsUnit refuses settings that were edited to a currency whose amounts have other decimals than
// those of the orders, as the shop does where there are any.
func (c *contents) keepsUnit() error {
	if !slices.Contains(c.edited, dao.Settings.File()) {
		return nil
	}
	now := c.currency()
	for _, one := range c.kinds {
		for _, v := range one.values {
			o, is := v.(*models.Order)
			if !is {
				break
			}
			if models.UnitOf(o.Currency) != models.UnitOf(now) {
				wrong := models.Problem{
					Field: "currency", Rule: models.SameUnit, Limit: fmt.Sprint(models.DecimalsOf(o.Currency)), Got: models.Quoted(now),
				}
				return &Damage{File: dao.Settings.File(), Byte: -1,
					Wrong:  fmt.Sprintf("%s, and order %d is in %q", models.Invalid{wrong}.Error(), o.Number, o.Currency),
					Remedy: "Put back the currency that was there"}
			}
		}
	}
	return nil
}

// currency is that of the shop, whose settings are read before what is for sale.
func (c *contents) currency() string {
	for _, one := range c.kinds {
		for _, v := range one.values {
			if settings, is := v.(*models.Settings); is {
				return settings.Currency
			}
		}
	}
	return ""
}

// added says whether somebody has put lines behind those of a history. A compaction that was not
// finished leaves some there, too, which the journal holds.
func (c *holding) added(d disk, unfolded int64) (bool, error) {
	if c.history == nil || c.end <= c.history.size {
		return false, nil
	}
	text, err := readAll(d, c.File())
	if err != nil || unfolded == 0 {
		return true, err
	}
	for one := range bytes.Lines(text[min(c.history.size, int64(len(text))):min(c.end, int64(len(text)))]) {
		var m struct{ Offset int64 }
		if json.Unmarshal(one, &m) != nil {
			continue // torn
		}
		if _, ours := slices.BinarySearch(c.history.fresh, m.Offset); !ours {
			return true, nil
		}
	}
	return false, nil
}

// readEdit reads a file that may come from any editor. Some put a byte order mark before UTF-8; it
// goes when the file is written anew.
func readEdit(d disk, name string) ([]byte, error) {
	text, err := readAll(d, name)
	if bytes.HasPrefix(text, []byte("\xFF\xFE")) || bytes.HasPrefix(text, []byte("\xFE\xFF")) {
		return nil, refused(name, 1, "is UTF-16; a store's files are UTF-8")
	}
	return bytes.TrimPrefix(text, []byte("\uFEFF")), err
}
