package dbmanagers

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pulperia/dao/models"
)

// forwarding is the changes of one document that are brought into it together.
type forwarding struct {
	*collection
	changes []*change
	at      bson.DateTime
}

func (f *forwarding) first() *change { return f.changes[0] }

func (f *forwarding) last() *change { return f.changes[len(f.changes)-1] }

// dead says whether the feed tells, later on, that the value is deleted: then nothing is made.
func (f *forwarding) dead() bool {
	told := f.feed.tail.of(valueKey{f.Kind, f.last().id()})
	if f.mutant == "all-lives" && !f.last().Op.removes() {
		return false
	}
	return slices.ContainsFunc(told, func(c *change) bool { return c.Op.removes() && c.offset >= f.last().offset })
}

type applying int

const (
	asNothing applying = iota
	asInsert
	asUpdate
	asRead
)

// optimistic is the write for a document that is as the change before left it.
func (f *forwarding) optimistic() (write, applying) {
	first, last := f.first(), f.last()
	switch dead := f.dead(); {
	case last.Op == opGone: // it was not there, and what is there now was put back
		return write{}, asNothing
	case dead && last.Op.removes():
		return write{deleteOne, f.before(last.offset), nil}, asUpdate
	case dead:
		return write{}, asNothing
	case first.Op == opCreate:
		return write{insertOne, nil, marshal(f.whole(last))}, asInsert
	case first.Op == opNotice && f.linesOf(last.after()) != nil: // it goes by what others changed
		return write{}, asRead
	case first.Op == opNotice && len(f.changes) == 1:
		return write{updateOne, f.foreign(last), bson.D{{Key: "$set", Value: bson.D{{Key: "pulperia", Value: f.met(last, f.at)}}}}}, asUpdate
	case slices.ContainsFunc(f.changes, func(c *change) bool { return c.Op != opUpdate }):
		return write{}, asRead
	}
	filter := append(f.before(first.offset), bson.E{Key: revField, Value: first.Rev - 1})
	if f.mutant == "no-filter" {
		filter = filter[:2]
	}
	names, inc := f.union(f.changes)
	guard, plain := f.guard(names, first)
	if !plain {
		return write{}, asRead
	}
	return write{updateOne, append(filter, guard...), f.update(names, inc, last)}, asUpdate
}

// before selects the document as long as a change is not in it.
func (f *forwarding) before(offset int64) bson.D {
	return bson.D{
		{Key: "_id", Value: f.last().key()}, {Key: markField, Value: f.mark()}, {Key: stampField, Value: bson.D{{Key: "$lt", Value: offset}}},
	}
}

// foreign selects a document of another program, or of ours, as long as a change is not in it.
func (f *forwarding) foreign(c *change) bson.D {
	older := bson.D{{Key: stampField, Value: bson.D{{Key: "$lt", Value: c.offset}}}}
	theirs := bson.D{{Key: markField, Value: bson.D{{Key: "$ne", Value: f.mark()}}}}
	return bson.D{{Key: "_id", Value: c.key()}, {Key: "$or", Value: bson.A{theirs, older}}}
}

// union is the fields that some changes wrote, and by how much quantities changed in all.
func (f *forwarding) union(list []*change) (names []string, inc bson.D) {
	sums := map[string]int64{}
	if f.mutant == "whole" {
		for _, field := range f.write(f.last().after()) {
			if field.Key != "_id" {
				names = append(names, field.Key)
			}
		}
		return names, nil
	}
	for _, c := range list {
		for _, name := range c.Set {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		for name, by := range c.Inc {
			n, _ := asInt(by)
			sums[name] += n
		}
	}
	for _, name := range f.quantities {
		if sums[name] != 0 && !slices.Contains(names, name) {
			inc = append(inc, bson.E{Key: name, Value: wholeNumber(sums[name])})
		}
	}
	return names, inc
}

func withoutField(fields bson.D, name string) bson.D {
	return slices.DeleteFunc(fields, func(e bson.E) bool { return e.Key == name })
}

func asInt(v any) (int64, bool) {
	switch n := v.(type) {
	case int32:
		return int64(n), true
	case int64:
		return n, true
	case int:
		return int64(n), true
	}
	return 0, false
}

// update writes fields as the last change left them, quantities as differences, and what is ours.
func (f *forwarding) update(names []string, inc bson.D, last *change) bson.D {
	var fields, unset bson.D
	for _, name := range names {
		unset = append(unset, bson.E{Key: name, Value: ""})
	}
	for _, field := range f.write(last.after()) {
		if slices.Contains(names, field.Key) {
			fields, unset = append(fields, field), withoutField(unset, field.Key)
		}
	}
	return f.withOurs(f.noteLines(fields, last.after()), unset, inc, last)
}

// noteLines adds what lines says of a value to the fields that are set, where variants are among them.
func (f *forwarding) noteLines(fields bson.D, v models.Value) bson.D {
	if !slices.ContainsFunc(fields, func(e bson.E) bool { return e.Key == "variants" }) {
		return fields
	}
	for _, key := range f.linesOf(v) {
		fields = append(fields, bson.E{Key: "pulperia." + key.Key, Value: key.Value})
	}
	return fields
}

func (f *forwarding) withOurs(fields, unset, inc bson.D, last *change) bson.D {
	for _, key := range f.ours(last) {
		fields = append(fields, bson.E{Key: "pulperia." + key.Key, Value: key.Value})
	}
	update := bson.D{{Key: "$set", Value: fields}}
	if len(inc) > 0 {
		update = append(update, bson.E{Key: "$inc", Value: inc})
	}
	if len(unset) > 0 {
		update = append(update, bson.E{Key: "$unset", Value: unset})
	}
	return update
}
