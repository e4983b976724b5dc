package demo

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The page's way into the hub is an operator's invitation, for the companies that connect their platforms there.
func TestInvitesFromThePage(t *testing.T) {
	t.Parallel()
	w, err := Start(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if err := w.Launch(); err != nil {
		t.Fatal(err)
	}
	ask := func(tenant string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		w.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/api/invite", strings.NewReader(`{"tenant":"`+tenant+`"}`)))
		return answer
	}
	for tenant, connects := range map[string]bool{"t1": false, "t3": true, "t4": true} {
		s, err := w.State(t.Context(), tenant)
		if err != nil || s.Connect != connects {
			t.Errorf("%s is connected in the hub: %v, %v, want %v", tenant, s.Connect, err, connects)
		}
	}
	if answer := ask("t9"); answer.Code != http.StatusBadRequest || !strings.Contains(answer.Body.String(), "no such tenant") {
		t.Errorf("another tenant: got %d %s", answer.Code, answer.Body)
	}
	var invitation Invitation
	if answer := ask("t3"); answer.Code != http.StatusOK || json.Unmarshal(answer.Body.Bytes(), &invitation) != nil {
		t.Fatalf("got %d %s, want an invitation", answer.Code, answer.Body)
	}
	v := w.newVisitor()
	if err := v.open(t.Context(), invitation.URL); err != nil || !strings.Contains(v.text(), "Ostrava Mills") {
		t.Fatalf("the page says %q, %v", v.text(), err)
	}
	if err := v.press(t.Context(), "", "Accept", nil); err != nil || !strings.Contains(v.says("slack"), "Not connected") {
		t.Errorf("after the invitation the page says %q, %v", v.text(), err)
	}
}
