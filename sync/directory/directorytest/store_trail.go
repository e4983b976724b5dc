package directorytest

import (
	"fmt"

	"rollcall/sync/directory"
)

var trailCases = []storeCase{
	{"an entry comes back whole", trailWhole},
	{"the order of commits", trailOrder},
	{"every page", trailPages},
	{"of one link", trailOfLink},
	{"the trail's own limit", trailLimit},
}

func events(entries []directory.Entry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, e.Event)
	}
	return out
}

func trailWhole(d *desk) {
	want := []directory.Entry{fullEntry(keyOf("ж/1")), {At: at(2 * tick), Event: "switched on"}} // the second of no link, by nobody
	want[0].Seq = 99                                                                             // not the writer's to give
	d.commit(directory.Change{Audit: want})
	got := d.trail(directory.TrailQuery{})
	if len(got) != 2 || got[0].Seq <= 0 || got[1].Seq <= got[0].Seq {
		d.t.Fatalf("the trail: got %v, want two entries with growing numbers", got)
	}
	want[0].Seq, want[1].Seq = got[0].Seq, got[1].Seq
	same(d, "the trail", got, want)
	same(d, "an empty trail", d.as("other").trail(directory.TrailQuery{}), nil)
}

func trailOrder(d *desk) {
	var want []string
	for i := range 12 {
		var change directory.Change
		for j := range 3 {
			event := fmt.Sprintf("%d.%d", i, j)
			want = append(want, event)
			change.Audit = append(change.Audit, directory.Entry{At: at(-hour * 24 * 365), Event: event}) // the clock went wrong
		}
		d.commit(change)
	}
	same(d, "the trail", events(d.trail(directory.TrailQuery{})), want)
}

func trailPages(d *desk) {
	var change directory.Change
	for _, event := range numbered(20) {
		change.Audit = append(change.Audit, directory.Entry{At: start, Event: event})
	}
	d.commit(change)
	all := d.trail(directory.TrailQuery{})
	for i, e := range all {
		for _, limit := range []int{1, 3, 50} {
			got := d.trail(directory.TrailQuery{After: e.Seq, Limit: limit})
			same(d, fmt.Sprintf("%d after %s", limit, e.Event), got, all[i+1:min(i+1+limit, len(all))])
		}
	}
}

func trailOfLink(d *desk) {
	for i := range 9 {
		key := []directory.LinkKey{keyOf("one"), keyOf("two"), {}}[i%3]
		d.commit(directory.Change{Audit: []directory.Entry{{At: start, Link: key, Event: fmt.Sprint(i)}}})
	}
	query := directory.TrailQuery{Link: keyOf("two")}
	got := d.trail(query)
	same(d, "of one link", events(got), []string{"1", "4", "7"})
	query.Limit, query.After = 1, got[0].Seq
	same(d, "of one link, a page", events(d.trail(query)), []string{"4"})
	same(d, "of a link that did nothing", d.trail(directory.TrailQuery{Link: keyOf("three")}), nil)
}

func trailLimit(d *desk) {
	var change directory.Change
	for _, event := range numbered(105) {
		change.Audit = append(change.Audit, directory.Entry{At: start, Event: event})
	}
	d.commit(change)
	same(d, "without a limit", events(d.trail(directory.TrailQuery{})), numbered(100))
	same(d, "with a larger limit", events(d.trail(directory.TrailQuery{Limit: 200})), numbered(105))
}
