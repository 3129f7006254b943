package socketio

import (
	"bytes"
	"encoding/json"

	"pulperia/dao/models"
)

// message is a message as clients of all families find it: what they may call its author and its
// text, all of them.
type message struct {
	ID        models.ID   `json:"_id"`
	User      string      `json:"user"`
	Email     string      `json:"email"`
	Username  string      `json:"username"`
	Name      string      `json:"name"`
	Message   string      `json:"message"`
	Text      string      `json:"text"`
	Body      string      `json:"body"`
	CreatedAt models.Time `json:"createdAt"`
}

// ShowMessage returns a message, which is given as the API shows it to the same reader. Of who has
// given an address, those who may not see it get the name in all fields.
func ShowMessage(doc []byte) ([]byte, error) {
	var m struct {
		ID        models.ID   `json:"_id"`
		User      string      `json:"user"`
		Email     string      `json:"email"`
		Message   string      `json:"message"`
		CreatedAt models.Time `json:"createdAt"`
	}
	if err := json.Unmarshal(doc, &m); err != nil {
		return nil, err
	}
	email := m.Email
	if email == "" {
		email = m.User
	}
	return models.JSON(message{m.ID, m.User, email, m.User, m.User, m.Message, m.Message, m.Message, m.CreatedAt}), nil
}

// ShowProduct returns a product, which is given as the API shows it: with its id as id, too, and its
// first picture as thumbnail.
func ShowProduct(doc []byte) ([]byte, error) {
	var p struct {
		ID         string   `json:"_id"`
		Thumbnails []string `json:"thumbnails"`
	}
	if err := json.Unmarshal(doc, &p); err != nil {
		return nil, err
	}
	first := ""
	if len(p.Thumbnails) > 0 {
		first = p.Thumbnails[0]
	}
	more := models.JSON(struct {
		ID        string `json:"id"`
		Thumbnail string `json:"thumbnail"`
	}{p.ID, first})
	doc = bytes.TrimSpace(doc)
	return append(append(more[:len(more)-1:len(more)-1], ','), doc[1:]...), nil
}

// ShowPerson returns who has come, as a family is told of people.
func ShowPerson(f Family, name string) []byte {
	if f&Objects == 0 {
		return models.JSON(name)
	}
	return models.JSON(struct {
		User     string `json:"user"`
		Email    string `json:"email"`
		Username string `json:"username"`
		Name     string `json:"name"`
	}{name, name, name, name})
}
