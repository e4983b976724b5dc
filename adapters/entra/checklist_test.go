package entra_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/entra"
	"rollcall/adapters/entra/entrasim"
	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

// connected is an office whose first directory has consented, and the connection.
func connected(t *testing.T, change ...func(*entrasim.Config)) (*office, directory.Connection) {
	t.Helper()
	o := newOffice(t, change...)
	delete(o.tenants, tenants[1])
	o.Consent(o.ids[0], true)
	return o, directory.Connection{Installation: o.inst(0)}
}

// check is the checklist by its ids.
func (o *office) check(c directory.Connection) map[string]hub.Finding {
	o.t.Helper()
	all := make(map[string]hub.Finding)
	for _, f := range o.connector.Check(o.t.Context(), c) {
		all[f.ID] = f
		if (f.State == hub.Bad) != (f.Mend != "" && f.State != hub.Unknown) {
			o.t.Errorf("%s is %q and says %q", f.ID, f.State, f.Mend)
		}
	}
	return all
}

func TestChecklist(t *testing.T) {
	t.Parallel()
	o, c := connected(t)
	wants := func(what string, want map[string]hub.State) {
		t.Helper()
		got := o.check(c)
		for id, state := range want {
			if got[id].State != state {
				t.Errorf("%s: %s is %q, want %q", what, id, got[id].State, state)
			}
		}
	}
	wants("before anything is subscribed to", map[string]hub.State{"consent": hub.OK, "organization": hub.OK, "notifications": hub.Bad, "teams-app": hub.OK})
	if err := o.adapter.CheckSubscriptions(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := o.check(c)
	for id, f := range all {
		if f.State != hub.OK {
			t.Errorf("connected, and %s is %q", id, f.State)
		}
	}
	if ends := o.clock.Now().Add(7 * 24 * time.Hour).Format("2 January 2006"); !strings.Contains(all["notifications"].Title, ends) {
		t.Errorf("%q doesn't say %s", all["notifications"].Title, ends)
	}
	o.clock.Advance(8 * 24 * time.Hour)
	wants("a week without renewal", map[string]hub.State{"notifications": hub.Bad})
	o.Withdraw(o.ids[0])
	wants("the app is removed", map[string]hub.State{"consent": hub.Bad, "organization": hub.Unknown, "permission-read-users": hub.Unknown, "notifications": hub.Unknown, "teams-app": hub.Unknown})
}

// Each permission that is taken away is missed by its line, and by whatever it served.
func TestChecklistMissesPermissions(t *testing.T) {
	t.Parallel()
	for _, p := range entra.Table() {
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			o, c := connected(t)
			o.Consent(o.ids[0], false, p.Name)
			for id, f := range o.check(c) {
				if strings.HasPrefix(id, "permission-") && (f.State == hub.Bad) != (id == "permission-"+p.ID) {
					t.Errorf("without %s: %s is %q", p.Name, id, f.State)
				}
			}
		})
	}
}

// What isn't switched on needs no permission.
func TestChecklistOff(t *testing.T) {
	t.Parallel()
	o, c := connected(t)
	o.config.NotificationURL, o.config.TeamsAppID = "", ""
	o.Consent(o.ids[0], false, names(func(p entra.Permission) bool { return p.Optional })...)
	o.adapter = o.open()
	var err error
	if o.connector, err = entra.NewConnector(o.adapter, entra.App{Guests: func(directory.TenantID) bool { return false }}); err != nil {
		t.Fatal(err)
	}
	for id, f := range o.check(c) {
		optional := slices.ContainsFunc(entra.Table(), func(p entra.Permission) bool { return p.Optional && "permission-"+p.ID == id })
		want := hub.OK
		if optional || id == "notifications" || id == "teams-app" {
			want = hub.Off
		}
		if f.State != want {
			t.Errorf("%s is %q, want %q", id, f.State, want)
		}
	}
}

// The app's own proof has lines of its own: whether the bot gets a token, and when a certificate ends.
func TestChecklistOfTheApp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		life  time.Duration
		bot   error
		state hub.State
		ends  hub.State
	}{
		{"good", 60 * 24 * time.Hour, nil, hub.OK, hub.OK},
		{"ends soon", 20 * 24 * time.Hour, nil, hub.OK, hub.Bad},
		{"ended", -time.Minute, directory.Errorf(directory.Unauthorized, "refused"), hub.Bad, hub.Bad},
		{"nobody answers", 60 * 24 * time.Hour, directory.Errorf(directory.Unavailable, "no answer"), hub.Unknown, hub.OK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o, c := connected(t)
			o.config.Proof = o.certified(tt.life)
			o.adapter = o.open()
			var err error
			if o.connector, err = entra.NewConnector(o.adapter, entra.App{Bot: func(context.Context) error { return tt.bot }}); err != nil {
				t.Fatal(err)
			}
			all := o.check(c)
			if all["bot"].State != tt.state || all["app-certificate"].State != tt.ends {
				t.Errorf("%+v, %+v", all["bot"], all["app-certificate"])
			}
		})
	}
}

// A refusal names the permission that is missing, and one that isn't for want of a permission doesn't.
func TestRefusalNamesThePermission(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		without string
		do      func(w *world, group, person string) error
	}{
		{"GroupMember.Read.All", func(w *world, group, _ string) error {
			_, err := w.adapter.Source().Page(w.t.Context(), tenants[0], group, "")
			return err
		}},
		{"User.Read.All", func(w *world, _, _ string) error {
			_, err := w.adapter.Page(w.t.Context(), w.inst(0), "")
			return err
		}},
		{"User.Read.All", func(w *world, group, person string) error {
			return w.adapter.Source().Member(w.t.Context(), tenants[0], group, directory.MemberID{Directory: "entra", ID: person}).Err()
		}},
		{"Organization.Read.All", func(w *world, _, _ string) error {
			_, err := w.adapter.Page(w.t.Context(), w.inst(0), "")
			return err
		}},
		{"AppCatalog.Read.All", func(w *world, _, person string) error {
			_, err := w.adapter.InstallApp(w.t.Context(), w.inst(0), person)
			return err
		}},
		{"Group.Read.All", func(w *world, _, _ string) error { return w.adapter.CheckSubscriptions(w.t.Context()) }},
	} {
		t.Run(tt.without, func(t *testing.T) {
			t.Parallel()
			w := listening(t)
			group, people := w.crowd(1)
			w.Withdraw(w.ids[0], tt.without)
			// Others stand in for some in Graph; none of them may be left.
			if tt.without == "User.Read.All" {
				w.Withdraw(w.ids[0], "User.ReadWrite.All")
			}
			if tt.without == "GroupMember.Read.All" {
				w.Withdraw(w.ids[0], "Group.Read.All")
			}
			w.Withdraw(w.ids[0], "Directory.Read.All")
			err := tt.do(w, group, people[0])
			if err == nil || !strings.HasSuffix(err.Error(), "consent to "+tt.without) {
				t.Errorf("without %s: %v", tt.without, err)
			}
		})
	}
}
