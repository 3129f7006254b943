package shop

import (
	"context"
	"crypto/rand"

	"pulperia/dao"
	"pulperia/dao/models"
)

// Key is a key as the API shows it: without its secret.
type Key struct {
	ID        models.ID   `json:"_id"`
	CreatedAt models.Time `json:"createdAt"`
	Name      string      `json:"name"`
	Role      models.Role `json:"role"`
	Expires   models.Time `json:"expires"` // zero for never
	Seen      models.Time `json:"seen"`    // the day of its last use; zero for none
	MadeBy    string      `json:"madeBy"`  // as in steps
}

func keyOf(k models.Key) Key {
	return Key{k.ID, k.CreatedAt, k.Name, k.Role, k.Expires, k.Seen, k.MadeBy}
}

// Keys returns all keys, oldest first: keys.write.
func (s *Shop) Keys(ctx context.Context, who Who) ([]Key, error) {
	if err := who.Must(KeysWrite); err != nil {
		return nil, err
	}
	keys, err := all(ctx, s, dao.Key, "")
	list := make([]Key, len(keys))
	for i, key := range keys {
		list[i] = keyOf(key)
	}
	return list, err
}

// AddKey makes a key: keys.write. The text (plp_<id>_<secret>) is shown once and kept nowhere.
// Expires may be zero.
func (s *Shop) AddKey(
	ctx context.Context, who Who, name string, role models.Role, expires models.Time,
) (key Key, text string, err error) {
	if err := who.mayMake(KeysWrite, role); err != nil {
		return Key{}, "", err
	}
	secret := rand.Text()
	_, err = s.store.Update(who.With(ctx), func(tx dao.Tx) error {
		now, err := still(tx, who, KeysWrite)
		if err == nil {
			err = now.MayGive(role)
		}
		if err != nil {
			return err
		}
		made, err := dao.Key.Within(tx).Create(models.Key{
			Name: name, Role: role, SecretHash: hashOf(secret), Expires: expires, MadeBy: who.By,
		})
		key, text = keyOf(made), keyPrefix+made.ID.String()+"_"+secret
		return err
	})
	if err != nil {
		return Key{}, "", err
	}
	return key, text, nil
}

// RevokeKey ends a key, or is Missing: keys.write.
func (s *Shop) RevokeKey(ctx context.Context, who Who, id models.ID) (was Key, err error) {
	if err := who.Must(KeysWrite); err != nil {
		return Key{}, err
	}
	_, err = s.store.Update(who.With(ctx), func(tx dao.Tx) error {
		now, err := still(tx, who, KeysWrite)
		if err != nil {
			return err
		}
		gone, err := dao.Key.Within(tx).Delete(id, func(k models.Key) error {
			return now.MayGive(k.Role)
		})
		was = keyOf(gone)
		return err
	})
	return was, missing("key", id, err)
}
