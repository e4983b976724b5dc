package teams

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/adapters/sim"
	"rollcall/adapters/teams/teamssim"
	"rollcall/cards"
	"rollcall/sync/directory"
)

const (
	posting  = "POST /v3/conversations/{conversation}/activities"
	editing  = "PUT /v3/conversations/{conversation}/activities/{activity}"
	creating = "POST /v3/conversations"
)

func TestMessageOnTheWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ref := w.ask(t)
	last := w.wire.all()[len(w.wire.all())-1]
	body, err := last.GetBody()
	must(t, err)
	text, err := io.ReadAll(body)
	must(t, err)
	var sent struct {
		Type, Summary string
		Text          *string
		Attachments   []struct{ ContentType string }
		Timestamp     *string
	}
	must(t, json.Unmarshal(text, &sent))
	if sent.Type != "message" || sent.Summary != "Is this you?" || sent.Text != nil || sent.Timestamp != nil ||
		len(sent.Attachments) != 1 || sent.Attachments[0].ContentType != cardType {
		t.Errorf("sent %s", text)
	}
	if want := "/emea/v3/conversations/" + ref.Conversation + "/activities"; last.URL.Path != want {
		t.Errorf("sent to %s, want %s", last.URL.Path, want)
	}
}

func TestFirstMessageAsksForTheChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	must(t, w.adapter.store(t.Context(), w.inst, w.ann, reference{}))
	for range 2 {
		if ref := w.ask(t); ref.Conversation != w.sim.Conversation(tenantA, annID) {
			t.Errorf("got %+v", ref)
		}
	}
	var got []string
	for _, route := range w.routes() {
		got = append(got, strings.ReplaceAll(route, w.sim.Conversation(tenantA, annID), "ID"))
	}
	want := []string{
		"POST /" + homeTenant + "/oauth2/v2.0/token", "POST /teams/v3/conversations",
		"POST /teams/v3/conversations/ID/activities", "POST /teams/v3/conversations/ID/activities",
	}
	if !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
}

// installer is a stand-in for Graph.
type installer struct {
	has   bool // the person has it already
	err   error
	asked []string
}

func (i *installer) InstallApp(_ context.Context, inst directory.Installation, user string) (bool, error) {
	i.asked = append(i.asked, string(inst.Workspace)+"/"+user)
	return !i.has && i.err == nil, i.err
}

func TestPeopleWithoutTheApp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		has  bool
		err  error
		want directory.Code
	}{
		{"added", false, nil, directory.Unavailable},
		{"installed already", true, nil, directory.Undeliverable},
		{"nobody consented", false, directory.Errorf(directory.Unsupported, "no"), directory.Undeliverable},
		{"refused", false, directory.Errorf(directory.Undeliverable, "no"), directory.Undeliverable},
		{"a defect", false, errors.New("no"), directory.Undeliverable},
		{"throttled", false, directory.Wait(7*time.Second, "no"), directory.Throttled},
		{"away", false, directory.Errorf(directory.Unavailable, "no"), directory.Unavailable},
		{"a lost answer", false, directory.Errorf(directory.Uncertain, "no"), directory.Unavailable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			graph := &installer{has: test.has, err: test.err}
			w := newWorld(t, func(c *Config) { c.Installer = graph })
			zoe := w.inst.Account(zoeID)
			_, err := w.adapter.Send(t.Context(), w.inst, zoe, question())
			if !directory.Is(err, test.want) || !slices.Equal(graph.asked, []string{tenantA + "/" + zoeID}) {
				t.Errorf("got %v, want %v; asked %q", err, test.want, graph.asked)
			}
			if test.want == directory.Undeliverable && directory.ReachOf(err) != directory.AppMissing {
				t.Errorf("got the reach %q, want %q", directory.ReachOf(err), directory.AppMissing)
			}
			if test.want == directory.Throttled && directory.RetryAfter(err) != 7*time.Second {
				t.Errorf("waits %v", directory.RetryAfter(err))
			}
			if len(w.fromApp()) != 0 {
				t.Error("something was sent")
			}
			w.install(t, tenantA, zoeID, teamssim.Announcing{})
			if _, err := w.adapter.Send(t.Context(), w.inst, zoe, question()); err != nil {
				t.Errorf("installed: %v", err)
			}
		})
	}
}

