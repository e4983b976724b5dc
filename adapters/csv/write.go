package csv

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"rollcall/sync/directory"
)

// Read is the sheet of a file with the default columns, for an editor of it. Errors as
// [Source.Page].
func Read(path string) (Sheet, error) {
	c, err := readFile(path, defaultMaxBytes)
	if err != nil {
		return Sheet{}, err
	}
	t, err := parse(c.text, Columns{}, ',')
	if err != nil {
		return Sheet{}, err
	}
	for i := range t.People {
		t.People[i].Groups = append([]string(nil), t.People[i].Groups...) // equal ones share a slice
	}
	return t.Sheet, nil
}

// Write makes the file at path say this, with the default columns and an #end line. It writes
// beside it and moves the whole into place, so that a reader sees the old file or the new one, and
// it is durable when Write returns. Only its owner may read it. A link at path is replaced.
//
// Invalid: the sheet can't be written, and the file is as it was. Unavailable: it could not be
// written; path has the old file or the new one.
func Write(path string, sheet Sheet) error {
	text, err := format(sheet)
	if err != nil {
		return err
	}
	if err := replace(path, text); err != nil {
		return directory.Errorf(directory.Unavailable, "writing the file: %w", withoutPath(err))
	}
	return nil
}

// format is a sheet as text. It refuses what would not be read back as the same, but for white space
// around a field.
func format(sheet Sheet) (string, error) {
	var b strings.Builder
	b.WriteString("id,name,email,groups,status,exempt,zone,locale\n")
	for _, group := range sheet.Groups {
		if err := checkGroup(group); err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s %s\n", groupLine, quote(group))
	}
	for i, p := range sheet.People {
		if err := p.write(&b); err != nil {
			return "", fmt.Errorf("person %d: %w", i+1, err)
		}
	}
	fmt.Fprintf(&b, "%s %d\n", endLine, len(sheet.People))
	// What can't be seen in one person, such as an id that two have, the reader says.
	if _, err := parse(b.String(), Columns{}, ','); err != nil {
		return "", err
	}
	return b.String(), nil
}

func (p Person) write(b *strings.Builder) error {
	for _, group := range p.Groups {
		if err := checkGroup(group); err != nil {
			return err
		}
	}
	status, exempt := "active", ""
	if !p.Active {
		status = "disabled"
	}
	if p.Exempt {
		exempt = "yes"
	}
	for i, cell := range [colCount]string{
		colID: p.ID, colName: p.Name, colEmail: p.Email, colGroups: strings.Join(p.Groups, ";"),
		colStatus: status, colExempt: exempt, colZone: p.Zone, colLocale: p.Locale,
	} {
		if cell != strings.ToValidUTF8(cell, "") || strings.ContainsFunc(cell, unicode.IsControl) {
			return directory.Errorf(directory.Invalid, "a field has a line break or another control character")
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(cell))
	}
	b.WriteByte('\n')
	return nil
}

func checkGroup(group string) error {
	if clean(group) == "" || strings.ContainsAny(clean(group), groupSeparators) || strings.ContainsFunc(group, unicode.IsControl) {
		return directory.Errorf(directory.Invalid, "a group's name is empty, or has a semicolon, a bar or a control character")
	}
	return nil
}

// quote puts a field in quotes where it needs them.
func quote(field string) string {
	if strings.ContainsAny(field, `",`) || strings.HasPrefix(field, "#") {
		return `"` + strings.ReplaceAll(field, `"`, `""`) + `"`
	}
	return field
}

// replace puts a text into the place of the file at path, whole or not at all, and durably.
func replace(path, text string) (err error) {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, ".rollcall-*.csv") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // the first error is the one to tell
		}
	}()
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(folder)
}

// syncFolder makes the move itself durable.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
