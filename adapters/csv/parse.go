package csv

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcall/sync/directory"
)

// The lines that are not people.
const (
	groupLine = "#group"
	endLine   = "#end"
)

// table is a file that was read whole.
type table struct {
	Sheet
	ended bool             // it has an #end line, and its count is right
	byID  map[string]int32 // places in People
}

// parser reads a text line by line. A line is a person or a directive: a quoted field never runs on
// to the next line, so an unclosed quote can't swallow people.
type parser struct {
	table
	delimiter rune
	columns   [colCount]column
	at        [colCount]int // where the header has each column; -1: nowhere
	width     int           // of the header; 0: not seen yet
	lost      bool          // the header can't be used, so no line after it can
	lines     []int32       // of each person
	end       int           // what the #end line says; -1: not seen
	fields    []string      // of the line at hand
	cells     map[string][]string
	problems  problems
}

// parse reads a whole file, or says what is wrong with it: everything at once, by line, and naming
// nobody. There is no table with an error.
func parse(text string, columns Columns, delimiter rune) (*table, error) {
	text, err := decode(text)
	if err != nil {
		return nil, err
	}
	p := &parser{delimiter: delimiter, columns: columns.list(), end: -1, cells: make(map[string][]string)}
	rows := strings.Count(text, "\n")
	p.byID = make(map[string]int32, rows)
	p.People = make([]Person, 0, rows)
	p.lines = make([]int32, 0, rows)
	for number := 1; text != ""; number++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		p.line(number, strings.TrimSuffix(line, "\r"))
		if p.lost {
			break
		}
	}
	p.finish()
	if err := p.problems.err(); err != nil {
		return nil, err
	}
	return &p.table, nil
}

// decode checks what can be told from the text as a whole, and takes off the byte order mark.
func decode(text string) (string, error) {
	const save = "save the file as UTF-8 (in a spreadsheet: \"CSV UTF-8\")"
	switch {
	case strings.TrimSpace(text) == "":
		return "", directory.Errorf(directory.Incomplete, "the file is empty: it may be being written; write it elsewhere and move it into place")
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"), strings.Contains(text, "\x00"):
		return "", directory.Errorf(directory.Invalid, "the file is UTF-16, or no text at all: %s", save)
	case !utf8.ValidString(text):
		return "", directory.Errorf(directory.Invalid, "line %d is not UTF-8, but perhaps Latin-1 or Windows-1252: %s", invalidLine(text), save)
	case !strings.HasSuffix(text, "\n"):
		return "", directory.Errorf(directory.Incomplete, "the file does not end with a line feed: its last line may be cut off; write it elsewhere and move it into place")
	}
	return strings.TrimPrefix(text, "\ufeff"), nil
}

func invalidLine(text string) int {
	number := 1
	for line := range strings.Lines(text) {
		if !utf8.ValidString(line) {
			break
		}
		number++
	}
	return number
}

// line reads one line.
func (p *parser) line(number int, line string) {
	switch {
	case strings.ContainsFunc(line, isForbidden):
		p.problems.add(number, directory.Invalid, "it has a control character: take it out")
	case strings.Trim(line, " \t"+string(p.delimiter)) == "":
		// Spreadsheets leave lines of nothing but delimiters.
	case p.end >= 0:
		p.problems.add(number, directory.Invalid, "it comes after the %s line: are these two files in one?", endLine)
	case strings.HasPrefix(line, "#"):
		p.directive(number, line)
	case !p.split(line):
		p.problems.add(number, directory.Invalid, "a quote is not closed, or stands inside a field: put the field in quotes, and double those in it")
	case p.width == 0:
		p.header(number)
	case len(p.fields) != p.width:
		p.problems.add(number, directory.Invalid, "it has %d fields, and the header has %d: put fields that contain the delimiter in quotes", len(p.fields), p.width)
	default:
		p.person(number)
	}
}

func isForbidden(r rune) bool { return unicode.IsControl(r) && r != '\t' }

