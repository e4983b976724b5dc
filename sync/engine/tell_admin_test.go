package engine

import (
	"testing"
	"time"

	"rollcall/sync/directory"
)

// That somebody was made an admin is told to the others, once, and neither to them nor to whoever did it.
func TestTheAdminsAreToldOfANewOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chief := account(beta, "chief")
	w.person("rosa")
	w.settle()
	for _, a := range []directory.Admin{{Account: boss, Name: "The Boss"}, {Account: deputy}, {Account: chief}, {Account: rosaA}} {
		w.must(w.store.PutAdmin(t.Context(), acme, a))
	}
	w.must(w.engine.TellAdmin(t.Context(), acme, rosaA, boss.Text()))
	w.finish()
	if len(w.desk.reports) != 2 {
		t.Fatalf("%d were told", len(w.desk.reports))
	}
	for _, r := range w.desk.reports {
		last := r.shown[0]
		if r.to != deputy && r.to != chief || last.Job.Subject != directory.TellAdmin || last.Who.Account != rosaA || last.Who.Name != "rosa" || last.Who.By != "The Boss" || !last.Admin {
			t.Errorf("%v was told: %+v", r.to, last.Who)
		}
	}
}

func TestNobodyIsToldOfAnAdminWhoIsNoneAnyMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.store.PutAdmin(t.Context(), acme, directory.Admin{Account: boss}))
	w.must(w.engine.TellAdmin(t.Context(), acme, deputy, "operator"))
	w.finish()
	w.pass(time.Hour)
	if len(w.desk.reports) != 0 || len(w.jobs()) != 0 {
		t.Errorf("%d were told, and %d jobs are left", len(w.desk.reports), len(w.jobs()))
	}
}
