package demo

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What the page may ask for of Teams and of Entra, and what is refused with a sentence.
func TestAskedOfMicrosoft(t *testing.T) {
	t.Parallel()
	w, err := Start(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	page, f := w.Handler(), w.companies[0]
	otto, kim := w.viewOf(f, "otto").user(paneTeams), w.viewOf(f, "kim").user(paneTeams)
	kind := func(id string) string {
		s, err := w.State(t.Context(), f.id)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range s.Panes[2].Users {
			if u.ID == id {
				return u.Kind
			}
		}
		return "not there"
	}
	tests := []struct {
		name, path, body string
		refused          string
		user, kind       string
	}{
		{"installs the app", "app", `{"tenant":"t1","user":"` + otto + `","do":"install"}`, "", otto, ""},
		{"blocks it", "app", `{"tenant":"t1","user":"` + otto + `","do":"block"}`, "", otto, "blocks the app"},
		{"unblocks it", "app", `{"tenant":"t1","user":"` + otto + `","do":"unblock"}`, "", otto, ""},
		{"removes it", "app", `{"tenant":"t1","user":"` + otto + `","do":"uninstall"}`, "", otto, "without the app"},
		{"removes it twice", "app", `{"tenant":"t1","user":"` + otto + `","do":"uninstall"}`, "not installed", otto, "without the app"},
		{"another act", "app", `{"tenant":"t1","user":"` + otto + `","do":"praise"}`, "praise", otto, "without the app"},
		{"a stranger", "app", `{"tenant":"t1","user":"nobody","do":"block"}`, "nobody", "nobody", "not there"},
		{"another tenant", "app", `{"tenant":"t9","user":"` + otto + `","do":"install"}`, "no such tenant", otto, "without the app"},
		{"is deleted", "person", `{"tenant":"t1","directory":"entra","do":"delete","person":"` + kim + `"}`, "", kim, "not there"},
		{"is restored", "person", `{"tenant":"t1","directory":"entra","do":"restore","person":"` + kim + `"}`, "", kim, ""},
		{"loses the licence", "person", `{"tenant":"t1","directory":"entra","do":"unlicense","person":"` + kim + `"}`, "", kim, "not there"},
		{"a stranger joins", "person", `{"tenant":"t1","directory":"entra","do":"join","person":"nobody","group":"teams-webex"}`, "no such person", "nobody", "not there"},
		{"into another group", "person", `{"tenant":"t1","directory":"entra","do":"join","person":"` + kim + `","group":"everybody"}`, "no such group", kim, "not there"},
		{"consent of another tenant", "consent", `{"tenant":"t9"}`, "no such tenant", otto, "without the app"},
	}
	for _, test := range tests { // each goes on where the last ended
		t.Run(test.name, func(t *testing.T) {
			answer := httptest.NewRecorder()
			page.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/api/"+test.path, strings.NewReader(test.body)))
			want := http.StatusNoContent
			if test.refused != "" {
				want = http.StatusBadRequest
			}
			if answer.Code != want || !strings.Contains(answer.Body.String(), test.refused) {
				t.Errorf("got %d %q, want %d with %q", answer.Code, answer.Body.String(), want, test.refused)
			}
			if got := kind(test.user); got != test.kind {
				t.Errorf("the user is %q, want %q", got, test.kind)
			}
		})
	}
	if got := w.consent(f); got != "open" {
		t.Errorf("the consent is %q before it is given", got)
	}
	before := w.Clock.Ahead()
	answer := httptest.NewRecorder()
	page.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/api/consent", strings.NewReader(`{"tenant":"t1"}`)))
	if answer.Code != http.StatusNoContent || w.consent(f) != "given" || w.Clock.Ahead()-before < consentTakes {
		t.Errorf("got %d, the consent is %q, %v later", answer.Code, w.consent(f), w.Clock.Ahead()-before)
	}
}
