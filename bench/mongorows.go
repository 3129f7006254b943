package main

import (
	"bytes"
	"fmt"
)

// mongoWhat returns the first cell of a row about MongoDB.
func mongoWhat(k key, s scale) string {
	products := number("%d products", s.products)
	return map[key]string{
		mongoProduct:   "MongoDB: a product by id out of " + products,
		mongoPage:      "MongoDB: 10 products by category and price out of " + products + ", with their total",
		mongoAppends:   "MongoDB: durable appends of messages, announced in the feed, 64 writers",
		mongoAdditions: "MongoDB: 200 parallel additions to one cart",
		mongoMigration: "MongoDB: migration of " + products + " and " + number("%d messages", s.messages) + " from files, against bulk inserts alone",
		mongoIndexed:   "MongoDB: the same migration, against bulk inserts with the same indexes",
	}[k]
}

// explainMongo says how to read the rows about MongoDB.
func (r *report) explainMongo(b *bytes.Buffer) {
	if r.noServer {
		fmt.Fprintf(b, "- **MongoDB** was not measured: no server in %s.\n", serverVariable)
		return
	}
	fmt.Fprint(b, `- **MongoDB** is the engine in this process, without HTTP, beside the bare driver that asks the same server for the same: documents as a mongoose
  application keeps them, with the index that the question needs, in a database of their own. Both take turns, as above. The server shares
  the cores; where it is the tests' own (FerretDB on DocumentDB), ratios are what to look at.
- **Appends** are messages with their place in the feed; the bare side inserts the same messages one by one, with no feed.
- **Migration** is the whole command: the source is read and checked, copied, indexed, read back and compared. The bare side inserts the very
  documents that came of it, 1,000 at a time, reads nothing, and then makes the same indexes; one row counts that, one does not.
`)
}
