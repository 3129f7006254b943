package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/retry"
	trade "pulperia/shop"
)

// ownerFile is where the first owner's link lies beside being printed: whoever has the folder has
// the shop.
const ownerFile = "owner-link.txt"

const (
	ownerLinkEvery = trade.OwnerLinkLasts - 5*time.Minute // so that there is always one that is good
	ownerLook      = time.Minute                          // the longest wait between two looks: clocks jump, machines sleep
	ownerPause     = time.Second                          // the shortest one
)

// firstOwner prints links by which the first owner is made, for as long as the shop has none.
type firstOwner struct {
	shop *trade.Shop
	url  string // at which this machine finds the shop
	file string
	out  io.Writer
	log  *slog.Logger

	renew time.Time // when the next link is due
}

// newFirstOwner puts the link's file into the store's folder; a store in a database has it in the
// working folder.
func newFirstOwner(shop *trade.Shop, store, url string, out io.Writer, log *slog.Logger) *firstOwner {
	file := ownerFile
	if !dbmanagers.IsURL(store) {
		file = filepath.Join(store, ownerFile)
	}
	if h, is := out.(*heard); is {
		out = h.Writer // a shop whose output nobody reads is open all the same, and the link is in the file
	}
	return &firstOwner{shop: shop, url: url, file: file, out: out, log: log}
}

// run goes on until the shop has an owner, whichever process he has signed up at.
func (f *firstOwner) run(ctx context.Context) {
	task := retry.New(f.log, "see whether the shop has an owner")
	for ctx.Err() == nil {
		at, err := f.shop.Feed.Head(ctx)
		done := false
		if err == nil {
			done, err = f.look(ctx)
		}
		pause := task.Ended(ctx, err)
		if done {
			return
		}
		retry.Sleep(ctx, max(ownerPause, pause))
		if err == nil {
			f.wait(ctx, at)
		}
	}
}

// wait returns when something has happened in the shop, or when it is time to look again.
func (f *firstOwner) wait(ctx context.Context, at dao.Position) {
	ctx, cancel := context.WithTimeout(ctx, min(ownerLook, max(0, time.Until(f.renew))))
	defer cancel()
	f.shop.Feed.Wait(ctx, at)
}

// look makes a link when one is due, and says whether there is an owner.
func (f *firstOwner) look(ctx context.Context) (done bool, err error) {
	has, err := f.shop.HasOwner(ctx)
	if err != nil {
		return false, err
	}
	now := time.Now().Round(0) // by the clock on the wall, which goes on while the machine sleeps
	if !has && now.Before(f.renew) {
		return false, nil
	}
	if !has {
		link, err := f.shop.NewOwnerLink(ctx)
		if err == nil {
			f.renew = now.Add(ownerLinkEvery)
			f.tell(link)
			return false, nil
		}
		if !errors.Is(err, trade.ErrHasOwner) {
			return false, err
		}
	}
	f.remove()
	if !f.renew.IsZero() {
		f.log.Info("the shop has an owner; the links for the first one are none any more")
	}
	return true, nil
}

// tell prints a link, and puts it into the file. The log has no secrets.
func (f *firstOwner) tell(link trade.OneTimeLink) {
	// The file comes first: whoever has read that there is a link finds it.
	address := f.url + setupPath + link.Token
	where := []any{"url", f.url + "/setup", "until", until(link)}
	text := fmt.Sprintf("%s\nThis link makes the first owner of the shop %s, once, until %s.\n", address, f.shop.Identity(), until(link))
	if err := replaceFile(f.file, text); err != nil {
		f.log.Warn("the link for the first owner could not be written to its file", "err", err)
	} else {
		where = append(where, "file", f.file)
	}
	f.log.Info("the shop has no owner yet: a link by which he is made was printed", where...)
	_, err := fmt.Fprintf(f.out, "\nThis shop has no owner yet. Open this link to become the owner, until %s:\n\n    %s\n\n", until(link), address)
	if err != nil {
		f.log.Warn("the link for the first owner could not be printed", "err", err)
	}
}

// remove removes the file of this shop's link, also one that a process left that was killed. That of
// another shop, which has the same working folder, stays.
func (f *firstOwner) remove() {
	text, err := os.ReadFile(f.file)
	if err == nil && strings.Contains(string(text), f.shop.Identity()) {
		err = os.Remove(f.file)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.log.Warn("the file with the first owner's link could not be removed; the link in it is none any more", "err", err)
	}
}

// replaceFile writes a file that only its owner may read, whole or not at all: another process may
// do so at the same moment, and what lies there may be a link to elsewhere.
func replaceFile(path, text string) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
	}
	return err
}

// lookAround refuses to open a shop to everybody into which people or programs have been let. It
// says whether a shop that is to be closed is of before: it has a trade, and has never asked for its
// owner.
func (c *serveCommand) lookAround(ctx context.Context, shop *trade.Shop, store string) (isOfBefore bool, err error) {
	has, err := shop.Has(ctx, dao.KindPerson, dao.KindKey, dao.KindLink)
	inhabited := has[dao.KindPerson] || has[dao.KindKey]
	switch {
	case err != nil:
		return false, err
	case c.Open && inhabited && !c.OpenAnyway:
		return false, fmt.Errorf("--open: %s has people or keys, and everybody would do without them: leave --open out, or add --open-anyway", dbmanagers.Redact(store))
	case c.Open || inhabited || has[dao.KindLink]:
		return false, nil
	}
	has, err = shop.Has(ctx, dao.KindProduct, dao.KindCart, dao.KindMessage)
	return has[dao.KindProduct] || has[dao.KindCart] || has[dao.KindMessage], err
}
