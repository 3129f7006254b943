package dbmanagers

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// The settings are read back as they were written, lists within lists included; those of a program
// that knew no ways have no dirt; what another hand has made of them is read as far as it means
// something, and named.
func TestSettingsDocument(t *testing.T) {
	f := formOf(dao.Settings.Schema)
	v := dao.Settings.Example(1)
	v.SetHead(models.Head{ID: models.TheOne, CreatedAt: 1, UpdatedAt: 1})
	v.Normalize()
	doc := rawOf(t, f.write(v))
	if read := f.read(doc); !dao.Settings.Same(read, v) {
		t.Errorf("%+v is read as %+v", v, read)
	}
	if dirt, unknown := f.dirt(doc), f.unknownFields(dao.Settings.Schema, doc); dirt != nil || unknown != nil {
		t.Errorf("dirt in what we write: %q, %q", dirt, unknown)
	}
	head := bson.D{{Key: "_id", Value: objectID(models.TheOne)}, {Key: "createdAt", Value: bson.DateTime(1)}, {Key: "updatedAt", Value: bson.DateTime(1)}}
	older := head
	for _, name := range []string{"name", "logo", "language", "currency", "timeZone", "welcome", "about", "place", "hours", "whatsapp"} {
		older = append(older, bson.E{Key: name, Value: ""})
	}
	older = append(older, bson.E{Key: "roomClosed", Value: false})
	if dirt := f.dirt(rawOf(t, older)); dirt != nil {
		t.Errorf("dirt in what a program of before wrote: %q", dirt)
	}
	strange := append(older, bson.E{Key: "payments", Value: bson.A{"cash", bson.D{{Key: "way", Value: "cash"}, {Key: "days", Value: 2.0}}}}, bson.E{Key: "taxes", Value: 21})
	read := f.read(rawOf(t, strange)).(*models.Settings)
	if len(read.Payments) != 2 || read.Payments[1].Way != "cash" || read.Payments[1].Days != 2 || read.Payments[1].Accounts == nil {
		t.Errorf("%+v", read)
	}
	if dirt := f.dirt(rawOf(t, strange)); len(dirt) == 0 {
		t.Error("nothing is named")
	}
}
