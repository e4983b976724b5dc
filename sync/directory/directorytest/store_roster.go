package directorytest

import (
	"fmt"
	"slices"

	"rollcall/sync/directory"
)

var rosterCases = []storeCase{
	{"a row comes back whole", rosterWhole},
	{"put again and taken out", rosterPutAgain},
	{"in every group", rosterEveryGroup},
	{"unseen and gone", rosterUnseen},
	{"unseen, from every position", rosterUnseenPages},
}

func (d *desk) memberships(members ...directory.MemberID) []directory.Membership {
	d.t.Helper()
	rows, err := d.Memberships(d.ctx(), d.tenant, members...)
	d.ok("Memberships", err)
	return rows
}

func (d *desk) unseen(group directory.GroupID, round int64, after directory.MemberID, limit int) []directory.Membership {
	d.t.Helper()
	rows, err := d.Unseen(d.ctx(), d.tenant, group, round, after, limit)
	d.ok("Unseen", err)
	return rows
}

// on is a roster row.
func on(group directory.GroupID, id directory.MemberID, round int64) directory.Membership {
	return directory.Membership{Group: group, Member: directory.Member{ID: id, Active: true}, Since: start, Round: round}
}

func rosterWhole(d *desk) {
	want := fullMembership("ж/1", member("a/b"))
	bare := directory.Membership{Group: "x", Member: directory.Member{ID: member("a/b")}}
	d.commit(directory.Change{Roster: []directory.Membership{want, bare}})
	same(d, "Memberships", d.memberships(want.Member.ID), []directory.Membership{bare, want})
	same(d, "Unseen", d.unseen(want.Group, 0, directory.MemberID{}, 9), []directory.Membership{want})
}

func rosterPutAgain(d *desk) {
	row := on("staff", member("one"), 1)
	other := on("guests", member("one"), 1)
	d.commit(directory.Change{Roster: []directory.Membership{row, other}})
	row.Round, row.Gone, row.Member.Name = 2, true, "One"
	d.commit(directory.Change{Roster: []directory.Membership{row}})
	same(d, "put again", d.memberships(member("one")), []directory.Membership{other, row})
	out := directory.Change{Unroster: []directory.RosterKey{row.Key(), on("nowhere", member("one"), 0).Key(), on("staff", member("nobody"), 0).Key()}}
	d.commit(out)
	same(d, "taken out", d.memberships(member("one")), []directory.Membership{other})
	d.commit(out) // once more is no error
	d.commit(directory.Change{Roster: []directory.Membership{row}})
	same(d, "put back", d.memberships(member("one")), []directory.Membership{other, row})
}

func rosterEveryGroup(d *desk) {
	var want []directory.Membership
	for _, group := range odd {
		for _, id := range []string{"a", "b/c", "ж"} {
			want = append(want, on(directory.GroupID(group), member(id), 1))
		}
	}
	d.commit(directory.Change{Roster: append([]directory.Membership{on("staff", member("other"), 1)}, want...)})
	slices.SortFunc(want, compareMembers)
	same(d, "Memberships", d.memberships(member("ж"), member("nobody"), member("a"), member("b/c"), member("ж")), want)
	same(d, "Memberships of nobody", d.memberships(member("nobody")), nil)
	same(d, "Memberships without a member", d.memberships(), nil)

	var many []directory.Membership
	var ids []directory.MemberID
	for _, id := range numbered(1000) {
		many = append(many, on("many", member(id), 1))
		ids = append(ids, member(id))
	}
	d.commit(directory.Change{Roster: many})
	same(d, "Memberships of a thousand", d.memberships(ids...), many)
}

func rosterUnseen(d *desk) {
	gone := on("staff", member("c"), 5)
	gone.Gone = true
	d.commit(directory.Change{Roster: []directory.Membership{
		on("staff", member("a"), 3), on("staff", member("b"), 4), gone, on("staff", member("d"), 5), on("guests", member("e"), 1),
	}})
	for round, want := range map[int64][]string{0: {"c"}, 3: {"c"}, 4: {"a", "c"}, 5: {"a", "b", "c"}, 6: {"a", "b", "c", "d"}} {
		var got []string
		for _, row := range d.unseen("staff", round, directory.MemberID{}, 9) {
			got = append(got, row.Member.ID.ID)
		}
		same(d, fmt.Sprintf("unseen in round %d", round), got, want)
	}
	same(d, "unseen in another group", d.unseen("nobody", 9, directory.MemberID{}, 9), nil)

	// Seen again, it is unseen no more.
	gone.Gone, gone.Round = false, 6
	d.commit(directory.Change{Roster: []directory.Membership{gone, on("staff", member("a"), 6)}})
	same(d, "unseen after it was seen", d.unseen("staff", 6, directory.MemberID{}, 9),
		[]directory.Membership{on("staff", member("b"), 4), on("staff", member("d"), 5)})
}

func rosterUnseenPages(d *desk) {
	var all []directory.Membership
	for i, s := range odd {
		for _, id := range []directory.MemberID{{Directory: s, ID: "1"}, {Directory: "people", ID: s}} {
			row := on("staff", id, int64(i%3))
			row.Gone = i%3 == 2
			all = append(all, row)
		}
	}
	d.commit(directory.Change{Roster: append(all, on("staff", member("seen"), 2))})
	slices.SortFunc(all, compareMembers)
	for i := range all {
		same(d, fmt.Sprintf("after row %d", i), d.unseen("staff", 2, all[i].Member.ID, len(all)), all[i+1:])
		same(d, fmt.Sprintf("one after row %d", i), d.unseen("staff", 2, all[i].Member.ID, 1), all[i+1:min(i+2, len(all))])
	}
	for limit := 1; limit <= len(all)+1; limit += 7 {
		var got []directory.Membership
		var after directory.MemberID
		for page := d.unseen("staff", 2, after, limit); len(page) > 0; page = d.unseen("staff", 2, after, limit) {
			got = append(got, page...)
			after = page[len(page)-1].Member.ID
		}
		same(d, fmt.Sprintf("all pages with limit %d", limit), got, all)
	}
	// The rows before a position may go while the pages are read.
	d.commit(directory.Change{Unroster: []directory.RosterKey{all[3].Key()}})
	same(d, "after a row that went", d.unseen("staff", 2, all[3].Member.ID, 1), all[4:5])
}
