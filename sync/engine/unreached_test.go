package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/sync/directory"
)

// unreached are those who can't be written to, by pages: who, where, and why.
func (w *world) unreached(limit int) []string {
	w.t.Helper()
	var got []string
	var after directory.LinkKey
	for {
		page, err := w.engine.Unreached(w.t.Context(), acme, after, limit)
		w.must(err)
		for _, l := range page {
			line := l.Link.Key.Member.ID
			for _, r := range l.Reach {
				line += fmt.Sprintf(", %s %s", r.Account.Platform, r.State)
			}
			got, after = append(got, line), l.Link.Key
		}
		if len(page) < limit {
			return got
		}
		if len(page) > limit {
			w.t.Fatalf("%d on a page of %d", len(page), limit)
		}
	}
}

// Whoever can't be asked anywhere, and whoever is waited for, is on the list, and nobody else; each once, in
// order, whatever the page.
func TestWhoCantBeWrittenToIsListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var reached []directory.Reach
	for i := range 3 {
		name := fmt.Sprint("p", i)
		w.inState(name, directory.Unreachable, func(l *directory.Link) {
			l.Account, l.Counterpart = account(alpha, name), account(beta, name)
		})
		reached = append(reached,
			directory.Reach{Account: account(alpha, name), State: directory.Blocked, Since: w.at},
			directory.Reach{Account: account(beta, name), State: directory.Guest, Since: w.at})
		w.inState(fmt.Sprint("q", i), directory.Linked)
		reached = append(reached, directory.Reach{Account: account(alpha, fmt.Sprint("q", i)), State: directory.Blocked, Since: w.at})
		w.inState(fmt.Sprint("o", i), directory.Proving, func(l *directory.Link) { // the app is to be opened
			l.Ask.Want = directory.FaceOpen
		})
		reached = append(reached, directory.Reach{Account: account(beta, fmt.Sprint("o", i)), State: directory.AppMissing, Since: w.at})
		w.inState(fmt.Sprint("n", i), directory.Proving, func(l *directory.Link) { // the number is out
			l.Proof.Delivery = directory.Assumed
		})
	}
	w.must(w.store.Commit(t.Context(), acme, directory.Change{Reached: reached}))
	want := "o0, beta app missing; o1, beta app missing; o2, beta app missing; " +
		"p0, alpha blocked, beta guest; p1, alpha blocked, beta guest; p2, alpha blocked, beta guest"
	for limit := 1; limit <= 7; limit++ {
		if got := strings.Join(w.unreached(limit), "; "); got != want {
			t.Errorf("pages of %d:\ngot  %s\nwant %s", limit, got, want)
		}
	}
	counts, err := w.engine.ReachCounts(t.Context(), acme)
	w.must(err)
	if counts[alpha][directory.Blocked] != 6 || counts[beta][directory.Guest] != 3 || counts[beta][directory.AppMissing] != 3 || len(counts) != 2 {
		t.Errorf("got %v", counts)
	}
}

// The list follows what happens: who is refused stands on it, who is asked elsewhere doesn't until they have to
// prove it where they can't be written to, and who opens the app leaves it.
func TestTheListOfWhoCantBeWrittenToFollowsWhatHappens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.person("rosa", "ross")
	w.blocks(directory.AppMissing, rosaA, account(alpha, "ross"), account(beta, "ross"))
	w.settle()
	want := func(when string, want ...string) {
		t.Helper()
		if got := w.unreached(10); strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("%s: got %q, want %q", when, got, want)
		}
	}
	want("rosa is asked on the other platform", "ross, alpha app missing, beta app missing")
	w.press(rosaB.User, directory.VerbSync, "")
	want("rosa's proof waits", "rosa, alpha app missing", "ross, alpha app missing, beta app missing")
	w.desk.postErr = nil
	w.opens(rosaA)
	w.opens(account(alpha, "ross"))
	want("both opened the app")
}

// Where the ledger knows nothing, the link says where and why.
func TestWhoCantBeWrittenToThoughTheLedgerKnowsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	since := w.at.Add(-time.Hour)
	w.inState("rosa", directory.Unreachable, func(l *directory.Link) { l.Checked = since })
	page, err := w.engine.Unreached(t.Context(), acme, directory.LinkKey{}, 10)
	w.must(err)
	if len(page) != 1 || len(page[0].Reach) != 1 {
		t.Fatalf("got %+v", page)
	}
	if r := page[0].Reach[0]; r.Account.Platform != alpha || r.State != directory.Unseen || !r.Since.Equal(since) || r.Why != "because" {
		t.Errorf("got %+v", r)
	}
}
