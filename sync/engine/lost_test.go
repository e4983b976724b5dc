package engine

import (
	"context"
	"slices"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// between is a store at which something happens right before a write: between what its writer has read
// and what it writes.
type between struct {
	directory.Store
	group, tenant func() // once
	linked        func() // once: before a link is linked
}

func (b *between) Commit(ctx context.Context, tenant directory.TenantID, c directory.Change) error {
	linked := func(l directory.LinkChange) bool { return l.Link.State == directory.Linked }
	if do := b.linked; do != nil && slices.ContainsFunc(c.Links, linked) {
		b.linked = nil
		do()
	}
	return b.Store.Commit(ctx, tenant, c)
}

func (b *between) PutGroup(ctx context.Context, tenant directory.TenantID, g directory.Group) error {
	if do := b.group; do != nil {
		b.group = nil
		do()
	}
	return b.Store.PutGroup(ctx, tenant, g)
}

func (b *between) PutTenant(ctx context.Context, t directory.Tenant) error {
	if do := b.tenant; do != nil {
		b.tenant = nil
		do()
	}
	return b.Store.PutTenant(ctx, t)
}

func (w *world) between() *between {
	b := &between{Store: w.store}
	w.store = b
	w.engine = w.newEngine()
	return b
}

// What one admin says is never lost in what another one, or the engine itself, writes at the same moment.
func TestNoCommandIsLost(t *testing.T) {
	t.Parallel()
	const paused, retired, draft, off, stage = "paused", "retired", "draft", "off", "stage"
	said := map[string]func(*world) error{
		paused:  func(w *world) error { return w.engine.Pause(w.t.Context(), acme, staff, true, "a") },
		retired: func(w *world) error { return w.engine.RetireGroup(w.t.Context(), acme, staff, "a") },
		draft: func(w *world) error {
			g := w.group()
			g.Priority = 7
			return w.engine.PutGroup(w.t.Context(), acme, g, "a")
		},
		off: func(w *world) error { return w.engine.Switch(w.t.Context(), acme, false, "a") },
		stage: func(w *world) error {
			_, err := directory.ChangeGroup(w.t.Context(), w.store, acme, staff, func(g *directory.Group) {
				g.Rollout = directory.Rollout{Stage: directory.StagePilot, Since: w.at}
			})
			return err
		},
	}
	kept := map[string]func(directory.Group, directory.Tenant) bool{
		paused:  func(g directory.Group, _ directory.Tenant) bool { return g.Paused },
		retired: func(g directory.Group, _ directory.Tenant) bool { return g.Retired },
		draft:   func(g directory.Group, _ directory.Tenant) bool { return g.Draft && g.Priority == 7 },
		off:     func(_ directory.Group, t directory.Tenant) bool { return !t.Settings.On },
		stage:   func(g directory.Group, _ directory.Tenant) bool { return g.Rollout.Stage == directory.StagePilot },
	}
	decisive := func(w *world) error {
		tenant, err := w.store.Tenant(w.t.Context(), acme)
		w.must(err)
		tenant.Settings.AskFirst, tenant.Settings.Zone = true, "Asia/Tokyo"
		return w.engine.PutSettings(w.t.Context(), acme, tenant.Settings, "b")
	}
	stages := func(w *world) error {
		w.pass(40 * time.Hour)
		return nil
	}
	for _, test := range []struct {
		name string
		said []string
		by   func(*world) error
		done func(directory.Group, directory.Tenant) bool // what the other one wanted
	}{
		{"in other settings", []string{off, paused, retired, draft}, decisive, func(_ directory.Group, t directory.Tenant) bool {
			return t.Settings.AskFirst && t.Settings.Zone == "Asia/Tokyo"
		}},
		{"in a pause of all", []string{retired, draft}, func(w *world) error { return w.engine.Pause(w.t.Context(), acme, "", true, "b") }, kept[paused]},
		{"in a stage by hand", []string{paused, draft}, func(w *world) error {
			return w.engine.Rollout(w.t.Context(), acme, staff, directory.StagePilot, "b")
		}, kept[stage]},
		{"in a stage that opens by itself", []string{paused, retired, draft, stage}, stages, nil},
	} {
		for _, what := range test.said {
			t.Run(what+" "+test.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.stages(directory.StageQuarter, 12)
				b := w.between()
				happens := false
				b.group = func() {
					happens = true
					w.must(said[what](w))
				}
				if what == off {
					b.tenant, b.group = b.group, nil
				}
				w.must(test.by(w))
				tenant, err := w.store.Tenant(t.Context(), acme)
				w.must(err)
				groups, err := w.store.Groups(t.Context(), acme)
				w.must(err)
				if !happens {
					t.Fatal("nothing was written")
				}
				if !kept[what](groups[0], tenant) {
					t.Errorf("it is lost: %+v", groups[0])
				}
				if test.done != nil && !test.done(groups[0], tenant) {
					t.Errorf("and so is the other's word: %+v, %+v", groups[0], tenant)
				}
			})
		}
	}
}

// A pause that is said at the moment in which a plan makes its group live stays.
func TestAPauseIsNotLostInAPlan(t *testing.T) {
	t.Parallel()
	w := newDraft(t)
	w.person("rosa")
	w.settle()
	p := w.propose("1")
	b := w.between()
	b.group = func() { w.must(w.engine.Pause(t.Context(), acme, staff, true, "a")) }
	w.apply(p)
	w.pass(time.Minute)
	if g := w.group(); !g.Paused || g.Draft {
		t.Errorf("paused %v, draft %v", g.Paused, g.Draft)
	}
	if n := w.desk.count("alpha-rosa"); n > 0 {
		t.Errorf("%d prompts in a pause", n)
	}
}

// Whoever would change a group that somebody else has changed since they looked is told so.
func TestAGroupThatWasChangedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle()
	mine, theirs := w.group(), w.group()
	theirs.External = "g2"
	w.must(w.engine.PutGroup(t.Context(), acme, theirs, "a"))
	mine.Priority = 7
	w.refused(w.engine.PutGroup(t.Context(), acme, mine, "b"), directory.Conflict)
	mine.Version = 0
	w.refused(w.engine.PutGroup(t.Context(), acme, mine, "b"), directory.Conflict)
	if g := w.group(); g.External != "g2" || g.Priority != 0 {
		t.Errorf("it is %+v", g)
	}
	w.must(w.engine.RetireGroup(t.Context(), acme, staff, "a"))
	w.must(w.engine.PutGroup(t.Context(), acme, mine, "b")) // it was taken out: here it is again
	if g := w.group(); g.Retired || !g.Draft || g.External != "g1" {
		t.Errorf("it is %+v", g)
	}
}
