package program

import (
	"context"
	"io"
	"strings"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// files makes what an admin has asked for as a file.
type files struct{ *Main }

var _ hub.Files = files{}

// The files that there are: what a ticket's "what" says.
const (
	fileLinks = "links"
	filePlan  = "plan"
)

// File implements [hub.Files]. A link to a file can be forwarded, so it is worth no more than its owner's role is.
func (f files) File(ctx context.Context, ticket directory.Ticket) (hub.File, error) {
	if ticket.By != byOperator {
		account, err := directory.ParseAccountID(ticket.By)
		if err != nil {
			return hub.File{}, directory.Errorf(directory.Unauthorized, "nobody in particular asked for this file")
		}
		inst := directory.Installation{Tenant: ticket.Tenant, Platform: account.Platform, Workspace: account.Workspace}
		is, err := office(f).Administers(ctx, inst, account)
		if err != nil {
			return hub.File{}, err
		}
		if !is {
			return hub.File{}, directory.Errorf(directory.Unauthorized, "whoever asked for this file is no admin any more")
		}
	}
	return f.file(ctx, ticket.Tenant, fileRequest{What: ticket.Facts["what"], Plan: ticket.Facts["plan"], Format: ticket.Facts["format"]}, ticket.By)
}

// fileRequest is which file is asked for.
type fileRequest struct{ What, Plan, Format string }

// byOperator is who acts on the command line.
const byOperator = "operator"

// file is a file. Writing it first says in the trail who had it.
func (f files) file(ctx context.Context, tenant directory.TenantID, r fileRequest, by string) (hub.File, error) {
	if r.Format != formatCSV && r.Format != formatJSON {
		return hub.File{}, directory.Errorf(directory.Invalid, "there is no format %q: use csv or json", r.Format)
	}
	kind := map[string]string{formatCSV: "text/csv; charset=utf-8; header=present", formatJSON: "application/json"}[r.Format]
	switch r.What {
	case fileLinks:
		day := f.options.Now().UTC().Format("2006-01-02")
		return hub.File{Name: "rollcall-links-" + day + "." + r.Format, Type: kind, Write: func(ctx context.Context, to io.Writer) error {
			if err := f.audit(ctx, tenant, "exported", "all links, as "+r.Format, by); err != nil {
				return err
			}
			return writeExport(to, r.Format, steering{f.Engine, f.Main}.Export(ctx, tenant))
		}}, nil
	case filePlan:
		plan, err := f.Engine.Proposal(ctx, tenant, r.Plan)
		if err != nil {
			return hub.File{}, err
		}
		if plan.State == directory.ProposalMaking {
			return hub.File{}, directory.Errorf(directory.Unavailable, "the plan is still being made")
		}
		return hub.File{Name: "rollcall-plan-" + fileWord(plan.ID) + "." + r.Format, Type: kind, Write: func(ctx context.Context, to io.Writer) error {
			if err := f.audit(ctx, tenant, "exported", "the plan "+plan.ID+", as "+r.Format, by); err != nil {
				return err
			}
			return f.writePlan(ctx, to, r.Format, tenant, plan.ID)
		}}, nil
	}
	return hub.File{}, directory.Errorf(directory.NotFound, "there is no such file")
}

// fileWord is a word that may stand in a file's name.
func fileWord(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, text)
}
