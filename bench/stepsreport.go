package main

import (
	"bytes"
	"fmt"
	"time"
)

// stepsTitle names the chapter.
const stepsTitle = "Steps"

// steps writes the chapter.
func (r *report) steps(b *bytes.Buffer) {
	if len(r.stepRows) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\nWritten by `%s` on %s, of %s.\n",
		stepsTitle, r.command, r.begin.UTC().Format(time.DateOnly), r.machine[0])
	if r.scale != full() {
		b.WriteString("This is a short run.\n")
	}
	fmt.Fprintf(b, "\n| what, %d writers, %d readers | measured | bare limit, same run | ratio | required | met |\n"+
		"|---|---|---|---|---|---|\n", stepWriters, r.scale.connections)
	for _, one := range r.stepRows {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", one.what, one.measured,
			dash(one.limit), dash(one.ratio), dash(one.required), one.verdict())
	}
	if r.noServer {
		fmt.Fprintf(b, "\nMongoDB was not measured: no server in %s.\n", serverVariable)
	}
	r.writeTogether(b)
	r.writeIdle(b)
	r.explainSteps(b)
}

func (r *report) writeTogether(b *bytes.Buffer) {
	if len(r.together) == 0 {
		return
	}
	fmt.Fprintf(b, "\n| processes on one database, %d writers in all | one | two | four | required of two, of four | met |\n"+
		"|---|---|---|---|---|---|\n", stepWriters)
	for _, one := range r.together {
		fmt.Fprintf(b, "| %s | %s | %s | %s | at least %s, %s of one | %s |\n", one.what, one.say(0), one.say(1), one.say(2),
			percent(leastTogether[1]), percent(leastTogether[2]), yesOrNo(one.met()))
	}
}

// say says how much some processes do.
func (t togetherRow) say(i int) string {
	s := t.middle[i]
	text := number("%.0f ", s.perSecond) + t.calls + fmt.Sprintf(" a second, p50 %s, p99 %s", milli(s.quantile(0.5)), milli(s.quantile(0.99)))
	if i > 0 {
		text += ": " + percent(t.ratio[i])
	}
	return text
}

func (r *report) writeIdle(b *bytes.Buffer) {
	if len(r.idleRows) == 0 {
		return
	}
	b.WriteString("\n| an idle shop on MongoDB | commands to the server | from the server | required | met |\n|---|---|---|---|---|\n")
	for _, one := range r.idleRows {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", one.what(), one.sayCommands(), one.sayAnswered(), one.required(), yesOrNo(one.met()))
	}
}

func (i idleRow) what() string {
	who := fmt.Sprintf("%d viewers", i.viewers)
	switch {
	case i.viewers == 0:
		who = "nobody connected"
	case i.viewers == 1:
		who = "one viewer"
	case i.chat:
		who = fmt.Sprintf("%d people in the chat", i.viewers)
	}
	return number("%d products", i.products) + ", " + who
}

func (i idleRow) say() string { return i.sayCommands() + ", " + i.sayAnswered() }

func (i idleRow) sayCommands() string {
	return fmt.Sprintf("%.2f a second: %d in %.0f s", i.commandsPerSecond(), i.commands, i.over.Seconds())
}

func (i idleRow) sayAnswered() string { return fmt.Sprintf("%.2f KB a second", i.bytesPerSecond()/1e3) }

func (i idleRow) required() string {
	if i.viewers == 0 {
		return fmt.Sprintf("at most one command in %.0f s", 1/mostAlone)
	}
	return fmt.Sprintf("at most %.0f commands and %.0f KB a second", mostVisited, mostAnswered/1e3)
}

func (r *report) explainSteps(b *bytes.Buffer) {
	fmt.Fprintf(b, `
- **A step** makes a cart and takes a piece from %[1]d products, all of it or nothing, by the store's verb in this process: each writer from
  products of his own, or all from the same one, %[1]d times in a step; CPU is that of the writers, too. The chapter has many comparisons:
  each gets half of the rounds of others, half as long.
- **The bare limit** of files appends as many bytes as the journal gets for such a step, and all who wait share one write and one fdatasync. That
  of MongoDB is the driver alone: it inserts a document as large as what the feed gets for such a step, inserts the cart, and
  changes the products in one bulk, the one product in one go, in a transaction where the server has them. Without, a crash in
  between leaves a part of it.
- **Pages** are asked for over HTTP; the bare side finds the same documents in this process, by the driver, with the indexes that it needs: as
  many as are on a page, how many there are in all, and for the front page how many of each category, at once.
- **Processes on one database** are engines in this process, each with a client of its own: they know of one another by the database alone, and share
  this process's cores. A line between them and the server, the same for all, makes it far away. One, two and four take turns.
- **Delivery** is from before the message is sent to a shop, by one of %[2]d sockets, to when each of %[3]d viewers has it; %.0[4]f of them a second.
- **An idle shop** is the program, behind a line that counts what comes by it: commands, without those by which the driver looks after its
  connections, and the bytes of the answers to them. Viewers follow the catalogue by WebSocket, and give no name. All shops are left
  alone at the same time, each on a database of its own, for %[5]s, and then watched; the rows above are measured meanwhile. One
  command more may fall into that time. A kilobyte is 1,000 bytes.
`, updatesInStep, publishers, otherViewers, 1/deliveryPace.Seconds(), r.scale.quiet)
}
