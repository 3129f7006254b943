package filemanagers

import (
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// writers is how many there are at once: their writes share commits, as those of a busy shop do.
const writers = 64

// benchWrite measures writes of many at once. What is on the disk counts little in a folder of
// memory (TMPDIR=/dev/shm).
func benchWrite(b *testing.B, prepare func(dao.Store) func(n int64) error) {
	s, err := Open(b.Context(), b.TempDir(), Options{Fold: 1 << 40})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	write := prepare(s)
	var n atomic.Int64
	b.SetParallelism(writers)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := write(n.Add(1)); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	benchWrite(b, func(s dao.Store) func(int64) error {
		return func(int64) error {
			_, _, err := s.Messages.Append(b.Context(), models.Message{User: "ana@example.com", Message: "¿Tienen mate?"})
			return err
		}
	})
}

func BenchmarkAppendID(b *testing.B) {
	benchWrite(b, func(s dao.Store) func(int64) error {
		return func(int64) error {
			m := models.Message{ID: models.NewID(time.Now()), User: "ana@example.com", Message: "¿Tienen mate?"}
			_, _, err := s.Messages.Append(b.Context(), m)
			return err
		}
	})
}

func BenchmarkCreate(b *testing.B) {
	benchWrite(b, func(s dao.Store) func(int64) error {
		return func(n int64) error {
			p := testProduct(1)
			p.ID, p.Code = models.ID{}, strconv.FormatInt(n, 10)
			_, _, err := s.Products.Create(b.Context(), p)
			return err
		}
	})
}

func benchUpdate(b *testing.B, products int) {
	benchWrite(b, func(s dao.Store) func(int64) error {
		ids := make([]models.ID, products)
		for i := range ids {
			p := testProduct(1)
			p.ID, p.Code = models.ID{}, strconv.Itoa(i)
			made, _, err := s.Products.Create(b.Context(), p)
			if err != nil {
				b.Fatal(err)
			}
			ids[i] = made.ID
		}
		b.ResetTimer()
		return func(n int64) error {
			_, _, err := s.Products.Update(b.Context(), ids[n%int64(len(ids))], func(p *models.Product) error {
				p.Stock++
				return nil
			})
			return err
		}
	})
}

func BenchmarkUpdateOne(b *testing.B)  { benchUpdate(b, 1) }
func BenchmarkUpdateMany(b *testing.B) { benchUpdate(b, 1_000) }
