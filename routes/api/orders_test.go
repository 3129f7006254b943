package api_test

import (
	"encoding/json"
	"testing"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

// Each act of the staff answers the order as it is now. Of another link that is the order and, beside
// it as of one that is placed, the link: it opens the order, and the one before no longer does.
func TestLinkAnswersTheOrder(t *testing.T) {
	shop := routestest.OpenAsOwner(t)
	order := shop.Order(shop.Product("A").ID)
	got := shop.Do("POST", "/api/orders/"+order.ID+"/link", "", "Authorization", "Bearer "+shop.KeyOf(models.RoleHelper))
	var answer struct {
		Payload struct {
			ID     string `json:"_id"`
			Rev    int64
			Events []models.Event
		}
		Link string
	}
	if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil || got.Code != 200 || got.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%v: %d %s", err, got.Code, got.Body)
	}
	events := answer.Payload.Events
	if answer.Payload.ID != order.ID || answer.Payload.Rev != 2 || len(events) == 0 || events[len(events)-1].What != "link" {
		t.Errorf("%s", got.Body)
	}
	for path, want := range map[string]int{answer.Link: 200, "/o/" + order.Secret: 404} {
		if got := shop.Do("GET", path, "", "Accept", "application/json"); got.Code != want {
			t.Errorf("%s: %d %s, want %d", path, got.Code, got.Body, want)
		}
	}
}
