package shop

import (
	"context"
	"errors"

	"pulperia/dao"
)

// ErrInhabited refuses everybody in a shop that is open to everybody (--open) and into which people
// or programs have been let since: they would do without what they were given.
var ErrInhabited = errors.New("it has people or keys by now")

// ByCourse returns who everybody is under --open: Course, as long as the store has no people and no
// keys, or ErrInhabited. What another process makes, or the command line beside it, is known as soon
// as access that has ended is.
func (s *Shop) ByCourse(ctx context.Context) (Who, error) {
	if s.openAnyway {
		return Course, nil
	}
	for _, kind := range []*dao.Schema{dao.Person.Schema, dao.Key.Schema} {
		switch some, err := s.register.some(ctx, kind); {
		case err != nil:
			return Nobody, err
		case some:
			return Nobody, ErrInhabited
		}
	}
	return Course, nil
}
