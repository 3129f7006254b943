package app

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"text/tabwriter"

	"pulperia/dao"
	"pulperia/dao/models"
)

// content is what a store holds, collection by collection, as the files of its export would.
type content struct {
	values [3]int
	hashes [3]hash.Hash
}

// collections are the names of those of a content, in the order of a dump.
var collections = [3]string{"products", "carts", "messages"}

func newContent() *content {
	return &content{hashes: [3]hash.Hash{sha256.New(), sha256.New(), sha256.New()}}
}

// add takes in the next values of a dump.
func (c *content) add(batch dao.Batch) {
	c.hashes[0].Write(models.ArrayPart(batch.Products, c.values[0] == 0))
	c.hashes[1].Write(models.ArrayPart(batch.Carts, c.values[1] == 0))
	var lines []byte
	for _, m := range batch.Messages {
		lines = append(m.AppendJSON(lines), '\n')
	}
	c.hashes[2].Write(lines)
	c.values[0] += len(batch.Products)
	c.values[1] += len(batch.Carts)
	c.values[2] += len(batch.Messages)
}

// sums ends the content and returns how many values each collection has, and the hash of its file.
func (c *content) sums() (s sums) {
	for i := range s {
		if i < 2 {
			c.hashes[i].Write(models.ArrayEnd(c.values[i] == 0))
		}
		s[i] = sum{c.values[i], hex.EncodeToString(c.hashes[i].Sum(nil))}
	}
	return s
}

// sum is a collection in short.
type sum struct {
	values int
	sha256 string // of products.json, carts.json or messages.jsonl of its export
}

type sums [3]sum

// total returns how many values there are.
func (s sums) total() (n int) {
	for _, one := range s {
		n += one.values
	}
	return n
}

// name is the same for two stores if and only if they hold the same.
func (s sums) name() string {
	all := sha256.Sum256(fmt.Append(nil, s))
	return hex.EncodeToString(all[:])
}

// printSums prints both sides of a migration as a table.
func printSums(w io.Writer, source, target sums) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "collection\t\tvalues\tSHA-256 of its export\t")
	for i, name := range collections {
		verdict := "the same"
		if source[i] != target[i] {
			verdict = "DIFFERENT"
		}
		fmt.Fprintf(table, "%s\tsource\t%d\t%s\t\n", name, source[i].values, source[i].sha256)
		fmt.Fprintf(table, "\ttarget\t%d\t%s\t%s\n", target[i].values, target[i].sha256, verdict)
	}
	table.Flush()
}
