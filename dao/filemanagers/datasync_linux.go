package filemanagers

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// datasync is fdatasync: the content and the length, without the times that nobody reads.
func datasync(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}

// isRemoved says whether a file has no name any more.
func isRemoved(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Nlink == 0
}
