package directorytest

import (
	"time"

	"rollcall/sync/directory"
)

var registryCases = []storeCase{
	{"tenants", registryTenants},
	{"versions of a tenant", registryTenantVersions},
	{"install and resolve", registryInstall},
	{"generations", registryGenerations},
	{"a workspace of somebody else", registryForeignWorkspace},
	{"a tenant's installations", registryInstallations},
	{"conversations", registryConversations},
	{"asked not to be asked", registrySuppressed},
	{"for the first time", registryFirst},
	{"for the first time, by tenant and key", registryFirstKeys},
}

func (d *desk) install(inst directory.Installation) {
	d.t.Helper()
	d.ok("Install", d.Install(d.ctx(), inst))
}

func (d *desk) resolve(platform directory.Platform, workspace directory.Workspace) (directory.Installation, bool) {
	d.t.Helper()
	inst, err := d.Resolve(d.ctx(), directory.Origin{Platform: platform, Workspace: workspace, Actor: onSlack("whoever"), Conversation: "C1"})
	if directory.Is(err, directory.NotFound) {
		return directory.Installation{}, false
	}
	d.ok("Resolve", err)
	return inst, true
}

func registryTenants(d *desk) {
	tenants := func() []directory.Tenant {
		d.t.Helper()
		tenants, err := d.Tenants(d.ctx())
		d.ok("Tenants", err)
		return tenants
	}
	same(d, "none", tenants(), nil)
	_, err := d.Tenant(d.ctx(), "a")
	d.refused("Tenant", err, directory.NotFound)
	want := []directory.Tenant{fullTenant("a"), {ID: "b/ж"}, {ID: "c"}}
	for _, i := range []int{1, 2, 0} {
		want[i] = d.putTenant(want[i])
	}
	same(d, "Tenants", tenants(), want)
	want[0].Settings.On = false
	want[0] = d.putTenant(want[0])
	same(d, "Tenants after a change", tenants(), want)
	got, err := d.Tenant(d.ctx(), "a")
	d.ok("Tenant", err)
	same(d, "Tenant", got, want[0])

	got.Settings.QuietDays[0] = time.Wednesday // the caller's own copy
	same(d, "the quiet days later", tenants()[0].Settings.QuietDays, fullTenant("a").Settings.QuietDays)
}

// putTenant writes a tenant over the version that it has, and answers it as it is stored then.
func (d *desk) putTenant(t directory.Tenant) directory.Tenant {
	d.t.Helper()
	d.ok("PutTenant", d.PutTenant(d.ctx(), t))
	t.Version++
	return t
}

func registryTenantVersions(d *desk) {
	t := fullTenant("a")
	for _, version := range []int64{-1, 1, 2} {
		t.Version = version
		d.refused("PutTenant of none", d.PutTenant(d.ctx(), t), directory.Conflict)
	}
	t.Version = 0
	t = d.putTenant(d.putTenant(t))
	same(d, "Version", t.Version, 2)
	for _, version := range []int64{0, 1, 3} {
		late := t
		late.Name, late.Version = "late", version
		d.refused("PutTenant", d.PutTenant(d.ctx(), late), directory.Conflict)
	}
	got, err := d.Tenant(d.ctx(), "a")
	d.ok("Tenant", err)
	same(d, "Tenant", got, t)
}

func registryInstall(d *desk) {
	if got, ok := d.resolve(slack, "T1"); ok {
		d.t.Fatalf("Resolve: got %v, want not found", got)
	}
	want := directory.Installation{Tenant: d.tenant, Platform: slack, Workspace: "T1", Generation: 1}
	d.install(want)
	got, _ := d.resolve(slack, "T1")
	same(d, "Resolve", got, want)
	for _, other := range []struct {
		platform  directory.Platform
		workspace directory.Workspace
	}{{webex, "T1"}, {slack, "T2"}, {slack, "t1"}, {slack, ""}, {"", "T1"}, {slack, "T1 "}} {
		if got, ok := d.resolve(other.platform, other.workspace); ok {
			d.t.Errorf("Resolve %q on %q: got %v, want not found", other.workspace, other.platform, got)
		}
	}
}

func registryGenerations(d *desk) {
	inst := directory.Installation{Tenant: d.tenant, Platform: slack, Workspace: "T1", Generation: 5}
	d.install(inst)
	d.install(inst) // the same once more
	inst.Generation = 4
	d.refused("an older generation", d.Install(d.ctx(), inst), directory.Conflict)
	got, _ := d.resolve(slack, "T1")
	same(d, "the generation", got.Generation, 5)
	inst.Generation = 9
	d.install(inst)
	got, _ = d.resolve(slack, "T1")
	same(d, "the generation", got, inst)
}

