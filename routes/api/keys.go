package api

import (
	"net/http"

	"pulperia/dao/models"
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

// shownKey is a key as it is told: with its text where it has just been made, and never again.
type shownKey struct {
	ID        models.ID    `json:"_id"`
	CreatedAt models.Time  `json:"createdAt"`
	Name      string       `json:"name"`
	Role      models.Role  `json:"role"`
	Expires   *models.Time `json:"expires"`
	Seen      *models.Time `json:"seen"`
	MadeBy    string       `json:"madeBy"`
	Key       string       `json:"key,omitempty"`
}

func showKey(k shop.Key, text string) shownKey {
	return shownKey{k.ID, k.CreatedAt, k.Name, k.Role, orNull(k.Expires), orNull(k.Seen), k.MadeBy, text}
}

// orNull is a time of which zero means none.
func orNull(t models.Time) *models.Time {
	if t == 0 {
		return nil
	}
	return &t
}

func (k keyRoutes) list(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	keys, err := k.shop.Keys(r.Context(), frame.WhoFrom(r.Context()))
	list := make([]shownKey, len(keys))
	for i, key := range keys {
		list[i] = showKey(key, "")
	}
	return http.StatusOK, list, err
}

func (k keyRoutes) create(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	var wrong models.Invalid
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return 0, nil, err
	}
	var name string
	var role models.Role
	var expires models.Time
	body.require("name", "role")
	body.text("name", &name)
	body.text("role", (*string)(&role))
	body.moment("expires", &expires)
	if err := wrong.Err(); err != nil {
		return 0, nil, err
	}
	key, text, err := k.shop.AddKey(r.Context(), frame.WhoFrom(r.Context()), name, role, expires)
	return http.StatusCreated, showKey(key, text), err
}

func (k keyRoutes) remove(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	var wrong models.Invalid
	id := idInPath(r, "id", &wrong)
	if err := wrong.Err(); err != nil {
		return 0, nil, err
	}
	was, err := k.shop.RevokeKey(r.Context(), frame.WhoFrom(r.Context()), id)
	return http.StatusOK, showKey(was, ""), err
}
