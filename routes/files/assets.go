package files

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// Assets are the addresses of the files of package public. Each changes with the file's content, so
// that a browser may keep what it got for good.
type Assets map[string]string

// NewAssets reads the addresses of the public files. Without files there are none.
func NewAssets(files fs.FS) (Assets, error) {
	a := Assets{}
	if files == nil {
		return a, nil
	}
	scripts, err := scriptsVersion(files)
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if script, ok := strings.CutPrefix(path, scriptFolder); ok {
			a[path] = "/public/" + scriptFolder + scripts + "/" + script
			return nil
		}
		content, err := fs.ReadFile(files, path)
		a[path] = "/public/" + path + "?" + assetVersion(content)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the public files: %w", err)
	}
	return a, nil
}

// URL returns the address of a file, such as "css/base.css".
func (a Assets) URL(path string) string {
	if url, known := a[path]; known {
		return url
	}
	return "/public/" + path
}

// scriptFolder holds the modules. They import one another by relative addresses, so the version of
// all of them stands in the path and not behind it: a browser never has modules of two builds on
// one page, and may keep them for good.
const scriptFolder = "js/"

// scriptsVersion returns the version of the modules together.
func scriptsVersion(files fs.FS) (string, error) {
	scripts, err := fs.Sub(files, strings.TrimSuffix(scriptFolder, "/"))
	if err != nil {
		return "", err
	}
	if _, err := fs.Stat(scripts, "."); err != nil {
		return "", nil // a shop without scripts
	}
	hash := sha256.New()
	if err := Hash(hash, scripts); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)[:4]), nil
}

// Hash adds the name and content of every file to a hash.
func Hash(hash io.Writer, files fs.FS) error {
	if files == nil {
		return nil
	}
	return fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		fmt.Fprintf(hash, "%s %d\n%s", path, len(content), content)
		return err
	})
}
