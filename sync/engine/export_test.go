package engine

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"rollcall/sync/directory"
	"rollcall/sync/directory/directorytest"
)

// paged counts the pages of links, and fails after some.
type paged struct {
	directory.Store
	pages, most, longest int
}

func (p *paged) ListLinks(ctx context.Context, tenant directory.TenantID, query directory.LinkQuery) ([]directory.Link, error) {
	if p.pages++; p.pages > p.most {
		return nil, directory.Errorf(directory.Unavailable, "down")
	}
	links, err := p.Store.ListLinks(ctx, tenant, query)
	p.longest = max(p.longest, len(links))
	return links, err
}

// populate puts n linked people into a store, with their accounts.
func populate(tb testing.TB, store directory.Store, n int) {
	tb.Helper()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for from := 0; from < n; from += 500 {
		var change directory.Change
		for i := from; i < min(from+500, n); i++ {
			name := fmt.Sprintf("p%06d", i)
			member := directory.Member{ID: directory.MemberID{Directory: "hr", ID: name}, Name: name, Email: address(name), Active: true}
			change.Links = append(change.Links, directory.LinkChange{Link: directory.Link{
				Key: directory.LinkKey{Member: member.ID, Pair: directory.PairOf(alpha, beta)}, State: directory.Linked, Member: member,
				Group: staff, Primary: alpha, Secondary: beta, Account: account(alpha, name), Counterpart: account(beta, name),
				Present: true, LinkedAt: at, Created: at,
			}})
			for _, p := range []directory.Platform{alpha, beta} {
				change.Accounts = append(change.Accounts, directory.SeenAccount{Account: directory.Account{
					ID: account(p, name), Name: name, Email: address(name), Kind: directory.KindPerson, Active: true,
				}})
			}
		}
		if err := store.Commit(tb.Context(), acme, change); err != nil {
			tb.Fatal(err)
		}
	}
}

func TestAnExportHasEveryLinkOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, exportPage, exportPage + 1, 2*exportPage + 3} {
		w := newWorld(t)
		populate(t, w.store, n)
		store := &paged{Store: w.store, most: 100}
		w.store = store
		w.engine = w.newEngine()
		var got []string
		for line, err := range w.engine.Export(t.Context(), acme) {
			w.must(err)
			name := line.Link.Key.Member.ID
			if line.Account.Email != address(name) || line.Counterpart.ID != account(beta, name) || line.Counterpart.Name != name {
				t.Fatalf("%s comes with %+v and %+v", name, line.Account, line.Counterpart)
			}
			got = append(got, name)
		}
		if len(got) != n || !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != n {
			t.Errorf("%d links, want %d, each once and in order", len(got), n)
		}
		if store.longest > exportPage {
			t.Errorf("%d links were held at a time", store.longest)
		}
	}
}

// Every state is exported, and an account that the snapshot lacks by its id.
func TestAnExportHasEveryState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, state := range everyState() {
		w.inState(string(state), state)
	}
	seen := make(map[directory.State]bool)
	for line, err := range w.engine.Export(t.Context(), acme) {
		w.must(err)
		seen[line.Link.State] = true
		if line.Account.ID != line.Link.Account || line.Counterpart.ID != line.Link.Counterpart {
			t.Errorf("%s comes with %v and %v", line.Link.State, line.Account.ID, line.Counterpart.ID)
		}
	}
	if len(seen) != len(everyState()) {
		t.Errorf("%d states of %d", len(seen), len(everyState()))
	}
}

func TestAnExportThatFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	populate(t, w.store, 2*exportPage)
	w.store = &paged{Store: w.store, most: 1}
	w.engine = w.newEngine()
	lines, failures := 0, 0
	for _, err := range w.engine.Export(t.Context(), acme) {
		if err != nil {
			failures++
			continue
		}
		lines++
	}
	if lines != exportPage || failures != 1 {
		t.Errorf("%d lines and %d errors, want one page and one error", lines, failures)
	}
	for range w.engine.Export(t.Context(), acme) {
		break // nobody is told after they have gone
	}
}

// BenchmarkExport is 200,000 links; the memory that it reports is of all its pages one after the other.
func BenchmarkExport(b *testing.B) {
	store := directorytest.NewMemory()
	populate(b, store, 200_000)
	e := New(Config{Store: store, Now: time.Now})
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range e.Export(b.Context(), acme) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 200_000 {
			b.Fatalf("%d links", n)
		}
	}
}
