#!/bin/sh
# Makes database.json anew: a database as the program of before steps left it (commit 42d8b52), in the
# middle of changes, of a create, a delete and two loads. Run it in the repository, with a MongoDB
# server that mongotest finds. What that program wrote never changes, so nobody has to.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
old=$(mktemp -d)
git worktree add --detach "$old" 42d8b52
cp "$here/make_test.go.txt" "$old/dao/dbmanagers/format1_test.go"
(cd "$old" && FIXTURE="$here/database.json" go tool withmongodb go test -count=1 -run '^TestFormat1$' ./dao/dbmanagers)
git worktree remove --force "$old"
