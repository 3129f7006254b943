package main

import (
	"bytes"
	"fmt"
	"net/http"
	"time"
)

// accessTitle names the chapter.
const accessTitle = "What it costs to be somebody"

// access writes the chapter.
func (r *report) access(b *bytes.Buffer) {
	if len(r.asked) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\nWritten by `%s` on %s, of %s, on %s,\nof which others wanted the more the higher its load was: %s before, %s after.\n", accessTitle,
		r.command, r.begin.UTC().Format(time.DateOnly), r.machine[0], r.machine[1], r.loadBefore, r.loadAfter)
	if r.scale != full() {
		b.WriteString("This is a short run.\n")
	}
	b.WriteString("\n| what | nobody | with a session | with a key | under `--open` | required of each | met |\n|---|---|---|---|---|---|---|\n")
	for _, row := range r.asked {
		fmt.Fprintf(b, "| %s |", row.what)
		met := true
		for i, rounds := range row.rounds {
			one, _ := middle(rounds)
			fmt.Fprintf(b, " %s a second, %.1f µs of CPU each", number("%.0f", one.perSecond), cpuOf(rounds).Seconds()*1e6)
			if i != asNobody {
				fmt.Fprintf(b, ": %s", percent(row.ratios[i]))
				met = met && row.ratios[i] >= leastRatio
			}
			b.WriteString(" |")
		}
		fmt.Fprintf(b, " at least %s | %s |\n", percent(leastRatio), yesOrNo(met))
	}
	g := r.guessed
	loud := p99(g.loud)
	b.WriteString("\n| what | without | meanwhile | difference | required | met |\n|---|---|---|---|---|---|\n")
	fmt.Fprintf(b, "| %d wrong passwords at once, each second: p99 of others, beside as many requests for a product | %s | %s | × %.2f | at most × %.0f | %s |\n",
		guessers, milli(p99(g.harmless)), milli(loud), g.toHarmless, mostSlower, yesOrNo(g.toHarmless <= mostSlower))
	fmt.Fprintf(b, "| the same, beside nothing else | %s | %s | × %.2f | – | – |\n", milli(p99(g.quiet)), milli(loud), g.toQuiet)
	fmt.Fprintf(b, "| the same: resident memory | %.0f MB | %.0f MB at most | %.0f MB more | at most %.0f MB | %s |\n", float64(g.before)/1e6,
		float64(g.most)/1e6, float64(g.more())/1e6, mostMore/1e6, yesOrNo(g.more() <= mostMore))
	fmt.Fprintf(b, `
- **All take turns**, %d of %s each after one to warm up, each time in another order; who is somebody is compared with nobody in the same turn, and the
  ratio is the median of these. CPU is that of all turns together.
- **The shop** is closed, and has %s; under `+"`--open`"+` it is a copy of the same store. Nobody's requests bring no cookie.
- **Wrong passwords** come for addresses and from networks that are all different, %d at once each second: %s were tried, %s were told to come back. Others ask
  for a product, %d times a second at an even pace. So many requests that arrive at once hold others up whatever they ask for, therefore as many for a product are
  what they are compared with. Memory is the highest VmRSS of any moment, beside that of the shop at rest.
`, r.scale.rounds*turnsInRound, r.scale.length/turnsInRound, number("%d products", r.scale.products), guessers,
		number("%d", g.answers[http.StatusUnauthorized]), number("%d", g.answers[http.StatusTooManyRequests]), othersPace)
}

// cpuOf is the server's own time for a call of all rounds: its clock is too coarse for one of them.
func cpuOf(rounds []round) time.Duration {
	var sum time.Duration
	calls := 0
	for _, one := range rounds {
		sum += one.cpu * time.Duration(len(one.latencies))
		calls += len(one.latencies)
	}
	return sum / time.Duration(max(1, calls))
}
