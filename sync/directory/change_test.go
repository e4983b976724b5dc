package directory_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	stored := directory.Settings{On: false, Zone: "Asia/Tokyo", QuietDays: []time.Weekday{time.Sunday}, PerHour: 5}
	before := directory.Settings{On: true, Zone: "Europe/Berlin", Removal: directory.RemovalUnsync}
	after := before
	after.Removal, after.StandIns = directory.RemovalDelete, map[directory.Platform][]directory.StandInKind{"slack": nil}
	got, changed := directory.Merge(stored, before, after)
	if got.On || got.Zone != "Asia/Tokyo" || got.PerHour != 5 || len(got.QuietDays) != 1 {
		t.Errorf("what didn't change was overwritten: %+v", got)
	}
	if got.Removal != directory.RemovalDelete || len(got.StandIns) != 1 {
		t.Errorf("what changed was not: %+v", got)
	}
	if !slices.Equal(changed, []string{"Removal", "StandIns"}) {
		t.Errorf("changed: %v", changed)
	}
	if got, changed := directory.Merge(stored, before, before); len(changed) > 0 || got.Zone != stored.Zone {
		t.Errorf("nothing changed, and got %+v, %v", got, changed)
	}
}

// busy is a store in which somebody else writes first, so many times.
type busy struct {
	directory.Store
	times int
}

func (b *busy) PutTenant(ctx context.Context, t directory.Tenant) error {
	if b.times > 0 {
		b.times--
		_, err := directory.ChangeTenant(ctx, b.Store, t.ID, func(t *directory.Tenant) {
			t.Settings.PerHour++
		})
		if err != nil {
			return err
		}
	}
	return b.Store.PutTenant(ctx, t)
}

func TestChangesAreMadeAnewWhereOthersWrite(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	memory := directorytest.NewMemory()
	if err := memory.PutTenant(ctx, directory.Tenant{ID: "acme"}); err != nil {
		t.Fatal(err)
	}
	off := func(t *directory.Tenant) {
		t.Name = "changed"
	}
	got, err := directory.ChangeTenant(ctx, &busy{memory, 3}, "acme", off)
	stored, _ := memory.Tenant(ctx, "acme")
	if err != nil || got.Name != "changed" || got.Settings.PerHour != 3 || stored.Version != got.Version || stored.Settings.PerHour != 3 {
		t.Errorf("got %+v, %v, stored %+v", got, err, stored)
	}
	again := func(t *directory.Tenant) { t.Name = "changed again" }
	if _, err := directory.ChangeTenant(ctx, &busy{memory, 1000}, "acme", again); !directory.Is(err, directory.Unavailable) {
		t.Errorf("with others all the time: %v", err)
	}
	written := &busy{memory, 1} // it writes first, if it is written to
	if same, err := directory.ChangeTenant(ctx, written, "acme", off); err != nil || same.Name != "changed" || written.times != 1 {
		t.Errorf("without a change: %+v, %v, %d", same, err, written.times)
	}
	if _, err := directory.ChangeTenant(ctx, memory, "nobody", off); !directory.Is(err, directory.NotFound) {
		t.Errorf("of nobody: %v", err)
	}
	if _, err := directory.ChangeGroup(ctx, memory, "acme", "none", func(*directory.Group) {}); !directory.Is(err, directory.NotFound) {
		t.Errorf("of no group: %v", err)
	}
}
