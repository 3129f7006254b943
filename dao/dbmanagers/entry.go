package dbmanagers

import (
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/cespare/xxhash/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao"
	"pulperia/dao/models"
)

// entry is a step as the feed holds it: one document, so that it is there whole or not at all.
type entry struct {
	First   int64         `bson:"_id"` // the offset of its first change
	N       int64         `bson:"n"`   // how many offsets it takes: one a change, and one without any
	Step    bson.ObjectID `bson:"step"`
	At      bson.DateTime `bson:"at"`
	By      string        `bson:"by,omitempty"`
	Applied int64         `bson:"applied"` // up to which its process knew all documents to be brought forward
	Changes []*change     `bson:"changes"`

	own  bool        // this process has committed it
	seen time.Time   // when this process saw it
	size int         // of the document
	dug  atomic.Bool // its deletes have been repeated: what is there again since, another program put back
}

func (e *entry) end() int64 { return e.First + e.N - 1 }

// op is what a step did to a value. Readers of the feed are told of a put or a delete.
type op string

const (
	opCreate op = "create"
	opUpdate op = "update"
	opDelete op = "delete"
	opNotice op = "notice" // another program wrote it; doc is what was read
	opGone   op = "gone"   // another program deleted it
)

func (o op) removes() bool { return o == opDelete || o == opGone }

// change is what a step did to one value.
type change struct {
	Kind dao.Kind      `bson:"kind"`
	Op   op            `bson:"op"`
	ID   bson.ObjectID `bson:"id"`
	Key  any           `bson:"key,omitempty"` // the document's _id where that is no ObjectID
	Rev  int64         `bson:"rev"`
	Doc  string        `bson:"doc,omitempty"` // JSON: the whole value after the change, as it is told
	Set  []string      `bson:"set,omitempty"` // the fields that an update wrote,
	Inc  bson.M        `bson:"inc,omitempty"` // and the quantities, by how much they changed

	offset int64
	value  models.Value                 // of Doc, where this process made the change; never altered
	read   atomic.Pointer[models.Value] // of Doc, once it was needed; never altered
	own    bool                         // of a step that this process has committed
	before models.Value                 // what it was, where this process knows that
	in     *entry                       // that the tail has it in
}

func (c *change) id() models.ID { return models.ID(c.ID) }

// key is what the document of the change has for its _id.
func (c *change) key() any {
	if c.Key != nil {
		return c.Key
	}
	return c.ID
}

// after is the value that the change left; nil for none, or where the document cannot be read.
func (c *change) after() models.Value {
	if c.value != nil {
		return c.value
	}
	if read := c.read.Load(); read != nil {
		return *read
	}
	var v models.Value
	if s := dao.SchemaOf(c.Kind); s != nil && c.Doc != "" {
		v, _ = s.Decode([]byte(c.Doc))
	}
	c.read.Store(&v)
	return v
}

// parseEntry reads a document of the feed; nil for one that no pulperia wrote.
func parseEntry(raw bson.Raw) *entry {
	e := new(entry)
	if bson.Unmarshal(raw, e) != nil || e.N < 1 || e.Step.IsZero() {
		return nil
	}
	e.size = len(raw)
	e.number()
	return e
}

// number gives the changes their offsets.
func (e *entry) number() {
	for i, c := range e.Changes {
		c.offset = e.First + int64(i)
	}
}

// told returns the changes as readers of the feed see them.
func (e *entry) told() []dao.Change {
	list := make([]dao.Change, len(e.Changes))
	for i, c := range e.Changes {
		list[i] = dao.Change{
			Offset: c.offset, At: models.Time(e.At), By: e.By, Kind: c.Kind, Op: dao.OpPut, ID: c.id(), Rev: c.Rev, End: e.end(),
		}
		if c.Op.removes() {
			list[i].Op = dao.OpDelete
		} else {
			list[i].Doc = json.RawMessage(c.Doc)
		}
	}
	return list
}

// sumOf is by what a document is known to be as a step of ours told of it: all of a value but its
// revision and times.
func sumOf(s *dao.Schema, v models.Value) int64 {
	bare := s.Clone(v)
	bare.SetHead(models.Head{ID: v.GetHead().ID})
	return int64(xxhash.Sum64(models.JSON(bare)))
}
