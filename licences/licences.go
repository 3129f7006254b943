// Package licences holds the notices of all that is compiled into the program: its own, Go's, and
// those of every module.
//
// licences.txt is made from the module graph by `go generate ./licences`, and its test fails as
// soon as the graph says something else.
package licences

import _ "embed"

//go:generate go test -count=1 . -run Licences -update

//go:embed licences.txt
var text string

// Text returns the notices, whole.
func Text() string { return text }
