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

// hashOf is what is kept of a token. Tokens are 128 bits by chance, so no more is needed.
func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func sameHash(hash, token string) bool {
	return subtle.ConstantTimeCompare([]byte(hash), []byte(hashOf(token))) == 1
}

// sessionID is how a token finds its session.
func sessionID(token string) (id models.ID) {
	sum := sha256.Sum256([]byte(token))
	copy(id[:], sum[:])
	return id
}

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
