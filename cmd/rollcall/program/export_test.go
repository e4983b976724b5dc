package program

import (
	"fmt"
	"testing"

	"rollcall/sync/directory"
)

// Every link is there once, over many pages, with the addresses of its accounts.
func TestEveryLinkIsExported(t *testing.T) {
	t.Parallel()
	_, m := idle(t)
	const n = 2*linksAtOnce + 1
	address := must(directory.ParseAddress("ann@acme.example"))(t)
	var change directory.Change
	for i := range n {
		account := directory.AccountID{Platform: "slack", Workspace: "T0001", User: fmt.Sprintf("U%d", i)}
		key := directory.LinkKey{Member: directory.MemberID{Directory: "staff", ID: fmt.Sprint(i)}, Pair: directory.PairOf("slack", "webex")}
		change.Links = append(change.Links, directory.LinkChange{Link: directory.Link{Key: key, State: directory.New, Account: account}})
		change.Accounts = append(change.Accounts, directory.SeenAccount{Account: directory.Account{ID: account, Email: address}})
	}
	must(0, m.Store.Commit(t.Context(), "acme", change))(t)
	s, seen := steering{m.Engine, m}, make(map[directory.LinkKey]bool)
	for e, err := range s.Export(t.Context(), "acme") {
		if err != nil {
			t.Fatal(err)
		}
		if seen[e.Link.Key] || e.Account.Email != address || !e.Counterpart.ID.IsZero() {
			t.Fatalf("got %v twice, or without its address", e.Link.Key)
		}
		seen[e.Link.Key] = true
	}
	if len(seen) != n {
		t.Errorf("%d links, want %d", len(seen), n)
	}
	for range s.Export(t.Context(), "acme") {
		break
	}
}
