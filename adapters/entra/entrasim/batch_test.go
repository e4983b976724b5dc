package entrasim_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
)

func batchOf(items ...string) string { return `{"requests":[` + strings.Join(items, ",") + `]}` }

func TestBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Faults.Add(sim.Rule{Route: "item GET /users/{id}", Skip: 1, Times: 1, Fault: entrasim.Throttled("7")})
	get := func(id, url string) string { return fmt.Sprintf(`{"id":%q,"method":"GET","url":%q}`, id, url) }
	body := batchOf(get("1", "/users/"+w.pat+"?$select=displayName"), get("2", "users/"+w.eve), get("3", "/users/x"),
		`{"id":"4","method":"POST","url":"/users/`+w.pat+`/checkMemberGroups","headers":{"Content-Type":"application/json"},"body":{"groupIds":["`+w.group+`"]}}`,
		`{"id":"5","method":"GET","url":"/organization","dependsOn":["3"]}`,
		`{"id":"6","method":"GET","url":"/$batch"}`,
		`{"id":"7","method":"GET","url":"/users?$count=true&$top=1","headers":{"ConsistencyLevel":"eventual"}}`)
	answer := w.ask(http.MethodPost, "/$batch", body)
	if answer.Code != http.StatusOK {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	var out struct {
		Responses []struct {
			ID      string
			Status  int
			Headers map[string]string
			Body    map[string]any
		}
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"1": 200, "2": 429, "3": 404, "4": 200, "5": 424, "6": 400, "7": 200}
	for _, one := range out.Responses {
		if one.Status != want[one.ID] {
			t.Errorf("%s: status %d, want %d", one.ID, one.Status, want[one.ID])
		}
		switch one.ID {
		case "1":
			if one.Body["displayName"] != "Pat O'Hara" {
				t.Errorf("1: %v", one.Body)
			}
		case "2":
			if one.Headers["Retry-After"] != "7" {
				t.Errorf("2: %v", one.Headers)
			}
		case "7":
			if one.Body["@odata.count"] != 2.0 || !strings.Contains(one.Body["@odata.nextLink"].(string), "https://entra.sim/v1.0/users?") {
				t.Errorf("7: %v", one.Body)
			}
		}
		delete(want, one.ID)
	}
	if len(want) > 0 {
		t.Errorf("no answer to %v", want)
	}

	items := make([]string, 21)
	for i := range items {
		items[i] = get(fmt.Sprint(i), "/organization")
	}
	for name, body := range map[string]string{
		"twenty-one": batchOf(items...), "none": batchOf(), "the same id twice": batchOf(items[0], items[0]), "no JSON": "x",
		"before what it depends on": batchOf(`{"id":"1","method":"GET","url":"/organization","dependsOn":["2"]}`, items[2]),
	} {
		if answer := w.ask(http.MethodPost, "/$batch", body); answer.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, answer.Code)
		}
	}
	if answer := w.ask(http.MethodPost, "/$batch", batchOf(items[:20]...)); answer.Code != http.StatusOK {
		t.Errorf("twenty: status %d", answer.Code)
	}
}

// Bodies come compressed, and answers go so where that is taken.
func TestCompression(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var body bytes.Buffer
	z := gzip.NewWriter(&body)
	fmt.Fprintf(z, `{"ids":[%q]}`, w.pat)
	z.Close()
	for _, tt := range []struct {
		name, encoding, body string
		status               int
	}{
		{"compressed", "gzip", body.String(), 200},
		{"not what it says", "gzip", "{}", 400},
		{"something else", "br", "{}", 415},
	} {
		answer := w.ask(http.MethodPost, "/directoryObjects/getByIds", tt.body, "Content-Encoding", tt.encoding, "Accept-Encoding", "gzip")
		if answer.Code != tt.status {
			t.Errorf("%s: status %d, want %d", tt.name, answer.Code, tt.status)
		}
		body := unzipped(t, answer)
		if found := strings.Contains(body, w.pat); found != (tt.status == 200) {
			t.Errorf("%s: %s", tt.name, body)
		}
	}
}

func unzipped(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	if answer.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal("the answer isn't compressed")
	}
	z, err := gzip.NewReader(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestUnits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *entrasim.Config) { c.Units = 5 })
	status := func() int { return w.ask(http.MethodGet, "/users", "").Code }
	if got := []int{status(), status()}; got[0] != 200 || got[1] != 200 {
		t.Fatalf("within the limit: %v", got)
	}
	answer := w.ask(http.MethodGet, "/users", "")
	if answer.Code != http.StatusTooManyRequests || answer.Header().Get("Retry-After") != "11" || code(t, answer) != "TooManyRequests" {
		t.Errorf("above it: status %d, Retry-After %q", answer.Code, answer.Header().Get("Retry-After"))
	}
	w.clock.Advance(10e9)
	if got := status(); got != 200 {
		t.Errorf("later: %d", got)
	}
}
