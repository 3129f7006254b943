package frame

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"pulperia/pictures"
)

// A picture may take longer to be made than who sends it may be silent: the request does not end.
func TestUploadsWaitForWhatIsMade(t *testing.T) {
	was := uploadPatience
	uploadPatience = 50 * time.Millisecond
	t.Cleanup(func() { uploadPatience = was })
	for name, in := range map[string]bool{"while files are visited": true, "behind the form": false} {
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var err error
			slow := func(string, []byte) error { time.Sleep(6 * uploadPatience); return nil }
			if in {
				_, err = Uploads(w, r, slow)
			} else if _, err = Uploads(w, r, func(string, []byte) error { return nil }); err == nil {
				slow("", nil)
			}
			if err != nil || r.Context().Err() != nil {
				t.Errorf("%s: %v, %v", name, err, r.Context().Err())
			}
		}))
		send(t, site.URL, "a", "b")
		site.Close()
	}
}

// Of a file that is too large no more is kept than shows it, and the others are visited, too.
func TestUploadsBesideALargeOne(t *testing.T) {
	var sizes []int
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := Uploads(w, r, func(_ string, file []byte) error { sizes = append(sizes, len(file)); return nil }); err != nil {
			t.Error(err)
		}
	}))
	defer site.Close()
	send(t, site.URL, "a", string(make([]byte, pictures.MaxBytes+5<<20)), "bc")
	if len(sizes) != 3 || sizes[0] != 1 || sizes[1] != pictures.MaxBytes+1 || sizes[2] != 2 {
		t.Errorf("%v", sizes)
	}
}

// send posts files in a form.
func send(t *testing.T, url string, files ...string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, file := range files {
		part, err := w.CreateFormFile("file", "a.jpg")
		if err != nil {
			t.Fatal(err)
		}
		part.Write([]byte(file))
	}
	w.Close()
	answer, err := http.Post(url, w.FormDataContentType(), &b)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
}
