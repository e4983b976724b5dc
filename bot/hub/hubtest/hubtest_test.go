package hubtest

import (
	"context"
	"net/url"
	"testing"

	"rollcall/bot/hub"
	"rollcall/sync/directory"
)

const redirect = "https://rollcall.example/connect/vendor/return"

// harness is a fresh vendor's, in front of which lie stands, where it is given.
func harness(lie func(*Connector) hub.Connector) Harness {
	v := NewVendor("vendor", "https://vendor.example")
	v.Redirect = redirect
	c := v.Connector(true)
	var connector hub.Connector = c
	if lie != nil {
		connector = lie(c)
	}
	return Harness{
		Connector: connector, Bare: v.Connector(false), Redirect: redirect, Hosts: []string{"vendor.example"},
		Home: v.Places[0], Other: v.Places[1],
		Browse: func(_ context.Context, address string, as Person) (url.Values, error) {
			u, err := url.Parse(address)
			if err != nil {
				return nil, err
			}
			return v.Decide(u.Query(), as)
		},
		Settle: func(_ context.Context, connection directory.Connection, grant hub.Grant) (directory.Connection, error) {
			c.Keep(grant)
			return connection, nil
		},
		Calls: v.Calls, Break: v.Break, Scopes: v.Scopes, RemoveScope: v.RemoveScope,
		Granted: v.Granted, Secrets: v.Secrets, Logged: v.Logged,
	}
}

func TestVendor(t *testing.T) {
	t.Parallel()
	RunConnector(t, func(*testing.T) Harness { return harness(nil) })
}

// liar is a connector of which one thing is wrong.
type liar struct {
	*Connector
	methods  func([]hub.Method) []hub.Method
	begin    func(ctx context.Context, step hub.Step, address string) string
	enter    func(step hub.Step, query url.Values) (hub.Step, url.Values)
	leave    func(step hub.Step, query url.Values, o hub.Outcome, err error) (hub.Outcome, error)
	check    func(directory.Connection, []hub.Finding) []hub.Finding
	withdraw func(directory.Installation) error
}

func (l liar) Methods() []hub.Method {
	if l.methods != nil {
		return l.methods(l.Connector.Methods())
	}
	return l.Connector.Methods()
}

func (l liar) Begin(ctx context.Context, step hub.Step) (string, error) {
	address, err := l.Connector.Begin(ctx, step)
	if err == nil && l.begin != nil {
		address = l.begin(ctx, step, address)
	}
	return address, err
}

func (l liar) Return(ctx context.Context, step hub.Step, query url.Values) (hub.Outcome, error) {
	before := step
	if l.enter != nil {
		step, query = l.enter(step, query)
	}
	outcome, err := l.Connector.Return(ctx, step, query)
	if l.leave != nil {
		return l.leave(before, query, outcome, err)
	}
	return outcome, err
}

func (l liar) Check(ctx context.Context, connection directory.Connection) []hub.Finding {
	findings := l.Connector.Check(ctx, connection)
	if l.check != nil {
		return l.check(connection, findings)
	}
	return findings
}

func (l liar) Withdraw(ctx context.Context, inst directory.Installation) error {
	if l.withdraw != nil {
		return l.withdraw(inst)
	}
	return l.Connector.Withdraw(ctx, inst)
}

// onGrant changes every grant.
func onGrant(change func(*hub.Grant)) func(hub.Step, url.Values, hub.Outcome, error) (hub.Outcome, error) {
	return func(_ hub.Step, _ url.Values, o hub.Outcome, err error) (hub.Outcome, error) {
		if o.Grant != nil {
			change(o.Grant)
		}
		return o, err
	}
}

// grantAfter turns errors of one code into a grant for Home.
func grantAfter(codes ...directory.Code) func(hub.Step, url.Values, hub.Outcome, error) (hub.Outcome, error) {
	home := NewVendor("vendor", "").Places[0]
	return func(_ hub.Step, _ url.Values, o hub.Outcome, err error) (hub.Outcome, error) {
		for _, code := range codes {
			if directory.Is(err, code) {
				return hub.Outcome{Grant: &hub.Grant{Workspace: home.Workspace, Title: home.Title, By: home.Admin, Admin: true}}, nil
			}
		}
		return o, err
	}
}

