package pages

import (
	"net/http"
	"time"

	"pulperia/routes/frame"
	"pulperia/shop"
	"pulperia/views"
)

// doors are the merchant's pages, each with the right that opens it; "" for whoever is of the staff.
var doors = []struct {
	to, words string
	right     shop.Right
}{
	{counterPage, "counter.waits", shop.StockWrite},
	{ordersPage, "counter.orders", shop.OrdersRead},
	{stockPage, "counter.stock", shop.StockWrite},
	{salesPage, "counter.sales", shop.SalesRead},
	{shelvesPage, "counter.shelves", shop.StockWrite},
	{peoplePage, "counter.people", shop.PeopleRead},
	{keysPage, "counter.keys", shop.KeysWrite},
	{waysPage, "counter.ways", shop.SettingsWrite},
	{settingsPage, "counter.settings", shop.SettingsWrite},
	{mePage, "counter.me", ""},
}

// counter is the frame of one of the merchant's pages: with the doors that this one may open.
func (p *Pages) counter(v *visit, title, here string) views.Page {
	page := p.page(v, title, "counter")
	for _, door := range doors {
		if v.who.Can(door.right) || door.right == "" && v.who.Staff() {
			page.Counter = append(page.Counter, views.Door{To: door.to, Words: v.voice.Say(door.words, nil), Here: door.to == here})
		}
	}
	page.Rings, page.Newest = v.who.Can(shop.OrdersRead), v.newest
	return page
}

// showCounter is show for a merchant's page: never kept for others, and of today, since it names
// days.
func (p *Pages) showCounter(w http.ResponseWriter, r *http.Request, s sheet) {
	s.private += " counter " + frame.WhoFrom(r.Context()).By + " " + time.Now().In(p.looks.last().zone).Format(time.DateOnly)
	p.show(w, r, s)
}
