package catalogue

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// writing is how the text of a file is written.
type writing struct {
	name    string            // empty for UTF-8
	decodes encoding.Encoding // nil for UTF-8
	guessed bool              // from its bytes, and not said by a mark at its beginning
}

var (
	utf16LE     = writing{name: "UTF-16", decodes: unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)}
	utf16BE     = writing{name: "UTF-16", decodes: unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM)}
	windows1252 = writing{name: "windows-1252", decodes: charmap.Windows1252, guessed: true}
)

// unpack opens a file that may be packed.
func unpack(r io.Reader) (*bufio.Reader, error) {
	buffered := bufio.NewReaderSize(r, headSize)
	if magic, _ := buffered.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return buffered, nil
	}
	unpacked, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return bufio.NewReaderSize(unpacked, headSize), nil
}

// writingOf reads a file to its end to tell how its text is written. A mark at the beginning says
// it. Otherwise it is UTF-8, unless most of what is beyond ASCII is none and all of it is text in
// the encoding of spreadsheets on Windows. One broken character among many good ones does not make
// another encoding: it is for the field that it stands in to refuse.
func writingOf(r io.Reader) (writing, error) {
	text, err := unpack(r)
	if err != nil {
		return writing{}, err
	}
	mark, _ := text.Peek(2)
	for _, w := range []struct {
		mark string
		writing
	}{{"\xff\xfe", utf16LE}, {"\xfe\xff", utf16BE}} {
		if string(mark) == w.mark {
			return w.writing, checkUTF16(w.decodes.NewDecoder().Reader(text))
		}
	}
	var s scan
	if err := s.read(text); err != nil {
		return writing{}, readError(err)
	}
	if s.broken > s.good && !s.undefined {
		return windows1252, nil
	}
	return writing{}, nil
}

// checkUTF16 refuses halves of characters, of which decoding would make something else.
func checkUTF16(text io.Reader) error {
	var s scan
	if err := s.read(text); err != nil {
		return readError(err)
	}
	if s.replaced {
		return errors.New("the file is written in UTF-16 and damaged: it holds halves of characters")
	}
	return nil
}

// scan counts what a text has beyond ASCII.
type scan struct {
	good, broken int  // characters in UTF-8, bytes that are none
	undefined    bool // there are bytes that stand for nothing in windows-1252
	replaced     bool // there is a U+FFFD
}

func (s *scan) read(r io.Reader) error {
	buffer := make([]byte, headSize)
	kept := 0 // bytes of a character that was not read to its end
	for {
		n, err := r.Read(buffer[kept:])
		text := buffer[:kept+n]
		done := s.count(text, err != nil)
		kept = copy(buffer, text[done:])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// count returns how many bytes it has counted: all but a character that may go on, if this is not
// the last text.
func (s *scan) count(text []byte, last bool) (done int) {
	for done < len(text) {
		if text[done] < utf8.RuneSelf {
			done++
			continue
		}
		if !last && !utf8.FullRune(text[done:]) {
			break
		}
		r, size := utf8.DecodeRune(text[done:])
		if r == utf8.RuneError && size == 1 {
			s.broken++
		} else {
			s.good++
			s.replaced = s.replaced || r == utf8.RuneError
		}
		for _, b := range text[done : done+size] {
			s.undefined = s.undefined || charmap.Windows1252.DecodeByte(b) == utf8.RuneError
		}
		done += size
	}
	return done
}
