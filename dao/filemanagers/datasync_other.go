//go:build !linux

package filemanagers

import "os"

func datasync(f *os.File) error { return f.Sync() }
