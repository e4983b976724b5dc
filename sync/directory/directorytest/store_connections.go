package directorytest

import (
	"slices"

	"rollcall/sync/directory"
)

var connectionCases = []storeCase{
	{"connect", connectionsConnect},
	{"whatever the ids", connectionsOddIDs},
	{"the next generation", connectionsGenerations},
	{"what is refused changes nothing", connectionsRefused},
	{"a workspace of somebody else", connectionsForeign},
	{"waits for somebody", connectionsPending},
	{"gone", connectionsGone},
	{"back from gone", connectionsBack},
	{"amend", connectionsAmend},
	{"amended too late", connectionsLate},
	{"changed meanwhile", connectionsChanged},
	{"installed over what is known", connectionsInstalled},
	{"a tenant's", connectionsOfTenant},
	{"in the trail", connectionsTrail},
}

// connect records a connection with secrets whose texts begin with a mark.
func (d *desk) connect(c directory.Connection, mark string) {
	d.t.Helper()
	c.Version = 99 // not the caller's to give
	d.ok("Connect", d.Connect(d.ctx(), c, fullCredential(mark)))
}

// amend changes a connection, and returns it as it is stored then.
func (d *desk) amend(c directory.Connection) directory.Connection {
	d.t.Helper()
	d.ok("Amend", d.Amend(d.ctx(), c))
	c.Version++
	return c
}

// connected is the connection of a workspace, whose State is spelt out.
func (d *desk) connected(inst directory.Installation) directory.Connection {
	d.t.Helper()
	c, err := d.Connection(d.ctx(), inst.Platform, inst.Workspace)
	d.ok("Connection", err)
	return spelt(c)
}

// spelt is a connection with the state that an empty one means.
func spelt(c directory.Connection) directory.Connection {
	if c.Active() {
		c.State = directory.ConnectionActive
	}
	return c
}

func (d *desk) connections() []directory.Connection {
	d.t.Helper()
	all, err := d.Connections(d.ctx(), d.tenant)
	d.ok("Connections", err)
	return all
}

func (d *desk) installations() []directory.Installation {
	d.t.Helper()
	all, err := d.Installations(d.ctx(), d.tenant)
	d.ok("Installations", err)
	return all
}

// used wants a connection to be resolved and listed as an installation, or to be neither. It is
// always listed as a connection.
func (d *desk) used(what string, inst directory.Installation, want bool) {
	d.t.Helper()
	got, ok := d.resolve(inst.Platform, inst.Workspace)
	same(d, what+": resolved", ok, want)
	if ok {
		same(d, what+": Resolve", got, inst)
	}
	same(d, what+": listed", slices.Contains(d.installations(), inst), want)
	same(d, what+": known", d.connected(inst).Installation, inst)
	same(d, what+": listed as a connection", slices.ContainsFunc(d.connections(), func(c directory.Connection) bool { return c.Installation == inst }), true)
}

// generation is a tenant's installation in T1.
func (d *desk) generation(n int64) directory.Installation {
	return directory.Installation{Tenant: d.tenant, Platform: slack, Workspace: "T1", Generation: n}
}

func connectionsConnect(d *desk) {
	_, err := d.Connection(d.ctx(), slack, "T1")
	d.refused("Connection", err, directory.NotFound)
	same(d, "none", d.connections(), nil)
	want := fullConnection(d.generation(1))
	d.connect(want, "one")
	d.used("connected", want.Installation, true)
	same(d, "Connection", d.connected(want.Installation), want)
	same(d, "Connections", d.connections(), []directory.Connection{want})
	for _, other := range []site{{webex, "T1"}, {slack, "t1"}, {slack, "T1 "}, {"", "T1"}, {slack, ""}} {
		_, err := d.Connection(d.ctx(), other.platform, other.workspace)
		d.refused("Connection of another workspace", err, directory.NotFound)
	}

	want.Scopes[0] = "changed"
	d.connected(want.Installation).Workspaces[0] = "changed"
	want = fullConnection(want.Installation)
	same(d, "Connection, whatever its giver and its reader do with it", d.connected(want.Installation), want)

	empty := directory.Installation{Tenant: d.tenant, Platform: slack, Workspace: "T2", Generation: 1}
	d.connect(directory.Connection{Installation: empty}, "two")
	d.used("of no state", empty, true)
	switch got := d.connected(empty); {
	case got.Scopes != nil:
		d.t.Errorf("scopes of which the platform says nothing: got %v, want nil", got.Scopes)
	case !got.Since.IsZero() || !got.Ended.IsZero():
		d.t.Errorf("times that are not known: got %v, %v, want zero ones", got.Since, got.Ended)
	}
}

