// Package sqlite keeps everything in one SQLite file: the three store ports of sync/directory for
// one process, durable and without a server beside it. The driver is pure Go.
//
// # What it owns
//
// The file, its -wal and -shm beside it, and a .lock file by which a second process (or a second
// Open) is refused. All are readable by their owner only. A file that others can read is refused.
//
// # How it keeps its promises
//
// One connection writes, one change after the other; each is one transaction, and COMMIT returns
// once the write-ahead log is on the disk (synchronous=FULL). Others read beside it and always see
// whole commits. A record is stored as [directory.Encode] makes it, beside the columns that it is
// searched by; a link's version, fence and lease live in columns only. Who holds an account is a row
// with a unique key, so two links can't hold one even by a mistake of this package. How many links a group
// has in each state is counted as they are written.
//
// What is deleted is overwritten (secure_delete), in the file at the latest when the store is closed:
// sealed secrets that nobody is to open any more don't wait in free pages for whoever finds the key.
// Copies of the file, and blocks that the disk keeps, are beyond that.
//
// When the disk fails to confirm a write, nothing can be known about what is on it: the store then
// answers Unavailable until it is opened again. A full disk passes, once there is room.
//
// # What it never does
//
// It never retries, never logs what it stores, and needs no maintenance: the schema is brought up
// to date by Open, and a file from a newer release is refused.
package sqlite
