package directorytest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"rollcall/sync/directory"
)

var morning = time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)

// crowded is a directory with a group "g" of n people, a clock that the test moves, and faults that
// come in the order of a script and then no more.
func crowded(n int, script ...FaultKind) (d *Directory, clock *time.Time) {
	clock = new(time.Time)
	*clock = morning
	d = NewDirectory("toy", func() time.Time { return *clock })
	d.PageSize = 3
	d.Group("t1", "g")
	for i := range n {
		id := fmt.Sprintf("p%03d", i)
		d.Put("t1", directory.Member{ID: directory.MemberID{ID: id}, Name: id, Active: true})
		d.Join("t1", "g", id)
	}
	d.Fault = func(Call) FaultKind {
		if len(script) == 0 {
			return NoFault
		}
		kind := script[0]
		script = script[1:]
		return kind
	}
	return d, clock
}

// readAll reads from a cursor to the last page, at most 20 pages, and names who was on each page.
func readAll(t *testing.T, d *Directory, cursor string) (pages [][]string, end directory.Page) {
	t.Helper()
	for range 20 {
		page, err := d.Page(t.Context(), "t1", "g", cursor)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, m := range page.Members {
			ids = append(ids, m.ID.ID)
		}
		for _, id := range page.Left {
			ids = append(ids, "-"+id.ID)
		}
		pages, end, cursor = append(pages, ids), page, page.Cursor
		if page.Last {
			break
		}
	}
	return pages, end
}

func TestDirectoryFaultsSpoilListings(t *testing.T) {
	for _, tt := range []struct {
		name   string
		people int
		script []FaultKind
		want   string
		kind   FaultKind
		times  int
	}{
		{"none", 5, nil, "[[p000 p001 p002] [p003 p004]]", NoFault, 0},
		{"a person on two pages", 5, []FaultKind{FaultTwice}, "[[p000 p001 p002] [p002 p003 p004]]", FaultTwice, 1},
		{"the first page replayed", 5, []FaultKind{FaultReplay}, "[[p000 p001 p002] [p000 p001 p002] [p003 p004]]", FaultReplay, 1},
		{"a later page replayed", 7, []FaultKind{NoFault, FaultReplay}, "[[p000 p001 p002] [p003 p004 p005] [p003 p004 p005] [p006]]", FaultReplay, 1},
		{"empty", 5, []FaultKind{FaultEmpty}, "[[]]", FaultEmpty, 1},
		{"empty is nothing to an empty group", 0, []FaultKind{FaultEmpty}, "[[]]", FaultEmpty, 0},
		{"empty is nothing to a later page", 5, []FaultKind{NoFault, FaultEmpty}, "[[p000 p001 p002] [p003 p004]]", FaultEmpty, 0},
		{"the last page is not replayed", 2, []FaultKind{FaultReplay}, "[[p000 p001]]", FaultReplay, 0},
		{"no cursor to expire", 2, []FaultKind{FaultExpired}, "[[p000 p001]]", FaultExpired, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, _ := crowded(tt.people, tt.script...)
			pages, end := readAll(t, d, "")
			if got := fmt.Sprint(pages); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if !end.Last || !end.Whole {
				t.Errorf("the end says last %v, whole %v", end.Last, end.Whole)
			}
			if got := d.Reached()[tt.kind]; got != tt.times {
				t.Errorf("reached %d times, want %d", got, tt.times)
			}
		})
	}
}

