//go:build unix

package filemanagers

import "syscall"

// unfollowed opens no link, and does not wait for the other end of a pipe.
const unfollowed = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
