package entra

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/groups"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"rollcall/adapters/internal/outbound"
	"rollcall/sync/directory"
)

const someID = "aaaaaaaa-0000-4000-8000-00000000a001"

func testGraph(t testing.TB) *graph {
	t.Helper()
	config := Config{Cloud: Public(), ClientID: someID, ClientSecret: directory.NewSecret("s"), Name: "entra"}.withDefaults()
	g, err := newGraph(config, config.credential(), Tenant{Directory: someID})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Whatever a link says, what is kept of it leads to the API's root on our host.
func FuzzReference(f *testing.F) {
	g := testGraph(f)
	f.Add("https://graph.microsoft.com/v1.0/groups/delta?$skiptoken=a")
	f.Add("https://graph.microsoft.com/v1.0/groups/microsoft.graph.delta()?$deltatoken=a%20b")
	f.Add("https://graph.microsoft.com@evil.example/v1.0/users?a")
	f.Add("https://graph.microsoft.com/v1.0/%2e%2e/beta/users?a")
	f.Add("https://graph.microsoft.com:443/v1.0/users?a#b")
	f.Fuzz(func(t *testing.T, link string) {
		reference, err := g.reference(link)
		if err != nil {
			if reference != "" || !directory.Is(err, directory.Incomplete) {
				t.Errorf("reference %q with %v", reference, err)
			}
			return
		}
		at, err := g.locate(reference)
		if err != nil || at.Scheme != "https" || at.User != nil || at.Hostname() != "graph.microsoft.com" ||
			!strings.HasPrefix(at.Path, "/v1.0/") || strings.Contains(at.Path, "..") {
			t.Errorf("%q was followed", link)
		}
	})
}

// A cursor of anybody's is taken back as it was written, or begun again.
func FuzzCursor(f *testing.F) {
	of := scope("entra", someID, someID)
	for _, c := range []cursor{
		{Version: 1, Of: of, Phase: listing, List: "groups/" + someID + "/transitiveMembers/microsoft.graph.user?$skiptoken=a", Total: 7, Seen: 3},
		{Version: 1, Of: of, Phase: waiting, Groups: stream{"groups/delta?$deltatoken=a", true}, Users: stream{"users/delta?$deltatoken=b", true}, Nested: []string{someID}},
		{Version: 1, Of: of, Phase: reading, Groups: stream{Ref: "groups/delta?$skiptoken=a"}, Users: stream{"users/delta?$deltatoken=b", true}, Changed: []string{someID}},
		{Version: 1, Of: of, Phase: blind},
		{Version: 1, Of: of, Phase: waiting, Groups: stream{Ref: "//evil.example/?a"}},
	} {
		f.Add(c.text())
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCursor(text, of)
		if err != nil {
			if !directory.Is(err, directory.Expired) || c.Phase != "" {
				t.Errorf("%v, %+v", err, c)
			}
			return
		}
		again, err := parseCursor(c.text(), of)
		if err != nil || again.text() != c.text() {
			t.Errorf("%q becomes %q, %v", text, c.text(), err)
		}
		g := testGraph(t)
		for _, reference := range []string{c.List, c.Groups.Ref, c.Users.Ref} {
			if at, err := g.locate(reference); reference != "" && err == nil && at.Host != "graph.microsoft.com" {
				t.Errorf("%q leads to %s", reference, at.Host)
			}
		}
	})
}

func FuzzPlace(f *testing.F) {
	f.Add(`{"v":1,"of":"x","next":"users?$skiptoken=a"}`)
	f.Add(`{"v":1,"of":"x","next":"users/../groups?a"}`)
	f.Fuzz(func(t *testing.T, text string) {
		next, err := parsePlace(text, "x")
		if err != nil && (next != "" || !directory.Is(err, directory.Expired)) || err == nil && !strings.HasPrefix(next, "users?") {
			t.Errorf("%q, %v", next, err)
		}
	})
}

// No delivery, however odd, is taken for a genuine one.
func FuzzDelivery(f *testing.F) {
	f.Add([]byte(`{"value":[{"subscriptionId":"s","clientState":"c","changeType":"updated","resource":"Groups/g","resourceData":{"id":"g"},"tenantId":"t"}]}`))
	f.Add([]byte(`{"value":[{"clientState":null,"tenantId":["t"]}]}`))
	f.Add([]byte(`{"value":null}`))
	f.Add([]byte(`{"value":[{"clientState":"a","ClientState":"b"}]}`))
	tenants := Fixed{"t": {Directory: someID}}
	a, err := New(Config{
		Cloud: Public(), ClientID: someID, ClientSecret: directory.NewSecret("s"), Name: "entra",
		Find: tenants.Find, Each: tenants.Each, NotificationURL: "https://rollcall.example", NotificationKey: bytes.Repeat([]byte("k"), 32),
	})
	if err != nil {
		f.Fatal(err)
	}
	a.watch("t", someID, someID, nil)
	h := hook{resource: resourceUsers, directory: someID, id: "x"}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, lifecycle := range []bool{false, true} {
			if status := a.deliver(h, bytes.NewReader(body), lifecycle); status != http.StatusBadRequest && status != http.StatusForbidden {
				t.Errorf("status %d", status)
			}
		}
		if len(a.take()) > 0 {
			t.Error("somebody was woken")
		}
	})
}

