package dbmanagers

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// A process was killed after it had announced messages and before it stamped them. Who reads the
// store before another process repairs that, as export does beside nobody, gets them where the feed
// has them.
func TestDumpOfUnstampedMessages(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{})
	texts := []string{"a", "b", "c", "d", "e", "f"}
	ids := map[string]models.ID{}
	for i, text := range texts {
		m := aMessage(text)
		m.ID = number(100 - i) // by id they stand the other way round
		stored, _, err := s.Messages.Append(p.ctx, m)
		p.ok("append", err)
		ids[text] = stored.ID
	}
	p.ok("close", s.Close())
	for _, unstamped := range [][]string{{"a", "c", "d"}, {"f"}, texts} {
		for _, text := range unstamped {
			_, err := p.db.Collection("messages").UpdateOne(p.ctx, bson.M{"_id": objectID(ids[text])}, bson.M{"$set": bson.M{stampField: nil}})
			p.ok("take the stamp away", err)
		}
		reader, err := OpenReadOnly(p.ctx, p.url, Options{})
		p.ok("open to read", err)
		var got []string
		_, err = reader.Dump(p.ctx, func(b dao.Batch) error {
			for _, m := range b.Messages {
				got = append(got, m.Message)
			}
			return nil
		})
		p.ok("dump", err)
		p.ok("close", reader.Close())
		if diff := cmp.Diff(texts, got); diff != "" {
			t.Errorf("without the stamps of %v: %s", unstamped, diff)
		}
	}
}
