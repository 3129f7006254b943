package shop

import (
	"context"
	"strings"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Doers returns by what name the staff knows who has done something, by how the history of an order
// has it: orders.read. Whoever is no longer of the staff, a visitor and the shop itself have none.
func (s *Shop) Doers(ctx context.Context, who Who, by ...string) (map[string]string, error) {
	if err := who.Must(OrdersRead); err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, one := range by {
		kind, text, _ := strings.Cut(one, ":")
		id, err := models.ParseID(text)
		if _, known := names[one]; known || err != nil {
			continue
		}
		switch kind {
		case "person":
			person, err := dao.Person.In(s.store.Values).Get(ctx, id)
			if notMissing(err) != nil {
				return nil, err
			}
			names[one] = person.Name
		case "key":
			key, err := dao.Key.In(s.store.Values).Get(ctx, id)
			if notMissing(err) != nil {
				return nil, err
			}
			names[one] = key.Name
		}
	}
	return names, nil
}
