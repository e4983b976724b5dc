package webex_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"rollcall/adapters/sim"
	"rollcall/adapters/webex"
	"rollcall/adapters/webex/webexsim"
	"rollcall/bot"
	"rollcall/sync/directory"
)

// tell delivers a webhook of the service app that Webex would have signed.
func (o *office) tell(t *testing.T, body string) int {
	t.Helper()
	var target string
	o.sim.Outbox.Rearrange(func(due []sim.Delivery) []sim.Delivery {
		if len(due) > 0 {
			target = due[0].URL
		}
		return nil
	})
	if _, err := o.sim.Open(o.home.Member.User); err != nil {
		t.Fatal(err)
	}
	o.sim.Outbox.Pump(t.Context())
	o.sim.Outbox.Rearrange(nil)
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("X-Spark-Signature", webexsim.Sign(secret, []byte(body)))
	w := httptest.NewRecorder()
	o.router.ServeHTTP(w, r)
	return w.Code
}

func news(event, app, org string) string {
	return fmt.Sprintf(`{"resource":"serviceApp","event":%q,"orgId":%q,"data":{"id":%q,"authorizerOrgId":%q}}`, event, webexsim.OrgID(orgC), app, org)
}

func (o *office) authorise(t *testing.T, org string) {
	t.Helper()
	if err := o.sim.AuthorizeServiceApp(org); err != nil {
		t.Fatal(err)
	}
}

// gone is what the sink was told.
func gone(l *ledger) (orgs []directory.Workspace) {
	for i, took := range l.took {
		if strings.HasPrefix(took, "bot.Gone") {
			orgs = append(orgs, l.from[i].Workspace)
		}
	}
	return orgs
}

// An organisation lets the service app in, and takes that back.
func TestAdmission(t *testing.T) {
	t.Parallel()
	sink := &ledger{}
	o := newOffice(t, withServiceApp(), sink)
	o.authorise(t, orgA)
	o.sim.Outbox.Pump(t.Context())
	if !slices.Equal(o.authorised, []directory.Workspace{orgA}) || sink.count() != 0 {
		t.Errorf("authorised %v, and the sink took %q", o.authorised, sink.took)
	}
	if err := o.sim.DeauthorizeServiceApp(orgA); err != nil {
		t.Fatal(err)
	}
	o.sim.Outbox.Pump(t.Context())
	want := fmt.Sprintf("%T %+v", bot.Gone{}, bot.Gone{At: o.clock.Now()})
	if len(o.authorised) != 1 || !slices.Equal(sink.took, []string{want}) {
		t.Errorf("the sink took %q, want %q", sink.took, want)
	}
	if from := sink.from[0]; from.Workspace != orgA || from.Platform != webex.Name || !from.Actor.IsZero() {
		t.Errorf("it comes from %+v", from)
	}
}

// Whatever a webhook says of an organisation, how things are is asked of Webex.
func TestForgedAdmission(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		asks       bool // Webex is asked
	}{
		{"the end of an organisation that lets it in", news("deauthorized", appID, webexsim.OrgID(orgB)), true},
		{"the end, by UUID", news("deauthorized", appID, orgB), true},
		{"the beginning of one that doesn't", news("authorized", appID, webexsim.OrgID(orgA)), true},
		{"the beginning of one that isn't there", news("authorized", appID, webexsim.OrgID("dddddddd-0000-4000-8000-00000000000d")), true},
		{"another service app's", news("authorized", "QVBQ", webexsim.OrgID(orgB)), false},
		{"another service app's end", news("deauthorized", "QVBQ", webexsim.OrgID(orgA)), false},
		{"no app", news("deauthorized", "", webexsim.OrgID(orgA)), false},
		{"a person for an organisation", news("deauthorized", appID, webexsim.PersonID(orgA)), false},
		{"a path for an organisation", news("deauthorized", appID, "../../x"), false},
		{"another event", news("deleted", appID, webexsim.OrgID(orgA)), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sink := &ledger{}
			o := newOffice(t, withServiceApp(), sink)
			o.authorise(t, orgB)
			o.sim.Outbox.Pump(t.Context())
			o.authorised = nil
			asked := o.called(orderWay)
			if status := o.tell(t, tt.body); status != http.StatusOK {
				t.Errorf("status %d", status)
			}
			if len(o.authorised)+sink.count() != 0 {
				t.Errorf("authorised %v, the sink took %q", o.authorised, sink.took)
			}
			if got := o.called(orderWay) > asked; got != tt.asks {
				t.Errorf("Webex was asked: %v, want %v", got, tt.asks)
			}
		})
	}
}

