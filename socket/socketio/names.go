package socketio

import "math/bits"

// Does is what an event is about: of those that clients send, what they ask for; of those that they
// get, what they are told.
type Does uint8

// What clients ask for.
const (
	DoesSay      Does = iota + 1 // a message
	DoesPresent                  // who they are
	DoesAskChat                  // for the messages
	DoesAdd                      // a product
	DoesRemove                   // a product
	DoesAskGoods                 // for the products
)

// What clients are told.
const (
	TellsMessages Does = iota + 101 // the last of them, as a list
	TellsMessage                    // a new one
	TellsPerson                     // who has come
	TellsProducts                   // all, as a list
	TellsAdded                      // a product that is new
	TellsChanged                    // a product that was changed
	TellsRemoved                    // the id of a product
)

// Family is which names a client knows: a set of the ways to name things that are about. It is what
// is known of a connection, and comparable.
type Family uint32

// The ways to name what is of the chat, and then of the products. strangers are those of whom
// nothing is known yet: they get the first name of each cell.
const (
	chatStrangers Family = 1 << iota
	class                // as in the course's own pages
	english
	spanish
	logs
	chat
	colons
	tutorial // of Socket.IO: chat message
	rooms    // of the best known chat with rooms: chatMessage, message

	goodsStrangers
	goods
	productos

	// Objects is no name: people are told of as objects, {user}, and not as texts.
	Objects
)

// Strangers is the family of a connection that has said nothing.
const Strangers = chatStrangers | goodsStrangers

const (
	ofChat  = chatStrangers | class | english | spanish | logs | chat | colons | tutorial | rooms
	ofGoods = goodsStrangers | goods | productos
)

// names is the one table of the names that events have, one row for each name and what it is about.
var names = [...]struct {
	name   string
	does   Does
	family Family
}{
	{"message", DoesSay, class | english | logs},
	{"newMessage", DoesSay, english},
	{"new-message", DoesSay, english},
	{"mensaje", DoesSay, spanish},
	{"nuevoMensaje", DoesSay, spanish},
	{"nuevo-mensaje", DoesSay, spanish},
	{"chat:message", DoesSay, colons},
	{"chatMessage", DoesSay, rooms | english},
	{"chat message", DoesSay, tutorial},
	{"chat-message", DoesSay, english},
	{"addMessage", DoesSay, english},
	{"newMsg", DoesSay, english | logs},
	{"messageChat", DoesSay, chat | english},
	{"saveMessage", DoesSay, english | logs},
	{"sendMessage", DoesSay, class | english},

	{"messageLogs", TellsMessages, chatStrangers | class},
	{"messagesLogs", TellsMessages, class},
	{"messages", TellsMessages, english | colons | rooms},
	{"logs", TellsMessages, logs},
	{"chat", TellsMessages, chat},
	{"mensajes", TellsMessages, spanish},
	{"chat:messages", TellsMessages, colons},

	{"message", TellsMessage, chatStrangers | rooms | english},
	{"newMessage", TellsMessage, english},
	{"chat message", TellsMessage, tutorial},
	{"chat:message", TellsMessage, colons},
	{"mensaje", TellsMessage, spanish},

	{"getMessages", DoesAskChat, english},
	{"requestMessages", DoesAskChat, english},

	{"authenticated", DoesPresent, class | english},
	{"newUser", DoesPresent, class | english | logs},
	{"login", DoesPresent, class | english | logs | chat},
	{"userConnected", DoesPresent, class | english | logs},
	{"nuevoUsuario", DoesPresent, spanish},

	{"newUserConnected", TellsPerson, chatStrangers | class | logs | chat | colons | rooms},
	{"userConnected", TellsPerson, english | class},
	{"newUser", TellsPerson, english},
	{"nuevoUsuario", TellsPerson, spanish},

	{"addProduct", DoesAdd, goods},
	{"newProduct", DoesAdd, goods},
	{"new-product", DoesAdd, goods},
	{"add-product", DoesAdd, goods},
	{"createProduct", DoesAdd, goods},
	{"agregarProducto", DoesAdd, productos},
	{"nuevoProducto", DoesAdd, productos},

	{"deleteProduct", DoesRemove, goods},
	{"delete-product", DoesRemove, goods},
	{"removeProduct", DoesRemove, goods},
	{"delete", DoesRemove, goods},
	{"eliminarProducto", DoesRemove, productos},

	{"getProducts", DoesAskGoods, goods},
	{"requestProducts", DoesAskGoods, goods},

	{"products", TellsProducts, goodsStrangers | goods},
	{"updateProducts", TellsProducts, goods},
	{"productList", TellsProducts, goods},
	{"listProducts", TellsProducts, goods},
	{"realTimeProducts", TellsProducts, goods},
	{"productos", TellsProducts, productos},

	{"newProduct", TellsAdded, goodsStrangers | goods},
	{"productAdded", TellsAdded, goods},
	{"updateProduct", TellsChanged, goodsStrangers | goods},
	{"productDeleted", TellsRemoved, goodsStrangers | goods},
}

// Asked returns what a client asks for by an event, 0 when there is no such one.
func Asked(name string) Does {
	for _, row := range names {
		if row.name == name && row.does < TellsMessages {
			return row.does
		}
	}
	return 0
}

// Hear returns what is known of a connection that has sent an event. What contradicts that which was
// known before counts for more.
func (f Family) Hear(name string) Family {
	for _, row := range names {
		if row.name == name && row.does < TellsMessages {
			return f.with(row.family)
		}
	}
	return f
}

// Listen returns what is known of a connection that says of itself that it knows a name, be it one
// that it sends or one that it is told.
func (f Family) Listen(name string) Family {
	var known Family
	for _, row := range names {
		if row.name == name {
			known |= row.family &^ Strangers
		}
	}
	return f.with(known)
}

// with returns what is known when one of some families is, too.
func (f Family) with(some Family) Family {
	for _, kind := range []Family{ofChat, ofGoods} {
		one := some & kind
		if both := f & one; both != 0 {
			one = both
		}
		if one != 0 {
			f = f&^kind | one
		}
	}
	return f
}

// Names returns the names by which a family is told of something.
func (f Family) Names(tells Does) (list []string) {
	for _, row := range names {
		if row.does == tells && row.family&f != 0 {
			list = append(list, row.name)
		}
	}
	return list
}

// Lists is a set of names of lists: of rows of the table.
type Lists uint64

const _ = uint(64 - len(names)) // more rows have no place in a set

// Lists returns the names by which a family is told a list.
func (f Family) Lists(tells Does) (set Lists) {
	for i, row := range names {
		if row.does == tells && row.family&f != 0 {
			set |= 1 << i
		}
	}
	return set
}

// Take takes a name out of a set that is not empty.
func (l Lists) Take() (name string, tells Does, rest Lists) {
	row := names[bits.TrailingZeros64(uint64(l))]
	return row.name, row.does, l & (l - 1)
}
