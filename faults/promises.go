package main

// promise is one sentence that the shop's documents make true or false.
type promise struct {
	says   string
	how    string   // it is tried, in a sentence
	trials []string // by name
}

// chapter is the promises about one part of the shop.
type chapter struct {
	title    string
	promises []promise
}

// chapters is every promise. promises_test.go holds that each has its trials, and that there is no
// trial without a promise.
var chapters = []chapter{
	{"Every store", everyStore},
	{"The JSON files", jsonFiles},
	{"MongoDB", mongoDB},
	{"What is live", live},
	{"Who may do what", access},
	{"Nothing is sold twice", orders},
	{"The program", program},
	{"Where features meet", meeting},
}

var everyStore = []promise{
	{"A write that was acknowledged survives the death of the process and of the power.",
		"The program is killed under load again and again, and every acknowledged write is looked for; under the file engine lies a disk that forgets what was not synced.",
		[]string{"kill", "power loss", "forgetful disk", "contract on files", "contract on MongoDB"}},
	{"A write is done, not done or of unknown outcome, and the answer says which.",
		"Steps of the disk and calls of the database fail or are cancelled in the middle; afterwards the store holds exactly what the answers allow.",
		[]string{"failing disk", "failed batches", "outages of the database", "contract on files", "contract on MongoDB"}},
	{"Nobody reads what is not durable.",
		"A disk is held in the middle of a sync while others read; after a failed step reads see only what was acknowledged.",
		[]string{"failed batches", "failing disk"}},
	{"A step is whole or not at all, for readers, followers and restarts: a step of many values of many kinds, and each of the steps of a load.",
		"Steps are refused, panic and end their goroutine half way; orders race for the last pieces; the power goes at every point of a life with them, and while many move stock about; loads are cut on a failing disk and by killing the process.",
		[]string{"power loss", "path of a step", "contract on files", "contract on MongoDB", "killed between steps", "loads", "cut files", "steps on the line"}},
	{"No update is lost: two hundred parallel additions to one cart add two hundred.",
		"Two hundred goroutines, and several processes on one database, change the same values.",
		[]string{"contract on files", "contract on MongoDB", "several processes"}},
	{"Every change is in one feed, once, in one order without a gap, the changes of a value in the order of their revisions.",
		"After each fault the whole feed is read and compared with what was written.",
		[]string{"contract on files", "contract on MongoDB", "power loss", "several processes", "killed between steps"}},
	{"The feed reaches back over at least the last 10,000 changes, and says so when it cannot tell; it never skips.",
		"More changes than are kept, then folds, restarts, pruning, and positions of every wrong kind.",
		[]string{"contract on files", "contract on MongoDB", "folds", "restored database"}},
	{"A create or a message that is sent again with the same id is there once; with other content it is a conflict.",
		"Repeated in parallel, after kills, and where the outcome was unknown.",
		[]string{"contract on files", "contract on MongoDB", "kill", "same id twice"}},
	{"What a store returns or is given is shared with nobody.",
		"Everything that goes in or out is altered by its owner, and the store is compared.",
		[]string{"contract on files", "contract on MongoDB"}},
	{"Both engines answer alike, and list as the pure function of the query says.",
		"The same random operations go to both engines side by side; random listings are compared with the function.",
		[]string{"both engines", "contract on files", "contract on MongoDB"}},
	{"The tests of the contract see a broken engine.",
		"Engines that are broken on purpose, each in one way, run through them; every one must fail.",
		[]string{"mutants"}},
}

