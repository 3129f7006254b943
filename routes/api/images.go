package api

import (
	"net/http"

	"pulperia/dao/models"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// Images are the operations on pictures of the shop's own.
type Images struct{ Create Operation }

func newImages(a *API, trade *shop.Shop) Images {
	r := imageRoutes{trade}
	return Images{Create: Operation{func(w http.ResponseWriter, req *http.Request) {
		done, err := r.create(w, req)
		if err != nil {
			a.refuse(w, err)
			return
		}
		a.answer(w, req, done.status, done.receipt.Position, frame.Success(nil, done.payload), true)
	}, r.describeCreate}}
}

// imageRoutes are those pictures.
type imageRoutes struct{ shop *shop.Shop }

// shownImage is a picture as the API shows it. It is known by its upload: how it lies in the store
// is nobody else's.
type shownImage struct {
	ID     models.Hash `json:"_id"`
	Src    string      `json:"src"`
	Srcset string      `json:"srcset"`
	Width  int         `json:"width"`
	Height int         `json:"height"`
	Alt    string      `json:"alt"`
}

// create takes in one picture.
func (i imageRoutes) create(w http.ResponseWriter, r *http.Request) (done written, err error) {
	var upload []byte
	if _, err := frame.Uploads(w, r, func(_ string, file []byte) error {
		if upload != nil {
			return models.Invalid{{Field: "file", Rule: models.Twice}}
		}
		upload = file
		return nil
	}); err != nil {
		return written{}, err
	}
	if upload == nil {
		return written{}, models.Invalid{{Field: "file", Rule: models.Required}}
	}
	image, receipt, err := i.shop.AddPicture(r.Context(), upload)
	if err != nil {
		return written{}, err
	}
	usual := image.Usual()
	return created(models.JSON(shownImage{image.Upload, image.Src(), image.Srcset(), usual.Width, usual.Height, image.Alt}), receipt), nil
}
