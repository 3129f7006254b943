package api

import "pulperia/routes/document"

type uploadDoc struct {
	File string `json:"file" format:"binary" doc:"The picture."`
}

type imageDoc struct {
	ID     string `json:"_id" pattern:"^[0-9a-f]{64}$" doc:"The SHA-256 of what was uploaded." example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	Src    string `json:"src" doc:"What thumbnails of a product take." example:"/images/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	Srcset string `json:"srcset" doc:"All sizes, with their widths, for the attribute of that name."`
	Width  int    `json:"width" doc:"Of src, in pixels." example:"800"`
	Height int    `json:"height" example:"600"`
	Alt    string `json:"alt" doc:"What is to be seen on it; empty at first."`
}

type imageAnswerDoc struct {
	Status  string   `json:"status" enum:"success"`
	Payload imageDoc `json:"payload"`
}

func (imageRoutes) describeCreate(op *document.Operation) {
	op.Is("createImage", "images", "Bring in a picture",
		"One JPEG, PNG, WebP or GIF of at most 12 MB; a JPEG of 50 million pixels, the others of 16. What it is shows its content, not its name. "+
			"It is turned upright, taken to sRGB and drawn anew, 200, 400, 800 and 1,280 pixels wide: nothing of its metadata stays. "+
			"The same file again is answered with 200 and adds nothing. What no product names for a day is removed. "+
			"`GET /images/{hash}` serves src, and each address of srcset.")
	op.Writes()
	op.TakesForm(uploadDoc{})
	op.Answers(201, "It is in.", imageAnswerDoc{})
	op.Answers(200, "It was in already.", imageAnswerDoc{})
}
