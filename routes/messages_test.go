package routes

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
)

func messageJSON(fields ...string) string {
	return changedJSON([]string{`"user":"ana@example.com"`, `"message":"¿Tienen yerba?"`}, fields)
}

func TestCreateMessage(t *testing.T) {
	shop := openAPIShop(t)
	const id = `"_id":"665f1c2ab0e84d3f9a7c1e54"`
	for _, tt := range []struct {
		body   string
		status int
		fields []string
	}{
		{messageJSON(), 201, nil},
		{messageJSON(`"message":" trimmed "`), 201, nil},
		{messageJSON(`"message":"` + strings.Repeat("ñ", 2000) + `"`), 201, nil},
		{messageJSON(id), 201, nil},
		{messageJSON(id), 200, nil},
		{messageJSON(id, `"message":"otra"`), 409, []string{"_id"}},
		{messageJSON(`"message":"` + strings.Repeat("ñ", 2001) + `"`), 400, []string{"message"}},
		{messageJSON(`"message":"  "`), 400, []string{"message"}},
		{messageJSON(`"user":"Ana <ana@example.com>"`), 400, []string{"user"}},
		{messageJSON(`"user":7`, `"message":null`, `"_id":"x"`), 400, []string{"_id", "user", "message"}},
		{`{}`, 400, []string{"user", "message"}},
		{``, 400, []string{"body"}},
	} {
		got := shop.do("POST", "/api/messages", tt.body)
		if got.Code != tt.status {
			t.Errorf("%.80s: %d %s", tt.body, got.Code, got.Body)
			continue
		}
		if tt.fields != nil {
			if diff := cmp.Diff(tt.fields, got.failure().fields()); diff != "" {
				t.Errorf("%.80s: %s", tt.body, diff)
			}
		}
	}
	var all []models.Message
	shop.must("GET", "/api/messages", "").payload(&all)
	if len(all) != 4 || all[1].Message != "trimmed" {
		t.Errorf("%+v", all)
	}
}

// What was written for another store that was behind this address is not said here.
func TestMessageForAnotherStore(t *testing.T) {
	shop := openAPIShop(t)
	for store, status := range map[string]int{"00112233aabbccdd": 409, shop.store.Identity(): 201} {
		if got := shop.do("POST", "/api/messages", messageJSON(), storeHeader, store); got.Code != status {
			t.Errorf("for store %s: %d %s", store, got.Code, got.Body)
		}
	}
	var all []models.Message
	if shop.must("GET", "/api/messages", "").payload(&all); len(all) != 1 {
		t.Errorf("said: %+v", all)
	}
}

func TestListMessages(t *testing.T) {
	shop := openAPIShop(t)
	if got := shop.must("GET", "/api/messages", "").Body.String(); got != `{"status":"success","payload":[]}` {
		t.Error(got)
	}
	ids := make([]models.ID, 60)
	for i := range ids {
		var m models.Message
		shop.must("POST", "/api/messages", messageJSON(fmt.Sprintf(`"message":"%d"`, i))).payload(&m)
		ids[i] = m.ID
	}
	for target, want := range map[string][2]int{ // from, to
		"":                                    {10, 60},
		"?limit=3":                            {57, 60},
		"?limit=200":                          {0, 60},
		"?limit=3&before=" + ids[10].String(): {7, 10},
		"?limit=3&before=" + ids[1].String():  {0, 1},
		"?limit=3&before=" + ids[0].String():  {0, 0},
	} {
		var page []models.Message
		shop.must("GET", "/api/messages"+target, "").payload(&page)
		got := []models.ID{}
		for _, m := range page {
			got = append(got, m.ID)
		}
		if !slices.Equal(got, ids[want[0]:want[1]]) {
			t.Errorf("%s: %d messages, want %v", target, len(got), want)
		}
	}
	for target, status := range map[string]int{
		"?limit=0": 400, "?limit=201": 400, "?before=x": 400, "?before=": 400, "?limit": 400, "?limit=1&limit=1": 400, "?before=" + unknownID: 404, "?before=000000000000000000000000": 404,
	} {
		if got := shop.do("GET", "/api/messages"+target, ""); got.Code != status {
			t.Errorf("%s: %d %s", target, got.Code, got.Body)
		}
	}
}
