package models_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pulperia/dao/models"
)

func TestTimeForm(t *testing.T) {
	moment := time.Date(2026, 11, 23, 9, 30, 0, 1_999_999, time.FixedZone("ART", -3*60*60))
	if got := models.TimeOf(moment).String(); got != "2026-11-23T12:30:00.001Z" {
		t.Errorf("got %s: want UTC, cut to the millisecond", got)
	}
	if got := models.TimeOf(moment).Std(); !got.Equal(moment.Truncate(time.Millisecond)) || got.Location() != time.UTC {
		t.Errorf("got %v from %v", got, moment)
	}
	if got := string(models.JSON(models.Time(0))); got != `"1970-01-01T00:00:00.000Z"` {
		t.Errorf("got %s", got)
	}
}

func TestTimeReads(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-23T12:00:00Z":                "2026-11-23T12:00:00.000Z",
		"2026-11-23T12:00:00.1239999Z":        "2026-11-23T12:00:00.123Z",
		"2026-11-23T09:00:00-03:00":           "2026-11-23T12:00:00.000Z",
		"1969-12-31T23:59:59.9999Z":           "1969-12-31T23:59:59.999Z",
		"0000-01-01T00:00:00Z":                "0000-01-01T00:00:00.000Z",
		"9999-12-31T23:59:59.999999999-00:00": "9999-12-31T23:59:59.999Z",
	} {
		var got models.Time
		if err := got.UnmarshalText([]byte(text)); err != nil || got.String() != want {
			t.Errorf("%s is read as %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "2026-11-23", "2026-11-23 12:00:00Z", "2026-11-23T12:00:00", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "1769860800000",
		"9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00", // outside the years that the form can write
	} {
		got := models.Time(7)
		if err := got.UnmarshalText([]byte(text)); err == nil || got != 7 {
			t.Errorf("%q is read as %s, %v", text, got, err)
		}
	}
}

// Every moment that the form can write is read back, and texts stand in the order of the moments.
func TestTimeRoundTrip(t *testing.T) {
	moment := rapid.Map(rapid.Int64Range(-62167219200000, 253402300799999), func(ms int64) models.Time { return models.Time(ms) })
	rapid.Check(t, func(t *rapid.T) {
		a, b := moment.Draw(t, "a"), moment.Draw(t, "b")
		var got models.Time
		if err := json.Unmarshal(models.JSON(a), &got); err != nil || got != a {
			t.Errorf("%s is read as %s, %v", a, got, err)
		}
		if (a < b) != (a.String() < b.String()) {
			t.Errorf("%s and %s are not in the order of %d and %d", a, b, a, b)
		}
	})
}

func FuzzTime(f *testing.F) {
	f.Add("2026-11-23T12:00:00.000Z")
	f.Add("9999-12-31T23:59:59-23:59")
	f.Fuzz(func(t *testing.T, text string) {
		var read, again models.Time
		if read.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(read.String())); err != nil || again != read {
			t.Fatalf("%q is read as %s, and that as %s, %v", text, read, again, err)
		}
	})
}
