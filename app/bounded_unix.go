//go:build unix

package app

import "syscall"

// descriptors returns how many the process may have open; 0 for any number. Go has raised the soft
// limit to the hard one.
func descriptors() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > 1<<24 {
		return 0
	}
	return int(limit.Cur)
}
