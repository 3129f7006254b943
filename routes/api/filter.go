package api

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"

	"pulperia/dao/models"
)

// readProductQuery reads what a list asks for. What stands in query= gives way to a parameter of
// its own.
func readProductQuery(values query) models.ProductQuery {
	q := models.ProductQuery{
		MinPrice: values.money("minPrice"),
		MaxPrice: values.money("maxPrice"),
		Text:     values.text("q"),
		Sort:     readSort(values.text("sort")),
		Page:     values.whole("page", 1, math.MaxInt, 1),
		Limit:    values.whole("limit", 1, models.MaxLimit, defaultLimit),
	}
	readQueryParameter(values, &q)
	if category := values.text("category"); category != "" {
		q.Category = category
	}
	if status := values.flag("status"); status != nil {
		q.Status = status
	}
	available := values.flag("available")
	q.Available = available != nil && *available
	return q
}

func readSort(text string) models.Sort {
	switch text {
	case "1":
		return models.PriceAsc
	case "-1":
		return models.PriceDesc
	}
	return models.Sort(strings.ToLower(text))
}

// readQueryParameter reads query= in its forms: category:yerbas, status:true,
// {"category":"yerbas","status":true}, or words that a product must have.
func readQueryParameter(values query, q *models.ProductQuery) {
	const known = "category, status"
	text := values.text("query")
	if text == "" {
		return
	}
	if strings.HasPrefix(text, "{") {
		filter := object{prefix: "query.", wrong: values.wrong}
		if err := json.Unmarshal([]byte(text), &filter.fields); err != nil {
			*values.wrong = append(*values.wrong, models.Problem{Field: "query", Rule: models.NotJSON, Detail: fault([]byte(text))})
			return
		}
		twice, _ := errors.AsType[models.Invalid](models.CheckNames([]byte(text)))
		for _, problem := range twice {
			problem.Field = filter.prefix + problem.Field
			*values.wrong = append(*values.wrong, problem)
		}
		for _, name := range slices.Sorted(maps.Keys(filter.fields)) {
			if name != "category" && name != "status" {
				values.wrong.Add("query."+shown([]byte(name)), models.NotOneOf, known, "")
			}
		}
		filter.text("category", &q.Category)
		if q.Category = strings.TrimSpace(q.Category); q.Category == "" && filter.has("category") && !values.wrong.Has("query.category") {
			values.wrong.Add("query.category", models.Empty, nil, "")
		}
		if filter.has("status") {
			q.Status = new(bool)
			filter.flag("status", q.Status)
		}
		return
	}
	name, value, isFilter := strings.Cut(text, ":")
	if !isFilter && name != "category" && name != "status" { // words, as a search
		if q.Text == "" {
			q.Text = text
		}
		return
	}
	filter := query{url.Values{"query." + name: {value}}, values.wrong}
	switch name {
	case "category":
		q.Category = filter.text("query.category")
	case "status":
		q.Status = filter.flag("query.status")
	default:
		values.wrong.Add("query."+shown([]byte(name)), models.NotOneOf, known, "")
	}
}
