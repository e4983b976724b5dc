package entra_test

import (
	"testing"

	"rollcall/adapters/entra"
	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

// A soft-deleted person stays a member in the directory, and has left all the same; so has a disabled
// one. Both come back.
func TestSoftDeletedAndDisabled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, people := w.crowd(4)
	r := w.reader(group)
	r.mustRead()
	w.SoftDelete(w.ids[0], people[0])
	w.Disable(w.ids[0], people[1])
	r.mustRead()
	r.wants(people[2:]...)
	for _, id := range people[:2] {
		if !w.adapter.Source().Member(t.Context(), tenants[0], group, directory.MemberID{Directory: "entra", ID: id}).IsOut() {
			t.Error("the point check doesn't say out")
		}
	}
	w.Restore(w.ids[0], people[0])
	w.Enable(w.ids[0], people[1])
	r.mustRead()
	r.wants(people...)
}

// People of groups within the group are in; when those groups change, the group is listed again.
func TestNestedGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, people := w.crowd(3)
	deep := w.AddUser(w.ids[0], entrasim.User{Name: "Deep", Mail: "deep@exam.example"})
	late := w.AddUser(w.ids[0], entrasim.User{Name: "Late", Mail: "late@exam.example"})
	inner := w.AddGroup(w.ids[0], entrasim.Group{Name: "Inner", Members: []string{deep, people[0]}})
	middle := w.AddGroup(w.ids[0], entrasim.Group{Name: "Middle", Members: []string{inner}})
	w.Join(w.ids[0], group, middle, w.AddObject(w.ids[0], "device"))
	r := w.reader(group)
	r.mustRead()
	r.wants(append(people, deep)...)

	// A change deep within is told of by the delta. Who is in by another way as well stays.
	w.Join(w.ids[0], inner, late)
	w.Leave(w.ids[0], inner, people[0])
	r.mustRead()
	if r.whole {
		t.Error("the group was listed whole")
	}
	r.wants(append(people, deep, late)...)

	w.Leave(w.ids[0], group, middle)
	r.fails(directory.Expired)
	r.mustRead()
	r.wants(people...)
	w.Join(w.ids[0], group, inner)
	r.fails(directory.Expired)
	r.mustRead()
	r.wants(append(people, deep, late)...)
}

// A group with more groups within it than a delta can name is listed whole each time.
func TestTooManyNestedGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, people := w.crowd(2)
	for range 50 {
		w.Join(w.ids[0], group, w.AddGroup(w.ids[0], entrasim.Group{Name: "Inner", Members: people[:1]}))
	}
	r := w.reader(group)
	r.mustRead()
	r.wants(people...)
	r.fails(directory.Expired)
	r.mustRead()
	r.wants(people...)
}

// Only a security group says who is in; another kind is refused with what to do.
func TestGroupKinds(t *testing.T) {
	t.Parallel()
	for kind, usable := range map[entrasim.Kind]bool{
		entrasim.Security: true, entrasim.Dynamic: true, entrasim.MailSecurity: true,
		entrasim.Microsoft365: false, entrasim.SecureMicrosoft365: false, entrasim.Distribution: false,
	} {
		w := newWorld(t)
		group := w.AddGroup(w.ids[0], entrasim.Group{Name: "Group", Kind: kind})
		_, err := w.adapter.Source().Page(t.Context(), tenants[0], group, "")
		if usable && err != nil || !usable && (!directory.Is(err, directory.Invalid) || len(err.Error()) < 80) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// Guests of the group are exempt.
func TestGuestsAreExempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group, people := w.crowd(1)
	gil := w.AddUser(w.ids[0], guest("Gil", "gil@partner.example"))
	w.Join(w.ids[0], group, gil)
	r := w.reader(group)
	r.mustRead()
	if !r.in[gil].Exempt || r.in[people[0]].Exempt || r.in[gil].Email != address(t, "gil@partner.example") {
		t.Errorf("%+v", r.in[gil])
	}
}

// A configuration that can't be right says everything at once and asks nothing.
func TestConfig(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := entra.New(entra.Config{}); !directory.Is(err, directory.Invalid) {
		t.Error(err)
	}
	for _, wrong := range []entra.Tenant{{}, {Directory: "not a uuid"}, {Directory: uuid("t"), InvitationDomain: "no"}, {Directory: uuid("t"), RedirectURL: "http://there.example"}} {
		w.tenants[tenants[0]] = wrong
		if _, err := w.adapter.Source().Page(t.Context(), tenants[0], uuid("g"), ""); !directory.Is(err, directory.Invalid) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	w.config.Cloud = entra.Loopback("http://entra.sim", "http://entra.sim", nil)
	if _, err := entra.New(w.config); err == nil {
		t.Error("http is taken")
	}
	if w.Calls.Len() > 0 {
		t.Errorf("%d calls", w.Calls.Len())
	}
}

// The same over a network, with certificates and ports, as the demo runs it.
func TestOverTLS(t *testing.T) {
	t.Parallel()
	w := newWorld(t, small)
	authority, err := sim.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	server, err := authority.Serve(w.Sim)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	w.config.Cloud, w.config.Transport = entra.Loopback(server.URL, server.URL, authority.Pool()), nil
	w.adapter = w.open()
	group, people := w.crowd(7)
	r := w.reader(group)
	r.mustRead()
	w.Leave(w.ids[0], group, people[0])
	r.mustRead()
	r.wants(people[1:]...)
	if _, err := w.adapter.Provision(t.Context(), w.inst(0), order(t, "ann@partner.example")); err != nil {
		t.Error(err)
	}
}
