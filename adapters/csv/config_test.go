package csv

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"rollcall/sync/directory"
)

func TestConfigTellsEverythingAtOnce(t *testing.T) {
	_, err := New(Config{Delimiter: 'x', PageSize: -1, MaxBytes: -1, Columns: Columns{ID: "Mail", Email: "mail", Name: "groups"}})
	if !directory.Is(err, directory.Invalid) {
		t.Fatalf("got %v, want invalid", err)
	}
	for _, part := range []string{
		"the tenant is missing", "the name is missing", "the path is missing", "the page size", "the largest size",
		"the delimiter", "id and email have the same header", "name and groups have the same header",
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not say %q: %v", part, err)
		}
	}
}

// What a log says of a file is numbers: nobody's name, address or id.
func TestLogNamesNobody(t *testing.T) {
	var log bytes.Buffer
	d := newDesk(t, func(cfg *Config) { cfg.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	d.write(strings.Replace(good, "bob@corp.example", "bob at corp", 1))
	d.mustPage("")
	d.mustPage("")
	for _, part := range []string{"people=3", "groups=4", `msg="addresses can't be used" directory=people people=1`} {
		if strings.Count(log.String(), part) != 1 {
			t.Errorf("the log does not say %q once: %s", part, log.String())
		}
	}
	for _, secret := range []string{"Ann", "Bob", "bob", "@", "e1", d.path} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log says %q", secret)
		}
	}
}

func TestErrorsDoNotNameThePath(t *testing.T) {
	d := newDesk(t, nil)
	d.refuses(directory.Unavailable, "not there")
	if _, err := d.page(""); strings.Contains(err.Error(), d.path) {
		t.Errorf("the error names the path: %v", err)
	}
}

// Another way to read the same bytes is another file.
func TestCursorExpiresWithTheConfiguration(t *testing.T) {
	d := newDesk(t, func(cfg *Config) { cfg.PageSize = 1 })
	d.write(good)
	midway := d.mustPage("").Cursor
	d.mustPage(midway)
	d.cfg.Columns.Status = "exempt"
	d.cfg.Columns.Exempt = "status"
	if _, err := d.page(midway); !directory.Is(err, directory.Expired) {
		t.Errorf("got %v, want expired", err)
	}
}

// A cursor from somewhere else may say anything.
func TestCursorBeyondTheGroup(t *testing.T) {
	d := newDesk(t, func(cfg *Config) { cfg.PageSize = 1 })
	d.write(good)
	midway := d.mustPage("").Cursor
	beyond := strings.Replace(midway, ".1.", ".99.", 1)
	if beyond == midway {
		t.Fatalf("the cursor %q has no row 1", midway)
	}
	if _, err := d.page(beyond); !directory.Is(err, directory.Expired) {
		t.Errorf("got %v, want expired", err)
	}
}
