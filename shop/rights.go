package shop

import (
	"fmt"
	"slices"

	"pulperia/dao/models"
)

// Right names what somebody may do. What anybody may do needs none.
type Right string

// The rights. Each gates a route or a live topic.
const (
	CatalogueWrite Right = "catalogue.write" // products and pictures, their imports included
	StockWrite     Right = "stock.write"     // how many there are
	CartsRead      Right = "carts.read"      // the list of all carts: an id opens a cart
	PeopleRead     Right = "people.read"     // the staff, and the addresses of who writes
	PeopleWrite    Right = "people.write"
	KeysWrite      Right = "keys.write" // and see
	SettingsWrite  Right = "settings.write"
	PaymentsWrite  Right = "payments.write" // where the buyers' money goes to
	MetricsRead    Right = "metrics.read"
	DataExport     Right = "data.export"
	OrdersRead     Right = "orders.read"
	OrdersWrite    Right = "orders.write"    // take them on, hand them over, note their money
	OrdersRefund   Right = "orders.refund"   // note what goes back
	OrdersPurchase Right = "orders.purchase" // sell a cart over the counter, as the course does
	SalesRead      Right = "sales.read"      // what was taken, and of whom: all orders in one table
)

// roles is the one table of who may do what, from the role that may do most. course is everybody
// under --open, and can be given to nobody.
var roles = []struct {
	role   models.Role
	rights []Right
}{
	{models.RoleOwner, []Right{
		CatalogueWrite, StockWrite, CartsRead, PeopleRead, PeopleWrite, KeysWrite, SettingsWrite, PaymentsWrite,
		MetricsRead, DataExport, OrdersRead, OrdersWrite, OrdersRefund, OrdersPurchase, SalesRead,
	}},
	{models.RoleManager, []Right{
		CatalogueWrite, StockWrite, CartsRead, PeopleRead, SettingsWrite,
		OrdersRead, OrdersWrite, OrdersRefund, OrdersPurchase, SalesRead,
	}},
	{models.RoleHelper, []Right{StockWrite, OrdersRead, OrdersWrite, OrdersPurchase}},
	{course, []Right{CatalogueWrite, StockWrite, CartsRead, OrdersPurchase}},
}

const course models.Role = "course"

// Rights returns all rights there are.
func Rights() []Right { return slices.Clone(rightsOf(models.RoleOwner)) }

// rightsOf returns what a role may do: nothing, when it is none.
func rightsOf(role models.Role) []Right {
	for _, row := range roles {
		if row.role == role {
			return row.rights
		}
	}
	return nil
}

// Can says whether somebody has a right.
func (w Who) Can(right Right) bool { return slices.Contains(w.rights, right) }

// Rights returns what somebody may do.
func (w Who) Rights() []Right { return slices.Clone(w.rights) }

// Must refuses who has not a right: ErrUnauthorized when nobody has come in, else Forbidden.
func (w Who) Must(right Right) error {
	switch {
	case w.Can(right):
		return nil
	case !w.SignedIn():
		return ErrUnauthorized
	}
	return Forbidden{Right: right}
}

// MayGive refuses a role that can do something which its giver cannot: nobody gives what he does
// not have, be it to a person, a key or a link, and nobody takes it from who has it.
func (w Who) MayGive(role models.Role) error {
	for _, right := range rightsOf(role) {
		if err := w.Must(right); err != nil {
			return err
		}
	}
	return nil
}

// mayMake refuses who may not make what has a role, or not with that role.
func (w Who) mayMake(right Right, role models.Role) error {
	if err := w.Must(right); err != nil {
		return err
	}
	return w.MayGive(role)
}

// SeesAddresses says whether somebody is shown the e-mail addresses of who writes. Under --open
// everybody is, as the course wants it.
func (w Who) SeesAddresses() bool { return w.Can(PeopleRead) || w.Role == course }

// Forbidden refuses who is somebody, but has not the right.
type Forbidden struct{ Right Right }

// Error names the right.
func (f Forbidden) Error() string { return fmt.Sprintf("this needs the right %s", f.Right) }
