package routes

import (
	"fmt"
	"io/fs"
)

// assets are the addresses of the files of package public. Each changes with the file's content, so that a browser may
// keep what it got for good.
type assets map[string]string

func newAssets(files fs.FS) (assets, error) {
	a := assets{}
	if files == nil {
		return a, nil
	}
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
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

// url returns the address of a file, such as "css/base.css".
func (a assets) url(path string) string {
	if url, known := a[path]; known {
		return url
	}
	return "/public/" + path
}
