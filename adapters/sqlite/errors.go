package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"rollcall/sync/directory"
)

// translate makes the driver's error one of ours. Nothing of the driver's stays in it: its texts
// can quote what was stored.
func translate(err error) error {
	var ready *directory.Error
	var theirs *sqlite.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ready):
		return err
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return directory.Errorf(directory.Unavailable, "the caller gave up: %w", err)
	case errors.As(err, &theirs):
		return directory.Errorf(codeOf(theirs.Code()), "the database: %s", sqlite.ErrorCodeString[theirs.Code()&0xff])
	case errors.Is(err, sql.ErrConnDone), errors.Is(err, driver.ErrBadConn):
		return directory.Errorf(directory.Unavailable, "the database is closed")
	}
	return directory.Errorf(directory.Internal, "the database: %v", err)
}

// codeOf says what a caller may do about SQLite's code. After all of the Unavailable ones SQLite
// has undone, or will undo, what the transaction did.
func codeOf(code int) directory.Code {
	switch code & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM,
		sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_PROTOCOL:
		return directory.Unavailable
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return directory.Invalid
	}
	return directory.Internal
}

// unsure reports whether the disk failed to confirm a write. What it then holds can't be known from
// within: a second fsync would succeed without having written anything.
func unsure(err error) bool {
	var theirs *sqlite.Error
	if !errors.As(err, &theirs) {
		return false
	}
	code := theirs.Code()
	return code == sqlite3.SQLITE_IOERR_FSYNC || code == sqlite3.SQLITE_IOERR_DIR_FSYNC
}
