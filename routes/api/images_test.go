package api_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"pulperia/dao/models"
	"pulperia/pictures"
	"pulperia/routes/routestest"
)

// form is a multipart form with files in its fields: name, content, name, content. It returns the
// body and its type.
func form(t *testing.T, files ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		part, err := w.CreateFormFile(files[i], "../../photo.svg")
		if err != nil {
			t.Fatal(err)
		}
		part.Write([]byte(files[i+1]))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

func photo(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

type shownImage struct {
	ID            string `json:"_id"`
	Src, Srcset   string
	Width, Height int
	Alt           string
}

// A picture is in, whatever its name says, is served under its address and in all its sizes, and a
// product can name it. The same again is the same.
func TestCreateImage(t *testing.T) {
	shop := routestest.Open(t)
	upload := photo(t, 2000, 1000)
	body, contentType := form(t, "file", upload)
	got := shop.Do("POST", "/api/images", body, "Content-Type", contentType)
	var made, again shownImage
	got.Payload(&made)
	hash := fmt.Sprintf("%x", sha256.Sum256([]byte(upload)))
	if got.Code != http.StatusCreated || made.ID != hash || made.Src != "/images/"+hash || made.Width != 800 || made.Height != 400 {
		t.Fatalf("%d %+v", got.Code, made)
	}
	if repeated := shop.Do("POST", "/api/images", body, "Content-Type", contentType); repeated.Code != http.StatusOK {
		t.Errorf("again: %d %s", repeated.Code, repeated.Body)
	} else if repeated.Payload(&again); again != made {
		t.Errorf("again: %+v, not %+v", again, made)
	}
	sources := []string{made.Src + " 800w"}
	for one := range strings.SplitSeq(made.Srcset, ", ") {
		sources = append(sources, one)
	}
	if len(sources) != 5 {
		t.Errorf("srcset %q", made.Srcset)
	}
	for _, source := range sources {
		address, width, _ := strings.Cut(source, " ")
		served := shop.Do("GET", address, "")
		config, kind, err := image.DecodeConfig(bytes.NewReader(served.Body.Bytes()))
		if err != nil || fmt.Sprintf("%dw", config.Width) != width || kind != "jpeg" {
			t.Errorf("%s: %d %v %v", source, served.Code, config, err)
		}
		for name, want := range map[string]string{
			"Content-Type": "image/jpeg", "Cache-Control": "public, max-age=31536000, immutable",
			"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
		} {
			if served.Header().Get(name) != want {
				t.Errorf("%s: %s: %q", source, name, served.Header().Get(name))
			}
		}
		if unchanged := shop.Do("GET", address, "", "If-None-Match", served.Header().Get("Etag")); unchanged.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", address, unchanged.Code)
		}
	}
	shop.Must("POST", "/api/products", routestest.ProductJSON("Y", fmt.Sprintf(`"thumbnails":[%q]`, made.Src)))
	for _, address := range []string{"/images/" + strings.Repeat("0", 64), "/images/x", "/images/../store.json"} {
		if got := shop.Do("GET", address, ""); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", address, got.Code)
		}
	}
}

// What is no picture is refused by name, and nothing is stored.
func TestCreateImageRefuses(t *testing.T) {
	shop := routestest.Open(t)
	whole := photo(t, 300, 200)
	for name, c := range map[string]struct {
		files  []string
		status int
		code   string
		field  string
	}{
		"nothing":             {nil, 400, "invalid", "file"},
		"another field":       {[]string{"picture", whole}, 400, "invalid", "file"},
		"two":                 {[]string{"file", whole, "file", whole}, 400, "invalid", "file"},
		"an SVG":              {[]string{"file", "<svg/>"}, 415, "unsupported_media_type", ""},
		"a picture that ends": {[]string{"file", whole[:len(whole)/2]}, 400, "invalid", "file"},
		"more than 12 MB":     {[]string{"file", whole + strings.Repeat("\x00", pictures.MaxBytes)}, 413, "too_large", ""},
	} {
		body, contentType := form(t, c.files...)
		got := shop.Do("POST", "/api/images", body, "Content-Type", contentType)
		failure := got.Failure()
		if got.Code != c.status || failure.Error != c.code || c.field != "" && (len(failure.Details) != 1 || failure.Details[0].Field != c.field) {
			t.Errorf("%s: %d %s", name, got.Code, got.Body)
		}
	}
	for name, contentType := range map[string]string{"JSON": "application/json", "a picture itself": "image/jpeg", "a form without its mark": "multipart/form-data"} {
		if got := shop.Do("POST", "/api/images", whole, "Content-Type", contentType); got.Code != 415 {
			t.Errorf("%s: %d %s", name, got.Code, got.Body)
		}
	}
	if err := shop.Store.Images.Each(t.Context(), func(hash models.Hash) error { return fmt.Errorf("%s is stored", hash) }); err != nil {
		t.Error(err)
	}
}

// Only a route that takes pictures takes more than a megabyte.
func TestOnlyImagesAreLarge(t *testing.T) {
	shop := routestest.Open(t)
	body, contentType := form(t, "file", photo(t, 300, 200)+strings.Repeat("\x00", 2<<20))
	for _, target := range []string{"/api/products", "/api/carts", "/api/images/x", "/cart/empty"} {
		if got := shop.Do("POST", target, body, "Content-Type", contentType); got.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d", target, got.Code)
		}
	}
	if got := shop.Do("POST", "/api/images", body, "Content-Type", contentType); got.Code != http.StatusCreated {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}
