package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"rollcall/sync/directory"
)

// writer is the one connection that writes, and its statements, prepared once.
type writer struct {
	turn  chan struct{} // holds a token while nobody writes
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func newWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{turn: make(chan struct{}, 1), conn: conn, stmts: make(map[string]*sql.Stmt)}
	w.turn <- struct{}{}
	return w, nil
}

// close waits for the change that is being written.
func (w *writer) close() error {
	<-w.turn // and never gives it back
	var errs []error
	for _, stmt := range w.stmts {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, w.conn.Close())...)
}

// tx is a transaction of the writer. Its statements don't know the caller's context: one that was
// interrupted would take the others' results with it.
type tx struct{ w *writer }

// write runs one transaction: all that run does, durably, or nothing. A caller may give up while it
// waits for its turn; once it has begun the change is made or refused for its own reasons only.
func (s *Store) write(ctx context.Context, run func(tx) error) error {
	if err := s.usable(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return translate(err)
	}
	select {
	case <-s.writer.turn:
	case <-ctx.Done():
		return translate(ctx.Err())
	case <-s.gone:
		return s.usable()
	}
	defer func() { s.writer.turn <- struct{}{} }()
	if err := s.usable(); err != nil {
		return err
	}

	t := tx{s.writer}
	if _, err := t.exec("BEGIN IMMEDIATE"); err != nil {
		return translate(err)
	}
	err := run(t)
	if err == nil {
		_, err = t.exec("COMMIT")
	}
	if err == nil {
		return nil
	}
	if unsure(err) {
		s.broken.Store(true)
		s.log.Error("the disk failed to confirm a write", "error", translate(err))
	}
	// Where SQLite has rolled back by itself, there is nothing left to roll back.
	_, _ = t.exec("ROLLBACK")
	return translate(err)
}

func (t tx) stmt(query string) (*sql.Stmt, error) {
	stmt := t.w.stmts[query]
	if stmt == nil {
		var err error
		if stmt, err = t.w.conn.PrepareContext(context.Background(), query); err != nil {
			return nil, err
		}
		t.w.stmts[query] = stmt
	}
	return stmt, nil
}

func (t tx) exec(query string, args ...any) (sql.Result, error) {
	stmt, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	return stmt.Exec(args...)
}

// row reads the only row of an answer, and reports whether there is one.
func (t tx) row(query string, args []any, into ...any) (bool, error) {
	stmt, err := t.stmt(query)
	if err != nil {
		return false, err
	}
	return found(stmt.QueryRow(args...).Scan(into...))
}

func found(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// each reads the rows of an answer.
func (t tx) each(query string, args []any, scan func(scanner) error) error {
	stmt, err := t.stmt(query)
	if err != nil {
		return err
	}
	return each(context.Background(), stmt, args, scan)
}

// scanner is a row, there to be scanned.
type scanner interface{ Scan(into ...any) error }

// errEnough ends the reading of rows.
var errEnough = errors.New("enough")

func each(ctx context.Context, stmt *sql.Stmt, args []any, scan func(scanner) error) error {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	for err == nil && rows.Next() {
		err = scan(rows)
	}
	if errors.Is(err, errEnough) {
		err = nil
	}
	return errors.Join(err, rows.Err(), rows.Close())
}

// pool is the connections that read, and their statements.
type pool struct {
	db    *sql.DB
	stmts sync.Map // of *sql.Stmt, by query
}

func (p *pool) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if known, ok := p.stmts.Load(query); ok {
		return known.(*sql.Stmt), nil
	}
	stmt, err := p.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if known, twice := p.stmts.LoadOrStore(query, stmt); twice {
		_ = stmt.Close()
		return known.(*sql.Stmt), nil
	}
	return stmt, nil
}

// read runs one query, which sees whole commits only.
func (s *Store) read(ctx context.Context, query string, args []any, scan func(scanner) error) error {
	if err := s.usable(); err != nil {
		return err
	}
	stmt, err := s.reads.stmt(ctx, query)
	if err == nil {
		err = each(ctx, stmt, args, scan)
	}
	if err != nil && s.usable() != nil {
		return s.usable()
	}
	return translate(err)
}

// records reads the records that a query answers, in its order.
func records[T any](ctx context.Context, s *Store, query string, args ...any) ([]T, error) {
	var out []T
	err := s.read(ctx, query, args, func(row scanner) error {
		var record sql.RawBytes
		if err := row.Scan(&record); err != nil {
			return err
		}
		value, err := directory.Decode[T](record)
		out = append(out, value)
		return err
	})
	return out, err
}

// record reads the one record that a query answers. NotFound says what there isn't.
func record[T any](ctx context.Context, s *Store, none, query string, args ...any) (T, error) {
	out, err := records[T](ctx, s, query, args...)
	return only(out, err, none)
}

// only is the first of what was read, and NotFound where that is nothing.
func only[T any](values []T, err error, none string) (T, error) {
	var zero T
	switch {
	case err != nil:
		return zero, err
	case len(values) == 0:
		return zero, directory.Errorf(directory.NotFound, "%s", none)
	}
	return values[0], nil
}
