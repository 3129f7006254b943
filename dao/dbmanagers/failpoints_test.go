package dbmanagers

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"pulperia/dao"
	"pulperia/dao/models"
)

// failpoint is a step of a write, and what has become of the write when its process is killed there
// and others have finished it.
type failpoint struct {
	do    string
	steps []string
	op    dao.Op
	rev   int64
}

var failpoints = []failpoint{
	{"create product", []string{"insert", "inserted", "apply", "applied"}, dao.OpPut, 1},
	{"create product of a new id", []string{"insert", "inserted", "apply", "applied"}, dao.OpPut, 1},
	{"update product", []string{"insert", "inserted", "apply", "applied"}, dao.OpPut, 2},
	{"delete product", []string{"insert", "inserted", "apply", "applied"}, dao.OpDelete, 2},
	{"create cart", []string{"insert", "inserted", "apply", "applied"}, dao.OpPut, 1},
	{"update cart", []string{"insert", "inserted", "apply", "applied"}, dao.OpPut, 2},
	{"delete cart", []string{"insert", "inserted", "apply", "applied"}, dao.OpDelete, 2},
	{"append", []string{"insert", "inserted", "apply", "applied"}, dao.OpPut, 1},
	{"claim", []string{"claiming", "insert", "inserted", "apply"}, dao.OpPut, 1},
}

// A process is killed between any two steps of a write. Another one finishes it: the change is in
// the feed, once, and stamped or removed; the epoch stays; and who tries again what was not
// answered makes nothing twice.
func TestFailpoints(t *testing.T) {
	p := newPlace(t)
	quick := Options{sweepEvery: 20 * time.Millisecond}
	first := p.open(quick)
	start, n := first.feed.last(), 0
	p.ok("close", first.Close())
	for _, point := range failpoints {
		for _, step := range point.steps {
			n++
			e := errand{URL: p.url, Do: point.do, ID: number(n), Step: step}
			t.Run(point.do+" at "+step, func(t *testing.T) {
				p := p.in(t)
				s := p.open(quick)
				if point.rev == 2 {
					p.ok("prepare", errands["create "+point.do[len("update "):]](s, e))
				}
				was := len(s.sound())
				s.ok("close", s.Close())
				p.killed(e)

				s = p.open(quick)
				if point.op == dao.OpPut && point.do != "claim" && point.rev == 1 && point.do != "create product of a new id" {
					p.ok("try again", errands[point.do](s, e))
				}
				if point.do == "claim" {
					p.await("it is claimed", func() bool { return s.feed.last().Offset > int64(was) })
				}
				feed := s.sound()
				if step == "insert" && (point.rev == 2 || point.do == "create product of a new id") {
					if len(feed) != was {
						t.Errorf("the feed has %d more changes of a step that was not sent", len(feed)-was)
					}
					return
				}
				if len(feed) != was+1 {
					t.Fatalf("the feed has %d more changes, want 1", len(feed)-was)
				}
				last := feed[was]
				if last.Op != point.op || last.Rev != point.rev || last.ID != e.ID && point.do != "create product of a new id" {
					t.Errorf("the feed tells %+v", tell(last))
				}
				if head, err := s.Feed.Head(p.ctx); err != nil || head.Epoch != start.Epoch {
					t.Errorf("the feed is at %v (%v), and began at %v", head, err, start)
				}
			})
		}
	}
	t.Attr("kills", strconv.Itoa(n))
}

// A process that loads is killed. Before the step that decides nothing of it is left, and the ids
// are free; after it everything is there, the messages in their order.
func TestFailpointsOfLoad(t *testing.T) {
	for i, step := range []string{"insert", "inserted", "loaded", "apply", "applied"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.open(Options{sweepEvery: 20 * time.Millisecond})
			e := errand{URL: p.url, Do: "load", ID: number(i), Step: step, N: 1_200}
			p.killed(e)
			s := p.open(Options{sweepEvery: 20 * time.Millisecond})
			batch := aBatch(e.ID, e.N)
			feed := s.sound()
			if step == "insert" {
				if len(feed) != 0 {
					t.Fatalf("%d values of a load are there that was never committed", len(feed))
				}
				_, err := s.Load(p.ctx, batch)
				p.ok("load again", err)
				feed = s.sound()
			}
			if len(feed) != batch.Len() {
				t.Fatalf("%d values are there of a load of %d", len(feed), batch.Len())
			}
			p.inOrder(feed, batch.Messages)
			_, err := s.Load(p.ctx, batch)
			p.fails("load again", err, dao.ErrConflict)
			if page, err := s.Messages.Page(p.ctx, models.ID{}, 1); err != nil || len(page) != 1 || page[0].Message != fmt.Sprint(e.N-1) {
				t.Errorf("the last message is %v (%v)", page, err)
			}
		})
	}
}