var jsonFiles = []promise{
	{"A crash at any point of a write, a fold, a start or a stop loses and doubles nothing.",
		"The power goes at every single step of a scenario with all kinds of writes; of what was not synced anything may be there, in any order. Then the store is opened, compared with a model, used, and cut off again.",
		[]string{"power loss", "forgetful disk", "folds"}},
	{"When a step of the disk fails, an error is answered, reads go on, and after a restart everything acknowledged is there.",
		"Every call of the disk of a whole scenario fails once or for ever, with EIO, ENOSPC or half a write, until the scenario passes without meeting the fault.",
		[]string{"failing disk", "failed batches"}},
	{"A full disk costs no acknowledged write: reads go on, and with space again the shop goes on.",
		"A file system of a real, small size is filled to many levels, writes go on until it is full, then space is freed.",
		[]string{"full disk"}},
	{"Only the last batch may be torn by a crash; it is dropped and reported. Damage anywhere else is refused with file, place and remedy.",
		"Every file is cut at every byte and has every byte flipped; the store must refuse, or drop no more than the last batch.",
		[]string{"cut files", "flipped bytes"}},
	{"Wrong data is never served.",
		"Blocks of larger stores are zeroed, doubled and swapped, files cut, swapped and removed; what opens all the same is compared with everything the store ever held.",
		[]string{"flipped bytes", "random damage"}},
	{"After a clean stop the files may be edited by hand; a bad entry is named by file, line and field, and after an unclean stop an edit is refused.",
		"Good and bad edits of each file, after a clean stop and after a crash.",
		[]string{"edits by hand"}},
	{"A second writer is refused at once; export and check work beside a running shop and see a state that was.",
		"A second start; reads beside a writer that folds and writes without pause.",
		[]string{"beside the shop", "starts at once"}},
	{"A folder that is renamed, removed or made read-only under an open shop costs no acknowledged write that is still anywhere.",
		"Each of it happens under load; writes are refused, the shop stops being ready, and afterwards what was acknowledged is looked for.",
		[]string{"folder moved"}},
}

var mongoDB = []promise{
	{"A process that dies between any two steps of a change is completed by the others, and nothing is announced twice.",
		"A process is killed at each step of each kind of write, and of a load; another one looks from beside. On a model of the server, in virtual time, processes die and commands are lost, late and torn by thousands of seeds.",
		[]string{"killed between steps", "simulation"}},
	{"Several processes on one database show the same things in the same order.",
		"Processes write to the same values, are killed and cut off while others follow the feed.",
		[]string{"several processes", "several programs"}},
	{"While the server is away, calls end within their deadline with an error that says whether the write may be done; afterwards everything goes on.",
		"The line is cut and the server killed, paused and restarted under load.",
		[]string{"outages of the database", "outage"}},
	{"Documents that other applications write, however badly, take no page down; their unknown fields survive.",
		"Documents of wrong types and shapes, and random ones, are read, listed, changed and announced.",
		[]string{"foreign documents"}},
	{"A database that was restored or lost its feed gets a new epoch: nobody goes on from a past that is not there.",
		"Feeds and documents are dropped, put back older, and pruned behind a sleeping process.",
		[]string{"restored database"}},
	{"Writes wait for the majority and the journal, whatever the URL says.",
		"What goes over the wire is looked at.",
		[]string{"write concern"}},
	{"A password is in no log, error or answer.",
		"URLs of every form, good and bad, go through every way out.",
		[]string{"secrets of MongoDB", "secrets"}},
	{"A migration that was cut off goes on, and its target opens only when it is the same as the source.",
		"It is killed at random moments in both directions, its target spoilt, and both sides compared.",
		[]string{"killed migration", "migration"}},
}

