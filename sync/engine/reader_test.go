package engine

import (
	"testing"

	"rollcall/sync/directory"
)

// TestInTheReadersLanguage: what somebody chose comes before what their platform says, that before what
// the directory says, and that before the tenant's default. Each end reads its own.
func TestInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                                   string
		chosen, platform, directory, otherwise string
		want                                   string
	}{
		{"chosen", "ja", "de-AT", "fr", "es", "ja"},
		{"as the platform says", "", "de-AT", "fr", "es", "de-AT"},
		{"as the directory says", "", "", "fr", "es", "fr"},
		{"the tenant's", "", "", "", "es", "es"},
		{"none", "", "", "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.configure(func(s *directory.Settings) { s.Locale = test.otherwise })
			w.dir.Put(acme, directory.Member{ID: directory.MemberID{ID: "rosa"}, Name: "rosa", Email: address("rosa"), Active: true, Locale: test.directory})
			w.dir.Join(acme, "g1", "rosa")
			w.account(alpha, "rosa", func(a *directory.Account) { a.Locale = test.platform })
			w.account(beta, "rosa", func(a *directory.Account) { a.Locale = "pt-BR" })
			w.must(w.engine.Store.PutPreference(t.Context(), acme, rosaA, directory.Preference{Locale: test.chosen}))
			w.settle()
			if got := w.desk.last(t, rosaA.User).notice.Locale; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			w.press(rosaA.User, directory.VerbSync, "")
			w.settle()
			if got := w.desk.last(t, rosaB.User).notice; got.Face != directory.FaceProve || got.Locale != "pt-BR" {
				t.Errorf("the other end reads %s in %q", got.Face, got.Locale)
			}
		})
	}
}
