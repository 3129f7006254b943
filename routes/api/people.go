package api

import (
	"net/http"
	"net/url"

	"pulperia/dao/models"
	"pulperia/routes/fields"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// People are the operations of the staff.
type People struct{ List, Create, Update, Remove, Link Operation }

func newPeople(a *API, trade *shop.Shop) People {
	r := peopleRoutes{trade}
	return People{
		List:   a.private(r.list, r.describeList),
		Create: a.private(r.create, r.describeCreate),
		Update: a.private(r.update, r.describeUpdate),
		Remove: a.private(r.remove, r.describeRemove),
		Link:   a.private(r.link, r.describeLink),
	}
}

// peopleRoutes are the staff.
type peopleRoutes struct{ shop *shop.Shop }

func (p peopleRoutes) list(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	people, err := p.shop.People(r.Context(), frame.WhoFrom(r.Context()))
	return http.StatusOK, people, err
}

func (p peopleRoutes) create(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	var wrong models.Invalid
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return 0, nil, err
	}
	var given fields.Member
	read(body, fields.Person, fields.Create, &given)
	if body.has("password") && given.Password == "" && !wrong.Has("password") {
		wrong.Add("password", models.Empty, nil, "")
	}
	if err := wrong.Err(); err != nil {
		return 0, nil, err
	}
	made, _, err := p.shop.AddPerson(r.Context(), frame.WhoFrom(r.Context()), shop.NewPerson{
		Email: given.Email, Name: given.Name, Role: given.Role, Password: given.Password,
	})
	return http.StatusCreated, made, err
}

func (p peopleRoutes) update(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	var wrong models.Invalid
	id := idInPath(r, "id", &wrong)
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return 0, nil, err
	}
	seen := readCondition(r, body)
	if read(body, fields.Person, fields.Update, new(fields.Member)); len(wrong) > 0 {
		return 0, nil, wrong
	}
	person, err := p.shop.ChangePerson(r.Context(), frame.WhoFrom(r.Context()), id, func(person *shop.Person) error {
		var wrong models.Invalid
		change, member := object{fields: body.fields, wrong: &wrong}, fields.Member{Person: *person}
		derived(change, fields.Person, member)
		read(change, fields.Person, fields.Update, &member)
		*person = member.Person
		return wrong.Err()
	}, func(was, _ shop.Person) error { return seen.check(was, was.Rev) })
	return http.StatusOK, person, err
}

func (p peopleRoutes) remove(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	var wrong models.Invalid
	id := idInPath(r, "id", &wrong)
	if err := wrong.Err(); err != nil {
		return 0, nil, err
	}
	was, err := p.shop.RemovePerson(r.Context(), frame.WhoFrom(r.Context()), id)
	return http.StatusOK, was, err
}

// oneTimeLink is a link by which somebody gives himself a password. It is a path: under which name
// the shop is reached its reader knows better than a request says.
type oneTimeLink struct {
	Link    string      `json:"link"`
	Expires models.Time `json:"expires"`
}

func (p peopleRoutes) link(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	var wrong models.Invalid
	id := idInPath(r, "id", &wrong)
	if err := wrong.Err(); err != nil {
		return 0, nil, err
	}
	link, err := p.shop.LinkPerson(r.Context(), frame.WhoFrom(r.Context()), id)
	return http.StatusCreated, oneTimeLink{"/join?" + url.Values{"token": {link.Token}}.Encode(), link.Expires}, err
}
