package filemanagers

import (
	"os"

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