func connectionsOddIDs(d *desk) {
	for _, id := range odd {
		c := fullConnection(directory.Installation{Tenant: directory.TenantID(id), Platform: directory.Platform(id), Workspace: directory.Workspace(id), Generation: 1})
		c.Title, c.Why, c.Bot = id, id, id
		d.connect(c, id)
	}
	for _, id := range odd {
		own := d.as(directory.TenantID(id))
		same(d, "the number of "+id, len(own.connections()), 1)
		inst := own.connections()[0].Installation
		own.used(id, inst, true)
		same(d, "the title of "+id, own.connected(inst).Title, id)
		own.secrets(inst, id)
	}
}

func connectionsGenerations(d *desk) {
	try := func(stored, n int64, want directory.Code) {
		d.t.Helper()
		err := d.Connect(d.ctx(), fullConnection(d.generation(n)), fullCredential("refused"))
		if !directory.Is(err, want) {
			d.t.Fatalf("Connect of generation %d over %d: got %v, want %v", n, stored, err, want)
		}
	}
	for _, n := range []int64{-1, 0, 2, 1000} {
		try(0, n, directory.Conflict)
	}
	_, err := d.Connection(d.ctx(), slack, "T1")
	d.refused("Connection of what was refused", err, directory.NotFound)
	for stored := range int64(3) {
		d.connect(fullConnection(d.generation(stored+1)), "kept")
		for _, n := range []int64{stored - 1, stored, stored + 1, stored + 3} {
			try(stored+1, n, directory.Conflict)
		}
		d.used("the newest generation", d.generation(stored+1), true)
	}
	d.install(d.generation(9))
	try(9, 4, directory.Conflict)
	try(9, 9, directory.Conflict)
	d.connect(fullConnection(d.generation(10)), "after an install")
	d.used("after an install", d.generation(10), true)
}

func connectionsRefused(d *desk) {
	want := fullConnection(d.generation(1))
	d.connect(want, "kept")
	other := directory.Connection{Installation: d.generation(1), Title: "another", State: directory.ConnectionPending, Version: 1}
	for _, n := range []int64{0, 1, 3} {
		other.Installation.Generation = n
		d.refused("Connect", d.Connect(d.ctx(), other, fullCredential("another")), directory.Conflict)
	}
	for _, n := range []int64{0, 2} {
		other.Installation.Generation = n
		d.refused("Amend", d.Amend(d.ctx(), other), directory.Conflict)
	}
	d.refused("Install", d.Install(d.ctx(), d.generation(0)), directory.Conflict)
	same(d, "Connection", d.connected(want.Installation), want)
	d.secrets(want.Installation, "kept")
}

// A workspace stays with its tenant, even when it is gone.
func connectionsForeign(d *desk) {
	want := fullConnection(d.generation(1))
	d.connect(want, "kept")
	thief := d.as("thief")
	attack := func() {
		d.t.Helper()
		for _, n := range []int64{0, 1, 2, 3} {
			inst := thief.generation(n)
			d.refused("Connect over another tenant's", d.Connect(d.ctx(), directory.Connection{Installation: inst}, fullCredential("thief")), directory.Conflict)
			d.refused("Install over another tenant's", d.Install(d.ctx(), inst), directory.Conflict)
			d.refused("Amend of another tenant's", d.Amend(d.ctx(), directory.Connection{Installation: inst, State: directory.ConnectionGone, Version: 1}), directory.NotFound)
			d.refused("PutCredential of another tenant's", d.PutCredential(d.ctx(), inst, fullCredential("thief")), directory.NotFound)
			_, err := d.Credential(d.ctx(), inst)
			d.refused("Credential of another tenant's", err, directory.NotFound)
		}
		same(d, "the thief's connections", thief.connections(), nil)
		same(d, "the thief's installations", thief.installations(), nil)
		same(d, "Connection", d.connected(want.Installation), want)
	}
	attack()
	d.used("after the attacks", want.Installation, true)
	d.secrets(want.Installation, "kept")
	want.State, want.Ended = directory.ConnectionGone, at(hour)
	want = d.amend(want)
	attack()
}

func connectionsPending(d *desk) {
	c := fullConnection(d.generation(1))
	c.State = directory.ConnectionPending
	d.connect(c, "early")
	d.used("pending", c.Installation, false)
	same(d, "Connection", d.connected(c.Installation), c)
	d.secrets(c.Installation, "early")
	d.ok("Install of what is pending", d.Install(d.ctx(), c.Installation))
	d.used("pending, installed", c.Installation, false)
	for _, state := range []directory.ConnectionState{directory.ConnectionActive, directory.ConnectionPending, ""} {
		c.State = state
		c = d.amend(c)
		d.used("amended to "+string(state), c.Installation, c.Active())
	}
	d.secrets(c.Installation, "early")
}