func FuzzHook(f *testing.F) {
	key := bytes.Repeat([]byte("k"), 32)
	made := hook{resource: resourceGroups, directory: someID, id: "x"}
	f.Add(made.path("", key))
	f.Add("groups//x/y")
	f.Add("////")
	f.Fuzz(func(t *testing.T, rest string) {
		if h, ok := parseHook(rest, key); ok && h.path("", key) != rest {
			t.Errorf("%q is taken for one of ours", rest)
		}
	})
}

// However odd Graph's answers are, the SDK and what we make of them don't panic, and an answer never
// becomes a person without an id.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"value":[{"id":"` + someID + `","members@delta":[{"@odata.type":"#microsoft.graph.user","id":"` + someID + `","@removed":{"reason":"deleted"}}]}]}`))
	f.Add([]byte(`{"value":[{"id":"` + someID + `","accountEnabled":true,"assignedPlans":[{"servicePlanId":"57ff2da0-773e-42df-b2af-ffb7a2317929","capabilityStatus":"Enabled"},null]}]}`))
	f.Add([]byte(`{"value":[null,"x",1,[],{"id":1}],"@odata.nextLink":[]}`))
	f.Add([]byte(`{"value":{"id":null},"@odata.count":"x"}`))
	f.Add([]byte(`{"value":[{"id":"` + someID + `","members@delta":[null,{"id":null},1]}],"proxyAddresses":[null]}`))
	a := &Adapter{config: Config{Name: "entra"}}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := &read{Adapter: a, group: someID}
		if page, err := decode[groups.DeltaGetResponseable](reply{body: body}, groups.CreateDeltaGetResponseFromDiscriminatorValue); err == nil {
			for _, group := range page.GetValue() {
				var told told
				if r.heed(group, &told) == nil {
					for _, id := range told.people {
						if !isObjectID(id) {
							t.Errorf("a person with the id %q", id)
						}
					}
				}
			}
		}
		page, err := decode[models.UserCollectionResponseable](reply{body: body}, models.CreateUserCollectionResponseFromDiscriminatorValue)
		if err != nil {
			return
		}
		for _, user := range page.GetValue() {
			if m, err := a.memberOf(user); err == nil && !isObjectID(m.ID.ID) {
				t.Errorf("a person with the id %q", m.ID.ID)
			}
			if account, err := accountOf(directory.Installation{}, user, nil); err == nil && !isObjectID(account.ID.User) {
				t.Errorf("an account with the id %q", account.ID.User)
			}
		}
	})
}

