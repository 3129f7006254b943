package app

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"pulperia/licences"
)

// release is the version of this program, as CHANGELOG.md lists it.
const release = "0.1.0"

// version returns the release, with the commit if the Go tool recorded one.
func version() string {
	if commit := commit(); commit != "" {
		return release + " (" + commit + ")"
	}
	return release
}

// commit returns what the Go tool recorded: where it found no repository, nothing.
func commit() (commit string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	changed := ""
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			commit = setting.Value[:min(12, len(setting.Value))]
		case setting.Key == "vcs.modified" && setting.Value == "true":
			changed = " and changes"
		}
	}
	return commit + changed
}

// versionCommand prints what somebody who helps asks for first.
type versionCommand struct{}

// Run prints.
func (*versionCommand) Run(streams Streams) error {
	built := commit()
	if built == "" {
		built = "not recorded"
	}
	_, err := fmt.Fprintf(streams.Out, "pulperia %s\ncommit   %s\nbuilt by %s\nfor      %s/%s\n",
		release, built, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// licencesCommand prints the notices.
type licencesCommand struct{}

// Run prints.
func (*licencesCommand) Run(streams Streams) error {
	_, err := io.WriteString(streams.Out, licences.Text())
	return err
}
