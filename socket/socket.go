// Package socket tells whoever is connected what changes in the shop, at once and in one order.
//
// # The model
//
// The [Hub] follows the store's feed; nobody calls it to publish. Each change becomes an event with
// a topic ("messages", "products", or "cart:" and the cart's id), is encoded once for each door and
// each kind of readers that sees something else of it (shop.Sight: few see addresses), and goes into
// the bounded queue of every connection that listens to its topic. A door is a way in: WebSocket
// (websocket.go, frames.go), Server-Sent Events (sse.go) or Socket.IO (socketio.go). The hub deals in
// events, positions and topics; how they look on the line is wire.go and the door's business.
//
// # Socket.IO
//
// Its clients are the pages of others, who call things by names of their own (package socketio).
// requests.go is what they ask for, speech.go what they are told of each change, and lists.go the
// whole lists that they want after it. Such a connection comes over WebSocket, or polls
// (polling.go) until it may go on over WebSocket (upgrade.go). It has no position to come back to:
// whoever returns gets the lists.
//
// # Recovery
//
// A client says up to which position it has seen everything. If that is not the hub's position, its
// connection is behind: it takes what it missed from the ring of recent events, or in steps from
// the store's feed, at the pace at which its queue empties, and joins those who are live at the
// moment when nothing is left. So nothing is skipped, nothing comes twice, and a long history costs
// the hub nothing. When the feed does not reach back that far, the client is told so.
//
// # Nobody waits
//
// A connection costs one goroutine, its reader. A few writers (writers.go) go from one connection
// that has something to send to the next and give each all that waits for it in one write that does
// not block; what a connection does not take is tried again a little later, and when more than
// [maxQueue] waits the connection is closed as slow. The hub takes the next changes from the feed
// when every connection has been offered the last ones: under load it falls behind the store, not
// the readers behind it, and changes leave in larger parcels.
//
// # Who is here
//
// Who is here and who types (people.go) is no change of the shop and stands in no feed. A hub knows
// the people of its own connections at once. Those of the other processes over the same store it
// learns by looking (presence.go): it says what it sees and asks what the others see, in the
// store's dao.Presence, every second and when something has changed. That goes on beside everything
// else: when the store does not answer, the others stay as they were last known for
// dao.PresenceTTL.
package socket

import (
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pulperia/dao/models"
	"pulperia/shop"
)

// The times of the contract.
const (
	helloTimeout   = 10 * time.Second // from the handshake to hello
	pingEvery      = 25 * time.Second // and the position
	pongTimeout    = 60 * time.Second
	stallTimeout   = 30 * time.Second // for a connection that does not take a crumb of what waits
	goodbyeTimeout = 3 * time.Second  // from bye to the end
	storeTimeout   = 10 * time.Second // for one call of the store
	typingEvery    = 2 * time.Second  // of one person

	// leaveAfter is how long a person is still here whose last connection is gone. With a second
	// until another process asks, and one of gathering, that is within 5 seconds everywhere.
	leaveAfter = 2500 * time.Millisecond
)

// The sizes of the contract and of the hub.
const (
	maxFrame         = 64 << 10
	maxQueue         = 256 << 10 // of changes; what answers and tells of people has a frame's place more
	crumb            = 4 << 10
	maxPeople        = 100
	maxTopics        = 66
	visitConnections = 8        // of one visit
	maxUnstored      = 32       // messages of one connection that wait for the store
	chunk            = 32 << 10 // bytes that go into a queue in one step
	step             = 256      // changes that are read from the feed in one step
	typingRate       = 20       // a second, of all people
	ringChanges      = 4096
	ringBytes        = 8 << 20
)

// Options is what a hub works with. Shop, Log and Metrics are required.
type Options struct {
	Shop    *shop.Shop
	Log     *slog.Logger
	Metrics *prometheus.Registry

	// Client says who asks, as far as limits go: an address, or the network that counts as one.
	Client func(*http.Request) netip.Prefix
	// AllowRequest is the limit that the sockets share with all other requests. It says after which
	// time to come back when it refuses. Without it everything is allowed.
	AllowRequest func(*http.Request) (retryAfter time.Duration, ok bool)
	// Who says who asks. Without it everybody is shop.Nobody, or shop.Course.
	Who func(*http.Request) (shop.Who, error)
	// MayFollow refuses who may not follow a topic. Without it everything may be followed.
	MayFollow func(who shop.Who, topic string) error

	// ReadProduct reads a new product from JSON, as the API does. Without it none can be added.
	ReadProduct func(text []byte) (models.Product, error)

	// Open is for a shop where everybody is shop.Course: people are called by what they give.
	Open bool

	Origins         []string // pages of these may connect, too: see [CheckOrigin] for their form
	MaxConnections  int      // of one client, visitConnections of them of one visit; 0 for any number
	FramesPerMinute int      // of one connection, a third of them at once; 0 for any number

	ring int // how many changes the ring holds; tests make it small
}

func (o Options) withDefaults() Options {
	if o.Client == nil {
		o.Client = func(*http.Request) netip.Prefix { return netip.Prefix{} }
	}
	if o.AllowRequest == nil {
		o.AllowRequest = func(*http.Request) (time.Duration, bool) { return 0, true }
	}
	if o.Who == nil {
		who := shop.Nobody
		if o.Open {
			who = shop.Course
		}
		o.Who = func(*http.Request) (shop.Who, error) { return who, nil }
	}
	if o.MayFollow == nil {
		o.MayFollow = func(shop.Who, string) error { return nil }
	}
	if o.ReadProduct == nil {
		o.ReadProduct = func([]byte) (models.Product, error) { return models.Product{}, shop.ErrUnauthorized }
	}
	if o.ring == 0 {
		o.ring = ringChanges
	}
	return o
}
