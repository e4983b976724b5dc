package slack

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"rollcall/sync/directory"
)

// personaID stands before a marker in the id of a persona. Slack's own ids have no colon, so none is
// ever taken for a persona, nor a persona for somebody.
const personaID = "persona:"

// Provisioner makes stand-ins on Slack: personas. Safe for concurrent use.
//
// A persona is a name under which the app itself may post, so there is nothing to make: Slack knows
// nothing of it, and its id, "persona:" and the marker, is ours. What it takes is that the workspace
// lets the app do so, and that is asked of Slack each time.
type Provisioner struct{ adapter *Adapter }

var _ directory.Provisioner = (*Provisioner)(nil)

// NewProvisioner makes a provisioner that speaks through an adapter.
func NewProvisioner(adapter *Adapter) *Provisioner { return &Provisioner{adapter} }

// Kinds are personas only, and none where personas are switched off: guests are made by an
// organisation's own admin, or by SCIM, which most plans don't have.
func (p *Provisioner) Kinds() []directory.StandInKind {
	if !p.adapter.features.Personas {
		return nil
	}
	return []directory.StandInKind{directory.StandInPersona}
}

// Provision names a persona, where the app may have any.
func (p *Provisioner) Provision(ctx context.Context, inst directory.Installation, order directory.Order) (directory.AccountID, error) {
	if order.Kind != directory.StandInPersona {
		return directory.AccountID{}, directory.Errorf(directory.Unsupported, "slack has no stand-in of the kind %s", order.Kind)
	}
	if order.Marker == "" {
		return directory.AccountID{}, directory.Errorf(directory.Invalid, "slack: a persona needs a marker")
	}
	if !p.adapter.features.Personas {
		return directory.AccountID{}, directory.Errorf(directory.Unsupported, "personas are switched off in Rollcall's configuration of Slack")
	}
	scopes, err := p.adapter.scopes(ctx, inst)
	if err != nil {
		return directory.AccountID{}, err
	}
	if !slices.Contains(scopes, scopePersona) {
		return directory.AccountID{}, directory.Errorf(directory.Unsupported,
			"the Slack app may not post under people's names: add the scope %s to it, and have it installed in the workspace again", scopePersona)
	}
	return inst.Account(personaID + order.Marker), nil
}

// Recover finds the marker's persona wherever Provision would name it, and otherwise definitely finds
// none: since nothing is made, there is none that an answer could have been lost of.
func (p *Provisioner) Recover(ctx context.Context, inst directory.Installation, order directory.Order) (directory.AccountID, bool, error) {
	id, err := p.Provision(ctx, inst, order)
	if directory.Is(err, directory.Unsupported) {
		return directory.AccountID{}, false, nil
	}
	return id, err == nil, err
}

// Suspend does nothing: only the app itself uses a persona.
func (p *Provisioner) Suspend(_ context.Context, inst directory.Installation, s directory.StandIn) error {
	return named(inst, s)
}

// Resume does nothing, as Suspend did nothing.
func (p *Provisioner) Resume(_ context.Context, inst directory.Installation, s directory.StandIn) error {
	return named(inst, s)
}

// Deprovision does nothing: a persona is gone when nobody remembers it.
func (p *Provisioner) Deprovision(_ context.Context, inst directory.Installation, s directory.StandIn) error {
	return named(inst, s)
}

// named reports whether a stand-in is the marker's persona.
func named(inst directory.Installation, s directory.StandIn) error {
	if s.Marker == "" || inst.Platform != Name || s.Account != inst.Account(personaID+s.Marker) {
		return directory.Errorf(directory.NotFound, "slack: the account is not the marker's persona")
	}
	return nil
}

// scopes are what the app may do in a workspace. Errors: Throttled, Unavailable, Unauthorized.
func (a *Adapter) scopes(ctx context.Context, inst directory.Installation) ([]string, error) {
	header, err := a.identify(ctx, inst)
	if err != nil && !directory.Is(err, directory.Throttled) && !directory.Is(err, directory.Unauthorized) {
		return nil, directory.Errorf(directory.Unavailable, "slack: not known: %w", err)
	}
	if err != nil {
		return nil, err
	}
	scopes, given := scopesIn(header)
	if !given {
		return nil, directory.Errorf(directory.Unavailable, "slack: the answer doesn't say what the app may do")
	}
	return scopes, nil
}

// scopesIn are what a token may do, which Slack says in a header of every answer:
// https://docs.slack.dev/authentication/installing-with-oauth#scopes.
func scopesIn(header http.Header) (scopes []string, given bool) {
	values, given := header["X-Oauth-Scopes"]
	return listed(strings.Join(values, ",")), given
}

// listed are the scopes of a text, which has commas between them.
func listed(scopes string) []string {
	return strings.FieldsFunc(scopes, func(r rune) bool { return r == ',' || r == ' ' })
}
