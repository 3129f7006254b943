package app

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"pulperia/dao"
	"pulperia/dao/filemanagers"
)

// openStore opens the store that --store names.
func openStore(ctx context.Context, name string, keep int, log *slog.Logger) (dao.Store, error) {
	dir, err := storeDir(name)
	if err != nil {
		return dao.Store{}, err
	}
	return filemanagers.Open(ctx, dir, filemanagers.Options{Keep: keep, Log: log})
}

// readStore opens the store that --store names to read it, beside a shop that has it open, too.
func readStore(ctx context.Context, name string, log *slog.Logger) (dao.Store, error) {
	dir, err := storeDir(name)
	if err != nil {
		return dao.Store{}, err
	}
	return filemanagers.OpenReadOnly(ctx, dir, filemanagers.Options{Log: log})
}

// storeDir refuses a URL, lest a folder is made of it; it may hold a password, so it is not shown.
func storeDir(name string) (string, error) {
	if scheme, _, isURL := strings.Cut(name, "://"); isURL {
		return "", fmt.Errorf("--store %s://…: stores of this kind are not supported; give a folder", scheme)
	}
	if name == "" {
		return "", fmt.Errorf(`--store "": must be a folder`)
	}
	return name, nil
}