func connectionsGone(d *desk) {
	c := fullConnection(d.generation(1))
	d.connect(c, "lost")
	c.State, c.Ended, c.Why = directory.ConnectionGone, at(hour), "the app was removed"
	for range 2 { // and changed once more
		c = d.amend(c)
		d.used("gone", c.Installation, false)
		same(d, "Connection", d.connected(c.Installation), c)
		d.noSecrets(c.Installation)
	}
	for _, state := range []directory.ConnectionState{directory.ConnectionActive, directory.ConnectionPending, ""} {
		back := c
		back.State = state
		d.refused("Amend to "+string(state), d.Amend(d.ctx(), back), directory.Conflict)
	}
	d.ok("Install of the same generation", d.Install(d.ctx(), c.Installation))
	d.refused("Install of an earlier one", d.Install(d.ctx(), d.generation(0)), directory.Conflict)
	d.used("gone, installed", c.Installation, false)
	same(d, "Connection after all that", d.connected(c.Installation), c)
	d.noSecrets(c.Installation)

	already := fullConnection(d.generation(2))
	already.State = directory.ConnectionGone
	d.connect(already, "never")
	d.used("gone from the beginning", already.Installation, false)
	d.noSecrets(already.Installation)
}

func connectionsBack(d *desk) {
	c := fullConnection(d.generation(1))
	d.connect(c, "first")
	end := func() {
		d.t.Helper()
		c.State = directory.ConnectionGone
		d.amend(c)
		c.State = directory.ConnectionActive
		c.Installation.Generation++
	}
	end()
	d.connect(c, "second")
	d.used("connected again", c.Installation, true)
	same(d, "Connection", d.connected(c.Installation), c)
	d.secrets(c.Installation, "second")
	d.noSecrets(d.generation(1))
	end()
	d.install(c.Installation)
	d.used("installed again", c.Installation, true)
	d.noSecrets(c.Installation)
}

func connectionsAmend(d *desk) {
	c := directory.Connection{Installation: d.generation(1), State: directory.ConnectionActive}
	d.refused("Amend of none", d.Amend(d.ctx(), c), directory.NotFound)
	_, err := d.Connection(d.ctx(), slack, "T1")
	d.refused("Connection after that", err, directory.NotFound)
	d.connect(c, "kept")
	c = fullConnection(d.generation(1))
	for range 2 {
		c = d.amend(c)
		same(d, "Connection", d.connected(c.Installation), c)
	}
	c = directory.Connection{Installation: d.generation(1), State: directory.ConnectionActive, Why: "only this", Version: c.Version}
	c = d.amend(c)
	same(d, "Connection, of which less is known", d.connected(c.Installation), c)
	d.secrets(c.Installation, "kept")

	d.install(directory.Installation{Tenant: d.tenant, Platform: slack, Workspace: "T2", Generation: 5})
	d.amend(fullConnection(directory.Installation{Tenant: d.tenant, Platform: slack, Workspace: "T2", Generation: 5}))
	same(d, "the other", d.connected(c.Installation), c)
}

// News of an earlier generation that come late never end a later one.
func connectionsLate(d *desk) {
	early := fullConnection(d.generation(1))
	d.connect(early, "first")
	d.connect(fullConnection(d.generation(2)), "second")
	for _, state := range []directory.ConnectionState{directory.ConnectionGone, directory.ConnectionPending, directory.ConnectionActive} {
		early.State = state
		d.refused("Amend of an older generation", d.Amend(d.ctx(), early), directory.Conflict)
	}
	d.refused("Amend of one that never was", d.Amend(d.ctx(), fullConnection(d.generation(3))), directory.Conflict)
	d.used("the later one", d.generation(2), true)
	d.secrets(d.generation(2), "second")
}

// Of two who read the same connection the second to write it learns that it is another one now.
func connectionsChanged(d *desk) {
	c := fullConnection(d.generation(1))
	d.connect(c, "kept")
	stale := func() {
		d.t.Helper()
		late := fullConnection(c.Installation)
		late.Title = "late"
		for _, state := range []directory.ConnectionState{directory.ConnectionGone, directory.ConnectionPending, directory.ConnectionActive} {
			for _, version := range []int64{-1, 0, c.Version - 1, c.Version + 1, 99} {
				late.State, late.Version = state, version
				d.refused("Amend of another version", d.Amend(d.ctx(), late), directory.Conflict)
			}
		}
		same(d, "Connection", d.connected(c.Installation), c)
	}
	stale()
	for _, state := range []directory.ConnectionState{directory.ConnectionPending, directory.ConnectionActive} {
		c.State = state
		c = d.amend(c)
		stale()
	}
	d.secrets(c.Installation, "kept")
	c.State = directory.ConnectionGone
	c = d.amend(c)
	stale()

	c = fullConnection(d.generation(2))
	d.connect(c, "second")
	stale()
	c = d.amend(c)
	d.install(d.generation(3))
	c = directory.Connection{Installation: d.generation(3), State: directory.ConnectionActive, Version: 1}
	stale()
}