func TestDirectoryFaultsAreErrors(t *testing.T) {
	for _, tt := range []struct {
		kind   FaultKind
		code   directory.Code
		after  time.Duration
		begin  bool // strikes the first page
		member bool // strikes the point check
	}{
		{FaultUnavailable, directory.Unavailable, 0, true, true},
		{FaultUnauthorized, directory.Unauthorized, 0, true, true},
		{FaultThrottled, directory.Throttled, 30 * time.Second, true, true},
		{FaultThrottled0, directory.Throttled, 0, true, true},
		{FaultThrottledDay, directory.Throttled, 24 * time.Hour, true, true},
		{FaultIncomplete, directory.Incomplete, 0, true, false},
		{FaultMidway, directory.Unavailable, 0, false, false},
		{FaultExpired, directory.Expired, 0, false, false},
	} {
		t.Run(string(tt.kind), func(t *testing.T) {
			d, _ := crowded(5)
			first, err := d.Page(t.Context(), "t1", "g", "")
			if err != nil {
				t.Fatal(err)
			}
			d.Fault = func(Call) FaultKind { return tt.kind }
			reached := 1
			_, err = d.Page(t.Context(), "t1", "g", first.Cursor)
			var e *directory.Error
			if !directory.Is(err, tt.code) {
				t.Fatalf("a later page: %v, want %v", err, tt.code)
			}
			if e, _ = err.(*directory.Error); e.After != tt.after {
				t.Errorf("it asks to wait %v, want %v", e.After, tt.after)
			}
			if _, err := d.Page(t.Context(), "t1", "g", ""); directory.Is(err, tt.code) != tt.begin {
				t.Errorf("the first page: %v", err)
			}
			standing := d.Member(t.Context(), "t1", "g", directory.MemberID{Directory: "toy", ID: "p000"})
			if _, in := standing.IsIn(); in == tt.member || standing.IsOut() {
				t.Errorf("the point check says in %v, out %v", in, standing.IsOut())
			}
			for _, strikes := range []bool{tt.begin, tt.member} {
				if strikes {
					reached++
				}
			}
			if got := d.Reached()[tt.kind]; got != reached {
				t.Errorf("reached %d times, want %d", got, reached)
			}
		})
	}
}

func TestDirectoryLoopsForEver(t *testing.T) {
	d, _ := crowded(7, NoFault, FaultLoop)
	pages, end := readAll(t, d, "")
	if len(pages) != 20 || end.Last {
		t.Errorf("it ended after %d pages", len(pages))
	}
	if pages, end := readAll(t, d, ""); len(pages) != 3 || !end.Last {
		t.Errorf("a fresh listing has %d pages, want 3", len(pages))
	}
}

func TestDirectoryListsShort(t *testing.T) {
	d, _ := crowded(200, FaultShort)
	d.PageSize = 50
	var lengths []int
	var listings []string
	for range 2 {
		pages, end := readAll(t, d, "")
		if !end.Last || !end.Whole {
			t.Fatal("it is not a complete listing")
		}
		ids := slices.Concat(pages...)
		lengths, listings = append(lengths, len(ids)), append(listings, fmt.Sprint(ids))
		d.Fault = func(c Call) FaultKind {
			if c.Op == OpBegin {
				return FaultShort
			}
			return NoFault
		}
	}
	for _, n := range lengths {
		if n < 120 || n > 160 {
			t.Errorf("%d of 200 are listed, want about 140", n)
		}
	}
	if listings[0] == listings[1] {
		t.Error("the same people are left out twice")
	}
	if d.Reached()[FaultShort] == 0 {
		t.Error("not counted")
	}
	// The point check tells the truth all the while.
	for _, m := range d.Members("t1", "g") {
		if _, in := d.Member(t.Context(), "t1", "g", m.ID).IsIn(); !in {
			t.Fatal("the point check lies")
		}
	}
}

func TestDirectoryTellsChanges(t *testing.T) {
	d, _ := crowded(5)
	_, end := readAll(t, d, "")
	d.Leave("t1", "g", "p001")
	d.Put("t1", directory.Member{ID: directory.MemberID{ID: "p003"}, Name: "New", Active: true})
	d.Delete("t1", "p004")
	d.Leave("t1", "g", "p000")
	d.Join("t1", "g", "p000") // told once, as it is now
	pages, end := readAll(t, d, end.Cursor)
	if got, want := fmt.Sprint(pages), "[[p003 -p001 -p004] [p000]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if end.Whole {
		t.Error("a delta says that it is whole")
	}
	again, err := d.Page(t.Context(), "t1", "g", end.Cursor)
	if err != nil || again.Cursor != end.Cursor || !again.Last || len(again.Members)+len(again.Left) > 0 {
		t.Errorf("nothing changed, and it says %+v, %v", again, err)
	}
}

