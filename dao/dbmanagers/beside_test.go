package dbmanagers_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/dbmanagers/mongotest"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
	"pulperia/dose"
)

var (
	besideSteps = dose.Flag("beside.steps", 500, 2_000, "random operations on both engines side by side")
	besideSeed  = flag.Uint64("beside.seed", uint64(time.Now().UnixNano()), "what they are made from")
)

// Nobody can tell the engines apart: the same random operations get the same answers, errors
// included. Times are each engine's own.
func TestBesideFiles(t *testing.T) {
	t.Attr("seed", fmt.Sprint(*besideSeed))
	t.Attr("operations", fmt.Sprint(besideSteps.Get()))
	t.Logf("repeat it with -beside.seed=%d -beside.steps=%d", *besideSeed, besideSteps.Get())
	files, err := filemanagers.Open(t.Context(), t.TempDir(), filemanagers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	database, err := dbmanagers.Open(t.Context(), mongotest.URI(t), dbmanagers.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	random := rand.New(rand.NewPCG(*besideSeed, 0))
	for n := range besideSteps.Get() {
		name, do := operation(random)
		want, got := do(t.Context(), files), do(t.Context(), database)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreTypes(models.Time(0))); diff != "" {
			t.Fatalf("operation %d, %s (-files +MongoDB):\n%s", n, name, diff)
		}
	}
}

// answer is what a store says to an operation, without what is each one's own.
type answer struct {
	Value    any
	Repeated bool
	Offset   int64
	Err      string
}

func answerOf(value any, receipt dao.Receipt, err error) answer {
	a := answer{Value: value, Repeated: receipt.Repeated, Offset: receipt.Position.Offset}
	if err != nil {
		a.Value = nil
	}
	var invalid models.Invalid
	switch {
	case errors.As(err, &invalid):
		a.Err = invalid.Error()
	case errors.Is(err, dao.ErrNotFound):
		a.Err = "not found"
	case errors.Is(err, dao.ErrConflict):
		conflict, _ := errors.AsType[dao.Conflict](err)
		a.Err = conflict.Error()
	case err != nil:
		a.Err = err.Error()
	}
	return a
}

// operation draws one: few ids, codes and words, so that operations meet.
func operation(random *rand.Rand) (name string, do func(context.Context, dao.Store) answer) {
	id := models.ID{0x66, 11: byte(1 + random.IntN(30))}
	other := models.ID{0x66, 11: byte(1 + random.IntN(30))}
	code, price := fmt.Sprint("C", random.IntN(25)), models.Money(random.IntN(5)*150-100)
	category, quantity := []string{"almacén", "Mates", "dulces"}[random.IntN(3)], int64(random.IntN(4))
	p := models.Product{
		ID: id, Title: []string{"Yerba mate", "Dulce de leche", "Limón ñandú"}[random.IntN(3)], Description: "Con palo", Code: code,
		Price: price, Status: random.IntN(4) > 0, Stock: int64(random.IntN(3)), Category: category,
	}
	query := models.ProductQuery{Sort: []models.Sort{models.Oldest, models.PriceAsc, models.PriceDesc}[random.IntN(3)], Page: random.IntN(3), Limit: 1 + random.IntN(12)}
	if random.IntN(2) == 0 {
		query.Category = category
	}
	query.Available = random.IntN(3) == 0
	if random.IntN(3) == 0 {
		query.Text = []string{"yer", "limon nan", "dul lech", "x"}[random.IntN(4)]
	}
	if random.IntN(3) == 0 {
		query.MinPrice = &price
	}
	text := fmt.Sprint("hola ", random.IntN(3))
	limit := 1 + random.IntN(20)
	switch kind := random.IntN(12); kind {
	case 0, 1:
		return fmt.Sprintf("create %+v", p), func(ctx context.Context, s dao.Store) answer {
			return answerOf(first(s.Products.Create(ctx, p)))
		}
	case 2, 3:
		return "update product " + id.String(), func(ctx context.Context, s dao.Store) answer {
			return answerOf(first(s.Products.Update(ctx, id, func(to *models.Product) error { to.Code, to.Price, to.Stock = code, price, p.Stock; return nil })))
		}
	case 4:
		return "delete product " + id.String(), func(ctx context.Context, s dao.Store) answer {
			return answerOf(first(s.Products.Delete(ctx, id)))
		}
	case 5:
		return "create cart " + id.String(), func(ctx context.Context, s dao.Store) answer {
			return answerOf(first(s.Carts.Create(ctx, models.Cart{ID: id, Products: []models.Item{{Product: other, Quantity: quantity}}})))
		}
	case 6, 7:
		return "update cart " + id.String(), func(ctx context.Context, s dao.Store) answer {
			return answerOf(first(s.Carts.Update(ctx, id, func(c *models.Cart) error { c.Add(models.Choice{Product: other}, quantity); return nil })))
		}
	case 8:
		return "delete cart " + id.String(), func(ctx context.Context, s dao.Store) answer {
			return answerOf(first(s.Carts.Delete(ctx, id)))
		}
	case 9:
		return "append " + text, func(ctx context.Context, s dao.Store) answer {
			return answerOf(first(s.Messages.Append(ctx, models.Message{ID: id, User: "ana@example.com", Message: text})))
		}
	case 10:
		return fmt.Sprintf("list by %+v", query), func(ctx context.Context, s dao.Store) answer {
			page, err := s.Products.List(ctx, query)
			return answerOf(page, dao.Receipt{}, err)
		}
	default:
		return "page and feed", func(ctx context.Context, s dao.Store) answer {
			page, err := s.Messages.Page(ctx, models.ID{}, limit)
			if err != nil {
				return answerOf(nil, dao.Receipt{}, err)
			}
			head, err := s.Feed.Head(ctx)
			if err != nil {
				return answerOf(nil, dao.Receipt{}, err)
			}
			from := dao.Position{Epoch: head.Epoch, Offset: max(0, head.Offset-int64(limit))}
			changes, err := s.Feed.Since(ctx, from, limit)
			for i := range changes {
				changes[i].Doc = untimed(changes[i].Doc)
			}
			return answerOf([]any{page, changes}, dao.Receipt{}, err)
		}
	}
}

func first[T any](value T, receipt dao.Receipt, err error) (any, dao.Receipt, error) {
	return value, receipt, err
}

// untimed is a document without its times.
func untimed(doc json.RawMessage) json.RawMessage {
	var fields map[string]any
	if json.Unmarshal(doc, &fields) != nil {
		return doc
	}
	delete(fields, "createdAt")
	delete(fields, "updatedAt")
	out, _ := json.Marshal(fields)
	return out
}
