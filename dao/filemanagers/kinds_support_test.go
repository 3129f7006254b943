package filemanagers

// The files of the kinds that every shop has.
const (
	productsFile = "products.json"
	cartsFile    = "carts.json"
	messagesFile = "messages.jsonl"
)
