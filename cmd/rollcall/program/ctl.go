package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"rollcall/bot/command"
	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// Reply is what a command on the command line led to.
type Reply struct {
	Text    string
	Failed  bool   // nothing was done, and Text says why
	Confirm string // a code: nothing was done yet, and the command "confirm" with it does it
	Console string // where the progress of long work shows; empty: it is done
	Plan    string // the id of the plan that it was about; empty: of none
}

// Progress is how far long work is.
type Progress struct {
	Line   string // one line; empty: it hasn't begun
	Over   bool
	Text   string // what came of it, once it is over
	Failed bool
}

// Command gives a command, as an admin would in chat.
func (c *Control) Command(ctx context.Context, tenant, line string) (Reply, error) {
	return askWith[Reply](ctx, c, "/ctl", url.Values{"tenant": {tenant}, "line": {line}})
}

// Progress asks how far the work is that a command began.
func (c *Control) Progress(ctx context.Context, tenant, console string) (Progress, error) {
	return askWith[Progress](ctx, c, "/ctl/progress", url.Values{"tenant": {tenant}, "console": {console}})
}

// File fetches a tenant's links, or with the id of a plan that one's lines, as csv or json. An error may come after some
// of it was written.
func (c *Control) File(ctx context.Context, tenant, plan, format string, to io.Writer) error {
	what := fileLinks
	if plan != "" {
		what = filePlan
	}
	resp, err := c.send(ctx, &http.Client{Transport: c.client.Transport}, "/ctl/file", url.Values{"tenant": {tenant}, "what": {what}, "plan": {plan}, "format": {format}})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(to, resp.Body); err != nil {
		return fmt.Errorf("the file broke off: %w", err)
	}
	return nil
}

// obeys answers commands on the socket.
func (m *Main) obeys(mux *http.ServeMux) {
	mux.HandleFunc("POST /ctl", func(w http.ResponseWriter, r *http.Request) {
		reply, err := m.obey(r.Context(), directory.TenantID(r.FormValue("tenant")), r.FormValue("line"))
		answer(w, reply, err)
	})
	mux.HandleFunc("POST /ctl/progress", func(w http.ResponseWriter, r *http.Request) {
		progress, err := m.progress(r.Context(), directory.TenantID(r.FormValue("tenant")), r.FormValue("console"))
		answer(w, progress, err)
	})
	mux.HandleFunc("POST /ctl/file", m.sendFile)
}

// obey carries a command out for whoever may reach the socket.
func (m *Main) obey(ctx context.Context, id directory.TenantID, line string) (Reply, error) {
	tenant, err := m.Store.Tenant(ctx, id)
	if directory.Is(err, directory.NotFound) {
		return Reply{}, m.noTenant(ctx, id)
	}
	if err != nil {
		return Reply{}, err
	}
	c := m.consoles.open(id, m.options.Now())
	card, ok := m.commands.Try(context.WithValue(ctx, consoleKey{}, c), command.Caller{
		Installation: directory.Installation{Tenant: id}, Role: command.Admin, Lang: "en", Zone: tenant.Settings.Zone, Event: c.id, Direct: true,
	}, line)
	text, err := command.Text(card)
	if err != nil {
		return Reply{}, err
	}
	reply := Reply{Text: text, Failed: !ok}
	for _, a := range card.Actions {
		if a.Press.Verb == catalog.VerbConfirm {
			reply.Confirm = a.Press.Nonce
		}
	}
	var began bool
	if began, reply.Plan = c.begun(); began {
		reply.Console = c.id
	}
	return reply, nil
}

// mostMisses is how often a job may be gone before it counts as over without a last report.
const mostMisses = 3

// progress is how far the work is that was begun at a console.
func (m *Main) progress(ctx context.Context, tenant directory.TenantID, id string) (Progress, error) {
	c := m.consoles.find(id, m.options.Now())
	if c == nil || c.tenant != tenant {
		return Progress{}, errors.New("rollcall was started anew meanwhile: the work goes on, and the command status shows it")
	}
	report, shown := c.newest()
	if !shown || !report.Over {
		gone, err := m.jobGone(ctx, c)
		if err != nil || !gone {
			return Progress{Line: progressLine(report)}, err
		}
		if report, shown = c.newest(); !shown || !report.Over {
			return Progress{Over: true}, nil
		}
	}
	text, err := command.Text(command.Report(report, c.account(), m.title))
	return Progress{Line: progressLine(report), Over: true, Text: text, Failed: report.Proposal.State == directory.ProposalFailed}, err
}

// jobGone reports whether nothing works on a console's job any more.
func (m *Main) jobGone(ctx context.Context, c *console) (bool, error) {
	readings, err := m.Store.Readings(ctx, c.tenant)
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(readings, func(r directory.Reading) bool { return r.Job != nil && r.Job.To == c.account() }) {
		return false, nil
	}
	return c.miss() > mostMisses, nil
}

// progressLine is a report in one line.
func progressLine(r directory.Report) string {
	if r.Job.ID == "" {
		return ""
	}
	line := fmt.Sprintf("%s: %d", r.Job.Kind, r.Job.Done)
	if r.Job.Total > 0 {
		line += fmt.Sprintf(" of %d", r.Job.Total)
	}
	if r.Rate > 0 {
		line += fmt.Sprintf(", %.0f a second", r.Rate)
	}
	if r.Left > 0 {
		line += ", " + r.Left.Round(time.Second).String() + " left"
	}
	if r.Job.Trouble != "" {
		line += ": " + printable(r.Job.Trouble)
	}
	return line
}

// sendFile answers with a file.
func (m *Main) sendFile(w http.ResponseWriter, r *http.Request) {
	tenant := directory.TenantID(r.FormValue("tenant"))
	_, err := m.Store.Tenant(r.Context(), tenant)
	if directory.Is(err, directory.NotFound) {
		err = m.noTenant(r.Context(), tenant)
	}
	if err != nil {
		answer(w, nil, err)
		return
	}
	file, err := files{m}.file(r.Context(), tenant, fileRequest{What: r.FormValue("what"), Plan: r.FormValue("plan"), Format: r.FormValue("format")}, byOperator)
	if err != nil {
		answer(w, nil, errors.New(said(err)))
		return
	}
	counted := &begun{ResponseWriter: w}
	switch err := file.Write(r.Context(), counted); {
	case err != nil && counted.wrote:
		panic(http.ErrAbortHandler) // nobody is to take a part for the whole
	case err != nil:
		answer(w, nil, errors.New(said(err)))
	}
}

// begun knows whether anything was written.
type begun struct {
	http.ResponseWriter
	wrote bool
}

func (b *begun) Write(part []byte) (int, error) {
	b.wrote = true
	return b.ResponseWriter.Write(part)
}
