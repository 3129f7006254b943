package pages

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
	"pulperia/views"
)

// chatSize is how many messages a page of the history shows.
const chatSize = 50

// chatSheet is a page of the chat.
type chatSheet struct {
	views.Page
	Me            string // the name or e-mail address of the visitor, once it is known
	Called        string // how the others know him by it
	Days          []chatDay
	Older, Newest string // addresses of other pages of the history; empty where there is none
	Form          messageForm
}

type chatDay struct {
	Date, Label string
	Messages    []bubble
}

type bubble struct {
	ID, Name, Mark, Email, At string
	Sent                      models.Time
	Own, Staff                bool
	Parts                     []textPart
}

// messageForm is the form that sends a message.
type messageForm struct {
	ID            string // made beforehand, so that sending it twice makes one message
	Known         string // the name that the visitor wrote under before
	Fixed         bool   // he has no other: he is one of the staff
	User, Message field
	Summary       string
}

// InRoom answers in the place of a page of the chat when the merchant has closed its room. A form is
// refused by the shop: what was typed in it stays.
func (p *Pages) InRoom(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := p.shop.RoomOpen(r.Context()); !errors.Is(err, shop.ErrRoomClosed) {
			serve(w, r) // which says what is wrong with the store
			return
		}
		p.errorPage(w, r, http.StatusNotFound, "error.room")
	}
}

// Chat shows a page of the history: the newest, or what stands before a message.
func (p *Pages) Chat(w http.ResponseWriter, r *http.Request) {
	before, ok := parsePlace(queryOf(r).Get("before"))
	if !ok {
		p.Fail(w, r, dao.ErrNotFound)
		return
	}
	here := before.address()
	today := time.Now().In(p.looks.last().zone).Format(time.DateOnly)
	id := newFormID()
	r = p.session.BeginVisit(w, r)
	who := frame.WhoFrom(r.Context())
	private := fmt.Sprintf("chat %s %s %s %d", today, p.held(r, userCookie), who.By, who.Sight())
	p.show(w, r, sheet{template: "chat", here: here, private: private, formID: id,
		fill: func(ctx context.Context, v *visit) (any, error) {
			return p.chatSheet(ctx, v, before, newMessageForm(v, id))
		}})
}

// place is where a page of the history ends: before the first of these messages that is still
// there, or at the end of all when there are none. A page names all that it shows, for another
// program may remove any of them before somebody goes on from there.
type place []models.ID

// parsePlace reads a place as address writes it.
func parsePlace(text string) (before place, ok bool) {
	if text == "" {
		return nil, true
	}
	for one := range strings.SplitSeq(text, ",") {
		id, err := models.ParseID(one)
		if err != nil || id.IsZero() || len(before) == chatSize {
			return nil, false
		}
		before = append(before, id)
	}
	return before, true
}

// address returns that of the page that ends there.
func (before place) address() string {
	if len(before) == 0 {
		return "/chat"
	}
	ids := make([]string, len(before))
	for i, id := range before {
		ids[i] = id.String()
	}
	return "/chat?before=" + strings.Join(ids, ",")
}

// messages returns the newest messages that stand before the place.
func (before place) messages(ctx context.Context, all shop.Messages, limit int) (page []models.Message, err error) {
	if len(before) == 0 {
		return all.Page(ctx, models.ID{}, limit)
	}
	for _, id := range before {
		if page, err = all.Page(ctx, id, limit); !errors.Is(err, dao.ErrNotFound) {
			break
		}
	}
	return page, err
}

// newFormID makes the id of what a form is to store, before it is sent.
func newFormID() string { return models.NewID(time.Now()).String() }

func newMessageForm(v *visit, id string) messageForm {
	return messageForm{ID: id, Known: models.ShownName(v.user), Fixed: v.who.Staff(), User: field{Value: v.user}}
}

