package demo

import (
	"slices"
	"strings"
	"testing"

	"rollcall/sync/directory"
)

// While a newcomer isn't connected, the page says what it waits for, in no vendor's words.
func TestUnconnected(t *testing.T) {
	t.Parallel()
	w, err := Start(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if err := w.Launch(); err != nil {
		t.Fatal(err)
	}
	at, err := w.State(t.Context(), "t1")
	if err != nil || at.ControlHub != "" || slices.ContainsFunc(at.Panes, func(p PaneView) bool { return p.Unconnected }) {
		t.Errorf("a company that is connected: %v, %q, %+v", err, at.ControlHub, at.Trouble)
	}
	f := w.newcomers[0]
	reading := directory.ReadingOfGroup(directory.GroupID(entraGroups[0].id))
	err = w.until(t.Context(), func() (bool, string) {
		readings, err := w.Program().Store.Readings(t.Context(), tenantID(f.id))
		failed := slices.ContainsFunc(readings, func(r directory.Reading) bool { return r.ID == reading && r.Trouble != "" })
		return err == nil && failed, "Entra was not read in vain"
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.State(t.Context(), f.id)
	if err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(s.Trouble, " "); said != "Waits until Microsoft is connected." {
		t.Errorf("it says %q", said)
	}
	if slices.ContainsFunc(s.Panes, func(p PaneView) bool { return !p.Unconnected }) {
		t.Errorf("something is connected: %+v", s.Panes)
	}
	v := w.newVisitor()
	if err := v.open(t.Context(), s.ControlHub); err != nil || v.status != 200 || !strings.Contains(v.text(), f.name) {
		t.Errorf("Control Hub at %q: %d %v, %q", s.ControlHub, v.status, err, v.text())
	}
}
