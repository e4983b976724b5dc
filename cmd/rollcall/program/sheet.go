package program

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"iter"
	"strings"
	"time"

	"rollcall/sync/directory"
)

// sheet is a list as others read it, written row by row: every row has the same columns.
type sheet interface {
	row(values ...string) error
	end() error
}

// The formats of a sheet.
const (
	formatCSV  = "csv"
	formatJSON = "json"
)

// newSheet begins a sheet.
func newSheet(to io.Writer, format string, columns []string) (sheet, error) {
	switch format {
	case formatCSV:
		s := csvSheet{bufio.NewWriter(to)}
		return s, s.row(columns...)
	case formatJSON:
		return &jsonSheet{to: bufio.NewWriter(to), columns: columns}, nil
	}
	return nil, directory.Errorf(directory.Invalid, "there is no format %q: use csv or json", format)
}

// csvSheet is as RFC 4180 has it, with every field in quotes: so whatever stands in one is never more than a field.
type csvSheet struct{ to *bufio.Writer }

func (s csvSheet) row(values ...string) error {
	for i, value := range values {
		if i > 0 {
			_ = s.to.WriteByte(',') // the last write tells
		}
		_, _ = s.to.WriteString(`"` + strings.ReplaceAll(inert(value), `"`, `""`) + `"`)
	}
	_, err := s.to.WriteString("\r\n")
	return err
}

func (s csvSheet) end() error { return s.to.Flush() }

// inert keeps a spreadsheet from taking a value for a formula: a name is whatever somebody typed. Some pass over a
// NUL before one.
// https://owasp.org/www-community/attacks/CSV_Injection
func inert(value string) string {
	if value != "" && strings.ContainsRune("=+-@\t\r\n\x00", rune(value[0])) {
		return "'" + value
	}
	return value
}

// jsonSheet is an array of objects, each with the columns in their order.
type jsonSheet struct {
	to      *bufio.Writer
	columns []string
	rows    int
}

func (s *jsonSheet) row(values ...string) error {
	before := ",\n"
	if s.rows == 0 {
		before = "[\n"
	}
	s.rows++
	_, _ = s.to.WriteString(before) // the last write tells
	for i, value := range values {
		before := ","
		if i == 0 {
			before = "{"
		}
		key, _ := json.Marshal(s.columns[i])
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		_, _ = s.to.WriteString(before + string(key) + ":" + string(text))
	}
	_, err := s.to.WriteString("}")
	return err
}

func (s *jsonSheet) end() error {
	closing := "\n]\n"
	if s.rows == 0 {
		closing = "[]\n"
	}
	_, _ = s.to.WriteString(closing)
	return s.to.Flush()
}

// planColumns are those of a plan's lines.
var planColumns = []string{"intent", "name", "member", "group", "state", "account", "counterpart", "reason", "drift", "link"}

// linesAtOnce is how many lines are read from the store at once.
const linesAtOnce = 200

// writePlan writes a plan's lines, in the order of their links.
func (m *Main) writePlan(ctx context.Context, to io.Writer, format string, tenant directory.TenantID, plan string) error {
	s, err := newSheet(to, format, planColumns)
	if err != nil {
		return err
	}
	query := directory.LineQuery{Limit: linesAtOnce}
	for {
		lines, err := m.Store.ProposalLines(ctx, tenant, plan, query)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if err := s.row(string(l.Intent), l.Name, l.Link.Member.Text(), string(l.Group), string(l.State), accountText(l.Account), accountText(l.Counterpart), l.Reason, l.Drift, l.Link.Text()); err != nil {
				return err
			}
			query.After = l.Link
		}
		if len(lines) < linesAtOnce {
			return s.end()
		}
	}
}

// exportColumns are those of an export: a link, with what it is between, for systems that act on it.
var exportColumns = []string{
	"member", "name", "email", "group", "state", "primary", "account", "account_email", "secondary", "counterpart", "counterpart_email",
	"stand_in", "linked_at", "suspended_at", "exempt", "waits_for_plan", "kept_until", "why", "link",
}

// writeExport writes links.
func writeExport(to io.Writer, format string, links iter.Seq2[directory.Exported, error]) error {
	s, err := newSheet(to, format, exportColumns)
	if err != nil {
		return err
	}
	for e, err := range links {
		if err != nil {
			return err
		}
		l := e.Link
		kept := ""
		if l.Kept() {
			kept = momentText(l.Leaving.Until)
		}
		if err := s.row(
			l.Member.ID.Text(), l.Member.Name, l.Member.Email.Reveal(), string(l.Group), string(l.State),
			string(l.Primary), accountText(l.Account), e.Account.Email.Reveal(),
			string(l.Secondary), accountText(l.Counterpart), e.Counterpart.Email.Reveal(),
			string(l.StandIn.Kind), momentText(l.LinkedAt), momentText(l.SuspendedAt),
			ifSo(l.Exempted || l.Member.Exempt), ifSo(l.Waits()), kept, l.Why, l.Key.Text(),
		); err != nil {
			return err
		}
	}
	return s.end()
}

func accountText(account directory.AccountID) string {
	if account.IsZero() {
		return ""
	}
	return account.Text()
}

// ifSo is how a sheet says yes.
func ifSo(yes bool) string {
	if yes {
		return "yes"
	}
	return ""
}

func momentText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
