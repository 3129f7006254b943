package shop

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"pulperia/dao/models"
)

// The rules of a password, in characters.
const (
	MinPassword = 10
	MaxPassword = 200
)

// What a hash costs. The memory is what OWASP asks for with two passes or more; how many passes
// take 50 to 100 ms is measured at the first start and kept with the shop's secrets, so that all
// hashes of a shop cost the same.
const (
	hashSalt    = 16
	hashLength  = 32
	leastPasses = 2
	mostPasses  = 20
	hashTakes   = 60 * time.Millisecond
	maxWaiting  = 8 // for a hash
)

//go:embed passwords.txt
var commonText string

var common = func() map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsSeq(commonText) {
		all[word] = true
	}
	return all
}()

// CheckPassword refuses what is no password for somebody, under the name of a field.
func CheckPassword(field, password, email string) error {
	var v models.Invalid
	password = normalPassword(password)
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		v.Add(field, models.NotUTF8, nil, "")
	case n == 0:
		v.Add(field, models.Required, nil, "")
	case n < MinPassword:
		v.Add(field, models.TooShort, MinPassword, fmt.Sprintf("%d characters", n))
	case n > MaxPassword:
		v.Add(field, models.TooLong, MaxPassword, fmt.Sprintf("%d characters", n))
	case isCommon(password) || strings.EqualFold(password, email):
		v.Add(field, models.Common, nil, "")
	}
	return v.Err()
}

// normalPassword is the password that all keyboards mean: composed, with all its spaces.
func normalPassword(password string) string { return norm.NFC.String(password) }

// isCommon says whether who guesses tries a password among the first: one of the list, with digits
// and signs behind it or not, or one of few different characters or of a run of them.
func isCommon(password string) bool {
	word := strings.ToLower(password)
	if common[word] || common[strings.TrimRight(word, "0123456789!.?*#-_@$+ ")] {
		return true
	}
	different, runs, before := map[rune]bool{}, 0, rune(-1)
	for _, r := range word {
		if step := r - before; step != 1 && step != -1 && step != 0 {
			runs++
		}
		different[r], before = true, r
	}
	return len(different) < 4 || runs < 3
}

// Hasher makes the hash of a password: see [Hash].
type Hasher func(password, salt []byte, passes int) ([]byte, error)

// Hash is argon2id (RFC 9106) with so many passes over 19 MiB in one lane: 32 bytes.
func Hash(password, salt []byte, passes int) []byte {
	return argon2.IDKey(password, salt, uint32(passes), models.PasswordMemory, 1, hashLength)
}

// CheckPasses refuses a number of passes that no hash of a shop takes.
func CheckPasses(passes int) error {
	if passes < 1 || passes > models.MaxPasses {
		return fmt.Errorf("%d passes over a password: must be 1 to %d", passes, models.MaxPasses)
	}
	return nil
}

// passwords hashes them. A hash takes memory and a processor, so that few are made at once, and few
// wait.
//
// The memory of a hash that this process makes itself is garbage then, and the collector would let
// that pile up to as much as the shop has of all else: hundreds of megabytes, where the catalogue is
// large. So whoever has made one has it collected before he leaves his desk, while the answer is on
// its way: each desk has the memory of one hash and no more, whatever else there is.
type passwords struct {
	passes  int    // 0 for what the store says
	apart   Hasher // nil: nobody else makes them
	desks   chan struct{}
	waiting atomic.Int32
	made    atomic.Int64 // passes over passwords
	litter  atomic.Bool  // a hash was made here
}

func newPasswords(passes int, apart Hasher) *passwords {
	return &passwords{passes: passes, apart: apart, desks: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
}

// count has the figure of what passwords have cost so far.
func (p *passwords) count(metrics prometheus.Registerer) {
	if metrics == nil {
		return
	}
	metrics.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "pulperia_password_passes_total",
		Help: "Passes of argon2id over passwords: all that signing in, guessing and setting them costs.",
	}, func() float64 { return float64(p.made.Load()) }))
}

// enter waits for a desk, and returns how it is left.
func (p *passwords) enter(ctx context.Context) (leave func(), err error) {
	leave = func() {
		go func() {
			if p.litter.Swap(false) {
				runtime.GC()
			}
			<-p.desks
		}()
	}
	select {
	case p.desks <- struct{}{}:
		return leave, nil
	default:
	}
	defer p.waiting.Add(-1)
	if p.waiting.Add(1) > maxWaiting {
		return nil, TooFast{"attempts", time.Second}
	}
	select {
	case p.desks <- struct{}{}:
		return leave, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hash makes the hash of a password, in the PHC form.
func (p *passwords) hash(ctx context.Context, password string, passes int) (string, error) {
	leave, err := p.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, hashSalt)
	rand.Read(salt)
	sum := p.hashIt(password, salt, passes)
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf(hashForm, argon2.Version, models.PasswordMemory, passes, text(salt), text(sum)), nil
}

const hashForm = "$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s"

// hashIt has a hash made elsewhere where that is possible, and makes it else.
func (p *passwords) hashIt(password string, salt []byte, passes int) []byte {
	p.made.Add(int64(passes))
	text := []byte(normalPassword(password))
	if p.apart != nil {
		if sum, err := p.apart(text, salt, passes); err == nil && len(sum) == hashLength {
			return sum
		}
	}
	p.litter.Store(true)
	return Hash(text, salt, passes)
}

// match says whether a hash is that of a password. Without a hash, or with one that is none, it is
// not, and takes as long.
func (p *passwords) match(
	ctx context.Context, hash, password string, passes int,
) (bool, error) {
	leave, err := p.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	salt, sum, of, err := parseHash(hash)
	if err != nil {
		salt, sum, of = make([]byte, hashSalt), make([]byte, hashLength), passes
	}
	return subtle.ConstantTimeCompare(p.hashIt(password, salt, of), sum) == 1 && err == nil, nil
}

var errNoHash = errors.New("no hash of this shop")

func parseHash(hash string) (salt, sum []byte, passes int, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return nil, nil, 0, errNoHash
	}
	cost, _ := strings.CutPrefix(parts[3], fmt.Sprintf("m=%d,t=", models.PasswordMemory))
	passes, err = strconv.Atoi(strings.TrimSuffix(cost, ",p=1"))
	salt, badSalt := base64.RawStdEncoding.DecodeString(parts[4])
	sum, badSum := base64.RawStdEncoding.DecodeString(parts[5])
	if errors.Join(err, badSalt, badSum) != nil || CheckPasses(passes) != nil ||
		hash != fmt.Sprintf(hashForm, argon2.Version, models.PasswordMemory, passes, parts[4], parts[5]) ||
		len(salt) != hashSalt || len(sum) != hashLength {
		return nil, nil, 0, errNoHash
	}
	return salt, sum, passes, nil
}

// measure returns how many passes take long enough on this machine: by the quickest of three, since
// others may be at work.
func (p *passwords) measure(ctx context.Context) (int, error) {
	if p.passes > 0 {
		return p.passes, nil
	}
	leave, err := p.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	p.litter.Store(true)
	one := time.Hour
	for range 3 {
		began := time.Now()
		Hash([]byte("measure"), make([]byte, hashSalt), 1)
		one = min(one, max(time.Since(began), time.Microsecond))
	}
	return int(min(max((hashTakes+one-1)/one, leastPasses), mostPasses)), nil
}
