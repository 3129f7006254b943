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

// element is one of a list.
type element struct {
	line int
	raw  json.RawMessage
}

// list reads a list, handing out its elements; the next ones are read meanwhile.
func (s *stream) list(visit func(line int, raw json.RawMessage) error) error {
	return ahead(func(e element) bool { return len(e.raw) > 100_000 }, func(yield func(element) error) error {
		return s.each(func() error {
			s.raw = nil // the last one is not done with yet
			line, raw, err := s.value()
			if err != nil {
				return err
			}
			return yield(element{line, raw})
		})
	}, func(e element) error { return visit(e.line, e.raw) })
}

// each reads a list, of which next reads one element at a time.
func (s *stream) each(next func() error) error {
	if err := s.delim('['); err != nil {
		return err
	}
	for s.decoder.More() {
		if err := next(); err != nil {
			return err
		}
	}
	return s.delim(']')
}

// into reads the next value into what takes it, for what of it is of use there. One of another kind
// says nothing.
func (s *stream) into(to any) error {
	s.src.next()
	err := s.decoder.Decode(to)
	if _, other := errors.AsType[*json.UnmarshalTypeError](err); err == nil || other {
		return nil
	}
	return s.failed(err)
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
		if err := r.listed(s, format); err != nil {
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
			err = r.listed(s, DummyJSON)
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

// listed reads a list of products, or learns of it.
func (r *reading) listed(s *stream, format Format) error {
	if r.learns {
		return s.each(func() error {
			var f figures
			err := s.into(&f)
			if err == nil && format != Export { // whose figures are numbers
				r.learn(f)
			}
			return err
		})
	}
	return s.list(func(line int, raw json.RawMessage) error {
		return r.putNamed(line, raw, func() Entry { return r.readProduct(line, raw, format) })
	})
}
