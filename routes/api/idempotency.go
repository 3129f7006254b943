package api

import (
	"errors"
	"fmt"
	"net/http"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/frame"
)

// maxIdempotencyKey is how long such a key may be.
const maxIdempotencyKey = 255

// factOf is the id of the fact that a request tells of; "" for one that nobody repeats.
func factOf(r *http.Request) string {
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		return string(models.HashOf([]byte("fact\x00" + r.URL.Path + "\x00" + key)))
	}
	return ""
}

// keyUsed is a refusal of an id that was made of Idempotency-Key, by the name of what was sent.
func keyUsed(r *http.Request, err error) error {
	key := r.Header.Get("Idempotency-Key")
	if conflict, is := errors.AsType[dao.Conflict](err); !is || conflict.Field != "_id" || key == "" {
		return err
	}
	problem := frame.Problem{Status: http.StatusConflict, Code: "conflict",
		Message: fmt.Sprintf("Nothing was stored: the Idempotency-Key %.200q was used for something else. Send another key, or just what was sent with it before.", key)}
	problem.Details.Add("Idempotency-Key", models.Taken, nil, models.Quoted(key))
	return problem
}
