package pages

import (
	"errors"
	"net/url"
	"slices"

	"pulperia/dao/models"
	"pulperia/routes/fields"
	"pulperia/views"
)

// productForm is the form that adds a product.
type productForm struct {
	ID      string // made beforehand, so that sending it twice adds one product
	Fields  typedForm
	OnSale  bool
	Always  bool // it can always be bought: its stock is not counted
	Grid    gridForm
	Summary string // what is wrong with the whole
}

func newProductForm() productForm {
	return productForm{ID: newFormID(), OnSale: true}
}

func emptyForm(voice *views.Voice) productForm {
	form := newProductForm()
	form.Grid = gridOf(voice, models.Product{})
	return form
}

// filledForm is the form of a product as it is stored.
func filledForm(voice *views.Voice, product models.Product) productForm {
	return productForm{
		ID: product.ID.String(), Fields: filledFields(voice, product, ""), OnSale: product.Status, Always: bool(product.Uncounted),
		Grid: gridOf(voice, product),
	}
}

// filledFields are the fields of a product as it is stored; of one that is not counted the stock is a
// word.
func filledFields(voice *views.Voice, product models.Product, uncounted string) typedForm {
	form := fill(voice, fields.ProductForm, product)
	if product.Uncounted {
		form["stock"] = field{Value: uncounted}
	}
	return form
}

// readProduct reads the form, with prices in a currency, into a product that is ready to be stored,
// or tells all that is wrong with it.
func readProduct(form url.Values, currency string) (models.Product, models.Invalid) {
	var product models.Product
	grid, notation := readGrid(form), notationOf(form, fields.ProductForm, currency)
	grid.learn(&notation)
	v := readTypedAs(form, fields.ProductForm, &product, notation)
	product.ID, _ = models.ParseID(form.Get("_id")) // a form without one gets its id from the store
	v = slices.DeleteFunc(v, func(p models.Problem) bool {
		return bool(product.Uncounted) && p.Field == "stock" || grid.is() && grid.spares(p.Field)
	})
	if grid.is() {
		grid.read(&product, notation, &v)
	}
	product.Normalize()
	rules, _ := errors.AsType[models.Invalid](grid.check(product))
	for _, p := range grid.place(rules) {
		if !v.Has(p.Field) {
			v = append(v, p)
		}
	}
	if len(v) == 0 {
		return product, nil
	}
	return product, v
}

// refilledProduct is the form with what was typed and what is wrong beside each field.
func refilledProduct(voice *views.Voice, form url.Values, v models.Invalid, stored models.Product) productForm {
	again := productForm{ID: typed(form, "_id"), OnSale: form.Get("status") == "true", Always: form.Get("counted") == "false"}
	var marked int
	again.Fields, marked = retype(voice, fields.ProductForm, form, v)
	again.Grid = showGrid(voice, form, v, stored)
	if len(v) > 0 {
		again.Summary = voice.Say("form.fix", map[string]any{"n": marked + again.Grid.marked()})
	}
	return again
}

// tellStored says beside each field of a form what is stored of the product, where that is something
// else; taxes are those of the settings.
func (again *productForm) tellStored(voice *views.Voice, taxes []models.Tax, stored models.Product) {
	uncounted := voice.Say("grid.uncounted", nil)
	again.Fields.tell(voice, filledFields(voice, stored, uncounted))
	if again.Always && bool(stored.Uncounted) {
		again.Fields["stock"] = field{Value: again.Fields["stock"].Value}
	}
	if counted := again.Fields["counted"]; counted.Problem != "" {
		now := voice.Say("form.counted", nil)
		if stored.Uncounted {
			now = uncounted
		}
		counted.Problem = voice.Say("shelf.now", map[string]any{"now": now})
		again.Fields["counted"] = counted
	}
	if tax := again.Fields["tax"]; tax.Problem != "" && stored.Tax == "" {
		tax.Problem = voice.Say("shelf.now", map[string]any{"now": usualRate(voice, taxes)})
		again.Fields["tax"] = tax
	}
}
