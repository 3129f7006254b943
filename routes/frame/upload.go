package frame

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"pulperia/dao/models"
	"pulperia/pictures"
)

// uploadPatience is for how long who sends pictures may send nothing: a telephone on the road sends
// slowly, and yet is heard to the end. A test makes it short.
var uploadPatience = 30 * time.Second

// answerPatience is how long pictures may take to be made. The server reads on behind a body, to hear
// that nobody waits any more, and when its patience ends there, so does the request: while a picture
// is made, it has as much.
const answerPatience = 2 * time.Minute

// MaxPicture is the most bytes of a body that brings one picture: what stands around it, too.
const MaxPicture = pictures.MaxBytes + 64<<10

// Uploads visits the files of a multipart form that are in the field "file", one by one, each read
// whole, and returns the other fields of the form. A form of another kind is refused; a file that is
// too large is visited, too, but not read further than shows that: of several, it keeps no other out.
func Uploads(w http.ResponseWriter, r *http.Request, visit func(name string, file []byte) error) (map[string][]string, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, Problem{Status: 415, Code: "unsupported_media_type",
			Message: "The body must be multipart/form-data, with a picture in the field file."}
	}
	line := http.NewResponseController(w)
	fields := map[string][]string{}
	for {
		line.SetReadDeadline(time.Now().Add(uploadPatience))
		line.SetWriteDeadline(time.Now().Add(answerPatience)) // where a line has none, nobody waits for it
		part, err := parts.NextPart()
		if err == io.EOF {
			line.SetReadDeadline(time.Now().Add(answerPatience))
			return fields, nil
		}
		if err != nil {
			return nil, unread(err)
		}
		bytes, err := readPart(part, line)
		switch {
		case err != nil:
			return nil, err
		case part.FormName() == "file" && part.FileName() == "" && len(bytes) == 0: // a field in which nothing was chosen
		case part.FormName() == "file":
			line.SetReadDeadline(time.Now().Add(answerPatience))
			err = visit(part.FileName(), bytes)
		case len(bytes) > MaxBody:
			err = errTooLarge(MaxBody)
		default:
			fields[part.FormName()] = append(fields[part.FormName()], string(bytes))
		}
		if err != nil {
			return nil, err
		}
	}
}

// readPart reads a part, as slowly as it comes, and no more of it than a picture may have.
func readPart(part *multipart.Part, line *http.ResponseController) ([]byte, error) {
	whole := []byte{} // also where there is nothing in it: a file without any is one
	for piece := make([]byte, 64<<10); ; {
		n, err := part.Read(piece)
		whole = append(whole, piece[:n]...)
		if len(whole) > pictures.MaxBytes { // of what is too large only that is kept
			whole = whole[:pictures.MaxBytes+1]
		}
		switch {
		case err == io.EOF:
			return whole, nil
		case err != nil:
			return nil, unread(err)
		}
		line.SetReadDeadline(time.Now().Add(uploadPatience))
	}
}

// unread is an error of a body that could not be read to its end.
func unread(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge
	}
	return Problem{Status: 400, Code: "invalid", Message: "The body could not be read to its end.",
		Details: models.Invalid{{Field: "body", Rule: models.NoPicture}}}
}
