package catalogue

import (
	"encoding/json"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao/models"
)

// pictures reads a list of texts, or one text, of an entry that begins at a line.
func (l *loose) pictures(line int, field string, raw json.RawMessage) []string {
	if absent(raw) {
		return nil
	}
	if !models.IsUTF8(raw) {
		l.bad.Add(field, models.NotUTF8, nil, shown(raw))
		return nil
	}
	var list []string
	one, isText := scalar(raw)
	if isText {
		list = []string{one}
	} else if json.Unmarshal(raw, &list) != nil {
		l.bad.Add(field, models.NotList, nil, shown(raw))
		return nil
	}
	var pictures []string
	for i, text := range list {
		at := field
		if !isText {
			at += "[" + strconv.Itoa(i) + "]"
		}
		pictures = l.addPicture(pictures, line, at, fromRoot(strings.TrimSpace(text)))
	}
	if len(pictures) > 0 || !isText && len(list) == 0 || isText && isNone(one) {
		l.say(field)
	}
	return pictures
}

// addCell adds the addresses of a cell, of which spreadsheets write several with commas between
// them, once each.
func (l *loose) addCell(pictures []string, line int, field, cell string) []string {
	for _, text := range splitAddresses(cell) {
		if !slices.Contains(pictures, mendAddress(text)) {
			pictures = l.addPicture(pictures, line, field, text)
		}
	}
	return pictures
}

// addPicture adds an address. What is none is left out and said, and so is one more than a product
// may have.
func (l *loose) addPicture(pictures []string, line int, field, text string) []string {
	if text == "" || isNone(text) {
		return pictures
	}
	picture := mendAddress(text)
	if picture != text {
		l.note(0, MendedPictures)
	}
	switch {
	case !models.IsPicture(picture):
		problem := models.Problem{Field: field, Rule: models.NotPicture, Limit: strconv.Itoa(models.MaxThumbnail), Got: shown(models.JSON(text))}
		l.note(line, field+" "+problem.Reason()+": left out")
	case len(pictures) == models.MaxThumbnails:
		l.note(0, TooManyPictures)
	default:
		return append(pictures, picture)
	}
	return pictures
}

// splitAddresses cuts a text where a comma or a bar separates whole addresses. Commas stand in
// addresses, too.
func splitAddresses(cell string) (addresses []string) {
	begin := 0
	for i := range len(cell) {
		if cell[i] != ',' && cell[i] != '|' && cell[i] != ';' {
			continue
		}
		next := strings.TrimSpace(cell[i+1:])
		if strings.HasPrefix(next, "http://") || strings.HasPrefix(next, "https://") || strings.HasPrefix(next, "//") {
			addresses, begin = append(addresses, strings.TrimSpace(cell[begin:i])), i+1
		}
	}
	return append(addresses, strings.TrimSpace(cell[begin:]))
}

// mendAddress makes a whole address of one that browsers take for one: without its scheme, with
// spaces in it.
func mendAddress(text string) string {
	if strings.HasPrefix(text, "//") && strings.Contains(text, ".") {
		text = "https:" + text
	}
	return strings.ReplaceAll(text, " ", "%20")
}

// isNone says whether a text says that there is no picture.
func isNone(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "sin imagen", "sin imágenes", "sin foto", "no image", "none", "null", "n/a", "-":
		return true
	}
	return false
}

// fromRoot makes the path of a picture that is relative to the shop's root, as in the course's
// files, an absolute one. All else stays as it is: cdn.example/1.jpg is no path, but an address of
// which nobody knows the scheme.
func fromRoot(text string) string {
	switch strings.ToLower(path.Ext(text)) {
	case ".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".svg":
		first, _, inFolder := strings.Cut(text, "/")
		u, err := url.Parse(text)
		if err == nil && u.Scheme == "" && u.Host == "" && first != "" && !strings.HasPrefix(text, ".") && !(inFolder && strings.Contains(first, ".")) {
			return "/" + text
		}
	}
	return text
}
