package entra_test

import (
	"net/http"
	"strings"
	"testing"

	"rollcall/adapters/entra/entrasim"
	"rollcall/adapters/sim"
	"rollcall/sync/directory"
)

// readRoles is a permission that the app doesn't ask for, and that a directory may grant.
const readRoles = "RoleManagement.Read.Directory"

// Whether somebody still administers the directory is asked afresh, and what Graph doesn't show is no answer.
func TestAdministers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(o *office)
		want   bool
		code   directory.Code // Internal: there is an answer
	}{
		{"as at the sign-in", func(*office) {}, true, directory.Internal},
		{"another role that may consent", func(o *office) {
			o.PutRole(o.ids[0], o.admins[0], entrasim.GlobalAdministrator, false)
			o.PutRole(o.ids[0], o.admins[0], entrasim.PrivilegedRoleAdministrator, true)
		}, true, directory.Internal},
		{"the role is taken away", func(o *office) { o.PutRole(o.ids[0], o.admins[0], entrasim.GlobalAdministrator, false) }, false, directory.Internal},
		{"disabled", func(o *office) { o.Disable(o.ids[0], o.admins[0]) }, false, directory.Internal},
		{"disabled, where roles aren't shown", func(o *office) {
			o.grants()
			o.Disable(o.ids[0], o.admins[0])
		}, false, directory.Internal},
		{"deleted", func(o *office) { o.SoftDelete(o.ids[0], o.admins[0]) }, false, directory.Internal},
		{"roles aren't shown", func(o *office) { o.grants() }, false, directory.Unsupported},
		{"roles aren't shown, of somebody without any", func(o *office) {
			o.grants()
			o.PutRole(o.ids[0], o.admins[0], entrasim.GlobalAdministrator, false)
		}, false, directory.Unsupported},
		{"the consent was taken back", func(o *office) { o.Withdraw(o.ids[0]) }, false, directory.Unauthorized},
		{"Graph is down", func(o *office) { o.Faults.Add(sim.Rule{Fault: entrasim.Broken(http.StatusServiceUnavailable)}) }, false, directory.Unavailable},
		{"Graph is down in the middle", func(o *office) {
			o.Faults.Decide(func(route string) (sim.Fault, bool) {
				return entrasim.Broken(http.StatusServiceUnavailable), strings.Contains(route, "transitiveMemberOf")
			})
		}, false, directory.Unavailable},
		{"Graph asks to wait", func(o *office) { o.Faults.Add(sim.Rule{Fault: entrasim.Throttled("7")}) }, false, directory.Throttled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o, c := connected(t)
			o.grants(readRoles)
			tt.change(o)
			is, err := o.connector.Administers(t.Context(), c, o.inst(0).Account(o.admins[0]))
			if is != tt.want || (err == nil) != (tt.code == directory.Internal) || err != nil && !directory.Is(err, tt.code) {
				t.Errorf("got %v, %v, want %v, %v", is, err, tt.want, tt.code)
			}
		})
	}
}

// Nobody of elsewhere is asked about.
func TestAdministersElsewhere(t *testing.T) {
	t.Parallel()
	o, c := connected(t)
	before := o.Calls.Len()
	for _, account := range []directory.AccountID{
		o.inst(1).Account(o.admins[0]), o.inst(0).Account("../me"), {Platform: "slack", Workspace: c.Installation.Workspace, User: o.admins[0]}, {},
	} {
		if is, err := o.connector.Administers(t.Context(), c, account); is || !directory.Is(err, directory.Invalid) {
			t.Errorf("%v: %v, %v", account, is, err)
		}
	}
	if o.Calls.Len() != before {
		t.Error("Microsoft was asked")
	}
}

// What Graph says of roles to an app that may not read them all is no answer, and an odd one neither.
func TestAdministersByOddAnswers(t *testing.T) {
	t.Parallel()
	const other = "69091246-20e8-4a56-aa4d-066075b2a7a8"
	for name, tt := range map[string]struct {
		body    string
		granted bool // to read roles
		want    bool
		code    directory.Code
	}{
		"an administrator's":        {`{"value":[{"id":"x","roleTemplateId":"` + entrasim.GlobalAdministrator + `"}]}`, false, true, directory.Internal},
		"another role":              {`{"value":[{"id":"x","roleTemplateId":"` + other + `"}]}`, true, false, directory.Internal},
		"another role, not granted": {`{"value":[{"id":"x","roleTemplateId":"` + other + `"}]}`, false, false, directory.Unsupported},
		"none":                      {`{"value":[]}`, true, false, directory.Internal},
		"none, not granted":         {`{"value":[]}`, false, false, directory.Unsupported},
		"hidden":                    {`{"value":[{"id":"x"}]}`, true, false, directory.Unsupported},
		"no list":                   {`{}`, true, false, directory.Unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, c := connected(t)
			o.grants()
			if tt.granted {
				o.grants(readRoles)
			}
			before := o.config.Transport
			o.config.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				if strings.Contains(r.URL.Path, "/transitiveMemberOf/") {
					return answered(r, tt.body), nil
				}
				return before.RoundTrip(r)
			})
			o.reopen()
			is, err := o.connector.Administers(t.Context(), c, o.inst(0).Account(o.admins[0]))
			if is != tt.want || (err == nil) != (tt.code == directory.Internal) || err != nil && !directory.Is(err, tt.code) {
				t.Errorf("got %v, %v, want %v, %v", is, err, tt.want, tt.code)
			}
		})
	}
}

// grants has the first directory grant what the app asks for, these permissions, and nothing else.
func (o *office) grants(more ...string) {
	o.Withdraw(o.ids[0])
	o.Consent(o.ids[0], true, append(entrasim.Declared(), more...)...)
}
