package csv

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// large is a file of n people in four groups of fifty, with an end line.
func large(n int) string {
	var b strings.Builder
	b.WriteString("id,name,email,groups,status,exempt,zone,locale\n")
	for i := range n {
		fmt.Fprintf(&b, "e%06d,\"Person, Number %d\",person.%d@corp.example,g%d;g%d,active,,Europe/Berlin,de-DE\n", i, i, i, i%50, (i+1)%50)
	}
	fmt.Fprintf(&b, "#end %d\n", n)
	return b.String()
}

// BenchmarkLarge reads a file of 200,000 people that has just changed, and the first page of a
// group.
func BenchmarkLarge(b *testing.B) {
	text := large(200_000)
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			t, err := parse(text, Columns{}, ',')
			if err != nil {
				b.Fatal(err)
			}
			newRoll("people", t, [32]byte{})
		}
	})
	path := b.TempDir() + "/people.csv"
	source, err := New(Config{Tenant: "t1", Name: "people", Path: path})
	if err != nil {
		b.Fatal(err)
	}
	write := func(text string) {
		if err := replace(path, text); err != nil {
			b.Fatal(err)
		}
	}
	id := directory.MemberID{Directory: "people", ID: "e100000"}
	b.Run("changed", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			b.StopTimer()
			write(strings.Replace(text, "Number 7", fmt.Sprintf("Number X%d", n), 1))
			b.StartTimer()
			if s := source.Member(b.Context(), "t1", "g0", id); s.Err() != nil {
				b.Fatal(s.Err())
			}
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		write(text)
		source.cfg.Now = func() time.Time { return time.Now().Add(time.Hour) }
		for b.Loop() {
			if s := source.Member(b.Context(), "t1", "g0", id); s.Err() != nil {
				b.Fatal(s.Err())
			}
		}
	})
}
