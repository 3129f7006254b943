package pages

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
	"pulperia/views"
)

const peoplePage = "/admin/people"

// peopleSheet is the staff.
type peopleSheet struct {
	views.Page
	Rows     []personRow
	Editable bool
	Link     string // that was just made, and is shown this once
	LinkFor  string
	Form     personForm
	Refused  string // why somebody stays as he is
}

type personRow struct {
	ID, Name, Email, Role string
	Rev                   int64
	Joined, Me, Editable  bool
	Problem               string // of his name
	Roles                 []roleChoice
}

type roleChoice struct {
	Value, Words string
	Chosen       bool
}

type personForm struct {
	Email, Name field
	Role        string
	Roles       []roleChoice
	Summary     string
}

// shownPeople is what a page of the staff shows besides them.
type shownPeople struct {
	form     url.Values // that was refused
	problems models.Invalid
	id       models.ID // whom the refused form is about; zero for somebody to be
	refused  string    // a key of the texts
	link     string
	linkFor  shop.Person
}

// People shows the staff.
func (p *Pages) People(w http.ResponseWriter, r *http.Request) {
	p.showCounter(w, r, sheet{template: "people", here: peoplePage, private: "people", fill: func(ctx context.Context, v *visit) (any, error) {
		return p.peopleSheet(ctx, v, shownPeople{})
	}})
}

// showPeople answers a form about the staff.
func (p *Pages) showPeople(w http.ResponseWriter, r *http.Request, status int, s shownPeople) {
	p.refill(w, r, status, "people", peoplePage, func(ctx context.Context, v *visit) (any, error) {
		v.secret = s.link != ""
		return p.peopleSheet(ctx, v, s)
	})
}

func (p *Pages) peopleSheet(ctx context.Context, v *visit, s shownPeople) (any, error) {
	people, err := p.shop.People(ctx, v.who)
	if err != nil {
		return nil, err
	}
	sheet := peopleSheet{
		Page: p.counter(v, v.voice.Say("people.title", nil), peoplePage), Editable: v.who.Can(shop.PeopleWrite),
		Link: s.link, LinkFor: s.linkFor.Name,
		Form: personForm{Role: string(models.RoleHelper)},
	}
	if s.refused != "" {
		sheet.Refused = v.voice.Say(s.refused, nil)
	}
	if s.id.IsZero() && s.problems != nil {
		sheet.Form = personForm{
			Email: field{typed(s.form, "email"), sayProblem(v.voice, s.problems, "email")},
			Name:  field{typed(s.form, "name"), sayProblem(v.voice, s.problems, "name")},
			Role:  typed(s.form, "role"), Summary: summaryOf(v.voice, s.problems),
		}
	}
	sheet.Form.Roles = rolesFor(v, models.Role(sheet.Form.Role))
	for _, person := range people {
		row := personRow{
			ID: person.ID.String(), Name: person.Name, Email: person.Email, Role: v.voice.Say("role."+string(person.Role), nil),
			Rev: person.Rev, Joined: person.Joined, Me: person.ID == v.who.Person.ID,
			Editable: sheet.Editable && v.who.MayGive(person.Role) == nil, Roles: rolesFor(v, person.Role),
		}
		if person.ID == s.id && s.problems != nil {
			row.Name, row.Problem = typed(s.form, "name"), v.voice.Problem(s.problems[0])
		}
		sheet.Rows = append(sheet.Rows, row)
	}
	return sheet, nil
}

// rolesFor are the roles that somebody may give.
func rolesFor(v *visit, chosen models.Role) (roles []roleChoice) {
	for _, role := range models.Roles() {
		if v.who.MayGive(role) == nil {
			roles = append(roles, roleChoice{string(role), v.voice.Say("role."+string(role), nil), role == chosen})
		}
	}
	return roles
}

// AddPerson makes somebody one of the staff, and shows the link by which he comes in.
func (p *Pages) AddPerson(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	person, link, err := p.shop.AddPerson(r.Context(), frame.WhoFrom(r.Context()), shop.NewPerson{
		Email: form.Get("email"), Name: form.Get("name"), Role: models.Role(form.Get("role")),
	})
	if problems := fieldsOf(err); problems != nil {
		p.showPeople(w, r, statusOf(problems), shownPeople{form: form, problems: problems})
		return
	}
	p.showLink(w, r, person, link, err)
}

// LinkPerson makes a link by which somebody gives himself another password.
func (p *Pages) LinkPerson(w http.ResponseWriter, r *http.Request) {
	id, err := pageID(r, "id")
	var link shop.OneTimeLink
	if err == nil {
		link, err = p.shop.LinkPerson(r.Context(), frame.WhoFrom(r.Context()), id)
	}
	p.showLink(w, r, p.personWith(r.Context(), id), link, err)
}

// personWith returns somebody of the staff, or nobody.
func (p *Pages) personWith(ctx context.Context, id models.ID) shop.Person {
	people, _ := p.shop.People(ctx, frame.WhoFrom(ctx)) // it is a name to show
	for _, person := range people {
		if person.ID == id {
			return person
		}
	}
	return shop.Person{}
}

// showLink shows a link once: nobody can be shown it again.
func (p *Pages) showLink(w http.ResponseWriter, r *http.Request, person shop.Person, link shop.OneTimeLink, err error) {
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	address := p.clients.AddressOf(r) + "/join?" + url.Values{"token": {link.Token}}.Encode()
	p.showPeople(w, r, http.StatusOK, shownPeople{link: address, linkFor: person})
}

// ChangePerson changes the name and the role of somebody who is still as the form showed him.
func (p *Pages) ChangePerson(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	id, err := pageID(r, "id")
	rev, _ := strconv.ParseInt(form.Get("rev"), 10, 64) // without one the form is of no revision
	if err == nil {
		_, err = p.shop.ChangePerson(r.Context(), frame.WhoFrom(r.Context()), id, func(person *shop.Person) error {
			person.Name, person.Role = form.Get("name"), models.Role(form.Get("role"))
			return nil
		}, func(was, _ shop.Person) error {
			if was.Rev != rev {
				return errStale
			}
			return nil
		})
	}
	problems := fieldsOf(err)
	switch {
	case errors.Is(err, shop.ErrLastOwner):
		p.showPeople(w, r, http.StatusConflict, shownPeople{refused: "refused.lastOwner"})
	case errors.Is(err, errStale):
		p.showPeople(w, r, http.StatusConflict, shownPeople{refused: "refused.person"})
	case problems != nil:
		p.showPeople(w, r, statusOf(problems), shownPeople{form: form, problems: problems, id: id})
	case err != nil:
		p.Fail(w, r, err)
	default:
		p.lead(w, r, peoplePage+"#p-"+id.String())
	}
}

// RemovePerson takes somebody's access, which cannot be taken back: so it is asked first.
func (p *Pages) RemovePerson(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r)
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	if !isSure(form) {
		p.ask(w, r, form, "removed", peoplePage)
		return
	}
	id, err := pageID(r, "id")
	if err == nil {
		_, err = p.shop.RemovePerson(r.Context(), frame.WhoFrom(r.Context()), id)
	}
	switch {
	case errors.Is(err, shop.ErrLastOwner):
		p.showPeople(w, r, http.StatusConflict, shownPeople{refused: "refused.lastOwner"})
	case err != nil && !errors.Is(err, dao.ErrNotFound): // who is gone already is gone
		p.Fail(w, r, err)
	default:
		p.lead(w, r, peoplePage)
	}
}
