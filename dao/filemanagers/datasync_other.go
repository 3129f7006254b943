//go:build !linux

package filemanagers

import "os"

func datasync(f *os.File) error { return f.Sync() }

// isRemoved is not known here.
func isRemoved(os.FileInfo) bool { return false }
