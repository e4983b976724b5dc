package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rollcall/sync/directory"
)

// letGo is the subject of a JobWake that lets parked links go as well.
const letGo = "let go"

// Switch turns the tenant on or off. Off withdraws the questions that are out, and everything rests;
// on goes on with everything. It may be called again.
func (e *Engine) Switch(ctx context.Context, tenant directory.TenantID, on bool, by string) error {
	_, err := directory.ChangeTenant(ctx, e.Store, tenant, func(t *directory.Tenant) { t.Settings.On = on })
	if err != nil {
		return err
	}
	event := "off"
	if on {
		event = "on"
	}
	if err := e.noted(ctx, tenant, event, "", by); err != nil {
		return err
	}
	return e.WakeLinks(ctx, tenant, "", false, by)
}

// Pause has a group rest, or go on; the empty group: all of them. It may be called again.
func (e *Engine) Pause(ctx context.Context, tenant directory.TenantID, group directory.GroupID, paused bool, by string) error {
	groups, err := e.concerned(ctx, tenant, group)
	if err != nil {
		return err
	}
	if len(groups) == 0 {
		return noGroup(group)
	}
	event := "resumed"
	if paused {
		event = "paused"
	}
	for _, g := range groups {
		_, err := directory.ChangeGroup(ctx, e.Store, tenant, g.ID, func(g *directory.Group) { g.Paused = paused })
		if err != nil {
			return err
		}
		if err := e.noted(ctx, tenant, event, "group "+string(g.ID), by); err != nil {
			return err
		}
	}
	if paused {
		return nil // each link rests when its time comes
	}
	return e.WakeLinks(ctx, tenant, group, false, by)
}

// WakeLinks has all links of a group looked at now, or of the whole tenant, and everything read that is
// read: its settings, or its groups, were changed from outside. letParkedGo is for a draft that the
// configuration has made live: what waited for a plan goes on too. It blocks for the store only, and
// may be called again.
func (e *Engine) WakeLinks(ctx context.Context, tenant directory.TenantID, group directory.GroupID, letParkedGo bool, by string) error {
	err := e.Store.PutReading(ctx, tenant, WakeReading(group, letParkedGo, by, e.Now()))
	e.Wake()
	return err
}

// WakeReading is what [Engine.WakeLinks] puts into the store, for whoever has no engine yet.
func WakeReading(group directory.GroupID, letParkedGo bool, by string, now time.Time) directory.Reading {
	job := directory.Job{
		ID: fmt.Sprintf("wake-%s-%d", group, now.UnixNano()), Kind: directory.JobWake, Group: group, By: by, Began: now,
	}
	if letParkedGo {
		job.ID, job.Subject = job.ID+"-"+letGo, letGo
	}
	return directory.Reading{ID: directory.ReadingOfJob(job.ID), Job: &job, DueAt: now}
}

// noted puts a line about no single link into the trail.
func (e *Engine) noted(ctx context.Context, tenant directory.TenantID, event, why, by string) error {
	return e.Store.Commit(ctx, tenant, directory.Change{Audit: []directory.Entry{{At: e.Now(), Event: event, Why: why, By: by}}})
}

// supersede makes the plans void that a change concerns. Conflict: one of them is being carried out.
func (e *Engine) supersede(ctx context.Context, tenant directory.TenantID, group directory.GroupID, why string) error {
	jobs, err := e.jobs(ctx, tenant)
	if err != nil {
		return err
	}
	for _, job := range jobs {
		if job.Kind == directory.JobApply && concerns(job.Group, group) {
			return directory.Errorf(directory.Conflict, "plan %s is being applied: try again when it is done", job.Subject)
		}
	}
	proposals, err := e.Store.Proposals(ctx, tenant)
	if err != nil {
		return err
	}
	var change directory.Change
	for _, p := range proposals {
		if (p.State == directory.ProposalReady || p.State == directory.ProposalMaking) && concerns(p.Group, group) {
			over := p
			over.State, over.Why = directory.ProposalFailed, why
			change.Proposals = append(change.Proposals, directory.ProposalChange{Proposal: over, Version: p.Version})
		}
	}
	if len(change.Proposals) == 0 {
		return nil
	}
	err = e.Store.Commit(ctx, tenant, change)
	if directory.Is(err, directory.Conflict) {
		return directory.Errorf(directory.Unavailable, "a plan of it is being made: try again")
	}
	return err
}

