package sqlite

import (
	"path/filepath"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// many is how many links a large tenant has.
const many = 200_000

// benchStore is an empty store.
func benchStore(b *testing.B) *Store {
	b.Helper()
	s, err := Open(b.Context(), Config{Path: filepath.Join(b.TempDir(), "rollcall.db")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

// batch is many numbered changes as one.
func batch(from, n int) directory.Change {
	var all directory.Change
	for i := range n {
		part := numbered(from + i)
		all.Links, all.Roster = append(all.Links, part.Links...), append(all.Roster, part.Roster...)
	}
	return all
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// largeStore has as many links as a large tenant.
func largeStore(b *testing.B) *Store {
	b.Helper()
	s := benchStore(b)
	for n := 0; n < many; n += 1000 {
		must(b, s.Commit(b.Context(), "acme", batch(n, 1000)))
	}
	b.ResetTimer()
	return s
}

// One link written over, with its entry: what a click costs.
func BenchmarkCommit1(b *testing.B) {
	s := benchStore(b)
	change := numbered(0)
	must(b, s.Commit(b.Context(), "acme", change))
	change.Roster = nil
	for b.Loop() {
		change.Links[0].Version++
		must(b, s.Commit(b.Context(), "acme", change))
	}
}

// A page of a first import: a thousand new links and their roster rows.
func BenchmarkCommit1000(b *testing.B) {
	s := benchStore(b)
	n := 0
	for b.Loop() {
		must(b, s.Commit(b.Context(), "acme", batch(n, 1000)))
		n += 1000
	}
}

// A claim of twenty among 200,000, all of which are due, and the commit of their work.
func BenchmarkClaim(b *testing.B) {
	s := largeStore(b)
	now := start.Add(many * time.Second)
	for b.Loop() {
		links, err := s.ClaimLinks(b.Context(), "acme", now, now.Add(time.Minute), 20)
		must(b, err)
		var done directory.Change
		for _, l := range links {
			l.DueAt = now.Add(time.Hour)
			done.Links = append(done.Links, directory.LinkChange{Link: l, Version: l.Version, Fence: l.Fence})
		}
		must(b, s.Commit(b.Context(), "acme", done))
	}
}

// The reads that are made all the time, among 200,000 links.
func BenchmarkReads(b *testing.B) {
	s := largeStore(b)
	l := numbered(many / 2).Links[0].Link
	for name, read := range map[string]func() error{
		"NextDue":     func() error { _, err := s.NextDue(b.Context(), "acme"); return err },
		"Count":       func() error { _, err := s.Count(b.Context(), "acme", "staff", start); return err },
		"LinkByNonce": func() error { _, err := s.LinkByNonce(b.Context(), "acme", l.Ask.Nonce); return err },
		"LinkHolding": func() error { _, err := s.LinkHolding(b.Context(), "acme", l.Key.Pair, l.Account); return err },
		"ListLinks": func() error {
			_, err := s.ListLinks(b.Context(), "acme", directory.LinkQuery{Group: "staff", After: l.Key})
			return err
		},
		"Unseen": func() error {
			_, err := s.Unseen(b.Context(), "acme", "staff", 1, directory.MemberID{}, 100)
			return err
		},
		"Memberships": func() error { _, err := s.Memberships(b.Context(), "acme", l.Member.ID); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must(b, read())
			}
		})
	}
}

// planned is a page of a proposal's lines, numbered, and whether those it is about can be written to.
// Of twenty people nineteen are as they should be, and one line of a thousand was left out.
func planned(from, n int) directory.Change {
	var all directory.Change
	for i := from; i < from+n; i++ {
		l := numbered(i).Links[0].Link
		line := directory.ProposalLine{
			Proposal: "p", Link: l.Key, Group: l.Group, Name: "Some Person", State: l.State, Intent: directory.IntentNone,
			Account: l.Account, Counterpart: l.Counterpart, Reason: "both accounts are one person's",
		}
		reach := directory.Reach{Account: l.Account, State: directory.Reachable, Since: start}
		if i%20 == 0 {
			line.Intent, reach.State = directory.IntentAsk, directory.AppMissing
		}
		if i%1000 == 0 {
			line.Drift = "asked meanwhile"
		}
		all.Lines, all.Reached = append(all.Lines, line), append(all.Reached, reach)
	}
	return all
}

// plannedStore has a proposal with as many lines as a large tenant has people.
func plannedStore(b *testing.B) *Store {
	b.Helper()
	s := benchStore(b)
	must(b, s.Commit(b.Context(), "acme", directory.Change{Proposals: []directory.ProposalChange{{Proposal: directory.Proposal{ID: "p", At: start}}}}))
	for n := 0; n < many; n += 1000 {
		must(b, s.Commit(b.Context(), "acme", planned(n, 1000)))
	}
	must(b, s.PutGroup(b.Context(), "acme", directory.Group{ID: "staff"}))
	b.ResetTimer()
	return s
}

// What an admin looks at, with 200,000 lines: a page of each kind, from the middle.
func BenchmarkPlan(b *testing.B) {
	s := plannedStore(b)
	middle := numbered(many / 2).Links[0].Link
	page := func(query directory.LineQuery) func() error {
		query.After = middle.Key
		return func() error { _, err := s.ProposalLines(b.Context(), "acme", "p", query); return err }
	}
	for name, read := range map[string]func() error{
		"lines":       page(directory.LineQuery{}),
		"by intent":   page(directory.LineQuery{Intent: directory.IntentAsk}),
		"no such":     page(directory.LineQuery{Intent: directory.IntentSuspend}),
		"left out":    page(directory.LineQuery{Drifted: true}),
		"both":        page(directory.LineQuery{Intent: directory.IntentAsk, Drifted: true}),
		"Readings":    func() error { _, err := s.Readings(b.Context(), "acme"); return err },
		"ReachCounts": func() error { _, err := s.ReachCounts(b.Context(), "acme", "slack"); return err },
		"Unreached": func() error {
			_, err := s.Unreached(b.Context(), "acme", "slack", directory.AppMissing, middle.Account, 100)
			return err
		},
		"ProposalLinesOf": func() error { _, err := s.ProposalLinesOf(b.Context(), "acme", "p", middle.Key); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must(b, read())
			}
		})
	}
}

// A page of a proposal in the making.
func BenchmarkLines1000(b *testing.B) {
	s := benchStore(b)
	must(b, s.Commit(b.Context(), "acme", directory.Change{Proposals: []directory.ProposalChange{{Proposal: directory.Proposal{ID: "p", At: start}}}}))
	n := 0
	for b.Loop() {
		must(b, s.Commit(b.Context(), "acme", planned(n, 1000)))
		n += 1000
	}
}

// A proposal of 200,000 lines makes room for a newer one: for so long nobody else can write.
func BenchmarkDrop(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := plannedStore(b)
		b.StartTimer()
		must(b, s.Commit(b.Context(), "acme", directory.Change{Drop: []string{"p"}}))
	}
}
