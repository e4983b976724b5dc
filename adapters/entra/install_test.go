package entra_test

import (
	"net/http"
	"strings"
	"testing"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

func TestInstallApp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		user  entrasim.User
		spoil func(w *world, user string)
		code  directory.Code
	}{
		{"a person", entrasim.User{Mail: "a@exam.example"}, nil, -1},
		{"a person who has it", entrasim.User{Mail: "a@exam.example"}, func(w *world, user string) { w.SetInstalled(w.ids[0], user, true) }, -1},
		{"a guest", guest("Gil", "gil@partner.example"), nil, directory.Unsupported},
		{"without a licence", entrasim.User{Mail: "a@exam.example", Unlicensed: true}, nil, directory.Unsupported},
		{"denied by a policy", entrasim.User{Mail: "a@exam.example"}, func(w *world, user string) { w.BlockApp(w.ids[0], user, true) }, directory.Unsupported},
		{"no permission", entrasim.User{Mail: "a@exam.example"}, func(w *world, _ string) {
			w.Withdraw(w.ids[0], "TeamsAppInstallation.ReadWriteSelfForUser.All", "TeamsAppInstallation.ReadWriteForUser.All")
		}, directory.Unsupported},
		{"not in the catalogue", entrasim.User{Mail: "a@exam.example"}, func(w *world, _ string) { w.PutApp(w.ids[0], false) }, directory.Unsupported},
		{"somebody who is gone", entrasim.User{Mail: "a@exam.example"}, func(w *world, user string) { w.HardDelete(w.ids[0], user) }, directory.Unsupported},
		{"throttled", entrasim.User{Mail: "a@exam.example"}, func(w *world, _ string) { w.Faults.Add(sim.Rule{Fault: entrasim.Throttled("9")}) }, directory.Throttled},
		{"a lost answer", entrasim.User{Mail: "a@exam.example"}, func(w *world, _ string) {
			w.Faults.Add(sim.Rule{Route: "POST /users/{id}/teamwork/installedApps", Fault: entrasim.Dropped(true)})
		}, directory.Uncertain},
		{"500", entrasim.User{Mail: "a@exam.example"}, func(w *world, _ string) {
			w.Faults.Add(sim.Rule{Route: "POST /users/{id}/teamwork/installedApps", Fault: entrasim.Broken(http.StatusInternalServerError)})
		}, directory.Uncertain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			installed := ""
			w := newWorld(t, func(c *entrasim.Config) { c.OnInstall = func(_, user string) { installed = user } })
			user := w.AddUser(w.ids[0], tt.user)
			if tt.spoil != nil {
				tt.spoil(w, user)
			}
			added, err := w.adapter.InstallApp(t.Context(), w.inst(0), user)
			if tt.code >= 0 {
				if !directory.Is(err, tt.code) || strings.Contains(err.Error(), "@") {
					t.Errorf("got %v, want %v", err, tt.code)
				}
				return
			}
			if err != nil || added != (tt.spoil == nil) || !w.Installed(w.ids[0], user) || tt.spoil == nil && installed != user {
				t.Errorf("installed %v, added %v, %v", w.Installed(w.ids[0], user), added, err)
			}
			if n := w.count(func() { added, err = w.adapter.InstallApp(t.Context(), w.inst(0), user) }); err != nil || added || n != 1 {
				t.Errorf("again it takes %d requests, added %v, %v", n, added, err)
			}
		})
	}
}
