package walk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"pulperia/faults/harness"
)

// look is one question to a door of a shop. Its answer is an error when the model says otherwise.
type look struct {
	name string
	ask  func(w *walk, s *shop) error
	late bool // it may come true a moment after the act, whoever did it
	list bool // it may come true a moment after what another hand did
	once bool // it is about the store: one process is asked
}

var looks = []look{
	{name: "the list of the API", ask: apiList, list: true},
	{name: "the totals of the API", ask: apiTotals, list: true},
	{name: "the single products of the API", ask: apiProducts},
	{name: "the carts of the API", ask: apiCarts},
	{name: "the messages of the API", ask: apiMessages, list: true},
	{name: "the past", ask: past},
	{name: "readyz", ask: ready, late: true},
	{name: "the lists of the pages", ask: listPages, list: true},
	{name: "the pages of the products", ask: productPages},
	{name: "the page of the cart", ask: cartPages, list: true},
	{name: "the page of the chat", ask: chatPage, list: true},
	{name: "the readers", ask: live, late: true, once: true},
	{name: "export", ask: exported, once: true, list: true},
	{name: "check", ask: checked, once: true},
	{name: "the documents of others", ask: documents, once: true},
}

// ask asks every open shop everything, in an order of chance.
func (w *walk) ask() {
	w.Helper()
	order := slices.Clone(looks)
	w.stream(w.act, 2).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	for i, s := range w.shops() {
		for _, one := range order {
			if one.once && i > 0 {
				continue
			}
			late := one.late || one.list && w.acted == nil || w.acted != nil && w.acted != s
			w.question(s, one, late)
		}
	}
}

// question asks one door, until it answers what it must if that may take a moment.
func (w *walk) question(s *shop, one look, late bool) {
	w.Helper()
	w.looks++
	pause, end := 10*time.Millisecond, time.Now().Add(w.Patience)
	for {
		err := one.ask(w, s)
		if err == nil {
			return
		}
		if !late || time.Now().After(end) {
			w.Fatalf("after %s: %s: %v", w.last(), one.name, err)
		}
		time.Sleep(pause)
		pause = min(2*pause, time.Second)
	}
}

// last is the name of the last act.
func (w *walk) last() string {
	if len(w.taken) == 0 {
		return "the first start"
	}
	return w.taken[len(w.taken)-1]
}

// differs is an error when what was found is not what must be there.
func differs(want, got any) error {
	if diff := gocmp.Diff(want, got); diff != "" {
		return fmt.Errorf("(- is right, + is what it says)\n%s", diff)
	}
	return nil
}

// get reads what a path of the API holds.
func (s *shop) get(path string, payload any) (harness.Answer, error) {
	a, err := s.send("GET", "/api"+path, "")
	if err == nil {
		err = a.Payload(payload)
	}
	if err != nil {
		err = fmt.Errorf("GET /api%s: %w", path, err)
	}
	return a, err
}

func apiList(w *walk, s *shop) error {
	var list []struct {
		product
		CreatedAt time.Time
	}
	if _, err := s.get("/products?limit=1000", &list); err != nil {
		return err
	}
	got := map[string]product{}
	for i, one := range list {
		got[one.ID] = one.product
		if i > 0 && cmp.Or(list[i-1].CreatedAt.Compare(one.CreatedAt), cmp.Compare(list[i-1].ID, one.ID)) >= 0 {
			return fmt.Errorf("%s stands before %s", list[i-1].ID, one.ID)
		}
	}
	return differs(w.model.products, got)
}

func apiTotals(w *walk, s *shop) error {
	available, inCategory := 0, map[string]int{}
	for _, one := range w.model.products {
		if one.Status && one.Stock > 0 {
			available++
		}
		inCategory[one.Category]++
	}
	wants := map[string]int{"?limit=1": len(w.model.products), "?limit=1&available=true": available}
	for _, name := range categories {
		wants["?limit=1&category="+url.QueryEscape(name)] = inCategory[name]
	}
	for _, query := range keys(wants) {
		a, err := s.send("GET", "/api/products"+query, "")
		var got struct{ Total int }
		if err == nil {
			err = json.Unmarshal([]byte(a.Text), &got)
		}
		if err != nil || got.Total != wants[query] {
			return fmt.Errorf("%s: total %d, not %d (%v)", query, got.Total, wants[query], err)
		}
	}
	return nil
}

// apiProducts asks for each product, and for those that are gone.
func apiProducts(w *walk, s *shop) error {
	var group errgroup.Group
	group.SetLimit(8)
	for _, id := range keys(w.model.products) {
		group.Go(func() error {
			var got product
			if _, err := s.get("/products/"+id, &got); err != nil {
				return err
			}
			return differs(w.model.products[id], got)
		})
	}
	for _, id := range w.gone {
		group.Go(func() error { return isGone(s, "/api/products/"+id) })
	}
	return group.Wait()
}

func isGone(s *shop, path string) error {
	a, err := s.send("GET", path, "")
	if err == nil && a.StatusCode != http.StatusNotFound {
		err = fmt.Errorf("GET %s, which was deleted: %d %.200s", path, a.StatusCode, a.Text)
	}
	return err
}

// apiCarts asks for each cart. The list of all may follow a moment later.
func apiCarts(w *walk, s *shop) error {
	var group errgroup.Group
	group.SetLimit(8)
	for _, id := range keys(w.model.carts) {
		group.Go(func() error {
			var got cart
			if _, err := s.get("/carts/"+id, &got); err != nil {
				return err
			}
			return differs(w.model.carts[id], got)
		})
	}
	return group.Wait()
}

func apiMessages(w *walk, s *shop) error {
	var got []message
	if _, err := s.get("/messages?limit=200", &got); err != nil {
		return err
	}
	all := w.model.messages
	return differs(append([]message{}, all[max(0, len(all)-200):]...), got)
}

// past holds that positions stay good: another epoch begins only where the act says so. Then it may
// do so until the next act.
func past(w *walk, s *shop) error {
	a, err := s.send("GET", "/api/products?limit=1", "")
	if err != nil {
		return err
	}
	epoch := epochOf(a)
	if w.model.epoch != "" && epoch != w.model.epoch {
		return fmt.Errorf("its past is thrown away: it was %s, and is %s", w.model.epoch, epoch)
	}
	return nil
}

func ready(_ *walk, s *shop) error {
	a, err := s.send("GET", "/readyz", "")
	if err == nil && a.StatusCode != http.StatusOK {
		err = fmt.Errorf("%d %s", a.StatusCode, a.Text)
	}
	return err
}
