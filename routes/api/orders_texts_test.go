package api_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// transfer is an order that waits for 200: its id, and the path by which its buyer sees it.
func transfer(t *testing.T, s *routestest.Shop) (id, link string) {
	t.Helper()
	says(t, s, func(settings *models.Settings) {
		settings.Payments = []models.Payment{{Way: models.PayTransfer, Accounts: []models.Account{{Name: "Alias", Text: "x"}}}}
	})
	var placed struct {
		Payload struct {
			ID string `json:"_id"`
		}
		Link string
	}
	got := s.Must("POST", "/api/orders", fmt.Sprintf(
		`{"cart":%q,"buyer":{"name":"Ana"},"delivery":{"way":"pickup"},"payment":{"way":"transfer"}}`, of(s, s.Product("Y", `"price":100`))))
	decode(t, got, &placed)
	return placed.Payload.ID, placed.Link
}

// Who repeats a key for something else is told of the key that he sent, and of no id that he never
// did: of orders and of what is told of their money.
func TestKeyUsedForSomethingElse(t *testing.T) {
	s := routestest.OpenAsOwner(t)
	id, link := transfer(t, s)
	cart := of(s, s.Product("Z"))
	order := `{"cart":"` + cart.String() + `","buyer":{"name":%q},"delivery":{"way":"pickup"},"payment":{"way":"transfer"}}`
	for _, tt := range []struct{ path, first, other string }{
		{"/api/orders", fmt.Sprintf(order, "Ana"), fmt.Sprintf(order, "Eva")},
		{link + "/claim", `{"reference":"a"}`, `{"reference":"b"}`},
		{"/api/orders/" + id + "/paid", `{"amount":10}`, `{"amount":20}`},
		{"/api/orders/" + id + "/refund", `{"amount":1}`, `{"amount":2}`},
	} {
		if got := s.Do("POST", tt.path, tt.first, "Idempotency-Key", "k-1", "Accept", "application/json"); got.Code >= 300 {
			t.Fatalf("%s: %d %s", tt.path, got.Code, got.Body)
		}
		got := s.Do("POST", tt.path, tt.other, "Idempotency-Key", "k-1", "Accept", "application/json")
		failure := got.Failure()
		if got.Code != 409 || strings.Contains(got.Body.String(), "_id") || !strings.Contains(failure.Message, `Idempotency-Key "k-1" was used for something else`) ||
			len(failure.Details) != 1 || failure.Details[0].Field != "Idempotency-Key" {
			t.Errorf("%s: %d %s", tt.path, got.Code, got.Body)
		}
	}
}

// What is said of a payment is refused by the name under which it was sent. Nothing may hide in it,
// nor in a note or in why an order is called off; emoji and lines stay.
func TestOrderTextsRefused(t *testing.T) {
	s := routestest.OpenAsOwner(t)
	id, link := transfer(t, s)
	long, turned := strings.Repeat("r", 101), "abc\u202edef"
	for _, path := range []string{link + "/claim", "/api/orders/" + id + "/paid", "/api/orders/" + id + "/failed"} {
		for bad, want := range map[string]string{long: "must have at most 100 characters", turned: "must not contain characters that cannot be seen"} {
			got := s.Do("POST", path, fmt.Sprintf(`{"reference":%q}`, bad), "Accept", "application/json")
			if failure := got.Failure(); got.Code != 400 || len(failure.Details) != 1 || failure.Details[0].Field != "reference" || !strings.HasPrefix(failure.Details[0].Reason, want) {
				t.Errorf("%s: %d %s", path, got.Code, got.Body)
			}
		}
	}
	for act, field := range map[string]string{"cancel": "reason", "note": "note"} {
		got := s.Do("POST", "/api/orders/"+id+"/"+act, fmt.Sprintf(`{%q:%q}`, field, turned), "Accept", "application/json")
		if failure := got.Failure(); got.Code != 400 || len(failure.Details) != 1 || failure.Details[0].Field != field {
			t.Errorf("%s: %d %s", act, got.Code, got.Body)
		}
	}
	cart := of(s, s.Product("Z"))
	for note, want := range map[string]int{turned: 400, "toco\n\ttimbre 👩‍🍳 ❤️": 201} {
		got := s.Do("POST", "/api/orders", fmt.Sprintf(
			`{"cart":%q,"buyer":{"name":"Ana"},"delivery":{"way":"pickup"},"payment":{"way":"transfer"},"note":%q}`, cart, note))
		if got.Code != want || want == 400 && got.Failure().Details[0].Field != "note" {
			t.Errorf("%q: %d %s", note, got.Code, got.Body)
		}
	}
}

// What is no receipt is refused with all that may be one.
func TestNoReceipt(t *testing.T) {
	s := routestest.OpenAsOwner(t)
	_, link := transfer(t, s)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "x.txt")
	if err != nil {
		t.Fatal(err)
	}
	file.Write([]byte("hola"))
	form.Close()
	got := s.Do("POST", link+"/claim", body.String(), "Content-Type", form.FormDataContentType(), "Accept", "application/json")
	if said := got.Failure().Message; got.Code != 415 || !strings.Contains(said, "JPEG, PNG, WebP or GIF, or a PDF") {
		t.Errorf("%d %s", got.Code, said)
	}
}
