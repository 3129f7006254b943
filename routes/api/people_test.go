package api_test

import (
	"fmt"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// What a value was shown as can be sent back: only what follows from other fields, and is said to be
// something else, is refused by name.
func TestSentBack(t *testing.T) {
	shop := routestest.OpenAsOwner(t)
	person, _ := shop.Person("beto@example.com", models.RoleHelper)
	path := "/api/people/" + person.ID.String()
	for _, tt := range []struct {
		field  string
		status int
	}{
		{`"joined":true`, 200}, {`"joined":false`, 400}, {`"joined":null`, 400}, {`"joined":"true"`, 200}, {`"joined":"yes"`, 400},
		{`"_id":"x","__v":7,"createdAt":null,"updatedAt":3,"held":-1`, 200}, {`"password":"se cambia en otro lado"`, 200}, {`"nothing":[]`, 200},
		{`"rev":99`, 409},
	} {
		got := shop.Do("PUT", path, fmt.Sprintf(`{"name":"Beto",%s}`, tt.field))
		if got.Code != tt.status {
			t.Errorf("%s: %d %s", tt.field, got.Code, got.Body)
		}
		if tt.status == 400 && (len(got.Failure().Details) != 1 || got.Failure().Details[0].Field != "joined") {
			t.Errorf("%s: %s", tt.field, got.Body)
		}
	}
	if got := shop.Do("PUT", path, string(models.JSON(person))); got.Code != 409 { // its rev is an old one by now
		t.Errorf("%d %s", got.Code, got.Body)
	}
}