// PutGroup adds a group, or changes one, as a draft: it is read, and nothing else happens until a plan
// of it is applied. A new name alone makes no draft of it. Its Version is the one that was read, and 0 for
// one that is added, or was taken out. Conflict: it was changed meanwhile. Invalid says which field is
// wrong. Whether its directory and its platforms are connected is the caller's to know.
func (e *Engine) PutGroup(ctx context.Context, tenant directory.TenantID, group directory.Group, by string) error {
	switch {
	case group.ID == "":
		return directory.Errorf(directory.Invalid, "id: a group needs one")
	case group.Directory == "" || group.External == "":
		return directory.Errorf(directory.Invalid, "group: a group needs a directory, and its id there")
	case group.Primary == "" || group.Secondary == "":
		return directory.Errorf(directory.Invalid, "primary: a group needs two platforms")
	case group.Primary == group.Secondary:
		return directory.Errorf(directory.Invalid, "secondary: must be another platform than the primary one")
	case group.Removal != "" && !slices.Contains(directory.Removals(), group.Removal):
		return directory.Errorf(directory.Invalid, "policy: suspend, unsync, delete or tenant")
	}
	all, err := e.Store.Groups(ctx, tenant)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(g directory.Group) bool { return g.ID == group.ID })
	event := "group added"
	if i < 0 {
		group.Added, group.ByAdmin = e.Now(), true
	} else {
		was := all[i]
		if was.Version != group.Version && (!was.Retired || group.Version != 0) {
			return directory.Errorf(directory.Conflict, "the group %s was changed meanwhile: look at it, and try again", group.ID)
		}
		group.Version = was.Version
		group.Added, group.ByAdmin, group.Configured = was.Added, was.ByAdmin, was.Configured
		group.Paused, group.Rollout = was.Paused, was.Rollout
		named := was
		named.Name, named.Draft = group.Name, group.Draft
		if named == group {
			group.Draft = was.Draft
			return e.Store.PutGroup(ctx, tenant, group)
		}
		event = "group changed"
	}
	if err := e.supersede(ctx, tenant, group.ID, "the group was changed since: make a new plan"); err != nil {
		return err
	}
	group.Draft = true
	if err := e.Store.PutGroup(ctx, tenant, group); err != nil {
		return err
	}
	if err := e.readAnew(ctx, tenant, group.ID); err != nil {
		return err
	}
	if err := e.noted(ctx, tenant, event, "group "+string(group.ID), by); err != nil {
		return err
	}
	return e.Hasten(ctx, tenant, group.ID, e.Now())
}

// readAnew has a group listed whole next, and counts it as never read until then: where the last read
// left off means nothing in another group of the directory, and who decides for whom shows in a listing.
func (e *Engine) readAnew(ctx context.Context, tenant directory.TenantID, group directory.GroupID) error {
	for range mostTries {
		readings, err := e.Store.Readings(ctx, tenant)
		if err != nil {
			return err
		}
		r, ok := readingOf(readings, group)
		if !ok {
			return nil
		}
		next := r
		next.Cursor, next.Midway, next.Settle = "", false, false
		next.Complete, next.Failures, next.Trouble = time.Time{}, 0, ""
		err = e.Store.Commit(ctx, tenant, directory.Change{Reading: &directory.ReadingChange{Reading: next, Version: r.Version}})
		if !directory.Is(err, directory.Conflict) {
			return err
		}
	}
	return directory.Errorf(directory.Unavailable, "the group is being read: try again")
}

