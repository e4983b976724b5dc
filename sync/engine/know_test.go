package engine

import (
	"testing"

	"rollcall/sync/directory"
)

// Whom nobody has listed yet the platform knows: it is asked once, and what it says is remembered.
func TestWhoCameSinceTheLastListing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle()
	w.account(alpha, "nina", func(a *directory.Account) { a.Kind = directory.KindGuest })
	nina := account(alpha, "nina")
	got, err := w.engine.Know(t.Context(), on(alpha), nina)
	if err != nil || got.ID != nina || got.Kind != directory.KindGuest {
		t.Errorf("got %+v, %v", got, err)
	}
	if known, err := w.store.AccountsByID(t.Context(), acme, nina); err != nil || len(known) != 1 || known[0] != got {
		t.Errorf("remembered %+v, %v", known, err)
	}
	for name, test := range map[string]struct {
		id   directory.AccountID
		want directory.Code
	}{
		"nobody":         {account(alpha, "nobody"), directory.NotFound},
		"from elsewhere": {account(beta, "nina"), directory.NotFound},
	} {
		if _, err := w.engine.Know(t.Context(), on(alpha), test.id); !directory.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.desk.lookErr = directory.Errorf(directory.Unavailable, "down")
	if _, err := w.engine.Know(t.Context(), on(alpha), account(alpha, "nino")); !directory.Is(err, directory.Unavailable) {
		t.Errorf("down: %v", err)
	}
}
