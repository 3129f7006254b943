package api_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// page is a page of a list, as a client reads it.
type page struct {
	Status  string
	Payload []models.Product
	paging
}

// paging is what stands beside the payload.
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

// Every parameter chooses what the contract says, alone and in its other spellings.
func TestListProducts(t *testing.T) {
	shop := routestest.Open(t)
	for i, change := range [][]string{
		{`"category":"yerbas"`, `"price":30`, `"title":"Yerba"`},
		{`"category":"yerbas"`, `"price":10`, `"status":false`, `"title":"Mate"`},
		{`"category":"frutas"`, `"price":20`, `"stock":0`, `"title":"Limón verde"`},
		{`"category":"frutas"`, `"price":20.5`, `"title":"Naranja"`},
	} {
		shop.Product(fmt.Sprint(i), change...)
	}
	for target, want := range map[string]string{
		"":                       "0123",
		"?limit=2":               "01",
		"?limit=2&page=2":        "23",
		"?page=9":                "",
		"?sort=asc":              "1230",
		"?sort=DESC":             "0321",
		"?sort=1":                "1230",
		"?sort=-1":               "0321",
		"?query=category:yerbas": "01",
		"?query=status:false":    "1",
		"?query=" + url.QueryEscape(`{"category":"yerbas","status":true}`): "0",
		"?query=" + url.QueryEscape(`{}`):                                  "0123",
		"?category=yerbas":                                                 "01",
		"?status=true":                                                     "023",
		"?query=category:yerbas&category=frutas":                           "23",
		"?q=limon":                                                         "2",
		"?q=VERDE+lim":                                                     "2",
		"?q=" + strings.Repeat("verde+", 31) + "lim":                       "2",
		"?q=" + strings.Repeat("verde+++++", 31) + strings.Repeat("l", 90): "",
		"?minPrice=20&maxPrice=20.50":                                      "23",
		"?minPrice=2e1":                                                    "023",
		"?available=true":                                                  "03",
		"?available=false":                                                 "0123",
		"?unknown=1&unknown=&unknown":                                      "0123",
		"?category=nada":                                                   "",
	} {
		var got page
		if err := json.Unmarshal(shop.Must("GET", "/api/products"+target, "").Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		codes := ""
		for _, p := range got.Payload {
			codes += p.Code
		}
		if codes != want || got.Payload == nil {
			t.Errorf("%s: got %s, want %s", target, codes, want)
		}
	}
}

// A page tells of its neighbours, and its links keep all other parameters.
func TestListLinks(t *testing.T) {
	shop := routestest.Open(t)
	for i := range 5 {
		shop.Product(fmt.Sprint(i))
	}
	link := func(page int) *string {
		text := fmt.Sprintf("/api/products?limit=2&mine=a%%26b&sort=asc&page=%d", page)
		return &text
	}
	for number, want := range map[int]paging{
		1: {Total: 5, TotalPages: 3, Page: 1, NextPage: new(2), HasNextPage: true, NextLink: link(2)},
		2: {Total: 5, TotalPages: 3, Page: 2, PrevPage: new(1), NextPage: new(3), HasPrevPage: true, HasNextPage: true, PrevLink: link(1), NextLink: link(3)},
		3: {Total: 5, TotalPages: 3, Page: 3, PrevPage: new(2), HasPrevPage: true, PrevLink: link(2)},
		9: {Total: 5, TotalPages: 3, Page: 9, PrevPage: new(3), HasPrevPage: true, PrevLink: link(3)},
	} {
		var got page
		answer := shop.Must("GET", fmt.Sprintf("/api/products?mine=a%%26b&sort=asc&limit=2&page=%d", number), "")
		if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.paging); diff != "" || got.Status != "success" {
			t.Errorf("page %d: %s", number, diff)
		}
		if text := answer.Body.String(); want.NextLink == nil && !strings.Contains(text, `"nextPage":null,`) {
			t.Errorf("what is absent must be null: %s", text)
		}
	}
	empty := routestest.Open(t).Must("GET", "/api/products", "").Body.String()
	const want = `{"status":"success","payload":[],"total":0,"totalPages":1,"page":1,"prevPage":null,"nextPage":null,` +
		`"hasPrevPage":false,"hasNextPage":false,"prevLink":null,"nextLink":null}`
	if empty != want {
		t.Errorf("an empty list has one page:\n%s", empty)
	}
}

// A bad value of the query is refused by its name; all of them at once.
func TestListRefusals(t *testing.T) {
	shop := routestest.Open(t)
	for target, fields := range map[string][]string{
		"?limit=0":                              {"limit"},
		"?limit=1001":                           {"limit"},
		"?limit=ten":                            {"limit"},
		"?limit=1.5":                            {"limit"},
		"?page=0":                               {"page"},
		"?page=-1":                              {"page"},
		"?page=99999999999999999999":            {"page"},
		"?sort=price":                           {"sort"},
		"?status=yes":                           {"status"},
		"?available=1":                          {"available"},
		"?minPrice=1.0005&maxPrice=dear":        {"minPrice", "maxPrice"},
		"?query=brand:x":                        {"query.brand"},
		"?query=yerbas:":                        {"query.yerbas"},
		"?query=status:maybe":                   {"query.status"},
		"?query={":                              {"query"},
		"?query=%7B%22status%22:null%7D":        {"query.status"},
		"?query=%7B%22b%22:1,%22a%22:2%7D":      {"query.a", "query.b"},
		"?query=%7B%22category%22:7%7D":         {"query.category"},
		"?query=category":                       {"query.category"},
		"?query=category:":                      {"query.category"},
		"?query=status":                         {"query.status"},
		"?query=status:+":                       {"query.status"},
		"?query=%7B%22category%22:%22+%22%7D":   {"query.category"},
		"?limit=1&limit=3&category=a&category=": {"limit", "category"},
		"?minPrice=&maxPrice=&q=&sort=&page=&limit=&query=&category=&status=&available": {"minPrice", "maxPrice", "q", "sort", "page", "limit", "query", "category", "status", "available"},
		"?q=" + strings.Repeat("a+", 33):                                                {"q"},
		"?q=" + strings.Repeat("a", 401):                                                {"q"},
		"?q=" + url.QueryEscape(" -,🧉"):                                                 {"q"},
		"?q=%ff":                                                                        {"q"},
		"?q=%zz":                                                                        {"query"},
		"?limit=0&page=0&sort=x":                                                        {"page", "limit", "sort"},
	} {
		got := shop.Do("GET", "/api/products"+target, "")
		if got.Code != 400 {
			t.Errorf("%s: %d %s", target, got.Code, got.Body)
			continue
		}
		if diff := cmp.Diff(fields, got.Failure().Fields()); diff != "" {
			t.Errorf("%s: %s", target, diff)
		}
	}
}
