package views

import (
	"strings"

	"pulperia/dao/models"
)

// The scripts of package public write amounts, dates and texts into a page that stands already.
// They are given what this language needs for it in attributes, so that both write the same:
// public/js/voice.js is their half.

// numbers is the JSON form of how the language writes numbers and amounts.
func (v *Voice) numbers() string {
	return string(models.JSON(map[string]any{"thousands": v.thousands, "point": v.point, "sign": v.sign, "unit": int64(v.unit)}))
}

// groupTexts returns the texts in JSON form, by what stands before the first point of their key.
func groupTexts(all texts) map[string]string {
	groups := map[string]texts{}
	for key, text := range all {
		group, _, _ := strings.Cut(key, ".")
		if groups[group] == nil {
			groups[group] = texts{}
		}
		groups[group][key] = text
	}
	written := make(map[string]string, len(groups))
	for group, texts := range groups {
		written[group] = string(models.JSON(texts))
	}
	return written
}
