package api

import (
	"encoding/json"
	"net/http"

	"pulperia/dao/models"
	"pulperia/routes/fields"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// Keys are the operations of keys.
type Keys struct{ List, Create, Remove Operation }

func newKeys(a *API, trade *shop.Shop) Keys {
	r := keyRoutes{trade}
	return Keys{
		List:   a.private(r.list, r.describeList),
		Create: a.private(r.create, r.describeCreate),
		Remove: a.private(r.remove, r.describeRemove),
	}
}

// keyRoutes are what programs come in with.
type keyRoutes struct{ shop *shop.Shop }

func (k keyRoutes) list(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	keys, err := k.shop.Keys(r.Context(), frame.WhoFrom(r.Context()))
	list := make([]json.RawMessage, len(keys))
	for i, key := range keys {
		list[i] = show(fields.Key, fields.NewKey{Key: key})
	}
	return http.StatusOK, list, err
}

func (k keyRoutes) create(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	var wrong models.Invalid
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return 0, nil, err
	}
	var asked fields.NewKey
	read(body, fields.Key, fields.Create, &asked)
	if err := wrong.Err(); err != nil {
		return 0, nil, err
	}
	key, text, err := k.shop.AddKey(r.Context(), frame.WhoFrom(r.Context()), asked.Name, asked.Role, asked.Expires)
	return http.StatusCreated, show(fields.Key, fields.NewKey{Key: key, Text: text}), err
}

func (k keyRoutes) remove(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	var wrong models.Invalid
	id := idInPath(r, "id", &wrong)
	if err := wrong.Err(); err != nil {
		return 0, nil, err
	}
	was, err := k.shop.RevokeKey(r.Context(), frame.WhoFrom(r.Context()), id)
	return http.StatusOK, show(fields.Key, fields.NewKey{Key: was}), err
}