var live = []promise{
	{"1. No gap, nothing twice: everything after a position arrives, in order, once; where it cannot, the client is told.",
		"Fifty clients of ours and ten of Socket.IO talk through a line that drops, delays, slices, resets and half-opens; restarts, other epochs, short feeds.",
		[]string{"bad line", "recovery", "pages at a position"}},
	{"2. Durable before seen: no socket shows a message that would not survive a loss of power.",
		"The hub only follows the feed, and no package can bypass that; the feed shows nothing before its sync.",
		[]string{"failed batches", "layers", "same id twice"}},
	{"3. Exactly once: a client that lost its line sends the same id again, and there is one message.",
		"Messages are sent again over bad lines, on socket and HTTP at once, and by a browser that was offline.",
		[]string{"bad line", "same id twice", "browser offline"}},
	{"4. One order: every client on every process sees the same.",
		"Clients of one hub and of several processes are compared.",
		[]string{"one order", "bad line", "several programs"}},
	{"5. A slow reader hurts nobody: past a bounded queue its line is closed, and it recovers.",
		"Readers stop reading under a flood while others must hear everything.",
		[]string{"slow reader", "slow clients", "floods"}},
	{"6. The reason of each close is a named value with its code.",
		"Every way to lose a line is gone.",
		[]string{"reasons"}},
	{"7. Limits are on by default: frames, messages, connections, silence, handshakes, origins.",
		"Each limit is passed from outside, by each door.",
		[]string{"limits of the line"}},
	{"8. Text is text, in every page.",
		"Hostile names, messages and products in templates and in real browsers, with a content security policy behind them.",
		[]string{"hostile text", "hostile texts everywhere", "hostile text in browsers"}},
}

var program = []promise{
	{"A program that is stopped for longer than any time-out, or has no descriptors left, loses nothing and goes on.",
		"SIGSTOP and SIGCONT under load, and more connections than there are descriptors.",
		[]string{"stopped program", "full descriptor table"}},
	{"Order does not depend on the clock.",
		"It is set forward and back by hours and by centuries, while the store is open and between starts.",
		[]string{"clock steps"}},
	{"The self-test finds out a store that does not keep its promises.",
		"Stores that lose, lie, halve, forget updates and muddle the order must each be found out; good ones on both engines must not.",
		[]string{"self-test"}},
	{"A stop says goodbye to the sockets, finishes requests within a deadline, and closes the store.",
		"Real signals to the program, with requests and sockets open.",
		[]string{"stop"}},
	{"Routes never publish: what is live follows the feed, and imports go one way.",
		"The imports of every package are compared with the table.",
		[]string{"layers"}},
	{"Every answer is what the shop's own OpenAPI document says, whatever is sent.",
		"Good, bad and hostile requests are made up from the document, and each answer is held to it.",
		[]string{"made-up requests"}},
	{"Clients that come in crowds, flood or dawdle leave nothing behind: memory, goroutines and descriptors stay flat.",
		"Connections end in every way there is, thousands drop and return at once, requests come byte by byte, and the shop works under load for long.",
		[]string{"crowds", "floods", "slow clients", "soak"}},
	{"An error shows no path, no driver's message and no stack.",
		"Every kind of error, and handlers that fail, through every route.",
		[]string{"errors"}},
}

var meeting = []promise{
	{"Whatever becomes of a store, everybody who looks on is told what is so: pages, API, open pages, export, check, and who starts it again.",
		"The program takes random walks through writes by every door, stops, kills, edits by hand, imports, moves to other stores and engines and back, " +
			"other programs in its database, dropped collections and indexes; after each act every door is asked the same questions, and a model knows the answers.",
		[]string{"walk", "walk through a line"}},
	{"Positions stay good: another past begins only where the store's own is gone.",
		"On the walks three readers stay on the line or come back with the position that they had reached, and each act says whether the epoch may change.",
		[]string{"walk", "walk as a guest"}},
	{"A shop to which nothing happens comes to rest, whatever happened to it before.",
		"On the walks it is left alone again and again; its CPU, its lines of log and its commands to the database are counted.",
		[]string{"walk", "walk through a line", "walk refused"}},
	{"A store that takes no writes for a while answers so, loses nothing and goes on.",
		"A database refuses all writes as a full cluster does, with a thousand documents waiting; files become unchangeable.",
		[]string{"walk refused"}},
	{"In a database that it shares the shop is a guest: of documents of others every field stays, but for what somebody told the shop to change.",
		"A walk begins on the year-old database of a mongoose application; after each act all its documents are compared, field by field.",
		[]string{"walk as a guest"}},
}
