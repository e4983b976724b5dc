package directorytest

import (
	"rollcall/sync/directory"
)

var credentialCases = []storeCase{
	{"kept", credentialsKept},
	{"of exactly this installation", credentialsExact},
	{"replaced together", credentialsReplaced},
	{"changed meanwhile", credentialsChanged},
	{"of an earlier generation", credentialsEarlier},
	{"none", credentialsNone},
}

// credential reads an installation's secrets, which must be there.
func (d *desk) credential(inst directory.Installation) directory.Credential {
	d.t.Helper()
	got, err := d.Credential(d.ctx(), inst)
	d.ok("Credential", err)
	return got
}

// secrets wants an installation's to be those of a mark.
func (d *desk) secrets(inst directory.Installation, mark string) {
	d.t.Helper()
	got, want := d.credential(inst), fullCredential(mark)
	want.Version = got.Version
	same(d, "Credential", got, want)
}

// noSecrets wants an installation to have none, and to take none.
func (d *desk) noSecrets(inst directory.Installation) {
	d.t.Helper()
	_, err := d.Credential(d.ctx(), inst)
	d.refused("Credential", err, directory.NotFound)
	for version := range int64(3) {
		put := fullCredential("refused")
		put.Version = version
		d.refused("PutCredential", d.PutCredential(d.ctx(), inst, put), directory.NotFound)
	}
	_, err = d.Credential(d.ctx(), inst)
	d.refused("Credential after what was refused", err, directory.NotFound)
}

func credentialsKept(d *desk) {
	inst := d.generation(1)
	given := fullCredential("one")
	d.ok("Connect", d.Connect(d.ctx(), fullConnection(inst), given))
	given.Fields[directory.FieldToken].Text[0] = '!'
	given.Fields["another"] = directory.Sealed{Key: "changed"}
	d.secrets(inst, "one") // whatever the giver does with its own
	got := d.credential(inst)
	got.Fields[directory.FieldRefresh].Wrapped[0] = '!'
	delete(got.Fields, directory.FieldToken)
	d.secrets(inst, "one") // and a reader
}

func credentialsExact(d *desk) {
	inst := d.generation(1)
	d.connect(fullConnection(inst), "own")
	version := d.credential(inst).Version
	for _, other := range []directory.Installation{
		{Tenant: "other", Platform: slack, Workspace: "T1", Generation: 1},
		{Tenant: "", Platform: slack, Workspace: "T1", Generation: 1},
		{Tenant: d.tenant, Platform: webex, Workspace: "T1", Generation: 1},
		{Tenant: d.tenant, Platform: slack, Workspace: "T2", Generation: 1},
		{Tenant: d.tenant, Platform: slack, Workspace: "t1", Generation: 1},
		{Tenant: d.tenant, Platform: slack, Workspace: "T1", Generation: 0},
		{Tenant: d.tenant, Platform: slack, Workspace: "T1", Generation: 2},
		{},
	} {
		_, err := d.Credential(d.ctx(), other)
		d.refused("Credential of another installation", err, directory.NotFound)
		put := fullCredential("another's")
		put.Version = version
		d.refused("PutCredential of another installation", d.PutCredential(d.ctx(), other, put), directory.NotFound)
	}
	d.secrets(inst, "own")
}

func credentialsReplaced(d *desk) {
	inst := d.generation(1)
	d.connect(fullConnection(inst), "one")
	first := d.credential(inst).Version
	put := fullCredential("two")
	put.Version = first
	d.ok("PutCredential", d.PutCredential(d.ctx(), inst, put))
	d.secrets(inst, "two")
	same(d, "Version", d.credential(inst).Version, first+1)
	less := directory.Credential{Fields: map[directory.Field]directory.Sealed{directory.FieldToken: {Key: "k", Text: []byte("t")}}, Version: first + 1}
	d.ok("PutCredential of fewer", d.PutCredential(d.ctx(), inst, less))
	less.Version++
	same(d, "Credential of fewer", d.credential(inst), less)
	d.amend(fullConnection(inst))
	same(d, "Credential after the connection was amended", d.credential(inst), less)
}

func credentialsChanged(d *desk) {
	inst := d.generation(1)
	d.connect(fullConnection(inst), "one")
	put := fullCredential("two")
	put.Version = d.credential(inst).Version
	d.ok("PutCredential", d.PutCredential(d.ctx(), inst, put))
	late := fullCredential("late")
	for _, version := range []int64{0, put.Version, put.Version + 2, -1} {
		late.Version = version
		d.refused("PutCredential of another version", d.PutCredential(d.ctx(), inst, late), directory.Conflict)
	}
	d.secrets(inst, "two")
	same(d, "Version", d.credential(inst).Version, put.Version+1)
}

func credentialsEarlier(d *desk) {
	d.connect(fullConnection(d.generation(1)), "one")
	d.connect(fullConnection(d.generation(2)), "two")
	d.noSecrets(d.generation(1))
	d.secrets(d.generation(2), "two")
	pending := fullConnection(d.generation(3))
	pending.State = directory.ConnectionPending
	d.connect(pending, "three")
	d.noSecrets(d.generation(2))
	d.secrets(d.generation(3), "three")
}

func credentialsNone(d *desk) {
	d.noSecrets(d.generation(1))
	d.install(d.generation(1))
	d.noSecrets(d.generation(1))
	// Connected with none, which come later: as with an app whose token is asked for with its own key.
	d.ok("Connect", d.Connect(d.ctx(), fullConnection(d.generation(2)), directory.Credential{}))
	none := d.credential(d.generation(2))
	same(d, "fields", len(none.Fields), 0)
	put := fullCredential("later")
	put.Version = none.Version
	d.ok("PutCredential", d.PutCredential(d.ctx(), d.generation(2), put))
	d.secrets(d.generation(2), "later")
}