// split puts a line's fields into p.fields, and reports whether its quotes are right.
func (p *parser) split(line string) bool {
	p.fields = p.fields[:0]
	for {
		field, rest, more, ok := p.field(line)
		if !ok {
			return false
		}
		p.fields = append(p.fields, field)
		if !more {
			return true
		}
		line = rest
	}
}

// field takes the first field off a line, and reports whether more follow.
func (p *parser) field(line string) (field, rest string, more, ok bool) {
	if !strings.HasPrefix(line, `"`) {
		field, rest, more = strings.Cut(line, string(p.delimiter))
		return clean(field), rest, more, !strings.Contains(field, `"`)
	}
	// The closing quote is the first that isn't doubled.
	end := 1
	for {
		i := strings.IndexByte(line[end:], '"')
		if i < 0 {
			return "", "", false, false
		}
		end += i + 1
		if !strings.HasPrefix(line[end:], `"`) {
			break
		}
		end++
	}
	field = strings.ReplaceAll(line[1:end-1], `""`, `"`)
	rest, more = strings.CutPrefix(line[end:], string(p.delimiter))
	return clean(field), rest, more, more || rest == ""
}

// directive reads a line that begins with #. There are two, and no comments: an id that begins with
// # and lacks its quotes must not vanish as one.
func (p *parser) directive(number int, line string) {
	word, rest := line, ""
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		word, rest = line[:i], strings.TrimLeft(line[i:], " \t")
	}
	if word != groupLine && word != endLine {
		p.problems.add(number, directory.Invalid, "it begins with # and is neither %s nor %s: put an id that begins with # in quotes", groupLine, endLine)
		return
	}
	if !p.split(rest) || p.fields[0] == "" || strings.Join(p.fields[1:], "") != "" {
		p.problems.add(number, directory.Invalid, "%s is followed by one name or number, in quotes if it contains the delimiter", word)
		return
	}
	if word == groupLine {
		p.declare(number, p.fields[0])
		return
	}
	count, err := strconv.Atoi(p.fields[0])
	if err != nil || count < 0 {
		p.problems.add(number, directory.Invalid, "%s is followed by how many people the file has", endLine)
		return
	}
	p.end = count
}

func (p *parser) declare(number int, group string) {
	if strings.ContainsAny(group, groupSeparators) {
		p.problems.add(number, directory.Invalid, "a group's name can't contain a semicolon or a bar")
		return
	}
	p.Groups = append(p.Groups, group)
}

// header finds the columns.
func (p *parser) header(number int) {
	p.width = len(p.fields)
	defer func() { p.lost = p.problems.any() }()
	for c, col := range p.columns {
		p.at[c] = -1
		for i, name := range p.fields {
			switch {
			case fold(name) != col.header:
			case p.at[c] >= 0:
				p.problems.add(number, directory.Invalid, "two columns are named %q: which one is the %s?", col.header, col.field)
			default:
				p.at[c] = i
			}
		}
		if p.at[c] < 0 && col.required {
			p.problems.add(number, directory.Invalid, "the header has no column %q for the %s%s", col.header, col.field, p.hint())
		}
	}
}

// hint guesses at a wrong delimiter.
func (p *parser) hint() string {
	if p.width == 1 {
		return ": it has a single column, so the delimiter may be another than the configured one"
	}
	return ": add it, or map the column that has it"
}

// cell is a field of the line at hand; empty where the header lacks the column.
func (p *parser) cell(c int) string {
	if p.at[c] < 0 {
		return ""
	}
	return p.fields[p.at[c]]
}

