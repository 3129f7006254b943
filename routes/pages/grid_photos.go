package pages

import (
	"net/url"
	"slices"
	"strings"

	"pulperia/dao/models"
	"pulperia/views"
)

// photoChoice is the choice of a variant's picture among those of its product.
type photoChoice struct {
	Name, Key, Problem string
	None               bool // is chosen
	Photos             []photoToChoose
}

// photoToChoose is one of those.
type photoToChoose struct {
	shownPicture
	Chosen bool
}

// offered are the pictures among which a form has variants choose: those that it gives the product,
// and where it says nothing of these, those that there are.
func offered(form url.Values, stored models.Product) []string {
	product := stored
	if form.Has("thumbnails") {
		product = models.Product{Thumbnails: strings.Split(unixLines(form.Get("thumbnails")), "\n")}
		product.Normalize()
	}
	return product.Pictures()
}

// photosOf is that choice for a row of the grid, which may have a picture of its own. There is none
// where nothing is to be chosen.
func (g grid) photosOf(voice *views.Voice, i int, wrong models.Invalid, offered []string) photoChoice {
	name := rowName(i, "thumbnail")
	choice := photoChoice{Name: name, Key: cellKey(name), Problem: sayExactly(voice, wrong, name)}
	chosen := g.at(i, "thumbnail")
	if models.IsPicture(chosen) && !slices.Contains(offered, chosen) {
		offered = append(slices.Clip(offered), chosen)
	}
	for k, src := range offered {
		choice.Photos = append(choice.Photos, photoToChoose{shownPicture{Src: src, Alt: sayPhoto(voice, k)}, src == chosen})
	}
	choice.None = !slices.ContainsFunc(choice.Photos, func(one photoToChoose) bool { return one.Chosen })
	return choice
}

func sayPhoto(voice *views.Voice, k int) string {
	return voice.Say("grid.photo", map[string]any{"n": k + 1})
}

// tell says which picture is stored, where that is another one than the chosen one.
func (c *photoChoice) tell(voice *views.Voice, chosen, stored string) {
	if len(c.Photos) == 0 || chosen == stored {
		return
	}
	now := voice.Say("grid.noPhoto", nil)
	if stored != "" {
		now = stored
	}
	for _, one := range c.Photos {
		if one.Src == stored {
			now = one.Alt
		}
	}
	c.Problem = voice.Say("shelf.now", map[string]any{"now": now})
}

// sources are the pictures that the grid shows.
func (g *gridForm) sources() (sources []string) {
	for _, row := range g.Rows {
		for _, one := range row.Photos.Photos {
			if !slices.Contains(sources, one.Src) {
				sources = append(sources, one.Src)
			}
		}
	}
	return sources
}

// show has the grid show pictures of the shop's own in small.
func (g *gridForm) show(own map[string]models.Image) {
	for _, row := range g.Rows {
		for k := range row.Photos.Photos {
			one := &row.Photos.Photos[k]
			one.Srcset = shownAs(own, one.Src, "").Srcset
		}
	}
}
