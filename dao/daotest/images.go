package daotest

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/dose"
)

func imageTests() []test {
	return []test{
		{"bytes are got as they were put, after a restart, too", imageLife},
		{"the same bytes again are the same", imageAgain},
		{"bytes of several megabytes come back whole", imageLarge},
		{"what was not put is not found, whatever its name", imageAbsent},
		{"what was put since a time is not removed", imageRemove},
		{"of who puts and who removes at once, none loses what was put", imageRace},
		{"a visit of all ends with the visitor's error", imageVisit},
		{"nothing stands in the feed, and nothing is dumped", imageSilent},
		{"a done context puts nothing, and after close nobody does", imageClosed},
	}
}

// noise returns bytes that no engine can make smaller.
func noise(n int, seed uint64) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(b)
	return b
}

func (s shop) putImage(b []byte) models.Hash {
	s.t.Helper()
	hash, err := s.Images.Put(s.ctx, b)
	s.ok("put an image", err)
	s.equal("its hash", hash, models.HashOf(b))
	return hash
}

func (s shop) wantImage(hash models.Hash, want []byte) {
	s.t.Helper()
	got, err := s.Images.Get(s.ctx, hash)
	s.ok("get an image", err)
	if !bytes.Equal(got, want) {
		s.t.Fatalf("image %s: got %d other bytes than the %d that were put", hash, len(got), len(want))
	}
}

// hashes counts how often a visit of all meets each.
func (s shop) hashes() map[models.Hash]int {
	s.t.Helper()
	all := map[models.Hash]int{}
	s.ok("visit", s.Images.Each(s.ctx, func(hash models.Hash) error { all[hash]++; return nil }))
	return all
}

func imageLife(t *testing.T, h Harness) {
	s := open(t, h)
	small, other := noise(1, 1), noise(100_000, 2)
	first, second := s.putImage(small), s.putImage(other)
	for range 2 {
		s.wantImage(first, small)
		s.wantImage(second, other)
		s.equal("all", s.hashes(), map[models.Hash]int{first: 1, second: 1})
		s = shopOf(t, h.Reopen(t, s.Store))
	}
	got, err := s.Images.Get(s.ctx, first)
	s.ok("get", err)
	got[0]++ // it is the caller's own
	s.wantImage(first, small)
}

func imageAgain(t *testing.T, h Harness) {
	s := open(t, h)
	b := noise(2_000_000, 3)
	atOnce(4, func(int) {
		if _, err := s.Images.Put(s.ctx, b); err != nil {
			t.Errorf("put: %v", err)
		}
	})
	hash := s.putImage(b)
	s.equal("all", s.hashes(), map[models.Hash]int{hash: 1})
	s.wantImage(hash, b)
}

// A document of a database has at most 16 MB, and large ones are slow long before.
func imageLarge(t *testing.T, h Harness) {
	s := open(t, h)
	for _, n := range []int{768<<10 - 1, 768 << 10, 768<<10 + 1, models.MaxImageBytes} {
		b := noise(n, uint64(n))
		s.wantImage(s.putImage(b), b)
	}
}

func imageAbsent(t *testing.T, h Harness) {
	s := open(t, h)
	hash := s.putImage(noise(10, 4))
	for _, absent := range []models.Hash{models.HashOf(nil), "", hash[:63], hash + "0", "../store.json", "../images/" + hash, hash + "/0", "*", "."} {
		_, err := s.Images.Get(s.ctx, absent)
		s.fails("get "+string(absent), err, dao.ErrNotFound)
	}
	n, err := s.Images.Remove(s.ctx, []models.Hash{models.HashOf(nil)}, models.TimeOf(time.Now().Add(time.Hour)))
	s.ok("remove what is not there", err)
	s.equal("removed", n, 0)
}

func imageRemove(t *testing.T, h Harness) {
	s := open(t, h)
	old, kept := s.putImage(noise(2_000_000, 5)), s.putImage(noise(10, 6))
	hour := models.Time(time.Hour.Milliseconds())
	now := models.TimeOf(time.Now())
	n, err := s.Images.Remove(s.ctx, []models.Hash{old, kept}, now-hour)
	s.ok("remove what is older than an hour", err)
	s.equal("removed", n, 0)
	n, err = s.Images.Remove(s.ctx, []models.Hash{old}, now+hour)
	s.ok("remove", err)
	s.equal("removed", n, 1)
	_, err = s.Images.Get(s.ctx, old)
	s.fails("get what was removed", err, dao.ErrNotFound)
	s.equal("all", s.hashes(), map[models.Hash]int{kept: 1})
}

// Whoever has put bytes names them next: they must be there, even if somebody removes what was not
// put since long at the same moment.
func imageRace(t *testing.T, h Harness) {
	s := open(t, h)
	b := noise(2_000_000, 7)
	hash := s.putImage(b)
	for range dose.Of(3, 10) {
		before := models.TimeOf(time.Now())
		time.Sleep(2 * time.Millisecond)
		atOnce(2, func(i int) {
			var err error
			if i == 0 {
				_, err = s.Images.Put(s.ctx, b)
			} else {
				_, err = s.Images.Remove(s.ctx, []models.Hash{hash}, before)
			}
			if err != nil {
				t.Errorf("put or remove: %v", err)
			}
		})
		s.wantImage(hash, b)
	}
}

func imageVisit(t *testing.T, h Harness) {
	s := open(t, h)
	s.equal("all of none", s.hashes(), map[models.Hash]int{})
	s.putImage(noise(10, 8))
	s.putImage(noise(10, 9))
	enough, calls := errors.New("enough"), 0
	err := s.Images.Each(s.ctx, func(models.Hash) error { calls++; return enough })
	s.fails("visit", err, enough)
	s.equal("calls of the visitor", calls, 1)
}

func imageSilent(t *testing.T, h Harness) {
	s := open(t, h)
	head := s.head()
	s.putImage(noise(10, 10))
	s.still(head)
	all, _ := s.dump()
	s.equal("dumped", all.Len(), 0)
}

func imageClosed(t *testing.T, h Harness) {
	s := open(t, h)
	done, cancel := context.WithCancel(s.ctx)
	cancel()
	_, err := s.Images.Put(done, noise(10, 11))
	s.fails("put", err, context.Canceled)
	s.equal("all", s.hashes(), map[models.Hash]int{})
	s.ok("close", s.Close())
	_, err = s.Images.Put(s.ctx, noise(10, 12))
	s.fails("put after close", err, dao.ErrUnavailable)
	s = shopOf(t, h.Reopen(t, s.Store))
	s.equal("all", s.hashes(), map[models.Hash]int{})
}