// person reads a line that is somebody.
func (p *parser) person(number int) {
	id := p.cell(colID)
	active, known := statusOf(p.cell(colStatus))
	exempt, said := exemptionOf(p.cell(colExempt))
	first, twice := p.byID[id]
	switch {
	case id == "":
		p.problems.add(number, directory.Invalid, "it has no id")
	case fold(id) == p.columns[colID].header && fold(p.cell(colName)) == p.columns[colName].header:
		p.problems.add(number, directory.Invalid, "it is the header again: are these two files in one?")
	case twice:
		p.problems.add(number, directory.Invalid, "it has the same id as line %d: every person has an id of their own", p.lines[first])
	case !known:
		p.problems.add(number, directory.Invalid, "its status is not known: write active or disabled")
	case !said:
		p.problems.add(number, directory.Invalid, "what it says of exempt is not known: write yes or no")
	default:
		p.byID[id] = int32(len(p.People))
		p.lines = append(p.lines, int32(number))
		p.People = append(p.People, Person{
			ID: id, Name: p.cell(colName), Email: p.cell(colEmail), Groups: p.groups(p.cell(colGroups)),
			Active: active, Exempt: exempt, Zone: p.cell(colZone), Locale: p.cell(colLocale),
		})
	}
}

// statusOf reads the status column, and reports whether it knows the word.
func statusOf(cell string) (active, known bool) {
	switch fold(cell) {
	case "", "active", "enabled", "yes", "true", "1":
		return true, true
	case "disabled", "inactive", "suspended", "deleted", "no", "false", "0":
		return false, true
	}
	return false, false
}

// exemptionOf reads the exempt column, and reports whether it knows the word.
func exemptionOf(cell string) (exempt, known bool) {
	switch fold(cell) {
	case "exempt", "yes", "true", "1":
		return true, true
	case "", "no", "false", "0":
		return false, true
	}
	return false, false
}

// groupSeparators are between the groups in one field.
const groupSeparators = ";|"

// groups are those of a cell, each once. Equal cells share one slice.
func (p *parser) groups(cell string) []string {
	if cell == "" {
		return nil
	}
	if groups, known := p.cells[cell]; known {
		return groups
	}
	var groups []string
	seen := make(map[string]bool)
	for name := range strings.FieldsFuncSeq(cell, func(r rune) bool { return strings.ContainsRune(groupSeparators, r) }) {
		if name = clean(name); name != "" && !seen[fold(name)] {
			seen[fold(name)] = true
			groups = append(groups, name)
		}
	}
	p.cells[cell] = groups
	return groups
}

// finish checks what can be told at the end only.
func (p *parser) finish() {
	p.ended = p.end >= 0
	switch {
	case p.width == 0:
		p.problems.add(0, directory.Incomplete, "the file has no header")
	case p.problems.any():
		// The count would be off for want of the lines that were refused.
	case p.ended && p.end != len(p.People):
		p.problems.add(0, directory.Incomplete, "the file has %d people, and its %s line says %d: write it whole, elsewhere, and move it into place", len(p.People), endLine, p.end)
	case !p.ended && len(p.People) == 0:
		p.problems.add(0, directory.Incomplete, "the file has a header and nobody: if that is meant, end it with %s 0", endLine)
	}
}

// problems are what is wrong with a file; the first ten are told.
type problems struct {
	told []string
	more int
	code directory.Code
}

const problemsTold = 10

// add records a problem of a line; line 0 is the file as a whole.
func (ps *problems) add(line int, code directory.Code, format string, args ...any) {
	if ps.code != directory.Incomplete {
		ps.code = code
	}
	if len(ps.told) == problemsTold {
		ps.more++
		return
	}
	text := fmt.Sprintf(format, args...)
	if line > 0 {
		text = fmt.Sprintf("line %d: %s", line, text)
	}
	ps.told = append(ps.told, text)
}

func (ps *problems) any() bool { return len(ps.told) > 0 }

func (ps *problems) err() error {
	if !ps.any() {
		return nil
	}
	text := strings.Join(ps.told, "; ")
	if ps.more > 0 {
		text += fmt.Sprintf("; and %d more", ps.more)
	}
	return directory.Errorf(ps.code, "the file is refused as a whole: %s", text)
}
