package models

import (
	"bytes"
	"slices"
)

// ArrayPart returns what values add to an array that is written part by part; all parts and the end
// give what [WriteArray] makes of all values. first says that no value came before.
func ArrayPart[T any](values []T, first bool) []byte {
	if len(values) == 0 {
		return nil
	}
	var b bytes.Buffer
	WriteArray(&b, slices.Values(values)) // a buffer takes everything
	part := bytes.TrimSuffix(b.Bytes(), []byte("\n]\n"))
	if !first {
		part[0] = ',' // in place of the bracket
	}
	return part
}

// ArrayEnd returns the end of an array that was written part by part. empty says that no value
// came.
func ArrayEnd(empty bool) []byte {
	if empty {
		return []byte("[]\n")
	}
	return []byte("\n]\n")
}
