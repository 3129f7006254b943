package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"pulperia/dao/dbmanagers"
	"pulperia/dose"
)

// uploadTo sends a picture to a shop, and returns the address that it has there; "" when nobody has
// said that it is in.
func uploadTo(url string, picture []byte) (src string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "a.png")
	if err != nil {
		return ""
	}
	part.Write(picture)
	w.Close()
	answer, err := http.Post(url+"/api/images", w.FormDataContentType(), &b)
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	var made struct{ Payload struct{ Src string } }
	if json.NewDecoder(answer.Body).Decode(&made) != nil || answer.StatusCode >= 300 {
		return ""
	}
	return made.Payload.Src
}

// wantServed fails unless a shop serves a picture.
func wantServed(t *testing.T, url, src string) {
	t.Helper()
	answer, err := http.Get(url + src)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK || !bytes.HasPrefix(body, []byte("\xff\xd8\xff")) {
		t.Errorf("%s: %d, %d bytes, %v", src, answer.StatusCode, len(body), err)
	}
}

// The program is killed while pictures come in. What it has said to be in is served afterwards, in a
// store that check finds sound; of what it has not, no picture lacks its bytes, and no half file stays.
func TestKilledUnderUploads(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, newStore func() string) {
		store, n := newStore(), 0
		var mu sync.Mutex
		var in []string
		for round := range dose.Of(2, 5) {
			s := startShop(t, store, "--open").untilOpen(t)
			var running sync.WaitGroup
			for range 3 {
				running.Go(func() {
					for misses := 0; misses < 2; {
						mu.Lock()
						n++
						picture := drawing(t, n)
						mu.Unlock()
						src := uploadTo(s.URL, picture)
						if mu.Lock(); src != "" {
							in = append(in, src)
						} else {
							misses++
						}
						mu.Unlock()
					}
				})
			}
			time.Sleep(time.Duration(200+300*round) * time.Millisecond)
			s.stop(t, syscall.SIGKILL)
			running.Wait()
		}
		s := startShop(t, store, "--open").untilOpen(t)
		if len(in) == 0 {
			in = append(in, uploadTo(s.URL, drawing(t, 599)))
		}
		for _, src := range in {
			wantServed(t, s.URL, src)
		}
		if err := s.stop(t, syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if out, code := execute(t, "check", "--store", store); code != 0 || strings.Contains(out, "damage:") {
			t.Errorf("check: %s", out)
		}
		if !dbmanagers.IsURL(store) {
			if half, _ := filepath.Glob(filepath.Join(store, "images", "*.tmp")); len(half) > 0 {
				t.Errorf("half written: %v", half)
			}
			if info, err := os.Stat(filepath.Join(store, "images")); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("images: %v, %v", info.Mode(), err)
			}
		}
		t.Attr("pictures", fmt.Sprint(len(in)))
	})
}

// What one process has taken in another serves at once.
func TestPicturesOfSeveralPrograms(t *testing.T) {
	t.Parallel()
	shops := openBeside(t, 2)
	for n := range 4 {
		src := uploadTo(shops[n%2].URL, drawing(t, n))
		if src == "" {
			t.Fatal("a picture is refused")
		}
		wantServed(t, shops[(n+1)%2].URL, src)
	}
}