// A group that flaps for ever does not grow for ever.
func TestDirectoryForgetsSupersededChanges(t *testing.T) {
	d, _ := crowded(3)
	for range 10_000 {
		d.Leave("t1", "g", "p001")
		d.Join("t1", "g", "p001")
	}
	g := d.tenants["t1"].groups["g"]
	if len(g.log) > 100 || len(g.stays["p001"]) > 1 {
		t.Errorf("the log has %d entries, the stays of one person %d", len(g.log), len(g.stays["p001"]))
	}
}

func TestDirectoryRemembersTheTruth(t *testing.T) {
	d, clock := crowded(1)
	at := func(hour int) time.Time { return morning.Add(time.Duration(hour) * time.Hour) }
	set := func(active bool) {
		d.Put("t1", directory.Member{ID: directory.MemberID{ID: "p000"}, Name: "p000", Active: active})
	}
	*clock = at(1)
	d.Join("t1", "k", "p000")
	*clock = at(2)
	d.Leave("t1", "g", "p000")
	*clock = at(3)
	d.Leave("t1", "k", "p000")
	*clock = at(4)
	d.Join("t1", "g", "p000")
	*clock = at(5)
	set(false)
	*clock = at(6)
	set(true)
	*clock = at(7)
	d.DropGroup("t1", "g")

	want := []Stay{{at(0), at(2)}, {at(4), at(5)}, {at(6), at(7)}}
	if got := d.Stays("t1", "g", "p000"); !slices.Equal(got, want) {
		t.Errorf("stays are %v, want %v", got, want)
	}
	for hour, in := range []bool{true, true, false, false, true, false, true, false} {
		if got := d.WasIn("t1", "g", "p000", at(hour)); got != in {
			t.Errorf("at hour %d in is %v, want %v", hour, got, in)
		}
	}
	both := []string{"g", "k"}
	for _, tt := range []struct {
		name     string
		groups   []string
		from, to int
		want     bool
	}{
		{"in one group or the other", both, 0, 2, false},
		{"left the one while in the other", both, 2, 2, false},
		{"left both", both, 2, 3, true},
		{"out of the one", []string{"g"}, 0, 2, true},
		{"back again", both, 4, 4, false},
		{"disabled", both, 4, 5, true},
		{"dropped", both, 6, 8, true},
		{"never there", []string{"none"}, 0, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := d.WasOut("t1", tt.groups, "p000", at(tt.from), at(tt.to)); got != tt.want {
				t.Errorf("out is %v, want %v", got, tt.want)
			}
		})
	}
}

// A group of the same id is another group: the cursors of the first do not open it.
func TestDirectoryGroupMadeAgain(t *testing.T) {
	d, _ := crowded(5)
	_, end := readAll(t, d, "")
	d.DropGroup("t1", "g")
	d.Group("t1", "g")
	if _, err := d.Page(t.Context(), "t1", "g", end.Cursor); !directory.Is(err, directory.Expired) {
		t.Errorf("got %v, want expired", err)
	}
}

// The same calls get the same answers, byte for byte.
func TestDirectoryIsDeterministic(t *testing.T) {
	run := func() string {
		d, _ := crowded(40, FaultShort, NoFault, FaultTwice, FaultReplay)
		for _, g := range []string{"a", "b", "c", "d", "e"} {
			d.Join("t1", g, "p001")
		}
		d.Put("t1", directory.Member{ID: directory.MemberID{ID: "p001"}, Name: "New", Active: true})
		pages, end := readAll(t, d, "")
		return fmt.Sprint(pages, end)
	}
	first := run()
	for range 10 {
		if again := run(); again != first {
			t.Fatalf("got %s, then %s", first, again)
		}
	}
}

func BenchmarkDirectory(b *testing.B) {
	d, _ := crowded(10_000)
	d.PageSize = 500
	for b.Loop() {
		for cursor, last := "", false; !last; {
			page, err := d.Page(context.Background(), "t1", "g", cursor)
			if err != nil {
				b.Fatal(err)
			}
			cursor, last = page.Cursor, page.Last
		}
	}
}
