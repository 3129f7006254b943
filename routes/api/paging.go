package api

import (
	"net/url"
	"strconv"

	"pulperia/dao/models"
)

// endPage ends an answer that has its payload already, with what stands beside it: the form is
// flat, as the assignment's clients read it. Of page only the numbers count. Links keep all other
// parameters, those too that mean nothing here.
func endPage(answer []byte, page models.ProductPage, path string, values url.Values) []byte {
	values.Del("page")
	link := `"` + path + "?page="
	if others := values.Encode(); others != "" { // encoded values hold nothing that JSON would escape
		link = `"` + path + "?" + others + "&page="
	}
	prev, next := page.Prev(), page.Next()
	answer = strconv.AppendInt(append(answer, `,"total":`...), int64(page.Total), 10)
	answer = strconv.AppendInt(append(answer, `,"totalPages":`...), int64(page.TotalPages()), 10)
	answer = strconv.AppendInt(append(answer, `,"page":`...), int64(page.Page), 10)
	answer = appendPage(append(answer, `,"prevPage":`...), "", prev, "")
	answer = appendPage(append(answer, `,"nextPage":`...), "", next, "")
	answer = strconv.AppendBool(append(answer, `,"hasPrevPage":`...), prev > 0)
	answer = strconv.AppendBool(append(answer, `,"hasNextPage":`...), next > 0)
	answer = appendPage(append(answer, `,"prevLink":`...), link, prev, `"`)
	answer = appendPage(append(answer, `,"nextLink":`...), link, next, `"`)
	return append(answer, '}')
}

// appendPage appends the number of a page between two texts, or null when there is no such page.
func appendPage(answer []byte, before string, page int, after string) []byte {
	if page == 0 {
		return append(answer, "null"...)
	}
	return append(strconv.AppendInt(append(answer, before...), int64(page), 10), after...)
}
