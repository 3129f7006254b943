package harness

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Answer is an answer that was read.
type Answer struct {
	*http.Response
	Text string
}

// none is that of whom nobody answers: its status is 0.
var none = Answer{Response: &http.Response{Status: "no answer", Header: http.Header{}}}

// Payload reads what a good answer of the API holds.
func (a Answer) Payload(into any) error {
	if a.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %.500s", a.Status, a.Text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal([]byte(a.Text), &struct{ Payload any }{into})
}

// NewRequest makes a request, with headers as name, value, name, value. A body is JSON or a form,
// as it looks.
func NewRequest(method, address, body string, headers ...string) (*http.Request, error) {
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
		if !strings.HasPrefix(body, "{") && !strings.HasPrefix(body, "[") && strings.Contains(body, "=") {
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return request, nil
}

// Send sends a request as NewRequest makes it, and reads the answer, whatever its status.
func Send(client *http.Client, method, address, body string, headers ...string) (Answer, error) {
	request, err := NewRequest(method, address, body, headers...)
	if err != nil {
		return none, err
	}
	response, err := client.Do(request)
	if err != nil {
		return none, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return Answer{response, string(text)}, err
}

// Metrics reads all figures of a shop, by their names with labels. Those that are named must be
// there.
func Metrics(client *http.Client, shop string, names ...string) (map[string]float64, error) {
	answer, err := Send(client, "GET", shop+"/metrics", "")
	if err != nil {
		return nil, err
	}
	figures := map[string]float64{}
	for row := range strings.Lines(answer.Text) {
		at := strings.LastIndexByte(row, ' ')
		if value, err := strconv.ParseFloat(strings.TrimSpace(row[at+1:]), 64); err == nil {
			figures[row[:at]] = value
		}
	}
	for _, name := range names {
		if _, there := figures[name]; !there {
			return nil, fmt.Errorf("%s/metrics: there is no %s", shop, name)
		}
	}
	return figures, nil
}
