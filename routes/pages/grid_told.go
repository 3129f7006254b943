package pages

import (
	"net/url"
	"slices"
	"strings"

	"pulperia/dao/models"
	"pulperia/views"
)

// tellGrid is the grid that was typed, with what is stored beside each field that differs. What
// somebody else has added meanwhile stands behind it, so that saving again does not take it out; what
// he has taken out says so.
func tellGrid(voice *views.Voice, form url.Values, stored models.Product) gridForm {
	form = cloneValues(form)
	g, at := readGrid(form), map[string]int{}
	last := 0
	for i := 0; i < maxGrid && g.has(i); i++ {
		at[g.at(i, "_id")] = i
		if g.at(i, "_id") != "" || !g.isEmpty(i) {
			last = i + 1
		}
	}
	now, added := namesOf(stored), map[int]bool{} // now has the rows at the places that they have in the form
	for _, v := range stored.Variants {
		i, is := at[v.ID.String()]
		if !is {
			i, last = last, last+1
			added[i] = true
			setRow(form, i, voice, v)
		}
		setRow(now, i, voice, v)
		if v.Uncounted {
			now.Set(rowName(i, "stock"), voice.Say("grid.uncounted", nil))
		}
	}
	shown := showGrid(voice, form, nil, stored)
	compare := func(cell *gridCell, name string) {
		if was := now.Get(name); strings.TrimSpace(cell.Value) != strings.TrimSpace(was) {
			cell.Problem = voice.Say("shelf.now", map[string]any{"now": was})
		}
	}
	if len(stored.Variants) > 0 {
		for k := range shown.Options {
			compare(&shown.Options[k], optionName(k+1))
		}
	}
	for i := range shown.Rows {
		row := &shown.Rows[i]
		switch {
		case added[i]:
			row.Problem = voice.Say("grid.added", nil)
		case row.ID != "" && now.Get(rowName(i, "_id")) != row.ID:
			row.Problem = voice.Say("grid.gone", nil)
		case row.ID != "":
			for k := range row.Options {
				compare(&row.Options[k], rowName(i, optionName(k+1)))
			}
			compare(&row.Code, rowName(i, "code"))
			compare(&row.Price, rowName(i, "price"))
			if form.Has(rowName(i, "barcode")) {
				compare(&row.Barcode, rowName(i, "barcode"))
			}
			row.Photos.tell(voice, g.at(i, "thumbnail"), now.Get(rowName(i, "thumbnail")))
			if isUncounted := now.Get(rowName(i, "uncounted")) != ""; !row.Uncounted || !isUncounted {
				compare(&row.Stock, rowName(i, "stock"))
			}
		}
	}
	shown.Open = shown.Open || shown.marked() > 0
	return shown
}

func cloneValues(form url.Values) url.Values {
	all := make(url.Values, len(form))
	for name, values := range form {
		all[name] = slices.Clone(values)
	}
	return all
}