func registryForeignWorkspace(d *desk) {
	inst := directory.Installation{Tenant: d.tenant, Platform: slack, Workspace: "T1", Generation: 1}
	d.install(inst)
	thief := inst
	thief.Tenant = "thief"
	for _, generation := range []int64{0, 1, 2, 1000} {
		thief.Generation = generation
		d.refused("Install over another tenant's", d.Install(d.ctx(), thief), directory.Conflict)
	}
	got, _ := d.resolve(slack, "T1")
	same(d, "Resolve", got, inst)
	installations, err := d.Installations(d.ctx(), "thief")
	d.ok("Installations", err)
	same(d, "the thief's", installations, nil)
}

func registryInstallations(d *desk) {
	want := []directory.Installation{
		{Tenant: d.tenant, Platform: slack, Workspace: "T1", Generation: 1},
		{Tenant: d.tenant, Platform: slack, Workspace: "T2/ж", Generation: 2},
		{Tenant: d.tenant, Platform: webex, Workspace: "A", Generation: 3},
	}
	for _, i := range []int{2, 0, 1} {
		d.install(want[i])
	}
	d.install(directory.Installation{Tenant: "other", Platform: slack, Workspace: "T11"})
	got, err := d.Installations(d.ctx(), d.tenant)
	d.ok("Installations", err)
	same(d, "Installations", got, want)
}

func registryConversations(d *desk) {
	inst := directory.Installation{Tenant: d.tenant, Platform: slack, Workspace: "T1", Generation: 1}
	chat := func(inst directory.Installation, account directory.AccountID) string {
		d.t.Helper()
		conversation, err := d.Conversation(d.ctx(), inst, account)
		if directory.Is(err, directory.NotFound) {
			return "none"
		}
		d.ok("Conversation", err)
		return conversation
	}
	same(d, "none", chat(inst, onSlack("a")), "none")
	d.ok("SaveConversation", d.SaveConversation(d.ctx(), inst, onSlack("a"), "D1/ж"))
	same(d, "saved", chat(inst, onSlack("a")), "D1/ж")
	same(d, "another account's", chat(inst, onSlack("b")), "none")
	elsewhere := inst
	elsewhere.Workspace = "T2"
	same(d, "another workspace's", chat(elsewhere, onSlack("a")), "none")
	foreign := inst
	foreign.Tenant = "other"
	same(d, "another tenant's", chat(foreign, onSlack("a")), "none")
	d.ok("SaveConversation", d.SaveConversation(d.ctx(), inst, onSlack("a"), "D2"))
	same(d, "saved again", chat(inst, onSlack("a")), "D2")
}

func registrySuppressed(d *desk) {
	suppressed := func(account directory.AccountID) bool {
		d.t.Helper()
		yes, err := d.Suppressed(d.ctx(), d.tenant, account)
		d.ok("Suppressed", err)
		return yes
	}
	same(d, "at first", suppressed(onSlack("a")), false)
	for range 2 { // twice is once
		d.commit(directory.Change{Suppress: []directory.AccountID{onSlack("a"), onSlack("b/c")}})
		same(d, "a", suppressed(onSlack("a")), true)
		same(d, "b/c", suppressed(onSlack("b/c")), true)
		same(d, "another", suppressed(onWebex("a")), false)
	}
	for range 2 {
		d.commit(directory.Change{Lift: []directory.AccountID{onSlack("a"), onSlack("never")}})
		same(d, "a, lifted", suppressed(onSlack("a")), false)
		same(d, "b/c, not lifted", suppressed(onSlack("b/c")), true)
	}
}

// first asks whether a key is new.
func (d *desk) first(key string, now time.Time, ttl time.Duration) bool {
	d.t.Helper()
	fresh, err := d.First(d.ctx(), d.tenant, key, now, ttl)
	d.ok("First", err)
	return fresh
}

func registryFirst(d *desk) {
	same(d, "the first time", d.first("k", start, hour), true)
	same(d, "at once again", d.first("k", start, hour), false)
	same(d, "a tick before it may be forgotten", d.first("k", at(hour-tick), hour), false)
	same(d, "as seen by a clock that is behind", d.first("k", at(-hour), hour), false)
	// Whatever else comes and goes meanwhile.
	for _, key := range numbered(200) {
		d.first(key, at(hour/2), tick)
		d.first(key, at(hour-tick), tick)
	}
	same(d, "after many others", d.first("k", at(hour-tick), hour), false)
}

func registryFirstKeys(d *desk) {
	for _, key := range odd {
		same(d, "the first time of "+key, d.first(key, start, hour), true)
		same(d, "another tenant's "+key, d.as("other").first(key, start, hour), true)
	}
	for _, key := range odd {
		same(d, "the second time of "+key, d.first(key, at(minute), hour), false)
	}
}
