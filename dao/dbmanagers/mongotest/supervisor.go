//go:build unix

package mongotest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// ownSession keeps the supervisor from what a terminal sends to the test.
var ownSession = &syscall.SysProcAttr{Setsid: true}

// A runner is one way to run a server. It is used by one goroutine.
type runner interface {
	base() string                                           // where the folders of such servers are
	start(folder string, port int) (<-chan struct{}, error) // the channel is closed when what was started has ended
	signal(folder string, sig syscall.Signal) error         // SIGSTOP, SIGCONT or SIGKILL to all that serves; done when it returns
	discard(folder string)                                  // ends all that belongs to the folder, except the folder
}

// kinds are the ways to run a server, by the names that find has for them.
var kinds = map[string]func() runner{
	"mongod":   func() runner { return &mongod{} },
	"docker":   func() runner { return &docker{} },
	"ferretdb": newFerretDB,
}

// Here and not in a function that is called, so that it is the thread which starts the server that
// lives as long as the process: a server is to die with it (see dieWithParent), and only init is
// sure to run on the main thread.
func init() {
	if kind := os.Getenv(supervised); kind != "" {
		os.Unsetenv(supervised)
		supervise(kinds[kind]())
		os.Exit(0)
	}
}

// supervise serves requests until the input ends, and then leaves nothing behind.
func supervise(r runner) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGPIPE)
	ctx, cancel := context.WithCancel(context.Background())
	requests := make(chan string)
	go func() {
		defer cancel() // also of a start that still waits for an answer
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			requests <- lines.Text()
		}
	}()
	answers := json.NewEncoder(os.Stdout)
	s, err := prepare(r)
	if err == nil {
		defer s.discard()
	}
	for {
		select {
		case request := <-requests:
			if err == nil {
				answers.Encode(s.do(ctx, request))
			} else {
				answers.Encode(answer{Error: err.Error()})
			}
		case <-signals:
			return
		case <-ctx.Done():
			return
		}
	}
}

// server is one server as its supervisor sees it.
type server struct {
	runner
	folder *os.File // locked as long as this process lives
	port   int
	free   func() // gives the port back
}

func prepare(r runner) (*server, error) {
	folder, err := newFolder(r)
	if err != nil {
		return nil, fmt.Errorf("make a folder for it: %w", err)
	}
	port, free, err := reservePort()
	if err != nil {
		os.RemoveAll(folder.Name())
		return nil, fmt.Errorf("find a port for it: %w", err)
	}
	return &server{runner: r, folder: folder, port: port, free: free}, nil
}

func (s *server) discard() {
	discard(s.runner, s.folder.Name())
	s.free()
}

func (s *server) do(ctx context.Context, request string) answer {
	var err error
	switch request {
	case "start":
		err = s.startAndWait(ctx)
	case "pause":
		err = s.signal(s.folder.Name(), syscall.SIGSTOP)
	case "resume":
		err = s.signal(s.folder.Name(), syscall.SIGCONT)
	case "kill":
		err = s.signal(s.folder.Name(), syscall.SIGKILL)
	default:
		err = fmt.Errorf("no such request: %q", request)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{URI: fmt.Sprintf("mongodb://127.0.0.1:%d/", s.port), Folder: s.folder.Name()}
}

// startAndWait returns when the server answers.
func (s *server) startAndWait(ctx context.Context) error {
	ended, err := s.start(s.folder.Name(), s.port)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute) // as long as a busy machine may need
	defer cancel()
	for err = answering(ctx, s.port); err != nil; err = answering(ctx, s.port) {
		select {
		case <-ended:
			return fmt.Errorf("it has ended:\n%s", lastLines(s.folder.Name()))
		case <-ctx.Done():
			return fmt.Errorf("it does not answer (%w):\n%s", err, lastLines(s.folder.Name()))
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// answering asks the server for something that it needs all of its parts for.
func answering(ctx context.Context, port int) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	address := fmt.Sprintf("127.0.0.1:%d", port)
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address) // first, as the driver is slow to ask a second time
	if err != nil {
		return err
	}
	conn.Close()
	client, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + address).SetDirect(true))
	if err != nil {
		return err
	}
	defer client.Disconnect(context.WithoutCancel(ctx))
	return client.Database("admin").RunCommand(ctx, bson.D{{Key: "listDatabases", Value: 1}}).Err()
}
