// Package files serves the files that the program brings along, under addresses that change with
// their content, so that a browser may keep them for good.
package files

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"pulperia/routes/frame"
)

// Files serves embedded files: style sheets, scripts, drawings. They change only with the program,
// so their tags are made once.
type Files struct {
	byPath   map[string]file // the URL's path
	scripts  string          // the version of the modules, a folder of their addresses
	notFound http.HandlerFunc
}

type file struct {
	system  fs.FS
	name    string
	tag     string
	version string // the query of an address that means this content and no other
}

// New reads every file of the file systems, which stand under their prefixes. One that is nil
// has no files.
func New(notFound http.HandlerFunc, systems map[string]fs.FS) (*Files, error) {
	f := &Files{byPath: map[string]file{}, notFound: notFound}
	for prefix, system := range systems {
		if system == nil {
			continue
		}
		err := fs.WalkDir(system, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := fs.ReadFile(system, name)
			f.byPath[prefix+name] = file{system, name, frame.WeakTag(content), assetVersion(content)}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read the files of %s: %w", prefix, err)
		}
		if prefix == "/public/" {
			if f.scripts, err = scriptsVersion(system); err != nil {
				return nil, fmt.Errorf("read the scripts: %w", err)
			}
		}
	}
	return f, nil
}

// assetVersion is the query that the pages put behind a file's path, so that a browser may keep the
// file for good.
func assetVersion(content []byte) string {
	sum := sha256.Sum256(content)
	return "v=" + hex.EncodeToString(sum[:4])
}

// Serve answers with the file at a path.
func (f *Files) Serve(w http.ResponseWriter, r *http.Request) {
	path, current := f.unversioned(r.URL.Path)
	file, ok := f.byPath[path]
	if !ok {
		f.notFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Etag", file.tag)
	switch {
	case current || r.URL.RawQuery == file.version:
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	case strings.HasPrefix(r.URL.Path, "/demo/"):
		header.Set("Cache-Control", "public, max-age=86400") // drawings may be a day old
	default:
		header.Set("Cache-Control", "no-cache") // a page and its style belong together: ask each time
	}
	http.ServeFileFS(w, r, file.system, file.name)
}

// ServeAs answers with the file at a path where browsers ask for it under another one.
func (f *Files) ServeAs(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		file, ok := f.byPath[path]
		if !ok {
			f.notFound(w, r)
			return
		}
		w.Header().Set("Etag", file.tag)
		w.Header().Set("Cache-Control", "public, max-age=86400")
		http.ServeFileFS(w, r, file.system, file.name)
	}
}

// unversioned returns the path of a module without the folder that names a version, and whether
// that version is the current one. A page from before the last start asks for another; it gets what
// there is, to be asked for again.
func (f *Files) unversioned(path string) (plain string, current bool) {
	const folder = "/public/" + scriptFolder
	rest, ok := strings.CutPrefix(path, folder)
	version, name, versioned := strings.Cut(rest, "/")
	if !ok || !versioned {
		return path, false
	}
	return folder + name, version == f.scripts
}
