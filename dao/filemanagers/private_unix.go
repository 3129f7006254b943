//go:build unix

package filemanagers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"pulperia/dao/models"
)

// keepPrivate takes a folder and the files of the store in it from everybody but their owner: they
// hold addresses, hashes and secrets. Stores of before, and what somebody has put there, are
// brought forward; what others keep in the folder stays as it is. It says how many files it has
// changed.
func keepPrivate(dir string) (files int, err error) {
	files, err = keepFolderPrivate(dir, isOurs)
	images := filepath.Join(dir, imagesFolder)
	if info, gone := os.Lstat(images); gone != nil || !info.IsDir() {
		return files, err
	}
	more, failed := keepFolderPrivate(images, func(name string) bool {
		_, wrong := models.ParseHash(strings.TrimSuffix(name, temporarySuffix))
		return wrong == nil
	})
	return files + more, errors.Join(err, failed)
}

// keepFolderPrivate does so with one folder.
func keepFolderPrivate(dir string, ours func(name string) bool) (files int, err error) {
	root, err := os.OpenRoot(dir) // a link that takes a file's place leads nowhere
	if err != nil {
		return 0, err
	}
	defer root.Close()
	names, err := directory(dir).List()
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, name := range append(names, ".") {
		if name != "." && !ours(name) {
			continue
		}
		info, err := root.Lstat(name)
		if err == nil && info.Mode()&0o077 == 0 {
			continue
		}
		if err == nil {
			err = root.Chmod(name, info.Mode()&^0o077)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
			continue
		}
		if name != "." {
			files++
		}
	}
	return files, errors.Join(failed...)
}
