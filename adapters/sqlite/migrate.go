package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"

	"rollcall/sync/directory"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ours marks a database file as Rollcall's ("Roll"), so that no other one is written into.
const (
	ours    = 1383033964
	markOur = "PRAGMA application_id = 1383033964"
)

// migrate brings the schema up to date.
func migrate(ctx context.Context, db *sql.DB, log *slog.Logger, path string) error {
	if err := claimFile(ctx, db, path); err != nil {
		return err
	}
	provider, err := newProvider(db)
	if err != nil {
		return directory.Errorf(directory.Internal, "the migrations: %v", err)
	}
	known := provider.ListSources()
	newest := known[len(known)-1].Version
	have, err := provider.GetDBVersion(ctx)
	if err != nil {
		return opening(path, err)
	}
	if have > newest {
		return directory.Errorf(directory.Invalid, "%s was written by a newer release (its schema is %d, this one knows %d): start that release, or restore a backup", path, have, newest)
	}
	done, err := provider.Up(ctx)
	if err != nil {
		return opening(path, err)
	}
	for _, step := range done {
		log.Info("the database's schema was changed", "schema", step.Source.Version, "took", step.Duration)
	}
	return nil
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()),
		goose.WithGoMigrations(goose.NewGoMigration(5, &goose.GoFunc{RunTx: fillLinks}, nil)))
}

// claimFile refuses what is no database, or another program's, and marks a new one.
func claimFile(ctx context.Context, db *sql.DB, path string) error {
	var mark, tables int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&mark); err != nil {
		return opening(path, err)
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return opening(path, err)
	}
	switch {
	case mark == ours:
		return nil
	case mark != 0 || tables > 0:
		return directory.Errorf(directory.Invalid, "%s is another program's database: choose another path", path)
	}
	if _, err := db.ExecContext(ctx, markOur); err != nil {
		return opening(path, err)
	}
	return nil
}

// opening is why the file could not be opened, with what to do about it.
func opening(path string, err error) error {
	translated := translate(err)
	if directory.Is(translated, directory.Invalid) {
		return directory.Errorf(directory.Invalid, "%s is damaged or no database: restore a backup, or choose another path", path)
	}
	return directory.Errorf(directory.CodeOf(translated), "opening %s: %w", path, translated)
}
