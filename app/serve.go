package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/retry"
	"pulperia/demo"
	"pulperia/public"
	"pulperia/routes"
	trade "pulperia/shop"
	"pulperia/socket"
)

// The time-outs of the server: long enough for a slow phone, too short for who means to hold
// connections.
const (
	headerTimeout   = 10 * time.Second
	readTimeout     = 30 * time.Second
	writeTimeout    = 60 * time.Second
	idleTimeout     = 2 * time.Minute
	goodbyeTimeout  = 5 * time.Second
	shutdownTimeout = 10 * time.Second // with goodbyeTimeout
	maxHeaderBytes  = 64 << 10
)

// Run opens the shop and keeps it open until ctx is done. It listens before it opens the store, so
// that a taken port changes nothing; it stops in the opposite order: no more connections, goodbye
// to those who listen, the requests under way, the store.
func (c *serveCommand) Run(ctx context.Context, g *globals, streams Streams) (err error) {
	signal.Ignore(syscall.SIGPIPE) // who reads the log may go, as with its terminal: the shop stays, or stops in order
	log := g.logger(streams.Err)
	address, err := c.address()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", address, errors.Unwrap(err))
	}
	defer listener.Close()
	if c.Open && !isLoopback(listener.Addr()) {
		return fmt.Errorf("--open: would let everybody in who reaches %s: it goes with an address of this machine only, such as --listen 127.0.0.1:8080", listener.Addr())
	}
	listener = leaveRoom(listener)
	store, err := g.openStore(ctx, g.Store, storeOptions{keep: c.KeepChanges, log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	shop, metrics := c.shop(store, log)
	isOfBefore, err := c.lookAround(ctx, shop, g.Store)
	if err != nil {
		return err
	}
	if err := uncount(ctx, shop, log); err != nil {
		return err
	}
	if c.Demo {
		filled, err := fillDemo(ctx, shop, log)
		if err != nil {
			return err
		}
		if !filled {
			log.Info("the store has products already; --demo leaves it as it is")
		}
	}
	handler, hub, err := c.handler(shop, metrics, log)
	if err != nil {
		return err
	}
	defer inBackground(ctx, hub.Run)()
	defer inBackground(ctx, sweepAccess(shop, log))()
	defer inBackground(ctx, sweepPictures(shop, log))()
	defer inBackground(ctx, sweepOrders(shop, log))()
	if files, is := store.Engine.(interface{ EditedByHand() bool }); is && files.EditedByHand() {
		defer inBackground(ctx, auditOrders(shop, log))()
	}
	expiry := c.expireCarts(ctx, shop, log)
	defer expiry()
	url := c.announce(listener.Addr(), g.Store, log)
	if !c.Open {
		if isOfBefore {
			log.Warn("everybody could change this shop before; it is closed now, and asks for its owner: programs need a key (pulperia keys add), and with --open it is on this machine as it was")
		}
		defer inBackground(ctx, newFirstOwner(shop, g.Store, url, streams.Out, log).run)()
	}
	go debug.FreeOSMemory() // reading a large store leaves as much behind as it keeps
	return serve(ctx, listener, handler, hub, log)
}

// uncount brings forward what an earlier import had to say of stock that is not counted, and says so.
func uncount(ctx context.Context, shop *trade.Shop, log *slog.Logger) error {
	n, err := shop.Uncount(ctx)
	if err != nil {
		return fmt.Errorf("bring stock of earlier imports forward: %w", err)
	}
	if n > 0 {
		log.Info("the stock of products that an earlier import gave 1000000000 is not counted now: they can always be bought", "products", n)
	}
	return nil
}

// shop returns the trade over a store, and where all figures go.
func (c *serveCommand) shop(store dao.Store, log *slog.Logger) (*trade.Shop, *prometheus.Registry) {
	metrics := prometheus.NewRegistry()
	return trade.New(store, trade.Options{MessagesPerMinute: c.MessagesPerMinute, OrdersPerHour: c.OrdersPerHour, OpenAnyway: c.OpenAnyway, Hash: hashApart(log, idlePatience), Metrics: metrics}), metrics
}

// handler returns the whole shop, and the hub that tells what happens in it.
func (c *serveCommand) handler(shop *trade.Shop, metrics *prometheus.Registry, log *slog.Logger) (http.Handler, *socket.Hub, error) {
	proxies, err := c.proxies()
	if err != nil {
		return nil, nil, err
	}
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	site, err := routes.New(routes.Options{
		Shop: shop, Log: log, Metrics: metrics,
		Public: public.Files(), Demo: demo.Images(),
		Currency: c.sign(), OwnSign: c.Currency != nil, Version: version(), Open: c.Open,
		RequestsPerMinute: c.RequestsPerMinute, TrustedProxies: proxies, Site: c.URL,
	})
	if err != nil {
		return nil, nil, err
	}
	hub, err := socket.New(socket.Options{
		Shop: shop, Log: log, Metrics: metrics,
		Client: site.Client, AllowRequest: site.AllowRequest, Who: site.Who, MayFollow: site.MayFollow, ReadProduct: routes.ReadProduct, Open: c.Open,
		Origins: c.Origin, MaxConnections: c.MaxConnections, FramesPerMinute: c.FramesPerMinute,
	})
	if err != nil {
		return nil, nil, err
	}
	return withDoors(site, hub), hub, nil
}

// front is the whole shop: the ways into the hub beside the routes. It is no http.ServeMux, which
// redirects from paths that it finds untidy before anybody has given the answer a request id: every
// path comes to the shop as it was sent.
type front struct {
	*routes.Site
	webSocket, events, socketIO http.HandlerFunc
}

func withDoors(site *routes.Site, hub *socket.Hub) front {
	return front{site, site.Door(hub.WebSocket), site.Door(hub.Events), site.Door(hub.SocketIO)}
}

// socketIOClient is where the client of Socket.IO lies that pages load from where its own server
// has it.
const socketIOClient = "/public/vendor/socket.io.min.js"

// ServeHTTP leads to a door.
func (f front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/ws":
		f.webSocket(w, r)
	case "/events":
		f.events(w, r)
	case "/socket.io", "/socket.io/":
		f.socketIO(w, r)
	case "/socket.io/socket.io.js", "/socket.io/socket.io.min.js":
		url, request := *r.URL, *r
		url.Path, url.RawPath, request.URL = socketIOClient, "", &url
		f.Site.ServeHTTP(w, &request)
	default:
		f.Site.ServeHTTP(w, r)
	}
}

