package socket

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// This file is the form of everything that is said: JSON objects, one for each event or request.

// encode returns the JSON form of an event's body, and its type.
func encode(body any) (kind string, text []byte) {
	switch b := body.(type) {
	case change:
		return "change", encodeChange(b, true)
	case part:
		return "change", encodeChange(change(b), false)
	case position:
		return "position", models.JSON(wirePosition{"position", dao.Position(b).String()})
	case welcome:
		return "welcome", models.JSON(wireWelcome{"welcome", b.Store, b.Position.String(), b.Recovered, list(b.People), b.Count})
	case ack:
		return "ack", models.JSON(wireAck{"ack", b.ID.String(), b.Position.String()})
	case refusal:
		return "error", models.JSON(wireError{"error", b.ID, b.Code, b.Message, b.RetryAfter})
	case presence:
		return "presence", models.JSON(wirePresence{"presence", list(b.Joined), list(b.Left), b.Count})
	case typing:
		return "typing", models.JSON(wireTyping{"typing", b.User})
	case available:
		return "store", models.JSON(wireStore{"store", bool(b)})
	case bye:
		return "bye", models.JSON(wireBye{"bye", string(b.Reason)})
	}
	panic(fmt.Sprintf("no form for %T", body)) // a body of event.go that this file has forgotten
}

// list is never null in JSON.
func list(names []string) []string { return append([]string{}, names...) }

// encodeChange is by hand because it is what there is most of, and so that doc stays as it is. The
// position is that of the end of its step.
func encodeChange(c change, positioned bool) []byte {
	b := make([]byte, 0, 160+len(c.Doc))
	b = append(b, `{"type":"change",`...)
	if positioned {
		b = append(append(append(b, `"position":"`...), c.position().String()...), `",`...)
	}
	b = append(b, `"kind":"`...)
	b = append(b, c.Kind...)
	b = append(b, `","op":"`...)
	b = append(b, c.Op...)
	b = append(b, `","id":"`...)
	b = append(b, c.ID.String()...)
	b = append(b, `","rev":`...)
	b = strconv.AppendInt(b, c.Rev, 10)
	if len(c.Doc) > 0 {
		b = append(b, `,"doc":`...)
		b = append(b, c.Doc...)
	}
	return append(b, '}')
}

func (c change) position() dao.Position {
	return dao.Position{Epoch: c.Epoch, Offset: max(c.Offset, c.End)}
}

type (
	wirePosition struct {
		Type     string `json:"type"`
		Position string `json:"position"`
	}
	wireWelcome struct {
		Type      string   `json:"type"`
		Store     string   `json:"store,omitempty"`
		Position  string   `json:"position"`
		Recovered bool     `json:"recovered"`
		People    []string `json:"people"`
		Count     int      `json:"count"`
	}
	wireAck struct {
		Type     string `json:"type"`
		ID       string `json:"id"`
		Position string `json:"position"`
	}
	wireError struct {
		Type       string `json:"type"`
		ID         string `json:"id,omitempty"`
		Error      string `json:"error"`
		Message    string `json:"message"`
		RetryAfter int    `json:"retryAfter,omitempty"`
	}
	wirePresence struct {
		Type   string   `json:"type"`
		Joined []string `json:"joined"`
		Left   []string `json:"left"`
		Count  int      `json:"count"`
	}
	wireTyping struct {
		Type string `json:"type"`
		User string `json:"user"`
	}
	wireStore struct {
		Type      string `json:"type"`
		Available bool   `json:"available"`
	}
	wireBye struct {
		Type   string `json:"type"`
		Reason string `json:"reason"`
	}
)

// wireRequest is every field that a client's objects have. null is absent.
type wireRequest struct {
	Type    string   `json:"type"`
	User    string   `json:"user"`
	Since   *string  `json:"since"`
	Topics  []string `json:"topics"`
	ID      string   `json:"id"`
	Message string   `json:"message"`
}

// decode reads what a client says: a hello, a say or a typed. What it cannot read is a refusal,
// which is the answer.
func decode(text []byte) (any, *refusal) {
	var r wireRequest
	if err := json.Unmarshal(text, &r); err != nil {
		refused := refuse(echo(r.ID), "this is not the JSON of an object that the server knows")
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
			refused = refuse(echo(r.ID), fmt.Sprintf("%q must be another type than %s", wrong.Field, wrong.Value))
		}
		return nil, &refused
	}
	if err := models.CheckNames(text); err != nil {
		refused := refuse(echo(r.ID), err.Error())
		return nil, &refused
	}
	switch r.Type {
	case "hello":
		said, refused := decodeHello(r.User, r.Since, r.Topics)
		return said, refused
	case "message":
		id, err := models.ParseID(r.ID)
		if err == nil && id.IsZero() {
			err = errors.New("an id of zeros only means none")
		}
		if err != nil {
			refused := refuse(echo(r.ID), fmt.Sprintf(`"id": %v`, err))
			return nil, &refused
		}
		return say{id, r.Message}, nil
	case "typing":
		return typed{}, nil
	}
	refused := refuse(echo(r.ID), fmt.Sprintf(`"type" must be "hello", "message" or "typing"; got %.40q`, r.Type))
	return nil, &refused
}

// echo returns an id as the client wrote it, as long as it may be one.
func echo(id string) string { return strings.ToValidUTF8(id[:min(len(id), 64)], "") }

// decodeHello reads the parts of hello, whatever door they came through.
func decodeHello(user string, since *string, topics []string) (hello, *refusal) {
	said := hello{User: models.NormalText(user)}
	if err := checkHello(&said, since, topics); err != nil {
		refused := refuse("", err.Error())
		return hello{}, &refused
	}
	return said, nil
}

func checkHello(said *hello, since *string, topics []string) error {
	if said.User != "" {
		if err := models.CheckUser(said.User); err != nil {
			return err
		}
	}
	if since != nil {
		at, err := dao.ParsePosition(*since)
		if err != nil {
			return fmt.Errorf(`"since": %w`, err)
		}
		said.Since = &at
	}
	if len(topics) > maxTopics {
		return fmt.Errorf(`"topics" must name at most %d topics; got %d`, maxTopics, len(topics))
	}
	for _, topic := range topics {
		if !dao.IsTopic(topic) && !isOrderTopic(topic) {
			return fmt.Errorf(`"topics": %.60q must be "messages", "products", "orders", "cart:" and the cart's id, or "order:" and the order's secret`, topic)
		}
		if topic == topicMessages && said.User == "" {
			return errors.New(`"user" is required for the topic "messages"`)
		}
		if topic = heardAs(topic); !slices.Contains(said.Topics, topic) {
			said.Topics = append(said.Topics, topic)
		}
	}
	return nil
}
