package pictures

import "encoding/binary"

// tagOrientation is the one thing of EXIF that says how a picture is to be shown.
const tagOrientation = 0x0112

// orientationOf returns the orientation that the first directory of a TIFF has: 1 where it has none,
// or is none.
func orientationOf(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if order.Uint16(tiff[2:]) != 42 || at+2 > int64(len(tiff)) {
		return 1
	}
	entries := min(int64(order.Uint16(tiff[at:])), maxDirectory)
	for at += 2; entries > 0 && at+12 <= int64(len(tiff)); entries-- {
		if order.Uint16(tiff[at:]) == tagOrientation {
			if o := int(order.Uint16(tiff[at+8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		at += 12
	}
	return 1
}

// swaps says whether an orientation makes width of height.
func swaps(orientation int) bool { return orientation >= 5 }

// upright returns where a pixel of the upright picture stands in a picture of width by height that
// is not.
func upright(orientation, width, height int) func(x, y int) (int, int) {
	right, bottom := width-1, height-1
	switch orientation {
	case 2:
		return func(x, y int) (int, int) { return right - x, y }
	case 3:
		return func(x, y int) (int, int) { return right - x, bottom - y }
	case 4:
		return func(x, y int) (int, int) { return x, bottom - y }
	case 5:
		return func(x, y int) (int, int) { return y, x }
	case 6:
		return func(x, y int) (int, int) { return y, bottom - x }
	case 7:
		return func(x, y int) (int, int) { return right - y, bottom - x }
	case 8:
		return func(x, y int) (int, int) { return right - y, x }
	}
	return func(x, y int) (int, int) { return x, y }
}
