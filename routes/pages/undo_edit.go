package pages

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/cespare/xxhash/v2"

	"pulperia/dao"
	"pulperia/dao/models"
	"pulperia/routes/fields"
	"pulperia/routes/frame"
	"pulperia/shop"
)

// edit is what an act changed of a product, or of the settings: the fields as they were, and what
// tells that they still are as the act left them.
type edit struct {
	ID      models.ID // of the product; zero for the settings
	Variant models.ID // of which alone the stock was counted
	Title   string    // of the product
	Was     jsonFields
	Sum     string
	Stock   int64 // as the act left it
}

// jsonFields are some of a value's JSON form.
type jsonFields map[string]json.RawMessage

func pick(value any, names []string) jsonFields {
	all, some := jsonFields{}, jsonFields{}
	json.Unmarshal(models.JSON(value), &all) // an object, as every value is
	for _, name := range names {
		some[name] = all[name]
	}
	return some
}

// sum stands for the values of fields. Nobody gains anything by two that are alike: who can take
// back may change the fields as well.
func (f jsonFields) sum() string {
	return base64.RawURLEncoding.EncodeToString(binarySum(models.JSON(f)))
}

func (f jsonFields) names() []string { return slices.Sorted(maps.Keys(f)) }

func binarySum(text []byte) []byte {
	var digest xxhash.Digest
	digest.Reset()
	digest.Write(text)
	return digest.Sum(nil)
}

// editOf is what an act did to a product; nothing that could be taken back when nothing changed.
func editOf(did string, was, now models.Product) undo {
	names := models.ChangedFields(now, was)
	if len(names) == 0 {
		return undo{}
	}
	return undo{Did: did, Edit: &edit{
		ID: now.ID, Title: now.Title, Was: pick(was, names), Sum: pick(now, names).sum(), Stock: now.Stock,
	}}
}

// countOf is what a count did to the stock of a product, or of one variant of it.
func countOf(change shop.StockChange, now models.Product) undo {
	stock, title := now.Stock+now.Held, now.Title // on the shelf, as it is counted
	if v := now.Variant(change.Variant); v != nil {
		stock, title = v.Stock+v.Held, title+" – "+v.Name()
	}
	was := stock
	switch {
	case change.Set != nil:
		was = *change.Was
	case change.Add != nil:
		was -= *change.Add
	}
	if was == stock {
		return undo{}
	}
	return undo{Did: "counted", Edit: &edit{
		ID: now.ID, Variant: change.Variant, Title: title, Was: jsonFields{"stock": models.JSON(was)}, Sum: jsonFields{"stock": models.JSON(stock)}.sum(), Stock: stock,
	}}
}

// editOfSettings is the same of the settings.
func editOfSettings(was, now models.Settings) undo {
	all := pick(now, settingsFields)
	names := slices.DeleteFunc(slices.Clone(settingsFields), func(name string) bool {
		return string(pick(was, settingsFields)[name]) == string(all[name])
	})
	if len(names) == 0 {
		return undo{}
	}
	return undo{Did: "settings", Back: settingsPage, Edit: &edit{Was: pick(was, names), Sum: pick(now, names).sum()}}
}

// revert gives the fields of an edit the values that they had. It is dao.ErrConflict when they are
// no longer as the act left them; done twice, it is done.
func (p *Pages) revert(ctx context.Context, e edit) error {
	who := frame.WhoFrom(ctx)
	var err error
	switch {
	case e.ID.IsZero():
		_, _, err = p.shop.ChangeSettings(who.With(ctx), who, func(settings *models.Settings) error {
			return revertTo(e, settings, settingsFields)
		})
	case len(e.Was) == 1 && e.Was["stock"] != nil:
		return p.recount(ctx, who, e)
	default:
		if err := who.Must(shop.CatalogueWrite); err != nil {
			return err
		}
		_, _, err = p.shop.ChangeProduct(who.With(ctx), e.ID, func(product *models.Product) error {
			return revertTo(e, product, productFields)
		})
	}
	return err
}

// productFields and settingsFields are those that a form can change.
var (
	productFields  = fields.Product.Names(fields.Update)
	settingsFields = fields.SettingsForm.Names(fields.Update)
)

// names are those of the edit's fields that there are: it came in a cookie.
func (e edit) names(known []string) []string {
	return slices.DeleteFunc(e.Was.names(), func(name string) bool { return !slices.Contains(known, name) })
}

// revertTo gives the known fields of a value what they were before an edit, if they still are as it
// left them. A field that its JSON form was without is as in a new value.
func revertTo[T any](e edit, value *T, known []string) error {
	now := pick(*value, e.names(known))
	was := pick(e.Was, now.names())
	switch {
	case was.sum() == now.sum():
		return nil
	case now.sum() != e.Sum:
		return dao.ErrConflict
	}
	all, before := jsonFields{}, new(T)
	json.Unmarshal(models.JSON(*value), &all) // an object, as every value is
	for name, text := range was {
		if all[name] = text; string(text) == "null" {
			delete(all, name)
		}
	}
	if err := json.Unmarshal(models.JSON(all), before); err != nil {
		return dao.ErrConflict
	}
	*value = *before
	return nil
}

// recount is revert for whoever may change no more than the stock.
func (p *Pages) recount(ctx context.Context, who shop.Who, e edit) error {
	var was int64
	if err := json.Unmarshal(e.Was["stock"], &was); err != nil {
		return dao.ErrConflict
	}
	_, _, err := p.shop.ChangeStock(ctx, who, e.ID, shop.StockChange{Variant: e.Variant, Set: &was, Was: &e.Stock})
	if stale, is := errors.AsType[shop.Stale](err); is && stale.Stock == was {
		return nil
	}
	return err
}
