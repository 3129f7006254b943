package pages

import (
	"slices"

	"pulperia/dao/models"
)

// drawings are the words of a category that tell which drawing stands for a product without a
// picture. The first drawing that knows a word of the category wins.
var drawings = []struct {
	file  string
	words []string
}{
	{"mate", []string{"yerba", "yerbas", "mate", "mates", "infusiones", "te", "cafe", "tea", "coffee"}},
	{"bottle", []string{"bebida", "bebidas", "vino", "vinos", "licores", "drink", "drinks", "wine", "beverages", "fragrances", "perfumes"}},
	{"bread", []string{"panaderia", "pan", "panes", "dulces", "galletitas", "bakery", "bread", "sweets"}},
	{"cheese", []string{"fiambreria", "fiambres", "quesos", "lacteos", "carnes", "deli", "dairy", "cheese"}},
	{"tin", []string{"almacen", "comestibles", "conservas", "especias", "groceries", "grocery", "food", "pantry"}},
	{"shirt", []string{"ropa", "indumentaria", "talabarteria", "calzado", "moda",
		"apparel", "clothing", "shirt", "shirts", "dresses", "shoes", "tops"}},
	{"lamp", []string{"bazar", "hogar", "casa", "limpieza", "ferreteria", "jardin",
		"home", "house", "kitchen", "garden", "furniture", "decoration"}},
}

// drawing returns the file of the drawing that stands for a category.
func drawing(category string) string {
	words := models.Words(category)
	for _, d := range drawings {
		if slices.ContainsFunc(words, func(word string) bool { return slices.Contains(d.words, word) }) {
			return "img/products/" + d.file + ".svg"
		}
	}
	return "img/products/parcel.svg"
}

// picture returns the address of a product's first picture, or of a drawing.
func (p *Pages) picture(product models.Product) string {
	if pictures := product.Pictures(); len(pictures) > 0 {
		return pictures[0]
	}
	return p.asset(drawing(product.Category))
}
