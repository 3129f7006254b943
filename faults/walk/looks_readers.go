package walk

import (
	"errors"
	"fmt"
)

// live holds that every reader shows what there is, and has come there without a fault.
func live(w *walk, _ *shop) error {
	for _, r := range w.readers {
		if err := r.shows(w.model); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}

func (r *reader) shows(m *model) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault != "" {
		return errors.New(r.fault)
	}
	if r.asleep {
		return nil
	}
	want := map[string]string{}
	for id, one := range m.products {
		want["product "+id] = text(one)
	}
	for _, one := range m.messages[max(0, len(m.messages)-200):] {
		want["message "+one.ID] = text(one)
	}
	for _, id := range r.carts {
		if one, there := m.carts[id]; there {
			want["cart "+id] = text(one)
		}
	}
	return differs(want, r.shown)
}
