package directorytest

import "rollcall/sync/directory"

var batchCases = []storeCase{
	{"a batch comes back whole", batchWhole},
	{"versions of a batch", batchVersions},
	{"the newest first", batchOrder},
}

func (d *desk) batches() []directory.Batch {
	d.t.Helper()
	batches, err := d.Batches(d.ctx(), d.tenant)
	d.ok("Batches", err)
	return batches
}

func batchWhole(d *desk) {
	same(d, "none", d.batches(), nil)
	want := fullBatch("ж/1")
	d.commit(directory.Change{Batches: []directory.BatchChange{{Batch: want}}})
	want.Version = 1
	same(d, "the batch", d.batches(), []directory.Batch{want})
}

func batchVersions(d *desk) {
	b := directory.Batch{ID: "b", State: directory.BatchHeld, At: start, Version: 7}
	put := func(version int64) directory.Change {
		return directory.Change{Batches: []directory.BatchChange{{Batch: b, Version: version}}}
	}
	d.refuse(put(1), directory.Conflict)
	d.commit(put(0))
	d.refuse(put(0), directory.Conflict)
	b.State = directory.BatchReleased
	d.commit(put(1))
	d.refuse(put(1), directory.Conflict)
	b.Version = 2
	same(d, "the batch", d.batches(), []directory.Batch{b})
}

func batchOrder(d *desk) {
	for _, b := range []directory.Batch{
		{ID: "c", At: at(3 * tick)}, {ID: "a", At: at(5 * tick)}, {ID: "e", At: at(tick)}, {ID: "b", At: at(4 * tick)}, {ID: "d", At: at(2 * tick)},
	} {
		d.commit(directory.Change{Batches: []directory.BatchChange{{Batch: b}}})
	}
	var got []string
	for _, b := range d.batches() {
		got = append(got, b.ID)
	}
	same(d, "the order", got, []string{"a", "b", "c", "d", "e"})
}
