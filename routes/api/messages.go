package api

import (
	"net/http"

	"pulperia/dao/models"
	"pulperia/routes/fields"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// The most messages of one answer, and how many it has when nobody asks for another number.
const (
	maxMessages     = 200
	defaultMessages = 50
)

// Messages are the operations of the chat.
type Messages struct{ List, Create Operation }

func newMessages(a *API, trade *shop.Shop, clients frame.Clients) Messages {
	r := messageRoutes{trade, clients}
	return Messages{
		List:   a.reading(r.list, r.describeList),
		Create: a.writing(r.create, r.describeCreate),
	}
}

// messageRoutes are the chat.
type messageRoutes struct {
	shop    *shop.Shop
	clients frame.Clients
}

func (m messageRoutes) list(r *http.Request, answer []byte) (body []byte, single bool, err error) {
	var wrong models.Invalid
	values := readQuery(r, &wrong)
	limit := values.whole("limit", 1, maxMessages, defaultMessages)
	before := values.id("before")
	if err := wrong.Err(); err != nil {
		return nil, false, err
	}
	if values.values.Has("before") && before.IsZero() { // to the store it would mean "from the end"
		return nil, false, shop.Missing{Kind: "message", ID: before}
	}
	messages, err := m.shop.Messages.Page(r.Context(), before, limit)
	if err != nil {
		return nil, false, err
	}
	shown, err := m.shop.ShowAll(r.Context(), frame.WhoFrom(r.Context()).Sight(), messages)
	if err != nil {
		return nil, false, err
	}
	return frame.Success(answer, models.JSON(shown)), false, nil
}

// storeHeader names the store that a message was written for. Pages send it: what waited in a
// browser is not said in another shop that has come behind the same address.
const storeHeader = "Pulperia-Store"

func (m messageRoutes) create(r *http.Request) (written, error) {
	if of := r.Header.Get(storeHeader); of != "" && of != m.shop.Identity() {
		return written{}, frame.Problem{Status: http.StatusConflict, Code: "another_store",
			Message: "This is not the store that " + storeHeader + " names, and nothing was stored. Load the page anew."}
	}
	var wrong models.Invalid
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return written{}, err
	}
	var message models.Message
	read(body, fields.Message, fields.Create, &message)
	if len(wrong) > 0 { // then nothing is said, but whoever sent it gets to know all that is wrong
		message.Normalize()
		merge(&wrong, message.Check())
		arrange(wrong, order(fields.Message)...)
		return written{}, wrong
	}
	sender := m.clients.Sender(r)
	message, receipt, err := m.shop.Say(r.Context(), sender, message)
	if err != nil {
		return written{}, err
	}
	shown, err := m.shop.Show(r.Context(), sender.Who.Sight(), message)
	return created(models.JSON(shown), receipt), err
}