// Every question fails with a connector that does what it forbids.
func TestExam(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, question string
		lie            liar
	}{
		{"an id that is no word", "methods can be shown and named in a path", liar{methods: func(m []hub.Method) []hub.Method { m[0].ID = "a/b"; return m }}},
		{"plain http", "Begin leads to the platform and asks nothing", liar{begin: func(_ context.Context, _ hub.Step, a string) string { return "http" + a[len("https"):] }}},
		{"another host", "Begin leads to the platform and asks nothing", liar{begin: func(_ context.Context, _ hub.Step, a string) string {
			return "https://vendor.example.evil" + a[len("https://vendor.example"):]
		}}},
		{"the secret in the address", "Begin leads to the platform and asks nothing", liar{begin: func(_ context.Context, s hub.Step, a string) string { return a + "&v=" + s.Secret.Reveal() }}},
		{"two states", "Begin leads to the platform and asks nothing", liar{begin: func(_ context.Context, _ hub.Step, a string) string { return a + "&state=x" }}},
		{"no title", "an admin's consent is a grant", liar{leave: onGrant(func(g *hub.Grant) { g.Title = "" })}},
		{"no name", "an admin's consent is a grant", liar{leave: onGrant(func(g *hub.Grant) { g.Name = "" })}},
		{"no scopes", "an admin's consent is a grant", liar{leave: onGrant(func(g *hub.Grant) { g.Scopes = nil })}},
		{"no sentence", "an admin's consent is a grant", liar{leave: onGrant(func(g *hub.Grant) { g.Waiting = "wait" })}},
		{"the first workspace for everybody", "two flows at once don't mix", liar{leave: onGrant(func(g *hub.Grant) { g.Workspace = "WHome" })}},
		{"everybody is an admin", "somebody who administers nothing is no admin", liar{leave: onGrant(func(g *hub.Grant) { g.Admin = true })}},
		{"everybody is an admin where few may grant", "somebody who may grant nothing gets nothing", liar{leave: onGrant(func(g *hub.Grant) { g.Admin = true })}},
		{"any workspace will do", "another workspace than the expected one is refused", liar{enter: func(s hub.Step, q url.Values) (hub.Step, url.Values) { s.Expect = ""; return s, q }}},
		{"a refusal counts", "a refusal is a refusal", liar{leave: grantAfter(directory.Unauthorized)}},
		{"a refusal is a defect", "a refusal is a refusal", liar{leave: func(_ hub.Step, _ url.Values, o hub.Outcome, err error) (hub.Outcome, error) {
			if err != nil {
				err = directory.Errorf(directory.Unavailable, "no")
			}
			return o, err
		}}},
		{"used codes count", "a code counts once", liar{leave: grantAfter(directory.Invalid)}},
		{"unknown codes count", "a code that the platform doesn't know counts for nothing", liar{leave: grantAfter(directory.Invalid)}},
		{"any step will do", "a code counts in its own step only", liar{leave: grantAfter(directory.Invalid)}},
		{"the browser is believed", "what the browser claims counts for nothing", liar{leave: func(_ hub.Step, q url.Values, o hub.Outcome, err error) (hub.Outcome, error) {
			if o.Grant != nil && q.Get("tenant") != "" {
				o.Grant.Workspace = directory.Workspace(q.Get("tenant"))
			}
			return o, err
		}}},
		{"an outage is a grant", "a platform that is down grants nothing", liar{leave: grantAfter(directory.Unavailable)}},
		{"an outage is a refusal", "an answer that is lost grants nothing", liar{leave: func(_ hub.Step, _ url.Values, o hub.Outcome, err error) (hub.Outcome, error) {
			if err != nil {
				err = directory.Errorf(directory.Invalid, "no")
			}
			return o, err
		}}},
		{"it waits as long as it likes", "a platform that asks to wait grants nothing", liar{leave: func(_ hub.Step, _ url.Values, o hub.Outcome, err error) (hub.Outcome, error) {
			if directory.Is(err, directory.Throttled) {
				err = directory.Wait(0, "wait")
			}
			return o, err
		}}},
		{"a token in an error", "a code counts once", liar{leave: func(_ hub.Step, q url.Values, o hub.Outcome, err error) (hub.Outcome, error) {
			if err != nil {
				err = directory.Errorf(directory.Invalid, "the code %s is no good", q.Get("code"))
			}
			return o, err
		}}},
		{"an error from nowhere", "a code counts once", liar{leave: func(_ hub.Step, _ url.Values, o hub.Outcome, err error) (hub.Outcome, error) {
			if err != nil {
				err = context.Canceled
			}
			return o, err
		}}},
		{"nothing is wrong, ever", "the checklist misses a scope", liar{check: allOK}},
		{"the outage is ok", "the checklist of a platform that is down is unknown", liar{check: allOK}},
		{"withdrawn is ok", "the checklist sees what was withdrawn", liar{check: allOK}},
		{"something is always wrong", "the checklist of a good connection is good", liar{check: func(_ directory.Connection, f []hub.Finding) []hub.Finding { f[0].State = hub.Bad; return f }}},
		{"nothing to mend it", "the checklist misses a scope", liar{check: func(_ directory.Connection, f []hub.Finding) []hub.Finding {
			for i := range f {
				f[i].Mend = ""
			}
			return f
		}}},
		{"it isn't withdrawn", "the checklist sees what was withdrawn", liar{withdraw: func(directory.Installation) error { return nil }}},
		{"what is gone is an error", "Withdraw may be called twice", liar{withdraw: func(directory.Installation) error { return directory.Errorf(directory.NotFound, "gone") }}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			found := false
			for _, q := range append(connectorCases, methodCases...) {
				if q.name != c.question {
					continue
				}
				found = true
				fresh := func() *exam {
					return &exam{method: "consent", Harness: harness(func(honest *Connector) hub.Connector {
						l := c.lie
						l.Connector = honest
						return l
					})}
				}
				if err := q.check(t.Context(), fresh); err == nil {
					t.Error("the exam doesn't notice")
				}
			}
			if !found {
				t.Errorf("there is no question %q", c.question)
			}
		})
	}
}

