package daotest

import (
	"errors"
	"slices"

	"pgregory.net/rapid"

	"pulperia/dao"
	"pulperia/dao/models"
)

func (m *machine) invalid(what string, err error) {
	if _, invalid := errors.AsType[models.Invalid](err); !invalid {
		m.t.Fatalf("%s: got error %v, want models.Invalid", what, err)
	}
}

func (m *machine) appendMessage(rt *rapid.T) {
	given := message(rapid.SampledFrom([]string{"hola", "chau"}).Draw(rt, "message"))
	given.ID = drawnID(rt)
	at := slices.IndexFunc(m.messages, func(o models.Message) bool { return o.ID == given.ID })
	got, receipt, err := m.Messages.Append(m.ctx, given)
	switch {
	case at >= 0 && m.messages[at].Same(given):
		m.ok("append again", err)
		m.equal("appended again", got, m.messages[at])
		m.repeated(receipt, dao.Position{})
	case at >= 0:
		m.fails("append", err, dao.ErrConflict)
	default:
		m.ok("append", err)
		m.made(dao.KindMessage, given.ID, got.GetHead())
		given.ID, given.CreatedAt = got.ID, got.CreatedAt
		m.equal("appended", got, given)
		m.messages = append(m.messages, given)
		m.note(put(dao.KindMessage, got.ID, 1, given))
	}
}

// loadSome loads a value, or two messages: in what order a load of several kinds goes into the feed
// is left open.
func (m *machine) loadSome(rt *rapid.T) {
	k := m.drawnKind(rt)
	v, id := k.Example(rapid.IntRange(0, 3).Draw(rt, "content")), drawnID(rt)
	if id.IsZero() {
		fresh := 100 + len(m.feed)
		said := []models.Message{
			{ID: number(fresh + 1), User: "bea@example.com", Message: "de antes", CreatedAt: 5},
			{ID: number(fresh), User: "bea@example.com", Message: "y después", CreatedAt: 4},
		}
		m.load(dao.Batch{Messages: said})
		m.messages = append(m.messages, said...)
		m.noteStep([]dao.Change{put(dao.KindMessage, said[0].ID, 1, said[0]), put(dao.KindMessage, said[1].ID, 1, said[1])})
		return
	}
	made := models.Time(rapid.IntRange(1000, 1002).Draw(rt, "createdAt"))
	v.SetHead(models.Head{ID: id, Rev: m.revs[key{k.Kind, id}] + 3, CreatedAt: made, UpdatedAt: 2000})
	_, there := m.values[key{k.Kind, id}]
	_, err := m.Load(m.ctx, batchOf(k.Clone(v)))
	if there || m.taken(k, v) {
		m.fails("load", err, dao.ErrConflict)
		return
	}
	m.ok("load", err)
	m.keep(k, v)
}

// follow wants the feed to tell of what was written since the last time, and nothing else.
func (m *machine) follow() {
	m.tells(m.since(dao.Position{Epoch: m.head().Epoch, Offset: int64(m.seen)}), m.seen, m.feed[m.seen:])
	m.seen = len(m.feed)
}

// compare wants the store to tell what the model holds.
func (m *machine) compare() {
	m.hasHistory(m.feed)
	all, at := m.dump()
	m.equal("position of the dump", at.Offset, int64(len(m.feed)))
	want, byKind := dao.Batch{Messages: m.messages}, map[dao.Kind][]models.Value{}
	for _, k := range dao.Kinds() {
		for of, v := range m.values {
			if of.kind == k.Kind {
				byKind[k.Kind] = append(byKind[k.Kind], v)
			}
		}
		slices.SortFunc(byKind[k.Kind], func(a, b models.Value) int { return a.GetHead().ID.Compare(b.GetHead().ID) })
		for _, v := range byKind[k.Kind] {
			want.Add(v)
		}
	}
	m.equal("dumped", all, want)
	for _, query := range []models.ProductQuery{{Limit: 3}, {Text: "palo", Sort: models.PriceAsc, Limit: 100}, {Available: true, Limit: 2, Page: 2}} {
		page, err := m.Products.List(m.ctx, query)
		m.ok("list", err)
		m.equal("listed", page, query.Select(want.Products))
	}
	for _, k := range dao.Kinds() {
		for _, sort := range append([]dao.Sort{{}}, k.Sorts...) {
			m.compareListing(k, byKind[k.Kind], models.Query{Sort: sort.Field, Limit: 2, Page: 1 + len(m.feed)%2, Backwards: len(m.feed)%3 == 0})
		}
	}
	m.equal("newest messages", m.page(models.ID{}, 3), m.messages[max(0, len(m.messages)-3):])
}

func (m *machine) compareListing(k *dao.Schema, values []models.Value, q models.Query) {
	if k.History {
		return
	}
	got, total, err := m.Values.List(m.ctx, k, q)
	m.ok("list "+k.Plural, err)
	want, n := k.Select(values, q)
	m.equal("how many "+k.Plural, total, n)
	m.equal(k.Plural+" listed", texts(got), texts(want))
}
