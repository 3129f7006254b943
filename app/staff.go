package app

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
	"pulperia/dao/models"
	trade "pulperia/shop"
)

// peopleCommand is what whoever has the machine does about the staff: no e-mail is needed for it,
// nor anybody who can still sign in.
type peopleCommand struct {
	Add    addPersonCommand    `cmd:"" help:"Make somebody one of the staff. Without --password-file it prints a link by which he gives himself a password, good once and for 3 days."`
	List   listPeopleCommand   `cmd:"" help:"List the staff. The shop may be open meanwhile."`
	Reset  resetPersonCommand  `cmd:"" help:"Print a link by which somebody gives himself another password, good once and for 3 days. What he has is good until then."`
	Revoke revokePersonCommand `cmd:"" help:"Take somebody's access: his sessions end at once."`
	Link   ownerLinkCommand    `cmd:"" help:"Print a link by which the first owner is made, good once and for 30 minutes. An open shop without an owner prints one itself."`
}

// Help says when it can be done.
func (*peopleCommand) Help() string { return besideShop }

const besideShop = "A shop that keeps its store in a folder must be closed meanwhile, but for list; on MongoDB it may be open, and knows at once. " +
	"Where there is no store yet, it is made."

type addPersonCommand struct {
	Email        string `arg:"" help:"E-mail address, with which he signs in."`
	Name         string `required:"" env:"-" placeholder:"NAME" help:"Name, as others see it."`
	Role         string `required:"" env:"-" placeholder:"ROLE" enum:"owner,manager,helper" help:"What he may do: owner (everything), manager (catalogue, carts, settings) or helper (stock)."`
	PasswordFile string `env:"-" placeholder:"FILE" help:"File with his password; a line break at its end is not part of it."`
}

// Run adds somebody.
func (c *addPersonCommand) Run(ctx context.Context, g *globals, streams Streams) error {
	person := trade.NewPerson{Email: c.Email, Name: c.Name, Role: models.Role(c.Role)}
	if c.PasswordFile != "" {
		password, err := readPassword("--password-file", c.PasswordFile, "his password", g.logger(streams.Err))
		if err != nil {
			return err
		}
		person.Password = password
	}
	return g.withShop(ctx, streams, func(shop *trade.Shop) error {
		made, link, err := shop.AddPerson(ctx, trade.Machine, person)
		if errors.Is(err, dao.ErrConflict) {
			return fmt.Errorf("%s is one of the staff already: people list says who is, people reset gives somebody another password", person.Email)
		}
		if err != nil {
			return fmt.Errorf("people add: %w", err)
		}
		fmt.Fprintf(streams.Out, "%s is one of the staff, as %s\n", made.Email, made.Role)
		if link.Token != "" {
			streams.printLink(joinPath, link, "to give himself a password")
		}
		return nil
	})
}

type listPeopleCommand struct{}

