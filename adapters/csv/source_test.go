package csv_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"rollcall/adapters/csv"
	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

func TestSource(t *testing.T) {
	for _, tt := range []struct {
		name  string
		write func(t *testing.T, path string, sheet csv.Sheet)
	}{
		{"with an end line", func(t *testing.T, path string, sheet csv.Sheet) {
			if err := csv.Write(path, sheet); err != nil {
				t.Fatal(err)
			}
		}},
		{"without an end line, moved into place when it was old", func(t *testing.T, path string, sheet csv.Sheet) {
			if err := csv.Write(path+".new", sheet); err != nil {
				t.Fatal(err)
			}
			text := readText(t, path+".new")
			writeText(t, path+".new", text[:strings.LastIndex(text, "#end")])
			old := time.Now().Add(-time.Hour)
			if err := os.Chtimes(path+".new", old, old); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(path+".new", path); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			directorytest.RunSource(t, func(t *testing.T) directorytest.SourceHarness { return harness(t, tt.write) })
		})
	}
}

// harness is two tenants' files in a folder of the test's own.
func harness(t *testing.T, write func(t *testing.T, path string, sheet csv.Sheet)) directorytest.SourceHarness {
	folder := t.TempDir()
	path := func(tenant directory.TenantID) string { return filepath.Join(folder, string(tenant)+".csv") }
	// spoil is a fault that changes the file's text.
	spoil := func(change func(text string) string) func(directory.TenantID) func() {
		return func(tenant directory.TenantID) func() {
			text := readText(t, path(tenant))
			writeText(t, path(tenant), change(text))
			return func() {
				writeText(t, path(tenant), text)
				old := time.Now().Add(-time.Hour)
				if err := os.Chtimes(path(tenant), old, old); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	invalid, incomplete := []directory.Code{directory.Invalid}, []directory.Code{directory.Incomplete}
	return directorytest.SourceHarness{
		Source: func() directory.Source {
			sources := make(byTenant)
			for _, tenant := range []directory.TenantID{"t1", "t2"} {
				source, err := csv.New(csv.Config{Tenant: tenant, Name: "people", Path: path(tenant), PageSize: 3})
				if err != nil {
					t.Fatal(err)
				}
				sources[tenant] = source
			}
			return sources
		},
		Name:     "people",
		Tenants:  [2]directory.TenantID{"t1", "t2"},
		PageSize: 3,
		Fill: func(tenant directory.TenantID, roster directorytest.Roster) {
			sheet := csv.Sheet{Groups: roster.Groups}
			for _, p := range roster.People {
				sheet.People = append(sheet.People, csv.Person{
					ID: p.ID, Name: p.Name, Email: p.Email, Groups: p.Groups,
					Active: !p.Disabled, Exempt: p.Exempt, Zone: p.Zone, Locale: p.Locale,
				})
			}
			write(t, path(tenant), sheet)
		},
		Faults: []directorytest.SourceFault{
			{Name: directorytest.DuplicateID, Codes: invalid, Break: spoil(func(text string) string {
				return text + "p000,Another,another@exam.example,g,active,,,\n"
			})},
			{Name: "duplicate id within the count", Codes: invalid, Break: spoil(func(text string) string {
				return strings.Replace(text, "\np001,", "\np000,", 1)
			})},
			{Name: "cut off in a line", Codes: []directory.Code{directory.Invalid, directory.Incomplete}, Break: spoil(func(text string) string {
				return text[:len(text)/2]
			})},
			{Name: "empty", Codes: incomplete, Break: spoil(func(string) string { return "" })},
			{Name: "header only", Codes: incomplete, Break: spoil(func(text string) string {
				return text[:strings.Index(text, "\n")+1]
			})},
			{Name: "UTF-16", Codes: invalid, Break: spoil(toUTF16)},
			{Name: "a column is lost", Codes: invalid, Break: spoil(func(text string) string {
				return strings.Replace(text, "email", "phone", 1)
			})},
			{Name: "not there", Codes: []directory.Code{directory.Unavailable}, Break: func(tenant directory.TenantID) func() {
				move(t, path(tenant), path(tenant)+".away")
				return func() { move(t, path(tenant)+".away", path(tenant)) }
			}},
			{Name: "a folder in its place", Codes: invalid, Break: func(tenant directory.TenantID) func() {
				move(t, path(tenant), path(tenant)+".away")
				if err := os.Mkdir(path(tenant), 0o700); err != nil {
					t.Fatal(err)
				}
				return func() {
					if err := os.Remove(path(tenant)); err != nil {
						t.Fatal(err)
					}
					move(t, path(tenant)+".away", path(tenant))
				}
			}},
		},
	}
}

// byTenant is a file for each tenant under one directory name, as the program puts them together.
type byTenant map[directory.TenantID]*csv.Source

func (b byTenant) Page(ctx context.Context, tenant directory.TenantID, group, cursor string) (directory.Page, error) {
	return b.of(tenant).Page(ctx, tenant, group, cursor)
}

func (b byTenant) Member(ctx context.Context, tenant directory.TenantID, group string, id directory.MemberID) directory.Standing {
	return b.of(tenant).Member(ctx, tenant, group, id)
}

// of is the tenant's own, and for a stranger any: each refuses strangers by itself.
func (b byTenant) of(tenant directory.TenantID) *csv.Source {
	if source := b[tenant]; source != nil {
		return source
	}
	return b["t1"]
}

func toUTF16(text string) string {
	b := bytes.NewBufferString("\xff\xfe")
	for _, u := range utf16.Encode([]rune(text)) {
		b.Write([]byte{byte(u), byte(u >> 8)})
	}
	return b.String()
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func writeText(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
