package shop_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/pictures"
	"pulperia/shop"
)

// drawing is a picture of a width, as somebody uploads it.
func drawing(t *testing.T, width int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 300))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func added(t *testing.T, s *shop.Shop, upload []byte, again bool) models.Image {
	t.Helper()
	image, receipt, err := s.AddPicture(t.Context(), upload)
	if err != nil || receipt.Repeated != again {
		t.Fatalf("add a picture: %+v, %v", receipt, err)
	}
	return image
}

// images counts what is kept: pictures, and images of any.
func images(t *testing.T, store dao.Store) (values, bytes int) {
	t.Helper()
	_, values, err := dao.Image.In(store.Values).List(t.Context(), 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Images.Each(t.Context(), func(models.Hash) error { bytes++; return nil }); err != nil {
		t.Fatal(err)
	}
	return values, bytes
}

// A picture is there with all its sizes; the same again adds nothing, and what is none adds nothing
// either.
func TestAddPicture(t *testing.T) {
	s, store := open(t, shop.Options{})
	upload := drawing(t, 900)
	first := added(t, s, upload, false)
	if again := added(t, s, upload, true); !again.Same(first) || again.Rev != first.Rev {
		t.Errorf("again it is %+v, not %+v", again, first)
	}
	if values, bytes := images(t, store); values != 1 || bytes != 4 || len(first.Renditions) != 4 {
		t.Errorf("%d pictures, %d images, %d sizes", values, bytes, len(first.Renditions))
	}
	usual, err := s.PictureBytes(t.Context(), first.Upload)
	if want := first.Renditions[2]; err != nil || models.HashOf(usual) != want.SHA256 || want.Width != 800 {
		t.Errorf("under its address is another one than %+v: %v", want, err)
	}
	if _, err := s.PictureBytes(t.Context(), models.HashOf([]byte("absent"))); !errors.Is(err, dao.ErrNotFound) {
		t.Errorf("what is absent: %v", err)
	}
	_, _, err = s.AddPicture(t.Context(), []byte("<svg/>"))
	if refused, is := errors.AsType[pictures.Refused](err); !is || refused.Why != pictures.Unknown {
		t.Errorf("an SVG: %v", err)
	}
	if values, bytes := images(t, store); values != 1 || bytes != 4 {
		t.Errorf("a refused one left %d pictures, %d images", values, bytes)
	}
}

// Uploading a picture again is the remedy that check names for bytes that were lost.
func TestAddPictureMends(t *testing.T) {
	s, store := open(t, shop.Options{})
	upload := drawing(t, 900)
	first := added(t, s, upload, false)
	lost := []models.Hash{first.Renditions[1].SHA256}
	if n, err := store.Images.Remove(t.Context(), lost, models.TimeOf(time.Now().Add(time.Hour))); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if image, _, err := s.AddPicture(t.Context(), upload); err != nil || !image.Same(first) {
		t.Errorf("%+v, %v", image, err)
	}
	if _, err := s.Image(t.Context(), lost[0]); err != nil {
		t.Error(err)
	}
}

// What no value has named for a day is removed, with its bytes; what is named, or was named
// meanwhile, stays, and so does what has just been uploaded.
func TestTidyPictures(t *testing.T) {
	s, store := open(t, shop.Options{})
	hour := models.Time(time.Hour.Milliseconds())
	now := models.TimeOf(time.Now())
	product := stocked(t, s, "Y", 1)
	name := func(sources ...string) {
		t.Helper()
		if _, _, err := s.ChangeProduct(t.Context(), product.ID, func(p *models.Product) error {
			p.Thumbnails = sources
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	tidy := func(later, gone int, left ...models.Image) {
		t.Helper()
		removed, err := s.TidyPictures(t.Context(), now+models.Time(later)*hour)
		if err != nil || removed != gone {
			t.Fatalf("after %d hours %d are removed, not %d: %v", later, removed, gone, err)
		}
		for _, image := range left {
			if _, err := s.Picture(t.Context(), image.Upload); err != nil {
				t.Fatalf("after %d hours: %v", later, err)
			}
			if _, err := s.PictureBytes(t.Context(), image.Upload); err != nil {
				t.Fatalf("after %d hours: %v", later, err)
			}
		}
	}
	kept, loose, late := added(t, s, drawing(t, 300), false), added(t, s, drawing(t, 301), false), added(t, s, drawing(t, 302), false)
	name(kept.Src())
	tidy(0, 0, kept, loose, late)
	tidy(23, 0, kept, loose, late)
	name(kept.Src(), late.Src())
	tidy(25, 1, kept, late)
	if values, bytes := images(t, store); values != 2 || bytes != 4 {
		t.Errorf("%d pictures, %d images are left", values, bytes)
	}
	tidy(100, 0, kept, late)
	name()
	tidy(101, 0, kept, late)
	added(t, s, drawing(t, 300), true) // uploaded again for another product
	tidy(124, 0, kept, late)
	tidy(126, 1, kept)
	tidy(149, 1)
	if values, bytes := images(t, store); values+bytes != 0 {
		t.Errorf("%d pictures, %d images are left", values, bytes)
	}
	if _, err := store.Images.Put(t.Context(), []byte("of an upload that was killed")); err != nil {
		t.Fatal(err)
	}
	tidy(0, 0)
	if _, bytes := images(t, store); bytes != 1 {
		t.Error("what was put just now is removed")
	}
	tidy(25, 0)
	if _, bytes := images(t, store); bytes != 0 {
		t.Error("what was put yesterday, and is named by nothing, is kept")
	}
}
