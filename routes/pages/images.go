package pages

import (
	"bytes"
	"errors"
	"net/http"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Image serves a picture of the shop under the hash of its bytes, or of the upload that it was made
// of. It never changes, and even if it were none, a browser would do nothing with it but show it.
func (p *Pages) Image(w http.ResponseWriter, r *http.Request) {
	hash := models.Hash(r.PathValue("hash"))
	picture, err := p.shop.PictureBytes(r.Context(), hash)
	if errors.Is(err, dao.ErrSpoilt) { // no visitor can mend that: who keeps the shop is told, once
		if _, told := p.spoilt.LoadOrStore(hash, true); !told {
			p.log.WarnContext(r.Context(), "a picture cannot be shown", "path", r.URL.Path, "err", err)
		}
	}
	if errors.Is(err, dao.ErrNotFound) || errors.Is(err, dao.ErrSpoilt) {
		p.NotFound(w, r)
		return
	}
	if err != nil {
		p.Fail(w, r, err)
		return
	}
	header := w.Header()
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Etag", `"`+string(hash)+`"`)
	header.Set("Content-Type", "image/jpeg")
	if bytes.HasPrefix(picture, []byte("\x89PNG")) {
		header.Set("Content-Type", "image/png")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(picture))
}
