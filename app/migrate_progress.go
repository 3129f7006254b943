package app

import (
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far a migration is: a bar on a terminal, a line for each tenth elsewhere.
type progress struct {
	to    *os.File
	what  string
	total int // 0 when nobody knows
	done  int
	bar   *progressbar.ProgressBar // nil without a terminal
}

// begin shows the next part of the work.
func (p *progress) begin(what string, total int) {
	*p = progress{to: p.to, what: what, total: total}
	if !term.IsTerminal(int(p.to.Fd())) {
		fmt.Fprintln(p.to, what+" …")
		return
	}
	most := int64(total)
	if total == 0 {
		most = -1
	}
	p.bar = progressbar.NewOptions64(most,
		progressbar.OptionSetWriter(p.to),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetSpinnerChangeInterval(0), // it turns as values come, and not in the background
		progressbar.OptionClearOnFinish())
}

// add moves it by so many values.
func (p *progress) add(n int) {
	before := p.done
	p.done += n
	switch {
	case p.bar != nil:
		p.bar.Add(n)
	case p.total > 0 && 10*p.done/p.total > 10*before/p.total:
		fmt.Fprintf(p.to, "%s: %d of %d values\n", p.what, p.done, p.total)
	}
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Clear()
	}
}
