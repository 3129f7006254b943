package routes

import "pulperia/routes/api"

// ReadProduct reads a new product from JSON, as POST /api/products does: for who comes in by another
// door. What is wrong with it is models.Invalid, with every bad field.
var ReadProduct = api.ReadProduct
