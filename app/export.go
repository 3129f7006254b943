package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pulperia/catalogue"
	"pulperia/dao"
	"pulperia/dao/models"
)

// exportStore writes a whole store to a target: "-" is out, a name that ends in .jsonl or .jsonl.gz
// is one file, and anything else is a folder. It returns what it wrote, in words, with a line for
// what whoever keeps it must know.
func exportStore(ctx context.Context, store catalogue.Dumper, target string, out io.Writer) (string, error) {
	var written catalogue.Written
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
		if _, statErr := os.Stat(target); statErr != nil && slices.Contains(noFolders, strings.ToLower(filepath.Ext(target))) {
			return "", fmt.Errorf("export: %s would be a folder: name one that does not end in %s, or a file that ends in .jsonl or .jsonl.gz", target, filepath.Ext(target))
		}
		written, err = catalogue.WriteDir(ctx, target, store)
	}
	if err != nil {
		return "", fmt.Errorf("export to %s: %w", target, err)
	}
	said := fmt.Sprintf("exported %s to %s", written, target)
	if written.Images > 0 {
		said += fmt.Sprintf(", with %d images", written.Images)
	}
	if n := len(written.Missing); n > 0 {
		said += fmt.Sprintf("\nnote: left out are the bytes of %d images that it names, which are missing or damaged in the store (pulperia check says how): %s",
			n, named(written.Missing))
	}
	if secrets := only(written.Counts, dao.KindPerson, dao.KindKey, dao.KindSecrets); secrets.Total() > 0 {
		said += "\nnote: it holds what lets people and programs in (hashes of passwords and keys, the shop's own key): keep it as you keep the store"
	}
	if written.Left.Total() > 0 {
		said += "\nnote: left out are " + leftBehind(written.Left)
	}
	return said, nil
}

// named lists some hashes, or the first of many.
func named(hashes []models.Hash) string {
	const most = 10
	texts := make([]string, 0, most)
	for _, hash := range hashes[:min(len(hashes), most)] {
		texts = append(texts, string(hash))
	}
	if len(hashes) > most {
		texts = append(texts, "…")
	}
	return strings.Join(texts, ", ")
}

// only returns the counts of some kinds.
func only(all dao.Counts, kinds ...dao.Kind) dao.Counts {
	some := dao.Counts{}
	for _, kind := range kinds {
		some[kind] = all[kind]
	}
	return some
}

// leftBehind names what stays in its store, and what that means.
func leftBehind(left dao.Counts) string {
	var names []string
	for _, s := range dao.Kinds() {
		if n := left[s.Kind]; n > 0 {
			names = append(names, fmt.Sprintf("%d %s", n, s))
		}
	}
	return strings.Join(names, " and ") + ", which stay in their store: elsewhere everybody signs in again"
}

// noFolders are ends of names that nobody gives a folder.
var noFolders = []string{".csv", ".tsv", ".txt", ".json", ".xls", ".xlsx", ".ods", ".zip", ".gz", ".tgz", ".tar"}

func isExportFile(target string) bool {
	target = strings.ToLower(target)
	return strings.HasSuffix(target, ".jsonl") || strings.HasSuffix(target, ".jsonl.gz")
}
