package app

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"slices"
	"text/tabwriter"

	"pulperia/dao"
	"pulperia/dao/models"
)

// content is what a store holds, kind by kind, as the files of its export would.
type content []kindContent

type kindContent struct {
	*dao.Schema
	values int
	hash   hash.Hash
}

func newContent() content {
	var c content
	for _, s := range dao.Kinds() {
		c = append(c, kindContent{Schema: s, hash: sha256.New()})
	}
	return c
}

// add takes in the next values of a dump.
func (c content) add(batch dao.Batch) {
	for i := range c {
		one := &c[i]
		list := slices.Collect(batch.Of(one.Schema))
		if one.History {
			for _, v := range list {
				one.hash.Write(append(models.JSON(v), '\n'))
			}
		} else {
			one.hash.Write(models.ArrayPart(list, one.values == 0))
		}
		one.values += len(list)
	}
}

// sums ends the content and returns how many values each kind has, and the hash of its file.
func (c content) sums() (s sums) {
	for _, one := range c {
		if !one.History {
			one.hash.Write(models.ArrayEnd(one.values == 0))
		}
		s = append(s, sum{one.values, hex.EncodeToString(one.hash.Sum(nil))})
	}
	return s
}

// sum is a kind in short.
type sum struct {
	values int
	sha256 string // of the file of its export
}

// sums are those of the kinds, in the order of a dump.
type sums []sum

// total returns how many values there are.
func (s sums) total() (n int) {
	for _, one := range s {
		n += one.values
	}
	return n
}

// name is the same for two stores if and only if they hold the same, whatever kinds a program knows
// of which they hold nothing.
func (s sums) name() string {
	var held sums
	for i, kind := range dao.Kinds() {
		if kind.Always || s[i].values > 0 {
			held = append(held, s[i])
		}
	}
	all := sha256.Sum256(fmt.Append(nil, held))
	return hex.EncodeToString(all[:])
}

// printSums prints both sides of a migration as a table.
func printSums(w io.Writer, source, target sums) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "collection\t\tvalues\tSHA-256 of its export\t")
	for i, kind := range dao.Kinds() {
		if !kind.Always && source[i].values+target[i].values == 0 {
			continue
		}
		verdict := "the same"
		if source[i] != target[i] {
			verdict = "DIFFERENT"
		}
		fmt.Fprintf(table, "%s\tsource\t%d\t%s\t\n", kind, source[i].values, source[i].sha256)
		fmt.Fprintf(table, "\ttarget\t%d\t%s\t%s\n", target[i].values, target[i].sha256, verdict)
	}
	table.Flush()
}