func allOK(_ directory.Connection, findings []hub.Finding) []hub.Finding {
	for i := range findings {
		findings[i].State = hub.OK
	}
	return findings
}

// A request that is made for nothing but a name matters as well: what is built without it is a guess.
func TestExamLostAnswer(t *testing.T) {
	t.Parallel()
	fresh := func() *exam {
		return &exam{method: "install", Harness: harness(func(c *Connector) hub.Connector { return careless{c} })}
	}
	if err := fails(BreakDown, directory.Unavailable)(t.Context(), fresh); err == nil {
		t.Error("the exam doesn't notice that an answer was lost")
	}
}

// careless makes one more request, and doesn't care for its answer.
type careless struct{ *Connector }

func (c careless) Return(ctx context.Context, step hub.Step, query url.Values) (hub.Outcome, error) {
	outcome, err := c.Connector.Return(ctx, step, query)
	if err == nil {
		_, _ = c.vendor.look("for nothing")
	}
	return outcome, err
}

func TestHarness(t *testing.T) {
	t.Parallel()
	h := harness(nil)
	if err := h.complete(); err != nil {
		t.Fatal(err)
	}
	h.Browse = nil
	if h.complete() == nil {
		t.Error("a harness without Browse counts as complete")
	}
	h = harness(nil)
	h.Lacks = map[Trait]string{TraitScopes: " "}
	if h.complete() == nil {
		t.Error("an exception without a reason counts")
	}
}
