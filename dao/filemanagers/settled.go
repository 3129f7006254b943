package filemanagers

// Unsettled says whether a folder is that of a store whose JSON files may lack changes: a shop has
// it open, or was not stopped in order.
func Unsettled(dir string) bool {
	m, err := readMeta(directory(dir))
	return err == nil && m != nil && !m.Clean
}
