package pages

import (
	"time"

	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/views"
)

// chart draws what was sold on each day as a bar. It is of whole units, which a browser stretches to
// the room that there is: the texts stand beside it, so that they have the size of all others.
type chart struct {
	Words         string // what it shows, for who does not see it
	Width, Height int64
	Bars          []bar
	Top, Half     string // amounts at the upper edge and in the middle
	First, Last   string // days
}

type bar struct {
	X, Y, Width, Height int64
	Words               string
}

// The units of a chart: of a day, of the gap between two, and of its height.
const (
	barWidth    = 10
	barGap      = 3
	chartHeight = 100
)

// chartOf draws days; nil where there is nothing to see.
func chartOf(voice *views.Voice, days []shop.SalesPart) *chart {
	var most models.Money
	var best shop.SalesPart
	for _, day := range days {
		if day.Total > most {
			most, best = day.Total, day
		}
	}
	if most == 0 {
		return nil
	}
	top := roundUp(most)
	c := &chart{
		Words:  voice.Say("sales.chart", map[string]any{"day": dayName(voice, best.Name), "total": voice.Money(most)}),
		Width:  int64(len(days))*(barWidth+barGap) - barGap,
		Height: chartHeight, Top: voice.Money(top), Half: voice.Money(top / 2),
		First: shortDay(voice, days[0].Name), Last: shortDay(voice, days[len(days)-1].Name),
	}
	for i, day := range days {
		height := heightOf(day.Total, top)
		c.Bars = append(c.Bars, bar{
			X: int64(i) * (barWidth + barGap), Y: chartHeight - height, Width: barWidth, Height: height,
			Words: dayName(voice, day.Name) + ": " + voice.Money(day.Total),
		})
	}
	return c
}

// heightOf is how high an amount stands below the top. What there is shows.
func heightOf(amount, top models.Money) int64 {
	if amount <= 0 {
		return 0
	}
	return max(1, int64(float64(amount)/float64(top)*chartHeight))
}

// roundUp is the next amount that reads well: 1, 2 or 5 with zeros.
func roundUp(amount models.Money) models.Money {
	for step := models.One; step > 0 && step < 1<<60; step *= 10 {
		for _, n := range []models.Money{1, 2, 5} {
			if amount <= n*step {
				return n * step
			}
		}
	}
	return amount
}

// shortDay is a date with as few characters as tell it.
func shortDay(voice *views.Voice, date string) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return voice.ShortDay(day)
}
