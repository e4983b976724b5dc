package csv

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// Config says where a directory's file is and how to read it. Tenant, Name and Path are required;
// the zero value of every other field is its default.
type Config struct {
	// Tenant is the customer whose people the file has. Every other tenant is told that there is
	// no such group.
	Tenant directory.TenantID
	// Name is the directory's name in the configuration, and in the ids of its members. Change it
	// and everybody is somebody else.
	Name string
	// Path is the file. It may be a link.
	Path string
	// Columns are the names of the header's columns.
	Columns Columns
	// Delimiter separates the fields of a line: ',' (the default), ';', '|' or a tab.
	Delimiter rune
	// RequireEnd refuses a file without an #end line even where none was ever seen.
	RequireEnd bool
	// PageSize is how many people a page has at most. Zero means 1,000.
	PageSize int
	// MaxBytes is how large the file may be. Zero means 256 MiB.
	MaxBytes int64
	// Now is compared with the times that the file system gives to files, so it must be the clock
	// of this machine: never one that was moved. Nil means time.Now.
	Now func() time.Time
	// Logger hears of each new version of the file: how many people and groups it has, and how many
	// addresses can't be used. Nil is silent.
	Logger *slog.Logger
}

// Columns are the names of the columns, as the header has them; case and white space around them do
// not matter. An empty name means the field's own: "id", "name", "email", "groups", "status",
// "exempt", "zone", "locale". The first four must be in the header. So must any of the others that
// is named here: name "status" and "exempt" explicitly, so that an export that loses them is
// refused.
type Columns struct {
	ID     string
	Name   string
	Email  string
	Groups string
	Status string
	Exempt string
	Zone   string
	Locale string
}

const (
	defaultPageSize = 1000
	defaultMaxBytes = 256 << 20
)

// column is one column as the reader wants it.
type column struct {
	field    string // the field's own name
	header   string // the header's, folded
	required bool
}

// The columns' places in [Columns.list].
const (
	colID = iota
	colName
	colEmail
	colGroups
	colStatus
	colExempt
	colZone
	colLocale
	colCount
)

func (c Columns) list() [colCount]column {
	named := func(field, name string, must bool) column {
		if name == "" {
			return column{field, field, must}
		}
		return column{field, fold(name), true}
	}
	return [colCount]column{
		colID:     named("id", c.ID, true),
		colName:   named("name", c.Name, true),
		colEmail:  named("email", c.Email, true),
		colGroups: named("groups", c.Groups, true),
		colStatus: named("status", c.Status, false),
		colExempt: named("exempt", c.Exempt, false),
		colZone:   named("zone", c.Zone, false),
		colLocale: named("locale", c.Locale, false),
	}
}

// Validate reports everything that is wrong with the configuration at once, each with its fix, as
// one Invalid error. It does not look at the file.
func (c Config) Validate() error {
	var wrong []string
	missing := func(absent bool, text string) {
		if absent {
			wrong = append(wrong, text)
		}
	}
	missing(c.Tenant == "", "the tenant is missing: name the one whose people the file has")
	missing(strings.TrimSpace(c.Name) == "", "the name is missing: give the directory a name that never changes")
	missing(c.Path == "", "the path is missing: name the file")
	missing(c.PageSize < 0, "the page size is negative: leave it out for 1000")
	missing(c.MaxBytes < 0, "the largest size is negative: leave it out for 256 MiB")
	missing(!strings.ContainsRune("\x00,;|\t", c.Delimiter), "the delimiter is unknown: use a comma, a semicolon, a bar or a tab")
	byHeader := make(map[string]string)
	for _, col := range c.Columns.list() {
		if other, twice := byHeader[col.header]; twice {
			wrong = append(wrong, fmt.Sprintf("the columns %s and %s have the same header: map each to its own", other, col.field))
		}
		byHeader[col.header] = col.field
	}
	if len(wrong) == 0 {
		return nil
	}
	return directory.Errorf(directory.Invalid, "csv directory: %s", strings.Join(wrong, "; "))
}

func (c Config) withDefaults() Config {
	if c.Delimiter == 0 {
		c.Delimiter = ','
	}
	if c.PageSize == 0 {
		c.PageSize = defaultPageSize
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = defaultMaxBytes
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// scope is a digest of all that makes a cursor of one group meaningless elsewhere: another tenant,
// another group, another way to read the same bytes.
func (c Config) scope(group string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %v", c.Tenant, c.Name, fold(group), c.Delimiter, c.Columns.list()))
	return fmt.Sprintf("%x", sum[:8])
}