// Run lists them.
func (*listPeopleCommand) Run(ctx context.Context, g *globals, streams Streams) error {
	return g.beside(ctx, streams, func(shop *trade.Shop) error {
		people, err := shop.People(ctx, trade.Machine)
		if err != nil {
			return err
		}
		if len(people) == 0 {
			fmt.Fprintln(streams.Out, "nobody yet")
			return nil
		}
		table := tabwriter.NewWriter(streams.Out, 0, 0, 2, ' ', 0)
		for _, p := range people {
			state := "has a password"
			if !p.Joined {
				state = "invited"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", p.Email, p.Role, state, p.Name)
		}
		return table.Flush()
	})
}

type resetPersonCommand struct {
	Email string `arg:"" help:"Whose password."`
}

// Run makes a link.
func (c *resetPersonCommand) Run(ctx context.Context, g *globals, streams Streams) error {
	return g.withShop(ctx, streams, func(shop *trade.Shop) error {
		person, err := findPerson(ctx, shop, c.Email)
		if err != nil {
			return err
		}
		link, err := shop.LinkPerson(ctx, trade.Machine, person.ID)
		if err != nil {
			return err
		}
		streams.printLink(joinPath, link, "to give himself another password; his sessions end then")
		return nil
	})
}

type revokePersonCommand struct {
	Email string `arg:"" help:"Whose access."`
}

// Run takes it, and names what he has made that stays.
func (c *revokePersonCommand) Run(ctx context.Context, g *globals, streams Streams) error {
	return g.withShop(ctx, streams, func(shop *trade.Shop) error {
		person, err := findPerson(ctx, shop, c.Email)
		if err != nil {
			return err
		}
		_, err = shop.RemovePerson(ctx, trade.Machine, person.ID)
		if errors.Is(err, trade.ErrLastOwner) {
			return fmt.Errorf("%s is the last owner who can sign in: make somebody else an owner first (people add EMAIL --role owner)", person.Email)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(streams.Out, "%s is not one of the staff any more\n", person.Email)
		keys, err := shop.Keys(ctx, trade.Machine)
		for _, key := range keys {
			if key.MadeBy == "person:"+person.ID.String() {
				fmt.Fprintf(streams.Out, "note: he has made the key %q, which stays good; to end it: keys revoke %s\n", key.Name, key.ID)
			}
		}
		return err
	})
}

type ownerLinkCommand struct{}

// Run makes one.
func (*ownerLinkCommand) Run(ctx context.Context, g *globals, streams Streams) error {
	return g.withShop(ctx, streams, func(shop *trade.Shop) error {
		link, err := shop.NewOwnerLink(ctx)
		if errors.Is(err, trade.ErrHasOwner) {
			return errors.New("the shop has an owner: people list says who, people reset gives him another password, people add makes another one")
		}
		if err != nil {
			return err
		}
		streams.printLink(setupPath, link, "to become the owner of the shop")
		return nil
	})
}

// keysCommand is what whoever has the machine does about keys.
type keysCommand struct {
	Add    addKeyCommand    `cmd:"" help:"Make a key for a program, such as a till or a script. It is printed once, alone on the last line."`
	List   listKeysCommand  `cmd:"" help:"List the keys, without their secrets. The shop may be open meanwhile."`
	Revoke revokeKeyCommand `cmd:"" help:"End a key, at once."`
}

// Help says when it can be done.
func (*keysCommand) Help() string { return besideShop }

type addKeyCommand struct {
	Name string `arg:"" help:"What it is for."`
	Role string `required:"" env:"-" placeholder:"ROLE" enum:"owner,manager,helper" help:"What it may do: owner (everything), manager (catalogue, carts, settings) or helper (stock)."`
	Days int    `env:"-" placeholder:"N" help:"For how many days it is good; 0 for always."`
}

// Validate refuses what kong cannot know to be wrong.
func (c *addKeyCommand) Validate() error {
	if most := 36_500; c.Days < 0 || c.Days > most {
		return fmt.Errorf("--days %d: must be from 0 to %d", c.Days, most)
	}
	return nil
}

// Run makes the key.
func (c *addKeyCommand) Run(ctx context.Context, g *globals, streams Streams) error {
	return g.withShop(ctx, streams, func(shop *trade.Shop) error {
		var expires models.Time
		if c.Days > 0 {
			expires = models.TimeOf(time.Now().AddDate(0, 0, c.Days))
		}
		key, text, err := shop.AddKey(ctx, trade.Machine, c.Name, models.Role(c.Role), expires)
		if err != nil {
			return fmt.Errorf("keys add: %w", err)
		}
		fmt.Fprintf(streams.Out, "the key %q may do what a %s may, and ends by: keys revoke %s\nit goes into the header Authorization: Bearer, and is shown this once:\n%s\n",
			key.Name, key.Role, key.ID, text)
		return nil
	})
}

type listKeysCommand struct{}

// Run lists them.
func (*listKeysCommand) Run(ctx context.Context, g *globals, streams Streams) error {
	return g.beside(ctx, streams, func(shop *trade.Shop) error {
		keys, err := shop.Keys(ctx, trade.Machine)
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			fmt.Fprintln(streams.Out, "none yet")
			return nil
		}
		table := tabwriter.NewWriter(streams.Out, 0, 0, 2, ' ', 0)
		for _, k := range keys {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\tmade by %s\t%s\n",
				k.ID, k.Role, dayOr("used", k.Seen, "never used"), dayOr("good until", k.Expires, "good for always"), k.MadeBy, k.Name)
		}
		return table.Flush()
	})
}

func dayOr(what string, day models.Time, never string) string {
	if day == 0 {
		return never
	}
	return what + " " + day.Std().Format(time.DateOnly)
}

type revokeKeyCommand struct {
	ID string `arg:"" help:"Its id, as keys list shows it."`
}

// Run ends it.
func (c *revokeKeyCommand) Run(ctx context.Context, g *globals, streams Streams) error {
	unknown := errors.New("keys revoke: there is no key with the id that was given: keys list shows them") // which may be a whole key
	id, err := models.ParseID(c.ID)
	if err != nil {
		return unknown
	}
	return g.withShop(ctx, streams, func(shop *trade.Shop) error {
		key, err := shop.RevokeKey(ctx, trade.Machine, id)
		if errors.Is(err, dao.ErrNotFound) {
			return unknown
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(streams.Out, "the key %q is none any more\n", key.Name)
		return nil
	})
}

// withShop opens the store, which is made if it is not there, for something that is done about who
// comes in.
func (g *globals) withShop(ctx context.Context, streams Streams, do func(*trade.Shop) error) (err error) {
	store, err := g.openStore(ctx, g.Store, storeOptions{bulk: true, wait: time.Minute, log: g.logger(streams.Err)})
	if held, is := errors.AsType[filemanagers.Held](err); is {
		return fmt.Errorf("the shop in %s is open (%s): close it, and do this then; or sign in and do it at /admin/people and /admin/keys", g.Store, held.By)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return do(trade.New(store, trade.Options{}))
}

// beside opens the store to read it.
func (g *globals) beside(ctx context.Context, streams Streams, do func(*trade.Shop) error) (err error) {
	store, err := g.readStore(ctx, g.Store, g.logger(streams.Err))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return do(trade.New(store, trade.Options{}))
}

func findPerson(ctx context.Context, shop *trade.Shop, email string) (trade.Person, error) {
	person, err := shop.FindPerson(ctx, trade.Machine, email)
	if errors.Is(err, dao.ErrNotFound) {
		err = fmt.Errorf("%.100q is nobody's address here: people list says who is one of the staff", email)
	}
	return person, err
}

// The pages that one-time links lead to.
const (
	setupPath = "/setup?token="
	joinPath  = "/join?token="
)

// printLink prints the path of a link alone on the last line: only whoever opens it knows by which
// address he reaches the shop.
func (s Streams) printLink(path string, link trade.OneTimeLink, purpose string) {
	fmt.Fprintf(s.Out, "whoever opens this link can use it %s: it is good once, until %s; put the address of the shop before it\n%s\n",
		purpose, until(link), path+link.Token)
}

func until(link trade.OneTimeLink) string {
	return link.Expires.Std().Local().Format("2006-01-02 15:04 MST")
}
