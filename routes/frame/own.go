package frame

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"pulperia/dao/models"
	"pulperia/shop"
)

// WantsPage says whether a request is a browser's, to an address that has a page for people and JSON
// for programs.
func WantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// IsUpload says whether a request brings files.
func IsUpload(r *http.Request) bool {
	return strings.HasPrefix(strings.ToLower(r.Header.Get("Content-Type")), "multipart/form-data")
}

// ReadClaim reads a form in which a buyer says that he has paid, with a receipt in the field "file" or
// without, and returns its other fields.
func ReadClaim(w http.ResponseWriter, r *http.Request) (claim shop.Claim, fields url.Values, err error) {
	if !IsUpload(r) {
		err = r.ParseForm()
		fields = r.PostForm
	} else {
		fields, err = Uploads(w, r, func(_ string, file []byte) error {
			if claim.Receipt != nil {
				return models.Invalid{{Field: "file", Rule: models.Twice}}
			}
			claim.Receipt = file
			return nil
		})
	}
	claim.Reference = fields.Get("reference")
	return claim, fields, err
}

// SendFile answers with a file of somebody's own: to be saved, kept by nobody on the way, and even
// where a browser shows it no page of the shop.
func SendFile(w http.ResponseWriter, kind, name string, content []byte) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	header.Set("Content-Length", strconv.Itoa(len(content)))
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("Content-Type", kind)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Robots-Tag", "noindex")
	w.WriteHeader(http.StatusOK)
	w.Write(content) // who cannot read it any more has gone
}
