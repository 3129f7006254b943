package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"pulperia/dao/models"
	"pulperia/socket"
)

// cli is the command line. Every flag may also stand in the environment, as PULPERIA_ and its name
// in capitals; the command line wins.
type cli struct {
	globals
	VersionFlag kong.VersionFlag `name:"version" help:"Print the version." env:"-"`

	Serve   serveCommand   `cmd:"" default:"withargs" help:"Open the shop. This is what happens without a command."`
	Import  importCommand  `cmd:"" help:"Bring in catalogues: Shopify's CSV, DummyJSON's JSON, a products.json, or an export of pulperia."`
	Export  exportCommand  `cmd:"" help:"Write everything into a folder or a file. This is the backup; the shop may be open meanwhile."`
	Migrate migrateCommand `cmd:"" help:"Make a store of what another one holds, from a folder to MongoDB, back, or between two of a kind."`
	Check   checkCommand   `cmd:"" help:"Read everything and verify it. The shop may be open meanwhile."`

	Pictures picturesCommand `cmd:"" help:"Bring pictures into the shop that its catalogue names at other sites."`

	People peopleCommand `cmd:"" help:"Say who is one of the staff, and what he may do: add, list, reset a password, revoke, make the first owner's link."`
	Keys   keysCommand   `cmd:"" help:"Say with which keys programs come in: add, list, revoke."`

	Selftest selftestCommand `cmd:"" help:"Try on this disk or database, in a scratch of its own, that nothing acknowledged is lost. The shop may be open meanwhile."`
	Version  versionCommand  `cmd:"" help:"Print the version, the commit, and what it was built with and for."`
	Hash     hashCommand     `cmd:"" hidden:"" help:"Make the hash of a password for a shop that is open."`
	Licences licencesCommand `cmd:"" help:"Print the licences of all that is in this program."`
}

// globals are the flags of every command.
type globals struct {
	Store             string `default:"data" placeholder:"DIR|URL" help:"Folder that everything is kept in (${default}), or the URL of a MongoDB database: mongodb://… or mongodb+srv://…"`
	StorePasswordFile string `placeholder:"FILE" help:"File with the password for the place of <password> in a MongoDB URL. Or put it into PULPERIA_STORE_PASSWORD; there is no flag for it, for all can read command lines."`
	LogFormat         string `enum:"text,json" default:"text" help:"How the log is written: text or json."`

	AcceptEdits bool `help:"Take in an edit by hand that empties a file of the folder, or takes away more than half of more than ten entries; without it that is refused."`

	hooks hooks
}

// serveCommand is the flags of serve.
type serveCommand struct {
	Listen            string   `placeholder:"ADDRESS" help:"Address to listen on (127.0.0.1:8080; with PORT in the environment, that port of all addresses)."`
	Port              string   `hidden:"" env:"PORT" name:"platform-port"`
	Demo              bool     `help:"Fill an empty store with a small catalogue and a few orders."`
	Open              bool     `help:"Let everybody change the catalogue, see the list of carts and all addresses, as the course's assignment wants it. On this machine only, and for a store without people and keys."`
	OpenAnyway        bool     `help:"With --open: also for a store that has people or keys."`
	Currency          *string  `placeholder:"SIGN" help:"Sign that stands before prices, whatever currency the settings name ($$, or that of the settings)."`
	RequestsPerMinute int      `default:"6000" help:"Requests that one address may make in a minute, a third of them at once; 0 for no limit (${default})."`
	MessagesPerMinute int      `default:"30" help:"Messages that one visit, person or key may send in a minute, a third of them at once; 0 for no limit (${default})."`
	OrdersPerHour     int      `default:"20" help:"Orders that one network may place in an hour, and one visit a quarter of them; 3 unpaid ones of one visit, telephone or address at a time. 0 for no limit of either kind (${default})."`
	FramesPerMinute   int      `default:"1200" help:"WebSocket frames that one connection may send in a minute, a third of them at once; 0 for no limit (${default})."`
	MaxConnections    int      `default:"512" help:"Live connections that one address may have, and one visit 8 of them; 0 for no limit (${default})."`
	Origin            []string `placeholder:"ORIGIN" help:"Origin of another site, like https://shop.example, whose pages may connect to /ws and /events; may be repeated."`
	TrustedProxy      []string `placeholder:"CIDR" help:"Address or network of a proxy whose X-Forwarded-For and X-Forwarded-Proto are believed; may be repeated."`
	URL               string   `name:"url" placeholder:"ADDRESS" help:"The shop's own address, like https://shop.example, in links that are taken elsewhere: to orders, in the site map, for search engines and messengers (as each request has it)."`
	CartDays          int      `default:"30" help:"Days that the shop is open after which a cart that nobody touches is removed; 0 for never (${default})."`
	KeepChanges       int      `default:"10000" help:"Changes that the feed keeps at least (${default})."`
}

