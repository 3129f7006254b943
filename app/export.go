package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"pulperia/catalogue"
	"pulperia/dao"
)

// exportStore writes a whole store to a target: "-" is out, a name that ends in .jsonl or .jsonl.gz
// is one file, and anything else is a folder. It returns what it wrote, in words.
func exportStore(ctx context.Context, store catalogue.Dumper, target string, out io.Writer) (string, error) {
	var written dao.Counts
	var err error
	switch {
	case target == "-":
		written, err = catalogue.WriteLines(ctx, out, store)
	case isExportFile(target):
		written, err = catalogue.WriteFile(ctx, target, store)
	default:
		if info, statErr := os.Stat(target); statErr == nil && !info.IsDir() {
			return "", fmt.Errorf("export: %s is a file: name a folder, or a file that ends in .jsonl or .jsonl.gz", target)
		}
		written, err = catalogue.WriteDir(ctx, target, store)
	}
	if err != nil {
		return "", fmt.Errorf("export to %s: %w", target, err)
	}
	return fmt.Sprintf("exported %s to %s", written, target), nil
}

func isExportFile(target string) bool {
	target = strings.ToLower(target)
	return strings.HasSuffix(target, ".jsonl") || strings.HasSuffix(target, ".jsonl.gz")
}
