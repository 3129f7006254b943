package filemanagers

import (
	"pulperia/dao"
	"pulperia/dao/models"
)

var _ dao.Carts = dao.Collection[models.Cart]{}

// newCarts returns the collection of carts. Nothing about them is special to files.
func newCarts(v values) dao.Carts { return dao.Cart.In(v) }
