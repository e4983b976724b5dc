package directorytest

import (
	"rollcall/sync/directory"
)

var adminCases = []storeCase{
	{"put and listed", adminsListed},
	{"removed", adminsRemoved},
	{"of another tenant", adminsForeign},
}

func (d *desk) putAdmin(admin directory.Admin) {
	d.t.Helper()
	d.ok("PutAdmin", d.PutAdmin(d.ctx(), d.tenant, admin))
}

func (d *desk) admins() []directory.Admin {
	d.t.Helper()
	admins, err := d.Admins(d.ctx(), d.tenant)
	d.ok("Admins", err)
	return admins
}

func adminsListed(d *desk) {
	same(d, "none", d.admins(), nil)
	want := []directory.Admin{fullAdmin(onSlack("a/b")), fullAdmin(onSlack("b")), fullAdmin(onWebex("a"))}
	for _, i := range []int{2, 0, 1, 2} {
		d.putAdmin(want[i])
	}
	same(d, "Admins", d.admins(), want)
	want[1].By, want[1].Since = "configuration", at(hour)
	d.putAdmin(want[1])
	same(d, "Admins after a change", d.admins(), want)
}

func adminsRemoved(d *desk) {
	remove := func(user string) error { return d.RemoveAdmin(d.ctx(), d.tenant, onSlack(user)) }
	d.refused("RemoveAdmin where there is none", remove("a"), directory.NotFound)
	d.putAdmin(fullAdmin(onSlack("a")))
	d.refused("RemoveAdmin of somebody else", remove("b"), directory.NotFound)
	d.refused("RemoveAdmin of the last", remove("a"), directory.Conflict)
	d.putAdmin(fullAdmin(onSlack("b")))
	d.ok("RemoveAdmin", remove("a"))
	d.refused("RemoveAdmin once more", remove("a"), directory.NotFound)
	d.refused("RemoveAdmin of the last", remove("b"), directory.Conflict)
	same(d, "Admins", d.admins(), []directory.Admin{fullAdmin(onSlack("b"))})
}

func adminsForeign(d *desk) {
	a, b := d.as("a"), d.as("b")
	a.putAdmin(fullAdmin(onSlack("one")))
	b.putAdmin(fullAdmin(onSlack("one")))
	b.putAdmin(fullAdmin(onSlack("two")))
	d.refused("the last of a tenant, of which another has more", d.RemoveAdmin(d.ctx(), "a", onSlack("one")), directory.Conflict)
	d.refused("another tenant's", d.RemoveAdmin(d.ctx(), "a", onSlack("two")), directory.NotFound)
	d.ok("RemoveAdmin", d.RemoveAdmin(d.ctx(), "b", onSlack("one")))
	same(d, "a's", a.admins(), []directory.Admin{fullAdmin(onSlack("one"))})
	same(d, "b's", b.admins(), []directory.Admin{fullAdmin(onSlack("two"))})
}