// RetireGroup takes a group out: its links rest, unless another group has their people.
func (e *Engine) RetireGroup(ctx context.Context, tenant directory.TenantID, group directory.GroupID, by string) error {
	groups, err := e.concerned(ctx, tenant, group)
	if err != nil {
		return err
	}
	if group == "" || len(groups) == 0 {
		return noGroup(group)
	}
	if err := e.supersede(ctx, tenant, group, "the group was taken out since"); err != nil {
		return err
	}
	_, err = directory.ChangeGroup(ctx, e.Store, tenant, group, func(g *directory.Group) { g.Retired = true })
	if err != nil {
		return err
	}
	return e.noted(ctx, tenant, "group removed", "group "+string(group), by)
}

// PutSettings changes the tenant's settings, but for its switch, and but for what somebody else changes
// meanwhile. Those that decide what happens to people make drafts of its groups. Invalid says which is
// wrong.
func (e *Engine) PutSettings(ctx context.Context, tenant directory.TenantID, settings directory.Settings, by string) error {
	if err := valid(settings); err != nil {
		return err
	}
	t, err := e.Store.Tenant(ctx, tenant)
	if err != nil {
		return err
	}
	settings.On = t.Settings.On
	if decisive(t.Settings, settings) {
		if err := e.draftAll(ctx, tenant); err != nil {
			return err
		}
	}
	_, err = directory.ChangeTenant(ctx, e.Store, tenant, func(now *directory.Tenant) {
		now.Settings, _ = directory.Merge(now.Settings, t.Settings, settings)
	})
	if err != nil {
		return err
	}
	if err := e.noted(ctx, tenant, "settings", "", by); err != nil {
		return err
	}
	return e.WakeLinks(ctx, tenant, "", false, by)
}

// draftAll makes drafts of all groups, before what decides about their people changes.
func (e *Engine) draftAll(ctx context.Context, tenant directory.TenantID) error {
	if err := e.supersede(ctx, tenant, "", "the settings were changed since: make a new plan"); err != nil {
		return err
	}
	groups, err := e.groups(ctx, tenant)
	if err != nil {
		return err
	}
	for _, g := range groups {
		_, err := directory.ChangeGroup(ctx, e.Store, tenant, g.ID, func(g *directory.Group) { g.Draft = true })
		if err != nil {
			return err
		}
	}
	return nil
}

// decisive reports whether settings differ in what happens to people, and not only in when.
func decisive(a, b directory.Settings) bool {
	if a.Removal != b.Removal || a.Grace != b.Grace || a.AskFirst != b.AskFirst || len(a.StandIns) != len(b.StandIns) {
		return true
	}
	for platform, kinds := range a.StandIns {
		other, named := b.StandIns[platform]
		if !named || !slices.Equal(kinds, other) {
			return true
		}
	}
	return false
}

func valid(s directory.Settings) error {
	week := []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	_, zone := time.LoadLocation(s.Zone)
	switch {
	case s.Removal != "" && !slices.Contains(directory.Removals(), s.Removal):
		return directory.Errorf(directory.Invalid, "removal: suspend, unsync or delete")
	case s.Grace < 0:
		return directory.Errorf(directory.Invalid, "grace: can't be negative")
	case s.QuietFrom < 0 || s.QuietFrom > 23 || s.QuietTo < 0 || s.QuietTo > 23:
		return directory.Errorf(directory.Invalid, "quiet hours: from 0 to 23")
	case !slices.ContainsFunc(week, func(day time.Weekday) bool { return !slices.Contains(s.QuietDays, day) }):
		return directory.Errorf(directory.Invalid, "quiet days: one day of the week has to be left")
	case zone != nil:
		return directory.Errorf(directory.Invalid, "zone: %q is none, as Europe/Berlin is one", s.Zone)
	case s.PerHour < 0:
		return directory.Errorf(directory.Invalid, "per hour: can't be negative")
	case s.ReadEvery < 0:
		return directory.Errorf(directory.Invalid, "read every: can't be negative")
	}
	return nil
}

// restReading leaves what is read alone while a tenant is off.
func (e *Engine) restReading(ctx context.Context, tenant directory.Tenant, r directory.Reading, now time.Time) error {
	next := r
	next.DueAt = now.Add(listEvery)
	return e.lost(e.commitReading(ctx, tenant.ID, r, next, directory.Change{}))
}
