package filemanagers

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// crash returns the disk as it may be after the power was lost: of what was not synced anything may
// be there or not.
func (d *memDisk) crash(random *rand.Rand) *memDisk {
	d.mu.Lock()
	defer d.mu.Unlock()
	after := newMemDisk()
	copies := map[*memInode]*memInode{}
	keep := func(name string, inode *memInode) {
		if copies[inode] == nil {
			text := inode.torn(random)
			copies[inode] = &memInode{text, slices.Clone(text), inode.at}
		}
		after.names[name] = copies[inode]
	}
	for _, name := range slices.Sorted(maps.Keys(d.safe)) {
		if d.names[name] == d.safe[name] || random.IntN(2) == 0 {
			keep(name, d.safe[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.names)) {
		if d.names[name] != d.safe[name] && random.IntN(2) == 0 {
			keep(name, d.names[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.safe)) { // a rename is atomic: the file has its old or its new name
		inode := d.safe[name]
		renamed := slices.Contains(slices.Collect(maps.Values(d.names)), inode) && copies[inode] == nil
		if replaced := after.names[name] == nil && d.names[name] != nil; renamed || replaced {
			keep(name, inode)
		}
	}
	after.safe = maps.Clone(after.names)
	return after
}

// torn returns the synced content, the whole content, or something between: a part of what came
// later, perhaps with a hole.
func (i *memInode) torn(random *rand.Rand) []byte {
	switch random.IntN(4) {
	case 0:
		return slices.Clone(i.safe)
	case 1:
		return slices.Clone(i.text)
	case 2:
		return i.reordered(random)
	}
	if len(i.text) <= len(i.safe) {
		return slices.Clone(i.safe)
	}
	end := len(i.safe) + random.IntN(len(i.text)-len(i.safe)+1)
	text := slices.Clone(i.text[:end])
	copy(text, i.safe)
	if added := end - len(i.safe); added > 0 && random.IntN(2) == 0 {
		hole := len(i.safe) + random.IntN(added)
		clear(text[hole:min(end, hole+512)])
	}
	return text
}

// reordered returns content of which each sector may be there or not, later ones without earlier
// ones, and of any of the two sizes.
func (i *memInode) reordered(random *rand.Rand) []byte {
	const sector = 128 // smaller than on a disk, as the files are
	text := make([]byte, max(len(i.safe), len(i.text)))
	copy(text, i.safe)
	for from := 0; from < len(i.text); from += sector {
		if to := min(from+sector, len(i.text)); random.IntN(2) == 0 {
			copy(text[from:to], i.text[from:to])
		}
	}
	if random.IntN(2) == 0 {
		return text[:len(i.safe)]
	}
	return text[:len(i.text)]
}
