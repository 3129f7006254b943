package shop

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"

	"pulperia/dao/models"
)

// tokenLength is that of every text by chance: 26 of 32 letters and digits are 130 bits.
const tokenLength = 26

// digest is the hash of a token: each request with a credential makes it once.
type digest [sha256.Size]byte

func digestOf(token string) digest { return sha256.Sum256([]byte(token)) }

// hashOf is what is kept of a token. Tokens are 128 bits by chance, so no more is needed.
func hashOf(token string) string {
	sum := digestOf(token)
	return hex.EncodeToString(sum[:])
}

func sameHash(hash, token string) bool { return digestOf(token).is(hash) }

// is says whether a digest is what is kept as a hash.
func (d digest) is(hash string) bool {
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], d[:])
	return subtle.ConstantTimeCompare([]byte(hash), text[:]) == 1
}

// session is the id by which a token finds its session.
func (d digest) session() models.ID { return models.ID(d[:len(models.ID{})]) }

// known is the text that a browser keeps in which somebody has signed in: a token, and the shop's
// code of it and of who it was.
func (s *Shop) known(ctx context.Context, person models.ID, chance string) (string, error) {
	code, err := s.Sign(ctx, "known browser", person.String()+chance)
	return chance + hex.EncodeToString(code), err
}

// browserOf names a browser that is known to a person; "" for any other.
func (s *Shop) browserOf(ctx context.Context, person models.ID, text string) (string, error) {
	if person.IsZero() || len(text) <= tokenLength {
		return "", nil
	}
	want, err := s.known(ctx, person, text[:tokenLength])
	if err != nil || !hmac.Equal([]byte(want), []byte(text)) {
		return "", err
	}
	return text[:tokenLength], nil
}
