package pages_test

import (
	"fmt"
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/pages"
)

// What waits is found wherever it stands in however large a catalogue, and counted; the first of it is
// shown.
func TestWaitsOfALargeCatalogue(t *testing.T) {
	v := newMerchant(t)
	var all []models.Product
	for i := range 10_050 {
		one := models.Product{Title: fmt.Sprint("Yerba ", i), Code: fmt.Sprint(i), Category: "a", Description: "d", Price: 1000, Status: true, Stock: 9}
		switch {
		case i >= 10_025:
			one.Stock, one.Title = 0, fmt.Sprint("Miel ", i)
		case i >= 10_022:
			one.Stock, one.Title = 5, fmt.Sprint("Sal ", i)
		case i == 3:
			one.Stock, one.Status = 0, false // off sale: nobody misses it
		}
		all = append(all, one)
	}
	for i := range 11 {
		part := all[i*1_000 : min((i+1)*1_000, len(all))]
		if _, err := v.Shop.Trade.TakeIn(t.Context(), dao.Batch{Products: part}); err != nil {
			t.Fatal(err)
		}
	}
	page := v.Get("/admin")
	page.Want(200, "h1", "Lo que espera")
	if got := fmt.Sprint(page.Texts(".rows__title")); got != "[Se agotó: 25 Queda poco: 3]" {
		t.Errorf("%s", got)
	}
	if shown := len(page.All(".shelf")); shown != pages.WaitsMost+3 {
		t.Errorf("%d are shown", shown)
	}
	if got := fmt.Sprint(page.Texts(".quiet")); got != "[Y 5 más.]" {
		t.Errorf("%s", got)
	}
}
