package webex

import (
	"context"
	"net/http"

	"rollcall/cards/catalog"
	"rollcall/sync/directory"
)

// typeGuest is Webex's own word in a person's type.
const typeGuest = "appuser"

// guestOrder is the body of POST /guests/token.
type guestOrder struct {
	Subject     string `json:"subject"`
	DisplayName string `json:"displayName"`
}

// guestMade is what is read of its answer. The access token, with which somebody could act as the
// guest, is left where it is: nobody here has a use for it.
type guestMade struct {
	ID      string `json:"id"`
	Subject string `json:"subject"`
}

// guest is the guest of a marker, made where there is none.
func (p *Provisioner) guest(ctx context.Context, inst directory.Installation, marker, name string) (directory.AccountID, error) {
	token, err := p.guestToken(ctx, inst)
	if err != nil {
		return directory.AccountID{}, err
	}
	uuid, err := p.issue(ctx, token, marker, name)
	if err != nil {
		return directory.AccountID{}, err
	}
	if err := p.atHome(ctx, inst, token, uuid); err != nil {
		return directory.AccountID{}, err
	}
	return inst.Account(uuid), nil
}

// atHome makes sure that a guest was made in the tenant's own organisation. A token of another one makes
// guests there, where nobody asked for them: they are deleted again.
func (p *Provisioner) atHome(ctx context.Context, inst directory.Installation, token directory.Secret, uuid string) error {
	found, err := p.lookedAt(ctx, token, uuid)
	if err == nil && found.OrgID == string(inst.Workspace) {
		return nil
	}
	if err == nil {
		if err = p.delete(ctx, token, uuid); err == nil || directory.Is(err, directory.NotFound) {
			return directory.Errorf(directory.Unsupported,
				"the service app that makes Webex guests is another organisation's: connect the one that was authorised in this tenant's Control Hub")
		}
	}
	return directory.Errorf(directory.Uncertain, "webex: a guest was made, and it isn't known where: %w", err)
}

func (p *Provisioner) guestToken(ctx context.Context, inst directory.Installation) (directory.Secret, error) {
	if inst.Platform != Name {
		return directory.Secret{}, directory.Errorf(directory.Invalid, "webex: the installation is another platform's")
	}
	var token directory.Secret
	if p.config.Guests != nil {
		var err error
		if token, err = p.config.Guests(ctx, inst); err != nil {
			return directory.Secret{}, err
		}
	}
	if token.IsZero() {
		return directory.Secret{}, directory.Errorf(directory.Unsupported,
			"no service app makes Webex guests here: authorise one with the scope guest-issuer:write in Control Hub, and connect it")
	}
	return token, nil
}

// issue asks for the guest of a marker. Webex documents that the same subject is the same guest, and
// that the name replaces the former one.
func (p *Provisioner) issue(ctx context.Context, token directory.Secret, marker, name string) (string, error) {
	if marker == "" {
		return "", directory.Errorf(directory.Invalid, "webex: a guest needs a marker")
	}
	var made guestMade
	r, err := p.adapter.client.do(ctx, call{
		token: token, method: http.MethodPost, path: "/guests/token",
		body: guestOrder{Subject: marker, DisplayName: catalog.Clean(name)},
	}, &made)
	if err != nil {
		return "", refusedGuest(r, err)
	}
	uuid, err := parseID(kindPerson, made.ID)
	if err != nil || made.Subject != marker {
		return "", directory.Errorf(directory.Uncertain, "webex: the answer names another guest, or none")
	}
	return uuid, nil
}

// refusedGuest is what a failed call for a guest means. What Webex itself refuses was not done, and
// will not be done before an admin changes something.
func refusedGuest(r reply, err error) error {
	switch directory.CodeOf(err) {
	case directory.Throttled, directory.Unavailable, directory.Uncertain:
		return err
	case directory.Unauthorized:
		if r.status == http.StatusUnauthorized {
			return err
		}
		return directory.Errorf(directory.Unsupported,
			"webex lets no guests be made: the service app needs the scope guest-issuer:write, and the organisation a paid plan")
	case directory.Invalid, directory.NotFound:
		if r.status != 0 {
			return directory.Errorf(directory.Unsupported,
				"webex refuses to make this guest (status %d): see whether guests are allowed in Control Hub", r.status)
		}
	}
	return unchanged(err)
}

// ourGuest reports whether a guest is still the one of the marker, and answers the token for guests.
// Which guest a marker has, Webex only tells whoever asks for that guest: one that was made by asking,
// because the recorded account isn't the marker's, is deleted again.
func (p *Provisioner) ourGuest(ctx context.Context, inst directory.Installation, s directory.StandIn) (directory.Secret, error) {
	token, err := p.guestToken(ctx, inst)
	if err != nil {
		return token, withoutPower(err)
	}
	found, err := p.lookedAt(ctx, token, s.Account.User)
	if err != nil {
		return token, err
	}
	if found.Type != typeGuest || found.OrgID != string(inst.Workspace) {
		return token, directory.Errorf(directory.NotFound, "webex: the account is no guest of this organisation")
	}
	marked, err := p.issue(ctx, token, s.Marker, found.DisplayName)
	if err != nil {
		return token, withoutPower(err)
	}
	if marked == s.Account.User {
		return token, nil
	}
	if err := p.delete(ctx, token, marked); err != nil && !directory.Is(err, directory.NotFound) {
		return token, err
	}
	return token, directory.Errorf(directory.NotFound, "webex: the account is not the marker's guest")
}

func (p *Provisioner) delete(ctx context.Context, token directory.Secret, uuid string) error {
	answer, err := p.adapter.client.do(ctx, call{token: token, method: http.MethodDelete, path: "/people/" + encodeID(kindPerson, uuid)}, nil)
	if err == nil && answer.status != http.StatusNoContent { // the page of somebody in between
		return directory.Errorf(directory.Uncertain, "webex: a deletion was answered with status %d", answer.status)
	}
	if directory.Is(err, directory.Uncertain) || directory.Is(err, directory.NotFound) {
		return err
	}
	return unchanged(err)
}
