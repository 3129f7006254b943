package app

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// longestLine is how many bytes a line of the log may take, with what stands in it beside the
// values.
const longestLine = 2 << 10

// shortLines is a log whose lines are bounded, whatever clients and servers put into them: the
// longest values are cut.
type shortLines struct{ slog.Handler }

// WithAttrs and WithGroup keep the bound.
func (s shortLines) WithAttrs(attrs []slog.Attr) slog.Handler {
	return shortLines{s.Handler.WithAttrs(attrs)}
}

// WithGroup is WithAttrs for groups.
func (s shortLines) WithGroup(name string) slog.Handler { return shortLines{s.Handler.WithGroup(name)} }

// Handle hands on a line as it is, or with shorter values.
func (s shortLines) Handle(ctx context.Context, r slog.Record) error {
	if fitsSurely(r) {
		return s.Handler.Handle(ctx, r)
	}
	room := longestLine - len(`{"time":"2026-11-28T12:00:00.000000000+00:00","level":"ERROR","msg":""}`) - len("\n")
	sizes := []int{written(r.Message, longestLine).size}
	var attrs []slog.Attr
	for a := range r.Attrs {
		attrs = append(attrs, a)
		room -= len(`,"":""`) + len(a.Key)
		sizes = append(sizes, written(valueText(a.Value), longestLine).size)
	}
	most := fairShare(sizes, room)
	if most >= longestLine {
		return s.Handler.Handle(ctx, r)
	}
	short := slog.NewRecord(r.Time, r.Level, cut(r.Message, most), r.PC)
	for i, a := range attrs {
		if sizes[i+1] > most {
			a.Value = slog.StringValue(cut(valueText(a.Value), most))
		}
		short.AddAttrs(a)
	}
	return s.Handler.Handle(ctx, short)
}

// fitsSurely says whether a line is short however its values are written: so nearly all are, and need
// not be looked through.
func fitsSurely(r slog.Record) bool {
	const framed, widest = 100, 6 // bytes: of a line with nothing in it, and of a byte as it is written
	most := framed + widest*len(r.Message)
	for a := range r.Attrs {
		size := 40 // a number, a duration
		switch a.Value.Kind() {
		case slog.KindString:
			size = widest * len(a.Value.String())
		case slog.KindAny, slog.KindGroup, slog.KindLogValuer:
			return false
		}
		most += len(`,"":""`) + len(a.Key) + size
	}
	return most <= longestLine
}

// fairShare returns how long each value may be so that all have room: longestLine when they have as
// they are.
func fairShare(sizes []int, room int) int {
	for most := longestLine; ; most -= 16 {
		total := 0
		for _, size := range sizes {
			total += min(size, most)
		}
		if total <= room || most <= 16 {
			return most
		}
	}
}

func valueText(v slog.Value) string {
	if v = v.Resolve(); v.Kind() == slog.KindAny {
		return fmt.Sprint(v.Any())
	}
	return v.String()
}

// cut shortens a text that takes more than so many bytes in a line.
func cut(text string, most int) string {
	const dots = "…"
	if written(text, most).size <= most {
		return text
	}
	return text[:written(text, most-len(dots)).bytes] + dots
}

// extent is how much of a text goes into a line, and what it takes there.
type extent struct{ bytes, size int }

// written says how much of a text goes into so many bytes of a line, where what cannot be printed
// takes more.
func written(text string, most int) (e extent) {
	for i, r := range text {
		_, n := utf8.DecodeRuneInString(text[i:])
		size := n
		switch {
		case r == '"' || r == '\\':
			size = 2
		case r == utf8.RuneError || !strconv.IsPrint(r) && r <= 0xFFFF || unicode.IsControl(r):
			size = len(`\u0000`)
		case !strconv.IsPrint(r):
			size = len(`\U00000000`)
		}
		e.size += size
		if e.size > most {
			return e
		}
		e.bytes = i + n
	}
	return e
}
