package pictures

import (
	"bytes"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

// format is what a file is, by its content.
type format string

const (
	isJPEG format = "JPEG"
	isPNG  format = "PNG"
	isGIF  format = "GIF"
	isWebP format = "WebP"
)

// looked is what is known of a file before it is decoded.
type looked struct {
	format
	width, height int
	orientation   int    // as EXIF numbers them: 1 is upright
	profile       []byte // ICC; nil for sRGB
	memory        int64  // that decoding it takes
	coefficients  int64  // of that what a JPEG takes that comes in ever finer scans
}

// sniff tells the format from the first bytes.
func sniff(b []byte) (format, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return isJPEG, true
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return isPNG, true
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return isGIF, true
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return isWebP, true
	}
	return "", false
}

// look looks at a file without decoding it. What is not taken is Refused.
func look(b []byte) (l looked, err error) {
	var known bool
	if l.format, known = sniff(b); !known {
		return l, refuse(Unknown, "this is no picture that the shop takes: send a JPEG, PNG, WebP or GIF")
	}
	if len(b) > MaxBytes {
		return l, refuse(Large, "the file has %d bytes: at most %d are taken; make the picture smaller", len(b), MaxBytes)
	}
	l.orientation = 1
	if err := l.size(b); err != nil {
		return l, refuse(Broken, "the %s is damaged or was cut off: %v", l.format, err)
	}
	most := MaxOther
	switch l.format {
	case isJPEG:
		most = MaxJPEG
		err = l.lookJPEG(b)
	case isPNG:
		l.lookPNG(b)
	case isWebP:
		l.lookWebP(b)
	}
	switch {
	case err != nil:
		return l, err
	case l.width < 1 || l.height < 1:
		return l, refuse(Broken, "the %s has no size", l.format)
	case l.width > maxSide || l.height > maxSide || l.width*l.height > most:
		return l, refuse(Large, "the %s has %d by %d pixels: at most %d million are taken; make it smaller", l.format, l.width, l.height, most/1_000_000)
	case l.memory > MostMemory && l.memory-l.coefficients <= MostMemory:
		return l, refuse(Progressive, "to decode this progressive JPEG of %d by %d pixels takes %d MB of memory, and at most %d are given: "+
			"save it without \"progressive\", or make it smaller", l.width, l.height, l.memory>>20, MostMemory>>20)
	case l.memory > MostMemory:
		return l, refuse(Large, "to decode this %s of %d by %d pixels takes %d MB of memory, and at most %d are given: make it smaller",
			l.format, l.width, l.height, l.memory>>20, MostMemory>>20)
	}
	return l, nil
}

// size asks the decoder of the format, which reads no further than where it stands. memory is what
// decoders of all but JPEG take at most: the picture with 16 bits a channel, and half as much for
// what is interlaced.
func (l *looked) size(b []byte) error {
	read := map[format]func() (int, int, error){
		isJPEG: func() (int, int, error) {
			c, err := jpeg.DecodeConfig(bytes.NewReader(b))
			return c.Width, c.Height, err
		},
		isPNG: func() (int, int, error) {
			c, err := png.DecodeConfig(bytes.NewReader(b))
			return c.Width, c.Height, err
		},
		isGIF: func() (int, int, error) {
			c, err := gif.DecodeConfig(bytes.NewReader(b))
			return c.Width, c.Height, err
		},
		isWebP: func() (int, int, error) {
			c, err := webp.DecodeConfig(bytes.NewReader(b))
			return c.Width, c.Height, err
		},
	}[l.format]
	var err error
	l.width, l.height, err = read()
	l.memory = int64(l.width) * int64(l.height) * 12
	return err
}
