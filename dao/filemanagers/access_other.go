//go:build !unix

package filemanagers

// unfollowed is nothing that such a system knows: [directory.open] looks before and after.
const unfollowed = 0

// mayWrite is not known here.
func mayWrite(string) error { return nil }
