// Package public holds what the browser loads beside the pages: style sheets, scripts and drawings,
// embedded as they are, without a build step. vendor is what others have written.
package public

import (
	"embed"
	"io/fs"
)

//go:embed css img js vendor
var files embed.FS

// Files returns the files as they are served below /public/, such as "css/base.css".
func Files() fs.FS { return files }
