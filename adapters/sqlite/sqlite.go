package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"rollcall/sync/directory"
)

// Config says where the store is.
type Config struct {
	// Path of the database file. It is made if it isn't there; its folder must be.
	Path string
	// Logger is told when the schema changes and when the disk fails. Nil: nobody is.
	Logger *slog.Logger
}

// Store is one open database file.
type Store struct {
	log    *slog.Logger
	lock   *os.File
	reads  *pool
	db     *sql.DB // of the writer alone
	writer *writer
	broken atomic.Bool   // the disk failed to confirm a write
	latest atomic.Int64  // the latest moment that a caller has named
	gone   chan struct{} // closed with the store
	close  func() error
}

var _ directory.Store = (*Store)(nil)

// readers is how many reads run beside each other.
const readers = 4

// Open opens or makes a store, and brings its schema up to date. It blocks for the disk. Errors:
// Invalid (the path, the file or its mode is wrong, and the text says what to do), Conflict (another
// process has it open), Unavailable (the disk can't be read or written).
func Open(ctx context.Context, config Config) (*Store, error) {
	log := config.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	path, err := findFile(config.Path)
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(path)
	if err != nil {
		return nil, err
	}
	s := &Store{log: log, lock: lock, gone: make(chan struct{})}
	s.close = sync.OnceValue(s.release)
	if err := s.open(ctx, path); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, path string) error {
	if err := makeFile(path); err != nil {
		return err
	}
	var err error
	// The order counts: to switch to WAL, the file is locked, and busy_timeout governs that.
	s.db, err = sql.Open("sqlite", source(path, "busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "trusted_schema(0)", "cache_size(-16000)", "secure_delete(1)"))
	if err != nil {
		return translate(err)
	}
	s.db.SetMaxOpenConns(1)
	if err := migrate(ctx, s.db, s.log, path); err != nil {
		return err
	}
	if s.writer, err = newWriter(ctx, s.db); err != nil {
		return translate(err)
	}
	db, err := sql.Open("sqlite", source(path, "busy_timeout(5000)", "query_only(1)", "trusted_schema(0)"))
	if err != nil {
		return translate(err)
	}
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers)
	s.reads = &pool{db: db}
	return nil
}

// source is how the driver is told a path, whatever is in it, and the settings of each connection.
func source(path string, pragmas ...string) string {
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: url.Values{"_pragma": pragmas}.Encode()}
	return u.String()
}

// Close writes back what is in the log, and lets others open the file. It waits for the change
// that is being written. It may be called twice.
func (s *Store) Close() error { return s.close() }

func (s *Store) release() error {
	close(s.gone)
	var errs []error
	if s.reads != nil {
		errs = append(errs, s.reads.db.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	errs = append(errs, unlockFile(s.lock))
	if err := errors.Join(errs...); err != nil {
		return translate(err)
	}
	return nil
}

// usable says why the store can't be used, if it can't.
func (s *Store) usable() error {
	select {
	case <-s.gone:
		return directory.Errorf(directory.Unavailable, "the database is closed")
	default:
	}
	if s.broken.Load() {
		return directory.Errorf(directory.Unavailable, "the disk failed to confirm a write: look at it, then start again")
	}
	return nil
}
