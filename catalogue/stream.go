package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"pulperia/dao/models"
)

// stream is a source as a sequence of JSON values.
type stream struct {
	src     *source
	decoder *json.Decoder
	raw     json.RawMessage
}

func newStream(src *source) *stream { return &stream{src: src, decoder: json.NewDecoder(src)} }

// value returns the next value and its line. It is valid until the next call.
func (s *stream) value() (int, json.RawMessage, error) {
	s.src.next()
	if err := s.decoder.Decode(&s.raw); err != nil {
		return 0, nil, s.failed(err)
	}
	return s.src.line(s.decoder.InputOffset() - int64(len(s.raw))), s.raw, nil
}

// delim reads a bracket or a brace.
func (s *stream) delim(want json.Delim) error {
	token, err := s.decoder.Token()
	if err != nil {
		return s.failed(err)
	}
	if token != want {
		return s.failed(fmt.Errorf("expected %q and found %.40q", want.String(), fmt.Sprint(token)))
	}
	return nil
}

// list reads a list, handing out its elements.
func (s *stream) list(visit func(line int, raw json.RawMessage) error) error {
	if err := s.delim('['); err != nil {
		return err
	}
	for s.decoder.More() {
		line, raw, err := s.value()
		if err != nil {
			return err
		}
		if err := visit(line, raw); err != nil {
			return err
		}
	}
	return s.delim(']')
}

// end makes sure that nothing follows.
func (s *stream) end() error {
	s.src.next()
	switch token, err := s.decoder.Token(); {
	case err == io.EOF:
		return nil
	case err != nil:
		return s.failed(err)
	default:
		return s.failed(fmt.Errorf("expected the end of the file and found %.40q", fmt.Sprint(token)))
	}
}

// failed says where reading stopped: what was read before it is whole. What encoding/json says
// about it depends on the version of Go.
func (s *stream) failed(err error) error {
	syntax, isSyntax := errors.AsType[*json.SyntaxError](err)
	switch {
	case errors.Is(err, io.EOF), isSyntax && s.src.ended && syntax.Offset >= s.src.offset:
		err = errCut
	case isSyntax:
		err = errNotJSON
	}
	return fmt.Errorf("line %d or after: %w", s.src.line(s.decoder.InputOffset()), readError(err))
}

// listOf reads a list of products.
func listOf(format Format) reader {
	return func(r *reading, src *source) error {
		s := newStream(src)
		if err := s.list(r.products(format)); err != nil {
			return err
		}
		return s.end()
	}
}

// dummy reads an object with a list of products, as DummyJSON answers it.
func (r *reading) dummy(src *source) error {
	s := newStream(src)
	if err := s.delim('{'); err != nil {
		return err
	}
	for seen := false; s.decoder.More(); {
		key, err := s.decoder.Token()
		switch {
		case err != nil:
			return s.failed(err)
		case key == "products" && seen:
			return s.failed(models.Invalid{{Field: "products", Rule: models.Twice}})
		case key == "products":
			seen = true
			err = s.list(r.products(DummyJSON))
		default:
			_, _, err = s.value()
		}
		if err != nil {
			return err
		}
	}
	if err := s.delim('}'); err != nil {
		return err
	}
	return s.end()
}

func (r *reading) products(format Format) func(int, json.RawMessage) error {
	return func(line int, raw json.RawMessage) error {
		if r.learns && format != Export { // whose figures are numbers
			r.learnProduct(raw)
		}
		return r.putNamed(line, raw, func() Entry { return r.readProduct(line, raw, format) })
	}
}