// TestNobodyIsReinstalled: who removed or blocked the app does not get it back by an old message.
func TestNobodyIsReinstalled(t *testing.T) {
	t.Parallel()
	graph := &installer{}
	w := newWorld(t, func(c *Config) { c.Installer = graph })
	ref := w.ask(t)
	must(t, w.sim.UninstallAs(tenantA, annID, teamssim.Announcing{Silent: true}))
	_, err := w.adapter.Edit(t.Context(), w.inst, w.ann, ref, onlyYou)
	if !directory.Is(err, directory.Undeliverable) || w.known(t, w.ann) != (reference{}) {
		t.Errorf("got %v", err)
	}
	_, err = w.adapter.Edit(t.Context(), w.inst, w.ann, ref, onlyYou)
	if !directory.Is(err, directory.Undeliverable) || len(graph.asked) != 0 {
		t.Errorf("got %v, asked %q", err, graph.asked)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	// What a send, an edit and a creation answer; empty as for a send.
	type codes struct{ send, edit, create directory.Code }
	want := map[string]codes{
		"Bad Argument":                   {send: directory.Invalid},
		"BadSyntax":                      {send: directory.Invalid, edit: directory.Invalid, create: directory.Undeliverable},
		"BotNotInConversationRoster":     {send: directory.Undeliverable},
		"ForbiddenOperationException":    {send: directory.Undeliverable},
		"ConversationBlockedByUser":      {send: directory.Undeliverable},
		"MessageWritesBlocked":           {send: directory.Undeliverable},
		"a body of no known shape":       {send: directory.Undeliverable},
		"BotDisabledByAdmin":             {send: directory.Unauthorized},
		"NotEnoughPermissions":           {send: directory.Unauthorized},
		"InvalidBotApiHost":              {send: directory.Unauthorized},
		"BotNotRegistered":               {send: directory.Unauthorized},
		"unauthorized":                   {send: directory.Unauthorized},
		"ConversationNotFound":           {send: directory.Undeliverable, edit: directory.NotFound, create: directory.Undeliverable},
		"ActivityNotFoundInConversation": {send: directory.NotFound, edit: directory.NotFound, create: directory.Undeliverable},
		"PreconditionFailed":             {send: directory.Throttled},
		"Throttled":                      {send: directory.Throttled},
		"MessageSizeTooBig":              {send: directory.Invalid},
		"ServiceError":                   {send: directory.Uncertain, edit: directory.Uncertain, create: directory.Unavailable},
		"a gateway's page":               {send: directory.Uncertain, edit: directory.Uncertain, create: directory.Unavailable},
		"Bad Gateway":                    {send: directory.Uncertain, edit: directory.Uncertain, create: directory.Unavailable},
		"Service Unavailable":            {send: directory.Uncertain, edit: directory.Uncertain, create: directory.Unavailable},
		"Gateway Timeout":                {send: directory.Uncertain, edit: directory.Uncertain, create: directory.Unavailable},
	}
	for _, fault := range teamssim.Failures() {
		t.Run(fault.Name, func(t *testing.T) {
			t.Parallel()
			want, ok := want[fault.Name]
			if !ok {
				t.Fatal("nobody says what this failure means")
			}
			if want.edit == directory.Internal {
				want.edit, want.create = want.send, want.send
			}
			for _, call := range []struct {
				route string
				want  directory.Code
			}{{posting, want.send}, {editing, want.edit}, {creating, want.create}} {
				w := newWorld(t, nil)
				ref := w.ask(t)
				if call.route == creating {
					must(t, w.adapter.store(t.Context(), w.inst, w.ann, reference{}))
				}
				w.sim.Faults.Add(sim.Rule{Route: call.route, Fault: fault})
				before := len(w.wire.all())
				var err error
				if call.route == editing {
					_, err = w.adapter.Edit(t.Context(), w.inst, w.ann, ref, onlyYou)
				} else {
					_, err = w.adapter.Send(t.Context(), w.inst, w.ann, question())
				}
				if !directory.Is(err, call.want) {
					t.Errorf("%s: got %v, want %v", call.route, err, call.want)
				}
				if n := len(w.wire.all()) - before; n > 3 {
					t.Errorf("%s: %d calls", call.route, n)
				}
				if len(w.fromApp()) != 1 {
					t.Errorf("%s: %d messages", call.route, len(w.fromApp()))
				}
				if gone := w.known(t, w.ann) == (reference{}); call.want == directory.Undeliverable && call.route == posting &&
					gone != (fault.Name != "ConversationNotFound") {
					t.Errorf("%s: known is %+v", call.route, w.known(t, w.ann))
				}
			}
		})
	}
}

func TestStaleConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	old := w.ask(t)
	must(t, w.sim.DropConversation(tenantA, annID))
	ref := w.ask(t)
	if ref.Conversation == old.Conversation || w.known(t, w.ann).ID != ref.Conversation {
		t.Errorf("got %+v after %+v", ref, old)
	}
	if _, err := w.adapter.Edit(t.Context(), w.inst, w.ann, old, onlyYou); !directory.Is(err, directory.NotFound) {
		t.Errorf("the old message: %v", err)
	}
}

func TestMovedRegion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ref := w.ask(t)
	must(t, w.sim.MoveRegion(tenantA, "amer"))
	if _, err := w.adapter.Edit(t.Context(), w.inst, w.ann, ref, onlyYou); err != nil {
		t.Errorf("edit: %v", err)
	}
	if again := w.ask(t); again.Conversation != ref.Conversation {
		t.Errorf("got %+v", again)
	}
}

