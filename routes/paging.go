package routes

import (
	"net/url"
	"strconv"

	"pulperia/dao/models"
)

// paging is what stands beside the payload of a page: the form is flat, as the assignment's clients read it.
type paging struct {
	Total       int     `json:"total"`
	TotalPages  int     `json:"totalPages"`
	Page        int     `json:"page"`
	PrevPage    *int    `json:"prevPage"`
	NextPage    *int    `json:"nextPage"`
	HasPrevPage bool    `json:"hasPrevPage"`
	HasNextPage bool    `json:"hasNextPage"`
	PrevLink    *string `json:"prevLink"`
	NextLink    *string `json:"nextLink"`
}

// endPage ends an answer that has its payload already, with what stands beside it. Of page only the numbers count.
func endPage(answer []byte, page models.ProductPage, path string, values url.Values) []byte {
	p := paging{Total: page.Total, TotalPages: page.TotalPages(), Page: page.Page}
	if n := page.Prev(); n > 0 {
		link := linkTo(path, values, n)
		p.PrevPage, p.PrevLink, p.HasPrevPage = &n, &link, true
	}
	if n := page.Next(); n > 0 {
		link := linkTo(path, values, n)
		p.NextPage, p.NextLink, p.HasNextPage = &n, &link, true
	}
	return append(append(answer, ','), models.JSON(p)[1:]...)
}

// linkTo is the path to another page of the same list: all other parameters stay, those too that mean nothing here.
func linkTo(path string, values url.Values, page int) string {
	values.Set("page", strconv.Itoa(page))
	return path + "?" + values.Encode()
}
