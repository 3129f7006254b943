package main

import (
	"bytes"
	"fmt"
	"slices"
	"time"
)

// report is what a run found out.
type report struct {
	command string
	machine []string
	scale   scale
	seed    uint64
	begin   time.Time
	took    time.Duration
	rows    []row

	noServer bool // of MongoDB
	node     string
	rivals   []rival

	loadBefore, loadAfter string // of the machine, while asked and guessed were measured
	asked                 []askedRow
	guessed               guesses

	sizedRows                []sizedRow // what the chapter on variants has
	plainMemory, sizedMemory int64      // resident bytes of both shops, at rest

	placings   []placing // what the chapter on orders has
	purchase   purchase
	orderLists []listedRow
	ordersIdle int64 // resident bytes with as many orders, at rest
	ordersBusy int64 // after all lists
	rings      []ringRow

	stepRows []stepRow // what the chapter on steps has
	together []togetherRow
	idleRows []idleRow

	figures []*figure
}

// markdown writes docs/benchmarks.md; plots is the folder that it finds them in.
func (r *report) markdown(plots string) []byte {
	var b bytes.Buffer
	b.WriteString("# How fast, how small\n\n")
	fmt.Fprintf(&b, "Written by `%s` on %s in %.0f s (`make bench`); do not edit.\n", r.command, r.begin.UTC().Format(time.DateOnly), r.took.Seconds())
	if r.scale != full() {
		b.WriteString("This is a short run: it shows that everything can be measured. What is required is required of a full one.\n")
	}
	b.WriteByte('\n')
	for _, line := range r.machine {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	b.WriteString("\n| what | measured | bare limit, same run | ratio | CPU, times the limit's | required | met |\n|---|---|---|---|---|---|---|\n")
	slices.SortFunc(r.rows, func(x, y row) int { return int(x.key - y.key) })
	for _, one := range r.rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n",
			one.what(r.scale), one.measured, dash(one.limit), dash(one.ratio), dash(one.computing), dash(one.required), one.verdict())
	}
	r.besides(&b)
	r.sizes(&b)
	r.orders(&b)
	r.steps(&b)
	r.access(&b)
	r.explain(&b)
	r.explainLive(&b)
	r.explainMongo(&b)
	r.explainCurves(&b, plots)
	return b.Bytes()
}

func dash(cell string) string {
	if cell == "" {
		return "–"
	}
	return cell
}

func (r row) verdict() string {
	if r.required == "" {
		return "–"
	}
	return yesOrNo(r.met)
}

func yesOrNo(met bool) string {
	if met {
		return "yes"
	}
	return "**no**"
}

// measuredTitle begins the chapter on how to read the table.
const measuredTitle = "\n## How it was measured\n"

// explain says how to read the table.
func (r *report) explain(b *bytes.Buffer) {
	b.WriteString(measuredTitle)
	fmt.Fprintf(b, `
- **Ratios count.** The shop and the bare limit take turns, %[1]d rounds of %[2]s each after one to warm up; each round is compared
  with its neighbour, and the ratio is the median of these. Other work on the machine changes the figures far more than the ratios.
- **The shop** is the program as it is shipped, in a process of its own, without rate limits, its log written to nowhere.
- **The bare handler** is Go's net/http in a process of its own: it looks the address up in a map and writes the header fields and the
  bytes that the shop gave. It never has writes going on.
- **The client** keeps %[3]d connections busy, each with one request after the other, and reads no more of an answer than its length; it runs on
  the same cores. It does not ask for compression. CPU is the server's own time for a request.
- **Pages of ten** are asked for by a category and by prices from two thirds to one and a half of some product's, in each of the three
  orders, page 1 to 3.
- **Writes going on** are price changes over the API, spread evenly over the catalogue.
- **Searches** are two words of some product, half of them only begun; searches and pages of history go over one connection, one after the other.
- **Durable creates** call the store in this process. The bare limit appends the very lines that the store's journal got to one file; who waits
  shares one write and one fdatasync. CPU is that of the writers, too.
- **Import and start** are times of the whole process: import to its end, start to the first 200 of /readyz (median of %[4]d, files in the
  page cache).
- **Resident memory** is VmRSS, %[5]s after the start or the load; a megabyte is 1,000,000 bytes.
- **Data** is random (seed %[6]d): words by Zipf's law, a product about 700 bytes of JSON, a message about 200.
`, r.scale.rounds, r.scale.length, r.scale.connections, r.scale.starts, r.scale.settle, r.seed)
}
