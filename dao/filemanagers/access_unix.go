//go:build unix

package filemanagers

import "golang.org/x/sys/unix"

// unfollowed opens no link, and does not wait for the other end of a pipe.
const unfollowed = unix.O_NOFOLLOW | unix.O_NONBLOCK

// mayWrite says whether files may be made in a folder, without making one.
func mayWrite(dir string) error { return unix.Access(dir, unix.W_OK|unix.X_OK) }
