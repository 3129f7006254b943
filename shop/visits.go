package shop

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"strconv"
	"strings"
	"sync"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// VisitLasts is how long the cookie of a visit is good.
const VisitLasts = 365 * day

// NewVisit makes the cookie of a visit, signed with the shop's key.
func (s *Shop) NewVisit(ctx context.Context) (cookie string, who Who, err error) {
	begun := strconv.FormatInt(time.Now().Unix(), 10) + "." + rand.Text()
	code, err := s.Sign(ctx, "visit", begun)
	if err != nil {
		return "", Nobody, err
	}
	cookie = begun + "." + hex.EncodeToString(code)
	who, err = s.ByVisit(ctx, cookie)
	return cookie, who, err
}

// ByVisit returns who has the cookie of a visit, or ErrUnauthorized for one that the shop has not
// made.
func (s *Shop) ByVisit(ctx context.Context, cookie string) (Who, error) {
	end := strings.LastIndexByte(cookie, '.')
	if end < 0 {
		return Nobody, ErrUnauthorized
	}
	begun := cookie[:end]
	code, err := s.Sign(ctx, "visit", begun)
	if err != nil {
		return Nobody, err
	}
	seconds, _, _ := strings.Cut(begun, ".")
	at, bad := strconv.ParseInt(seconds, 10, 64)
	since := time.Unix(at, 0)
	if !hmac.Equal([]byte(hex.EncodeToString(code)), []byte(cookie[end+1:])) || bad != nil ||
		time.Since(since) > VisitLasts {
		return Nobody, ErrUnauthorized
	}
	return Who{By: "visitor:" + hashOf(cookie)[:8], Since: models.TimeOf(since)}, nil
}

// IsVisit says whether somebody is known by the cookie of his visit.
func (w Who) IsVisit() bool { return w.Since != 0 }

// ByNetwork returns who has no cookie: his network, under a name that only this shop can make and
// that is another one every day.
func (s *Shop) ByNetwork(ctx context.Context, network string) (Who, error) {
	return s.byNetwork(ctx, network, time.Now())
}

func (s *Shop) byNetwork(ctx context.Context, network string, at time.Time) (Who, error) {
	code, err := s.Sign(ctx, "network of a day", dayOf(models.TimeOf(at)).String()+network)
	if err != nil {
		return Nobody, err
	}
	return Who{By: "network:" + hex.EncodeToString(code[:4])}, nil
}

// Sign returns the code of a text for a purpose, 32 bytes that only this shop can make. The shop's
// key is made by the first step that needs it.
func (s *Shop) Sign(ctx context.Context, purpose, text string) ([]byte, error) {
	sign, err := s.signer(ctx)
	if err != nil {
		return nil, err
	}
	return sign(purpose, text), nil
}

// signer is Sign for a step, which may ask for nothing beside what it changes.
type signer func(purpose, text string) []byte

func (s *Shop) signer(ctx context.Context) (signer, error) {
	secrets, err := s.secrets(ctx)
	if err != nil {
		return nil, err
	}
	if known := s.codes.Load(); known != nil && known.key == secrets.ShopKey {
		return known.sign, nil
	}
	key, err := hex.DecodeString(secrets.ShopKey)
	if err != nil {
		return nil, err
	}
	made := &codes{key: secrets.ShopKey}
	made.begun.New = func() any { return hmac.New(sha256.New, key) }
	s.codes.Store(made)
	return made.sign, nil
}

// codes makes codes by one key. Those that have begun are used again: to begin one takes as long as to
// make it.
type codes struct {
	key   string
	begun sync.Pool
}

func (c *codes) sign(purpose, text string) []byte {
	code := c.begun.Get().(hash.Hash)
	defer c.begun.Put(code)
	code.Reset()
	code.Write([]byte(purpose + "\x00" + text))
	return code.Sum(nil)
}

// passes returns how many passes over a password a hash of this shop takes.
func (s *Shop) passes(ctx context.Context) (int, error) {
	secrets, err := s.secrets(ctx)
	if err != nil || s.passwords.passes > 0 {
		return s.passwords.passes, err
	}
	return int(secrets.Passes), nil
}

// secrets returns what only the shop knows, and makes it first where there is none.
func (s *Shop) secrets(ctx context.Context) (models.Secrets, error) {
	v, err := s.register.get(ctx, dao.Secrets.Schema, models.TheOne)
	if err == nil {
		return *v.(*models.Secrets), nil
	}
	if !errors.Is(err, dao.ErrNotFound) {
		return models.Secrets{}, err
	}
	select { // many may come first at once, and one measure does for all
	case s.making <- struct{}{}:
		defer func() { <-s.making }()
	case <-ctx.Done():
		return models.Secrets{}, ctx.Err()
	}
	if v, err := s.register.get(ctx, dao.Secrets.Schema, models.TheOne); err == nil {
		return *v.(*models.Secrets), nil
	}
	passes, err := s.passwords.measure(ctx)
	if err != nil {
		return models.Secrets{}, err
	}
	var key [32]byte
	rand.Read(key[:])
	var made models.Secrets
	_, err = s.store.Update(dao.WithBy(ctx, ""), func(tx dao.Tx) error {
		all := dao.Secrets.Within(tx)
		if made, err = all.Get(models.TheOne); !errors.Is(err, dao.ErrNotFound) {
			return err
		}
		made, err = all.Create(models.Secrets{
			Head: models.Head{ID: models.TheOne}, ShopKey: hex.EncodeToString(key[:]), Passes: int64(passes),
		})
		return err
	})
	return made, err
}