// inBackground lets run go on, whatever becomes of ctx, until the returned function is called.
func inBackground(ctx context.Context, run func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() { defer close(ended); run(ctx) }()
	return func() { cancel(); <-ended }
}

// announce says where the shop is, and who may come in. It returns the address for this machine.
func (c *serveCommand) announce(address net.Addr, store string, log *slog.Logger) (url string) {
	machine, _ := net.InterfaceAddrs() // without them the shop is open as well
	urls := urlsOf(address, machine)
	log.Info("the shop is open", "url", urls[0], "store", dbmanagers.Redact(store))
	for _, url := range urls[1:] {
		log.Info("others in this network find it at", "url", url)
	}
	switch {
	case c.Open:
		log.Warn("--open: whoever uses this machine may change the catalogue, and sees all carts and addresses")
	case !isLoopback(address) && len(c.TrustedProxy) == 0:
		log.Warn("the shop listens beyond this machine without TLS: whoever is on the way can read passwords; put a proxy before it, and name that by --trusted-proxy", "address", address.String())
	}
	return urls[0]
}

func isLoopback(address net.Addr) bool {
	at, err := netip.ParseAddrPort(address.String())
	return err == nil && at.Addr().Unmap().IsLoopback()
}

// serve answers requests until ctx is done. Then it says goodbye to the sockets, and answers the
// requests that are under way.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, hub *socket.Hub, log *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelDebug), // what clients do wrong with TLS or headers
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("closing the shop")
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	listener.Close() // whoever is sent away must not come back here
	<-failed
	goodbye, cancelGoodbye := context.WithTimeout(deadline, goodbyeTimeout)
	hub.Close(goodbye)
	cancelGoodbye()
	if err := server.Shutdown(deadline); err != nil {
		log.Warn("some requests did not end in time and were cut off", "after", shutdownTimeout)
		return server.Close()
	}
	return nil
}

// expireCarts removes untouched carts every hour, until the returned function is called.
func (c *serveCommand) expireCarts(ctx context.Context, shop *trade.Shop, log *slog.Logger) (stop func()) {
	if c.CartDays == 0 {
		return func() {}
	}
	return inBackground(ctx, func(ctx context.Context) {
		for {
			began := time.Now() // which knows how long ago it is also when the clock is set
			retry.Sleep(ctx, time.Hour)
			n, err := shop.ExpireCarts(ctx, time.Since(began), time.Duration(c.CartDays)*24*time.Hour)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				log.Error("could not remove old carts", "err", err)
			case n > 0:
				log.Info("removed carts that nobody has touched", "carts", n, "days", c.CartDays)
			}
		}
	})
}
