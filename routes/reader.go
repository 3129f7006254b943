package routes

import (
	"pulperia/dao/models"
	"pulperia/routes/api"
)

// ReadProduct reads a new product from JSON, as POST /api/products does: for who comes in by another
// door. What is wrong with it is models.Invalid, with every bad field.
func (s *Site) ReadProduct(text []byte) (models.Product, error) { return api.ReadProduct(text) }
