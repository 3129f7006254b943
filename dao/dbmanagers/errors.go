package dbmanagers

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"pulperia/dao"
	"pulperia/dao/retry"
)

// readError is an error of reading in the words of the contract: that of the caller's context, or
// dao.ErrUnavailable.
func (e *engine) readError(ctx context.Context, what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	}
	return fmt.Errorf("%s: %w: MongoDB request failed: %w", what, dao.ErrUnavailable, err)
}

// writeError is an error of writing in the words of the contract. It is dao.ErrUnknown unless it is
// certain that nothing was written: no server was found to send it to, or the server answered that
// it did not do it.
func writeError(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case notSent(err) || refused(err):
		return fmt.Errorf("%s: %w: MongoDB write failed: %w", what, dao.ErrUnavailable, err)
	}
	return fmt.Errorf("%s: %w: MongoDB write failed: %w", what, dao.ErrUnknown, err)
}

// notSent says whether an operation never left: no server was there for it, or no connection to
// one.
func notSent(err error) bool {
	if command, sent := errors.AsType[mongo.CommandError](err); sent {
		_, greeting := command.Wrapped.(topology.ConnectionError) // of a connection in use it is wrapped once more
		return greeting
	}
	var pool driver.RetryablePoolError
	_, selection := errors.AsType[topology.ServerSelectionError](err)
	_, queue := errors.AsType[topology.WaitQueueTimeoutError](err)
	_, connection := errors.AsType[topology.ConnectionError](err)
	return selection || queue || connection || errors.As(err, &pool) || errors.Is(err, mongo.ErrClientDisconnected)
}

// refusals are the codes of servers that answer to a whole command that nothing of it was done. Of
// the others (interrupted, shutting down, internal error, …) that is not certain:
// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
var refusals = []int32{
	codeUnauthorized, codeAuthenticationFailed, codeAtlas, codeWriteConflict, codeDeadlock, duplicateKey,
	2,     // BadValue
	9,     // FailedToParse
	14,    // TypeMismatch
	59,    // CommandNotFound
	72,    // InvalidOptions
	73,    // InvalidNamespace
	10107, // NotWritablePrimary
	13435, // NotPrimaryNoSecondaryOk
	10334, // BSONObjectTooLarge
}

const (
	codeWriteConflict     = 112
	codeDeadlock          = 16908292 // of DocumentDB
	codeInternalError     = 1
	codeNamespaceNotFound = 26
	duplicateKey          = 11000
	codeIndexNotFound     = 27
	codeIndexOptions      = 85
	codeIndexKeys         = 86
)

// refused says whether a server answered that it did not do what it was asked for.
func refused(err error) bool {
	if write, ok := errors.AsType[mongo.WriteException](err); ok {
		return write.WriteConcernError == nil
	}
	if bulk, ok := errors.AsType[mongo.BulkWriteException](err); ok {
		return bulk.WriteConcernError == nil
	}
	command, ok := errors.AsType[mongo.CommandError](err)
	return ok && slices.Contains(refusals, command.Code)
}

// collided says whether a server gave up one of two writes that were in each other's way: nothing
// is written, and the next attempt will do. DocumentDB has its own words where another connection
// has just made the collection.
func collided(err error) bool {
	server, ok := errors.AsType[mongo.ServerError](err)
	return ok && (server.HasErrorCode(codeWriteConflict) || server.HasErrorCode(codeDeadlock) ||
		server.HasErrorCodeWithMessage(codeInternalError, "Unable to create the specified collection"))
}

// insist repeats an operation as long as the server gives it up for another one that is in its way.
func insist(ctx context.Context, do func() error) error {
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		err := do()
		if !collided(err) {
			return err
		}
		sleep(ctx, rand.N(pause)) // by chance, so that the two do not meet again
		if ctx.Err() != nil {
			return err
		}
	}
}

// untilMade repeats the first operation on a collection, which makes it. FerretDB fails to make
// one, or does not find the one that it has just made (once in some hundred databases while others
// come and go beside it); at the next attempt it does.
func untilMade(ctx context.Context, do func() error) error {
	for tries := 1; ; tries++ {
		err := insist(ctx, do)
		server, ok := errors.AsType[mongo.ServerError](err)
		if !ok || !server.HasErrorCode(codeNamespaceNotFound) && !server.HasErrorCode(codeInternalError) || tries == 9 {
			return err
		}
		sleep(ctx, time.Duration(tries)*20*time.Millisecond)
	}
}

// gate counts the calls under way, and lets none in once it is closed.
type gate struct {
	mu     sync.Mutex
	closed bool
	inside sync.WaitGroup
}

// close returns, when all calls have left, whether it was this call that closed the gate.
func (g *gate) close() bool {
	g.mu.Lock()
	first := !g.closed
	g.closed = true
	g.mu.Unlock()
	g.inside.Wait()
	return first
}

// enter lets a call in: leave is to be called at its end. A closed store is dao.ErrUnavailable.
func (g *gate) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, fmt.Errorf("%w: it is closed", dao.ErrUnavailable)
	}
	g.inside.Add(1)
	return g.inside.Done, nil
}

// enter is that of the gate, if there is somebody to ask.
func (e *engine) enter(ctx context.Context) (leave func(), err error) {
	if err := e.reachable(); err != nil {
		return nil, err
	}
	return e.gate.enter(ctx)
}

// reachable is dao.ErrUnavailable when the servers have been away for longer than a call may take.
// The first calls of an outage wait whether it is over soon, as when another primary is elected;
// the others are answered at once. What runs in the background goes on asking, so that the end of
// it is noticed.
func (e *engine) reachable() error {
	if away := e.servers.away(); away > e.Timeout {
		return fmt.Errorf("%w: there has been no server that takes writes for %s", dao.ErrUnavailable, away.Round(time.Second))
	}
	return nil
}

// enterWrite is enter for writes. Once one has begun it is not cancelled, so that its answer is
// true; it is bounded by a deadline instead.
func (e *engine) enterWrite(ctx context.Context) (write context.Context, leave func(), err error) {
	if e.readOnly {
		return nil, nil, fmt.Errorf("%w: it is open for reading only", dao.ErrUnavailable)
	}
	out, err := e.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	write, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.Timeout)
	return write, func() { cancel(); out() }, nil
}

// bounded gives one operation its deadline.
func (e *engine) bounded(ctx context.Context, do func(context.Context) error) error {
	return e.within(ctx, e.Timeout, do)
}

func (e *engine) within(ctx context.Context, d time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return do(ctx)
}

// note takes in how something in the background ended, and returns how long to wait at least before
// it is tried again.
func (e *engine) note(ctx context.Context, what string, err error) (pause time.Duration) {
	if err != nil && ctx.Err() == nil {
		e.figures.failed.Add(1)
	}
	task, _ := e.tasks.LoadOrStore(what, retry.New(e.Log, what+" (MongoDB)"))
	return task.(*retry.Task).Ended(ctx, err)
}

func sleep(ctx context.Context, d time.Duration) { retry.Sleep(ctx, d) }
