package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pulperia/dao/models"
	"pulperia/routes/routestest"
)

func TestCreateMessage(t *testing.T) {
	shop := routestest.Open(t)
	const id = `"_id":"665f1c2ab0e84d3f9a7c1e54"`
	for _, tt := range []struct {
		body   string
		status int
		fields []string
	}{
		{routestest.MessageJSON(), 201, nil},
		{routestest.MessageJSON(`"message":" trimmed "`), 201, nil},
		{routestest.MessageJSON(`"message":"` + strings.Repeat("ñ", 2000) + `"`), 201, nil},
		{routestest.MessageJSON(id), 201, nil},
		{routestest.MessageJSON(id), 200, nil},
		{routestest.MessageJSON(id, `"message":"otra"`), 409, []string{"_id"}},
		{routestest.MessageJSON(`"message":"` + strings.Repeat("ñ", 2001) + `"`), 400, []string{"message"}},
		{routestest.MessageJSON(`"message":"  "`), 400, []string{"message"}},
		{routestest.MessageJSON(`"user":"Ana <ana@example.com>"`), 400, []string{"user"}},
		{routestest.MessageJSON(`"user":7`, `"message":null`, `"_id":"x"`), 400, []string{"_id", "user", "message"}},
		{`{}`, 400, []string{"user", "message"}},
		{``, 400, []string{"body"}},
	} {
		got := shop.Do("POST", "/api/messages", tt.body)
		if got.Code != tt.status {
			t.Errorf("%.80s: %d %s", tt.body, got.Code, got.Body)
			continue
		}
		if tt.fields != nil {
			if diff := cmp.Diff(tt.fields, got.Failure().Fields()); diff != "" {
				t.Errorf("%.80s: %s", tt.body, diff)
			}
		}
	}
	var all []models.Message
	shop.Must("GET", "/api/messages", "").Payload(&all)
	if len(all) != 4 || all[1].Message != "trimmed" {
		t.Errorf("%+v", all)
	}
}

// What was written for another store that was behind this address is not said here.
func TestMessageForAnotherStore(t *testing.T) {
	shop := routestest.Open(t)
	for store, status := range map[string]int{"00112233aabbccdd": 409, shop.Store.Identity(): 201} {
		if got := shop.Do("POST", "/api/messages", routestest.MessageJSON(), "Pulperia-Store", store); got.Code != status {
			t.Errorf("for store %s: %d %s", store, got.Code, got.Body)
		}
	}
	var all []models.Message
	if shop.Must("GET", "/api/messages", "").Payload(&all); len(all) != 1 {
		t.Errorf("said: %+v", all)
	}
}

func TestListMessages(t *testing.T) {
	shop := routestest.Open(t)
	if got := shop.Must("GET", "/api/messages", "").Body.String(); got != `{"status":"success","payload":[]}` {
		t.Error(got)
	}
	ids := make([]models.ID, 60)
	for i := range ids {
		var m models.Message
		shop.Must("POST", "/api/messages", routestest.MessageJSON(fmt.Sprintf(`"message":"%d"`, i))).Payload(&m)
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
		shop.Must("GET", "/api/messages"+target, "").Payload(&page)
		got := []models.ID{}
		for _, m := range page {
			got = append(got, m.ID)
		}
		if !slices.Equal(got, ids[want[0]:want[1]]) {
			t.Errorf("%s: %d messages, want %v", target, len(got), want)
		}
	}
	for target, status := range map[string]int{
		"?limit=0": 400, "?limit=201": 400, "?before=x": 400, "?before=": 400, "?limit": 400, "?limit=1&limit=1": 400, "?before=" + routestest.UnknownID: 404, "?before=000000000000000000000000": 404,
	} {
		if got := shop.Do("GET", "/api/messages"+target, ""); got.Code != status {
			t.Errorf("%s: %d %s", target, got.Code, got.Body)
		}
	}
}
