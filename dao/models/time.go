package models

import (
	"fmt"
	"time"
)

// Time is a moment in UTC in milliseconds since 1970, the precision that JavaScript and MongoDB
// keep. Its JSON form is "2026-11-23T12:00:00.000Z".
type Time int64

const timeForm = "2006-01-02T15:04:05.000Z"

// TimeOf cuts t to the millisecond.
func TimeOf(t time.Time) Time { return Time(t.UnixMilli()) }

// Std returns the moment as the standard library knows it, in UTC.
func (t Time) Std() time.Time { return time.UnixMilli(int64(t)).UTC() }

// String returns the JSON form without its quotes.
func (t Time) String() string { return string(appendTime(nil, t)) }

// AppendText appends the JSON form without its quotes.
func (t Time) AppendText(b []byte) ([]byte, error) { return appendTime(b, t), nil }

// MarshalText returns the JSON form without its quotes.
func (t Time) MarshalText() ([]byte, error) {
	return appendTime(make([]byte, 0, len(timeForm)), t), nil
}

// UnmarshalText reads RFC 3339 with any zone and fraction, and cuts it to the millisecond. A moment
// whose year in UTC has not four digits is refused: its own JSON form could not be read back.
func (t *Time) UnmarshalText(text []byte) error {
	parsed, err := time.Parse(time.RFC3339, string(text))
	if year := parsed.UTC().Year(); err != nil || year < 0 || year > 9999 {
		return fmt.Errorf("%s is not a time: write it like %q", quote(string(text)), timeForm)
	}
	*t = TimeOf(parsed)
	return nil
}
