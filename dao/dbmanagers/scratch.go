package dbmanagers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
)

// scratchPrefix begins the names of the databases that may be dropped.
const scratchPrefix = "pulperia_selftest_"

// ScratchURL returns the URL of a database that is not there yet, on the server that a URL names
// and for its user. Who logs in goes on logging in where the URL said.
func ScratchURL(url string, o Options) (string, error) {
	if _, err := parseURL(url, o.Password); err != nil {
		return "", err
	}
	p, _ := split(url)
	query := p.query
	if _, named := p.option("authSource"); p.hasUser && p.path != "" && !named && !strings.EqualFold(p.scheme, "mongodb+srv") { // there DNS says it
		query = strings.TrimPrefix(query+"&authSource="+p.path, "&")
	}
	scratch := p.scheme + "://"
	if p.hasUser {
		scratch += p.user
		if p.hasPassword {
			scratch += ":" + p.password
		}
		scratch += "@"
	}
	scratch += p.hosts + "/" + scratchPrefix + strings.ToLower(rand.Text()[:10])
	if query != "" {
		scratch += "?" + query
	}
	return scratch, nil
}

// DropScratch removes the database of a URL that ScratchURL made, and no other.
func DropScratch(ctx context.Context, url string, o Options) error {
	client, db, _, err := connect(ctx, url, o)
	if err != nil {
		return err
	}
	defer hangUp(client)
	if !strings.HasPrefix(db.Name(), scratchPrefix) {
		return fmt.Errorf("drop database %s: it is not one of the self-test", db.Name())
	}
	if err := db.Drop(ctx); err != nil {
		if unauthorized(err) {
			err = errors.New("the user may not drop databases")
		}
		return fmt.Errorf("drop database %s: %w", db.Name(), err)
	}
	return nil
}
