package api

import (
	"net/http"

	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// Session is what somebody does who signs in, about himself.
type Session struct{ SignIn, Get, SignOut, ChangePassword Operation }

func newSession(a *API, trade *shop.Shop, cookies frame.SessionCookies) Session {
	r := sessionRoutes{trade, cookies}
	return Session{
		SignIn:         a.private(r.signIn, r.describeSignIn),
		Get:            a.private(r.get, r.describeGet),
		SignOut:        a.private(r.signOut, r.describeSignOut),
		ChangePassword: a.private(r.changePassword, r.describeChangePassword),
	}
}

// sessionRoutes are who is signed in, about himself.
type sessionRoutes struct {
	shop    *shop.Shop
	cookies frame.SessionCookies
}

// signedIn is who is signed in, as he himself is told.
type signedIn struct {
	Person signedPerson `json:"person"`
	Rights []shop.Right `json:"rights"`
}

type signedPerson struct {
	ID    models.ID   `json:"_id"`
	Email string      `json:"email"`
	Name  string      `json:"name"`
	Role  models.Role `json:"role"`
}

func signedInAs(who shop.Who) signedIn {
	p := who.Person
	return signedIn{signedPerson{p.ID, p.Email, p.Name, p.Role}, who.Rights()}
}

func (s sessionRoutes) signIn(w http.ResponseWriter, r *http.Request) (int, any, error) {
	var wrong models.Invalid
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return 0, nil, err
	}
	var email, password string
	body.require("email", "password")
	body.text("email", &email)
	body.secret("password", &password)
	if err := wrong.Err(); err != nil {
		return 0, nil, err
	}
	signed, err := s.shop.SignIn(r.Context(), email, password, s.cookies.From(r))
	return s.begun(w, r, signed, err)
}

// begun answers who has signed in, and has his browser keep the session.
func (s sessionRoutes) begun(
	w http.ResponseWriter, r *http.Request, signed shop.Signed, err error,
) (int, any, error) {
	if err != nil {
		return 0, nil, err
	}
	s.cookies.Begin(w, r, signed)
	return http.StatusOK, signedInAs(signed.Who), nil
}

func (s sessionRoutes) get(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	return http.StatusOK, signedInAs(frame.WhoFrom(r.Context())), nil
}

func (s sessionRoutes) signOut(w http.ResponseWriter, r *http.Request) (int, any, error) {
	var wrong models.Invalid
	all := readQuery(r, &wrong).flag("all")
	if err := wrong.Err(); err != nil {
		return 0, nil, err
	}
	end := s.shop.SignOut
	if all != nil && *all {
		end = s.shop.SignOutEverywhere
	}
	who := frame.WhoFrom(r.Context())
	s.cookies.End(w, r) // also where the end cannot be stored
	if err := end(r.Context(), who); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, signedInAs(who), nil
}

func (s sessionRoutes) changePassword(w http.ResponseWriter, r *http.Request) (int, any, error) {
	var wrong models.Invalid
	body, err := readObject(r, true, &wrong)
	if err != nil {
		return 0, nil, err
	}
	var old, new string
	body.require("old", "new")
	body.secret("old", &old)
	body.secret("new", &new)
	if err := wrong.Err(); err != nil {
		return 0, nil, err
	}
	signed, err := s.shop.ChangePassword(r.Context(), frame.WhoFrom(r.Context()), old, new, s.cookies.From(r))
	return s.begun(w, r, signed, err)
}