func connectionsInstalled(d *desk) {
	want := fullConnection(d.generation(1))
	d.connect(want, "kept")
	d.install(want.Installation)
	same(d, "Connection after an Install of the same generation", d.connected(want.Installation), want)
	d.secrets(want.Installation, "kept")
	d.install(d.generation(7))
	same(d, "Connection after one of a later", d.connected(want.Installation), directory.Connection{Installation: d.generation(7), State: directory.ConnectionActive, Version: 1})
	d.noSecrets(d.generation(1))
	d.noSecrets(d.generation(7))
}

func connectionsOfTenant(d *desk) {
	states := []directory.ConnectionState{directory.ConnectionGone, directory.ConnectionPending, directory.ConnectionActive}
	var want []directory.Connection
	for i, where := range []site{{slack, "T1"}, {slack, "T2/ж"}, {webex, "A"}} {
		c := fullConnection(directory.Installation{Tenant: d.tenant, Platform: where.platform, Workspace: where.workspace, Generation: 1})
		c.State = states[i]
		want = append(want, c)
	}
	for _, i := range []int{2, 0, 1} {
		d.connect(want[i], "own")
	}
	d.connect(fullConnection(directory.Installation{Tenant: "other", Platform: slack, Workspace: "T11", Generation: 1}), "other")
	same(d, "Connections", d.connections(), want)
	same(d, "Installations", d.installations(), []directory.Installation{want[2].Installation})
}

// What is recorded is in the trail with what was said of it, and what is refused isn't.
func connectionsTrail(d *desk) {
	line := func(event string) []directory.Entry {
		e := fullEntry(keyOf(event))
		e.Seq, e.Event = 99, event // the number is not the writer's to give
		return []directory.Entry{e, {At: start, Event: "and"}}
	}
	c := fullConnection(d.generation(1))
	thief := c
	thief.Installation.Tenant = "thief"
	d.refused("Amend of none", d.Amend(d.ctx(), c, line("none")...), directory.NotFound)
	d.ok("Connect", d.Connect(d.ctx(), c, fullCredential("one"), line("connected")...))
	d.refused("Connect once more", d.Connect(d.ctx(), c, fullCredential("two"), line("twice")...), directory.Conflict)
	d.refused("Amend of another tenant's", d.Amend(d.ctx(), thief, line("thief")...), directory.NotFound)
	thief.Installation.Generation++
	d.refused("Connect over another tenant's", d.Connect(d.ctx(), thief, fullCredential("thief"), line("thief")...), directory.Conflict)
	d.commit(directory.Change{Audit: line("between")})
	d.ok("Amend", d.Amend(d.ctx(), c, line("amended")...))
	d.refused("Amend of what was changed meanwhile", d.Amend(d.ctx(), c, line("late")...), directory.Conflict)
	c.Version++
	d.amend(c) // without a word
	c.Version++
	c.State = directory.ConnectionGone
	d.ok("Amend to gone", d.Amend(d.ctx(), c, line("gone")...))
	c.Version++
	c.State = directory.ConnectionActive
	d.refused("Amend to active", d.Amend(d.ctx(), c, line("back")...), directory.Conflict)
	c.Installation.Generation++
	d.refused("Amend of another generation", d.Amend(d.ctx(), c, line("another")...), directory.Conflict)
	c.State = directory.ConnectionGone
	d.ok("Connect of what is gone", d.Connect(d.ctx(), c, directory.Credential{}, line("gone from the beginning")...))

	var want []directory.Entry
	for _, event := range []string{"connected", "between", "amended", "gone", "gone from the beginning"} {
		want = append(want, line(event)...)
	}
	got := d.trail(directory.TrailQuery{})
	same(d, "the number of entries", len(got), len(want))
	var last int64
	for i := range got {
		if got[i].Seq <= last {
			d.t.Fatalf("numbers: got %v after %v, want a larger one", got[i].Seq, last)
		}
		last = got[i].Seq
		want[i].Seq = last
	}
	same(d, "the trail", got, want)
	same(d, "the trail of a link", events(d.trail(directory.TrailQuery{Link: keyOf("amended")})), []string{"amended"})
	same(d, "the thief's trail", d.as("thief").trail(directory.TrailQuery{}), nil)
}