// sign is the one that stands before prices where the settings name no currency.
func (c *serveCommand) sign() string {
	if c.Currency == nil {
		return "$"
	}
	return *c.Currency
}

// Validate refuses what kong cannot know to be wrong.
func (c *serveCommand) Validate() error {
	for name, value := range map[string]int{
		"requests-per-minute": c.RequestsPerMinute, "messages-per-minute": c.MessagesPerMinute, "cart-days": c.CartDays,
		"orders-per-hour": c.OrdersPerHour, "frames-per-minute": c.FramesPerMinute, "max-connections": c.MaxConnections,
	} {
		if value < 0 {
			return fmt.Errorf("--%s %d: must be 0 or more", name, value)
		}
	}
	if sign, most := c.sign(), 8; utf8.RuneCountInString(sign) > most || !models.Shows(sign) || strings.ContainsRune(sign, utf8.RuneError) {
		return fmt.Errorf("--currency %q: must have at most %d characters, and all of them must show", sign, most)
	}
	if c.KeepChanges < 1 {
		return fmt.Errorf("--keep-changes %d: must be 1 or more", c.KeepChanges)
	}
	switch {
	case c.OpenAnyway && !c.Open:
		return errors.New("--open-anyway: goes with --open")
	case c.Open && len(c.TrustedProxy) > 0:
		return errors.New("--open: not with --trusted-proxy, for it is for this machine alone")
	}
	for _, origin := range c.Origin {
		if err := socket.CheckOrigin(origin); err != nil {
			return fmt.Errorf("--origin: %w", err)
		}
	}
	if c.URL = strings.TrimSuffix(c.URL, "/"); c.URL != "" {
		if err := socket.CheckOrigin(c.URL); err != nil {
			return fmt.Errorf("--url: %w", err)
		}
	}
	if _, err := c.address(); err != nil {
		return err
	}
	_, err := c.proxies()
	return err
}

// address returns where to listen. Hosting platforms name a port in PORT and expect it on all
// addresses.
func (c *serveCommand) address() (string, error) {
	if c.Listen == "" && c.Port != "" {
		if port, err := strconv.ParseUint(c.Port, 10, 16); err != nil || port == 0 {
			return "", fmt.Errorf("PORT=%q in the environment: must be a number from 1 to 65535", c.Port)
		}
		return ":" + c.Port, nil
	}
	if c.Listen == "" {
		return "127.0.0.1:8080", nil
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return "", fmt.Errorf("--listen %q: must be an address and a port, like 127.0.0.1:8080 or :8080", c.Listen)
	}
	return c.Listen, nil
}

// proxies returns the networks of the trusted proxies.
func (c *serveCommand) proxies() (networks []netip.Prefix, err error) {
	for _, text := range c.TrustedProxy {
		network, err := netip.ParsePrefix(text)
		if address, addressErr := netip.ParseAddr(text); addressErr == nil {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxy %q: must be an address or a network, like 10.0.0.1 or 10.0.0.0/8", text)
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}

// logger returns the log of the program.
func (g *globals) logger(to *os.File) *slog.Logger {
	if g.LogFormat == "json" {
		return slog.New(shortLines{slog.NewJSONHandler(to, nil)})
	}
	return slog.New(shortLines{slog.NewTextHandler(to, nil)})
}
