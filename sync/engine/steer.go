package engine

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"

	"rollcall/sync/directory"
)

// Propose begins to make a plan, and answers its id. The same work makes the same plan, once; and while a plan
// for the same group is being made, that one is answered.
func (e *Engine) Propose(ctx context.Context, tenant directory.TenantID, work Work) (string, error) {
	groups, err := e.concerned(ctx, tenant, work.Group)
	if err != nil {
		return "", err
	}
	if len(groups) == 0 {
		return "", noGroup(work.Group)
	}
	known, err := e.Store.Proposals(ctx, tenant)
	if err != nil {
		return "", err
	}
	id, now := proposalID(tenant, work.ID), e.Now()
	job := work.job("plan-"+id, directory.JobPlan, id)
	for _, p := range known {
		switch {
		case p.State == directory.ProposalMaking && p.Group == work.Group:
			// Its job stands, or was given up and couldn't say so.
			return p.ID, e.StartJob(ctx, tenant, work.job("plan-"+p.ID, directory.JobPlan, p.ID))
		case p.ID == id:
			return id, nil // it was asked for before
		}
	}
	// The job comes first: wherever the process dies nothing was begun, or the job has the plan made.
	job.Began = now
	if err := e.StartJob(ctx, tenant, job); err != nil {
		return "", err
	}
	err = e.Store.Commit(ctx, tenant, begun(job, known))
	if directory.Is(err, directory.Conflict) { // the job was quicker
		err = nil
	}
	return id, err
}

// begun is the change by which the plan of a job begins to be made, beside those that there are.
func begun(job directory.Job, known []directory.Proposal) directory.Change {
	p := directory.Proposal{ID: job.Subject, Group: job.Group, State: directory.ProposalMaking, At: job.Began, By: job.By}
	return directory.Change{Proposals: []directory.ProposalChange{{Proposal: p}}, Drop: surplus(known, p.ID, p.At)}
}

// proposalID is a short name that people can type.
func proposalID(tenant directory.TenantID, work string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", tenant, work))
	return "p-" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5])[:6])
}

func noGroup(id directory.GroupID) error {
	if id == "" {
		return directory.Errorf(directory.NotFound, "there is no group yet")
	}
	return directory.Errorf(directory.NotFound, "there is no group %s", id)
}

// Proposal is a plan, by its id or the beginning of its id. NotFound: there is none. Conflict: there
// are several.
func (e *Engine) Proposal(ctx context.Context, tenant directory.TenantID, id string) (directory.Proposal, error) {
	proposals, err := e.Store.Proposals(ctx, tenant)
	if err != nil {
		return directory.Proposal{}, err
	}
	var found []directory.Proposal
	for _, p := range proposals {
		if p.ID == id {
			return p, nil
		}
		if id != "" && (strings.HasPrefix(p.ID, id) || strings.HasPrefix(p.ID, "p-"+id)) {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 0:
		return directory.Proposal{}, directory.Errorf(directory.NotFound, "there is no plan %s", id)
	case 1:
		return found[0], nil
	}
	return directory.Proposal{}, directory.Errorf(directory.Conflict, "there are %d plans whose ids begin with %s", len(found), id)
}

// proposal is a plan by its whole id.
func (e *Engine) proposal(ctx context.Context, tenant directory.TenantID, id string) (directory.Proposal, error) {
	proposals, err := e.Store.Proposals(ctx, tenant)
	if err != nil {
		return directory.Proposal{}, err
	}
	for _, p := range proposals {
		if p.ID == id {
			return p, nil
		}
	}
	return directory.Proposal{}, directory.Errorf(directory.NotFound, "there is no plan %s", id)
}

// ProposalLines are some of a plan's lines, in the order of their links. Errors as [Engine.Proposal].
func (e *Engine) ProposalLines(ctx context.Context, tenant directory.TenantID, id string, query directory.LineQuery) ([]directory.ProposalLine, error) {
	p, err := e.Proposal(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	return e.Store.ProposalLines(ctx, tenant, p.ID, query)
}

// Apply begins to carry a plan out: exactly the one with this hash. Conflict: it isn't ready, or was
// applied, or something has taken its place; the text says which.
func (e *Engine) Apply(ctx context.Context, tenant directory.TenantID, id, hash string, work Work) error {
	p, err := e.Proposal(ctx, tenant, id)
	if err != nil {
		return err
	}
	switch {
	case p.State == directory.ProposalMaking:
		return directory.Errorf(directory.Conflict, "plan %s is still being made", p.ID)
	case p.State == directory.ProposalApplied:
		return directory.Errorf(directory.Conflict, "plan %s was applied already", p.ID)
	case p.State == directory.ProposalFailed:
		return directory.Errorf(directory.Conflict, "plan %s can't be applied: %s", p.ID, p.Why)
	case p.Hash != hash:
		return directory.Errorf(directory.Conflict, "plan %s is not the one that was shown", p.ID)
	}
	jobs, err := e.jobs(ctx, tenant)
	if err != nil {
		return err
	}
	job := work.job("apply-"+p.ID, directory.JobApply, p.ID)
	job.Group = p.Group
	for _, under := range jobs {
		switch {
		case under.Kind != directory.JobApply || !concerns(under.Group, p.Group):
		case under.ID == job.ID && under.By == work.By:
			return nil // the same request again
		default:
			return directory.Errorf(directory.Conflict, "plan %s is being applied", under.Subject)
		}
	}
	return e.StartJob(ctx, tenant, job)
}

// jobs are those that aren't over yet.
func (e *Engine) jobs(ctx context.Context, tenant directory.TenantID) ([]directory.Job, error) {
	readings, err := e.Store.Readings(ctx, tenant)
	var jobs []directory.Job
	for _, r := range readings {
		if r.Job != nil && r.Cursor != jobOver {
			jobs = append(jobs, *r.Job)
		}
	}
	return jobs, err
}

// Run has a group read now; the empty group: all. Conflict: the tenant is off.
func (e *Engine) Run(ctx context.Context, tenant directory.TenantID, group directory.GroupID) error {
	t, err := e.Store.Tenant(ctx, tenant)
	if err != nil {
		return err
	}
	if !t.Settings.On {
		return directory.Errorf(directory.Conflict, "nothing is read while Rollcall is off")
	}
	groups, err := e.concerned(ctx, tenant, group)
	if err != nil {
		return err
	}
	if len(groups) == 0 {
		return noGroup(group)
	}
	for _, g := range groups {
		if err := e.Hasten(ctx, tenant, g.ID, e.Now()); err != nil {
			return err
		}
	}
	return nil
}
