package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime/debug"
	"slices"

	"pulperia/dao"
	"pulperia/dao/models"
)

// migrateCommand makes a store of what another one holds.
type migrateCommand struct {
	From        string `required:"" placeholder:"DIR|URL" help:"Store to migrate, a folder or a MongoDB URL. It is only read; close the shop before."`
	To          string `required:"" placeholder:"DIR|URL" help:"Where to: a folder or a database that holds nothing yet. A migration that was cut off goes on."`
	DropUnknown bool   `help:"Leave out the fields of other programs that the target has no place for."`
	Restart     bool   `help:"Begin anew: remove what an unfinished migration has left in the target."`
}

// memoryAimedAt holds a hundred thousand products and a million messages, when what is not needed
// any more is given back soon. A larger store takes more.
const memoryAimedAt = 160 << 20

// Run migrates, compares both sides, and only then makes the target a store that opens.
func (c *migrateCommand) Run(ctx context.Context, g *globals, streams Streams) error {
	limit := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(limit, memoryAimedAt))
	defer debug.SetMemoryLimit(limit)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as long as there is room
	m, err := c.migration(g, streams)
	if err == nil {
		err = m.run(ctx)
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func (c *migrateCommand) migration(g *globals, streams Streams) (*migration, error) {
	from, err := g.newEnd("--from", c.From, streams.Err)
	if err != nil {
		return nil, err
	}
	to, err := g.newEnd("--to", c.To, streams.Err)
	if err != nil {
		return nil, err
	}
	m := &migration{from: from, to: to, restore: to.restore, command: c, out: streams.Out, progress: &progress{to: streams.Err}}
	return m, wantApart(from, to)
}

// restoring is a store that is being made of the values of another one, in the order of a dump.
// Whoever restores the same again goes on where it was cut off; until Finish it does not open as a
// store.
type restoring interface {
	Done() int                                                                                // how many values are in
	Put(context.Context, dao.Batch) error                                                     // adds the next ones; the batch is its own from then on
	Dump(ctx context.Context, visit func(dao.Batch) error) (position dao.Position, err error) // makes it whole and reads it back
	Images() dao.Images                                                                       // of what was read back, for the bytes that values name
	Finish(context.Context) error
	Close() error
}

// migration is one on its way.
type migration struct {
	from, to *end
	restore  func(ctx context.Context, source, content string) (restoring, error) // that of to
	command  *migrateCommand
	out      io.Writer
	progress *progress

	held   stock     // what the source holds
	named  dao.Named // the bytes that its values name
	target restoring // nil until it has begun
}

func (m *migration) run(ctx context.Context) error {
	head, err := m.fill(ctx)
	if m.target == nil {
		return err
	}
	defer m.target.Close()
	if err == nil {
		err = m.prove(ctx)
	}
	if err == nil {
		err = m.copyImages(ctx)
	}
	if err == nil {
		err = m.target.Finish(ctx)
	}
	if err != nil {
		return m.stopped(ctx, err)
	}
	fmt.Fprintf(m.out, "%s is a store now: pulperia --store %s\n", m.to, m.to)
	m.lookBack(ctx, head)
	return m.target.Close()
}

// fill begins the target, or goes on with it, and puts in all that the source holds. When it has
// returned, the source takes no memory any more: reading the target back takes as much.
func (m *migration) fill(ctx context.Context) (head dao.Position, err error) {
	source, err := m.from.read(ctx)
	if err != nil {
		return head, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	if err := m.takeStock(ctx, source); err != nil {
		return head, err
	}
	if m.command.Restart {
		if err := m.to.discard(ctx); err != nil {
			return head, err
		}
	}
	m.to.become(source.Identity())
	target, err := m.restore(ctx, m.from.String(), m.held.name())
	if err != nil {
		return head, err
	}
	m.target = target
	if err := m.copy(ctx, source); err != nil {
		return head, err
	}
	return source.Feed.Head(ctx)
}

// copy puts into the target what is not in yet. The source must give what it gave when stock was
// taken.
func (m *migration) copy(ctx context.Context, source dao.Store) error {
	total, skip := m.held.total(), m.target.Done()
	if skip > 0 {
		fmt.Fprintf(m.out, "going on after %d of %d values\n", skip, total)
	}
	if skip >= total {
		return nil
	}
	copied := newContent()
	m.progress.begin("copying", total)
	_, err := source.Dump(ctx, func(batch dao.Batch) error {
		batch = batch.Portable(dao.Counts{})
		copied.add(batch)
		m.progress.add(batch.Len())
		rest := batch.Without(skip)
		skip -= batch.Len() - rest.Len()
		if rest.Len() == 0 {
			return ctx.Err()
		}
		return m.target.Put(ctx, rest)
	})
	m.progress.end()
	if err != nil {
		return err
	}
	if !slices.Equal(copied.sums(), m.held.sums) {
		return fmt.Errorf("%s has changed while it was copied: close the shops that write to it, and %w", m.from, errAnew)
	}
	return nil
}

// prove reads the target back, and prints what is in both.
func (m *migration) prove(ctx context.Context) error {
	there := newContent()
	m.progress.begin("reading back", m.held.total())
	m.named = dao.Named{}
	_, err := m.target.Dump(ctx, func(batch dao.Batch) error {
		there.add(batch)
		m.named.Add(batch)
		m.progress.add(batch.Len())
		return ctx.Err()
	})
	m.progress.end()
	if err != nil {
		return err
	}
	sums := there.sums()
	printSums(m.out, m.held.sums, sums)
	if !slices.Equal(sums, m.held.sums) {
		return fmt.Errorf("%s does not hold what %s does, and stays closed: %w", m.to, m.from, errAnew)
	}
	return nil
}

// copyImages brings the bytes over that values name, each of which proves itself by its hash, and
// reads them back. Those that are there already, from before a cut, stay.
func (m *migration) copyImages(ctx context.Context) error {
	if len(m.named) == 0 {
		return nil
	}
	source, err := m.from.read(ctx)
	if err != nil {
		return err
	}
	defer source.Close()
	m.progress.begin("copying images", len(m.named))
	defer m.progress.end()
	missing, to := 0, m.target.Images()
	for _, hash := range slices.Sorted(maps.Keys(m.named)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		bytes, err := source.Images.Get(ctx, hash)
		if errors.Is(err, dao.ErrNotFound) {
			missing++
			continue
		}
		if err == nil {
			err = putOnce(ctx, to, hash, bytes)
		}
		if err != nil {
			return fmt.Errorf("copy the image of %s: %w", m.named[hash], err)
		}
		m.progress.add(1)
	}
	fmt.Fprintf(m.out, "images: %d are in both\n", len(m.named)-missing)
	if missing > 0 {
		fmt.Fprintf(m.out, "note: %s lacks the bytes of %d images that it names: pulperia check names them\n", m.from, missing)
	}
	return nil
}

// putOnce puts bytes where they are not there yet, and reads them back.
func putOnce(ctx context.Context, to dao.Images, hash models.Hash, bytes []byte) error {
	_, err := to.Get(ctx, hash)
	if err == nil {
		return nil
	}
	if _, err := to.Put(ctx, bytes); err != nil {
		return err
	}
	_, err = to.Get(ctx, hash)
	return err
}

// errAnew says that going on is no use.
var errAnew = errors.New("begin anew with --restart")

// stopped says what is left of a migration that ended early.
func (m *migration) stopped(ctx context.Context, err error) error {
	closed := m.target.Close() // notes what is in
	if errors.Is(err, errAnew) {
		return errors.Join(err, closed)
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("stopped: %w", context.Cause(ctx))
	}
	return errors.Join(fmt.Errorf("%w; %d of %d values are in %s, and the same command goes on from there", err, m.target.Done(), m.held.total(), m.to), closed)
}

// lookBack says so when the source has gone on since it was read.
func (m *migration) lookBack(ctx context.Context, was dao.Position) {
	source, err := m.from.read(ctx)
	if err != nil {
		fmt.Fprintf(m.out, "note: nobody knows whether %s has gone on since it was read: %v\n", m.from, err)
		return
	}
	defer source.Close()
	// Only the offset: the epoch of a database that no shop has opened yet is another one each
	// time.
	if head, err := source.Feed.Head(ctx); err == nil && head.Offset > was.Offset {
		fmt.Fprintf(m.out, "note: %s has gone on since it was read, from %s to %s: these changes are not in %s\n", m.from, was, head, m.to)
	}
}
