package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
)

// stock is what a source holds, as far as a migration must know it before it begins.
type stock struct {
	sums
	refusals
	found  dbmanagers.Findings
	lets   []string // in whom, by name
	access access
}

// takeStock reads the whole source once: to know what it holds, and that all of it can go over.
// What cannot is an error.
func (m *migration) takeStock(ctx context.Context, source dao.Store) error {
	s := stock{refusals: newRefusals()}
	all, left := newContent(), dao.Counts{}
	m.progress.begin("reading "+m.from.String(), 0)
	var err error
	s.found, err = m.from.survey(ctx, source, func(batch dao.Batch) error {
		m.progress.add(batch.Len())
		batch = batch.Portable(left)
		all.add(batch)
		s.check(batch)
		for _, v := range batch.Others {
			if text := s.access.note(v); text != "" {
				s.lets = append(s.lets, text)
			}
		}
		return ctx.Err()
	})
	m.progress.end()
	if err != nil {
		return err
	}
	if left.Total() > 0 {
		fmt.Fprintf(m.out, "note: left out are %s\n", leftBehind(left))
	}
	s.sums, s.owners = all.sums(), nil
	if m.held = s; s.total() == 0 {
		return fmt.Errorf("%s holds nothing: is it the right one?", m.from)
	}
	if err := m.wantFit(s); err != nil {
		return err
	}
	for _, text := range s.lets {
		fmt.Fprintf(m.out, "note: %s %s\n", m.to, text)
	}
	if text := s.access.String(); text != "" {
		fmt.Fprintf(m.out, "note: %s\n", text)
	}
	return nil
}

// wantFit prints what of the source has no place in the target, and returns an error when that is
// not allowed.
func (m *migration) wantFit(s stock) error {
	s.print(m.out)
	unknown := slices.Sorted(maps.Keys(s.found.Unknown))
	for _, field := range unknown {
		fmt.Fprintf(m.out, "%s is unknown here: %d documents have it\n", field, s.found.Unknown[field])
	}
	if s.found.Guessed > 0 {
		fmt.Fprintf(m.out, "note: %d documents of other programs are taken as the shop shows them; pulperia check names them\n", s.found.Guessed)
	}
	switch {
	case s.problems > 0:
		return fmt.Errorf("%d values of %s break the rules: mend products and carts in the shop and messages in the database, and migrate then; nothing was written", s.problems, m.from)
	case len(unknown) > 0 && !m.command.DropUnknown:
		return fmt.Errorf("the target has no place for %s: --drop-unknown leaves them out; nothing was written", strings.Join(unknown, ", "))
	}
	return nil
}
