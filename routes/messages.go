package routes

import (
	"net/http"

	"pulperia/dao"
	"pulperia/dao/models"
)

// The most messages of one answer, and how many it has when nobody asks for another number.
const (
	maxMessages     = 200
	defaultMessages = 50
)

// messageRoutes are the chat.
type messageRoutes struct {
	store  dao.Store
	limits *limits
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
		return nil, false, errNotFound("message", before)
	}
	messages, err := m.store.Messages.Page(r.Context(), before, limit)
	if err != nil {
		return nil, false, missing("message", before, err)
	}
	if messages == nil {
		messages = []models.Message{}
	}
	return success(answer, models.JSON(messages)), false, nil
}

func (m messageRoutes) create(r *http.Request) (written, error) {
	var wrong models.Invalid
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return written{}, err
	}
	var message models.Message
	body.id("_id", &message.ID)
	body.text("user", &message.User)
	body.text("message", &message.Message)
	message.Normalize()
	merge(&wrong, message.Check())
	arrange(wrong, "_id", "user", "message")
	if err := wrong.Err(); err != nil {
		return written{}, err
	}
	if retryAfter, ok := m.limits.allowMessage(message.User); !ok {
		return written{}, errTooMany("messages", retryAfter)
	}
	message, receipt, err := m.store.Messages.Append(r.Context(), message)
	if err != nil {
		return written{}, err
	}
	return created(models.JSON(message), receipt), nil
}
