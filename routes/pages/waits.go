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
	Work     []workTask // with orders
	Done     bool       // there are orders, and nothing is to be done with any
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

// workTask is something to do with orders, and the first of these.
type workTask struct {
	Key, Words string
	Rows       []workRow
	Total      int64
	More       int64  // that are not shown
	To         string // all of them
}

// workRow is an order to do something with. Do is empty where one has to look at it first.
type workRow struct {
	orderCard
	Do, Act, Back string
	Main          bool // it is the one next step of the page
}

const (
	waitsMost = 20             // products of a list
	workMost  = 5              // orders of a task
	soon      = 24 * time.Hour // ends what is told to end soon
)

// Waits shows what waits: what is sold out, what soon will be, who has not come yet, what a new shop
// lacks.
func (p *Pages) Waits(w http.ResponseWriter, r *http.Request) {
	p.showCounter(w, r, sheet{template: "waits", here: counterPage, private: thisMinute("waits"), fill: func(ctx context.Context, v *visit) (any, error) {
		sheet := waitsSheet{Page: p.counter(v, v.voice.Say("waits.title", nil), counterPage), Editable: v.who.Can(shop.CatalogueWrite)}
		var err error
		if sheet.SoldOut, err = p.scarce(ctx, v, models.ProductQuery{Status: new(true), MaxStock: new(int64(0))}); err != nil {
			return nil, err
		}
		if sheet.Few, err = p.scarce(ctx, v, models.ProductQuery{Available: true, MaxStock: new(int64(fewLeft))}); err != nil {
			return nil, err
		}
		if err = p.findWork(ctx, v, &sheet); err != nil {
			return nil, err
		}
		return sheet, p.findTasks(ctx, v, &sheet)
	}})
}

// findWork finds what is to be done with orders, by whoever may see them.
func (p *Pages) findWork(ctx context.Context, v *visit, sheet *waitsSheet) error {
	if !v.who.Can(shop.OrdersRead) {
		return nil
	}
	work, err := p.shop.Work(ctx, v.who, workMost, models.TimeOf(time.Now().Add(soon)))
	if err != nil {
		return err
	}
	for _, task := range work.Tasks {
		group := shop.OrdersToDo
		if task.Task == shop.TaskHand {
			group = shop.OrdersReady
		}
		sheet.Work = append(sheet.Work, workOf(v, task, string(task.Task), ordersArgs{group: group}.link(1)))
	}
	if work.Ending.Total > 0 {
		sheet.Work = append(sheet.Work, workOf(v, work.Ending, "ending", ordersArgs{group: shop.OrdersWaiting}.link(1)))
	}
	if len(sheet.Work) > 0 && len(sheet.Work[0].Rows) > 0 {
		sheet.Work[0].Rows[0].Main = true
	}
	sheet.Done = work.Total > 0 && len(sheet.Work) == 0
	return nil
}

// quickSteps are those that need no look at the order.
var quickSteps = map[shop.OrderTask]bool{shop.TaskAccept: true, shop.TaskPrepare: true, shop.TaskHand: true}

func workOf(v *visit, task shop.OrdersTask, key, to string) workTask {
	group := workTask{
		Key: key, Words: v.voice.Say("desk.task."+key, map[string]any{"n": int64(task.Total)}), Total: int64(task.Total),
		More: int64(task.Total - len(task.Orders)), To: to,
	}
	for i := range task.Orders {
		row := workRow{orderCard: orderCardOf(v, &task.Orders[i]), Back: counterPage}
		if quickSteps[task.Task] && v.who.Can(shop.OrdersWrite) {
			if next, _ := stepsOf(v.voice.In(task.Orders[i].Currency), &task.Orders[i], false); next != nil {
				row.Do, row.Act = next.Do, next.To
			}
		}
		group.Rows = append(group.Rows, row)
	}
	return group
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