func (p *Pages) chatSheet(ctx context.Context, v *visit, before place, form messageForm) (any, error) {
	messages, err := before.messages(ctx, p.shop.Messages, chatSize+1)
	if err != nil && !errors.Is(err, shop.ErrRoomClosed) { // then there is only what was typed
		return nil, err
	}
	sheet := chatSheet{Page: p.page(v, v.voice.Say("chat.title", nil), "chat"), Form: form}
	if err := p.present(ctx, v, &sheet); err != nil {
		return nil, err
	}
	if len(messages) > chatSize {
		messages = messages[1:]
		var shown place
		for _, m := range messages {
			shown = append(shown, m.ID)
		}
		sheet.Older = shown.address()
	}
	if len(before) > 0 {
		sheet.Newest = "/chat"
	}
	shown, err := p.shop.ShowAll(ctx, v.who.Sight(), messages)
	sheet.Days = p.days(v, shown)
	return sheet, err
}

// present says how the visitor is called by what he gave before; if he may not be called so any
// more, the form asks for another name and says why.
func (p *Pages) present(ctx context.Context, v *visit, sheet *chatSheet) error {
	if v.user == "" {
		return nil
	}
	called, err := p.shop.Presents(ctx, v.sender(), v.user)
	if problems, refused := errors.AsType[models.Invalid](err); refused {
		sheet.Form.Known = ""
		if sheet.Form.User.Problem == "" {
			sheet.Form.User.Problem = sayProblem(v.voice, problems, "user")
		}
		return nil
	}
	sheet.Me, sheet.Called = v.user, called
	return err
}

// days divides messages by the day on which they were sent.
func (p *Pages) days(v *visit, messages []shop.Shown) (days []chatDay) {
	now := time.Now()
	today, yesterday := v.voice.Date(models.TimeOf(now)), v.voice.Date(models.TimeOf(now.AddDate(0, 0, -1)))
	for _, m := range messages {
		date := v.voice.Date(m.CreatedAt)
		if len(days) == 0 || days[len(days)-1].Date != date {
			label := v.voice.Day(m.CreatedAt)
			switch date {
			case today:
				label = v.voice.Say("date.today", nil)
			case yesterday:
				label = v.voice.Say("date.yesterday", nil)
			}
			days = append(days, chatDay{Date: date, Label: label})
		}
		day := &days[len(days)-1]
		b := bubble{
			ID: m.ID.String(), Name: models.ShownName(m.User), Email: m.Email, At: m.CreatedAt.String(), Sent: m.CreatedAt,
			Own: m.IsBy(v.who), Parts: splitLinks(m.Message),
		}
		if m.Badge != nil {
			b.Mark, b.Staff = m.Mark, m.Staff
		} else { // the course knows people by what they give
			b.Own = v.user != "" && strings.EqualFold(m.User, v.user)
		}
		day.Messages = append(day.Messages, b)
	}
	return days
}

// SendMessage stores the message of the form and goes back to the chat.
func (p *Pages) SendMessage(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	m := models.Message{User: form.Get("user"), Message: strings.ReplaceAll(form.Get("message"), "\r\n", "\n")}
	m.ID, _ = models.ParseID(form.Get("_id")) // a form without one gets its id from the store
	sender := p.clients.Sender(r)
	said, err := p.shop.Hear(r.Context(), sender, m)
	if err == nil {
		m, err = store(r.Context(), said)
	}
	invalid, isInvalid := errors.AsType[models.Invalid](err)
	tooFast, isTooFast := errors.AsType[shop.TooFast](err)
	switch {
	case isInvalid || isTooFast || errors.Is(err, shop.ErrRoomClosed):
		p.refuseMessage(w, r, form, invalid, tooFast.RetryAfter)
	case err != nil:
		p.Fail(w, r, err)
	default:
		if !sender.Who.Staff() {
			p.keep(w, r, userCookie, url.QueryEscape(m.User), frame.Year)
		}
		p.lead(w, r, "/chat")
	}
}

// store keeps a message under the id that its form came with. Another one may have it when somebody
// goes back to a form that was sent, and writes something else: that is another message.
func store(ctx context.Context, said shop.Saying) (models.Message, error) {
	m, _, err := said.Keep(ctx)
	if errors.Is(err, dao.ErrConflict) && !said.ID().IsZero() {
		m, _, err = said.Anew().Keep(ctx)
	}
	return m, err
}
