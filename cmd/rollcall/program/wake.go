package program

import (
	"context"
	"crypto/rand"

	"rollcall/sync/directory"
)

// wakeLinks has every link of a group looked at soon; the empty group: all of the tenant's.
func (m *Main) wakeLinks(ctx context.Context, tenant directory.TenantID, group directory.GroupID) error {
	job := directory.Job{ID: "wake-" + rand.Text(), Kind: directory.JobWake, Group: group, By: byConfiguration, Began: m.options.Now()}
	return m.Store.PutReading(ctx, tenant, directory.Reading{ID: directory.ReadingOfJob(job.ID), Group: group, DueAt: job.Began, Job: &job})
}