// Every status has a code, for what asks and for what acts.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		code   string // empty: somebody in between
		read   directory.Code
		write  directory.Code
	}{
		{"bad request", 400, "BadRequest", directory.Invalid, directory.Invalid},
		{"bad request by somebody in between", 400, "", directory.Unavailable, directory.Uncertain},
		{"a state that is gone", 400, "resyncRequired", directory.Expired, directory.Invalid},
		{"an old page", 400, "Directory_ExpiredPageToken", directory.Expired, directory.Invalid},
		{"unauthorized", 401, "InvalidAuthenticationToken", directory.Unauthorized, directory.Unauthorized},
		{"unauthorized without a body", 401, "", directory.Unauthorized, directory.Unauthorized},
		{"forbidden", 403, "Authorization_RequestDenied", directory.Unauthorized, directory.Unauthorized},
		{"forbidden by somebody in between", 403, "", directory.Unavailable, directory.Uncertain},
		{"not found", 404, "Request_ResourceNotFound", directory.NotFound, directory.NotFound},
		{"not found by somebody in between", 404, "", directory.Unavailable, directory.Uncertain},
		{"timeout", 408, "RequestTimeout", directory.Unavailable, directory.Uncertain},
		{"conflict", 409, "Conflict", directory.Invalid, directory.Conflict},
		{"gone", 410, "syncStateNotFound", directory.Expired, directory.NotFound},
		{"gone by somebody in between", 410, "", directory.Unavailable, directory.Uncertain},
		{"too many", 429, "", directory.Throttled, directory.Throttled},
		{"redirected", 302, "", directory.Unavailable, directory.Uncertain},
		{"internal", 500, "InternalServerError", directory.Unavailable, directory.Uncertain},
		{"bad gateway", 502, "", directory.Unavailable, directory.Uncertain},
		{"unavailable", 503, "ServiceUnavailable", directory.Unavailable, directory.Uncertain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := &url.Error{Op: "Get", URL: "https://graph.microsoft.com/?pat@exam.example", Err: &refusal{status: tt.status, code: tt.code}}
			for _, got := range []error{asked(err), acted(err)} {
				if strings.Contains(got.Error(), "@") {
					t.Errorf("the text has an address: %v", got)
				}
			}
			if got := directory.CodeOf(asked(err)); got != tt.read {
				t.Errorf("reading: %v, want %v", got, tt.read)
			}
			if got := directory.CodeOf(acted(err)); got != tt.write {
				t.Errorf("writing: %v, want %v", got, tt.write)
			}
		})
	}
	for name, tt := range map[string]struct {
		err         error
		read, write directory.Code
	}{
		"no answer":        {&silence{}, directory.Unavailable, directory.Uncertain},
		"never left":       {&silence{unsent: true}, directory.Unavailable, directory.Unavailable},
		"unreadable":       {errors.New("the SDK's"), directory.Unavailable, directory.Uncertain},
		"one of ours":      {directory.Errorf(directory.Unauthorized, "no token"), directory.Unauthorized, directory.Unauthorized},
		"no such host":     {&silence{unsent: outbound.NeverLeft(&net.DNSError{})}, directory.Unavailable, directory.Unavailable},
		"the host's guard": {&url.Error{Err: directory.Errorf(directory.Invalid, "host")}, directory.Invalid, directory.Invalid},
	} {
		if read, write := directory.CodeOf(asked(tt.err)), directory.CodeOf(acted(tt.err)); read != tt.read || write != tt.write {
			t.Errorf("%s: %v and %v, want %v and %v", name, read, write, tt.read, tt.write)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"30": 30 * time.Second, "": 0, "0": 0, "-5": 0, "soon": 0, "9000000000": 24 * time.Hour,
		now.Add(90 * time.Second).Format(http.TimeFormat): 90 * time.Second, now.Add(-time.Hour).Format(http.TimeFormat): 0,
	} {
		if got := outbound.RetryAfter(text, now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// A circle is found wherever it begins, and a long way is none.
func TestCircle(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ before, around int }{{0, 1}, {1, 1}, {3, 2}, {10, 7}, {100, 30}} {
		var c cursor
		steps := 0
		for ; steps < 1000; steps++ {
			place := steps
			if place >= tt.before {
				place = tt.before + (place-tt.before)%tt.around
			}
			if c.step(strings.Repeat("x", place)) != nil {
				break
			}
		}
		if steps > 4*(tt.before+tt.around)+2 {
			t.Errorf("%d before %d around: found after %d", tt.before, tt.around, steps)
		}
	}
	var c cursor
	for i := range mostPages {
		if err := c.step(strings.Repeat("x", i)); err != nil {
			t.Fatalf("a way of %d pages: %v", i, err)
		}
	}
}

// A mark fits into an employee id, and differs with the marker.
func TestMark(t *testing.T) {
	t.Parallel()
	if a, b := mark("a"), mark("b"); len(a) != 16 || a == b || a != mark("a") {
		t.Errorf("%q, %q", a, b)
	}
	long := markedName(strings.Repeat("é", 300), mark("a"))
	if len([]rune(long)) != longestName || !strings.HasSuffix(long, " "+mark("a")) || markedName(" ", "m") != "Guest m" {
		t.Errorf("%q", long)
	}
}

// The SDK sends requests without a token to hosts that it doesn't know. None of them leaves.
func TestNoTokenNoRequest(t *testing.T) {
	t.Parallel()
	w := &wire{next: refuseAll{t}}
	r, err := http.NewRequest(http.MethodGet, "https://graph.microsoft.com/v1.0/users", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.RoundTrip(r); !directory.Is(err, directory.Internal) {
		t.Error(err)
	}
}

type refuseAll struct{ t *testing.T }

func (r refuseAll) RoundTrip(*http.Request) (*http.Response, error) {
	r.t.Error("a request without a token left")
	return nil, errors.New("left")
}

// What a tenant read of a directory that it left is told of no more.
func TestMovedTenantIsNotWoken(t *testing.T) {
	t.Parallel()
	const other = "bbbbbbbb-0000-4000-8000-00000000a002"
	tenants := Fixed{"t": {Directory: someID}}
	a, err := New(Config{Cloud: Public(), ClientID: someID, ClientSecret: directory.NewSecret("s"), Name: "entra", Find: tenants.Find, Each: tenants.Each})
	if err != nil {
		t.Fatal(err)
	}
	a.watch("t", someID, someID, nil)
	if a.note(someID, ""); len(a.take()) != 1 {
		t.Error("nobody was woken")
	}
	tenants["t"] = Tenant{Directory: other}
	if _, err := a.at(t.Context(), "t"); err != nil {
		t.Fatal(err)
	}
	if a.note(someID, ""); len(a.take()) != 0 {
		t.Error("woken for a directory that it left")
	}
}
