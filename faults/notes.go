package main

// notPromised is what nobody should count on, each with what to do about it.
var notPromised = []string{
	"**Damage to the JSON files of a shop that was stopped cleanly, when what it leaves breaks no rule.** A flipped bit that makes `price` 1500 out of 1400 " +
		"looks like an edit by hand, and edits are welcome then: it is taken in under a new epoch, and the log says that a file was edited. The journal, and every file after an unclean stop, are guarded by checksums. Keep backups (`pulperia export`).",
	"**A folder that has lost both `store.json` and the whole journal.** Nothing tells it from a folder with files that somebody wrote: they are taken in under a new epoch, and what stood only in the journal is not there. One of the two is enough for the start to be refused.",
	"**Damage to a file while the shop runs.** Products and carts are in memory and unharmed. Older messages are read from `messages.jsonl`: a line that is no JSON any more is an error, a letter that has changed is shown until `check` or the next start finds it.",
	"**A disk that says that it has synced and has not.** What it forgets is lost. If it forgets the end of the journal, the shop starts without it; if it forgets more, the start is refused.",
	"**The loss of the disk, the folder or the machine.** There is one copy. A backup is yours to make; `export` works beside the running shop.",
	"**Two shops on one folder of a network file system that has no `flock`** (some NFS, SMB and FUSE). The lock is what keeps the second one out. Several processes are what MongoDB is for.",
	"**A position from after the moment at which a backup was made, once the backup itself was put back in the place of the store** (a copy of the folder, a dump of the whole database). " +
		"Nothing tells the copy from the store, so it keeps its epoch: open pages load afresh, but one that comes back only when as much has happened anew goes on in a past that is not. `import` and `migrate` begin a new epoch.",
	"**That what other programs write into the files while the shop is open is taken in.** The next fold writes the file anew; what they wrote into `products.json` and the like is kept beside it (`products.edited-….json`, and a line in the log), what they wrote behind `messages.jsonl` is not.",
	"**That open pages hear at once of what others do in MongoDB.** It is in every answer from the next read on; open pages hear of it when the patrol comes by, within a second in a small shop, and of removed messages within some seconds; of messages that are changed or put back they do not hear. " +
		"What they delete while no shop is open, and the feed no longer tells of, is announced to nobody.",
	"**More than the server's own durability.** Writes wait for the majority and the journal; a standalone server is one copy, and a database that ignores write concern is believed.",
	"**Who a visitor is.** Only the staff have accounts. A visitor is who has the cookie of his visit: he may call himself as he likes, as long as it is no name of the staff, and the mark beside a name tells two apart, not who they are. Whoever knows a cart's id may change that cart.",
	"**Anything against whoever has the machine or the database.** He can make himself an owner, read the addresses, and take the shop's key; what lies there is hashes of passwords, sessions and keys, but for that key. Backups are as secret as the store.",
	"**That a line without TLS is private, or that a proxy tells the truth.** The shop speaks HTTP; put a proxy with TLS before it, and name only one of your own by `--trusted-proxy`: it is believed who asks.",
	"**That few attempts are few everywhere.** Wrong passwords are counted in each process since its start: several processes allow several times as many, and a restart begins anew.",
	"**Presence and typing** are kept for seconds, in no feed, and may be late or lost.",
	"**What was in a folder that was removed.** The shop notices at the next write (on Linux) or at `/readyz`, and refuses; what was there is gone.",
	"**A message that was never acknowledged** may be there or not after a crash. A client that sends it again with the same id is always right.",
	"**That trials prove the absence of faults.** They show what was tried, how often, and what was found.",
}

// bug is a fault of the shop that a trial found.
type bug struct {
	was  string
	test string // that keeps it from coming back: package and name
}

var bugs = []bug{
	{"A loss of power while old journal files were removed could keep an old one and lose a newer one, and so could a removal that failed: the next start was refused.",
		"dao/filemanagers TestDiskFails"},
	{"After a failed sync of the folder, a start moved files that the `store.json` of after a loss of power knew nothing of: the start after that was refused.",
		"dao/filemanagers TestDiskFails"},
	{"The first batch of a journal file, torn so that a later line of it was kept, was taken for damage: the start was refused.",
		"dao/filemanagers TestFirstBatchOfAFileIsTorn"},
	{"A shop that was killed again and again before a fold was due never folded, and its journal only grew.",
		"dao/filemanagers TestFoldsOverKills"},
	{"With the store's folder removed under it, the shop went on acknowledging writes, which went with the process.",
		"app TestFolderRemoved"},
	{"With the folder renamed, or another one in its place, `/readyz` stayed green.",
		"app TestFolderRenamed"},
	{"After the clock was set back, products made in one millisecond were listed in no order until it had caught up.",
		"dao/filemanagers TestClockSteps"},
	{"An export from MongoDB just after a kill put messages that were announced and not yet stamped last.",
		"dao/dbmanagers TestDumpOfWhatIsNotApplied"},
	{"On a server that gives up one of two writes that are in each other's way, a create was answered as impossible instead of being tried again; and one that met its own earlier attempt was answered with revision 0.",
		"dao/dbmanagers TestContract"},
	{"A process took its own load, still under way, for one that a dead process had left, and undid it.",
		"dao/dbmanagers TestLoad"},
	{"Where a product's id and code were both taken, the engines named different ones in the conflict.",
		"dao/dbmanagers TestBesideFiles"},
	{"Requests that were sent by half took all descriptors, so that no journal file could be begun: who was connected could not write until the attack ended.",
		"app TestDescriptorsForTheStore"},
	{"A search for a word of some thousand letters was answered 503 on MongoDB.",
		"dao/dbmanagers TestContract"},
	{"Broken bytes in a text hid the words around them from the search.",
		"dao/models FuzzWords"},
	{"A control character in the way back after choosing a language reached the header of the answer.",
		"routes/pages FuzzLocalPath"},
	{"Untidy paths were answered by a redirect without a request id, not by the shop.",
		"app TestUntidyPaths"},
}
