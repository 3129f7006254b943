package main

import (
	"bytes"
	"fmt"
)

// mending is something that cost too much, or grew faster than its work, and was mended. The figures are those of the day, the program
// before and after it in turn on one machine, and no run makes them again.
type mending struct{ what, before, after, commit string }

// mendings are what the curves and the profiles have found, and what was done about it.
var mendings = []mending{
	{
		what: "A search of two words among 1,000,000 products went through all of them to see which have the words. Now few are sorted, and of many " +
			"the number is known, so that going through them ends with the page. CPU of the catalogue for one search:",
		before: "5.0 ms", after: "0.16 ms",
		commit: "Count and sort what a search has found, or end with the page, instead of going through the whole catalogue",
	},
	{
		what: "A change of a text took all words of the product out of the search and put them in again, and so moved much of the lists " +
			"of the frequent ones. Now it is only the words that it loses or gains. CPU of the catalogue for one change, 1,000,000 products:",
		before: "2.5 ms", after: "0.05 ms",
		commit: "Learn only the words that a changed product gains or loses: a change of a text cost more the larger the catalogue",
	},
	{
		what: "To delete a product and make it again moved half of the list of each frequent word. Now such a word has a set of bits, " +
			"which is smaller, too. CPU of the catalogue for both, 1,000,000 products:",
		before: "2.3 ms", after: "0.14 ms",
		commit: "Keep the many products of a frequent word as a set of bits: to take one out moved half a list of all",
	},
	{
		what: "Durable creates, 64 writers: half of a sync was the file system's own journal, for the growth of the file. Now the shop's journal is " +
			"written over blank lines (ADR 0016). Of what bare append and fdatasync get done:",
		before: "79 to 92 %", after: "105 to 120 %",
		commit: "Write the journal over blank lines, and let those who were answered share the next sync",
	},
	{
		what: "Opening 1,000,000 products waited for memory twice for each word. Now words are read in parts that stay in the processor's " +
			"cache. Until the store is open, beside other work:",
		before: "27 to 34 s", after: "21 s",
		commit: "Read the words of a catalogue in parts that stay in the processor's cache",
	},
	{
		what: "Opening 1,000,000 products spent a third of its computing on encoding/json, and on a second copy of all texts. Now what a fold wrote is " +
			"read by its form. CPU of reading and copying:",
		before: "11.2 s", after: "2.9 s",
		commit: "Read products of a file without reflection, and pack them at once",
	},
	{
		what: "The words of a product with ¿, ¡ or typographic quotes in its description were folded by the general rules of Unicode. Now these are " +
			"among the usual characters. CPU of the words of one product:",
		before: "9.9 µs", after: "2.0 µs",
		commit: "Cut the words of Spanish prose the quick way",
	},
	{
		what: "An import spent 40 % of its computing on the indexes of listings, which the shop makes anew when it starts. Now they are made when somebody lists. " +
			"100,000 products:",
		before: "6.4 to 7.4 s", after: "3.5 to 4.4 s",
		commit: "Import without the indexes of listings: they are made when somebody lists",
	},
	{
		what: "A migration to MongoDB collected garbage for more than half of its time: the opened source filled the memory that it aims at. Now that is read without " +
			"indexes, and let go before the target is read back. 100,000 products and 1,000,000 messages:",
		before: "89 s", after: "48 s",
		commit: "Read a store without the indexes of listings, and let go of a migration's source before its proof",
	},
	{
		what:   "A product added to a cart, over HTTP: a fifth was encoding/json, for the cart, and for each change on its way to the hub. CPU of one (median of 3):",
		before: "106 µs", after: "90 µs",
		commit: "Write carts and read changes without reflection, and bodies at one go",
	},
	{
		what:   "A durable message, over HTTP: the same. CPU of one (median of 3):",
		before: "86 µs", after: "79 µs",
		commit: "Write carts and read changes without reflection, and bodies at one go",
	},
	{
		what: "Durable creates, 512 writers: a twelfth was looking for control characters in texts, because those with accents were looked at character by character. " +
			"One text of 150 bytes:",
		before: "180 ns", after: "117 ns",
		commit: "Look at texts with accents eight bytes at a time, too",
	},
}

func writeMendings(b *bytes.Buffer) {
	b.WriteString("\n## What was found and mended\n\nBy the curves, and by profiles (pprof, perf) of the rows that looked worst; on the day, in turn.\n\n" +
		"| what | before | after | commit |\n|---|---|---|---|\n")
	for _, m := range mendings {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", m.what, m.before, m.after, m.commit)
	}
}
