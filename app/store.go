package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"pulperia/dao"
	"pulperia/dao/dbmanagers"
	"pulperia/dao/filemanagers"
)

// storeOptions are what commands that open a store want of it.
type storeOptions struct {
	keep int           // how many changes the feed keeps at least; 0 for what the engine does by default
	bulk bool          // much is brought in and nothing is listed
	wait time.Duration // how long a database may take for an answer; 0 for what visitors bear
	log  *slog.Logger
}

// openStore opens a store: the database that a MongoDB URL names, or a folder.
func (g *globals) openStore(ctx context.Context, name string, o storeOptions) (dao.Store, error) {
	store, err := g.openEngine(ctx, name, o)
	if err == nil && g.hooks.wrap != nil {
		store = g.hooks.wrap(store)
	}
	return store, err
}

func (g *globals) openEngine(ctx context.Context, name string, o storeOptions) (dao.Store, error) {
	if dbmanagers.IsURL(name) {
		database, err := g.database(o.log)
		if err != nil {
			return dao.Store{}, err
		}
		database.Keep, database.Timeout = o.keep, o.wait
		return dbmanagers.Open(ctx, name, database)
	}
	dir, err := storeDir(name)
	if err != nil {
		return dao.Store{}, err
	}
	return filemanagers.Open(ctx, dir, filemanagers.Options{Keep: o.keep, Fold: g.hooks.fold, Log: o.log, Bulk: o.bulk, Accept: g.AcceptEdits})
}

// readStore opens a store to read it, beside a shop that has it open, too.
func (g *globals) readStore(ctx context.Context, name string, log *slog.Logger) (dao.Store, error) {
	if dbmanagers.IsURL(name) {
		o, err := g.database(log)
		if err != nil {
			return dao.Store{}, err
		}
		return dbmanagers.OpenReadOnly(ctx, name, o)
	}
	dir, err := storeDir(name)
	if err != nil {
		return dao.Store{}, err
	}
	return filemanagers.OpenReadOnly(ctx, dir, filemanagers.Options{Log: log, Accept: g.AcceptEdits})
}

// database returns the settings of a store in a database.
func (g *globals) database(log *slog.Logger) (dbmanagers.Options, error) {
	password, err := g.storePassword(log)
	return dbmanagers.Options{Password: password, Log: log}, err
}

// misspelt is a MongoDB URL that lost a slash, and would become a folder with a password in its
// name.
var misspelt = regexp.MustCompile(`(?i)^\s*mongodb(\+srv)?:`)

// storeDir refuses what is no folder.
func storeDir(name string) (string, error) {
	switch {
	case name == "":
		return "", errors.New(`--store "": must be a folder or a MongoDB URL`)
	case misspelt.MatchString(name) && !dbmanagers.IsURL(name):
		return "", fmt.Errorf("--store %s: a MongoDB URL begins with mongodb:// or mongodb+srv://", dbmanagers.Redact(name))
	case strings.Contains(name, "://"):
		return "", fmt.Errorf("--store %s: must be a folder, or a URL that begins with mongodb:// or mongodb+srv://", dbmanagers.Redact(name))
	}
	return name, nil
}

// passwordVariable has no flag beside it: the command line of a process is for everybody to read.
const passwordVariable = "PULPERIA_STORE_PASSWORD"

// storePassword returns the password for the place of <password> in a MongoDB URL, or nothing.
func (g *globals) storePassword(log *slog.Logger) (string, error) {
	file, password := g.StorePasswordFile, os.Getenv(passwordVariable)
	switch {
	case file == "":
		return password, nil
	case password != "":
		return "", fmt.Errorf("--store-password-file %s: there is a password in %s, too: take one of them away", file, passwordVariable)
	}
	return readPassword("--store-password-file", file, "the store's password", log)
}

// readPassword reads a file that holds a password, and warns when others may read it.
func readPassword(flag, file, what string, log *slog.Logger) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", flag, err)
	}
	password := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if password == "" {
		return "", fmt.Errorf("%s %s: is empty", flag, file)
	}
	info, err := os.Stat(file)
	if err == nil && info.Mode().IsRegular() && info.Mode()&0o077 != 0 && runtime.GOOS != "windows" {
		log.Warn("others may read the file with "+what+"; chmod 600 keeps it to you", "file", file, "mode", info.Mode().String())
	}
	return password, nil
}

// anyURL is what may hold a password: on the command line, also where a URL does not belong, and in
// our settings.
var anyURL = regexp.MustCompile(`(?is)([a-z][a-z0-9+.-]*://|mongodb(\+srv)?:).*`)

// withoutSecrets takes passwords of URLs out of a text that may quote the command line or the
// environment.
func withoutSecrets(text string, args []string) string {
	settings := args
	for _, setting := range os.Environ() {
		if strings.HasPrefix(setting, "PULPERIA_") {
			settings = append(settings[:len(settings):len(settings)], setting)
		}
	}
	for _, setting := range settings {
		if url := anyURL.FindString(setting); strings.Contains(url, "@") || dbmanagers.IsURL(url) || misspelt.MatchString(url) {
			shown, quoted := dbmanagers.Redact(url), strconv.Quote(url)
			text = strings.NewReplacer(url, shown, quoted[1:len(quoted)-1], shown, filepath.Clean(url), shown).Replace(text)
		}
	}
	return text
}