func TestGCC(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.sim.AddTenant(teamssim.Tenant{ID: "dddddddd-0000-4000-8000-00000000000d", GCC: true})
	w.sim.AddUser("dddddddd-0000-4000-8000-00000000000d", teamssim.User{ID: annID, Email: "ann@agency.example"})
	inst := w.connect(t, "d", "dddddddd-0000-4000-8000-00000000000d")
	must(t, w.sim.InstallAs(string(inst.Workspace), annID, teamssim.Announcing{Silent: true}))
	to := inst.Account(annID)
	ref, err := w.adapter.Send(t.Context(), inst, to, question())
	must(t, err)
	if _, err := w.adapter.Edit(t.Context(), inst, to, ref, onlyYou); err != nil {
		t.Errorf("edit: %v", err)
	}
	refused := 0
	for _, route := range w.routes() {
		if strings.HasPrefix(route, "POST /teams/") {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("the public connector was asked %d times: %q", refused, w.routes())
	}

	// A chat that was known by another address is found, too.
	must(t, w.adapter.store(t.Context(), inst, to, reference{Service: "https://" + simHost + "/teams", ID: ref.Conversation}))
	if _, err := w.adapter.Send(t.Context(), inst, to, question()); err != nil {
		t.Errorf("send: %v", err)
	}
	stored, err := w.adapter.stored(t.Context(), inst, to)
	if err != nil || stored.Service != "https://"+simHost+"/gcc/teams" {
		t.Errorf("known is %+v, %v", stored, err)
	}
}

// TestAnswersWithoutAnID: a message that went out without an id is one of unknown fate, and an edit
// needs none.
func TestAnswersWithoutAnID(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusAccepted, http.StatusNoContent, http.StatusOK} {
		w := newWorld(t, nil)
		ref := w.ask(t)
		empty := sim.Fault{Name: "empty", Status: status, ContentType: "application/json", After: true}
		w.sim.Faults.Add(sim.Rule{Route: posting, Times: 1, Fault: empty})
		if _, err := w.adapter.Send(t.Context(), w.inst, w.ann, question()); !directory.Is(err, directory.Uncertain) {
			t.Errorf("%d: send: %v", status, err)
		}
		w.sim.Faults.Add(sim.Rule{Route: editing, Times: 1, Fault: empty})
		if got, err := w.adapter.Edit(t.Context(), w.inst, w.ann, ref, onlyYou); err != nil || got != ref {
			t.Errorf("%d: edit: %+v, %v", status, got, err)
		}
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ref := w.ask(t)
	w.wire.clear()
	other := directory.Installation{Tenant: "a", Platform: "slack", Workspace: tenantA}
	tests := []struct {
		name string
		do   func() error
	}{
		{"another platform's installation", func() error {
			_, err := w.adapter.Send(t.Context(), other, other.Account(annID), question())
			return err
		}},
		{"an account of another workspace", func() error {
			_, err := w.adapter.Send(t.Context(), w.inst, directory.AccountID{Platform: Name, Workspace: tenantB, User: annID}, question())
			return err
		}},
		{"nobody", func() error {
			_, err := w.adapter.Send(t.Context(), w.inst, w.inst.Account(""), question())
			return err
		}},
		{"no message", func() error {
			_, err := w.adapter.Edit(t.Context(), w.inst, w.ann, directory.MessageRef{}, question())
			return err
		}},
		{"a message that is a way up", func() error {
			_, err := w.adapter.Edit(t.Context(), w.inst, w.ann, directory.MessageRef{Conversation: ref.Conversation, ID: ".."}, question())
			return err
		}},
		{"a card that can't be", func() error {
			_, err := w.adapter.Edit(t.Context(), w.inst, w.ann, ref, cards.Card{})
			return err
		}},
	}
	for _, test := range tests {
		if err := test.do(); !directory.Is(err, directory.Invalid) {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
	if n := len(w.wire.all()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestIDsAreEscaped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.adapter.connector
	r, err := c.request(t.Context(), call{
		method: http.MethodPut, service: "https://" + simHost + "/emea",
		path: []string{"19:a/b@thread.tacv2;messageid=1", "activities", "x?y#z%"},
	})
	must(t, err)
	if got, want := r.URL.EscapedPath(), "/emea/v3/conversations/19:a%2Fb@thread.tacv2%3Bmessageid=1/activities/x%3Fy%23z%25"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if r.URL.RawQuery != "" || r.URL.Host != simHost {
		t.Errorf("got %s", r.URL)
	}
}

// storeAway is a registry that fails.
type storeAway struct{ Conversations }

func (storeAway) Conversation(context.Context, directory.Installation, directory.AccountID) (string, error) {
	return "", directory.Errorf(directory.Unavailable, "the store is away")
}

func TestStoreIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ref := w.ask(t)
	w.wire.clear()
	adapter := w.newAdapter(t, func(c *Config) { c.Conversations = storeAway{w.registry} })
	if _, err := adapter.Send(t.Context(), w.inst, w.ann, question()); !directory.Is(err, directory.Unavailable) {
		t.Errorf("send: %v", err)
	}
	if _, err := adapter.Edit(t.Context(), w.inst, w.ann, ref, onlyYou); !directory.Is(err, directory.Unavailable) {
		t.Errorf("edit: %v", err)
	}
	if n := len(w.wire.all()); n != 0 {
		t.Errorf("%d requests", n)
	}
}
