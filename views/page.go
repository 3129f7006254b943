package views

import "github.com/mailgun/raymond/v2"

// HTML is what stands in a page as it is: only what the program itself has rendered.
type HTML = raymond.SafeString

// Page is what the layout shows around every page. The pages embed it.
type Page struct {
	Title     string // of the document; the shop's name follows
	Here      string // path and query of this page, to come back to after another language is chosen
	Search    string // what was searched for
	CartCount int64  // how many things are in the visitor's cart
	Undo      string // what the visitor did last and can take back, or ""
	UndoKey   string // tells one such act from another
	Position  string // of the feed, at which the page is made; empty on an error page
	Store     string // names the store that the page is of, so that a browser keeps apart what belongs to each
	Forgetful bool   // the visitor's browser keeps nothing of what it was to keep
	Partly    bool   // not all of what was taken back has come back
	Version   string
	Welcome   string          // what the merchant says to who comes in; may be empty
	Place     string          // where the shop is
	Hours     string          // when it is open
	Silent    bool            // the room of the chat is closed
	Open      bool            // the shop is open to everybody's hands
	SignedIn  string          // the name of who of the staff is signed in, or ""
	Counter   []Door          // what whoever is signed in may open; only on the merchant's pages
	Rings     bool            // whoever is signed in is told of new orders
	Newest    int64           // the highest number of an order, of who is told of them
	Found     Found           // what whoever finds the page elsewhere is told of it
	At        map[string]bool // the part of the shop that the page belongs to, for the header
}

// Found is what search engines and messengers are told of a page.
type Found struct {
	Canonical string    // the whole address of the page; "" of one that is not to be found
	Languages []FoundIn // where it is in each language
	At        string    // which page of a list, in words; "" of the first
	About     string    // the page in a sentence; "" for the shop's
	Product   bool      // it is about one product
	Picture   string    // the whole address of one that they can show
	Large     bool      // it is of what the page is about, and not the shop's sign
	Data      string    // JSON-LD (schema.org) as it stands in the page, or ""
}

// FoundIn is the whole address of a page in a language; in "x-default", where it goes by the visitor.
type FoundIn struct{ Language, Address string }

// Door is a link to one of the merchant's pages.
type Door struct {
	To, Words string
	Here      bool // it is the page that is shown
}
