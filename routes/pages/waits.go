package pages

import (
	"context"
	"net/http"
	"time"

	"pulperia/dao/models"
	"pulperia/shop"
	"pulperia/views"
)

// waitsSheet is what waits for somebody to do it.
type waitsSheet struct {
	views.Page
	Tasks    []task
	SoldOut  scarce
	Few      scarce
	Editable bool
}

// scarce is the first of the products of which there are few or none.
type scarce struct {
	Shelves []shelf
	Total   int64
	More    int64 // that are not shown
}

// task is one thing to do, and where.
type task struct{ Words, Do, To string }

const waitsMost = 20 // products of a list

// Waits shows what waits: what is sold out, what soon will be, who has not come yet, what a new shop
// lacks.
func (p *Pages) Waits(w http.ResponseWriter, r *http.Request) {
	p.showCounter(w, r, sheet{template: "waits", here: counterPage, private: "waits", fill: func(ctx context.Context, v *visit) (any, error) {
		sheet := waitsSheet{Page: p.counter(v, v.voice.Say("waits.title", nil), counterPage), Editable: v.who.Can(shop.CatalogueWrite)}
		var err error
		if sheet.SoldOut, err = p.scarce(ctx, v, models.ProductQuery{Status: new(true), MaxStock: new(int64(0))}); err != nil {
			return nil, err
		}
		if sheet.Few, err = p.scarce(ctx, v, models.ProductQuery{Available: true, MaxStock: new(int64(fewLeft))}); err != nil {
			return nil, err
		}
		return sheet, p.findTasks(ctx, v, &sheet)
	}})
}

// scarce finds products, the oldest first.
func (p *Pages) scarce(ctx context.Context, v *visit, q models.ProductQuery) (found scarce, err error) {
	q.Limit = waitsMost
	list, err := p.shop.Products.List(ctx, q)
	for _, product := range list.Products {
		found.Shelves = append(found.Shelves, p.shelf(v, product, counterPage))
	}
	found.Total = int64(list.Total)
	found.More = found.Total - int64(len(found.Shelves))
	return found, err
}

// findTasks finds what else there is to do.
func (p *Pages) findTasks(ctx context.Context, v *visit, sheet *waitsSheet) error {
	add := func(key, to string, args map[string]any) {
		sheet.Tasks = append(sheet.Tasks, task{v.voice.Say("task."+key, args), v.voice.Say("task."+key+".do", nil), to})
	}
	all, err := p.shop.Products.List(ctx, models.ProductQuery{Limit: 1})
	if err != nil {
		return err
	}
	if all.Total == 0 && v.who.Can(shop.CatalogueWrite) {
		add("products", newProductPage, nil)
	}
	if v.who.Can(shop.SettingsWrite) {
		if v.look.settings.Name == "" {
			add("name", settingsPage, nil)
		}
		if v.look.settings.WhatsApp == "" {
			add("whatsapp", settingsPage+"#whatsapp", nil)
		}
	}
	if !v.who.Can(shop.PeopleWrite) {
		return nil
	}
	people, err := p.shop.People(ctx, v.who)
	for _, person := range people {
		if !person.Joined {
			add("invited", peoplePage+"#p-"+person.ID.String(), map[string]any{"name": person.Name})
		}
	}
	return err
}