// Where the data names no organisation, the envelope's is asked about.
func TestAdmissionInTheEnvelope(t *testing.T) {
	t.Parallel()
	sink := &ledger{}
	o := newOffice(t, withServiceApp(), sink)
	body := fmt.Sprintf(`{"resource":"serviceApp","event":"deauthorized","orgId":%q,"data":{"id":%q}}`, webexsim.OrgID(orgA), appID)
	if status := o.tell(t, body); status != http.StatusOK || !slices.Equal(gone(sink), []directory.Workspace{orgA}) {
		t.Errorf("status %d, the sink took %q", status, sink.took)
	}
}

// News of the end that comes after the app was let in again ends nothing.
func TestLateDeauthorisation(t *testing.T) {
	t.Parallel()
	sink := &ledger{}
	o := newOffice(t, withServiceApp(), sink)
	var late []sim.Delivery
	o.authorise(t, orgA)
	o.sim.Outbox.Pump(t.Context())
	if err := o.sim.DeauthorizeServiceApp(orgA); err != nil {
		t.Fatal(err)
	}
	o.sim.Outbox.Rearrange(func(due []sim.Delivery) []sim.Delivery { late = append(late, due...); return nil })
	o.sim.Outbox.Pump(t.Context())
	o.sim.Outbox.Rearrange(nil)
	o.authorise(t, orgA)
	o.sim.Outbox.Pump(t.Context())
	if len(late) != 1 {
		t.Fatalf("%d webhooks were late, want 1", len(late))
	}
	o.sim.Outbox.Put(late[0])
	o.sim.Outbox.Pump(t.Context())
	if len(gone(sink)) != 0 || len(o.authorised) != 2 {
		t.Errorf("authorised %v, the sink took %q", o.authorised, sink.took)
	}
}

// While Webex doesn't answer, or Rollcall's own access is broken, nobody's end is believed.
func TestAdmissionNotKnown(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]sim.Rule{
		"down":                   {Route: orderWay, Fault: sim.Fault{Status: 503}},
		"cut":                    {Route: orderWay, Fault: sim.Fault{}},
		"a proxy's 403":          {Route: orderWay, Fault: sim.Fault{Status: 403, Body: "<html>"}},
		"the operator's own end": {Route: orderWay, Fault: sim.Fault{Status: 401, ContentType: "application/json", Body: `{"message":"no","trackingId":"T"}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := &ledger{}
			o := newOffice(t, withServiceApp(), sink)
			o.sim.Faults.Add(fault)
			for _, event := range []string{"deauthorized", "authorized"} {
				if status := o.tell(t, news(event, appID, webexsim.OrgID(orgA))); status != http.StatusServiceUnavailable {
					t.Errorf("%s: status %d, want 503", event, status)
				}
			}
			if len(o.authorised)+sink.count() != 0 {
				t.Errorf("authorised %v, the sink took %q", o.authorised, sink.took)
			}
		})
	}
}

// Without a service app there is nothing to hear of one.
func TestAdmissionWithoutServiceApp(t *testing.T) {
	t.Parallel()
	sink := &ledger{}
	o := newOffice(t, withIntegration(), sink)
	if status := o.tell(t, news("deauthorized", "", webexsim.OrgID(orgA))); status != http.StatusOK || sink.count() != 0 {
		t.Errorf("status %d, the sink took %q", status, sink.took)
	}
}

// The service app's webhooks are kept as the bot's are, and all go when the product is taken away.
func TestServiceAppWebhooks(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withServiceApp(), &ledger{})
	check := func(want webex.WebhookReport) {
		t.Helper()
		if report, err := o.adapter.CheckWebhooks(t.Context()); err != nil || report != want {
			t.Errorf("%+v, %v, want %+v", report, err, want)
		}
	}
	check(webex.WebhookReport{})
	o.sim.Outbox.Client = &http.Client{Transport: &sim.Transport{}} // nobody is there
	for range 100 {
		o.authorise(t, orgA)
		o.sim.Outbox.Pump(t.Context())
	}
	check(webex.WebhookReport{Activated: 1})
	if report, err := o.adapter.RemoveWebhooks(t.Context()); err != nil || report.Deleted != 5 {
		t.Errorf("%+v, %v", report, err)
	}
	if report, err := o.adapter.RemoveWebhooks(t.Context()); err != nil || report.Changed() {
		t.Errorf("for a second time %+v, %v", report, err)
	}
	check(webex.WebhookReport{Created: 5})
	o.sim.TakeScope(clientID, webexsim.ScopeHooksWrite)
	if _, err := o.adapter.RemoveWebhooks(t.Context()); !directory.Is(err, directory.Unauthorized) {
		t.Errorf("without the scope: %v", err)
	}
}
